#include "diff/strategic_patch.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "diff/members.h"
#include "diff/sent_value.h"
#include "yaml/emit.h"

namespace plumb::diff {

namespace {

using yaml::Node;

// kubectl makes no patch; the text is its reason.
struct Refused {
  std::string text;
};

// What one of the two comparisons that make a patch is about.
enum class About {
  kValues,    // live → head: what is new or other; what only live has stays
  kRemovals,  // last applied → head: what is not wanted any more, and nothing else
};

bool merges(const Shape& shape) { return shape.field != nullptr && shape.field->merges; }
// The only mapping of a built-in kind that a patch does not go into: it is sent, as a whole, with
// every patch.
bool replaces(const Shape& shape) {
  return shape.field != nullptr && shape.field->name == "selector" && shape.parent != nullptr &&
         shape.parent->name == "PodDisruptionBudgetSpec";
}
std::string_view merge_key(const Shape& list) { return list.field->merge_key; }

std::string in_go(const Node& item) {
  if (item.is_null()) return "<nil>";
  return item.is_scalar() ? std::string(item.text) : yaml::emit_json(item);
}

// Elements of a list that merges, by what names them.
struct Element {
  std::string name;
  const Node* value = nullptr;
};

std::string name_of(const Node& item, std::string_view key) {
  if (key.empty()) {
    if (!item.is_scalar() || item.is_null()) throw Refused{"list element types are not identical"};
    return in_go(item);
  }
  if (!item.is_mapping()) throw Refused{"list element types are not identical"};
  const Node* const value = yaml::find(item, key);
  if (value == nullptr) {
    throw Refused{cat("an element does not contain the declared merge key: ", key)};
  }
  return in_go(*value);
}

// Sorted by name; of several with one name the last come first.
std::vector<Element> elements_of(const Node& list, std::string_view key) {
  std::vector<Element> elements;
  for (const Node* const item : list.items) elements.push_back({name_of(*item, key), item});
  std::ranges::reverse(elements);
  std::ranges::stable_sort(elements, {}, &Element::name);
  return elements;
}

class Comparison {
 public:
  Comparison(About about, Arena& arena) : about_(about), arena_(arena) {}

  // What to do to `before`; an empty mapping: nothing.
  Node* mapping(const Node& before, const Node& head, const Shape& shape) {
    Node* const patch = yaml::make_mapping(arena_);
    const Members had(before), wanted(head);
    bool dropped = false;
    for (const yaml::Entry& entry : before.entries) {
      if (wanted.find(entry.key->text) != nullptr) continue;
      dropped = true;
      if (about_ == About::kRemovals) put(*patch, entry.key->text, yaml::make_null(arena_));
    }
    for (const yaml::Entry& entry : head.entries) {
      member(*patch, had.find(entry.key->text), entry, shape);
    }
    const bool retains = shape.field != nullptr && shape.field->retain_keys;
    if (retains && (dropped || !patch->entries.empty())) retain(*patch, head);
    return patch;
  }

 private:
  void put(Node& patch, std::string_view key, Node* value) {
    patch.entries.push_back(arena_, {yaml::make_string(arena_, key), value});
  }
  void put_head(Node& patch, const yaml::Entry& entry) {
    if (about_ == About::kValues) put(patch, entry.key->text, sent_value(*entry.value, arena_));
  }

  void member(Node& patch, const Node* before, const yaml::Entry& entry, const Shape& holder) {
    const std::string_view key = entry.key->text;
    const Node& wanted = *entry.value;
    if (before == nullptr || !is_same_type(*before, wanted)) return put_head(patch, entry);
    const Shape shape = shape_of_field(holder, key);
    if (wanted.is_mapping() && replaces(shape)) {
      put_head(patch, entry);
    } else if (wanted.is_mapping()) {
      Node* const inside = mapping(*before, wanted, shape);
      if (!inside->entries.empty()) put(patch, key, inside);
    } else if (wanted.is_sequence() && merges(shape)) {
      merge_key(shape).empty() ? values(patch, key, *before, wanted)
                               : elements(patch, key, *before, wanted, shape);
    } else if (!is_same_value(*before, wanted)) {
      put_head(patch, entry);
    }
  }

  // The members that stay; the server drops all others.
  void retain(Node& patch, const Node& head) {
    std::vector<std::string_view> keys;
    for (const yaml::Entry& entry : head.entries) {
      if (!entry.value->is_null()) keys.push_back(entry.key->text);
    }
    if (keys.empty()) return;
    std::ranges::sort(keys);
    Node* const list = yaml::make_sequence(arena_);
    for (const std::string_view key : keys)
      yaml::append(arena_, *list, yaml::make_string(arena_, key));
    put(patch, "$retainKeys", list);
  }

  // A list of mappings.
  void elements(Node& patch, std::string_view key, const Node& before, const Node& head,
                const Shape& shape) {
    const std::string_view by = merge_key(shape);
    const std::vector<Element> had = elements_of(before, by);
    const std::vector<Element> wanted = elements_of(head, by);
    Node* const list = yaml::make_sequence(arena_);
    std::size_t at = 0, next = 0;
    while (at < had.size() || next < wanted.size()) {
      const bool only_had =
          next == wanted.size() || (at < had.size() && had[at].name < wanted[next].name);
      const bool only_wanted =
          at == had.size() || (next < wanted.size() && wanted[next].name < had[at].name);
      if (only_had) {
        if (about_ == About::kRemovals) yaml::append(arena_, *list, deletion(*had[at].value, by));
        ++at;
      } else if (only_wanted) {
        if (about_ == About::kValues)
          yaml::append(arena_, *list, sent_value(*wanted[next].value, arena_));
        ++next;
      } else {
        change(*list, *had[at++].value, *wanted[next++].value, shape);
      }
    }
    if (!list->items.empty()) put(patch, key, list);
    if (!list->items.empty() || !is_same_order(before, head, by)) put_order(patch, key, head, by);
  }

  void change(Node& list, const Node& before, const Node& head, const Shape& shape) {
    Node* const inside = mapping(before, head, item_shape(shape));
    if (inside->entries.empty()) return;
    const std::string_view by = merge_key(shape);
    yaml::set(arena_, *inside, by, sent_value(*yaml::find(head, by), arena_));
    yaml::append(arena_, list, inside);
  }

  // Elements of a list are written as the list's field says.
  static Shape item_shape(const Shape& list) {
    Shape shape = shape_of_item(list);
    shape.field = list.field;
    return shape;
  }

  Node* deletion(const Node& element, std::string_view by) {
    Node* const mapping = yaml::make_mapping(arena_);
    put(*mapping, "$patch", yaml::make_string(arena_, "delete"));
    put(*mapping, by, sent_value(*yaml::find(element, by), arena_));
    return mapping;
  }

  // A list of scalars.
  void values(Node& patch, std::string_view key, const Node& before, const Node& head) {
    const std::vector<Element> had = elements_of(before, {});
    const std::vector<Element> wanted = elements_of(head, {});
    const bool adds = about_ == About::kValues;
    Node* const list = adds ? missing(wanted, had) : missing(had, wanted);
    if (!list->items.empty()) {
      put(patch, adds ? std::string(key) : cat("$deleteFromPrimitiveList/", key), list);
    }
    if (!list->items.empty() || !is_same_order(before, head, {})) put_order(patch, key, head, {});
  }

  // Those of the first that the second has not.
  Node* missing(const std::vector<Element>& first, const std::vector<Element>& second) {
    Node* const list = yaml::make_sequence(arena_);
    for (const Element& element : first) {
      if (!std::ranges::binary_search(second, element.name, {}, &Element::name))
        yaml::append(arena_, *list, sent_value(*element.value, arena_));
    }
    return list;
  }

  static bool is_same_order(const Node& before, const Node& head, std::string_view by) {
    return std::ranges::equal(before.items, head.items, [&](const Node* a, const Node* b) {
      return name_of(*a, by) == name_of(*b, by);
    });
  }

  void put_order(Node& patch, std::string_view key, const Node& head, std::string_view by) {
    if (head.items.empty()) return;
    Node* const order = yaml::make_sequence(arena_);
    for (const Node* const item : head.items) {
      Node* place = sent_value(*item, arena_);
      if (!by.empty()) {
        place = yaml::make_mapping(arena_);
        put(*place, by, sent_value(*yaml::find(*item, by), arena_));
      }
      yaml::append(arena_, *order, place);
    }
    put(patch, cat("$setElementOrder/", key), order);
  }

  About about_;
  Arena& arena_;
};

// Both patches in one: the values go into the removals.
class Union {
 public:
  explicit Union(Arena& arena) : arena_(arena) {}

  void add(Node& patch, const Node& values, const Shape& shape) {
    const Members removals(patch);
    for (const yaml::Entry& entry : values.entries) {
      Node* const there = removals.find(entry.key->text);
      if (there == nullptr) {
        patch.entries.push_back(arena_, entry);
        continue;
      }
      const Shape inside = shape_of_field(shape, entry.key->text);
      if (there->is_mapping() && entry.value->is_mapping()) {
        add(*there, *entry.value, inside);
      } else if (there->is_sequence() && merges(inside)) {
        add_elements(*there, *entry.value, inside);
      } else {
        yaml::set(arena_, patch, entry.key->text, entry.value);
      }
    }
  }

 private:
  // Of several with one name the first is added to.
  void add_elements(Node& list, const Node& values, const Shape& shape) {
    const std::string_view by = merge_key(shape);
    std::map<std::string, Node*> there;
    for (Node* const item : list.items) there.emplace(name_of(*item, by), item);
    for (Node* const item : values.items) {
      const auto [at, fresh] = there.emplace(name_of(*item, by), item);
      fresh ? yaml::append(arena_, list, item) : add(*at->second, *item, shape_of_item(shape));
    }
  }

  Arena& arena_;
};

// The elements of a list that is patched come in the order that is asked for, deletions last.
void sort_as_ordered(Node& list, const Node& order) {
  const bool named = order.items[0]->is_mapping();
  const std::string_view by = named ? order.items[0]->entries[0].key->text : std::string_view();
  std::map<std::string, std::size_t> places;
  for (const Node* const item : order.items) places.emplace(name_of(*item, by), places.size());
  const auto place = [&](const Node* item) {
    const bool goes = item->is_mapping() && yaml::find(*item, "$patch") != nullptr;
    const auto found = goes ? places.end() : places.find(name_of(*item, by));
    return found == places.end() ? places.size() : found->second;
  };
  std::ranges::stable_sort(list.items, {}, place);
}

void sort_lists(Node& patch) {
  constexpr std::string_view kOrder = "$setElementOrder/";
  for (const yaml::Entry& entry : patch.entries) {
    for (Node* const item : entry.value->items) sort_lists(*item);
    sort_lists(*entry.value);
    const std::string_view key = entry.key->text;
    if (!key.starts_with(kOrder)) continue;
    if (Node* const list = yaml::find(patch, key.substr(kOrder.size())))
      sort_as_ordered(*list, *entry.value);
  }
}

}  // namespace

ClientSidePatch strategic_patch(const Sides& sides, const Shape& shape, Arena& arena) {
  try {
    const Node* const last = sides.base != nullptr ? sides.base : yaml::make_mapping(arena);
    const Node& values =
        *Comparison(About::kValues, arena).mapping(*sides.live, *sides.head, shape);
    Node* const patch = Comparison(About::kRemovals, arena).mapping(*last, *sides.head, shape);
    Union(arena).add(*patch, values, shape);
    sort_lists(*patch);
    return {true, patch->entries.empty() ? nullptr : patch, {}};
  } catch (const Refused& refused) {
    return {true, nullptr, refused.text};
  }
}

}  // namespace plumb::diff
