#pragma once
// The JSON merge patch (RFC 7386) of a client-side apply.

#include "base/arena.h"
#include "diff/compare.h"

namespace plumb::diff {

// `base` is what was applied last, or null. What head has and live has not, without nulls; and null
// for what base had and head has not, or has as a null that base did not have. Null: nothing.
yaml::Node* json_patch(const Sides& sides, Arena& arena);

}  // namespace plumb::diff
