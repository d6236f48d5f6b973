#include <map>

#include "base/text.h"
#include "plan/plan.h"
#include "yaml/json.h"

namespace plumb::plan {

namespace {

using Digests = std::map<std::string, std::string>;  // by environment and step id

Digests digests_of(const yaml::Node& document) {
  Digests digests;
  const yaml::Node* const environments = yaml::find(document, "environments");
  if (environments == nullptr) return digests;
  for (const yaml::Node* const environment : environments->items) {
    const yaml::Node* const steps = yaml::find(*environment, "steps");
    if (steps == nullptr) continue;
    for (const yaml::Node* const step : steps->items) {
      digests[cat(yaml::text_at(*environment, {"name"}), ": ", yaml::text_at(*step, {"id"}))] =
          yaml::text_at(*step, {"digest"});
    }
  }
  return digests;
}

Digests digests_of(const Plan& plan) {
  Digests digests;
  for (const EnvironmentPlan& environment : plan.environments) {
    for (const Step& step : environment.steps) {
      digests[cat(environment.name, ": ", step.id)] = step.digest;
    }
  }
  return digests;
}

}  // namespace

Freshness check(std::string_view saved, Span place, const Plan& now) {
  Arena arena;
  const yaml::Node& document = *yaml::read_json(saved, place, arena);
  const std::string_view version = yaml::text_at(document, {"format_version"});
  if (version != "plumb.plan/v1alpha1") {
    fail("plan/unknown-format", place,
         cat("expected a plan of format 'plumb.plan/v1alpha1', got '", version, "'"),
         {{"plumb plan --format json -o FILE saves one"}}, {std::string(version)});
  }
  Freshness freshness;
  freshness.fresh = yaml::text_at(document, {"digest"}) == now.digest;
  if (freshness.fresh) return freshness;
  const Digests before = digests_of(document);
  const Digests after = digests_of(now);
  for (const auto& [id, digest] : before) {
    const auto found = after.find(id);
    if (found == after.end()) {
      freshness.gone.push_back(id);
    } else if (found->second != digest) {
      freshness.changed.push_back(id);
    }
  }
  for (const auto& [id, digest] : after) {
    if (!before.contains(id)) freshness.added.push_back(id);
  }
  return freshness;
}

}  // namespace plumb::plan
