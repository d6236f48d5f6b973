#pragma once
// The texts of templates/ and overlays/, as compile_builtin puts them into the program.

#include <span>
#include <string_view>

namespace plumb::render {

struct BuiltinText {
  std::string_view path;  // "devpi/values.yaml"
  std::string_view text;
};
std::span<const BuiltinText> builtin_texts();

}  // namespace plumb::render
