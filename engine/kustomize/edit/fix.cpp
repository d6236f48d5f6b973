// `kustomize edit fix`: what is deprecated moves to its new place.

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/edit/commands.h"
#include "kustomize/kustomize.h"
#include "kustomize/wording.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

struct Move {
  std::string_view from, to;
  Node* (*entry)(Session& session, Node& old_entry);
};

Node* same_patch(Session&, Node& patch) { return &patch; }

// A text is a file's path, where there is such a file, or the patch itself.
Node* patch_of_text(Session& session, Node& text) {
  const bool is_file = exists(session.place, text.text);
  Node* const patch = yaml::make_mapping(session.arena);
  yaml::set(session.arena, *patch, is_file ? "path" : "patch", &text);
  return patch;
}

constexpr Move kMoves[] = {{"patchesJson6902", "patches", same_patch},
                           {"patchesStrategicMerge", "patches", patch_of_text}};

bool move_entries(Session& session, const Move& move) {
  File& file = session.file();
  Node* const old_list = yaml::find(*file.fields, move.from);
  if (old_list == nullptr) return false;
  Node& list = list_of(file, move.to);
  for (Node* const entry : old_list->items)
    yaml::append(file.arena, list, move.entry(session, *entry));
  return yaml::remove(*file.fields, move.from);
}

bool move_common_labels(Session& session) {
  File& file = session.file();
  Node* const common = yaml::find(*file.fields, "commonLabels");
  if (common == nullptr || common->entries.empty()) return false;
  Node& list = list_of(file, "labels");
  for (const Node* const label : list.items)
    if (const Node* const pairs = yaml::find(*label, "pairs"))
      for (const yaml::Entry& pair : pairs->entries)
        if (yaml::find(*common, pair.key->text) != nullptr)
          fail("kustomize/edit", pair.key->span,
               cat("label name '", pair.key->text, "' exists in both commonLabels and labels"));
  Node* const entry = yaml::make_mapping(file.arena);
  yaml::set(file.arena, *entry, "includeSelectors", yaml::make_boolean(file.arena, true));
  yaml::set(file.arena, *entry, "pairs", common);
  yaml::append(file.arena, list, entry);
  return yaml::remove(*file.fields, "commonLabels");
}

// What the kustomization builds, or why it does not.
std::string build_result(const Place& place) {
  Context context{.sources = place.sources};
  context.limits = place.limits;
  context.tree_root = "/";
  try {
    return print(build(place.tree, path_of(place, "."), {}, context));
  } catch (const Error& error) {
    return cat("Error: ", words_of(error), "\n");
  }
}

}  // namespace

void fix(Session& session) {
  if (session.words.is_set("vars"))
    fail("kustomize/edit", {},
         "'--vars' is not supported by plumb: write the replacements by hand, or run it with "
         "kustomize once");
  File& file = session.file();
  const std::string before = build_result(session.place);
  for (const Move& move : kMoves)
    if (move_entries(session, move)) session.out += cat(move.from, " -> ", move.to, "\n");
  if (move_common_labels(session)) session.out += "commonLabels -> labels\n";
  if (yaml::find(*file.fields, "vars") != nullptr)
    session.place.log.emplace_back("'vars' stay: they are not converted to replacements");
  save_file(session.place, file);
  const std::string after = build_result(session.place);
  if (after.starts_with("Error: "))
    session.out += cat("Warning: the fixed kustomization does not build: ", after.substr(7));
  else if (after != before)
    session.out += "Warning: the fixed kustomization builds something else than before\n";
}

}  // namespace plumb::kustomize::edit
