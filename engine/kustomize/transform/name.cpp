// `namePrefix` and `nameSuffix`.

#include <array>

#include "base/text.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

// Kinds whose names mean something outside of the object.
constexpr std::array kKeepTheirNames{Gvk{"", "", "CustomResourceDefinition"},
                                     Gvk{"apiregistration.k8s.io", "", "APIService"},
                                     Gvk{"", "", "Namespace"}};

enum class End { kPrefix, kSuffix };

bool keeps_name(const Gvk& gvk) {
  for (const Gvk& kind : kKeepTheirNames)
    if (selects(kind, gvk)) return true;
  return false;
}

void transform(const Step& step, End end, std::string_view addition,
               const std::vector<FieldSpec>& specs, const Mark& mark) {
  Build& build = step.build;
  for (Item* const item : step.items.list()) {
    const Id id = item->original_id();
    if (keeps_name(id.gvk)) continue;
    for (const FieldSpec& spec : specs) {
      if (!selects(spec.gvk, id.gvk)) continue;
      if (spec.path == "metadata/name" && !addition.empty()) {
        (end == End::kPrefix ? item->prefixes : item->suffixes).push_back(addition);
        remember_id(*item);
      }
      visit_fields(build.arena, *item->body, spec, Make::kScalar, [&](yaml::Node& node) {
        require_scalar(node);
        const std::string_view name = build.arena.copy(
            end == End::kPrefix ? cat(addition, node.text) : cat(node.text, addition));
        write_untagged(build, node, name, mark);
      });
    }
  }
  step.items.reindex();
}

void from_config(const Step& step, End end, const yaml::Node& config, std::string_view field) {
  const yaml::Node* const list = yaml::find(config, "fieldSpecs");
  if (list == nullptr || list->is_null())
    fail("kustomize/bad-value", config.span, "expected 'fieldSpecs'", {},
         {"fieldSpecs is not expected to be nil"});
  const yaml::Node* const value = yaml::find(config, field);
  const Span span = value != nullptr ? value->span : config.span;
  transform(step, end, yaml::text_at(config, {field}), field_specs_of(list),
            mark(step, yaml::LayerKind::kTransformer, field, span));
}

}  // namespace

void prefix_from_file(const Step& step) {
  const yaml::Node& value = *step.file->find("namePrefix");
  transform(step, End::kPrefix, value.text, step.tables.name_prefix,
            mark(step, yaml::LayerKind::kTransformer, "namePrefix", value.span));
}

void suffix_from_file(const Step& step) {
  const yaml::Node& value = *step.file->find("nameSuffix");
  transform(step, End::kSuffix, value.text, step.tables.name_suffix,
            mark(step, yaml::LayerKind::kTransformer, "nameSuffix", value.span));
}

void prefix_from_config(const Step& step, const yaml::Node& config) {
  from_config(step, End::kPrefix, config, "prefix");
}

void suffix_from_config(const Step& step, const yaml::Node& config) {
  from_config(step, End::kSuffix, config, "suffix");
}

void prefix_suffix_from_config(const Step& step, const yaml::Node& config) {
  if (!yaml::text_at(config, {"prefix"}).empty()) from_config(step, End::kPrefix, config, "prefix");
  if (!yaml::text_at(config, {"suffix"}).empty()) from_config(step, End::kSuffix, config, "suffix");
}

}  // namespace plumb::kustomize
