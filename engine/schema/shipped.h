#pragma once
// The texts of schemas/*.yaml, compiled into the program.

#include <span>
#include <string_view>

namespace plumb::schema {

struct ShippedText {
  std::string_view group;  // the file's name without its ending: an API group
  std::string_view text;
};
std::span<const ShippedText> shipped_texts();

}  // namespace plumb::schema
