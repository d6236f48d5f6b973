#include "diff/owned_set.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "base/text.h"
#include "diff/members.h"
#include "yaml/emit.h"
#include "yaml/json.h"

namespace plumb::diff {

namespace {

using kube::FieldKind;
using yaml::Node;

// What identifies an object, or is written by the server alone.
constexpr std::array<std::string_view, 8> kNobodysMetadata{
    "creationTimestamp", "generation",      "managedFields", "name",
    "namespace",         "resourceVersion", "selfLink",      "uid"};

enum class ListKind { kAtomic, kSet, kMap };

ListKind list_kind(const Shape& shape) {
  if (shape.field != nullptr) {
    if (shape.field->topology == kube::Topology::kSet) return ListKind::kSet;
    return shape.field->topology == kube::Topology::kMap ? ListKind::kMap : ListKind::kAtomic;
  }
  if (shape.schema == nullptr) return ListKind::kAtomic;
  const std::string_view type = yaml::text_at(*shape.schema, {"x-kubernetes-list-type"});
  return type == "set" ? ListKind::kSet : type == "map" ? ListKind::kMap : ListKind::kAtomic;
}

// As the server writes the keys and values of elements.
std::string json_of(const Node& node) { return yaml::emit_json(node, {true, false, 0}); }

class Owner {
 public:
  Owner(const Catalogue* catalogue, Arena& arena) : catalogue_(catalogue), arena_(arena) {}

  const Node* object(const Node& object) {
    const std::string_view version = yaml::text_at(object, {"apiVersion"});
    const std::string_view kind = yaml::text_at(object, {"kind"});
    const Shape shape = shape_of_object(catalogue_, version, kind);
    const bool status_apart =
        shape.type != nullptr || (catalogue_ != nullptr && catalogue_->has_status(version, kind));
    Node* const set = yaml::make_mapping(arena_);
    for (const yaml::Entry& entry : object.entries) {
      const std::string_view key = entry.key->text;
      if (key == "apiVersion" || key == "kind" || (key == "status" && status_apart)) continue;
      if (key == "metadata") {
        metadata(*set, *entry.value);
      } else {
        member(*set, shape, key, *entry.value);
      }
    }
    return set;
  }

 private:
  void metadata(Node& set, const Node& value) {
    Node* const fields = yaml::make_mapping(arena_);
    const Shape shape = shape_of_metadata();
    for (const yaml::Entry& entry : value.entries) {
      if (std::ranges::find(kNobodysMetadata, entry.key->text) != kNobodysMetadata.end()) continue;
      member(*fields, shape, entry.key->text, *entry.value);
    }
    if (!fields->entries.empty()) add(set, "f:metadata", fields);
  }

  void add(Node& set, std::string_view key, Node* children) {
    set.entries.push_back(arena_, {yaml::make_string(arena_, key), children});
  }

  // What a value owns below its path. Null: its path, and nothing below.
  Node* inside(const Node& value, const Shape& shape) {
    if (value.is_mapping() && !value.entries.empty() && !is_atomic(shape)) {
      Node* const set = yaml::make_mapping(arena_);
      for (const yaml::Entry& entry : value.entries) {
        member(*set, shape, entry.key->text, *entry.value);
      }
      return set;
    }
    if (!value.is_sequence()) return nullptr;
    const ListKind list = list_kind(shape);
    if (list == ListKind::kAtomic) return nullptr;
    Node* const set = yaml::make_mapping(arena_);
    for (const Node* const item : value.items) {
      list == ListKind::kSet ? add(*set, cat("v:", json_of(*item)), empty())
                             : element(*set, *item, shape);
    }
    return set;
  }

  void member(Node& set, const Shape& holder, std::string_view key, const Node& value) {
    const Shape shape = shape_of_field(holder, key);
    Node* children = inside(value, shape);
    if (children == nullptr) return add(set, cat("f:", key), empty());
    if (!is_declared(holder, key)) {
      own_itself(*children);
    } else if (children->entries.empty()) {
      return;  // an empty keyed list or set
    }
    add(set, cat("f:", key), children);
  }

  void element(Node& set, const Node& item, const Shape& list) {
    const Shape shape = shape_of_item(list);
    Node* const key = yaml::make_mapping(arena_);
    std::vector<std::string_view> names = list_keys(list);
    std::ranges::sort(names);
    for (const std::string_view name : names) {
      if (const Node* const value = key_of(item, shape, name)) {
        yaml::set(arena_, *key, name, const_cast<Node*>(value));
      }
    }
    Node* children = inside(item, shape);
    if (children == nullptr) children = empty();
    own_itself(*children);
    add(set, cat("k:", json_of(*key)), children);
  }

  const Node* key_of(const Node& item, const Shape& shape, std::string_view name) {
    const Node* const value = yaml::find(item, name);
    if (value != nullptr && !value->is_null()) return value;
    const Shape field = shape_of_field(shape, name);
    if (field.schema != nullptr) return yaml::find(*field.schema, "default");
    if (field.field == nullptr || !field.field->has_fallback) return nullptr;
    const bool number = field.value->kind == FieldKind::kInteger32;
    const std::string_view fallback = field.field->fallback;
    return number ? yaml::make_integer(arena_, to_integer(fallback).value_or(0))
                  : yaml::make_string(arena_, fallback);
  }

  Node* empty() { return yaml::make_mapping(arena_); }
  // The element itself, beside what is in it; alone it is the empty set.
  void own_itself(Node& children) {
    if (!children.entries.empty()) add(children, ".", empty());
  }

  const Catalogue* catalogue_;
  Arena& arena_;
};

// Keys of elements in one spelling: the server escapes what need not be escaped.
std::string_view canonical(Arena& arena, std::string_view key) {
  const bool json = key.starts_with("k:") || key.starts_with("v:");
  if (!json || key.find('\\') == std::string_view::npos) return key;
  try {
    const Node& value = *yaml::read_json(key.substr(2), {}, arena);
    return yaml::make_string(arena, cat(key.substr(0, 2), json_of(value)))->text;
  } catch (const Error&) {
    return key;
  }
}

using Fields = std::vector<std::pair<std::string_view, const Node*>>;

Fields fields_of(const Node& set, Arena& arena) {
  Fields fields;
  fields.reserve(set.entries.size());
  for (const yaml::Entry& entry : set.entries) {
    fields.emplace_back(canonical(arena, entry.key->text), entry.value);
  }
  // By key alone: a key that is there twice keeps its order.
  std::ranges::stable_sort(fields, {}, &Fields::value_type::first);
  return fields;
}

bool same_in(const Node& a, const Node& b, Arena& arena) {
  if (a.entries.size() != b.entries.size()) return false;
  if (a.entries.empty()) return true;
  const Fields first = fields_of(a, arena);
  const Fields second = fields_of(b, arena);
  for (std::size_t at = 0; at < first.size(); ++at) {
    if (first[at].first != second[at].first) return false;
    if (!same_in(*first[at].second, *second[at].second, arena)) return false;
  }
  return true;
}

bool is_leaf(const Node& fields) { return fields.entries.empty(); }

// What the keys of a set name in an object or a list.
class Children {
 public:
  Children(const Node& holder, Arena& arena) : holder_(holder), arena_(arena) {}

  // Null: nothing that is there.
  const Node* find(std::string_view key) {
    if (key.starts_with("f:")) return field(key.substr(2));
    if (!holder_.is_sequence() || !(key.starts_with("k:") || key.starts_with("v:"))) return nullptr;
    try {
      return element(*yaml::read_json(key.substr(2), {}, arena_), key[0] == 'v');
    } catch (const Error&) {
      return nullptr;  // no server wrote this
    }
  }

 private:
  using Table = std::unordered_map<std::string, const Node*>;
  // A list has one kind of keys; what has more was written by no server.
  static constexpr std::size_t kKindsOfKeys = 4;

  const Node* field(std::string_view name) {
    if (fields_.empty())
      for (const yaml::Entry& entry : holder_.entries)
        fields_.insert_or_assign(entry.key->text, entry.value);
    const auto found = fields_.find(name);
    return found == fields_.end() ? nullptr : found->second;
  }

  const Node* element(const Node& wanted, bool is_value) {
    std::string kind = is_value ? "v" : "k";
    for (const yaml::Entry& name : wanted.entries) kind += cat(' ', name.key->text);
    auto known = tables_.find(kind);
    if (known == tables_.end()) {
      if (tables_.size() == kKindsOfKeys) return nullptr;
      known = tables_.emplace(std::move(kind), table_for(wanted, is_value)).first;
    }
    const auto found = known->second.find(json_of(wanted));
    return found == known->second.end() ? nullptr : found->second;
  }

  // The first of the elements that are called alike.
  Table table_for(const Node& names, bool is_value) {
    Table table;
    for (const Node* const item : holder_.items) {
      const Node* const key = is_value ? item : key_of(*item, names);
      if (key != nullptr) table.emplace(json_of(*key), item);
    }
    return table;
  }

  const Node* key_of(const Node& item, const Node& names) {
    Node* const key = yaml::make_mapping(arena_);
    for (const yaml::Entry& name : names.entries) {
      const Node* const value = yaml::find(item, name.key->text);
      if (value == nullptr) return nullptr;
      key->entries.push_back(arena_, {name.key, const_cast<Node*>(value)});
    }
    return key;
  }

  const Node& holder_;
  Arena& arena_;
  std::unordered_map<std::string_view, const Node*> fields_;
  std::map<std::string, Table> tables_;  // by the names of keys
};

Node* united_in(const Node& a, const Node& b, Arena& arena) {
  Node* const both = yaml::make_mapping(arena);
  const Fields first = fields_of(a, arena);
  const Fields second = fields_of(b, arena);
  const Node& nothing = *yaml::make_mapping(arena);
  std::size_t x = 0;
  std::size_t y = 0;
  while (x < first.size() || y < second.size()) {
    const bool from_a =
        y == second.size() || (x < first.size() && first[x].first <= second[y].first);
    const bool from_b =
        x == first.size() || (y < second.size() && second[y].first <= first[x].first);
    const std::string_view key = from_a ? first[x].first : second[y].first;
    Node* const children =
        united_in(from_a ? *first[x].second : nothing, from_b ? *second[y].second : nothing, arena);
    both->entries.push_back(arena, {yaml::make_string(arena, key), children});
    x += from_a ? 1 : 0;
    y += from_b ? 1 : 0;
  }
  return both;
}

// Takes fields away, and what stands in them.
class Remover {
 public:
  explicit Remover(Arena& arena) : arena_(arena) {}

  // `kept` may be null: nobody else owns anything here.
  Node* reduced(const Node& value, const Node& fields, const Node* kept) {
    return value.is_sequence() ? list(value, fields, kept) : mapping(value, fields, kept);
  }
  bool has_removed() const { return has_removed_; }

 private:
  using Elements = std::map<const Node*, const Node*>;

  Node* mapping(const Node& value, const Node& fields, const Node* kept) {
    Node* const rest = yaml::make_mapping(arena_, value.span);
    const Members going(fields), staying(kept == nullptr ? *rest : *kept);
    for (const yaml::Entry& entry : value.entries) {
      const std::string name = cat("f:", entry.key->text);
      const Node* const left = member(*entry.value, going.find(name), staying.find(name));
      if (left != nullptr) rest->entries.push_back(arena_, {entry.key, const_cast<Node*>(left)});
    }
    return rest;
  }

  Node* list(const Node& value, const Node& fields, const Node* kept) {
    Node* const rest = yaml::make_sequence(arena_, value.span);
    const Elements going = elements(value, fields);
    const Elements staying = kept == nullptr ? Elements() : elements(value, *kept);
    const auto of = [](const Elements& all, const Node* item) {
      const auto found = all.find(item);
      return found == all.end() ? nullptr : found->second;
    };
    for (const Node* const item : value.items) {
      const Node* const left = member(*item, of(going, item), of(staying, item));
      if (left != nullptr) yaml::append(arena_, *rest, const_cast<Node*>(left));
    }
    return rest;
  }

  // What is left of a field or an element; null: nothing.
  const Node* member(const Node& value, const Node* going, const Node* staying) {
    if (going == nullptr) return &value;
    if (staying != nullptr && (is_leaf(*going) || is_leaf(*staying))) return &value;
    const bool whole = is_leaf(*going) || yaml::find(*going, ".") != nullptr;
    if (staying == nullptr && whole) return removed();
    const Node* const rest = reduced(value, *going, staying);
    return staying == nullptr && yaml::is_empty(*rest) ? removed() : rest;
  }

  const Node* removed() {
    has_removed_ = true;
    return nullptr;
  }

  Elements elements(const Node& list, const Node& fields) {
    Elements found;
    Children children(list, arena_);
    for (const yaml::Entry& entry : fields.entries) {
      if (const Node* const item = children.find(entry.key->text)) found.emplace(item, entry.value);
    }
    return found;
  }

  Arena& arena_;
  bool has_removed_ = false;
};

}  // namespace

Node* without_fields(const Node& object, const Node& fields, const Node& kept, Arena& arena) {
  Remover remover(arena);
  Node* const rest = remover.reduced(object, fields, &kept);
  return remover.has_removed() ? rest : nullptr;
}

const Node* united(const Node& a, const Node& b, Arena& arena) { return united_in(a, b, arena); }

const Node* owned_values(const Node& object, const Node& fields, Arena& arena) {
  Node* const values = yaml::make_mapping(arena);
  Children children(object, arena);
  for (const auto& [key, below] : fields_of(fields, arena)) {
    const Node* const child = children.find(key);
    if (child == nullptr) continue;
    const Node* const value = is_leaf(*below) ? child : owned_values(*child, *below, arena);
    values->entries.push_back(arena, {yaml::make_string(arena, key), const_cast<Node*>(value)});
  }
  return values;
}

const Node* owned_set(const Node& object, const Catalogue* catalogue, Arena& arena) {
  return Owner(catalogue, arena).object(object);
}

bool same_fields(const Node& a, const Node& b) {
  Arena arena;
  return same_in(a, b, arena);
}

const Node* applied_entry(const Node& live, std::string_view manager) {
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  if (entries == nullptr) return nullptr;
  for (const Node* const entry : entries->items) {
    if (yaml::text_at(*entry, {"manager"}) == manager &&
        yaml::text_at(*entry, {"operation"}) == "Apply" &&
        yaml::text_at(*entry, {"subresource"}).empty()) {
      return entry;
    }
  }
  return nullptr;
}

}  // namespace plumb::diff
