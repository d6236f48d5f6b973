#include "render/values.h"

#include "base/text.h"
#include "render/path.h"
#include "yaml/read.h"

namespace plumb::render {

namespace {

void put(Arena& arena, yaml::Node& mapping, std::string_view path, yaml::Node* value) {
  yaml::Node* at = &mapping;
  const std::vector<std::string_view> keys = split(path, '.');
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    yaml::Node* const next = yaml::ensure_mapping(arena, *at, keys[i]);
    if (next == nullptr) {
      fail("render/values", value->span,
           cat("'-v ", path, "' goes through '", keys[i], "', which is no mapping"));
    }
    at = next;
  }
  yaml::set(arena, *at, keys.back(), value);
}

yaml::Node* parse_value(const std::string& text, SourceStore& sources, const Limits& limits,
                        Arena& arena) {
  const SourceId id = sources.add("-v", text);
  const yaml::Stream stream = yaml::read(sources, id, yaml::kKubernetesProfile, arena, limits);
  if (stream.documents.empty()) return yaml::make_string(arena, "", {id, 0, 0});
  return yaml::copy(arena, *stream.documents[0].root);
}

}  // namespace

Values read_values(const Target& target, const Workspace& workspace, const files::Tree& tree,
                   Arena& arena) {
  yaml::Node* shared = yaml::make_mapping(arena);
  yaml::Node* unit = yaml::make_mapping(arena);
  const Limits& limits = workspace.project.limits;
  if (const auto& wanted = target.environment->values) {
    const files::Path path = existing_path(tree, *wanted);
    const auto text = files::read(tree, path, limits, wanted->span);
    if (!text) fail("render/values", wanted->span, cat("'", wanted->text, "' is no file"));
    const SourceId id = workspace.sources.add(tree.describe(path), *text);
    const yaml::Stream stream =
        yaml::read(workspace.sources, id, yaml::kKubernetesProfile, arena, limits);
    if (!stream.documents.empty() && !stream.documents[0].root->is_null()) {
      const yaml::Node& root = *stream.documents[0].root;
      if (!root.is_mapping()) fail("render/values", root.span, "expected a mapping of values");
      shared = yaml::copy(arena, root);
      yaml::remove(*shared, "units");
      const yaml::Node* const own = yaml::find_path(root, {"units", target.unit->name});
      if (own != nullptr && !own->is_mapping() && !own->is_null()) {
        fail("render/values", own->span,
             cat("expected a mapping of values for unit '", target.unit->name, "'"));
      }
      if (own != nullptr && own->is_mapping()) unit = yaml::copy(arena, *own);
    }
  }
  for (const auto& [key, text] : workspace.values) {
    put(arena, *shared, key, parse_value(text, workspace.sources, limits, arena));
    put(arena, *unit, key, parse_value(text, workspace.sources, limits, arena));
  }
  return {shared, unit};
}

}  // namespace plumb::render
