#pragma once
// The stages of an edit, shared; not for other modules.
//
//   edit_tree.cpp    what an edit means: one change of one existing collection; and on a tree
//   edit_layout.cpp  where the parts of a collection stand in the text
//   edit_write.cpp   new values as text, in the style around them
//   edit.cpp         changes → patches → the new text, checked

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/source.h"
#include "yaml/edit.h"
#include "yaml/emit.h"
#include "yaml/node.h"

namespace plumb::yaml {

// ---- what an edit means ----

// A child of a collection: the value of an entry, or an item. The root has no collection.
struct Slot {
  Node* collection = nullptr;
  std::size_t index = 0;
};

enum class ChangeKind : std::uint8_t {
  kReplace,  // the slot's value by `value`
  kAdd,      // `value` (under `key`) before the slot; the collection is not empty
  kRemove,   // the slot; others stay
  kRename,   // the slot's key becomes `key`
};

struct Change {
  ChangeKind kind = ChangeKind::kReplace;
  std::vector<Slot> way;  // from the root to the slot; empty: the root itself
  Node* key = nullptr;
  Node* value = nullptr;
};

Change plan_change(Arena& arena, Node& root, const Edit& edit);
Node& value_at(Node& root, const Slot& slot);

// ---- where things stand ----

// A node in the text. `from`: with its properties; `start`: without.
struct Extent {
  std::size_t from = 0;
  std::size_t properties_end = 0;
  std::size_t start = 0;
  std::size_t end = 0;
  bool alias = false;
  bool empty = false;  // nothing is written
};

struct EntryLayout {
  std::size_t start = 0;                           // '-', '?', the key or the item
  Extent key;                                      // of mappings
  std::size_t indicator = std::string_view::npos;  // the ':' or '-', where there is one
  bool explicit_key = false;                       // '?'
  Extent value;
  std::size_t end() const { return value.end; }
};

struct CollectionLayout {
  bool flow = false;
  std::vector<EntryLayout> entries;
};

CollectionLayout lay_out(std::string_view text, const Node& collection);
// A document's root: behind its marker.
Extent root_extent(std::string_view text, const Document& document);
// Where a collection ends, without the comment behind it.
std::size_t end_of(std::string_view text, const Node& node);

std::size_t line_start(std::string_view text, std::size_t at);
std::size_t line_end(std::string_view text, std::size_t at);  // of its line break
std::size_t next_line(std::string_view text, std::size_t at);
int column_of(std::string_view text, std::size_t at);
bool starts_line(std::string_view text, std::size_t at);  // only blanks stand before it
// Is the node written with '[' or '{'?
bool is_flow(const Node& node);

// ---- new text ----

struct WriteStyle {
  int indent = 2;
  int sequence_indent = 0;
  bool block_scalars = true;
  bool json = false;  // inside a flow collection: JSON's quotes
};

// A block collection, its first line without indentation.
std::string write_block(const Node& node, int column, const WriteStyle& style);
// An entry of a block mapping, or an item with its '-'; several lines, the first not indented.
std::string write_block_entry(const Node* key, const Node& value, int column,
                              const WriteStyle& style);
// Anything inside a flow collection; a scalar quoted as `before` is if it can be.
std::string write_flow(const Node& node, const Node* before, const WriteStyle& style);
std::string write_flow_entry(const Node* key, const Node& value, const WriteStyle& style);
// A scalar or empty collection behind "key:" or "-" of a collection at `column`, quoted as
// `before` is if it can be. `comment` (with the blanks before it, or empty) is put behind its first
// line.
std::string write_inline(const Node& node, const Node& before, int column, std::string_view comment,
                         const WriteStyle& style);
std::string write_key(const Node& key, const Node& before, bool flow, const WriteStyle& style);

}  // namespace plumb::yaml
