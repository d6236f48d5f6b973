#pragma once
// The members of a mapping by their keys, for those who ask for many.

#include <string_view>
#include <unordered_map>

#include "yaml/node.h"

namespace plumb::diff {

// Points into the mapping, which must outlive it and keep its members.
class Members {
 public:
  explicit Members(const yaml::Node& mapping);
  // Null: not there.
  yaml::Node* find(std::string_view key) const;

 private:
  std::unordered_map<std::string_view, yaml::Node*> by_key_;
};

}  // namespace plumb::diff
