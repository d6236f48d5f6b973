#pragma once
// Equality of data as JSON Schema means it: 1 and 1.0 are equal, 1 and "1" and true are not.

#include <cstddef>
#include <optional>

#include "yaml/node.h"

namespace plumb::schema {

bool same_data(const yaml::Node& a, const yaml::Node& b);
// Equal data has equal hashes.
std::size_t hash_data(const yaml::Node& node);

// The first two items that are the same, in time linear in the list: the indices, or nothing.
struct Twins {
  std::size_t first = 0, second = 0;
};
std::optional<Twins> find_twins(const List<yaml::Node*>& items);

}  // namespace plumb::schema
