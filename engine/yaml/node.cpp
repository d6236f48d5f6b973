#include "yaml/node.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <unordered_map>

#include "yaml/number.h"

namespace plumb::yaml {

namespace {

constexpr std::uint32_t kSmallMapping =
    16;  // below this a look through all pairs is faster than a table

Node* make_scalar(Arena& arena, Type type, std::string_view text, Span span) {
  Node* const node = arena.make<Node>();
  node->type = type;
  node->text = text;
  node->span = span;
  return node;
}

Node* make_collection(Arena& arena, Kind kind, Span span) {
  Node* const node = arena.make<Node>();
  node->kind = kind;
  node->type = Type::kCollection;
  node->style = Style::kBlock;
  node->span = span;
  return node;
}

bool equal_scalars(const Node& a, const Node& b) {
  const bool numbers = (a.type == Type::kInteger || a.type == Type::kFloat) &&
                       (b.type == Type::kInteger || b.type == Type::kFloat);
  if (numbers) {
    if (a.type == Type::kInteger && b.type == Type::kInteger) {
      return a.text == b.text || decimal(a.text) == decimal(b.text);
    }
    const double x = *as_float(a);
    const double y = *as_float(b);
    return x == y || (std::isnan(x) && std::isnan(y));
  }
  if (a.type != b.type) return false;
  switch (a.type) {
    case Type::kNull:
      return true;
    case Type::kBoolean:
      return as_boolean(a) == as_boolean(b);
    default:
      return a.text == b.text;
  }
}

bool equal_mappings(const Node& a, const Node& b) {
  if (a.entries.size() != b.entries.size()) return false;
  if (a.entries.size() <= kSmallMapping) {
    return std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& left) {
      return std::any_of(b.entries.begin(), b.entries.end(), [&](const Entry& right) {
        return equal(*left.key, *right.key) && equal(*left.value, *right.value);
      });
    });
  }
  std::unordered_multimap<std::string_view, const Entry*> index;
  for (const Entry& entry : b.entries) index.emplace(entry.key->text, &entry);
  return std::all_of(a.entries.begin(), a.entries.end(), [&](const Entry& left) {
    const auto [first, last] = index.equal_range(left.key->text);
    return std::any_of(first, last, [&](const auto& right) {
      return equal(*left.key, *right.second->key) && equal(*left.value, *right.second->value);
    });
  });
}

}  // namespace

const Entry* find_entry(const Node& mapping, std::string_view key) {
  for (std::uint32_t i = mapping.entries.size(); i-- > 0;) {
    const Entry& entry = mapping.entries[i];
    if (entry.key->is_scalar() && entry.key->text == key) return &entry;
  }
  return nullptr;
}

const Node* find(const Node& mapping, std::string_view key) {
  const Entry* const entry = find_entry(mapping, key);
  return entry == nullptr ? nullptr : entry->value;
}

Node* find(Node& mapping, std::string_view key) {
  return const_cast<Node*>(find(static_cast<const Node&>(mapping), key));
}

const Node* find_path(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* at = &node;
  for (const std::string_view key : keys) {
    at = find(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Node* find_path(Node& node, std::initializer_list<std::string_view> keys) {
  return const_cast<Node*>(find_path(static_cast<const Node&>(node), keys));
}

std::string_view text_at(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* const at = find_path(node, keys);
  return at != nullptr && at->is_scalar() ? at->text : std::string_view();
}

std::optional<bool> as_boolean(const Node& node) {
  if (node.type != Type::kBoolean) return std::nullopt;
  const char first = node.text.front();
  if (first == 'o' || first == 'O') return node.text.size() == 2;  // on, off
  return first == 't' || first == 'T' || first == 'y' || first == 'Y';
}

std::optional<std::int64_t> as_integer(const Node& node) {
  if (node.type != Type::kInteger) return std::nullopt;
  const std::string digits = decimal(node.text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::optional<double> as_float(const Node& node) {
  if (node.type == Type::kInteger) return std::strtod(decimal(node.text).c_str(), nullptr);
  if (node.type != Type::kFloat) return std::nullopt;
  return float_value(node.text);
}

bool is_empty(const Node& node) {
  switch (node.kind) {
    case Kind::kScalar:
      return node.type == Type::kNull;
    case Kind::kSequence:
      return node.items.empty();
    case Kind::kMapping:
      return node.entries.empty();
  }
  return false;
}

bool equal(const Node& a, const Node& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kScalar:
      return equal_scalars(a, b);
    case Kind::kSequence:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                        [](const Node* x, const Node* y) { return equal(*x, *y); });
    case Kind::kMapping:
      return equal_mappings(a, b);
  }
  return false;
}

Node* make_null(Arena& arena, Span span) { return make_scalar(arena, Type::kNull, "null", span); }

Node* make_boolean(Arena& arena, bool value, Span span) {
  return make_scalar(arena, Type::kBoolean, value ? "true" : "false", span);
}

Node* make_integer(Arena& arena, std::int64_t value, Span span) {
  return make_scalar(arena, Type::kInteger, arena.copy(std::to_string(value)), span);
}

Node* make_string(Arena& arena, std::string_view text, Span span) {
  return make_scalar(arena, Type::kString, arena.copy(text), span);
}

Node* make_string_view(Arena& arena, std::string_view text, Span span) {
  return make_scalar(arena, Type::kString, text, span);
}

Node* make_sequence(Arena& arena, Span span) {
  return make_collection(arena, Kind::kSequence, span);
}

Node* make_mapping(Arena& arena, Span span) { return make_collection(arena, Kind::kMapping, span); }

Node* copy_shallow(Arena& arena, const Node& node) {
  Node* const result = arena.make<Node>(node);
  result->shared = false;
  result->items = {};
  result->entries = {};
  result->items.reserve(arena, node.items.size());
  for (Node* const item : node.items) result->items.push_back(arena, item);
  result->entries.reserve(arena, node.entries.size());
  for (const Entry& entry : node.entries) result->entries.push_back(arena, entry);
  if (node.decoration != nullptr) {
    result->decoration = arena.make<Decoration>(*node.decoration);
    // A tombstone added to the copy must not appear in the original.
    result->decoration->removed = {};
    for (const Tombstone& stone : node.decoration->removed) {
      result->decoration->removed.push_back(arena, stone);
    }
  }
  return result;
}

Node* copy(Arena& arena, const Node& node) {
  Node* const result = copy_shallow(arena, node);
  for (Node*& item : result->items) item = copy(arena, *item);
  for (Entry& entry : result->entries) {
    entry.key = copy(arena, *entry.key);
    entry.value = copy(arena, *entry.value);
  }
  return result;
}

void append(Arena& arena, Node& sequence, Node* item) { sequence.items.push_back(arena, item); }

void set(Arena& arena, Node& mapping, std::string_view key, Node* value) {
  if (const Entry* const entry = find_entry(mapping, key)) {
    const_cast<Entry*>(entry)->value = value;
    return;
  }
  mapping.entries.push_back(arena, {make_string(arena, key), value});
}

bool remove(Node& mapping, std::string_view key) {
  const Entry* const entry = find_entry(mapping, key);
  if (entry == nullptr) return false;
  mapping.entries.erase(static_cast<std::size_t>(entry - mapping.entries.begin()));
  return true;
}

namespace {
Node* ensure(Arena& arena, Node& mapping, std::string_view key, Kind kind) {
  Node* const existing = find(mapping, key);
  if (existing != nullptr && existing->kind == kind) return existing;
  if (existing != nullptr && !existing->is_null()) return nullptr;
  Node* const made = make_collection(arena, kind, existing == nullptr ? Span{} : existing->span);
  set(arena, mapping, key, made);
  return made;
}
}  // namespace

Node* ensure_mapping(Arena& arena, Node& mapping, std::string_view key) {
  return ensure(arena, mapping, key, Kind::kMapping);
}

Node* ensure_sequence(Arena& arena, Node& mapping, std::string_view key) {
  return ensure(arena, mapping, key, Kind::kSequence);
}

}  // namespace plumb::yaml
