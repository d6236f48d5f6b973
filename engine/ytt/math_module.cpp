// The module @ytt:math. Its first use in a run warns, because results may differ in the last digit
// between machines.

#include <array>
#include <cmath>
#include <numbers>

#include "base/text.h"
#include "starlark/operations.h"
#include "starlark/unpack.h"
#include "ytt/error.h"
#include "ytt/library.h"

namespace plumb::ytt {
namespace {

void warn_once(Thread& thread) {
  auto* const host = static_cast<Host*>(thread.host);
  if (host == nullptr || !thread.print || std::exchange(host->warned_of_math, true)) return;
  thread.print(
      "\nWarning: a function from the @ytt:math module is used in this invocation; this module "
      "does not guarantee bit-identical results across CPU architectures.");
}

double number_argument(const Value& value) {
  const auto number = starlark::as_double(value);
  if (!number) refuse("ytt/argument", cat("expected float value, but was ", go_type_of(value)));
  return *number;
}

// ceil and floor: whole numbers stay what they are.
template <double (*kRound)(double)>
Value to_whole(Thread& thread, const Builtin& self, const Arguments& arguments) {
  warn_once(thread);
  const auto [value] = starlark::take<1>(self.name, arguments, 1);
  if (value.is_integer()) return value;
  return starlark::number_to_int(thread, starlark::real(kRound(number_argument(value))));
}

template <double (*kFunction)(double)>
Value of_one(Thread& thread, const Builtin&, const Arguments& arguments) {
  warn_once(thread);
  return starlark::real(kFunction(number_argument(only_argument(arguments))));
}

template <double (*kFunction)(double, double)>
Value of_two(Thread& thread, const Builtin&, const Arguments& arguments) {
  warn_once(thread);
  if (arguments.positional.size() != 2) refuse("ytt/argument", "expected exactly two arguments");
  const double left = number_argument(arguments.positional[0]);
  return starlark::real(kFunction(left, number_argument(arguments.positional[1])));
}

// Its failures are told without its name.
Value logarithm(Thread& thread, const Builtin&, const Arguments& arguments) {
  warn_once(thread);
  const auto [value, base] = starlark::take<2>("log", arguments, 1);
  const double number = number_argument(value);
  if (!base.is_set()) return starlark::real(std::log(number));
  return starlark::real(std::log(number) / std::log(number_argument(base)));
}

double degrees(double radians) { return 360 * radians / (2 * std::numbers::pi); }
double radians(double degrees) { return degrees * (std::numbers::pi / 180); }

struct Row {
  std::string_view name;
  starlark::BuiltinCode code;
  std::string_view shown = {};  // where it is another name
};

constexpr std::array kRows = std::to_array<Row>({
    {"ceil", named_failures<to_whole<std::ceil>>},
    {"floor", named_failures<to_whole<std::floor>>},
    {"copysign", named_failures<of_two<std::copysign>>},
    {"fabs", named_failures<of_one<std::fabs>>},
    {"mod", named_failures<of_two<std::fmod>>, "round"},
    {"pow", named_failures<of_two<std::pow>>},
    {"remainder", named_failures<of_two<std::remainder>>},
    {"round", named_failures<of_one<std::round>>},
    {"exp", named_failures<of_one<std::exp>>},
    {"sqrt", named_failures<of_one<std::sqrt>>},
    {"acos", named_failures<of_one<std::acos>>},
    {"asin", named_failures<of_one<std::asin>>},
    {"atan", named_failures<of_one<std::atan>>},
    {"atan2", named_failures<of_two<std::atan2>>},
    {"cos", named_failures<of_one<std::cos>>},
    {"hypot", named_failures<of_two<std::hypot>>},
    {"sin", named_failures<of_one<std::sin>>},
    {"tan", named_failures<of_one<std::tan>>},
    {"degrees", named_failures<of_one<degrees>>},
    {"radians", named_failures<of_one<radians>>},
    {"acosh", named_failures<of_one<std::acosh>>},
    {"asinh", named_failures<of_one<std::asinh>>},
    {"atanh", named_failures<of_one<std::atanh>>},
    {"cosh", named_failures<of_one<std::cosh>>},
    {"sinh", named_failures<of_one<std::sinh>>},
    {"tanh", named_failures<of_one<std::tanh>>},
    {"log", logarithm},
    {"gamma", named_failures<of_one<std::tgamma>>},
});

}  // namespace

Value make_math_module(Thread& thread) {
  std::vector<starlark::NamedArgument> members{{"e", starlark::real(std::numbers::e)},
                                               {"pi", starlark::real(std::numbers::pi)}};
  for (const Row& row : kRows) {
    const std::string_view shown = row.shown.empty() ? row.name : row.shown;
    members.push_back({row.name, starlark::make_builtin(thread.arena(), shown, row.code)});
  }
  return make_module(thread, "math", members);
}

}  // namespace plumb::ytt
