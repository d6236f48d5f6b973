#include "diff/client_side.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "diff/compare.h"
#include "yaml/emit.h"

namespace plumb::diff {

namespace {

using yaml::Node;

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

const Node* value_in(const Node* mapping, std::string_view key) {
  const Node* const value = mapping == nullptr ? nullptr : yaml::find(*mapping, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// The elements of a list by what names them, each with its position.
using Elements = std::unordered_map<std::string, std::size_t>;

std::optional<std::string> name_of(const Node& item, std::string_view key) {
  if (key.empty()) return item.is_scalar() ? std::optional<std::string>(item.text) : std::nullopt;
  const Node* const value = value_in(item.is_mapping() ? &item : nullptr, key);
  return value != nullptr && value->is_scalar() ? std::optional<std::string>(value->text)
                                                : std::nullopt;
}

std::optional<Elements> elements_of(const Node* list, std::string_view key) {
  Elements elements;
  if (list == nullptr || !list->is_sequence()) return elements;
  for (std::size_t at = 0; at < list->items.size(); ++at) {
    const std::optional<std::string> name = name_of(*list->items[at], key);
    if (!name || !elements.emplace(*name, at).second) return std::nullopt;
  }
  return elements;
}

class Merger {
 public:
  explicit Merger(Arena& arena) : arena_(arena) {}

  Node* value(const Node* last, const Node& head, const Node* live, const Shape& shape) {
    if (live != nullptr && head.is_mapping() && live->is_mapping()) {
      return mapping(last, head, *live, shape);
    }
    if (live != nullptr && head.is_sequence() && live->is_sequence() && merges(shape)) {
      if (Node* const merged = list(last, head, *live, shape)) return merged;
    }
    return without_nulls(head);
  }

 private:
  static bool merges(const Shape& shape) { return shape.field != nullptr && shape.field->merges; }

  Node* mapping(const Node* last, const Node& head, const Node& live, const Shape& shape) {
    Node* const merged = yaml::make_mapping(arena_, head.span);
    const bool retains = shape.field != nullptr && shape.field->retain_keys;
    for (const yaml::Entry& entry : live.entries) {
      const std::string_view key = entry.key->text;
      const Node* const wanted = yaml::find(head, key);
      const bool dropped = wanted == nullptr && (retains || value_in(last, key) != nullptr);
      if (dropped || (wanted != nullptr && wanted->is_null())) continue;
      Node* const kept = wanted == nullptr ? entry.value
                                           : value(value_in(last, key), *wanted, entry.value,
                                                   shape_of_field(shape, key));
      merged->entries.push_back(arena_, {entry.key, kept});
    }
    for (const yaml::Entry& entry : head.entries) {
      if (entry.value->is_null() || yaml::find(live, entry.key->text) != nullptr) continue;
      merged->entries.push_back(arena_, {entry.key, without_nulls(*entry.value)});
    }
    return merged;
  }

  // What a new field is written as: a null in it asks for the removal of what is not there.
  Node* without_nulls(const Node& node) {
    if (!node.is_mapping()) return yaml::copy(arena_, node);
    Node* const copy = yaml::make_mapping(arena_, node.span);
    for (const yaml::Entry& entry : node.entries) {
      if (entry.value->is_null()) continue;
      copy->entries.push_back(arena_, {entry.key, without_nulls(*entry.value)});
    }
    return copy;
  }

  Node* list(const Node* last, const Node& head, const Node& live, const Shape& shape) {
    const std::string_view key = shape.field->merge_key;
    const auto wanted = elements_of(&head, key);
    const auto running = elements_of(&live, key);
    const auto before = elements_of(last, key);
    if (!wanted || !running || !before) return nullptr;
    const Shape item = shape_of_item(shape);
    std::vector<Node*> ours;
    std::vector<std::size_t> our_places;
    for (const Node* const element : head.items) {
      const std::string name = *name_of(*element, key);
      const auto there = running->find(name);
      const auto then = before->find(name);
      const Node* const live_one = there == running->end() ? nullptr : live.items[there->second];
      const Node* const last_one = then == before->end() ? nullptr : last->items[then->second];
      ours.push_back(value(last_one, *element, live_one, item));
      our_places.push_back(there == running->end() ? 0 : there->second);
    }
    Node* const merged = yaml::make_sequence(arena_, head.span);
    std::size_t next = 0;
    for (std::size_t at = 0; at < live.items.size(); ++at) {
      const std::string name = *name_of(*live.items[at], key);
      if (wanted->contains(name) || before->contains(name)) continue;
      // Somebody else's element keeps its place among ours.
      while (next < ours.size() && our_places[next] <= at)
        yaml::append(arena_, *merged, ours[next++]);
      yaml::append(arena_, *merged, live.items[at]);
    }
    while (next < ours.size()) yaml::append(arena_, *merged, ours[next++]);
    return merged;
  }

  Arena& arena_;
};

// Head with its own configuration as an annotation, from which the next apply tells what was
// dropped.
const Node* with_note(const Node& head, Arena& arena) {
  Node* const object = yaml::copy_shallow(arena, head);
  const Node* const metadata = yaml::find(head, "metadata");
  Node* const names =
      metadata == nullptr ? yaml::make_mapping(arena) : yaml::copy_shallow(arena, *metadata);
  const Node* const annotations = yaml::find(std::as_const(*names), "annotations");
  Node* const notes = annotations == nullptr || !annotations->is_mapping()
                          ? yaml::make_mapping(arena)
                          : yaml::copy_shallow(arena, *annotations);
  yaml::set(arena, *names, "annotations", notes);
  yaml::set(arena, *object, "metadata", names);
  const std::string note = cat(yaml::emit_json(*object), '\n');
  yaml::set(arena, *notes, kLastApplied, yaml::make_string(arena, note));
  return object;
}

Node* difference(const Node& before, const Node& after, Arena& arena) {
  if (!before.is_mapping() || !after.is_mapping()) {
    return yaml::equal(before, after) ? nullptr : yaml::copy(arena, after);
  }
  Node* const patch = yaml::make_mapping(arena);
  for (const yaml::Entry& entry : after.entries) {
    const Node* const old = yaml::find(before, entry.key->text);
    Node* const change =
        old == nullptr ? yaml::copy(arena, *entry.value) : difference(*old, *entry.value, arena);
    if (change != nullptr && !change->is_null())
      patch->entries.push_back(arena, {entry.key, change});
  }
  for (const yaml::Entry& entry : before.entries) {
    const Node* const kept = yaml::find(after, entry.key->text);
    const bool gone = !entry.value->is_null() && (kept == nullptr || kept->is_null());
    if (gone) patch->entries.push_back(arena, {entry.key, yaml::make_null(arena)});
  }
  return patch->entries.empty() ? nullptr : patch;
}

}  // namespace

yaml::Node* apply_client_side(const yaml::Node& head, const yaml::Node& live,
                              const Catalogue* catalogue, Arena& arena) {
  const Shape shape = shape_of_object(catalogue, yaml::text_at(head, {"apiVersion"}),
                                      yaml::text_at(head, {"kind"}));
  const Node& noted = *with_note(head, arena);
  return Merger(arena).value(last_applied(live, arena), noted, &live, shape);
}

yaml::Node* merge_patch(const yaml::Node& before, const yaml::Node& after, Arena& arena) {
  return difference(before, after, arena);
}

}  // namespace plumb::diff
