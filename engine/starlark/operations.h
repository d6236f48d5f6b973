#pragma once
// What operators, indexing and iteration do. Inside the module only.

#include <string>

#include "starlark/starlark.h"

namespace plumb::starlark {

// Each throws Error with the code and starlark-go's wording.
[[noreturn]] void type_error(std::string text);
[[noreturn]] void value_error(std::string text);

Value binary(Thread& thread, Token op, const Value& left, const Value& right);
Value unary(Thread& thread, Token op, const Value& operand);
bool compare(Thread& thread, Token op, const Value& left, const Value& right);

Value get_index(Thread& thread, const Value& container, const Value& key);
void set_index(Thread& thread, const Value& container, const Value& key, const Value& value);
Value slice(Thread& thread, const Value& operand, const Value& low, const Value& high,
            const Value& step);
void set_attribute(Thread& thread, const Value& operand, std::string_view name, const Value& value);

// x + y that changes a list x in place.
Value add_in_place(Thread& thread, const Value& left, const Value& right);

// Refuses changing what is frozen or being gone through; `verb`: "append to".
void check_mutable(const ListData& list, std::string_view verb);
void check_mutable(const DictData& dict, std::string_view verb,
                   std::string_view type = "hash table");

// A 32-bit int; else an error like "got string, want int".
std::int64_t as_int32(const Value& value);
// The int that a number is, a float cut off; else an error like "cannot convert string to int".
Value number_to_int(Thread& thread, const Value& value);
std::optional<double> as_double(const Value& number);

struct Bounds {
  std::int64_t start, end;
};
// Of x[low:high] within `length`; low and high may be None or unset.
Bounds slice_bounds(const Value& low, const Value& high, std::int64_t length);

// str % values, and one value's text added to `out`.
Value interpolate(Thread& thread, std::string_view format, const Value& values);
void write_value(Thread& thread, std::string& out, const Value& value);
void write_display(Thread& thread, std::string& out, const Value& value);

// Marks a container as being gone through while it lives.
class Iterating {
 public:
  explicit Iterating(const Value& container);
  ~Iterating() {
    if (count_ != nullptr) --*count_;
  }
  Iterating(const Iterating&) = delete;
  Iterating& operator=(const Iterating&) = delete;

 private:
  std::uint32_t* count_ = nullptr;
};

// Calls visit(element) for each; visit gives false to stop. False: not iterable.
template <typename Visit>
bool for_each(Thread& thread, const Value& value, Visit visit);

Value universal(std::string_view name);  // unset: there is none
// A method of a built-in type bound to its receiver, or an unset value.
Value builtin_method(Thread& thread, const Value& receiver, std::string_view name);
// The code of a method, for calling it without binding; null: there is none.
BuiltinCode find_method(const Value& receiver, std::string_view name, std::string_view* kept_name);
std::vector<std::string_view> method_names(const Value& receiver);
std::vector<std::string_view> attribute_names(const Value& value);

// dict(…) and dict.update(…): pairs from one mapping or sequence, then named arguments.
void update_dict(Thread& thread, std::string_view function, DictData& dict,
                 const Arguments& arguments);

// ---- implementation of for_each ----

Value element_at(Thread& thread, const StringElements& elements, std::size_t& at);

template <typename Visit>
bool for_each(Thread& thread, const Value& value, Visit visit) {
  const Iterating iterating(value);
  switch (value.kind) {
    case Kind::kList:
      for (std::uint32_t i = 0; i < value.list->items.size(); ++i)
        if (!visit(value.list->items[i])) break;
      return true;
    case Kind::kTuple:
      for (const Value& item : value.items())
        if (!visit(item)) break;
      return true;
    case Kind::kDict:
    case Kind::kSet:
      for (std::uint32_t i = 0; i < value.dict->slots.size(); ++i) {
        const DictData::Slot& slot = value.dict->slots[i];
        if (slot.live && !visit(Value(slot.key))) break;
      }
      return true;
    case Kind::kRange:
      for (std::int64_t i = 0; i < value.range->size; ++i)
        if (!visit(integer(value.range->start + i * value.range->step))) break;
      return true;
    case Kind::kStringElements:
      for (std::size_t at = 0; at < value.elements->text.size();)
        if (!visit(element_at(thread, *value.elements, at))) break;
      return true;
    case Kind::kObject: {
      List<Value> items;
      if (!value.object->elements(thread, items)) return false;
      for (const Value& item : items)
        if (!visit(item)) break;
      return true;
    }
    default:
      return false;
  }
}

}  // namespace plumb::starlark
