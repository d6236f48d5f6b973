// The methods of lists, dicts and sets, and attributes in general.

#include "starlark/methods.h"

#include <algorithm>

#include "base/text.h"
#include "starlark/operations.h"
#include "starlark/unpack.h"

namespace plumb::starlark {
namespace {

// Work that can fail with a message that must start with the function's name.
template <typename Work>
auto named(std::string_view function, Work work) {
  try {
    return work();
  } catch (RunError&) {
    throw;
  } catch (Error& error) {
    error.diagnostic().text = cat(function, ": ", error.diagnostic().text);
    throw;
  }
}

// ---- list ----

Value list_append(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [item] = take<1>(self.name, arguments, 1);
  ListData& list = *self.receiver.list;
  named(self.name, [&] { check_mutable(list, "append to"); });
  list.items.push_back(thread.arena(), item);
  return none();
}

Value list_clear(Thread&, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  named(self.name, [&] { check_mutable(*self.receiver.list, "clear"); });
  self.receiver.list->items.clear();
  return none();
}

Value list_extend(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [more] = take<1>(self.name, arguments, 1);
  List<Value> items;
  if (!elements(thread, more, items))
    type_error(cat("extend: for parameter 1: got ", type_name(more), ", want iterable"));
  ListData& list = *self.receiver.list;
  named(self.name, [&] { check_mutable(list, "extend"); });
  for (const Value& item : items) list.items.push_back(thread.arena(), item);
  return none();
}

Value list_index(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<3>(self.name, arguments, 1);
  const List<Value>& items = self.receiver.list->items;
  const Bounds bounds =
      named(self.name, [&] { return slice_bounds(taken[1], taken[2], items.size()); });
  for (std::int64_t i = bounds.start; i < bounds.end; ++i)
    if (equal(thread, items[static_cast<std::size_t>(i)], taken[0])) return integer(i);
  value_error("index: value not in list");
}

Value list_insert(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<2>(self.name, arguments, 2);
  std::int64_t at = int_argument(self.name, 1, taken[0]);
  ListData& list = *self.receiver.list;
  named(self.name, [&] { check_mutable(list, "insert into"); });
  const std::int64_t size = list.items.size();
  if (at < 0) at += size;
  at = std::clamp<std::int64_t>(at, 0, size);
  thread.charge(static_cast<std::uint64_t>(size - at) / 16);
  list.items.insert(thread.arena(), static_cast<std::size_t>(at), taken[1]);
  return none();
}

Value list_remove(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [item] = take<1>(self.name, arguments, 1);
  ListData& list = *self.receiver.list;
  named(self.name, [&] { check_mutable(list, "remove from"); });
  for (std::uint32_t i = 0; i < list.items.size(); ++i) {
    if (!equal(thread, list.items[i], item)) continue;
    list.items.erase(i);
    return none();
  }
  value_error("remove: element not found");
}

Value list_pop(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [index] = take<1>(self.name, arguments, 0);
  ListData& list = *self.receiver.list;
  const std::int64_t size = list.items.size();
  std::int64_t at = index.is_set() ? int_argument(self.name, 1, index) : size - 1;
  const Value removed =
      named(self.name, [&] { return get_index(thread, self.receiver, integer(at)); });
  named(self.name, [&] { check_mutable(list, "pop from"); });
  if (at < 0) at += size;
  thread.charge(static_cast<std::uint64_t>(size - at) / 16);
  list.items.erase(static_cast<std::size_t>(at));
  return removed;
}

// ---- dict ----

Value dict_clear(Thread&, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  check_mutable(*self.receiver.dict, "clear");
  clear(*self.receiver.dict);
  return none();
}

Value dict_get(Thread&, const Builtin& self, const Arguments& arguments) {
  const auto [key, otherwise] = take<2>(self.name, arguments, 1);
  const Value* const found = named(self.name, [&] { return find(*self.receiver.dict, key); });
  if (found != nullptr) return *found;
  return otherwise.is_set() ? otherwise : none();
}

template <typename Pick>
Value collect(Thread& thread, const Builtin& self, const Arguments& arguments, Pick pick) {
  take<0>(self.name, arguments, 0);
  const Value out = make_list(thread.arena());
  thread.charge(self.receiver.dict->live / 4);
  for (const DictData::Slot& slot : self.receiver.dict->slots)
    if (slot.live) out.list->items.push_back(thread.arena(), pick(slot));
  return out;
}

Value dict_items(Thread& thread, const Builtin& self, const Arguments& arguments) {
  return collect(thread, self, arguments, [&](const DictData::Slot& slot) {
    return tuple_of(thread.arena(), std::array{slot.key, slot.value});
  });
}
Value dict_keys(Thread& thread, const Builtin& self, const Arguments& arguments) {
  return collect(thread, self, arguments, [](const DictData::Slot& slot) { return slot.key; });
}
Value dict_values(Thread& thread, const Builtin& self, const Arguments& arguments) {
  return collect(thread, self, arguments, [](const DictData::Slot& slot) { return slot.value; });
}

Value dict_pop(Thread&, const Builtin& self, const Arguments& arguments) {
  const auto [key, otherwise] = take<2>(self.name, arguments, 1);
  Value removed;
  const bool found = named(self.name, [&] {
    check_mutable(*self.receiver.dict, "delete from");
    return erase(*self.receiver.dict, key, &removed);
  });
  if (found) return removed;
  if (otherwise.is_set()) return otherwise;
  fail("starlark/key", {}, "pop: missing key");
}

Value dict_popitem(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  DictData& dict = *self.receiver.dict;
  if (dict.live == 0) fail("starlark/key", {}, "popitem: empty dict");
  named(self.name, [&] { check_mutable(dict, "delete from"); });
  const DictData::Slot first = dict.slots[dict.first];
  erase(dict, first.key);
  return tuple_of(thread.arena(), std::array{first.key, first.value});
}

Value dict_setdefault(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<2>(self.name, arguments, 1);
  const Value otherwise = taken[1].is_set() ? taken[1] : none();
  DictData& dict = *self.receiver.dict;
  return named(self.name, [&] {
    if (const Value* const found = find(dict, taken[0])) return *found;
    check_mutable(dict, "insert into");
    insert(thread.arena(), dict, taken[0], otherwise);
    return otherwise;
  });
}

Value dict_update(Thread& thread, const Builtin& self, const Arguments& arguments) {
  if (arguments.positional.size() > 1)
    fail("starlark/call", {},
         cat("update: got ", arguments.positional.size(), " arguments, want at most 1"));
  update_dict(thread, "update", *self.receiver.dict, arguments);
  return none();
}

// ---- set ----

Value set_union(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [more] = take<1>(self.name, arguments, 0);
  List<Value> items;
  if (!more.is_set() || !elements(thread, more, items))
    type_error("union: for parameter 1: got NoneType, want iterable");
  const Value out = make_set(thread.arena());
  for (const DictData::Slot& slot : self.receiver.dict->slots)
    if (slot.live) insert(thread.arena(), *out.dict, slot.key, none());
  for (const Value& item : items)
    named(self.name, [&] { return insert(thread.arena(), *out.dict, item, none()); });
  return out;
}

constexpr std::array kListMethods = std::to_array<Method>({
    {"append", list_append},
    {"clear", list_clear},
    {"extend", list_extend},
    {"index", list_index},
    {"insert", list_insert},
    {"pop", list_pop},
    {"remove", list_remove},
});
constexpr std::array kDictMethods = std::to_array<Method>({
    {"clear", dict_clear},
    {"get", dict_get},
    {"items", dict_items},
    {"keys", dict_keys},
    {"pop", dict_pop},
    {"popitem", dict_popitem},
    {"setdefault", dict_setdefault},
    {"update", dict_update},
    {"values", dict_values},
});
constexpr std::array kSetMethods = std::to_array<Method>({{"union", set_union}});

std::span<const Method> methods_of(const Value& receiver) {
  switch (receiver.kind) {
    case Kind::kString:
      return string_methods();
    case Kind::kList:
      return kListMethods;
    case Kind::kDict:
      return kDictMethods;
    case Kind::kSet:
      return kSetMethods;
    default:
      return {};
  }
}

void insert_pair(Thread& thread, DictData& dict, const Value& pair, std::size_t number) {
  List<Value> parts;
  if (!elements(thread, pair, parts))
    type_error(cat("dictionary update sequence element #", number, " is not iterable (",
                   type_name(pair), ")"));
  if (!length_of(pair))
    type_error(cat("dictionary update sequence element #", number, " has unknown length (",
                   type_name(pair), ")"));
  if (parts.size() != 2)
    value_error(cat("dictionary update sequence element #", number, " has length ", parts.size(),
                    ", want 2"));
  check_mutable(dict, "insert into");
  insert(thread.arena(), dict, parts[0], parts[1]);
}

void insert_all(Thread& thread, DictData& dict, const Value& source) {
  List<Value> keys, values;
  if (source.is(Kind::kObject) && source.object->pairs(thread, keys, values)) {
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
      check_mutable(dict, "insert into");
      insert(thread.arena(), dict, keys[i], values[i]);
    }
    return;
  }
  if (source.is(Kind::kDict)) {
    const Iterating iterating(source);
    for (const DictData::Slot& slot : source.dict->slots) {
      if (!slot.live) continue;
      if (source.dict != &dict) check_mutable(dict, "insert into");
      insert(thread.arena(), dict, slot.key, slot.value);
    }
    return;
  }
  std::size_t number = 0;
  const bool iterable = for_each(thread, source, [&](const Value& pair) {
    thread.charge(1);
    insert_pair(thread, dict, pair, number++);
    return true;
  });
  if (!iterable) type_error(cat("got ", type_name(source), ", want iterable"));
}

[[noreturn]] void no_attribute(const Value& value, std::string_view name) {
  const std::string_view near = nearest_name(name, attribute_names(value));
  fail("starlark/attribute", {},
       cat(type_name(value), " has no .", name, " field or method",
           near.empty() ? "" : " (did you mean .", near, near.empty() ? "" : "?)"),
       {}, {std::string(type_name(value)), std::string(name)});
}

}  // namespace

void update_dict(Thread& thread, std::string_view function, DictData& dict,
                 const Arguments& arguments) {
  named(function, [&] {
    if (!arguments.positional.empty()) insert_all(thread, dict, arguments.positional[0]);
    for (std::size_t i = 0; i < arguments.named.size(); ++i) {
      const NamedArgument& argument = arguments.named[i];
      for (std::size_t j = 0; j < i; ++j)
        if (arguments.named[j].name == argument.name)
          fail("starlark/call", {},
               cat("duplicate keyword arg: ", to_text(thread, string(argument.name))));
      check_mutable(dict, "insert into");
      insert(thread.arena(), dict, string(argument.name), argument.value);
    }
  });
}

BuiltinCode find_method(const Value& receiver, std::string_view name, std::string_view* kept_name) {
  for (const Method& method : methods_of(receiver)) {
    if (method.name != name) continue;
    if (kept_name != nullptr) *kept_name = method.name;
    return method.code;
  }
  return nullptr;
}

Value builtin_method(Thread& thread, const Value& receiver, std::string_view name) {
  std::string_view kept;
  const BuiltinCode code = find_method(receiver, name, &kept);
  return code == nullptr ? Value{} : make_builtin(thread.arena(), kept, code, nullptr, receiver);
}

std::vector<std::string_view> attribute_names(const Value& value) {
  if (value.is(Kind::kObject)) return value.object->attribute_names();
  std::vector<std::string_view> names;
  for (const Method& method : methods_of(value)) names.push_back(method.name);
  return names;
}

Value attribute(Thread& thread, const Value& value, std::string_view name) {
  const Value found = value.is(Kind::kObject) ? value.object->attribute(thread, name)
                                              : builtin_method(thread, value, name);
  if (!found.is_set()) no_attribute(value, name);
  return found;
}

}  // namespace plumb::starlark
