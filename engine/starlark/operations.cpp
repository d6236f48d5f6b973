#include "starlark/operations.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"

namespace plumb::starlark {
namespace {

constexpr int kCompareDepth = 10;             // containers within one another
constexpr std::uint64_t kLargest = 1U << 30;  // bytes or elements of one value

// ---- numbers ----

// Big work costs steps by the product of the sizes.
void charge_big(Thread& thread, const Big& a, const Big& b) {
  thread.charge(1 + a.limbs.size() * b.limbs.size() / 16 + (a.limbs.size() + b.limbs.size()) / 4);
}

Value divide_integers(Thread& thread, Token op, const Value& x, const Value& y) {
  if (!truth(y) && y.is(Kind::kInt))
    fail("starlark/value", {},
         op == Token::kPercent ? "integer modulo by zero" : "floored division by zero");
  if (x.is(Kind::kInt) && y.is(Kind::kInt) && y.integer != -1) {
    std::int64_t quotient = x.integer / y.integer;
    std::int64_t rest = x.integer % y.integer;
    if (rest != 0 && (rest < 0) != (y.integer < 0)) {
      --quotient;
      rest += y.integer;
    }
    return integer(op == Token::kPercent ? rest : quotient);
  }
  const Big a = to_big(x), b = to_big(y);
  charge_big(thread, a, b);
  Big rest;
  const Big quotient = divide_floor(a, b, &rest);
  return big_integer(thread.arena(), op == Token::kPercent ? rest : quotient);
}

Value shift(Thread& thread, Token op, const Value& x, const Value& y) {
  const std::int64_t count = as_int32(y);
  if (count < 0) value_error(cat("negative shift count: ", count));
  const Big big = to_big(x);
  if (op == Token::kShiftRight)
    return big_integer(thread.arena(), shift_right(big, static_cast<unsigned>(count)));
  if (count >= 512) value_error(cat("shift count too large: ", count));
  thread.charge(1 + big.limbs.size() / 16);
  return big_integer(thread.arena(), shift_left(big, static_cast<unsigned>(count)));
}

Value big_operation(Thread& thread, Token op, const Value& x, const Value& y) {
  const Big a = to_big(x), b = to_big(y);
  charge_big(thread, a, b);
  Arena& arena = thread.arena();
  switch (op) {
    case Token::kPlus:
      return big_integer(arena, add(a, b));
    case Token::kMinus:
      return big_integer(arena, subtract(a, b));
    case Token::kStar:
      return big_integer(arena, multiply(a, b));
    case Token::kAmpersand:
      return big_integer(arena, bit_and(a, b));
    case Token::kPipe:
      return big_integer(arena, bit_or(a, b));
    default:
      return big_integer(arena, bit_xor(a, b));
  }
}

Value divide_floats(Token op, double x, double y) {
  if (y == 0)
    value_error(op == Token::kSlash        ? "real division by zero"
                : op == Token::kSlashSlash ? "floored division by zero"
                                           : "float modulo by zero");
  if (op == Token::kSlash) return real(x / y);
  return real(op == Token::kSlashSlash ? std::floor(x / y) : std::fmod(x, y));
}

Value integer_operation(Thread& thread, Token op, const Value& x, const Value& y) {
  const bool small = x.is(Kind::kInt) && y.is(Kind::kInt);
  std::int64_t result = 0;
  switch (op) {
    case Token::kPlus:
      if (small && !__builtin_add_overflow(x.integer, y.integer, &result)) return integer(result);
      return big_operation(thread, op, x, y);
    case Token::kMinus:
      if (small && !__builtin_sub_overflow(x.integer, y.integer, &result)) return integer(result);
      return big_operation(thread, op, x, y);
    case Token::kStar:
      if (small && !__builtin_mul_overflow(x.integer, y.integer, &result)) return integer(result);
      return big_operation(thread, op, x, y);
    case Token::kAmpersand:
      return small ? integer(x.integer & y.integer) : big_operation(thread, op, x, y);
    case Token::kPipe:
      return small ? integer(x.integer | y.integer) : big_operation(thread, op, x, y);
    case Token::kCircumflex:
      return small ? integer(x.integer ^ y.integer) : big_operation(thread, op, x, y);
    case Token::kSlashSlash:
    case Token::kPercent:
      return divide_integers(thread, op, x, y);
    case Token::kSlash:
      return divide_floats(op, *as_double(x), *as_double(y));
    default:
      return {};
  }
}

Value float_operation(Token op, double x, double y) {
  switch (op) {
    case Token::kPlus:
      return real(x + y);
    case Token::kMinus:
      return real(x - y);
    case Token::kStar:
      return real(x * y);
    case Token::kSlash:
    case Token::kSlashSlash:
    case Token::kPercent:
      return divide_floats(op, x, y);
    default:
      return {};
  }
}

// ---- sequences ----

// How often something of `size` is repeated; refuses what would be too large.
std::uint64_t repeat_count(Thread& thread, const Value& count, std::uint64_t size) {
  if (size == 0) return 0;
  if (!count.is(Kind::kInt) || count.integer > std::numeric_limits<std::int32_t>::max())
    value_error(cat("repeat count ", to_text(thread, count), " too large"));
  if (count.integer < 1) return 0;
  const std::uint64_t total = size * static_cast<std::uint64_t>(count.integer);
  if (total >= kLargest) value_error(cat("excessive repeat (", total, " elements)"));
  thread.charge(total / 16);
  return static_cast<std::uint64_t>(count.integer);
}

Value repeat_string(Thread& thread, std::string_view text, const Value& count) {
  const std::uint64_t times = repeat_count(thread, count, text.size());
  auto* const out = static_cast<char*>(thread.arena().allocate(text.size() * times + 1, 1));
  for (std::uint64_t i = 0; i < times; ++i)
    std::copy(text.begin(), text.end(), out + i * text.size());
  return string({out, text.size() * times});
}

Value repeat_items(Thread& thread, std::span<const Value> items, const Value& count, bool list) {
  const std::uint64_t times = repeat_count(thread, count, items.size());
  std::vector<Value> out;
  out.reserve(items.size() * times);
  for (std::uint64_t i = 0; i < times; ++i) out.insert(out.end(), items.begin(), items.end());
  return list ? make_list(thread.arena(), out) : tuple_of(thread.arena(), out);
}

std::span<const Value> items_of(const Value& sequence) {
  if (sequence.is(Kind::kTuple)) return sequence.items();
  return {sequence.list->items.begin(), sequence.list->items.size()};
}
bool is_sequence(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }

Value repeat(Thread& thread, const Value& what, const Value& count) {
  if (!count.is_integer()) return {};
  if (what.is_string()) return repeat_string(thread, what.string(), count);
  if (is_sequence(what)) return repeat_items(thread, items_of(what), count, what.is(Kind::kList));
  return {};
}

Value join_strings(Thread& thread, std::string_view a, std::string_view b) {
  const std::size_t size = a.size() + b.size();
  if (size >= kLargest) value_error("the string is too large");
  thread.charge(size / 64);
  auto* const out = static_cast<char*>(thread.arena().allocate(size + 1, 1));
  std::copy(a.begin(), a.end(), out);
  std::copy(b.begin(), b.end(), out + a.size());
  return string({out, size});
}

Value join_items(Thread& thread, const Value& x, const Value& y) {
  std::vector<Value> out(items_of(x).begin(), items_of(x).end());
  out.insert(out.end(), items_of(y).begin(), items_of(y).end());
  thread.charge(out.size() / 8);
  return x.is(Kind::kList) ? make_list(thread.arena(), out) : tuple_of(thread.arena(), out);
}

// ---- sets ----

Value combine_sets(Thread& thread, Token op, const Value& x, const Value& y) {
  Value out = make_set(thread.arena());
  const auto take = [&](const Value& from, const Value& other, bool wanted) {
    for_each(thread, from, [&](const Value& item) {
      thread.charge(1);
      if ((find(*other.dict, item) != nullptr) == wanted)
        insert(thread.arena(), *out.dict, item, none());
      return true;
    });
  };
  if (op == Token::kPipe) {
    take(x, out, false);
    take(y, out, false);
  } else if (op == Token::kAmpersand) {
    const bool swap = x.dict->live > y.dict->live;
    take(swap ? y : x, swap ? x : y, true);
  } else {
    take(x, y, false);
    take(y, x, false);
  }
  return out;
}

// ---- membership ----

bool range_contains(const RangeData& range, const Value& number) {
  if (!number.is(Kind::kInt)) return false;
  const std::int64_t delta = number.integer - range.start;
  const std::int64_t at = delta / range.step;
  return delta % range.step == 0 && at >= 0 && at < range.size;
}

Value contains(Thread& thread, const Value& item, const Value& container) {
  switch (container.kind) {
    case Kind::kList:
    case Kind::kTuple:
      for (const Value& each : items_of(container))
        if (equal(thread, each, item)) return boolean(true);
      return boolean(false);
    case Kind::kDict: {
      const bool hashable = !item.is(Kind::kList) && !item.is(Kind::kDict) && !item.is(Kind::kSet);
      return boolean(hashable && find(*container.dict, item) != nullptr);
    }
    case Kind::kSet:
      return boolean(find(*container.dict, item) != nullptr);
    case Kind::kString:
      if (!item.is_string())
        type_error(cat("'in <string>' requires string as left operand, not ", type_name(item)));
      thread.charge(container.length / 64);
      return boolean(container.string().find(item.string()) != std::string_view::npos);
    case Kind::kRange:
      if (!item.is_integer() && !item.is(Kind::kFloat))
        type_error(cat("'in <range>' requires integer as left operand, not ", type_name(item)));
      return boolean(range_contains(*container.range, number_to_int(thread, item)));
    case Kind::kObject:
      if (!container.object->is_mapping()) return {};
      return boolean(container.object->get(thread, item).is_set());
    default:
      return {};
  }
}

// ---- comparing ----

bool three_way(Token op, int order) {
  switch (op) {
    case Token::kEqual:
      return order == 0;
    case Token::kNotEqual:
      return order != 0;
    case Token::kLess:
      return order < 0;
    case Token::kLessEqual:
      return order <= 0;
    case Token::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool compare_floats(Token op, double x, double y) {
  switch (op) {
    case Token::kEqual:
      return x == y;
    case Token::kNotEqual:
      return x != y;
    case Token::kLess:
      return x < y;
    case Token::kLessEqual:
      return x <= y;
    case Token::kGreater:
      return x > y;
    default:
      return x >= y;
  }
}

int order_integers(const Value& x, const Value& y) {
  if (x.is(Kind::kInt) && y.is(Kind::kInt))
    return x.integer < y.integer ? -1 : x.integer > y.integer ? 1 : 0;
  return compare(to_big(x), to_big(y));
}

// Exact: no rounding of the int.
int order_integer_float(const Value& x, double y) {
  if (std::isinf(y)) return y > 0 ? -1 : 1;
  const int order = compare(to_big(x), make_big_from_double(y));
  if (order != 0) return order;
  const double fraction = y - std::trunc(y);
  return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

[[noreturn]] void not_ordered(Token op, const Value& x, const Value& y) {
  fail("starlark/type", {},
       cat(type_name(x), " ", token_name(op), " ", type_name(y), " not implemented"), {},
       {std::string(type_name(x)), std::string(token_name(op)), std::string(type_name(y))});
}

bool compare_at(Thread& thread, Token op, const Value& x, const Value& y, int depth);

bool compare_items(Thread& thread, Token op, std::span<const Value> x, std::span<const Value> y,
                   int depth) {
  if (x.size() != y.size() && op == Token::kEqual) return false;
  if (x.size() != y.size() && op == Token::kNotEqual) return true;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) {
    if (compare_at(thread, Token::kEqual, x[i], y[i], depth - 1)) continue;
    if (op == Token::kEqual) return false;
    if (op == Token::kNotEqual) return true;
    return compare_at(thread, op, x[i], y[i], depth - 1);
  }
  return three_way(op, x.size() < y.size() ? -1 : x.size() > y.size() ? 1 : 0);
}

bool equal_dicts(Thread& thread, const DictData& x, const DictData& y, int depth) {
  if (x.live != y.live) return false;
  for (const DictData::Slot& slot : x.slots) {
    if (!slot.live) continue;
    const Value* const other = find(y, slot.key);
    if (other == nullptr) return false;
    if (!compare_at(thread, Token::kEqual, slot.value, *other, depth - 1)) return false;
  }
  return true;
}

bool equal_ranges(const RangeData& x, const RangeData& y) {
  if (x.size != y.size) return false;
  return x.size == 0 || (x.start == y.start && (x.size == 1 || x.step == y.step));
}

bool same_object(Thread& thread, Object& x, Object& y) {
  if (&x == &y) return true;
  return x.equals(thread, y).value_or(false);
}

bool only_equality(Token op, const Value& x, const Value& y, bool same) {
  if (op != Token::kEqual && op != Token::kNotEqual) not_ordered(op, x, y);
  return same == (op == Token::kEqual);
}

bool compare_same_kind(Thread& thread, Token op, const Value& x, const Value& y, int depth) {
  switch (x.kind) {
    case Kind::kNone:
      return three_way(op, 0);
    case Kind::kBool:
      return three_way(op, static_cast<int>(x.integer - y.integer));
    case Kind::kFloat:
      return compare_floats(op, x.real, y.real);
    case Kind::kString:
      return three_way(op, x.string().compare(y.string()));
    case Kind::kList:
    case Kind::kTuple:
      return compare_items(thread, op, items_of(x), items_of(y), depth);
    case Kind::kDict:
    case Kind::kSet:
      return only_equality(op, x, y,
                           (op == Token::kEqual || op == Token::kNotEqual) &&
                               equal_dicts(thread, *x.dict, *y.dict, depth));
    case Kind::kRange:
      return only_equality(op, x, y, equal_ranges(*x.range, *y.range));
    case Kind::kObject:
      return only_equality(
          op, x, y,
          x.object->type() == y.object->type() && same_object(thread, *x.object, *y.object));
    default:
      return only_equality(op, x, y, x.integer == y.integer);
  }
}

bool compare_at(Thread& thread, Token op, const Value& x, const Value& y, int depth) {
  thread.charge(1);
  if (depth < 1) value_error("comparison exceeded maximum recursion depth");
  if (x.is_integer() && y.is_integer()) return three_way(op, order_integers(x, y));
  if (x.kind == y.kind) return compare_same_kind(thread, op, x, y, depth);
  if (x.is_integer() && y.is(Kind::kFloat))
    return !std::isnan(y.real) && three_way(op, order_integer_float(x, y.real));
  if (x.is(Kind::kFloat) && y.is_integer())
    return !std::isnan(x.real) && three_way(op, -order_integer_float(y, x.real));
  return only_equality(op, x, y, false);
}

// ---- indexing ----

[[noreturn]] void out_of_range(std::int64_t index, std::int64_t size, const Value& container) {
  std::string text = size == 0 ? cat("index ", index, " out of range: empty ", type_name(container))
                               : cat(type_name(container), " index ", index, " out of range [",
                                     -size, ":", size - 1, "]");
  fail("starlark/index", {}, std::move(text), {},
       {std::string(type_name(container)), cat(index), cat(size)});
}

std::int64_t position_in(const Value& container, std::int64_t index, std::int64_t size) {
  const std::int64_t at = index < 0 ? index + size : index;
  if (at < 0 || at >= size) out_of_range(index, size, container);
  return at;
}

Value key_missing(Thread& thread, const Value& key, const Value& container) {
  fail("starlark/key", {}, cat("key ", to_text(thread, key), " not in ", type_name(container)), {},
       {to_text(thread, key), std::string(type_name(container))});
}

bool is_indexable(const Value& value) {
  return value.is_string() || is_sequence(value) || value.is(Kind::kRange) ||
         (value.is(Kind::kStringElements) && !value.elements->code_points);
}

Value item_at(const Value& container, std::int64_t at) {
  const auto i = static_cast<std::size_t>(at);
  switch (container.kind) {
    case Kind::kString:
      return string(container.string().substr(i, 1));
    case Kind::kRange:
      return integer(container.range->start + at * container.range->step);
    case Kind::kStringElements: {
      const std::string_view byte = container.elements->text.substr(i, 1);
      return container.elements->ordinals ? integer(static_cast<unsigned char>(byte[0]))
                                          : string(byte);
    }
    default:
      return items_of(container)[i];
  }
}

// ---- slicing ----

// What a bound says, or `otherwise`; negative ones count from the end.
std::int64_t bound(const Value& value, std::int64_t length, std::int64_t otherwise,
                   const char* which) {
  if (!value.is_set() || value.is_none()) return otherwise;
  const bool fits = value.is(Kind::kInt) &&
                    value.integer >= std::numeric_limits<std::int32_t>::min() &&
                    value.integer <= std::numeric_limits<std::int32_t>::max();
  if (!fits) type_error(cat("invalid ", which, " index: got ", type_name(value), ", want int"));
  return value.integer < 0 ? value.integer + length : value.integer;
}

Bounds backward_bounds(const Value& low, const Value& high, std::int64_t length) {
  const std::int64_t start = std::min(bound(low, length, length - 1, "start"), length - 1);
  const std::int64_t end = std::max<std::int64_t>(bound(high, length, -1, "end"), -1);
  return {std::max(start, end), end};
}

std::int64_t slice_step(const Value& step) {
  if (!step.is_set() || step.is_none()) return 1;
  if (!step.is(Kind::kInt)) type_error(cat("got ", type_name(step), " for slice step, want int"));
  if (step.integer == 0) value_error("zero is not a valid slice step");
  return std::clamp<std::int64_t>(step.integer, -(1LL << 31), 1LL << 31);
}

std::int64_t wrapping_multiply(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

Value slice_range(Thread& thread, const RangeData& range, Bounds bounds, std::int64_t step) {
  return make_range(thread.arena(), range.start + range.step * bounds.start,
                    range.start + range.step * bounds.end, wrapping_multiply(range.step, step));
}

template <typename Take>
void walk(Bounds bounds, std::int64_t step, Take take) {
  for (std::int64_t i = bounds.start; step > 0 ? i < bounds.end : i > bounds.end; i += step)
    take(static_cast<std::size_t>(i));
}

Value slice_text(Thread& thread, std::string_view text, Bounds bounds, std::int64_t step) {
  if (step == 1)
    return string(text.substr(static_cast<std::size_t>(bounds.start),
                              static_cast<std::size_t>(bounds.end - bounds.start)));
  std::string out;
  walk(bounds, step, [&](std::size_t i) { out.push_back(text[i]); });
  thread.charge(out.size() / 16);
  return thread.text(out);
}

}  // namespace

void type_error(std::string text) { fail("starlark/type", {}, std::move(text)); }
void value_error(std::string text) { fail("starlark/value", {}, std::move(text)); }

Value binary(Thread& thread, Token op, const Value& x, const Value& y) {
  Value out;
  const bool float_pair = (x.is(Kind::kFloat) && (y.is(Kind::kFloat) || y.is_integer())) ||
                          (x.is_integer() && y.is(Kind::kFloat));
  if (op == Token::kIn) {
    out = contains(thread, x, y);
  } else if (op == Token::kNotIn) {
    out = contains(thread, x, y);
    if (out.is_set()) return boolean(!truth(out));
    // Worded as the operator it is made of.
    type_error(cat("unknown binary op: ", type_name(x), " in ", type_name(y)));
  } else if (op == Token::kShiftLeft || op == Token::kShiftRight) {
    if (x.is_integer()) return shift(thread, op, x, y);
  } else if (x.is_integer() && y.is_integer()) {
    out = integer_operation(thread, op, x, y);
  } else if (float_pair) {
    out = float_operation(op, *as_double(x), *as_double(y));
  } else if (op == Token::kPlus) {
    if (x.is_string() && y.is_string()) return join_strings(thread, x.string(), y.string());
    if (is_sequence(x) && x.kind == y.kind) return join_items(thread, x, y);
  } else if (op == Token::kStar) {
    out = y.is_integer() ? repeat(thread, x, y) : repeat(thread, y, x);
  } else if (op == Token::kPercent && x.is_string()) {
    return interpolate(thread, x.string(), y);
  } else if (x.is(Kind::kSet) && y.is(Kind::kSet) &&
             (op == Token::kPipe || op == Token::kAmpersand || op == Token::kCircumflex)) {
    return combine_sets(thread, op, x, y);
  }
  if (out.is_set()) return out;
  fail("starlark/type", {},
       cat("unknown binary op: ", type_name(x), " ", token_name(op), " ", type_name(y)), {},
       {std::string(type_name(x)), std::string(token_name(op)), std::string(type_name(y))});
}

Value unary(Thread& thread, Token op, const Value& x) {
  if (op == Token::kNot) return boolean(!truth(x));
  if (x.is(Kind::kFloat) && op != Token::kTilde)
    return real(op == Token::kMinus ? -x.real : x.real);
  if (x.is_integer()) {
    if (op == Token::kPlus) return x;
    if (op == Token::kTilde) return big_integer(thread.arena(), bit_not(to_big(x)));
    return integer_operation(thread, Token::kMinus, integer(0), x);
  }
  fail("starlark/type", {}, cat("unknown unary op: ", token_name(op), " ", type_name(x)), {},
       {std::string(token_name(op)), std::string(type_name(x))});
}

bool compare(Thread& thread, Token op, const Value& left, const Value& right) {
  return compare_at(thread, op, left, right, kCompareDepth);
}

bool equal(Thread& thread, const Value& a, const Value& b) {
  if (a.is_string()) {
    thread.charge(1);
    return b.is_string() && a.string() == b.string();
  }
  return compare_at(thread, Token::kEqual, a, b, kCompareDepth);
}

Value get_index(Thread& thread, const Value& container, const Value& key) {
  if (container.is(Kind::kDict)) {
    const Value* const found = find(*container.dict, key);
    return found != nullptr ? *found : key_missing(thread, key, container);
  }
  if (container.is(Kind::kObject) && container.object->is_mapping()) {
    const Value found = container.object->get(thread, key);
    return found.is_set() ? found : key_missing(thread, key, container);
  }
  if (is_indexable(container)) {
    if (!key.is_integer())
      type_error(cat(type_name(container), " index: got ", type_name(key), ", want int"));
    if (key.is(Kind::kBigInt))
      type_error(cat(type_name(container), " index: ", to_text(thread, key), " out of range"));
    const std::int64_t size = *length_of(container);
    return item_at(container, position_in(container, key.integer, size));
  }
  fail("starlark/type", {},
       cat("unhandled index operation ", type_name(container), "[", type_name(key), "]"), {},
       {std::string(type_name(container)), std::string(type_name(key))});
}

void set_index(Thread& thread, const Value& container, const Value& key, const Value& value) {
  if (container.is(Kind::kDict)) {
    check_mutable(*container.dict, "insert into");
    insert(thread.arena(), *container.dict, key, value);
    return;
  }
  if (container.is(Kind::kList)) {
    const std::int64_t index = as_int32(key);
    const std::int64_t at = position_in(container, index, container.list->items.size());
    check_mutable(*container.list, "assign to element of");
    container.list->items[static_cast<std::size_t>(at)] = value;
    return;
  }
  if (container.is(Kind::kObject) && container.object->set(thread, key, value)) return;
  type_error(cat(type_name(container), " value does not support item assignment"));
}

void set_attribute(Thread& thread, const Value& operand, std::string_view name,
                   const Value& value) {
  if (operand.is(Kind::kObject) && operand.object->set_attribute(thread, name, value)) return;
  type_error(cat("can't assign to .", name, " field of ", type_name(operand)));
}

Bounds slice_bounds(const Value& low, const Value& high, std::int64_t length) {
  const std::int64_t start = std::clamp<std::int64_t>(bound(low, length, 0, "start"), 0, length);
  const std::int64_t end = std::clamp<std::int64_t>(bound(high, length, length, "end"), 0, length);
  return {start, end};
}

Value slice(Thread& thread, const Value& operand, const Value& low, const Value& high,
            const Value& step_value) {
  if (operand.is(Kind::kObject)) {
    const Value sliced = operand.object->slice(thread, low, high, step_value);
    if (sliced.is_set()) return sliced;
  }
  const bool sliceable = operand.is_string() || is_sequence(operand) || operand.is(Kind::kRange);
  if (!sliceable) type_error(cat("invalid slice operand ", type_name(operand)));
  const std::int64_t length = *length_of(operand);
  const std::int64_t step = slice_step(step_value);
  Bounds bounds = step > 0 ? slice_bounds(low, high, length) : backward_bounds(low, high, length);
  if (step > 0) bounds.end = std::max(bounds.start, bounds.end);
  if (operand.is_string()) return slice_text(thread, operand.string(), bounds, step);
  if (operand.is(Kind::kRange)) return slice_range(thread, *operand.range, bounds, step);
  std::vector<Value> out;
  walk(bounds, step, [&](std::size_t i) { out.push_back(items_of(operand)[i]); });
  thread.charge(out.size() / 8);
  return operand.is(Kind::kList) ? make_list(thread.arena(), out) : tuple_of(thread.arena(), out);
}

Value add_in_place(Thread& thread, const Value& x, const Value& y) {
  List<Value> items;
  if (!x.is(Kind::kList) || y.is_string() || !elements(thread, y, items))
    return binary(thread, Token::kPlus, x, y);
  check_mutable(*x.list, "apply += to");
  thread.charge(items.size() / 8);
  for (const Value& item : items) x.list->items.push_back(thread.arena(), item);
  return x;
}

void check_mutable(const ListData& list, std::string_view verb) {
  if (list.frozen)
    fail("starlark/frozen", {}, cat("cannot ", verb, " frozen list"), {}, {std::string(verb)});
  if (list.iterations > 0)
    fail("starlark/frozen", {}, cat("cannot ", verb, " list during iteration"), {},
         {std::string(verb)});
}

void check_mutable(const DictData& dict, std::string_view verb, std::string_view type) {
  if (dict.frozen)
    fail("starlark/frozen", {}, cat("cannot ", verb, " frozen ", type), {}, {std::string(verb)});
  if (dict.iterations > 0)
    fail("starlark/frozen", {}, cat("cannot ", verb, " ", type, " during iteration"), {},
         {std::string(verb)});
}

std::int64_t as_int32(const Value& value) {
  if (!value.is_integer()) type_error(cat("got ", type_name(value), ", want int"));
  const bool fits = value.is(Kind::kInt) &&
                    value.integer >= std::numeric_limits<std::int32_t>::min() &&
                    value.integer <= std::numeric_limits<std::int32_t>::max();
  if (!fits) type_error(cat(to_decimal(to_big(value)), " out of range"));
  return value.integer;
}

Value number_to_int(Thread& thread, const Value& value) {
  if (value.is_integer()) return value;
  if (!value.is(Kind::kFloat)) type_error(cat("cannot convert ", type_name(value), " to int"));
  if (std::isinf(value.real)) value_error("cannot convert float infinity to integer");
  if (std::isnan(value.real)) value_error("cannot convert float NaN to integer");
  return big_integer(thread.arena(), make_big_from_double(value.real));
}

std::optional<double> as_double(const Value& number) {
  if (number.is(Kind::kFloat)) return number.real;
  if (number.is(Kind::kInt)) return static_cast<double>(number.integer);
  if (number.is(Kind::kBigInt)) return to_double(to_big(number));
  return std::nullopt;
}

Iterating::Iterating(const Value& container) {
  if (container.is(Kind::kList)) count_ = &container.list->iterations;
  if (container.is(Kind::kDict) || container.is(Kind::kSet)) count_ = &container.dict->iterations;
  if (count_ != nullptr) ++*count_;
}

Value element_at(Thread& thread, const StringElements& elements, std::size_t& at) {
  const std::size_t start = at;
  if (!elements.code_points) {
    ++at;
    const auto byte = static_cast<unsigned char>(elements.text[start]);
    return elements.ordinals ? integer(byte) : string(elements.text.substr(start, 1));
  }
  const char32_t c = next_code_point(elements.text, at);
  if (elements.ordinals) return integer(static_cast<std::int64_t>(c));
  const bool broken = c == 0xfffd && at - start == 1;
  return broken ? thread.text("\xef\xbf\xbd") : string(elements.text.substr(start, at - start));
}

bool elements(Thread& thread, const Value& value, List<Value>& out) {
  return for_each(thread, value, [&](const Value& item) {
    thread.charge(1);
    out.push_back(thread.arena(), item);
    return true;
  });
}

std::optional<std::int64_t> length_of(const Value& value) {
  switch (value.kind) {
    case Kind::kString:
      return value.length;
    case Kind::kList:
      return value.list->items.size();
    case Kind::kTuple:
      return value.tuple->size;
    case Kind::kDict:
    case Kind::kSet:
      return value.dict->live;
    case Kind::kRange:
      return value.range->size;
    case Kind::kStringElements:
      if (value.elements->code_points) return std::nullopt;
      return static_cast<std::int64_t>(value.elements->text.size());
    case Kind::kObject:
      return value.object->length();
    default:
      return std::nullopt;
  }
}

}  // namespace plumb::starlark
