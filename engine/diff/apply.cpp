#include <algorithm>

#include "diff/compare.h"

namespace plumb::diff {

namespace {

using yaml::Node;
using Kind = yaml::PathStep::Kind;

// The node above the last step, or null.
Node* parent_of(Node& root, const yaml::Path& path) {
  Node* at = &root;
  for (std::size_t i = 0; at != nullptr && i + 1 < path.steps.size(); ++i) {
    at = yaml::find_step(*at, path.steps[i]);
  }
  return at;
}

void remove_at(Node& parent, const yaml::PathStep& step) {
  if (parent.is_mapping()) {
    yaml::remove(parent, step.key);
    return;
  }
  const Node* const gone = yaml::find_step(parent, step);
  for (std::size_t at = 0; at < parent.items.size(); ++at) {
    if (parent.items[at] == gone) return parent.items.erase(at);
  }
}

void put(Arena& arena, Node& parent, const Change& change) {
  Node* const value = yaml::copy(arena, *change.after);
  const yaml::PathStep& step = change.path.steps.back();
  if (parent.is_mapping()) return yaml::set(arena, parent, step.key, value);
  if (change.kind == ChangeKind::kAdd) {
    const std::size_t at = std::min<std::size_t>(change.index, parent.items.size());
    return parent.items.insert(arena, at, value);
  }
  if (Node* const old = yaml::find_step(parent, step)) *old = *value;
}

// Whether two elements of a list that was reordered are the same one.
bool same_element(const Node& a, const Node& b, const Node& list) {
  if (a.is_scalar()) return yaml::equal(a, b);
  for (const yaml::Entry& entry : a.entries) {
    const Node* const other = yaml::find(b, entry.key->text);
    if (other == nullptr || !entry.value->is_scalar() || !yaml::equal(*entry.value, *other)) {
      continue;
    }
    const auto shared = std::ranges::count_if(list.items, [&](const Node* item) {
      const Node* const value = yaml::find(*item, entry.key->text);
      return value != nullptr && yaml::equal(*value, *entry.value);
    });
    if (shared == 1) return true;
  }
  return false;
}

void reorder(Arena& arena, Node& list, const Node& wanted) {
  List<Node*> ordered;
  std::vector<bool> taken(list.items.size(), false);
  for (const Node* const item : wanted.items) {
    for (std::size_t at = 0; at < list.items.size(); ++at) {
      if (taken[at] || !same_element(*list.items[at], *item, wanted)) continue;
      ordered.push_back(arena, list.items[at]);
      taken[at] = true;
      break;
    }
  }
  for (std::size_t at = 0; at < list.items.size(); ++at) {
    if (!taken[at]) ordered.push_back(arena, list.items[at]);
  }
  list.items = ordered;
}

void apply_one(Arena& arena, Node& root, const Change& change) {
  if (change.path.steps.empty()) {
    if (change.kind == ChangeKind::kReorder) return reorder(arena, root, *change.after);
    root = *yaml::copy(arena, *change.after);
    return;
  }
  Node* const parent = parent_of(root, change.path);
  if (parent == nullptr) return;
  if (change.kind == ChangeKind::kRemove) return remove_at(*parent, change.path.steps.back());
  if (change.kind != ChangeKind::kReorder) return put(arena, *parent, change);
  if (Node* const list = yaml::find_step(*parent, change.path.steps.back())) {
    reorder(arena, *list, *change.after);
  }
}

bool removes_by_position(const Change& change) {
  return change.kind == ChangeKind::kRemove && !change.path.steps.empty() &&
         change.path.steps.back().kind == Kind::kIndex;
}

bool same_parent(const Change& a, const Change& b) {
  return a.path.steps.size() == b.path.steps.size() &&
         std::equal(a.path.steps.begin(), a.path.steps.end() - 1, b.path.steps.begin());
}

}  // namespace

Node* apply(Arena& arena, const Node& node, std::span<const Change> changes) {
  Node* const root = yaml::copy(arena, node);
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t end = first + 1;
    if (removes_by_position(changes[first])) {
      while (end < changes.size() && removes_by_position(changes[end]) &&
             same_parent(changes[first], changes[end])) {
        ++end;
      }
    }
    // Positions are those of the old list: the last goes first.
    for (std::size_t at = end; at-- > first;) apply_one(arena, *root, changes[at]);
    first = end;
  }
  return root;
}

}  // namespace plumb::diff
