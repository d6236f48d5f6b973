#pragma once
// What a host adds to the language: values with its own behaviour, and functions.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/value.h"

namespace plumb::starlark {

struct NamedArgument {
  std::string_view name;
  Value value;
};

struct Arguments {
  std::span<const Value> positional;
  std::span<const NamedArgument> named;
};

// A function of the host. `context` is whatever its maker needs; `receiver` is set for methods.
using BuiltinCode = Value (*)(Thread& thread, const Builtin& self, const Arguments& arguments);
struct Builtin {
  std::string_view name;
  BuiltinCode code = nullptr;
  Value receiver;
  void* context = nullptr;
};
Value make_builtin(Arena& arena, std::string_view name, BuiltinCode code, void* context = nullptr,
                   Value receiver = {});

// A value of the host. Lives in the arena, so it must be trivially destructible. What is not
// overridden is refused with the language's own error.
class Object {
 public:
  virtual std::string_view type() const = 0;
  virtual std::string text(Thread&) const = 0;  // as str() and repr() give it
  virtual bool truth() const { return true; }
  virtual std::optional<std::uint32_t> hash() const { return std::nullopt; }
  virtual void freeze() {}
  // x.name; unset: there is none.
  virtual Value attribute(Thread&, std::string_view) { return {}; }
  virtual std::vector<std::string_view> attribute_names() const { return {}; }
  virtual bool has_attributes() const { return false; }  // else "x has no .y" without a suggestion
  // x[key]; unset: not found, which is the error "key … not in …".
  virtual bool is_mapping() const { return false; }
  virtual Value get(Thread&, const Value&) { return {}; }
  // x[key] = value; false: not supported.
  virtual bool set(Thread&, const Value&, const Value&) { return false; }
  // x[low:high:step]; unset: not supported.
  virtual Value slice(Thread&, const Value& /*low*/, const Value& /*high*/, const Value& /*step*/) {
    return {};
  }
  // x.name = value; false: not supported.
  virtual bool set_attribute(Thread&, std::string_view, const Value&) { return false; }
  virtual std::optional<std::int64_t> length() const { return std::nullopt; }
  // Puts what a for loop goes through into `out`; false: not iterable.
  virtual bool elements(Thread&, List<Value>&) { return false; }
  // Key and value pairs, for dict(x) and **x; false: no mapping that can be gone through.
  virtual bool pairs(Thread&, List<Value>& /*keys*/, List<Value>& /*values*/) { return false; }
  // Whether it equals another object of the same type(); nullopt: by identity.
  virtual std::optional<bool> equals(Thread&, const Object&) const { return std::nullopt; }
  virtual bool callable() const { return false; }
  virtual Value call(Thread&, const Arguments&) { return {}; }

 protected:
  ~Object() = default;
};

}  // namespace plumb::starlark
