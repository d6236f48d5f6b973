// `replicas`: how many, for what has or had a name.

#include "base/text.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

bool matches(const Item& item, const Gvk& gvk, std::string_view name) {
  const Id id = item.id();
  if (id.name == name && selects(gvk, id.gvk)) return true;
  for (std::size_t i = 0; i < item.former.size(); ++i) {
    const Id former = item.former_id(i);
    if (former.name == name && selects(gvk, former.gvk)) return true;
  }
  return false;
}

void transform(const Step& step, const yaml::Node& entry, const std::vector<FieldSpec>& specs) {
  const std::string_view name = yaml::text_at(entry, {"name"});
  const yaml::Node* const count = yaml::find(entry, "count");
  const std::string_view text = count != nullptr ? count->text : "0";
  const Mark writer = mark(step, yaml::LayerKind::kTransformer, "replicas",
                           count != nullptr ? count->span : entry.span);
  bool found = false;
  for (const FieldSpec& spec : specs) {
    for (Item* const item : step.items.named(name)) {
      if (!matches(*item, spec.gvk, name)) continue;
      found = true;
      visit_fields(step.build.arena, *item->body, spec, Make::kScalar, [&](yaml::Node& node) {
        require_scalar(node);
        write_typed(step.build, node, text, yaml::Type::kInteger, writer);
      });
    }
  }
  if (found) return;
  std::string kinds;
  for (const FieldSpec& spec : specs) kinds += cat(kinds.empty() ? "" : " ", describe(spec.gvk));
  fail("kustomize/no-replicas-target", entry.span,
       cat("nothing that has replicas is named '", name, "'"), {}, {std::string(name), kinds});
}

}  // namespace

void replicas_from_file(const Step& step) {
  for (const yaml::Node* const entry : step.file->find("replicas")->items)
    transform(step, *entry, step.tables.replicas);
}

void replicas_from_config(const Step& step, const yaml::Node& config) {
  const yaml::Node empty;
  const yaml::Node* const entry = yaml::find(config, "replica");
  transform(step, entry != nullptr ? *entry : empty,
            field_specs_of(yaml::find(config, "fieldSpecs")));
}

}  // namespace plumb::kustomize
