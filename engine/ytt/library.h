#pragma once
// The modules that load("@ytt:name", "name") gives. A module is a function here and a row in the
// table of library.cpp.

#include <string_view>

#include "ytt/values.h"

namespace plumb::ytt {

// The module of that name, or an unset value when there is none. Modules that ytt has and plumb
// does not are the error ytt/unsupported. `data` and `template` belong to a file and are made by
// the workspace.
Value make_library_module(Thread& thread, std::string_view name);

Value make_assert_module(Thread& thread);

// The text that yaml.encode gives.
std::string encode_yaml(Thread& thread, const Node* value);
// What is read back from it: dicts and lists.
Value decode_yaml(Thread& thread, std::string_view text);

}  // namespace plumb::ytt
