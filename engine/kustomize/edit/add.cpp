// `kustomize edit add …`

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/edit/commands.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

// `what`: how kustomize calls an entry of the field.
void append_new(Session& session, std::string_view field, std::string_view what,
                const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  File& file = session.file();
  Node& list = list_of(file, field);
  for (const std::string& text : texts) {
    if (has_text(list, text))
      session.place.log.push_back(cat(what, " ", text, " already in kustomization file"));
    else
      yaml::append(file.arena, list, yaml::make_string(file.arena, text));
  }
}

// Without the kustomization file itself, which a pattern may catch.
std::vector<std::string> without_itself(Session& session, std::vector<std::string> paths) {
  if (!paths.empty()) std::erase(paths, session.file().name);
  return paths;
}

const std::vector<std::string>& need_files(const Words& words, std::string_view what) {
  if (words.arguments.empty()) fail("kustomize/edit", {}, cat("must specify a ", what));
  return words.arguments;
}

void add_pair(File& file, Node& map, std::string_view kind, const std::string& key,
              const std::string& value, bool force) {
  if (yaml::find(map, key) != nullptr && !force)
    fail("kustomize/edit", {},
         cat(kind, " ", key, " already in kustomization file. Use --force to override."));
  set_sorted(file, map, key, yaml::make_string(file.arena, value));
}

void add_to_map(Session& session, std::string_view field, std::string_view kind,
                const std::map<std::string, std::string>& pairs) {
  File& file = session.file();
  Node& map = *yaml::ensure_mapping(file.arena, *file.fields, field);
  for (const auto& [key, value] : pairs)
    add_pair(file, map, kind, key, value, session.words.is_set("force"));
}

bool flag_of(const Node& record, std::string_view name) {
  const Node* const value = yaml::find(record, name);
  return value != nullptr && yaml::as_boolean(*value).value_or(false);
}

// The entry of `labels` that leaves selectors alone and treats templates as asked for; else a new
// one.
Node& label_entry(File& file, bool templates) {
  Node& list = list_of(file, "labels");
  for (Node* const entry : list.items)
    if (!flag_of(*entry, "includeSelectors") && flag_of(*entry, "includeTemplates") == templates)
      return *entry;
  Node* const entry = yaml::make_mapping(file.arena);
  if (templates)
    yaml::set(file.arena, *entry, "includeTemplates", yaml::make_boolean(file.arena, true));
  yaml::append(file.arena, list, entry);
  return *entry;
}

void add_labels_without_selector(Session& session,
                                 const std::map<std::string, std::string>& pairs) {
  File& file = session.file();
  Node& entry = label_entry(file, session.words.is_set("include-templates"));
  Node& map = *yaml::ensure_mapping(file.arena, entry, "pairs");
  for (const auto& [key, value] : pairs)
    add_pair(file, map, "label", key, value, session.words.is_set("force"));
}

}  // namespace

void add_resources(Session& session) {
  const auto& patterns = need_files(session.words, "resource file");
  std::vector<std::string> paths =
      session.words.is_set("no-verify") ? patterns : glob_targets(session.place, patterns);
  append_new(session, "resources", "resource", without_itself(session, std::move(paths)));
}

void add_components(Session& session) {
  const auto& patterns = need_files(session.words, "component file");
  append_new(session, "components", "component",
             without_itself(session, glob_targets(session.place, patterns)));
}

void add_bases(Session& session) {
  if (session.words.arguments.size() != 1)
    fail("kustomize/edit", {}, "must specify a base directory");
  Node& list = list_of(session.file(), "resources");
  for (const std::string_view path : split(session.words.arguments[0], ',')) {
    if (!exists(session.place, path)) fail("kustomize/edit", {}, cat(path, " does not exist"));
    if (has_text(list, path))
      fail("kustomize/edit", {}, cat("base ", path, " already in kustomization file"));
    yaml::append(session.arena, list, yaml::make_string(session.arena, path));
  }
}

void add_generators(Session& session) {
  const auto& patterns =
      need_files(session.words, "yaml file which contains a generator plugin resource");
  append_new(session, "generators", "generator", glob_all(session.place, patterns));
}

void add_transformers(Session& session) {
  const auto& patterns =
      need_files(session.words, "yaml file which contains a transformer plugin resource");
  append_new(session, "transformers", "transformer", glob_all(session.place, patterns));
}

void add_configurations(Session& session) {
  const auto& patterns =
      need_files(session.words, "yaml file which contains a configuration resource");
  append_new(session, "configurations", "configuration", glob_all(session.place, patterns));
}

void add_build_metadata(Session& session) {
  const std::vector<std::string> options = build_metadata_of(session.words);
  File& file = session.file();
  Node& list = list_of(file, "buildMetadata");
  for (const std::string& option : options) {
    if (has_text(list, option))
      fail("kustomize/edit", {},
           cat("buildMetadata option ", option, " already in kustomization file"));
    yaml::append(file.arena, list, yaml::make_string(file.arena, option));
  }
}

void add_labels(Session& session) {
  const Words& words = session.words;
  if (words.arguments.empty()) fail("kustomize/edit", {}, "must specify label");
  if (words.is_set("include-templates") && !words.is_set("without-selector"))
    fail("kustomize/edit", {},
         "--without-selector flag must be specified for --include-templates to work");
  const auto pairs = pairs_of(words.arguments, "label");
  if (words.is_set("without-selector"))
    add_labels_without_selector(session, pairs);
  else
    add_to_map(session, "commonLabels", "label", pairs);
}

void add_annotations(Session& session) {
  if (session.words.arguments.empty()) fail("kustomize/edit", {}, "must specify annotation");
  add_to_map(session, "commonAnnotations", "annotation",
             pairs_of(session.words.arguments, "annotation"));
}

void add_patch(Session& session) {
  const Words& words = session.words;
  const bool has_path = !words.text("path").empty();
  const bool has_patch = !words.text("patch").empty();
  if (has_path && has_patch)
    fail("kustomize/edit", {}, "patch and path can't be set at the same time");
  if (!has_path && !has_patch) fail("kustomize/edit", {}, "must provide either patch or path");
  File& file = session.file();
  Node& list = list_of(file, "patches");
  Node* const patch = patch_of(file.arena, words);
  for (const Node* const there : list.items)
    if (yaml::equal(*there, *patch)) {
      session.place.log.emplace_back("this patch is already in the kustomization file");
      session.changes = false;
      return;
    }
  yaml::append(file.arena, list, patch);
}

// ---- for several commands ----

std::map<std::string, std::string> pairs_of(const std::vector<std::string>& texts,
                                            std::string_view kind) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    const std::size_t colon = text.find(':');
    if (colon == 0)
      fail("kustomize/edit", {},
           cat("invalid ", kind, ": '", text, "' (need k:v pair where v may be quoted)"));
    std::string value = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    pairs[text.substr(0, colon)] = value;
  }
  return pairs;
}

std::vector<std::string> build_metadata_of(const Words& words) {
  const std::vector<std::string>& arguments = words.arguments;
  if (arguments.empty()) fail("kustomize/edit", {}, "must specify a buildMetadata option");
  if (arguments.size() > 1)
    fail("kustomize/edit", {},
         cat("too many arguments: [", join(arguments, " "),
             "]; to provide multiple buildMetadata options, please separate options by comma"));
  std::vector<std::string> options;
  for (const std::string_view option : split(arguments[0], ',')) {
    if (option != "managedByLabel" && option != "originAnnotations" &&
        option != "transformerAnnotations")
      fail("kustomize/edit", {}, cat("invalid buildMetadata option: ", option));
    options.emplace_back(option);
  }
  return options;
}

yaml::Node* patch_of(Arena& arena, const Words& words) {
  Node* const patch = yaml::make_mapping(arena);
  const auto add = [&](Node& map, std::string_view field, std::string_view flag) {
    const std::string text = words.text(flag);
    if (!text.empty()) yaml::set(arena, map, field, yaml::make_string(arena, text));
  };
  add(*patch, "patch", "patch");
  add(*patch, "path", "path");
  Node* const target = yaml::make_mapping(arena);
  add(*target, "annotationSelector", "annotation-selector");
  add(*target, "group", "group");
  add(*target, "kind", "kind");
  add(*target, "labelSelector", "label-selector");
  add(*target, "name", "name");
  add(*target, "namespace", "namespace");
  add(*target, "version", "version");
  if (!target->entries.empty()) yaml::set(arena, *patch, "target", target);
  return patch;
}

}  // namespace plumb::kustomize::edit
