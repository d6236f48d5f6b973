// `kustomize create`: a new kustomization in this directory.

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/edit/commands.h"
#include "kustomize/edit/edit.h"
#include "kustomize/file_names.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

bool holds_kustomization(const Place& place, const std::string& directory) {
  return std::ranges::any_of(
      kFileNames, [&](std::string_view name) { return exists(place, cat(directory, "/", name)); });
}

// Whether every document of a file is an object.
bool holds_objects(Place& place, const std::string& path, const std::string& text) {
  const Context context{.sources = place.sources};
  const BuildOptions options;
  Arena arena;
  yaml::Origins origins(false);
  Build build(options, context, arena, origins);
  try {
    return !read_objects(build, place.sources.add(path, text)).empty();
  } catch (const Error&) {
    return false;
  }
}

// Files that hold objects, and directories with a kustomization, in order.
void detect(Place& place, const std::string& directory, bool recursive,
            std::vector<std::string>& found) {
  const auto entries = files::list(place.tree, path_of(place, directory));
  if (!entries) return;
  for (const files::Entry& entry : *entries) {
    const std::string path = directory == "." ? entry.name : cat(directory, "/", entry.name);
    if (entry.kind == files::EntryKind::kDirectory) {
      if (!recursive) continue;
      if (holds_kustomization(place, path))
        found.push_back(path);
      else
        detect(place, path, recursive, found);
      continue;
    }
    const auto text = files::read(place.tree, path_of(place, path), place.limits);
    if (text && holds_objects(place, path, *text)) found.push_back(path);
  }
}

// "a:b,c:d"
void add_pairs(File& file, std::string_view field, std::string_view kind, const std::string& text) {
  if (text.empty()) return;
  std::vector<std::string> texts;
  for (const std::string_view part : split(text, ',')) texts.emplace_back(part);
  Node& map = *yaml::ensure_mapping(file.arena, *file.fields, field);
  for (const auto& [key, value] : pairs_of(texts, kind))
    set_sorted(file, map, key, yaml::make_string(file.arena, value));
}

std::vector<std::string> wanted_resources(Place& place, const Words& words) {
  std::vector<std::string> resources;
  if (const std::string text = words.text("resources"); !text.empty()) {
    std::vector<std::string> patterns;
    for (const std::string_view part : split(text, ',')) patterns.emplace_back(part);
    resources = glob_targets(place, patterns);
  }
  if (holds_kustomization(place, "."))
    fail("kustomize/edit", {}, "kustomization file already exists");
  if (!words.is_set("autodetect")) return resources;
  std::vector<std::string> detected;
  detect(place, ".", words.is_set("recursive"), detected);
  for (std::string& path : detected)
    if (std::ranges::find(resources, path) == resources.end()) resources.push_back(std::move(path));
  return resources;
}

}  // namespace

void create(Place& place, const Words& words) {
  const std::vector<std::string> resources = wanted_resources(place, words);
  Arena arena;
  File file = new_file(arena);
  Node& list = list_of(file, "resources");
  for (const std::string& path : resources)
    yaml::append(arena, list, yaml::make_string(arena, path));
  set_text(file, *file.fields, "namespace", words.text("namespace"));
  set_text(file, *file.fields, "namePrefix", words.text("nameprefix"));
  set_text(file, *file.fields, "nameSuffix", words.text("namesuffix"));
  add_pairs(file, "commonAnnotations", "annotation", words.text("annotations"));
  add_pairs(file, "commonLabels", "label", words.text("labels"));
  save_file(place, file);
}

}  // namespace plumb::kustomize::edit
