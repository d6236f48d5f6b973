// The merge table of the current built-in types, made from the type table. A list merges when
// strategic merge patches or server-side apply say so; it is told apart by every key that
// server-side apply knows, because the patch key alone takes a TCP and a UDP port for the same.

#include <vector>

#include "base/text.h"
#include "kube/strategic_merge.h"
#include "kube/type_table.h"
#include "kube/type_table_data.h"

namespace plumb::kube {

namespace {

// A type's number is its place in the type table, from 1.
std::uint16_t number_of(const TypeInfo* type) {
  return type == nullptr ? std::uint16_t{0} : static_cast<std::uint16_t>(type - table::kTypes + 1);
}

bool merges(const FieldInfo& field) {
  return field.value().kind == FieldKind::kList &&
         (field.merges || (field.topology == Topology::kMap && !field.map_keys.empty()));
}

std::vector<MergeKey> keys_of(const FieldInfo& field) {
  const TypeInfo* const element = field.value().element()->type();
  std::vector<MergeKey> keys;
  const auto add = [&](std::string_view name) {
    const FieldInfo* const key = element != nullptr ? element->field(name) : nullptr;
    keys.push_back({name, key != nullptr && key->has_fallback ? key->fallback.view() : ""});
  };
  if (!field.map_keys.empty())
    for (const TableText& key : field.map_keys.list()) add(key);
  else if (!field.merge_key.empty())
    add(field.merge_key);
  return keys;
}

class Kubernetes {
 public:
  Kubernetes() {
    for (std::size_t i = 0; i < table::kTypeCount; ++i) add_type(table::kTypes[i]);
    std::size_t first = 0;
    for (std::size_t i = 0; i < counts_.size(); first += counts_[i++])
      types_.push_back(
          {static_cast<std::uint16_t>(i + 1), std::span(fields_).subspan(first, counts_[i])});
    std::size_t key = 0;
    for (std::size_t i = 0; i < fields_.size(); key += key_counts_[i++])
      fields_[i].keys = std::span(keys_).subspan(key, key_counts_[i]);
    for (const TypeInfo& kind : all_kinds())
      if (!kind.is_list) roots_.push_back({kind.api_version, kind.name, number_of(&kind)});
    table_ = {types_, roots_};
  }
  Kubernetes(const Kubernetes&) = delete;
  Kubernetes& operator=(const Kubernetes&) = delete;

  const MergeTable& table() const { return table_; }

 private:
  void add_type(const TypeInfo& type) {
    const std::size_t before = fields_.size();
    for (const FieldInfo& field : type.fields()) add_field(field);
    counts_.push_back(fields_.size() - before);
  }

  void add_field(const FieldInfo& field) {
    const bool list = merges(field);
    const ValueType& value = list ? *field.value().element() : field.value();
    const std::uint16_t type = number_of(value.type());
    if (!list && type == 0) return;
    const std::vector<MergeKey> keys = list ? keys_of(field) : std::vector<MergeKey>();
    fields_.push_back({field.name, type, list, keys.empty() ? "" : keys[0].name});
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    key_counts_.push_back(keys.size());
  }

  std::vector<MergeKey> keys_;
  std::vector<std::size_t> key_counts_;  // of each field
  std::vector<MergeField> fields_;
  std::vector<std::size_t> counts_;  // of each type
  std::vector<MergeType> types_;
  std::vector<MergeRoot> roots_;
  MergeTable table_;
};

}  // namespace

const MergeTable& kubernetes_merge_table() {
  static const Kubernetes kubernetes;
  return kubernetes.table();
}

// "io.k8s.api.networking.v1.Ingress" is Ingress of networking.k8s.io/v1.
std::uint16_t kubernetes_type_named(std::string_view definition) {
  const std::vector<std::string_view> parts = split(definition, '.');
  if (parts.size() < 3) return 0;
  const std::string_view name = parts.back();
  const std::string_view version = parts[parts.size() - 2];
  std::string_view group = parts[parts.size() - 3];
  if (group == "core") group = {};
  for (std::size_t i = 0; i < table::kTypeCount; ++i) {
    const TypeInfo& type = table::kTypes[i];
    if (type.name != name) continue;
    const std::string_view whole = type.api_version;
    const std::size_t slash = whole.find('/');
    const std::string_view its_group =
        slash == whole.npos ? std::string_view() : whole.substr(0, slash);
    if (whole.substr(slash == whole.npos ? 0 : slash + 1) == version &&
        its_group.substr(0, its_group.find('.')) == group)
      return number_of(&type);
  }
  return 0;
}

}  // namespace plumb::kube
