#pragma once
// A client-side apply, as kubectl does it: what was applied last, what is wanted and what runs make
// a patch.

#include "base/arena.h"
#include "diff/shape.h"
#include "yaml/node.h"

namespace plumb::diff {

// What an apply of head makes of live, before the server fills anything in: head's values in live's
// place, without what the last applied configuration had and head has not. Lists of built-in kinds
// merge where their schema says so, all others are replaced. The configuration that is noted on the
// object is head.
yaml::Node* apply_client_side(const yaml::Node& head, const yaml::Node& live,
                              const Catalogue* catalogue, Arena& arena);

// The JSON merge patch (RFC 7386) that turns one tree into the other; null when they are equal.
// Nulls of `after` cannot be said in such a patch and count as absent.
yaml::Node* merge_patch(const yaml::Node& before, const yaml::Node& after, Arena& arena);

}  // namespace plumb::diff
