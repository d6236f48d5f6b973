#include "kube/type_table.h"

#include <algorithm>

#include "base/text.h"
#include "kube/type_table_data.h"

namespace plumb::kube {

namespace {

const TypeInfo* find_among(std::span<const TypeInfo> types, std::string_view api_version,
                           std::string_view name) {
  const auto before = [&](const TypeInfo& type, int) {
    const int order = type.api_version.view().compare(api_version);
    return order != 0 ? order < 0 : type.name.view() < name;
  };
  const auto at = std::lower_bound(types.begin(), types.end(), 0, before);
  if (at == types.end() || at->api_version != api_version || at->name != name) return nullptr;
  return &*at;
}

// The number before the next dot, which is taken off; 0 when there is none.
std::int64_t take_number(std::string_view& release) {
  const std::size_t end = std::min(release.find('.'), release.size());
  const std::int64_t number = to_integer(release.substr(0, end)).value_or(0);
  release.remove_prefix(std::min(end + 1, release.size()));
  return number;
}

}  // namespace

std::string_view TableText::view() const { return {table::kText + offset, length}; }

std::span<const TableText> TableTexts::list() const { return {table::kTexts + first, count}; }

const TypeInfo* ValueType::type() const {
  const bool named = kind == FieldKind::kStruct || kind == FieldKind::kStructOrAny;
  return named ? &table::kTypes[index] : nullptr;
}

const ValueType* ValueType::element() const {
  return kind == FieldKind::kList || kind == FieldKind::kMap ? &table::kValues[index] : nullptr;
}

const ValueType& FieldInfo::value() const { return table::kValues[value_index]; }

bool FieldInfo::merges_in(std::string_view release) const {
  const TableText& first = merge_since.empty() ? since : merge_since;
  return merges && (first.empty() || compare_releases(first, release) <= 0);
}

std::span<const FieldInfo> TypeInfo::fields() const {
  return {table::kFields + first_field, field_count};
}

const FieldInfo* TypeInfo::field(std::string_view field_name) const {
  const std::span<const FieldInfo> all = fields();
  const auto at = std::lower_bound(
      all.begin(), all.end(), field_name,
      [](const FieldInfo& field, std::string_view key) { return field.name.view() < key; });
  return at != all.end() && at->name == field_name ? &*at : nullptr;
}

std::span<const TypeInfo> all_kinds() { return {table::kTypes, table::kKindCount}; }

const TypeInfo* find_type(std::string_view api_version, std::string_view kind) {
  return find_among(all_kinds(), api_version, kind);
}

const TypeInfo* find_struct(std::string_view api_version, std::string_view name) {
  if (const TypeInfo* const kind = find_type(api_version, name)) return kind;
  return find_among({table::kTypes + table::kKindCount, table::kTypeCount - table::kKindCount},
                    api_version, name);
}

namespace {
bool has_come(const TableText& since, std::string_view release) {
  if (release.empty()) release = table_releases().back();
  return !since.empty() && compare_releases(since, release) <= 0;
}
}  // namespace

bool Life::is_deprecated_in(std::string_view release) const {
  return has_come(deprecated, release);
}

bool Life::is_gone_in(std::string_view release) const { return has_come(gone, release); }

std::string Life::replacement_text() const {
  return replacement_kind.empty() ? std::string(replacement.view())
                                  : cat(replacement.view(), ' ', replacement_kind.view());
}

const Life* find_life(std::string_view api_version, std::string_view kind) {
  for (std::size_t i = 0; i < table::kLifeCount; ++i) {
    const Life& row = table::kLives[i];
    if (row.api_version == api_version && (row.kind == kind || row.kind == "*")) return &row;
  }
  return nullptr;
}

std::strong_ordering compare_releases(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::int64_t x = take_number(a);
    const std::int64_t y = take_number(b);
    if (x != y) return x <=> y;
  }
  return std::strong_ordering::equal;
}

std::span<const TableText> table_releases() { return {table::kReleases, table::kReleaseCount}; }

}  // namespace plumb::kube
