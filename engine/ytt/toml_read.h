#pragma once
// TOML text → dicts and lists. Inside the module only.

#include <string_view>

#include "ytt/values.h"

namespace plumb::ytt {

// Keys are sorted. Errors: ytt/value, in the words of the reader that ytt uses ("toml: line 2: …");
// dates are refused.
Value read_toml(Thread& thread, std::string_view text);

}  // namespace plumb::ytt
