#pragma once
// Tables of methods. Inside the module only.

#include <span>
#include <string_view>

#include "starlark/object.h"

namespace plumb::starlark {

struct Method {
  std::string_view name;
  BuiltinCode code;
};
std::span<const Method> string_methods();

}  // namespace plumb::starlark
