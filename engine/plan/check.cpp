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

std::map<std::string, Imprint> imprints_of(const yaml::Node& environment) {
  std::map<std::string, Imprint> imprints;
  const yaml::Node* const objects = yaml::find(environment, "objects");
  if (objects == nullptr) return imprints;
  for (const yaml::Node* const object : objects->items) {
    const auto text = [&](std::string_view key) {
      return std::string(yaml::text_at(*object, {key}));
    };
    imprints[text("id")] = {text("uid"), text("resource_version"), text("owned")};
  }
  return imprints;
}

void compare_imprints(const yaml::Node& before, const EnvironmentPlan& after,
                      Freshness& freshness) {
  const std::string_view cluster = yaml::text_at(before, {"cluster"});
  if (!cluster.empty() && !after.cluster.empty() && cluster != after.cluster) {
    freshness.other_cluster = true;
  }
  for (const auto& [id, old] : imprints_of(before)) {
    const auto found = after.imprints.find(id);
    if (found == after.imprints.end()) continue;  // no object of head any more: the steps tell
    const Imprint& now = found->second;
    const std::string name = cat(after.name, ": ", id);
    if (old.uid != now.uid || old.owned != now.owned) {
      freshness.stale.push_back(name);
    } else if (old.resource_version != now.resource_version) {
      freshness.moved.push_back(name);
    }
  }
}

void compare_objects(const yaml::Node& document, const Plan& now, Freshness& freshness) {
  const yaml::Node* const environments = yaml::find(document, "environments");
  if (environments == nullptr) return;
  for (const yaml::Node* const before : environments->items) {
    for (const EnvironmentPlan& after : now.environments) {
      if (yaml::text_at(*before, {"name"}) == after.name) {
        compare_imprints(*before, after, freshness);
      }
    }
  }
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
  compare_objects(document, now, freshness);
  const bool same_steps = yaml::text_at(document, {"digest"}) == now.digest;
  freshness.fresh = same_steps && freshness.stale.empty() && !freshness.other_cluster;
  if (same_steps) return freshness;
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
