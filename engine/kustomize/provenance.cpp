#include "kustomize/provenance.h"

#include "base/text.h"
#include "kustomize/scalar.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// "a/b" and "../c" are "a/c".
std::string joined(std::string_view directory, std::string_view path) {
  std::vector<std::string> parts;
  for (const std::string_view text : {directory, path}) {
    for (const std::string_view part : split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == ".." && !parts.empty() && parts.back() != "..")
        parts.pop_back();
      else
        parts.emplace_back(part);
    }
  }
  return join(parts, "/");
}

// Whose configuration it was.
std::string described(Build& build, std::string_view configured_in, std::string_view kind,
                      const Item* config) {
  Arena& arena = build.arena;
  Node* const record = yaml::make_mapping(arena);
  yaml::set(arena, *record, "configuredIn", yaml::make_string(arena, configured_in));
  Node* const by = yaml::ensure_mapping(arena, *record, "configuredBy");
  yaml::set(arena, *by, "apiVersion", yaml::make_string(arena, "builtin"));
  yaml::set(arena, *by, "kind", yaml::make_string(arena, kind));
  if (config != nullptr) {
    const Id id = config->id();
    if (!id.name.empty()) yaml::set(arena, *by, "name", yaml::make_string(arena, id.name));
    if (!id.namespace_name.empty())
      yaml::set(arena, *by, "namespace", yaml::make_string(arena, id.namespace_name));
  }
  return yaml::emit(*record, yaml::kPlumbOutput);
}

std::string place_of(const Root& root, const Kustomization& file, const Item* config) {
  if (config != nullptr && config->file) return *config->file;
  return shown_path(root, file.file_name);
}

// The record as an item of a list.
std::string as_list_item(std::string_view record) {
  std::string out;
  for (const std::string_view line : split(record, '\n'))
    if (!line.empty()) out += cat(out.empty() ? "- " : "  ", line, "\n");
  return out;
}

void annotate(Build& build, Item& item, std::string_view key, std::string_view text) {
  Node* const metadata = yaml::ensure_mapping(build.arena, *item.body, "metadata");
  Node* const map =
      metadata != nullptr ? yaml::ensure_mapping(build.arena, *metadata, "annotations") : nullptr;
  if (map == nullptr) return;
  Node* const value = make_string(build.arena, build.arena.copy(text));
  value->style = yaml::Style::kLiteral;
  yaml::set(build.arena, *map, key, value);
}

}  // namespace

std::string shown_path(const Root& root, std::string_view file) { return joined(root.shown, file); }

void set_file_origin(Build& build, Item& item, const Root& root, std::string_view file) {
  if (!build.tracks_origin) return;
  item.file = std::make_shared<std::string>(shown_path(root, file));
  Node* const record = yaml::make_mapping(build.arena);
  yaml::set(build.arena, *record, "path", yaml::make_string(build.arena, *item.file));
  item.origin = std::make_shared<std::string>(yaml::emit(*record, yaml::kPlumbOutput));
}

void set_generator_origin(Build& build, Item& item, const Root& root, const Kustomization& file,
                          std::string_view kind, const Item* config) {
  if (!build.tracks_origin) return;
  item.origin =
      std::make_shared<std::string>(described(build, place_of(root, file, config), kind, config));
}

void note_transformer(Build& build, Items& items, const Root& root, const Kustomization& file,
                      std::string_view kind, std::size_t times, const Item* config) {
  if (!build.tracks_origin || times == 0) return;
  const auto record =
      std::make_shared<std::string>(described(build, place_of(root, file, config), kind, config));
  for (Item* const item : items.list()) {
    std::size_t left = times;
    if (!item->origin) {
      item->origin = record;
      --left;
    }
    item->transformations.insert(item->transformations.end(), left, record);
  }
}

void write_provenance(Build& build, Item& item, bool origin, bool transformations) {
  if (origin && item.origin) annotate(build, item, kOriginAnnotation, *item.origin);
  if (!transformations || item.transformations.empty()) return;
  std::string list;
  for (const auto& record : item.transformations) list += as_list_item(*record);
  annotate(build, item, kTransformationsAnnotation, list);
}

Node* with_history(Arena& arena, const Item& item) {
  Node* const body = yaml::copy(arena, *item.body);
  Node* const metadata = yaml::ensure_mapping(arena, *body, "metadata");
  const auto put = [&](std::string_view name, const std::string& text) {
    if (text.empty()) return;
    Node* const annotations = yaml::ensure_mapping(arena, *metadata, "annotations");
    yaml::set(arena, *annotations, cat("internal.config.kubernetes.io/", name),
              yaml::make_string(arena, text));
  };
  std::string kinds, names, namespaces;
  for (const FormerId& id : item.former) {
    const std::string_view comma = kinds.empty() ? "" : ",";
    kinds += cat(comma, id.kind);
    names += cat(comma, id.name);
    namespaces += cat(comma, id.namespace_name);
  }
  put("previousKinds", kinds);
  put("previousNames", names);
  put("previousNamespaces", namespaces);
  put("prefixes", join({item.prefixes.begin(), item.prefixes.end()}, ","));
  put("suffixes", join({item.suffixes.begin(), item.suffixes.end()}, ","));
  if (item.needs_hash) put("needsHashSuffix", "enabled");
  return body;
}

}  // namespace plumb::kustomize
