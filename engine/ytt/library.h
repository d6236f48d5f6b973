#pragma once
// The modules that load("@ytt:name", "name") gives. Each is a row in the table of library.cpp; the
// larger ones have a file of their own.

#include <span>
#include <string>
#include <string_view>

#include "ytt/values.h"

namespace plumb::ytt {

// The module of that name, or an unset value when there is none. `data`, `library` and `template`
// belong to a file and are made by the workspace.
Value make_library_module(Thread& thread, std::string_view name);

Value make_assert_module(Thread& thread);
Value make_ip_module(Thread& thread);
Value make_math_module(Thread& thread);
Value make_regexp_module(Thread& thread);
Value make_toml_module(Thread& thread);
Value make_url_module(Thread& thread);

// A module of functions only.
struct Member {
  std::string_view name, full_name;  // the latter is told in failures
  starlark::BuiltinCode code;
};
Value make_table_module(Thread& thread, std::string_view name, std::span<const Member> members);

// The text that yaml.encode gives.
std::string encode_yaml(Thread& thread, const Node* value);
// What is read back from it: dicts and lists.
Value decode_yaml(Thread& thread, std::string_view text);

}  // namespace plumb::ytt
