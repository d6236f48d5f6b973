#include "diff/json_patch.h"

#include "diff/members.h"
#include "diff/sent_value.h"

namespace plumb::diff {

namespace {

using yaml::Node;

void put(Node& patch, const yaml::Entry& entry, Node* value, Arena& arena) {
  patch.entries.push_back(arena, {entry.key, value});
}

// What turns one mapping into the other; nulls of `after` that are new are kept.
Node* difference(const Node& before, const Node& after, Arena& arena) {
  Node* const patch = yaml::make_mapping(arena);
  const Members had(before), has(after);
  for (const yaml::Entry& entry : after.entries) {
    const Node* const old = had.find(entry.key->text);
    if (old != nullptr && old->is_mapping() && entry.value->is_mapping()) {
      Node* const inside = difference(*old, *entry.value, arena);
      if (!inside->entries.empty()) put(*patch, entry, inside, arena);
    } else if (old == nullptr || !is_same_value(*old, *entry.value)) {
      put(*patch, entry, sent_value(*entry.value, arena), arena);
    }
  }
  for (const yaml::Entry& entry : before.entries) {
    if (has.find(entry.key->text) == nullptr) put(*patch, entry, yaml::make_null(arena), arena);
  }
  return patch;
}

// Mappings in lists lose their nulls, the lists keep theirs.
Node* without_inner_nulls(const Node& value, Arena& arena) {
  if (value.is_scalar()) return yaml::copy(arena, value);
  Node* const kept = value.is_mapping() ? yaml::make_mapping(arena) : yaml::make_sequence(arena);
  for (const Node* const item : value.items) {
    yaml::append(arena, *kept, without_inner_nulls(*item, arena));
  }
  for (const yaml::Entry& entry : value.entries) {
    if (!entry.value->is_null()) put(*kept, entry, without_inner_nulls(*entry.value, arena), arena);
  }
  return kept;
}

// The values of a patch, without its nulls; a mapping that had nothing else goes, too.
Node* values_of(const Node& patch, Arena& arena) {
  Node* const values = yaml::make_mapping(arena);
  for (const yaml::Entry& entry : patch.entries) {
    const Node& value = *entry.value;
    if (value.is_null()) continue;
    const bool is_patch = value.is_mapping() && !value.entries.empty();
    Node* const kept = is_patch ? values_of(value, arena) : without_inner_nulls(value, arena);
    if (!is_patch || !kept->entries.empty()) put(*values, entry, kept, arena);
  }
  return values;
}

// The nulls of a patch, and nothing else.
Node* nulls_of(const Node& patch, Arena& arena) {
  Node* const nulls = yaml::make_mapping(arena);
  for (const yaml::Entry& entry : patch.entries) {
    Node* const kept = entry.value->is_mapping() ? nulls_of(*entry.value, arena) : entry.value;
    if (kept->is_null() || (kept->is_mapping() && !kept->entries.empty()))
      put(*nulls, entry, kept, arena);
  }
  return nulls;
}

void add_values(Node& patch, const Node& values, Arena& arena) {
  const Members removals(patch);
  for (const yaml::Entry& entry : values.entries) {
    Node* const there = removals.find(entry.key->text);
    if (there == nullptr) {
      put(patch, entry, entry.value, arena);
    } else if (there->is_mapping() && entry.value->is_mapping()) {
      add_values(*there, *entry.value, arena);
    } else {
      yaml::set(arena, patch, entry.key->text, entry.value);
    }
  }
}

}  // namespace

Node* json_patch(const Sides& sides, Arena& arena) {
  const Node* const last = sides.base != nullptr ? sides.base : yaml::make_mapping(arena);
  Node* const patch = nulls_of(*difference(*last, *sides.head, arena), arena);
  add_values(*patch, *values_of(*difference(*sides.live, *sides.head, arena), arena), arena);
  return patch->entries.empty() ? nullptr : patch;
}

}  // namespace plumb::diff
