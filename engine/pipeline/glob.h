#pragma once
// Names by pattern: '*' is any text, '?' one byte.

#include <string_view>

namespace plumb::pipeline {

bool glob_matches(std::string_view pattern, std::string_view name);

}  // namespace plumb::pipeline
