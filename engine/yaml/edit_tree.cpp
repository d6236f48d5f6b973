#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/editor.h"

namespace plumb::yaml {

namespace {

[[noreturn]] void fail_path(const Edit& edit, const Node& at, std::string text) {
  fail("yaml/edit-path", at.span, cat(text, " at '", print_path(edit.path), "'"), {},
       {print_path(edit.path)});
}

[[noreturn]] void fail_shared(const Edit& edit, const Node& at) {
  fail("yaml/edit-shared", at.span,
       cat("'", print_path(edit.path), "' stands in more than one place, by an anchor"),
       {{"edit the anchor's text by hand, or write the value out"}}, {print_path(edit.path)});
}

bool is_merge(const Entry& entry) { return entry.key->is_scalar() && entry.key->text == "<<"; }

// Does the key come into the mapping through its `<<`?
bool comes_by_merge(const Node& mapping, std::string_view key) {
  const auto gives = [&](const Node* source) {
    return source->is_mapping() && (find(*source, key) != nullptr || comes_by_merge(*source, key));
  };
  return std::any_of(mapping.entries.begin(), mapping.entries.end(), [&](const Entry& entry) {
    if (!is_merge(entry)) return false;
    const Node& value = *entry.value;
    return gives(&value) || std::any_of(value.items.begin(), value.items.end(), gives);
  });
}

// Where the step's child is; the number of children when it is not there.
std::size_t index_of(const Node& collection, const PathStep& step) {
  if (collection.is_mapping()) {
    const Entry* const entry =
        step.kind == PathStep::Kind::kKey ? find_entry(collection, step.key) : nullptr;
    return entry == nullptr ? collection.entries.size()
                            : static_cast<std::size_t>(entry - collection.entries.begin());
  }
  const Node* const item = find_step(collection, step);
  const auto found = std::find(collection.items.begin(), collection.items.end(), item);
  return static_cast<std::size_t>(found - collection.items.begin());
}

std::size_t count_children(const Node& node) {
  return node.is_mapping() ? node.entries.size() : node.items.size();
}

// May the step name a child that such a node does not have yet?
bool can_be_added(const Node& node, const PathStep& step) {
  using Kind = PathStep::Kind;
  const bool at_end = (step.kind == Kind::kIndex && step.index == node.items.size()) ||
                      (step.kind == Kind::kKey && step.key == "-");
  if (node.is_mapping()) return step.kind == Kind::kKey;
  if (node.is_sequence()) return at_end || step.kind == Kind::kSelect;
  return node.is_null();
}

// The child that a missing step asks for: an item that the step selects has the selected fields.
Node* made_for(Arena& arena, const PathStep& step, Node* value) {
  if (step.kind != PathStep::Kind::kSelect) return value;
  if (step.selected.front().first.empty())
    return value != nullptr ? value : make_string(arena, step.selected.front().second);
  Node* const item = value != nullptr && value->is_mapping() ? value : make_mapping(arena);
  for (std::size_t i = 0; i < step.selected.size(); ++i) {
    const auto& [field, text] = step.selected[i];
    if (find(*item, field) != nullptr) continue;
    const auto place = static_cast<std::size_t>(
        std::min<std::uint32_t>(static_cast<std::uint32_t>(i), item->entries.size()));
    item->entries.insert(arena, place, {make_string(arena, field), make_string(arena, text)});
  }
  return item;
}

// A collection of one child, for the step.
Node* wrap(Arena& arena, const PathStep& step, Node* value) {
  if (step.kind == PathStep::Kind::kKey && step.key != "-") {
    Node* const mapping = make_mapping(arena);
    mapping->entries.push_back(arena, {make_string(arena, step.key), value});
    return mapping;
  }
  Node* const sequence = make_sequence(arena);
  append(arena, *sequence, value);
  return sequence;
}

// What stands below steps that are not there, from the last one up. `first`: the step whose child
// is returned.
Node* build_missing(Arena& arena, const Path& path, std::size_t first, Node* value) {
  Node* node = value;
  for (std::size_t i = path.steps.size(); i-- > first;) {
    node = made_for(arena, path.steps[i], node);
    if (i > first) node = wrap(arena, path.steps[i], node);
  }
  return node;
}

// Before which entry a new key goes.
std::size_t place_in_order(const Node& mapping, std::string_view key,
                           std::span<const std::string_view> order) {
  const auto rank = [&](std::string_view name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
  };
  const auto own = rank(key);
  if (own == std::ssize(order)) return mapping.entries.size();
  std::size_t place = 0;
  bool any_listed = false;
  for (std::size_t i = 0; i < mapping.entries.size(); ++i) {
    const auto other = rank(mapping.entries[i].key->text);
    any_listed = any_listed || other < std::ssize(order);
    if (other < own) place = i + 1;
  }
  return any_listed ? place : mapping.entries.size();
}

// The way along the path as far as it leads; anchors on it are refused.
struct Walk {
  Node* node = nullptr;  // the last one found
  std::size_t steps = 0;
  std::vector<Slot> way;
};

Walk walk(Node& root, const Edit& edit) {
  Walk result{&root, 0, {}};
  for (const PathStep& step : edit.path.steps) {
    Node& at = *result.node;
    if (at.is_scalar()) break;
    const std::size_t index = index_of(at, step);
    if (index == count_children(at)) break;
    if (at.shared) fail_shared(edit, at);
    result.way.push_back({&at, index});
    result.node = &value_at(root, result.way.back());
    ++result.steps;
  }
  return result;
}

// The slot's value becomes `value`, or the slot is added to its collection.
Change put_missing(Arena& arena, Walk& found, const Edit& edit, Node* value) {
  Node& parent = *found.node;
  const PathStep& step = edit.path.steps[found.steps];
  if (!can_be_added(parent, step)) {
    fail_path(edit, parent,
              parent.is_scalar() ? "a value is in the way" : "expected another kind of node");
  }
  if (parent.shared) fail_shared(edit, parent);
  const bool last = found.steps + 1 == edit.path.steps.size();
  if (parent.is_mapping() && !last && comes_by_merge(parent, step.key)) fail_shared(edit, parent);
  Node* const child = build_missing(arena, edit.path, found.steps, value);
  Change change{ChangeKind::kAdd, found.way, nullptr, child};
  if (is_empty(parent)) {
    change.kind = ChangeKind::kReplace;
    change.value = wrap(arena, step, child);
    if (parent.is_sequence() && change.value->is_mapping())
      fail_path(edit, parent, "a sequence is in the way");
    return change;
  }
  std::size_t place = count_children(parent);
  if (parent.is_mapping()) {
    change.key = make_string(arena, step.key);
    place = place_in_order(parent, step.key, edit.order);
  }
  change.way.push_back({&parent, place});
  return change;
}

Change plan_insert(Arena& arena, Walk& found, const Edit& edit, Node* value) {
  const auto one_item = [&] {
    Node* const sequence = make_sequence(arena);
    append(arena, *sequence, value);
    return sequence;
  };
  if (found.steps < edit.path.steps.size()) return put_missing(arena, found, edit, one_item());
  Node& node = *found.node;
  if (node.shared) fail_shared(edit, node);
  if (node.is_null() || (node.is_sequence() && node.items.empty()))
    return {ChangeKind::kReplace, found.way, nullptr, one_item()};
  if (!node.is_sequence()) fail_path(edit, node, "expected a sequence");
  const std::size_t place = std::min<std::size_t>(edit.position, node.items.size());
  found.way.push_back({&node, place});
  return {ChangeKind::kAdd, found.way, nullptr, value};
}

Change plan_remove(Arena& arena, Walk& found, const Edit& edit) {
  if (found.way.empty()) return {ChangeKind::kReplace, {}, nullptr, make_null(arena)};
  const Slot slot = found.way.back();
  Node& collection = *slot.collection;
  if (count_children(collection) > 1) return {ChangeKind::kRemove, found.way, nullptr, nullptr};
  if (collection.shared) fail_shared(edit, collection);
  found.way.pop_back();
  Node* const empty = collection.is_mapping() ? make_mapping(arena) : make_sequence(arena);
  return {ChangeKind::kReplace, found.way, nullptr, empty};
}

Change plan_rename(Arena& arena, Walk& found, const Edit& edit) {
  const bool entry = !found.way.empty() && found.way.back().collection->is_mapping();
  if (!entry) fail_path(edit, *found.node, "expected a key");
  const Slot slot = found.way.back();
  const Entry* const other = find_entry(*slot.collection, edit.name);
  const auto own = slot.collection->entries.begin() + slot.index;
  if (other != nullptr && other != own) {
    fail("yaml/edit-key", other->key->span,
         cat("the key '", edit.name, "' is there already, beside '", print_path(edit.path), "'"),
         {}, {edit.name});
  }
  if (own->key->shared) fail_shared(edit, *own->key);
  return {ChangeKind::kRename, found.way, make_string(arena, edit.name), nullptr};
}

void add_child(Arena& arena, const Change& change) {
  Node& collection = *change.way.back().collection;
  const std::size_t at = change.way.back().index;
  if (collection.is_mapping()) {
    collection.entries.insert(arena, at, {change.key, change.value});
  } else {
    collection.items.insert(arena, at, change.value);
  }
}

void replace_child(Node*& root, const Change& change) {
  if (change.way.empty()) {
    root = change.value;
    return;
  }
  const Slot& slot = change.way.back();
  if (slot.collection->is_mapping()) {
    slot.collection->entries[slot.index].value = change.value;
  } else {
    slot.collection->items[slot.index] = change.value;
  }
}

bool identical_scalars(const Node& a, const Node& b) {
  if (a.type != b.type) {
    const auto number = [](const Node& node) {
      return node.type == Type::kInteger || node.type == Type::kFloat;
    };
    return number(a) && number(b) && equal(a, b);
  }
  return equal(a, b);
}

}  // namespace

Node& value_at(Node& root, const Slot& slot) {
  if (slot.collection == nullptr) return root;
  return slot.collection->is_mapping() ? *slot.collection->entries[slot.index].value
                                       : *slot.collection->items[slot.index];
}

Change plan_change(Arena& arena, Node& root, const Edit& edit) {
  Walk found = walk(root, edit);
  const bool there = found.steps == edit.path.steps.size();
  Node* const value = edit.value == nullptr ? nullptr : copy(arena, *edit.value);
  if (edit.kind == EditKind::kInsert) return plan_insert(arena, found, edit, value);
  if (edit.kind == EditKind::kSet) {
    if (there) return {ChangeKind::kReplace, found.way, nullptr, value};
    return put_missing(arena, found, edit, value);
  }
  if (!there) {
    if (found.node->is_mapping() && comes_by_merge(*found.node, edit.path.steps[found.steps].key))
      fail_shared(edit, *found.node);
    fail_path(edit, *found.node, "nothing is there");
  }
  return edit.kind == EditKind::kRemove ? plan_remove(arena, found, edit)
                                        : plan_rename(arena, found, edit);
}

void apply_to_tree(Arena& arena, Node*& root, const Edit& edit) {
  const Change change = plan_change(arena, *root, edit);
  switch (change.kind) {
    case ChangeKind::kReplace:
      return replace_child(root, change);
    case ChangeKind::kAdd:
      return add_child(arena, change);
    case ChangeKind::kRename:
      change.way.back().collection->entries[change.way.back().index].key = change.key;
      return;
    case ChangeKind::kRemove: {
      const Slot& slot = change.way.back();
      if (slot.collection->is_mapping()) {
        slot.collection->entries.erase(slot.index);
      } else {
        slot.collection->items.erase(slot.index);
      }
    }
  }
}

bool identical(const Node& a, const Node& b) {
  if (a.kind != b.kind) return false;
  if (a.is_scalar()) return identical_scalars(a, b);
  if (a.is_sequence()) {
    return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                      [](const Node* x, const Node* y) { return identical(*x, *y); });
  }
  return std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(),
                    [](const Entry& x, const Entry& y) {
                      return identical(*x.key, *y.key) && identical(*x.value, *y.value);
                    });
}

}  // namespace plumb::yaml
