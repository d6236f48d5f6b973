#pragma once
// The strategic merge patch of a client-side apply.

#include "base/arena.h"
#include "diff/client_side.h"
#include "diff/compare.h"

namespace plumb::diff {

// `base` is what was applied last, or null. `shape`: of the built-in kind.
ClientSidePatch strategic_patch(const Sides& sides, const Shape& shape, Arena& arena);

}  // namespace plumb::diff
