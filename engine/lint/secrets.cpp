// Values of secrets in what is rendered. No finding shows one.

#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

// A reference to a vault that a tool was to replace: op://vault/item/field, {{ op://… }}.
bool is_unfilled(std::string_view text) { return contains(text, "op://"); }

void check_unfilled(const Inspection& inspection, const kube::Resource& resource,
                    const yaml::Node& value) {
  if (value.is_scalar() && is_unfilled(value.text))
    inspection.add("lint/unfilled-secret", resource, value,
                   "a reference to a vault is left where its value should be",
                   {{"fill it in before it is applied, or let an ExternalSecret do it"}});
}

void check_secret(const Inspection& inspection, const kube::Resource& secret) {
  const std::string_view type = yaml::text_at(*secret.body, {"type"});
  const yaml::Entry* literal = nullptr;
  for (const char* const field : {"data", "stringData"})
    if (const yaml::Node* const values = yaml::find(*secret.body, field))
      for (const yaml::Entry& entry : values->entries) {
        check_unfilled(inspection, secret, *entry.value);
        if (entry.value->is_scalar() && !entry.value->text.empty() &&
            !is_unfilled(entry.value->text))
          literal = literal == nullptr ? &entry : literal;
      }
  if (literal != nullptr && type != "kubernetes.io/service-account-token")
    inspection.add("lint/literal-secret", secret, *literal->key,
                   "this Secret is rendered with its values",
                   {{"a SealedSecret or an ExternalSecret keeps them out of the repository"}}, {},
                   Severity::kWarning);
}

void check_container(const Inspection& inspection, const kube::Resource& resource,
                     const yaml::Node& container) {
  if (const yaml::Node* const variables = yaml::find(container, "env"))
    for (const yaml::Node* const each : variables->items)
      if (const yaml::Node* const value = yaml::find(*each, "value"))
        check_unfilled(inspection, resource, *value);
}

}  // namespace

void find_literal_secrets(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources) {
    if (resource.id.kind == "Secret" && resource.id.group.empty())
      check_secret(inspection, resource);
    else if (resource.id.kind != "CustomResourceDefinition")
      each_pod(*resource.body, [&](const yaml::Node& pod) {
        each_container(pod, [&](const yaml::Node& container) {
          check_container(inspection, resource, container);
        });
      });
  }
}

}  // namespace plumb::lint
