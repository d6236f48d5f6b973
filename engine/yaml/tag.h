#pragma once
// Tags as YAML writes them short.

#include <string_view>

#include "yaml/node.h"

namespace plumb::yaml {

// The tag of a scalar of that type: short_tag(Type::kInteger) == "!!int". What is nothing else is a
// string.
constexpr std::string_view short_tag(Type type) {
  switch (type) {
    case Type::kNull:
      return "!!null";
    case Type::kBoolean:
      return "!!bool";
    case Type::kInteger:
      return "!!int";
    case Type::kFloat:
      return "!!float";
    case Type::kTimestamp:
      return "!!timestamp";
    case Type::kMerge:
      return "!!merge";
    default:
      return "!!str";
  }
}

}  // namespace plumb::yaml
