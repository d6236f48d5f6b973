#include "ytt/validation.h"

#include <array>
#include <cmath>

#include "base/text.h"
#include "starlark/ast.h"
#include "starlark/unpack.h"
#include "ytt/error.h"
#include "ytt/library.h"
#include "ytt/schema.h"

namespace plumb::ytt {
namespace {

[[noreturn]] void refuse_validation(std::string text, const Place& place) {
  refuse("ytt/validation", std::move(text), place.span);
}

// The check of a rule that @ytt:assert makes.
Value check_of(Thread& thread, std::string_view name, std::span<const Value> arguments) {
  const Value module = make_assert_module(thread);
  const Value rule =
      starlark::call(thread, starlark::attribute(thread, module, name), {arguments, {}});
  return starlark::attribute(thread, rule, "check");
}

class ValidationMaker {
 public:
  ValidationMaker(Thread& thread, const Annotation& annotation)
      : thread_(thread), annotation_(annotation), out_(thread.arena().make<Validation>()) {
    out_->place = annotation.place;
  }

  const Validation* run() {
    if (annotation_.positional.empty() && annotation_.named.empty())
      refuse_validation(
          cat("expected annotation to have 2-tuple as argument(s), but found no arguments (by ",
              place(), ")"),
          annotation_.place);
    for (const Value& each : annotation_.positional) add_tuple(each);
    for (const starlark::NamedArgument& argument : annotation_.named) check_name(argument);
    add_length("min_len", "length >= ");
    add_length("max_len", "length <= ");
    add_bound("min", "a value >= ");
    add_bound("max", "a value <= ");
    add_one_not_null();
    add_one_of();
    return out_;
  }

 private:
  std::string place() const { return compact(annotation_.place); }

  const Value* named(std::string_view name) const {
    for (const starlark::NamedArgument& argument : annotation_.named)
      if (argument.name == name) return &argument.value;
    return nullptr;
  }

  void add(std::string_view description, const Value& check) {
    out_->rules.push_back(thread_.arena(), {thread_.arena().copy(description), check});
  }

  void add_tuple(const Value& value) {
    if (!value.is(starlark::Kind::kTuple))
      refuse_validation(cat("expected annotation to have 2-tuple as argument(s), but found: ",
                            starlark::to_text(thread_, value), " (by ", place(), ")"),
                        annotation_.place);
    const std::span<const Value> parts = value.items();
    if (parts.size() != 2)
      refuse_validation(cat("expected 2-tuple, but found tuple with length ", parts.size(), " (by ",
                            place(), ")"),
                        annotation_.place);
    if (!parts[0].is_string())
      refuse_validation(cat("expected first item in the 2-tuple to be a string describing a valid "
                            "value, but was ",
                            starlark::type_name(parts[0]), " (at ", place(), ")"),
                        annotation_.place);
    add(parts[0].string(), function_of(parts[1]));
  }

  Value function_of(const Value& value) {
    if (starlark::is_callable(value)) return value;
    const bool has_attributes = value.is(starlark::Kind::kObject) || value.is_string() ||
                                value.is(starlark::Kind::kList) ||
                                value.is(starlark::Kind::kDict) || value.is(starlark::Kind::kSet);
    if (!has_attributes)
      refuse_validation(cat("expected second item in the 2-tuple to be an assertion function, but "
                            "was ",
                            starlark::type_name(value), " (at ", place(), ")"),
                        annotation_.place);
    const Value check =
        value.is(starlark::Kind::kObject) ? value.object->attribute(thread_, "check") : Value{};
    if (!check.is_set())
      refuse_validation(
          cat("expected second item in tuple to be an assertion function or assertion "
              "object, but was a ",
              starlark::type_name(value), " (at ", place(), ")"),
          annotation_.place);
    if (!starlark::is_callable(check))
      refuse_validation(cat("expected struct with attribute check(), but was ",
                            starlark::to_text(thread_, check), " (at ", place(), ")"),
                        annotation_.place);
    return check;
  }

  [[noreturn]] void wrong_argument(const starlark::NamedArgument& argument,
                                   std::string_view wanted) const {
    refuse_validation(cat("expected keyword argument \"", argument.name, "\" to be ", wanted,
                          ", but was ", starlark::type_name(argument.value), " (at ", place(), ")"),
                      annotation_.place);
  }

  void check_name(const starlark::NamedArgument& argument) {
    const Value& value = argument.value;
    const bool number = value.is_integer() || value.is(starlark::Kind::kFloat);
    const bool is_bool = value.is(starlark::Kind::kBool);
    if (argument.name == "when") {
      if (!starlark::is_callable(value)) wrong_argument(argument, "a function");
      out_->when = value;
    } else if (argument.name == "min_len" || argument.name == "max_len") {
      if (!number || (value.is(starlark::Kind::kFloat) && !std::isfinite(value.real)))
        wrong_argument(argument, "a number");
    } else if (argument.name == "not_null") {
      if (!is_bool) wrong_argument(argument, "a boolean");
      out_->not_null = value.integer != 0;
    } else if (argument.name == "one_not_null") {
      if (is_bool && value.integer == 0)
        refuse_validation("one_not_null= cannot be False", annotation_.place);
      if (!is_bool && (!starlark::length_of(value) || value.is_string()))
        refuse_validation(cat("expected True or a sequence of keys, but was a '",
                              starlark::type_name(value), "'"),
                          annotation_.place);
    } else if (argument.name == "one_of") {
      if (!starlark::length_of(value) || value.is_string())
        refuse_validation(cat("expected keyword argument one_of to be a sequence, but was ",
                              starlark::type_name(value)),
                          annotation_.place);
    } else if (argument.name != "min" && argument.name != "max") {
      refuse_validation(cat("unknown keyword argument \"", argument.name, "\" (at ", place(), ")"),
                        annotation_.place);
    }
  }

  void add_length(std::string_view name, std::string_view words) {
    const Value* const given = named(name);
    if (given == nullptr) return;
    Value length = *given;
    if (length.is(starlark::Kind::kFloat))
      length = starlark::big_integer(thread_.arena(), starlark::make_big_from_double(length.real));
    add(cat(words, starlark::to_text(thread_, length)), check_of(thread_, name, {&length, 1}));
  }

  void add_bound(std::string_view name, std::string_view words) {
    if (const Value* const value = named(name))
      add(cat(words, starlark::to_text(thread_, *value)), check_of(thread_, name, {value, 1}));
  }

  void add_one_not_null() {
    const Value* const value = named("one_not_null");
    if (value == nullptr) return;
    const bool all = value->is(starlark::Kind::kBool);
    add(cat("exactly one of ", all ? "all children" : starlark::to_text(thread_, *value),
            " to be not null"),
        check_of(thread_, "one_not_null", {value, 1}));
  }

  void add_one_of() {
    if (const Value* const value = named("one_of"))
      add(cat("one of ", starlark::to_text(thread_, *value)),
          check_of(thread_, "one_of", {value, 1}));
  }

  Thread& thread_;
  const Annotation& annotation_;
  Validation* out_;
};

class Validator {
 public:
  Validator(Thread& thread, Node& root) : thread_(thread), root_(root) {}

  std::string run() {
    node(root_, nullptr, "");
    return std::move(report_);
  }

 private:
  void node(Node& node, Node* parent, const std::string& path) {
    if (node.type != nullptr && node.type->validation != nullptr)
      check(*node.type->validation, node, parent, path);
    if (const Annotation* const annotation = find_annotation(node, "assert/validate"))
      check(*explaining("Invalid @assert/validate annotation - ",
                        [&] { return make_validation(thread_, *annotation); }),
            node, parent, path);
    if (node.value == nullptr || !node.value->is_collection()) return;
    std::size_t number = 0;
    for (Node* const item : node.value->items) {
      const bool map = node.value->is_map();
      this->node(*item, node.value,
                 map ? cat(path, path.empty() ? "" : ".", key_text(item->key))
                     : cat(path, "[", number++, "]"));
    }
  }

  bool applies(const Validation& validation, const Value& value, Node* parent) {
    if (value.is_none() && !validation.not_null) return false;
    if (!validation.when.is_set()) return true;
    if (!validation.when.is(starlark::Kind::kFunction))
      refuse_unsupported("when= with a built-in function", validation.place.span);
    const std::uint32_t count = validation.when.function->code->parameter_count;
    if (count != 1 && count != 2)
      refuse_validation(cat("Failed to evaluate when=: function must accept 1 or 2 arguments (",
                            count, " given)"),
                        validation.place);
    const auto context = std::to_array<starlark::NamedArgument>(
        {{"parent", parent == nullptr ? starlark::none() : to_value(thread_, parent)},
         {"root", to_value(thread_, root_.value)}});
    const std::array arguments{value, make_struct(thread_, context)};
    const Value result = explaining("Failure evaluating when=: ", [&] {
      return starlark::call(thread_, validation.when, {std::span(arguments).subspan(0, count), {}});
    });
    if (!result.is(starlark::Kind::kBool))
      refuse_validation(cat("want when= to be bool, got ", starlark::type_name(result)),
                        validation.place);
    return result.integer != 0;
  }

  // What a rule says against a value; nothing: it is satisfied.
  std::optional<std::string> failure_of(const Value& rule, const Value& value) {
    try {
      const Value result = starlark::call(thread_, rule, {{&value, 1}, {}});
      if (result.is(starlark::Kind::kBool) && result.integer != 0) return std::nullopt;
      return "";
    } catch (const Error& error) {
      if (error.diagnostic().code == "base/limit") throw;
      std::string_view text = error.diagnostic().text;
      for (const std::string_view prefix : {"fail: ", "check: "})
        if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
      return std::string(text);
    }
  }

  void check(const Validation& validation, Node& node, Node* parent, const std::string& path) {
    const Value value = to_value(thread_, node.value);
    const bool wanted = explaining(cat("Validating ", path, ": "),
                                   [&] { return applies(validation, value, parent); });
    if (!wanted) return;
    std::string failures;
    const auto add = [&](std::string_view description, const std::string& found) {
      failures += cat("    - must be: ", description, " (by: ", compact(validation.place), ")\n");
      if (!found.empty()) failures += cat("      found: ", found, "\n");
    };
    if (validation.not_null && value.is_none()) {
      add("not null", "value is null");
    } else {
      for (const Rule& rule : validation.rules)
        if (const auto found = failure_of(rule.check, value)) add(rule.description, *found);
    }
    if (failures.empty()) return;
    report_ += cat("  ", path.empty() ? cat("(", type_text(&node), ")") : path,
                   "\n    from: ", compact(node.place), "\n", failures, "\n");
  }

  Thread& thread_;
  Node& root_;
  std::string report_;
};

}  // namespace

const Validation* make_validation(Thread& thread, const Annotation& annotation) {
  return ValidationMaker(thread, annotation).run();
}

void validate(Thread& thread, Node& document) {
  explaining("Validating final data values:\n", [&] {
    const std::string report = Validator(thread, document).run();
    if (!report.empty()) refuse("ytt/validation", report, document.place.span);
  });
}

}  // namespace plumb::ytt
