#include "kustomize/transform/transform.h"

#include <array>

#include "base/text.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/scalar.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

bool has_text(const Kustomization& file, std::string_view field) {
  return !file.text(field).empty();
}
bool has_some(const Kustomization& file, std::string_view field) {
  const yaml::Node* const value = file.find(field);
  return value != nullptr && !yaml::is_empty(*value);
}

std::size_t size_of(const Kustomization& file, std::string_view field) {
  const yaml::Node* const value = file.find(field);
  return value != nullptr ? value->items.size() : 0;
}

constexpr std::array kTransformers{
    Transformer{"PatchStrategicMergeTransformer", merge_patches_from_file,
                [](const Kustomization& f) { return has_some(f, "patchesStrategicMerge"); },
                merge_patches_from_config},
    Transformer{"PatchTransformer", patches_from_file,
                [](const Kustomization& f) { return has_some(f, "patches"); }, patches_from_config},
    Transformer{"NamespaceTransformer", namespaces_from_file,
                [](const Kustomization& f) { return has_text(f, "namespace"); },
                namespaces_from_config},
    Transformer{"PrefixTransformer", prefix_from_file,
                [](const Kustomization& f) { return has_text(f, "namePrefix"); },
                prefix_from_config},
    Transformer{"SuffixTransformer", suffix_from_file,
                [](const Kustomization& f) { return has_text(f, "nameSuffix"); },
                suffix_from_config},
    Transformer{
        "LabelTransformer", labels_from_file,
        [](const Kustomization& f) { return has_some(f, "labels") || has_some(f, "commonLabels"); },
        labels_from_config},
    Transformer{"AnnotationsTransformer", annotations_from_file,
                [](const Kustomization& f) { return has_some(f, "commonAnnotations"); },
                annotations_from_config},
    Transformer{"PatchJson6902Transformer", json_patches_from_file,
                [](const Kustomization& f) { return has_some(f, "patchesJson6902"); },
                json_patches_from_config,
                [](const Kustomization& f) { return size_of(f, "patchesJson6902"); }},
    Transformer{"ReplicaCountTransformer", replicas_from_file,
                [](const Kustomization& f) { return has_some(f, "replicas"); },
                replicas_from_config,
                [](const Kustomization& f) { return size_of(f, "replicas"); }},
    Transformer{
        "ImageTagTransformer", images_from_file,
        [](const Kustomization& f) { return has_some(f, "images") || has_some(f, "imageTags"); },
        images_from_config},
    Transformer{"ReplacementTransformer", replacements_from_file,
                [](const Kustomization& f) { return has_some(f, "replacements"); },
                replacements_from_config},
    Transformer{"PrefixSuffixTransformer", nullptr, nullptr, prefix_suffix_from_config},
    Transformer{"ValueAddTransformer", nullptr, nullptr, value_add_from_config},
    Transformer{"HashTransformer", nullptr, nullptr, hashes_from_config},
};

}  // namespace

namespace {

// Without texts, numbers, flags and lists that are empty; records stay.
yaml::Node* without_empty(Arena& arena, const yaml::Node& node) {
  if (!node.is_mapping()) return yaml::copy(arena, node);
  yaml::Node* const result = yaml::make_mapping(arena);
  for (const yaml::Entry& entry : node.entries) {
    const yaml::Node& value = *entry.value;
    const bool zero =
        value.is_scalar() && (value.text.empty() || value.text == "false" ||
                              (value.type == yaml::Type::kInteger && value.text == "0"));
    if (zero || (value.is_sequence() && value.items.empty())) continue;
    yaml::set(arena, *result, entry.key->text, without_empty(arena, value));
  }
  return result;
}

}  // namespace

std::string configuration_text(const Step& step, const yaml::Node& fields) {
  Arena arena;
  if (step.config != nullptr) return yaml::emit(*step.config->body, yaml::kKustomizeOutput);
  return configuration_text(arena, fields);
}

std::string configuration_text(Arena& arena, const yaml::Node& fields) {
  return yaml::emit(*without_empty(arena, fields), yaml::kKustomizeOutput);
}

std::span<const Transformer> transformers() { return kTransformers; }

Mark mark(const Step& step, yaml::LayerKind kind, std::string_view field, Span span) {
  std::string name = step.file != nullptr ? step.build.context.sources.get(step.file->source).name
                                          : absolute(step.build, step.root.directory);
  return {span, step.build.origins.layer(kind, cat(name, ": ", field))};
}

void write_untagged(Build& build, yaml::Node& scalar, std::string_view text, const Mark& mark) {
  const yaml::Node before = scalar;
  set_untagged(scalar, text);
  if (before.text == scalar.text && before.type == scalar.type) return;
  build.origins.record(scalar, &before, mark.span, mark.layer);
}

void write_typed(Build& build, yaml::Node& scalar, std::string_view text, yaml::Type type,
                 const Mark& mark) {
  const yaml::Node before = scalar;
  set_typed(scalar, text, type);
  build.origins.record(scalar, &before, mark.span, mark.layer);
}

void write_entry(Build& build, yaml::Node& map, std::string_view key, std::string_view text,
                 const Mark& mark) {
  const yaml::Node* const before = yaml::find(map, key);
  set_string_entry(build.arena, map, key, text, mark.span);
  build.origins.record(*yaml::find(map, key), before, mark.span, mark.layer);
}

void require_scalar(const yaml::Node& node) {
  if (node.is_scalar()) return;
  fail("kustomize/not-a-scalar", node.span,
       cat("expected a scalar at the end of the path, got a ", node.is_mapping() ? "map" : "list"),
       {}, {node.is_mapping() ? "MappingNode" : "SequenceNode", write_go_yaml(node)});
}

std::vector<FieldSpec> field_specs_of(const yaml::Node* list) {
  std::vector<FieldSpec> specs;
  if (list == nullptr) return specs;
  for (const yaml::Node* const row : list->items) {
    const yaml::Node* const create = yaml::find(*row, "create");
    specs.push_back({{yaml::text_at(*row, {"group"}), yaml::text_at(*row, {"version"}),
                      yaml::text_at(*row, {"kind"})},
                     yaml::text_at(*row, {"path"}),
                     create != nullptr && yaml::as_boolean(*create).value_or(false)});
  }
  return specs;
}

}  // namespace plumb::kustomize
