#include "ytt/node.h"

#include <algorithm>
#include <unordered_map>

#include "base/base64.h"
#include "base/text.h"
#include "starlark/starlark.h"
#include "yaml/emit.h"

namespace plumb::ytt {
namespace {

// Keys as text, for finding equal ones: the type and the value.
std::string identity(const Node* key) {
  if (key == nullptr) return "n";
  switch (key->kind) {
    case Kind::kBool:
      return key->integer != 0 ? "b1" : "b0";
    case Kind::kInt:
      return cat("i", key->integer);
    case Kind::kInt64:
      return cat("l", key->integer);
    case Kind::kUint64:
      return cat("u", key->unsigned_integer);
    case Kind::kFloat:
      return cat("f", yaml::format_float(key->real));
    case Kind::kString:
      return cat("s", key->text);
    default:
      return cat("p", reinterpret_cast<std::uintptr_t>(key));
  }
}

yaml::Node* scalar(Arena& arena, yaml::Type type, std::string_view text) {
  auto* const out = arena.make<yaml::Node>();
  out->type = type;
  out->text = arena.copy(text);
  return out;
}

yaml::Node* scalar_to_yaml(Arena& arena, const Node& node) {
  switch (node.kind) {
    case Kind::kBool:
      return yaml::make_boolean(arena, node.integer != 0);
    case Kind::kUint64:
      return scalar(arena, yaml::Type::kInteger, cat(node.unsigned_integer));
    case Kind::kFloat:
      return scalar(arena, yaml::Type::kFloat, yaml::format_float(node.real));
    case Kind::kString:
      if (find_invalid_utf8(node.text) != std::string_view::npos)
        return scalar(arena, yaml::Type::kBinary, base64_encode(node.text));
      return yaml::make_string_view(arena, node.text);
    default:
      return yaml::make_integer(arena, node.integer);
  }
}

yaml::Node* collection_to_yaml(Arena& arena, const Node& node) {
  yaml::Node* const out = node.is_map() ? yaml::make_mapping(arena) : yaml::make_sequence(arena);
  for (const Node* const item : node.items) {
    yaml::Node* const value = to_yaml(arena, item->value);
    if (value->span.length == 0) value->span = item->place.span;
    if (node.is_map()) {
      yaml::Node* const key = to_yaml(arena, item->key);
      key->span = item->place.span;
      out->entries.push_back(arena, {key, value});
    } else {
      out->items.push_back(arena, value);
    }
  }
  return out;
}

}  // namespace

std::string compact(const Place& place) {
  const std::string file = place.file.empty() ? "" : cat(place.file, ":");
  return place.known ? cat(file, place.line) : cat(file, "?");
}

std::string describe(const Place& place) { return cat("line ", compact(place)); }

Node* make(Arena& arena, Kind kind, const Place& place) {
  Node* const node = arena.make<Node>();
  node->kind = kind;
  node->place = place;
  return node;
}

Node* make_text(Arena& arena, std::string_view text) {
  Node* const node = make(arena, Kind::kString);
  node->text = text;
  return node;
}

Node* make_bool(Arena& arena, bool value) {
  Node* const node = make(arena, Kind::kBool);
  node->integer = value ? 1 : 0;
  return node;
}

Node* make_int(Arena& arena, std::int64_t value, Kind kind) {
  Node* const node = make(arena, kind);
  node->integer = value;
  return node;
}

Node* make_float(Arena& arena, double value) {
  Node* const node = make(arena, Kind::kFloat);
  node->real = value;
  return node;
}

Node* make_item(Arena& arena, Node* key, Node* value, const Place& place) {
  Node* const node = make(arena, Kind::kMapItem, place);
  node->key = key;
  node->value = value;
  return node;
}

Node* make_array_item(Arena& arena, Node* value, const Place& place) {
  Node* const node = make(arena, Kind::kArrayItem, place);
  node->value = value;
  return node;
}

Node* copy(Arena& arena, const Node* node) {
  if (node == nullptr) return nullptr;
  Node* const out = arena.make<Node>(*node);
  out->items = {};
  out->items.reserve(arena, node->items.size());
  for (const Node* const item : node->items) out->items.push_back(arena, copy(arena, item));
  out->annotations = {};
  for (const Annotation& each : node->annotations) out->annotations.push_back(arena, each);
  out->comments = {};
  for (const Comment& each : node->comments) out->comments.push_back(arena, each);
  out->value = copy(arena, node->value);
  return out;
}

std::string_view type_text(const Node* node) {
  if (node == nullptr) return "null";
  switch (node->kind) {
    case Kind::kBool:
      return "boolean";
    case Kind::kInt:
    case Kind::kInt64:
    case Kind::kUint64:
      return "integer";
    case Kind::kFloat:
      return "float";
    case Kind::kString:
      return "string";
    case Kind::kMap:
      return node->plain ? "*orderedmap.Map" : "map";
    case Kind::kArray:
      return node->plain ? "[]interface {}" : "array";
    case Kind::kDocumentSet:
      return "document set";
    case Kind::kMapItem:
      return "map item";
    case Kind::kArrayItem:
      return "array item";
    case Kind::kDocument:
      return "document";
    default:
      return "text";
  }
  return "";
}

std::string_view go_type(const Node* node) {
  if (node == nullptr) return "<nil>";
  switch (node->kind) {
    case Kind::kBool:
      return "bool";
    case Kind::kInt:
      return "int";
    case Kind::kInt64:
      return "int64";
    case Kind::kUint64:
      return "uint64";
    case Kind::kFloat:
      return "float64";
    case Kind::kString:
      return "string";
    case Kind::kMap:
      return node->plain ? "*orderedmap.Map" : "*yamlmeta.Map";
    case Kind::kArray:
      return node->plain ? "[]interface {}" : "*yamlmeta.Array";
    case Kind::kDocumentSet:
      return "*yamlmeta.DocumentSet";
    case Kind::kMapItem:
      return "*yamlmeta.MapItem";
    case Kind::kArrayItem:
      return "*yamlmeta.ArrayItem";
    case Kind::kDocument:
      return "*yamlmeta.Document";
    case Kind::kTextRoot:
      return "*texttemplate.NodeRoot";
    default:
      return "*texttemplate.NodeText";
  }
  return "";
}

bool same(const Node* a, const Node* b) {
  if (a == b) return true;
  if (a == nullptr || b == nullptr || a->kind != b->kind) return false;
  switch (a->kind) {
    case Kind::kFloat:
      return a->real == b->real;
    case Kind::kString:
      return a->text == b->text;
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kInt64:
    case Kind::kUint64:
      return a->integer == b->integer;
    default:
      break;
  }
  if (a->items.size() != b->items.size() || !same(a->value, b->value) || !same(a->key, b->key))
    return false;
  for (std::uint32_t i = 0; i < a->items.size(); ++i)
    if (!same(a->items[i], b->items[i])) return false;
  return true;
}

Node* find_item(const Node& map, const Node* key) {
  for (Node* const item : map.items)
    if (same(item->key, key)) return item;
  return nullptr;
}

Node* find_item(const Node& map, std::string_view key) {
  for (Node* const item : map.items)
    if (item->key != nullptr && item->key->is(Kind::kString) && item->key->text == key) return item;
  return nullptr;
}

const Annotation* find_annotation(const Node& node, std::string_view name) {
  for (const Annotation& each : node.annotations)
    if (each.name == name) return &each;
  return nullptr;
}

std::string key_text(const Node* key) {
  if (key == nullptr) return "%!s(<nil>)";
  switch (key->kind) {
    case Kind::kString:
      return std::string(key->text);
    case Kind::kBool:
      return cat("%!s(bool=", key->integer != 0 ? "true" : "false", ")");
    case Kind::kFloat:
      return cat("%!s(float64=", yaml::format_float(key->real), ")");
    case Kind::kUint64:
      return cat("%!s(uint64=", key->unsigned_integer, ")");
    case Kind::kInt:
    case Kind::kInt64:
      return cat("%!s(", go_type(key), "=", key->integer, ")");
    default:
      return cat("%!s(", go_type(key), ")");
  }
}

bool is_empty_document(const Node& document) {
  const Node* const value = document.value;
  if (value == nullptr) return true;
  return value->is_collection() && !value->plain && value->items.empty();
}

void remove_annotations(Node& node, std::string_view prefix) {
  std::uint32_t kept = 0;
  for (const Annotation& each : node.annotations)
    if (!each.name.starts_with(prefix)) node.annotations[kept++] = each;
  node.annotations.truncate(kept);
}

void settle(Node* node, const Place& place) {
  if (node == nullptr) return;
  if (node->plain) {
    node->plain = false;
    node->place = place;
    for (Node* const item : node->items) item->place = place;
  }
  settle(node->key, place);
  settle(node->value, place);
  for (Node* const item : node->items) settle(item, place);
}

void override_keys(Node* node) {
  if (node == nullptr) return;
  if (node->is_map()) {
    std::unordered_map<std::string, std::uint32_t> first;
    std::uint32_t kept = 0;
    for (Node* const item : node->items) {
      const auto [at, added] = first.try_emplace(identity(item->key), kept);
      if (added) {
        node->items[kept++] = item;
      } else {
        node->items[at->second] = item;
      }
    }
    node->items.truncate(kept);
  }
  for (Node* const item : node->items) override_keys(item);
  override_keys(node->value);
}

yaml::Node* to_yaml(Arena& arena, const Node* node) {
  if (node == nullptr) return yaml::make_null(arena);
  if (node->is_item()) return to_yaml(arena, node->value);
  yaml::Node* const out = node->is_map() || node->is_array() || node->is(Kind::kDocumentSet)
                              ? collection_to_yaml(arena, *node)
                              : scalar_to_yaml(arena, *node);
  out->span = node->place.span;
  return out;
}

std::string print_value(Arena& arena, const Node* value) {
  return yaml::emit(*to_yaml(arena, value), yaml::kYttOutput);
}

std::string print_documents(Arena& arena, std::span<Node* const> documents) {
  std::string out;
  bool first = true;
  for (const Node* const document : documents) {
    if (document->injected || is_empty_document(*document)) continue;
    if (!std::exchange(first, false)) out += "---\n";
    out += print_value(arena, document->value);
  }
  return out;
}

}  // namespace plumb::ytt
