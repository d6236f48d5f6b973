#include "starlark/value.h"

#include <bit>
#include <cmath>
#include <vector>

#include "base/diagnostic.h"
#include "base/text.h"
#include "starlark/function.h"
#include "starlark/object.h"

namespace plumb::starlark {
namespace {

constexpr int kHashDepth = 200;        // tuples within tuples
constexpr int kKeyElements = 100'000;  // in a tuple that is a key, all levels together

std::uint32_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

std::uint32_t mix(std::uint64_t bits) {
  bits *= 0x9e3779b97f4a7c15ULL;
  return static_cast<std::uint32_t>(bits >> 32);
}

std::uint32_t hash_big(const BigData& big) {
  std::uint64_t hash = big.negative ? 1 : 2;
  for (std::uint32_t i = 0; i < big.size; ++i) hash = mix(hash ^ big.limbs[i]) + hash * 31;
  return static_cast<std::uint32_t>(hash);
}

// Equal numbers hash alike, whatever their type.
std::uint32_t hash_float(double value) {
  if (!std::isfinite(value)) return 1618033;
  if (std::abs(value) < 9e18)
    return mix(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
  const Big big = make_big_from_double(value);
  if (const auto small = to_int64(big)) return mix(static_cast<std::uint64_t>(*small));
  return hash_big({big.negative, static_cast<std::uint32_t>(big.limbs.size()), big.limbs.data()});
}

std::uint32_t hash_at(const Value& value, int depth, int& budget) {
  switch (value.kind) {
    case Kind::kNone:
      return 0;
    case Kind::kBool:
    case Kind::kInt:
      return mix(static_cast<std::uint64_t>(value.integer));
    case Kind::kBigInt:
      return hash_big(*value.big);
    case Kind::kFloat:
      return hash_float(value.real);
    case Kind::kString:
      return hash_text(value.string());
    case Kind::kFunction:
      return mix(std::bit_cast<std::uintptr_t>(value.function));
    case Kind::kBuiltin:
      return hash_text(value.builtin->name);
    case Kind::kTuple: {
      budget -= static_cast<int>(value.tuple->size);
      if (depth == 0 || budget < 0)
        fail("starlark/unhashable", {}, "the tuple is too large to be a key", {}, {"tuple"});
      std::uint32_t hash = 0x345678;
      for (const Value& item : value.items())
        hash = (hash ^ hash_at(item, depth - 1, budget)) * 1000003;
      return hash;
    }
    case Kind::kObject:
      if (const auto hash = value.object->hash()) return *hash;
      [[fallthrough]];
    default: {
      const bool plain = value.is(Kind::kList) || value.is(Kind::kDict) || value.is(Kind::kSet);
      fail("starlark/unhashable", {},
           cat(plain ? "unhashable type: " : "unhashable: ", type_name(value)), {},
           {std::string(type_name(value))});
    }
  }
}

bool same_big(const BigData& a, const BigData& b) {
  return a.negative == b.negative && a.size == b.size &&
         std::equal(a.limbs, a.limbs + a.size, b.limbs);
}

bool int_equals_float(const Value& number, double other) {
  if (!std::isfinite(other) || other != std::trunc(other)) return false;
  return compare(to_big(number), make_big_from_double(other)) == 0;
}

// Equality of hashable values.
bool same_key(const Value& a, const Value& b, int& budget);

bool same_tuple(const TupleData& a, const TupleData& b, int& budget) {
  if (&a == &b) return true;
  budget -= static_cast<int>(a.size);
  if (a.size != b.size || budget < 0) return false;
  for (std::uint32_t i = 0; i < a.size; ++i)
    if (!same_key(a.items[i], b.items[i], budget)) return false;
  return true;
}

bool same_key(const Value& a, const Value& b, int& budget) {
  if (a.kind != b.kind) {
    if (a.is_integer() && b.is(Kind::kFloat)) return int_equals_float(a, b.real);
    if (b.is_integer() && a.is(Kind::kFloat)) return int_equals_float(b, a.real);
    return false;
  }
  switch (a.kind) {
    case Kind::kNone:
      return true;
    case Kind::kBool:
    case Kind::kInt:
      return a.integer == b.integer;
    case Kind::kFloat:
      return a.real == b.real;
    case Kind::kString:
      return a.string() == b.string();
    case Kind::kBigInt:
      return same_big(*a.big, *b.big);
    case Kind::kTuple:
      return same_tuple(*a.tuple, *b.tuple, budget);
    default:
      return a.integer == b.integer;
  }
}

bool same_key(const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) return a.string() == b.string();
  int budget = kKeyElements;
  return same_key(a, b, budget);
}

constexpr std::uint32_t kSmall = 8;
constexpr std::uint32_t kNowhere = ~0U;

std::uint32_t locate(const DictData& dict, const Value& key, std::uint32_t hash) {
  if (dict.index == nullptr) {
    for (std::uint32_t i = 0; i < dict.slots.size(); ++i) {
      const DictData::Slot& slot = dict.slots[i];
      if (slot.live && slot.hash == hash && same_key(slot.key, key)) return i;
    }
    return kNowhere;
  }
  for (std::uint32_t at = hash & dict.index_mask; dict.index[at] != 0;
       at = (at + 1) & dict.index_mask) {
    const DictData::Slot& slot = dict.slots[dict.index[at] - 1];
    if (slot.live && slot.hash == hash && same_key(slot.key, key)) return dict.index[at] - 1;
  }
  return kNowhere;
}

void enter(DictData& dict, std::uint32_t slot) {
  std::uint32_t at = dict.slots[slot].hash & dict.index_mask;
  while (dict.index[at] != 0) at = (at + 1) & dict.index_mask;
  dict.index[at] = slot + 1;
}

// Drops dead slots and makes an index with room for twice the entries.
void rebuild(Arena& arena, DictData& dict) {
  std::uint32_t kept = 0;
  for (const DictData::Slot& slot : dict.slots)
    if (slot.live) dict.slots[kept++] = slot;
  dict.slots.truncate(kept);
  dict.first = 0;
  const std::uint32_t size = std::bit_ceil(kept * 4 + 16);
  if (dict.index == nullptr || dict.index_mask + 1 < size) {
    dict.index = arena.array<std::uint32_t>(size);
    dict.index_mask = size - 1;
  } else {
    std::fill_n(dict.index, dict.index_mask + 1, 0U);
  }
  for (std::uint32_t i = 0; i < kept; ++i) enter(dict, i);
}

void freeze_one(const Value& value, std::vector<Value>& rest) {
  switch (value.kind) {
    case Kind::kList:
      if (!value.list->frozen)
        rest.insert(rest.end(), value.list->items.begin(), value.list->items.end());
      value.list->frozen = true;
      return;
    case Kind::kTuple:
      if (!value.tuple->frozen) rest.insert(rest.end(), value.items().begin(), value.items().end());
      value.tuple->frozen = true;
      return;
    case Kind::kDict:
    case Kind::kSet:
      if (!value.dict->frozen)
        for (const DictData::Slot& slot : value.dict->slots) {
          if (!slot.live) continue;
          rest.push_back(slot.key);
          rest.push_back(slot.value);
        }
      value.dict->frozen = true;
      return;
    case Kind::kBuiltin:
      rest.push_back(value.builtin->receiver);
      return;
    case Kind::kObject:
      value.object->freeze();
      return;
    case Kind::kCell:
      rest.push_back(value.cell->value);
      return;
    case Kind::kFunction:
      if (!std::exchange(value.function->frozen, true)) {
        rest.insert(rest.end(), value.function->defaults.begin(), value.function->defaults.end());
        for (const Cell* cell : value.function->free) rest.push_back(cell->value);
      }
      return;
    default:
      return;
  }
}

}  // namespace

Value big_integer(Arena& arena, const Big& value) {
  if (const auto small = to_int64(value)) return integer(*small);
  const auto size = static_cast<std::uint32_t>(value.limbs.size());
  auto* const limbs = arena.array<std::uint32_t>(size);
  std::copy(value.limbs.begin(), value.limbs.end(), limbs);
  Value v;
  v.kind = Kind::kBigInt;
  v.big = arena.make<BigData>(value.negative, size, limbs);
  return v;
}

Value make_list(Arena& arena, std::span<const Value> items) {
  Value v;
  v.kind = Kind::kList;
  v.list = arena.make<ListData>();
  v.list->items.reserve(arena, static_cast<std::uint32_t>(items.size()));
  for (const Value& item : items) v.list->items.push_back(arena, item);
  return v;
}

Value tuple_of(Arena& arena, std::span<const Value> items) {
  Value v;
  v.kind = Kind::kTuple;
  Value* const copies = arena.array<Value>(items.size());
  std::copy(items.begin(), items.end(), copies);
  v.tuple = arena.make<TupleData>(copies, static_cast<std::uint32_t>(items.size()));
  return v;
}

Value make_dict(Arena& arena) {
  Value v;
  v.kind = Kind::kDict;
  v.dict = arena.make<DictData>();
  return v;
}

Value make_set(Arena& arena) {
  Value v = make_dict(arena);
  v.kind = Kind::kSet;
  return v;
}

Value make_range(Arena& arena, std::int64_t start, std::int64_t stop, std::int64_t step) {
  std::int64_t size = 0;
  if (step > 0 && stop > start) size = (stop - 1 - start) / step + 1;
  if (step < 0 && start > stop) size = (start - 1 - stop) / -step + 1;
  Value v;
  v.kind = Kind::kRange;
  v.range = arena.make<RangeData>(start, stop, step, size);
  return v;
}

Value make_builtin(Arena& arena, std::string_view name, BuiltinCode code, void* context,
                   Value receiver) {
  Value v;
  v.kind = Kind::kBuiltin;
  v.builtin = arena.make<Builtin>(name, code, receiver, context);
  return v;
}

Big to_big(const Value& number) {
  if (number.is(Kind::kInt)) return make_big(number.integer);
  return {number.big->negative, {number.big->limbs, number.big->limbs + number.big->size}};
}

bool truth(const Value& value) {
  switch (value.kind) {
    case Kind::kUnset:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.integer != 0;
    case Kind::kFloat:
      return value.real != 0;
    case Kind::kString:
      return value.length != 0;
    case Kind::kList:
      return !value.list->items.empty();
    case Kind::kTuple:
      return value.tuple->size != 0;
    case Kind::kDict:
    case Kind::kSet:
      return value.dict->live != 0;
    case Kind::kRange:
      return value.range->size > 0;
    case Kind::kObject:
      return value.object->truth();
    default:
      return true;
  }
}

std::string_view type_name(const Value& value) {
  switch (value.kind) {
    case Kind::kNone:
      return "NoneType";
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
    case Kind::kBigInt:
      return "int";
    case Kind::kFloat:
      return "float";
    case Kind::kString:
      return "string";
    case Kind::kList:
      return "list";
    case Kind::kTuple:
      return "tuple";
    case Kind::kDict:
      return "dict";
    case Kind::kSet:
      return "set";
    case Kind::kRange:
      return "range";
    case Kind::kStringElements:
      return value.elements->code_points
                 ? (value.elements->ordinals ? "codepoint_ords" : "codepoints")
                 : (value.elements->ordinals ? "elem_ords" : "elems");
    case Kind::kFunction:
      return "function";
    case Kind::kBuiltin:
      return "builtin_function_or_method";
    case Kind::kObject:
      return value.object->type();
    default:
      return "unset";
  }
}

std::string_view as_string(const Value& value) { return value.string(); }

std::uint32_t hash_of(const Value& value) {
  int budget = kKeyElements;
  return hash_at(value, kHashDepth, budget);
}

const Value* find(const DictData& dict, const Value& key) {
  const std::uint32_t at = locate(dict, key, hash_of(key));
  return at == kNowhere ? nullptr : &dict.slots[at].value;
}

bool insert(Arena& arena, DictData& dict, const Value& key, const Value& value) {
  const std::uint32_t hash = hash_of(key);
  if (const std::uint32_t at = locate(dict, key, hash); at != kNowhere) {
    dict.slots[at].value = value;
    return false;
  }
  dict.slots.push_back(arena, {key, value, hash, true});
  ++dict.live;
  if (dict.index != nullptr && dict.slots.size() * 2 <= dict.index_mask + 1) {
    enter(dict, dict.slots.size() - 1);
  } else if (dict.slots.size() > kSmall) {
    rebuild(arena, dict);
  }
  return true;
}

bool erase(DictData& dict, const Value& key, Value* removed) {
  const std::uint32_t at = locate(dict, key, hash_of(key));
  if (at == kNowhere) return false;
  if (removed != nullptr) *removed = dict.slots[at].value;
  dict.slots[at].live = false;
  if (--dict.live == 0) clear(dict);
  while (dict.first < dict.slots.size() && !dict.slots[dict.first].live) ++dict.first;
  return true;
}

void clear(DictData& dict) {
  dict.slots.clear();
  dict.index = nullptr;
  dict.live = 0;
  dict.first = 0;
}

void freeze(const Value& value) {
  std::vector<Value> rest{value};
  while (!rest.empty()) {
    const Value next = rest.back();
    rest.pop_back();
    freeze_one(next, rest);
  }
}

}  // namespace plumb::starlark
