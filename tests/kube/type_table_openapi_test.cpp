// The table against the OpenAPI document of the newest release it was made from, where that is at
// hand.

#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "kube/type_table.h"
#include "support/shared_data.h"
#include "yaml/json.h"
#include "yaml/node.h"

using namespace plumb;
using namespace plumb::kube;

namespace {

// "io.k8s.api.apps.v1" → "apps/v1", from the kinds of the package.
std::map<std::string, std::string> groups_of(const yaml::Node& definitions) {
  std::map<std::string, std::string> groups{{"io.k8s.apimachinery.pkg.apis.meta.v1", "meta/v1"}};
  for (const yaml::Entry& entry : definitions.entries) {
    const yaml::Node* const kinds = yaml::find(*entry.value, "x-kubernetes-group-version-kind");
    if (kinds == nullptr || contains(entry.key->text, "apimachinery")) continue;
    const yaml::Node& first = *kinds->items[0];
    const std::string_view group = yaml::text_at(first, {"group"});
    const std::string prefix(entry.key->text.substr(0, entry.key->text.rfind('.')));
    groups[prefix] = group.empty() ? std::string(yaml::text_at(first, {"version"}))
                                   : cat(group, '/', yaml::text_at(first, {"version"}));
  }
  return groups;
}

std::string joined(const TableTexts& texts) {
  std::string result;
  for (const TableText& text : texts.list()) result += cat(text.view(), ' ');
  return result;
}

std::string joined(const yaml::Node* list) {
  std::string result;
  if (list != nullptr)
    for (const yaml::Node* item : list->items) result += cat(item->text, ' ');
  return result;
}

std::string kind_of(const yaml::Node& schema) {
  const std::string_view reference = yaml::text_at(schema, {"$ref"});
  if (reference.empty()) return std::string(yaml::text_at(schema, {"type"}));
  const std::string_view name = reference.substr(reference.rfind('.') + 1);
  if (name == "Quantity" || name == "IntOrString" || name == "Time" || name == "MicroTime")
    return std::string(name);
  return "object";
}

bool same_kind(const yaml::Node& schema, const ValueType& value) {
  const std::string kind = kind_of(schema);
  switch (value.kind) {
    case FieldKind::kString:
    case FieldKind::kBytes:
      return kind == "string";
    case FieldKind::kInteger32:
    case FieldKind::kInteger64:
      return kind == "integer";
    case FieldKind::kNumber:
      return kind == "number";
    case FieldKind::kBoolean:
      return kind == "boolean";
    case FieldKind::kQuantity:
      return kind == "Quantity";
    case FieldKind::kIntOrString:
      return kind == "IntOrString";
    case FieldKind::kTime:
      return kind == "Time";
    case FieldKind::kMicroTime:
      return kind == "MicroTime";
    case FieldKind::kList:
      return kind == "array" && same_kind(*yaml::find(schema, "items"), *value.element());
    case FieldKind::kMap:
      return kind == "object" &&
             same_kind(*yaml::find(schema, "additionalProperties"), *value.element());
    default:
      return kind == "object" || kind.empty();
  }
}

void compare_field(const yaml::Node& schema, const FieldInfo& field) {
  CHECK(same_kind(schema, field.value()));
  const std::string_view strategy = yaml::text_at(schema, {"x-kubernetes-patch-strategy"});
  CHECK(field.merges == contains(strategy, "merge"));
  CHECK(field.retain_keys == contains(strategy, "retainKeys"));
  CHECK(field.merge_key == yaml::text_at(schema, {"x-kubernetes-patch-merge-key"}));
  CHECK(joined(field.map_keys) == joined(yaml::find(schema, "x-kubernetes-list-map-keys")));
  const std::string_view list = yaml::text_at(schema, {"x-kubernetes-list-type"});
  CHECK((field.topology == Topology::kMap) == (list == "map"));
  CHECK((field.topology == Topology::kSet) == (list == "set"));
}

std::size_t compare_type(const yaml::Node& definition, const TypeInfo& type) {
  const yaml::Node* const properties = yaml::find(definition, "properties");
  if (properties == nullptr) return 0;
  const std::string required = " " + joined(yaml::find(definition, "required"));
  for (const yaml::Entry& entry : properties->entries) {
    INFO(type.api_version.view() << ' ' << type.name.view() << '.' << entry.key->text);
    const FieldInfo* const field = type.field(entry.key->text);
    REQUIRE(field != nullptr);
    CHECK(field->until.empty());
    if (entry.key->text != "metadata")  // implied, and not always required
      CHECK(field->required == contains(required, cat(' ', entry.key->text, ' ')));
    compare_field(*entry.value, *field);
  }
  for (const FieldInfo& field : type.fields())
    if (field.until.empty()) {
      INFO(type.name.view() << '.' << field.name.view());
      CHECK(yaml::find(*properties, field.name) != nullptr);
    }
  return properties->entries.size();
}

}  // namespace

TEST_CASE("the table says what the OpenAPI document of 1.36 says", "[kube][type_table]") {
  const auto text = test::shared_file("data/kubernetes-openapi/kubernetes-1.36-swagger.json");
  if (!text) return;
  Arena arena;
  const yaml::Node& definitions = *yaml::find(*yaml::read_json(*text, {}, arena), "definitions");
  const auto groups = groups_of(definitions);
  std::size_t fields = 0;
  for (const yaml::Entry& entry : definitions.entries) {
    const std::size_t dot = entry.key->text.rfind('.');
    const auto group = groups.find(std::string(entry.key->text.substr(0, dot)));
    if (group == groups.end()) continue;
    if (const TypeInfo* const type = find_struct(group->second, entry.key->text.substr(dot + 1)))
      fields += compare_type(*entry.value, *type);
  }
  CHECK(fields > 3000);
}
