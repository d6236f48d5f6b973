#pragma once
// Editing a string inside JSON text without touching any other byte.
//
// Compilers put JSON into annotations and parameters, each with its own way of escaping and
// ordering. What is not edited stays as it was written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pip_command.h"

namespace plumb::pipeline {

struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The value behind keys from the top: json_value("{\"a\":{\"b\":1}}", {"a", "b"}). Nothing: not
// there, or not JSON on the way.
std::optional<TextRange> json_value(std::string_view json,
                                    std::initializer_list<std::string_view> keys);
// The elements of the array at `range`.
std::vector<TextRange> json_elements(std::string_view json, TextRange range);

// A JSON string, decoded, with the place in the JSON text of each of its bytes and of its end.
struct JsonString {
  std::string text;
  std::vector<std::size_t> places;
};
std::optional<JsonString> json_string(std::string_view json, TextRange range);

// Edits of a decoded string as edits of the JSON text that holds it, in that text's way of
// escaping.
std::vector<TextEdit> json_edits(std::string_view json, const JsonString& string,
                                 const std::vector<TextEdit>& edits);

}  // namespace plumb::pipeline
