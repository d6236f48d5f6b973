#include "state/mutators.h"

#include <algorithm>

#include "base/text.h"
#include "state/cluster.h"

namespace plumb::state {

namespace {

using yaml::Node;

constexpr std::string_view kGroup = "admissionregistration.k8s.io";
constexpr std::string_view kWebhooks = "MutatingWebhookConfiguration";
constexpr std::string_view kPolicy = "MutatingAdmissionPolicy";
constexpr std::string_view kBinding = "MutatingAdmissionPolicyBinding";

std::vector<std::string> texts_at(const Node& mapping, std::string_view key) {
  std::vector<std::string> texts;
  if (const Node* const list = yaml::find(mapping, key)) {
    for (const Node* const item : list->items) texts.emplace_back(item->text);
  }
  return texts;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

void add_rules(std::vector<MutatorRule>& rules, const Node* list) {
  if (list == nullptr) return;
  for (const Node* const item : list->items) {
    const std::vector<std::string> operations = texts_at(*item, "operations");
    if (!has(operations, "*") && !has(operations, "UPDATE")) continue;
    rules.push_back({texts_at(*item, "apiGroups"), texts_at(*item, "resources"),
                     std::string(yaml::text_at(*item, {"scope"}))});
  }
}

// Whether fields of a managedFields entry are more than a certificate, which is renewed for ever.
bool says_something(const Node& fields) {
  return std::ranges::any_of(fields.entries, [](const yaml::Entry& entry) {
    const std::string_view key = entry.key->text;
    if (key == "." || key == "f:caBundle" || key == "f:metadata") return false;
    return entry.value->entries.empty() || says_something(*entry.value);
  });
}

std::string time_of(const Node& body) {
  std::string_view time = yaml::text_at(body, {"metadata", "creationTimestamp"});
  if (const Node* const entries = yaml::find_path(body, {"metadata", "managedFields"})) {
    for (const Node* const entry : entries->items) {
      const Node* const fields = yaml::find(*entry, "fieldsV1");
      if (fields != nullptr && says_something(*fields))
        time = std::max(time, yaml::text_at(*entry, {"time"}));
    }
  }
  return std::string(time);
}

Mutator mutator_of(const kube::Resource& resource) {
  const Node& body = *resource.body;
  Mutator mutator{resource.id.name, time_of(body), {}};
  if (resource.id.kind == kPolicy) {
    add_rules(mutator.rules, yaml::find_path(body, {"spec", "matchConstraints", "resourceRules"}));
  } else if (const Node* const webhooks = yaml::find(body, "webhooks")) {
    for (const Node* const webhook : webhooks->items) {
      add_rules(mutator.rules, yaml::find(*webhook, "rules"));
    }
  }
  return mutator;
}

// A policy does what it does since it is bound.
void add_binding(std::vector<Mutator>& all, const Node& binding) {
  const std::string_view policy = yaml::text_at(binding, {"spec", "policyName"});
  for (Mutator& mutator : all) {
    if (mutator.name == policy) mutator.time = std::max(mutator.time, time_of(binding));
  }
}

bool concerns(const MutatorRule& rule, const ServedKind& kind) {
  if (rule.scope == "Namespaced" && !kind.namespaced) return false;
  if (rule.scope == "Cluster" && kind.namespaced) return false;
  return (has(rule.groups, "*") || has(rule.groups, kind.group)) &&
         (has(rule.resources, "*") || has(rule.resources, "*/*") ||
          has(rule.resources, kind.resource));
}

}  // namespace

Mutators mutators_in(const State& state) {
  Mutators mutators;
  for (const Gap& gap : state.gaps) mutators.hidden = gap.reason;
  for (const kube::Resource& resource : state.set.resources) {
    if (resource.id.kind == kWebhooks || resource.id.kind == kPolicy)
      mutators.all.push_back(mutator_of(resource));
  }
  for (const kube::Resource& resource : state.set.resources) {
    if (resource.id.kind == kBinding) add_binding(mutators.all, *resource.body);
  }
  return mutators;
}

std::string_view mutated_since(const Mutators& mutators, const ServedKind& kind) {
  std::string_view time;
  for (const Mutator& mutator : mutators.all) {
    const bool any = std::ranges::any_of(
        mutator.rules, [&](const MutatorRule& rule) { return concerns(rule, kind); });
    if (any) time = std::max<std::string_view>(time, mutator.time);
  }
  return time;
}

const Mutators& Cluster::mutators() {
  if (mutators_) return *mutators_;
  Query query;
  for (const std::string_view kind : {kWebhooks, kPolicy, kBinding}) {
    query.kinds[{std::string(kGroup), std::string(kind)}] = {"v1", {{"", {}}}};
  }
  return mutators_.emplace(mutators_in(read(query)));
}

}  // namespace plumb::state
