#pragma once
// An object as Go prints it with %#v, which is how kustomize shows what it cannot print.

#include <string>

#include "yaml/node.h"

namespace plumb::kustomize {

// `map[string]interface {}{"a":1, "b":[]interface {}{"x"}}`. A mapping with a key that is no string
// is a map[interface {}]interface {}; keys are sorted.
std::string go_value_text(const yaml::Node& node);

}  // namespace plumb::kustomize
