#pragma once
// Edits of a text that keep every byte that was not edited.
//
//   // kustomization.yaml: "kind: Kustomization\nresources:\n- a.yaml  # first\n"
//   apply_edits(sources, id, kKustomizationProfile,
//               {append_item(*parse_path("resources"), *make_string(arena, "b.yaml"))})
//     == "kind: Kustomization\nresources:\n- a.yaml  # first\n- b.yaml\n"
//
// What an edit names and is not there is made, its parents too: append_item to an absent key adds
// the key with a sequence of one item. New text looks like what stands around it: its indentation,
// how deep sequences stand under their key, quotes of the value that is replaced, JSON inside JSON,
// CRLF, a missing line break at the end. A removed key or item takes along its line, the comments
// directly above it in its column and the comments indented below it.
//
// Holds, and is checked before the text is given back: reading the new text gives the tree of the
// old one with the edits applied, in the order given.
//
// Errors: yaml/edit-path (nothing is there, or something else), yaml/edit-shared (an anchor or
// alias would carry the edit elsewhere), yaml/edit-key (the new name is taken), yaml/edit-form (the
// text has a form that the edit cannot keep), and those of read().

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/source.h"
#include "yaml/node.h"
#include "yaml/path.h"
#include "yaml/read.h"

namespace plumb::yaml {

enum class EditKind : std::uint8_t { kSet, kInsert, kRemove, kRename };

constexpr std::size_t kAtEnd = static_cast<std::size_t>(-1);

// Nodes and texts that it names must live until it is applied.
struct Edit {
  EditKind kind = EditKind::kSet;
  Path path;                      // what is set, removed or renamed; of kInsert: the sequence
  const Node* value = nullptr;    // of kSet and kInsert
  std::size_t position = kAtEnd;  // of kInsert: before which item
  std::string name;               // of kRename: the new key
  // Of kSet: where a new key goes, behind the last of those listed before it; not listed or nothing
  // given: at the end of its mapping.
  std::span<const std::string_view> order;
  std::size_t document = 0;  // of the stream
};

Edit set_value(Path path, const Node& value);
Edit append_item(Path path, const Node& value);
Edit insert_item(Path path, std::size_t position, const Node& value);
Edit remove_node(Path path);
Edit rename_key(Path path, std::string_view name);

std::string apply_edits(const SourceStore& sources, SourceId id, const Profile& profile,
                        std::span<const Edit> edits, const Limits& limits = {});
std::string apply_edits(const SourceStore& sources, SourceId id, const Profile& profile,
                        std::initializer_list<Edit> edits, const Limits& limits = {});

// The same edit on a tree, which must be the caller's own; `root` may become another node.
void apply_to_tree(Arena& arena, Node*& root, const Edit& edit);

// The same data in the same order: stricter than equal().
bool identical(const Node& a, const Node& b);

}  // namespace plumb::yaml
