#pragma once
// Values as they are in the patches of a client-side apply, whose numbers are floats.

#include "base/arena.h"
#include "yaml/node.h"

namespace plumb::diff {

// Whether both are mappings, lists, texts, numbers, booleans or null.
bool is_same_type(const yaml::Node& a, const yaml::Node& b);
// Whether both are the same when they are sent: 2 and 2.0, and two integers beyond 2^53 that agree
// in their first 53 bits.
bool is_same_value(const yaml::Node& a, const yaml::Node& b);
// The value as it is sent.
yaml::Node* sent_value(const yaml::Node& value, Arena& arena);

}  // namespace plumb::diff
