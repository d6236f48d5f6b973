// Rules about containers, wherever a pod is described.

#include <unordered_map>

#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

void check_container(const Inspection& inspection, const kube::Resource& resource,
                     const yaml::Node& container) {
  const yaml::Node* const variables = yaml::find(container, "env");
  if (variables == nullptr) return;
  std::unordered_map<std::string_view, const yaml::Node*> seen;
  for (const yaml::Node* const variable : variables->items) {
    const yaml::Node* const name = yaml::find(*variable, "name");
    if (name == nullptr || !name->is_scalar()) continue;
    const auto [first, fresh] = seen.try_emplace(name->text, name);
    if (!fresh)
      inspection.add("lint/duplicate-variable", resource, *name,
                     cat("the variable '", name->text, "' is set twice"),
                     {{"the last one counts; first here", first->second->span}},
                     {std::string(name->text)});
  }
}

// Container lists are found by name at any depth: pods stand in many kinds, ours and others'.
void visit(const Inspection& inspection, const kube::Resource& resource, const yaml::Node& node) {
  for (const yaml::Node* const item : node.items) visit(inspection, resource, *item);
  for (const yaml::Entry& entry : node.entries) {
    const bool containers = entry.key->text == "containers" || entry.key->text == "initContainers";
    if (containers && entry.value->is_sequence())
      for (const yaml::Node* const each : entry.value->items)
        check_container(inspection, resource, *each);
    visit(inspection, resource, *entry.value);
  }
}

}  // namespace

void find_duplicate_variables(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources)
    if (resource.id.kind != "CustomResourceDefinition") visit(inspection, resource, *resource.body);
}

}  // namespace plumb::lint
