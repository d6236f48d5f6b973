#pragma once
// A second opinion (door: yaml-cpp): what was emitted, read again by a reader that is not ours.

#include <optional>
#include <string>
#include <string_view>

#include "yaml/node.h"

namespace plumb::yaml {

// Why `emitted` does not read back, by yaml-cpp, to the same data as `node`, or nothing: "at
// spec.replicas: expected 2, found 3".
std::optional<std::string> find_difference(const Node& node, std::string_view emitted);

}  // namespace plumb::yaml
