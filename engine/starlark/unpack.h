#pragma once
// How functions of the host take their arguments, with starlark-go's words for what is wrong.
//
//   const auto [text, count] = take<2>(self.name, arguments, 1);   // one needed, two allowed
//   text_argument(self.name, 1, text)

#include <array>
#include <span>
#include <string_view>

#include "starlark/starlark.h"

namespace plumb::starlark {

void take_positional(std::string_view function, const Arguments& arguments, std::size_t least,
                     std::span<Value> out);

// The first N arguments, unset where they are left out; no names are allowed.
template <std::size_t N>
std::array<Value, N> take(std::string_view function, const Arguments& arguments,
                          std::size_t least) {
  std::array<Value, N> out;
  take_positional(function, arguments, least, out);
  return out;
}

// Arguments by position or name; a name that ends in '?' may be left out. `names` and `out` have
// the same size.
void take_named(Thread& thread, std::string_view function, const Arguments& arguments,
                std::span<const std::string_view> names, std::span<Value> out);

// The argument at `position` (from one) as what it must be.
std::string_view text_argument(std::string_view function, int position, const Value& value);
std::int64_t int_argument(std::string_view function, int position, const Value& value);
bool bool_argument(std::string_view function, int position, const Value& value);
bool is_iterable(Thread& thread, const Value& value);
bool is_callable(const Value& value);

}  // namespace plumb::starlark
