// The module @ytt:assert. Rules are written in the language, so their failures show as ytt shows
// them.

#include <array>

#include "base/text.h"
#include "starlark/unpack.h"
#include "ytt/error.h"
#include "ytt/library.h"

namespace plumb::ytt {
namespace {

void expect_count(const Arguments& arguments, std::size_t count) {
  if (arguments.positional.size() != count)
    refuse("ytt/argument", cat("got ", arguments.positional.size(), " arguments, want ", count));
}

void refuse_function(const Value& value) {
  if (starlark::is_callable(value))
    refuse("ytt/argument",
           cat("expected argument not to be a function, but was ", go_type_of(value)));
}

Value assert_equals(Thread& thread, const Builtin&, const Arguments& arguments) {
  expect_count(arguments, 2);
  const Value& expected = arguments.positional[0];
  const Value& found = arguments.positional[1];
  refuse_function(expected);
  refuse_function(found);
  const std::string left = encode_yaml(thread, to_node(thread, expected));
  const std::string right = encode_yaml(thread, to_node(thread, found));
  if (left != right)
    refuse("ytt/assert", cat("Not equal:\n(expected type: ", starlark::type_name(expected), ")\n",
                             left, "\n\n(was type: ", starlark::type_name(found), ")\n", right));
  return starlark::none();
}

Value assert_fail(Thread&, const Builtin&, const Arguments& arguments) {
  expect_count(arguments, 1);
  refuse("ytt/assert", cat("fail: ", to_text_argument(arguments.positional[0])));
}

Value assert_try_to(Thread& thread, const Builtin&, const Arguments& arguments) {
  expect_count(arguments, 1);
  const Value& function = arguments.positional[0];
  if (!starlark::is_callable(function))
    refuse("ytt/argument",
           cat("expected argument to be a function, but was ", go_type_of(function)));
  try {
    const Value result = starlark::call(thread, function, {});
    return starlark::tuple_of(thread.arena(), std::array{result, starlark::none()});
  } catch (Error& error) {
    if (error.diagnostic().code == "base/limit") throw;
    return starlark::tuple_of(thread.arena(),
                              std::array{starlark::none(), thread.text(error.diagnostic().text)});
  }
}

// A rule whose check is a lambda. `given`: the value that it knows by `name`.
Value rule_from(Thread& thread, std::string_view file, std::string_view lambda,
                std::string_view name, const Value& given) {
  const Value yaml = make_library_module(thread, "yaml");
  const std::string_view text = thread.arena().copy(cat("check = ", lambda, "\n"));
  const starlark::Program* const program =
      starlark::compile({file, text, starlark::Blocks::kEnd, {}, nullptr}, thread.arena(),
                        [&](std::string_view wanted) {
                          if (wanted == name) return given;
                          return wanted == "yaml" ? yaml : Value{};
                        });
  const starlark::Module* const module = starlark::run(thread, *program);
  const starlark::NamedArgument check{"check", starlark::find_global(*module, "check")};
  return make_record(thread, "@ytt:assert.assertion",
                     "@ytt:assert.assertion does not encode (did you mean to call check()?)",
                     {&check, 1});
}

const Value& length_argument(const Arguments& arguments) {
  expect_count(arguments, 1);
  const Value& value = arguments.positional[0];
  if (!value.is_integer() && !value.is(starlark::Kind::kFloat))
    refuse("ytt/argument",
           cat("expected value to be an number, but was ", starlark::type_name(value)));
  return value;
}

Value assert_max_len(Thread& thread, const Builtin&, const Arguments& arguments) {
  return rule_from(thread, "assert.max_len",
                   "lambda sequence: True if len(sequence) <= maximum else fail (\"length = "
                   "{}\".format(len(sequence)))",
                   "maximum", length_argument(arguments));
}

Value assert_min_len(Thread& thread, const Builtin&, const Arguments& arguments) {
  return rule_from(thread, "assert.min_len",
                   "lambda sequence: True if len(sequence) >= minimum else fail (\"length = "
                   "{}\".format(len(sequence)))",
                   "minimum", length_argument(arguments));
}

Value assert_min(Thread& thread, const Builtin&, const Arguments& arguments) {
  expect_count(arguments, 1);
  return rule_from(thread, "assert.min",
                   "lambda val: yaml.decode(yaml.encode(val)) >= yaml.decode(yaml.encode(min)) or "
                   "fail(\"value < {}\".format(yaml.decode(yaml.encode(min))))",
                   "min", arguments.positional[0]);
}

Value assert_max(Thread& thread, const Builtin&, const Arguments& arguments) {
  expect_count(arguments, 1);
  return rule_from(thread, "assert.max",
                   "lambda val: yaml.decode(yaml.encode(val)) <= yaml.decode(yaml.encode(max)) or "
                   "fail(\"value > {}\".format(yaml.decode(yaml.encode(max))))",
                   "max", arguments.positional[0]);
}

Value assert_not_null(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() > 1)
    refuse("ytt/argument", cat("got ", arguments.positional.size(), " arguments, want at most 1"));
  const Value rule = rule_from(thread, "assert.not_null",
                               "lambda value: value != None or fail(\"value is null\")", "", {});
  if (arguments.positional.empty()) return rule;
  return starlark::call(thread, starlark::attribute(thread, rule, "check"), arguments);
}

Value assert_one_of(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.empty()) refuse("ytt/argument", "got 0 arguments, want at least 1");
  const Value choices = arguments.positional.size() > 1
                            ? starlark::tuple_of(thread.arena(), arguments.positional)
                            : arguments.positional[0];
  if (!starlark::length_of(choices) || choices.is_string())
    refuse("ytt/argument",
           cat("expected a sequence, but was a '", starlark::type_name(choices), "'"));
  return rule_from(thread, "assert.one_of",
                   "lambda val: yaml.decode(yaml.encode(val)) in yaml.decode(yaml.encode(enum)) or "
                   "fail(\"not one of allowed values\")",
                   "enum", choices);
}

Value as_decoded(Thread& thread, const Value& value) {
  return decode_yaml(thread, encode_yaml(thread, to_node(thread, value)));
}

// Exactly one item of a map has a value. Keys that are not there have none.
Value check_one_not_null(Thread& thread, const Builtin& self, const Arguments& arguments) {
  if (arguments.positional.size() != 1)
    refuse("ytt/assert", cat("check: got ", arguments.positional.size(), " arguments, want 1"));
  const Value map = as_decoded(thread, arguments.positional[0]);
  if (!map.is(starlark::Kind::kDict))
    refuse("ytt/assert",
           cat("check: value must be a map or dict, but was '", starlark::type_name(map), "'"));
  List<Value> keys;
  const auto* const wanted = static_cast<const Value*>(self.context);
  starlark::elements(thread, wanted != nullptr ? *wanted : map, keys);
  List<Value> present;
  for (const Value& each : keys) {
    const Value key = wanted != nullptr ? as_decoded(thread, each) : each;
    const Value* const value = starlark::find(*map.dict, key);
    if (value != nullptr && !value->is_none()) present.push_back(thread.arena(), key);
  }
  if (present.size() == 1) return starlark::boolean(true);
  if (present.empty())
    refuse("ytt/assert",
           map.dict->live == 0 ? "check: value is empty" : "check: all values are null");
  const Value list = starlark::make_list(thread.arena(), {present.begin(), present.size()});
  refuse("ytt/assert", cat("check: ", starlark::to_text(thread, list), " are not null"));
}

Value assert_one_not_null(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() > 1)
    refuse("ytt/argument", cat("got ", arguments.positional.size(), " arguments, want 1"));
  void* keys = nullptr;
  if (!arguments.positional.empty()) {
    const Value& given = arguments.positional[0];
    const bool is_bool = given.is(starlark::Kind::kBool);
    if (is_bool && given.integer == 0) refuse("ytt/argument", "one_not_null() cannot be False");
    if (!is_bool && (!starlark::length_of(given) || given.is_string()))
      refuse("ytt/argument",
             cat("expected a sequence of keys, but was a '", starlark::type_name(given), "'"));
    if (!is_bool) keys = thread.arena().make<Value>(given);
  }
  const starlark::NamedArgument check{
      "check",
      starlark::make_builtin(thread.arena(), "assert.one_not_null", check_one_not_null, keys)};
  return make_record(thread, "@ytt:assert.assertion",
                     "@ytt:assert.assertion does not encode (did you mean to call check()?)",
                     {&check, 1});
}

}  // namespace

Value make_assert_module(Thread& thread) {
  const auto members = std::to_array<starlark::NamedArgument>({
      {"equals", make_function<assert_equals>(thread, "assert.equals")},
      {"fail", make_function<assert_fail>(thread, "assert.fail")},
      {"try_to", make_function<assert_try_to>(thread, "assert.try_to")},
      {"min", make_function<assert_min>(thread, "assert.min")},
      {"min_len", make_function<assert_min_len>(thread, "assert.min_len")},
      {"max", make_function<assert_max>(thread, "assert.max")},
      {"max_len", make_function<assert_max_len>(thread, "assert.max_len")},
      {"not_null", make_function<assert_not_null>(thread, "assert.not_null")},
      {"one_not_null", make_function<assert_one_not_null>(thread, "assert.one_not_null")},
      {"one_of", make_function<assert_one_of>(thread, "assert.one_of")},
  });
  return make_module(thread, "assert", members);
}

}  // namespace plumb::ytt
