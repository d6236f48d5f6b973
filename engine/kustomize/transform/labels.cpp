// `labels`, `commonLabels` and `commonAnnotations`.

#include <algorithm>

#include "base/text.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

std::vector<const yaml::Entry*> sorted(const yaml::Node& pairs) {
  std::vector<const yaml::Entry*> entries;
  for (const yaml::Entry& entry : pairs.entries) entries.push_back(&entry);
  std::ranges::sort(entries, {}, [](const yaml::Entry* entry) { return entry->key->text; });
  return entries;
}

void require_map(const yaml::Node& node, const FieldSpec& spec, const yaml::Node& body) {
  if (node.is_mapping() || node.is_null()) return;
  fail("kustomize/field-path", node.span, cat("expected a map at '", spec.path, "'"), {},
       {std::string(spec.path), describe(id_of(body)),
        cat("wrong node kind: expected MappingNode but got ",
            node.is_scalar() ? "ScalarNode" : "SequenceNode", ": node contents:\n", node.text)});
}

bool flag(const yaml::Node& record, std::string_view name) {
  const yaml::Node* const value = yaml::find(record, name);
  return value != nullptr && yaml::as_boolean(*value).value_or(false);
}

std::vector<FieldSpec> specs_of_label(const Step& step, const yaml::Node& label) {
  std::vector<FieldSpec> specs = field_specs_of(yaml::find(label, "fields"));
  merge_field_specs(specs, step.tables.labels);
  if (flag(label, "includeSelectors")) {
    merge_field_specs(specs, step.tables.common_labels);
    return specs;
  }
  if (flag(label, "includeTemplates")) merge_field_specs(specs, step.tables.template_labels);
  if (flag(label, "includeVolumeClaimTemplates"))
    merge_field_specs(specs, step.tables.volume_claim_template_labels);
  merge_field_specs(specs, {{{}, "metadata/labels", true}});
  return specs;
}

}  // namespace

void set_pairs(const Step& step, const yaml::Node& pairs, const std::vector<FieldSpec>& specs,
               std::string_view field) {
  if (pairs.entries.empty()) return;
  const std::vector<const yaml::Entry*> entries = sorted(pairs);
  const Mark writer = mark(step, yaml::LayerKind::kTransformer, field, pairs.span);
  for (Item* const item : step.items.list()) {
    yaml::Node& body = *item->body;
    // One by one: what a label makes can be what the next one is set in.
    for (const yaml::Entry* const entry : entries)
      visit_fields(step.build.arena, body, specs, Make::kMapping,
                   [&](const FieldSpec& spec, yaml::Node& map) {
                     require_map(map, spec, body);
                     if (map.is_null()) return;
                     write_entry(step.build, map, entry->key->text, entry->value->text,
                                 {entry->value->span, writer.layer});
                   });
  }
}

void labels_from_file(const Step& step) {
  if (const yaml::Node* const labels = step.file->find("labels")) {
    for (const yaml::Node* const label : labels->items) {
      const std::vector<FieldSpec> specs = specs_of_label(step, *label);
      if (const yaml::Node* const pairs = yaml::find(*label, "pairs"))
        set_pairs(step, *pairs, specs, "labels");
    }
  }
  if (const yaml::Node* const common = step.file->find("commonLabels"))
    set_pairs(step, *common, step.tables.common_labels, "commonLabels");
}

void labels_from_config(const Step& step, const yaml::Node& config) {
  if (const yaml::Node* const pairs = yaml::find(config, "labels"))
    set_pairs(step, *pairs, field_specs_of(yaml::find(config, "fieldSpecs")), "LabelTransformer");
}

void annotations_from_file(const Step& step) {
  set_pairs(step, *step.file->find("commonAnnotations"), step.tables.common_annotations,
            "commonAnnotations");
}

void annotations_from_config(const Step& step, const yaml::Node& config) {
  if (const yaml::Node* const pairs = yaml::find(config, "annotations"))
    set_pairs(step, *pairs, field_specs_of(yaml::find(config, "fieldSpecs")),
              "AnnotationsTransformer");
}

}  // namespace plumb::kustomize
