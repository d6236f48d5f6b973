#pragma once
// What a plan says, without where and when it was made.

#include <string>

#include "plan/plan.h"

namespace plumb::plan {

// 64 hexadecimal digits: object, verb, risk, rules, changes with their values and causes,
// consequences. Places in files, names of revisions and notes do not count.
std::string digest_of(const Step& step);
std::string digest_of(const Plan& plan);

}  // namespace plumb::plan
