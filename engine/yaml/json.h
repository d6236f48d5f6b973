#pragma once
// JSON text (door: nlohmann_json) → the tree. For API answers and JSON files; manifests in JSON go
// through read(), which knows their places.

#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/limits.h"
#include "yaml/node.h"

namespace plumb::yaml {

// Every node has the span `place`. Not JSON: yaml/json with the byte where it ends to be JSON.
Node* read_json(std::string_view text, Span place, Arena& arena, const Limits& limits = {});

}  // namespace plumb::yaml
