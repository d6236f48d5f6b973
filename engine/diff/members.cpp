#include "diff/members.h"

namespace plumb::diff {

Members::Members(const yaml::Node& mapping) {
  by_key_.reserve(mapping.entries.size());
  // Of a key that repeats the last one holds.
  for (const yaml::Entry& entry : mapping.entries) by_key_[entry.key->text] = entry.value;
}

yaml::Node* Members::find(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

}  // namespace plumb::diff
