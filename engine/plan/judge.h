#pragma once
// What speaks against a step: fields that the server keeps, data that is lost.

#include <span>
#include <string>
#include <vector>

#include "diff/change.h"
#include "plan/plan.h"

namespace plumb::plan {

// All objects that are known of an environment, to count what a deletion takes along.
struct Surroundings {
  std::vector<const yaml::Node*> present;  // live, or base without live
  std::vector<const yaml::Node*> wanted;   // head
};

// Sets verb, risk, reasons and consequences of an update from its changes. `is_accepted`: a server
// took it in a dry run, so no field is immutable.
void judge_update(Step& step, bool is_accepted = false);
// The same for a deletion.
void judge_delete(Step& step, const Surroundings& around);

// Whether the server refuses this change in place.
bool forces_replace(const yaml::Node& head, const diff::Change& change);

}  // namespace plumb::plan
