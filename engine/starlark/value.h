#pragma once
// What a program computes with.
//
// A Value is sixteen bytes, copied freely. Numbers and short facts are inside it; everything else
// lives in the run's Arena and is freed with it: no reference counts, no collector. A text is a
// view, so slicing one copies nothing.
//
//   None bool int float string list tuple dict set range function builtin_function_or_method
//   and Object: what the host adds (structs, modules, fragments of YAML)
//
// A list, dict or set becomes immutable when the module that made it has finished (freeze()).

#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/list.h"
#include "starlark/bigint.h"

namespace plumb::starlark {

class Thread;
class Object;
struct Value;
struct Function;
struct Builtin;

enum class Kind : std::uint8_t {
  kUnset,  // no value: a variable before its first assignment, an optional argument left out
  kNone,
  kBool,
  kInt,     // 64 bits
  kBigInt,  // beyond 64 bits
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kSet,
  kRange,
  kStringElements,  // what "…".elems() and its relatives give
  kFunction,
  kBuiltin,
  kObject,
  kCell,  // inside frames only: a variable that an inner function shares
};

struct TupleData {
  const Value* items = nullptr;
  std::uint32_t size = 0;
  bool frozen = false;  // what it holds is
};

struct RangeData {
  std::int64_t start = 0, stop = 0, step = 1, size = 0;
};

struct BigData {  // a Big in the arena
  bool negative = false;
  std::uint32_t size = 0;
  const std::uint32_t* limbs = nullptr;
};

struct StringElements {
  std::string_view text;
  bool code_points = false;  // else bytes
  bool ordinals = false;     // numbers, else texts
};

struct ListData;
struct DictData;
struct Cell;

struct Value {
  Kind kind = Kind::kUnset;
  std::uint32_t length = 0;  // of a string
  union {
    std::int64_t integer;
    double real;
    const char* text;
    BigData* big;
    ListData* list;
    TupleData* tuple;
    DictData* dict;  // of a set as well: its values are None
    RangeData* range;
    StringElements* elements;
    Function* function;
    Builtin* builtin;
    Object* object;
    Cell* cell;
  };

  Value() : integer(0) {}
  bool is(Kind other) const { return kind == other; }
  bool is_set() const { return kind != Kind::kUnset; }
  bool is_none() const { return kind == Kind::kNone; }
  bool is_string() const { return kind == Kind::kString; }
  bool is_integer() const { return kind == Kind::kInt || kind == Kind::kBigInt; }
  std::string_view string() const { return {text, length}; }
  std::span<const Value> items() const { return {tuple->items, tuple->size}; }  // of a tuple
};
static_assert(sizeof(Value) == 16);

struct ListData {
  List<Value> items;
  bool frozen = false;
  std::uint32_t iterations = 0;  // running over it now
};

struct Cell {
  Value value;
};

// A hash table that keeps the order of insertion. Up to eight entries are searched in a row.
struct DictData {
  struct Slot {
    Value key, value;
    std::uint32_t hash = 0;
    bool live = false;
  };
  List<Slot> slots;
  std::uint32_t* index = nullptr;  // slot number + 1, or 0
  std::uint32_t index_mask = 0;
  std::uint32_t live = 0;
  std::uint32_t first = 0;  // no slot before it is live
  bool frozen = false;
  std::uint32_t iterations = 0;
};

// ---- making ----

inline Value none() {
  Value v;
  v.kind = Kind::kNone;
  return v;
}
inline Value boolean(bool value) {
  Value v;
  v.kind = Kind::kBool;
  v.integer = value ? 1 : 0;
  return v;
}
inline Value integer(std::int64_t value) {
  Value v;
  v.kind = Kind::kInt;
  v.integer = value;
  return v;
}
inline Value real(double value) {
  Value v;
  v.kind = Kind::kFloat;
  v.real = value;
  return v;
}
// The text must live as long as the arena; Thread::text() copies.
inline Value string(std::string_view text) {
  Value v;
  v.kind = Kind::kString;
  v.length = static_cast<std::uint32_t>(text.size());
  v.text = text.data();
  return v;
}
inline Value object(Object* host) {
  Value v;
  v.kind = Kind::kObject;
  v.object = host;
  return v;
}
Value big_integer(Arena& arena, const Big& value);  // a kInt where it fits
Value make_list(Arena& arena, std::span<const Value> items = {});
Value tuple_of(Arena& arena, std::span<const Value> items);
Value make_dict(Arena& arena);
Value make_set(Arena& arena);
Value make_range(Arena& arena, std::int64_t start, std::int64_t stop, std::int64_t step);

// ---- looking ----

Big to_big(const Value& integer);  // of a kInt or kBigInt
bool truth(const Value& value);
// Its name as type() tells it: "string", "list", …
std::string_view type_name(const Value& value);
std::string_view as_string(const Value& value);  // of a string

// ---- dicts; keys must be hashable, else the error starlark/unhashable ----

std::uint32_t hash_of(const Value& value);
const Value* find(const DictData& dict, const Value& key);
// Whether it was new. The caller has checked that the dict may change.
bool insert(Arena& arena, DictData& dict, const Value& key, const Value& value);
bool erase(DictData& dict, const Value& key, Value* removed = nullptr);
void clear(DictData& dict);

// Everything below becomes immutable.
void freeze(const Value& value);

}  // namespace plumb::starlark
