#include "starlark/unpack.h"

#include "base/text.h"
#include "starlark/operations.h"

namespace plumb::starlark {
namespace {

[[noreturn]] void wrong_count(std::string_view function, std::size_t got, const char* bound,
                              std::size_t wanted) {
  fail("starlark/call", {}, cat(function, ": got ", got, " arguments, want ", bound, wanted), {},
       {std::string(function), cat(got), cat(wanted)});
}

[[noreturn]] void wrong_type(std::string_view function, int position, const Value& value,
                             const char* wanted) {
  type_error(
      cat(function, ": for parameter ", position, ": got ", type_name(value), ", want ", wanted));
}

std::string_view bare(std::string_view name) {
  return name.ends_with('?') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

void take_positional(std::string_view function, const Arguments& arguments, std::size_t least,
                     std::span<Value> out) {
  if (!arguments.named.empty())
    fail("starlark/call", {}, cat(function, ": unexpected keyword arguments"), {},
         {std::string(function)});
  const std::size_t got = arguments.positional.size();
  if (got < least) wrong_count(function, got, least < out.size() ? "at least " : "", least);
  if (got > out.size())
    wrong_count(function, got, out.size() > least ? "at most " : "", out.size());
  std::copy(arguments.positional.begin(), arguments.positional.end(), out.begin());
}

void take_named(Thread& thread, std::string_view function, const Arguments& arguments,
                std::span<const std::string_view> names, std::span<Value> out) {
  const std::size_t got = arguments.positional.size();
  if (got > names.size()) wrong_count(function, got, "at most ", names.size());
  std::copy(arguments.positional.begin(), arguments.positional.end(), out.begin());
  for (const NamedArgument& argument : arguments.named) {
    std::size_t i = 0;
    while (i < names.size() && bare(names[i]) != argument.name) ++i;
    const std::string quoted_name = to_text(thread, string(argument.name));
    if (i == names.size())
      fail("starlark/call", {}, cat(function, ": unexpected keyword argument ", quoted_name), {},
           {std::string(function), std::string(argument.name)});
    if (out[i].is_set())
      fail("starlark/call", {},
           cat(function, ": got multiple values for keyword argument ", quoted_name), {},
           {std::string(function), std::string(argument.name)});
    out[i] = argument.value;
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!out[i].is_set() && !names[i].ends_with('?'))
      fail("starlark/call", {}, cat(function, ": missing argument for ", names[i]), {},
           {std::string(function), std::string(names[i])});
}

std::string_view text_argument(std::string_view function, int position, const Value& value) {
  if (!value.is_string()) wrong_type(function, position, value, "string");
  return value.string();
}

std::int64_t int_argument(std::string_view function, int position, const Value& value) {
  if (!value.is_integer()) wrong_type(function, position, value, "int");
  if (!value.is(Kind::kInt) || value.integer != static_cast<std::int32_t>(value.integer))
    type_error(cat(function, ": for parameter ", position, ": ", to_decimal(to_big(value)),
                   " out of range"));
  return value.integer;
}

bool bool_argument(std::string_view function, int position, const Value& value) {
  if (!value.is(Kind::kBool)) wrong_type(function, position, value, "bool");
  return value.integer != 0;
}

bool is_iterable(Thread& thread, const Value& value) {
  return for_each(thread, value, [](const Value&) { return false; });
}

bool is_callable(const Value& value) {
  return value.is(Kind::kFunction) || value.is(Kind::kBuiltin) ||
         (value.is(Kind::kObject) && value.object->callable());
}

}  // namespace plumb::starlark
