#include "diff/sent_value.h"

#include <algorithm>
#include <cmath>

#include "diff/members.h"
#include "yaml/emit.h"

namespace plumb::diff {

namespace {

using yaml::Node;

enum class JsonType { kNull, kBoolean, kNumber, kText, kList, kMapping };

JsonType type_of(const Node& node) {
  if (node.is_mapping()) return JsonType::kMapping;
  if (node.is_sequence()) return JsonType::kList;
  if (node.is_null()) return JsonType::kNull;
  if (node.type == yaml::Type::kBoolean) return JsonType::kBoolean;
  return yaml::as_float(node) ? JsonType::kNumber : JsonType::kText;
}

bool is_same_scalar(const Node& a, const Node& b) {
  if (const auto number = yaml::as_float(a)) return *number == yaml::as_float(b);
  if (const auto flag = yaml::as_boolean(a)) return flag == yaml::as_boolean(b);
  return a.is_null() || a.text == b.text;
}

bool has_same_members(const Node& a, const Node& b) {
  const Members others(b);
  return a.entries.size() == b.entries.size() &&
         std::ranges::all_of(a.entries, [&](const yaml::Entry& entry) {
           const Node* const other = others.find(entry.key->text);
           return other != nullptr && is_same_value(*entry.value, *other);
         });
}

Node* sent_number(const Node& number, double value, Arena& arena) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::abs(value) <= kExact || !std::isfinite(value)) return yaml::copy(arena, number);
  Node* const sent = yaml::make_string(arena, yaml::format_json_float(value), number.span);
  sent->type = yaml::Type::kFloat;
  return sent;
}

}  // namespace

bool is_same_type(const Node& a, const Node& b) { return type_of(a) == type_of(b); }

bool is_same_value(const Node& a, const Node& b) {
  if (!is_same_type(a, b)) return false;
  if (a.is_mapping()) return has_same_members(a, b);
  if (!a.is_sequence()) return is_same_scalar(a, b);
  return std::ranges::equal(a.items, b.items,
                            [](const Node* x, const Node* y) { return is_same_value(*x, *y); });
}

Node* sent_value(const Node& value, Arena& arena) {
  if (value.is_scalar()) {
    const auto number = yaml::as_float(value);
    return number ? sent_number(value, *number, arena) : yaml::copy(arena, value);
  }
  Node* const sent = value.is_mapping() ? yaml::make_mapping(arena, value.span)
                                        : yaml::make_sequence(arena, value.span);
  for (const Node* const item : value.items) yaml::append(arena, *sent, sent_value(*item, arena));
  for (const yaml::Entry& entry : value.entries) {
    sent->entries.push_back(arena, {entry.key, sent_value(*entry.value, arena)});
  }
  return sent;
}

}  // namespace plumb::diff
