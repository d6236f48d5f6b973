#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "plan/plan.h"
#include "yaml/emit.h"
#include "yaml/json.h"

namespace plumb::plan {

namespace {

using yaml::Node;
using Digests = std::map<std::string, std::string>;  // by environment and step id
using Steps = std::map<std::string, const Node*>;    // likewise

bool leaves_alone(const Node& step) {
  return yaml::text_at(step, {"verb"}) == "none" && yaml::text_at(step, {"risk"}) != "blocked";
}

// Those that count, of a plan document.
Steps steps_of(const Node& document) {
  Steps found;
  const Node* const environments = yaml::find(document, "environments");
  if (environments == nullptr) return found;
  for (const Node* const environment : environments->items) {
    const Node* const steps = yaml::find(*environment, "steps");
    if (steps == nullptr) continue;
    for (const Node* const step : steps->items) {
      if (leaves_alone(*step)) continue;
      found[cat(yaml::text_at(*environment, {"name"}), ": ", yaml::text_at(*step, {"id"}))] = step;
    }
  }
  return found;
}

Digests digests_of(const Node& document) {
  Digests digests;
  for (const auto& [id, step] : steps_of(document)) digests[id] = yaml::text_at(*step, {"digest"});
  return digests;
}

Digests digests_of(const Plan& plan) {
  Digests digests;
  for (const EnvironmentPlan& environment : plan.environments) {
    for (const Step& step : environment.steps) {
      if (leaves_alone(step)) continue;
      digests[cat(environment.name, ": ", step.id)] = step.digest;
    }
  }
  return digests;
}

std::map<std::string, Imprint> imprints_of(const Node& environment) {
  std::map<std::string, Imprint> imprints;
  const Node* const objects = yaml::find(environment, "objects");
  if (objects == nullptr) return imprints;
  for (const Node* const object : objects->items) {
    const auto text = [&](std::string_view key) {
      return std::string(yaml::text_at(*object, {key}));
    };
    imprints[text("id")] = {text("uid"), text("resource_version"), text("owned")};
  }
  return imprints;
}

void compare_imprints(const Node& before, const EnvironmentPlan& after, Freshness& freshness) {
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

void compare_objects(const Node& document, const Plan& now, Freshness& freshness) {
  const Node* const environments = yaml::find(document, "environments");
  if (environments == nullptr) return;
  for (const Node* const before : environments->items) {
    for (const EnvironmentPlan& after : now.environments) {
      if (yaml::text_at(*before, {"name"}) == after.name) {
        compare_imprints(*before, after, freshness);
      }
    }
  }
}

// ---- whether a document says what its digest stands for ----

void add_members(std::string& out, const Node& node, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const Node* const value = yaml::find(node, name);
    out += value == nullptr ? std::string("-") : yaml::emit_json(*value);
    out.push_back('\n');
  }
}

// The numbers of marks depend on all that a run shows.
std::string without_numbers_of_marks(std::string_view text) {
  constexpr std::string_view kMark = "‹secret ";
  std::string out;
  while (!text.empty()) {
    const std::size_t at = text.find(kMark);
    const std::size_t end = at == std::string_view::npos ? text.size() : at + kMark.size();
    out += text.substr(0, end);
    text.remove_prefix(end);
    if (at == std::string_view::npos) continue;
    text.remove_prefix(std::min(text.size(), text.find_first_not_of("0123456789")));
  }
  return out;
}

// What a reader takes from a step.
std::string content_of(const Node& step) {
  constexpr std::array<std::string_view, 5> kOfStep{"verb", "risk", "resource", "previous",
                                                    "consequences"};
  constexpr std::array<std::string_view, 5> kOfChange{"path", "op", "before", "after", "cause"};
  std::string out;
  add_members(out, step, kOfStep);
  if (const Node* const changes = yaml::find(step, "changes")) {
    for (const Node* const change : changes->items) {
      if (yaml::text_at(*change, {"only_live"}) != "true") add_members(out, *change, kOfChange);
    }
  }
  return without_numbers_of_marks(out);
}

std::string summary_of(const Node& document) {
  constexpr std::array<std::string_view, 6> kCounts{"create", "update",  "replace",
                                                    "delete", "blocked", "refused"};
  std::string out;
  if (const Node* const summary = yaml::find(document, "summary")) {
    add_members(out, *summary, kCounts);
  }
  return out;
}

[[noreturn]] void fail_damaged(Span place, std::string_view what) {
  fail("plan/damaged", place, cat("the saved plan was damaged or edited: ", what),
       {{"plumb plan -o FILE saves it anew"}}, {std::string(what)});
}

void expect_undamaged(const Node& saved, const Node& now, Span place) {
  const Steps before = steps_of(saved);
  const Steps after = steps_of(now);
  for (const auto& [id, step] : after) {
    const auto found = before.find(id);
    if (found == before.end()) fail_damaged(place, cat("step '", id, "' is not in it"));
    if (content_of(*found->second) != content_of(*step)) {
      fail_damaged(place, cat("step '", id, "' is not what its digest stands for"));
    }
  }
  for (const auto& [id, step] : before) {
    if (!after.contains(id)) fail_damaged(place, cat("its digest has no step '", id, "'"));
  }
  if (summary_of(saved) != summary_of(now)) fail_damaged(place, "its summary is not of its steps");
}

// Without them nobody can tell whether live is still what it was.
void expect_imprints(const Node& saved, const Plan& now, Span place) {
  const Node* const environments = yaml::find(saved, "environments");
  if (environments == nullptr) fail_damaged(place, "it has no environments");
  for (const Node* const before : environments->items) {
    for (const EnvironmentPlan& after : now.environments) {
      if (yaml::text_at(*before, {"name"}) != after.name) continue;
      for (const auto& [id, imprint] : after.imprints) {
        if (!imprints_of(*before).contains(id)) {
          fail_damaged(place,
                       cat("it does not keep what '", after.name, ": ", id, "' was in live"));
        }
      }
    }
  }
}

}  // namespace

Freshness check(std::string_view saved, Span place, const Plan& now,
                std::string_view document_now) {
  Arena arena;
  const Node& document = *yaml::read_json(saved, place, arena);
  const std::string_view version = yaml::text_at(document, {"format_version"});
  if (version != "plumb.plan/v1alpha1") {
    fail("plan/unknown-format", place,
         cat("expected a plan of format 'plumb.plan/v1alpha1', got '", version, "'"),
         {{"plumb plan --format json -o FILE saves one"}}, {std::string(version)});
  }
  const std::string_view saved_digest = yaml::text_at(document, {"digest"});
  if (saved_digest.empty()) fail_damaged(place, "it has no digest");
  Freshness freshness;
  compare_objects(document, now, freshness);
  const bool same_steps = saved_digest == now.digest;
  freshness.fresh = same_steps && freshness.stale.empty() && !freshness.other_cluster;
  if (same_steps) {
    if (!document_now.empty()) {
      expect_undamaged(document, *yaml::read_json(document_now, {}, arena), place);
      expect_imprints(document, now, place);
    }
    return freshness;
  }
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
