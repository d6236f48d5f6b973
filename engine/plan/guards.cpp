#include "plan/guards.h"

#include <algorithm>

#include "base/text.h"

namespace plumb::plan {

namespace {

constexpr std::size_t kDeletions = 10;  // of one target; and not more than a third of it

// "PersistentVolumeClaim/data", with or without its namespace, or "*".
bool names(const std::string& allowed, const kube::ResourceId& id) {
  return allowed == "*" || allowed == kube::describe(id) || allowed == cat(id.kind, '/', id.name);
}

class Guard {
 public:
  Guard(EnvironmentPlan& plan, const EnvironmentInput& input, const Input& run)
      : plan_(plan), input_(input), run_(run) {}

  void steps() {
    for (Step& step : plan_.steps) {
      for (Reason& reason : step.reasons) {
        if (!reason.refuses || step.risk == Risk::kBlocked) continue;
        const std::string resource = cat(step.resource.kind, '/', step.resource.name);
        allow(reason, resource,
              [&](const std::string& name) { return names(name, step.resource); });
      }
    }
  }

  void target(const TargetCount& count) {
    const auto deletions =
        static_cast<std::size_t>(std::ranges::count_if(plan_.steps, [&](const Step& step) {
          return step.unit == count.unit && step.verb == Verb::kDelete;
        }));
    if (deletions == 0) return;
    if (count.head == 0 && !count.gone) {
      refuse(count.unit, {"empty-target",
                          cat("'", count.unit, "' renders to nothing and had ",
                              count_of(count.before, "object"), " before"),
                          {},
                          true,
                          {}});
      return;
    }
    const std::size_t third = std::max<std::size_t>(1, count.before / 3);
    const std::size_t limit = input_.guards.deletions
                                  ? static_cast<std::size_t>(*input_.guards.deletions)
                                  : std::min(kDeletions, third);
    if (deletions <= limit) return;
    refuse(count.unit, {"deletions",
                        cat("'", count.unit, "' loses ", deletions, " of ",
                            count_of(count.before, "object"), ", and ", limit,
                            input_.guards.deletions ? " may go (guards.deletions)" : " may go"),
                        cat("raise guards.deletions of environment '", plan_.name, "'; or "),
                        true,
                        {}});
  }

 private:
  void refuse(const std::string& unit, Reason reason) {
    allow(reason, unit, [&](const std::string& name) { return name == "*" || name == unit; });
    plan_.refusals.push_back({unit, std::move(reason)});
  }

  template <typename Names>
  void allow(Reason& reason, const std::string& resource, Names is_named) {
    for (const auto* const list : {&input_.guards.allow, &run_.allow}) {
      for (const project::Allowance& allowance : *list) {
        if (allowance.rule != reason.rule || !is_named(allowance.resource)) continue;
        reason.allowed = allowance.reason.empty() ? "allowed for this run" : allowance.reason;
        return;
      }
    }
    const std::string also = reason.cure.empty() || reason.cure.ends_with("or ") ? "" : "; or ";
    reason.cure +=
        cat(also, "allow it for this run with --allow ", reason.rule, '=', resource,
            ", or in plumb.yaml: environments.", plan_.name, ".guards.allow: [{rule: ", reason.rule,
            ", resource: ", resource, ", reason: …}]");
  }

  EnvironmentPlan& plan_;
  const EnvironmentInput& input_;
  const Input& run_;
};

}  // namespace

void guard(EnvironmentPlan& plan, const EnvironmentInput& input, const Input& run,
           const std::vector<TargetCount>& counts) {
  Guard guard(plan, input, run);
  guard.steps();
  for (const TargetCount& count : counts) guard.target(count);
}

}  // namespace plumb::plan
