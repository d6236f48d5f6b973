#pragma once
// The order of an environment's steps: what is needed comes first, what is deleted goes last.

#include "plan/plan.h"

namespace plumb::plan {

// Fills Step::after and sorts the steps. Error: plan/cycle, with the steps that wait for one
// another.
void order(EnvironmentPlan& environment);

}  // namespace plumb::plan
