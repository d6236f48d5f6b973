#pragma once
// Admission that may change what is written: webhooks and policies, and since when.

#include <string>
#include <string_view>
#include <vector>

#include "state/discovery.h"
#include "state/state.h"

namespace plumb::state {

// A rule of a webhook or a policy: an update of which resources it is asked about. Versions do not
// count, for most rules hold for all that a resource has; nor do selectors and conditions.
struct MutatorRule {
  std::vector<std::string> groups;     // "*": all
  std::vector<std::string> resources;  // "deployments", "*", "*/*"
  std::string scope;                   // "Namespaced", "Cluster", or any other text: both
};

struct Mutator {
  std::string name;  // of a policy, for its bindings
  std::string time;  // RFC 3339: made, or last changed in more than its certificates
  std::vector<MutatorRule> rules;
};

struct Mutators {
  std::string hidden;  // why the account may not see them, or ""
  std::vector<Mutator> all;
};

// Of the MutatingWebhookConfigurations, MutatingAdmissionPolicies and their bindings in a state.
Mutators mutators_in(const State& state);

// When admission for the kind was last set up; "" where nothing changes objects of it.
std::string_view mutated_since(const Mutators& mutators, const ServedKind& kind);

}  // namespace plumb::state
