#pragma once
// Nodes ↔ values of the language.

#include <span>
#include <string_view>

#include "starlark/starlark.h"
#include "ytt/node.h"

namespace plumb::ytt {

using starlark::Arguments;
inline constexpr std::string_view kFragmentType = "yamlfragment";
using starlark::Builtin;
using starlark::Thread;
using starlark::Value;

// How a node appears to code: maps, arrays and document sets as fragments, what code made as dicts
// and lists.
Value to_value(Thread& thread, Node* node);
// The same with maps as structs, as data.values and struct.encode give them. Keys must be strings.
Value to_struct(Thread& thread, const Node* node);
// dict(), list() all the way down, without fragments.
Value to_plain_value(Thread& thread, const Node* node);
// What a value becomes in a document. Functions, modules and the like are refused.
Node* to_node(Thread& thread, const Value& value);

// struct.make(…): fields by name.
Value make_struct(Thread& thread, std::span<const starlark::NamedArgument> fields);
// The fields of a struct, or nothing when it is none.
struct StructFields {
  List<Value> names, values;
};
bool struct_fields(Thread& thread, const Value& value, StructFields& out);
bool is_struct(const Value& value);

// The node of a fragment (null for an empty one), or nothing when it is none.
struct FragmentNode {
  bool is_fragment = false;
  Node* node = nullptr;
};
FragmentNode fragment_node(const Value& value);
Value make_fragment(Thread& thread, Node* node);

// A module: a value with members, `<module "name">`.
Value make_module(Thread& thread, std::string_view name,
                  std::span<const starlark::NamedArgument> members);
// A value with members that does not encode: rules, URLs. `hint`: what it says when it is encoded.
Value make_record(Thread& thread, std::string_view type, std::string_view hint,
                  std::span<const starlark::NamedArgument> members);
// A function without arguments that gives this value.
Value make_getter(Thread& thread, std::string_view name, const Value& value);
// What set_node takes for "leave the node as it is".
Value make_nothing(Thread& thread);
bool is_nothing(const Value& value);

// A member of a module, whose failures are told with its name in front.
template <starlark::BuiltinCode kCode>
Value named_failures(Thread& thread, const Builtin& self, const Arguments& arguments);
void prefix_failure(std::string_view name, Error& error);

template <starlark::BuiltinCode kCode>
Value named_failures(Thread& thread, const Builtin& self, const Arguments& arguments) {
  try {
    return kCode(thread, self, arguments);
  } catch (Error& error) {
    prefix_failure(self.name, error);
    throw;
  }
}

template <starlark::BuiltinCode kCode>
Value make_function(Thread& thread, std::string_view name, void* context = nullptr) {
  return starlark::make_builtin(thread.arena(), name, named_failures<kCode>, context);
}

// ---- arguments; each refuses in ytt's words ----

const Value& only_argument(const Arguments& arguments);
std::string_view to_text_argument(const Value& value);
bool to_bool_argument(const Value& value);
std::int64_t to_int_argument(const Value& value);
const Value* named_argument(const Arguments& arguments, std::string_view name);
bool bool_option(const Arguments& arguments, std::string_view name, bool otherwise);
// Go's name of a value's type, as messages print it with %T.
std::string_view go_type_of(const Value& value);

// What Thread::host points to. `reads`: the items of data values that code has read, where origins
// are asked for; else null.
struct Host {
  std::vector<const Node*>* reads = nullptr;
  std::size_t seen = 0;  // of reads, before the expression that runs now
  bool warned_of_math = false;
};

}  // namespace plumb::ytt
