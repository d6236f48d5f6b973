#pragma once
// What is refused unless somebody allows it, with a number and a reason.

#include "plan/plan.h"

namespace plumb::plan {

// How many objects a target had and how many it will have.
struct TargetCount {
  std::string unit;
  std::size_t before = 0;
  std::size_t head = 0;
  bool gone = false;  // the unit itself was taken out
};

// Adds the refusals that concern whole targets, and marks every refusing reason that an allowance
// of the environment or of this run covers.
void guard(EnvironmentPlan& plan, const EnvironmentInput& input, const Input& run,
           const std::vector<TargetCount>& counts);

}  // namespace plumb::plan
