#include "schema/data.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace plumb::schema {

namespace {

bool is_number(const yaml::Node& node) {
  return node.type == yaml::Type::kInteger || node.type == yaml::Type::kFloat;
}

// Strings, dates and binaries are strings; the other types are themselves.
yaml::Type json_type(const yaml::Node& node) {
  switch (node.type) {
    case yaml::Type::kNull:
    case yaml::Type::kBoolean:
      return node.type;
    case yaml::Type::kInteger:
    case yaml::Type::kFloat:
      return yaml::Type::kInteger;
    default:
      return yaml::Type::kString;
  }
}

bool same_number(const yaml::Node& a, const yaml::Node& b) {
  const auto x = yaml::as_integer(a);
  const auto y = yaml::as_integer(b);
  if (x && y) return *x == *y;
  return *yaml::as_float(a) == *yaml::as_float(b);
}

bool same_scalar(const yaml::Node& a, const yaml::Node& b) {
  if (json_type(a) != json_type(b)) return false;
  if (a.is_null()) return true;
  if (is_number(a)) return same_number(a, b);
  if (a.type == yaml::Type::kBoolean) return yaml::as_boolean(a) == yaml::as_boolean(b);
  return a.text == b.text;
}

bool same_list(const yaml::Node& a, const yaml::Node& b) {
  if (a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i)
    if (!same_data(*a.items[i], *b.items[i])) return false;
  return true;
}

bool same_mapping(const yaml::Node& a, const yaml::Node& b) {
  if (a.entries.size() != b.entries.size()) return false;
  std::unordered_map<std::string_view, const yaml::Node*> members;
  for (const yaml::Entry& entry : b.entries) members[entry.key->text] = entry.value;
  for (const yaml::Entry& entry : a.entries) {
    const auto found = members.find(entry.key->text);
    if (found == members.end() || !same_data(*entry.value, *found->second)) return false;
  }
  return true;
}

std::size_t mixed(std::size_t a, std::size_t b) {
  return a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
}

std::size_t hash_scalar(const yaml::Node& node) {
  if (node.is_null()) return 1;
  if (is_number(node)) return mixed(2, std::hash<double>{}(*yaml::as_float(node)));
  if (node.type == yaml::Type::kBoolean) return yaml::as_boolean(node).value_or(false) ? 3 : 4;
  return mixed(5, std::hash<std::string_view>{}(node.text));
}

}  // namespace

bool same_data(const yaml::Node& a, const yaml::Node& b) {
  if (a.kind != b.kind) return false;
  if (a.is_scalar()) return same_scalar(a, b);
  return a.is_sequence() ? same_list(a, b) : same_mapping(a, b);
}

std::size_t hash_data(const yaml::Node& node) {
  if (node.is_scalar()) return hash_scalar(node);
  std::size_t hash = node.is_sequence() ? 6 : 7;
  for (const yaml::Node* const item : node.items) hash = mixed(hash, hash_data(*item));
  for (const yaml::Entry& entry : node.entries)  // a sum, for the order of keys does not count
    hash += mixed(std::hash<std::string_view>{}(entry.key->text), hash_data(*entry.value));
  return hash;
}

std::optional<Twins> find_twins(const List<yaml::Node*>& items) {
  std::unordered_multimap<std::size_t, std::size_t> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t hash = hash_data(*items[i]);
    const auto [first, last] = seen.equal_range(hash);
    for (auto at = first; at != last; ++at)
      if (same_data(*items[at->second], *items[i])) return Twins{at->second, i};
    seen.emplace(hash, i);
  }
  return std::nullopt;
}

}  // namespace plumb::schema
