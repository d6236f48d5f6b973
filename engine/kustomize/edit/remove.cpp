// `kustomize edit remove …`

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/edit/commands.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

// How many entries of a list, which may be missing, were taken out.
template <typename Meant>
std::size_t erase_items(Node* list, const Meant& meant) {
  if (list == nullptr) return 0;
  std::uint32_t kept = 0;
  for (Node* const item : list->items)
    if (!meant(*item)) list->items[kept++] = item;
  const std::size_t erased = list->items.size() - kept;
  list->items.truncate(kept);
  return erased;
}

// The entries that patterns mean. Nothing met, nothing done.
void remove_matching(Session& session, std::string_view field, std::string_view what) {
  const std::vector<std::string>& patterns = session.words.arguments;
  if (patterns.empty()) fail("kustomize/edit", {}, cat("must specify a ", what, " file"));
  File& file = session.file();
  const auto met = [&](const Node& entry) {
    return std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return matches(pattern, entry.text); });
  };
  session.changes = erase_items(yaml::find(*file.fields, field), met) > 0;
}

// "a,b" without blanks. kustomize calls annotations labels here, too.
std::vector<std::string> names_of(const Words& words) {
  if (words.arguments.empty()) fail("kustomize/edit", {}, "must specify label");
  if (words.arguments.size() > 1)
    fail("kustomize/edit", {}, "labels must be comma-separated, with no spaces");
  std::vector<std::string> names;
  for (const std::string_view name : split(words.arguments[0], ',')) {
    if (name.empty()) fail("kustomize/edit", {}, "invalid label: '' (name is empty)");
    names.emplace_back(name);
  }
  return names;
}

void remove_from_map(Session& session, std::string_view field, std::string_view kind) {
  const std::vector<std::string> names = names_of(session.words);
  const bool ignore = session.words.is_set("ignore-non-existence");
  Node* const map = yaml::find(*session.file().fields, field);
  if (map == nullptr && !ignore)
    fail("kustomize/edit", {}, cat(field, " is not defined in kustomization file"));
  for (const std::string& name : names) {
    const bool removed = map != nullptr && yaml::remove(*map, name);
    if (!removed && !ignore)
      fail("kustomize/edit", {}, cat(kind, " ", name, " is not defined in kustomization file"));
  }
}

}  // namespace

void remove_resources(Session& session) { remove_matching(session, "resources", "resource"); }
void remove_components(Session& session) { remove_matching(session, "components", "component"); }
void remove_transformers(Session& session) {
  remove_matching(session, "transformers", "transformer");
}

void remove_labels(Session& session) { remove_from_map(session, "commonLabels", "label"); }
void remove_annotations(Session& session) {
  remove_from_map(session, "commonAnnotations", "annotation");
}

void remove_build_metadata(Session& session) {
  const std::vector<std::string> options = build_metadata_of(session.words);
  erase_items(yaml::find(*session.file().fields, "buildMetadata"), [&](const Node& option) {
    return std::ranges::find(options, option.text) != options.end();
  });
}

void remove_patch(Session& session) {
  const Words& words = session.words;
  if (!words.text("path").empty() && !words.text("patch").empty())
    fail("kustomize/edit", {}, "patch and path can't be set at the same time");
  File& file = session.file();
  const Node* const patch = patch_of(file.arena, words);
  session.changes = erase_items(yaml::find(*file.fields, "patches"),
                                [&](const Node& entry) { return yaml::equal(entry, *patch); }) > 0;
  if (!session.changes)
    session.place.log.push_back(
        cat("patch ", words.text("patch"), " doesn't exist in kustomization file"));
}

}  // namespace plumb::kustomize::edit
