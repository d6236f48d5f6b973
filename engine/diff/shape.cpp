#include "diff/shape.h"

#include <set>

#include "base/text.h"

namespace plumb::diff {

namespace {

std::string name_of(std::string_view api_version, std::string_view kind) {
  return cat(api_version, '/', kind);
}

Shape shape_of_value(const kube::ValueType& value) {
  Shape shape;
  shape.value = &value;
  shape.type = value.type();
  return shape;
}

Shape shape_of_schema(const yaml::Node* schema) {
  Shape shape;
  if (schema != nullptr && schema->is_mapping()) shape.schema = schema;
  return shape;
}

bool says_true(const yaml::Node& schema, std::string_view key) {
  const yaml::Node* const flag = yaml::find(schema, key);
  return flag != nullptr && yaml::as_boolean(*flag).value_or(false);
}

Shape field_of_schema(const yaml::Node& schema, std::string_view key) {
  if (says_true(schema, "x-kubernetes-embedded-resource") && key == "metadata") {
    return shape_of_metadata();
  }
  if (const yaml::Node* const properties = yaml::find(schema, "properties")) {
    if (const yaml::Node* const property = yaml::find(*properties, key)) {
      return shape_of_schema(property);
    }
  }
  return shape_of_schema(yaml::find(schema, "additionalProperties"));
}

}  // namespace

void Catalogue::add(const yaml::Node& definition) {
  const std::string_view group = yaml::text_at(definition, {"spec", "group"});
  const std::string_view kind = yaml::text_at(definition, {"spec", "names", "kind"});
  const yaml::Node* const versions = yaml::find_path(definition, {"spec", "versions"});
  if (group.empty() || kind.empty() || versions == nullptr) return;
  for (const yaml::Node* const version : versions->items) {
    const yaml::Node* const schema = yaml::find_path(*version, {"schema", "openAPIV3Schema"});
    const std::string_view name = yaml::text_at(*version, {"name"});
    if (schema != nullptr && !name.empty()) {
      const bool status = yaml::find_path(*version, {"subresources", "status"}) != nullptr;
      kinds_.emplace(name_of(cat(group, '/', name), kind), Known{schema, status});
    }
  }
}

void Catalogue::add_published(const yaml::Node& document) {
  constexpr std::string_view kMark = "x-kubernetes-group-version-kind";
  const yaml::Node* const schemas = yaml::find_path(document, {"components", "schemas"});
  if (schemas == nullptr) return;
  std::set<std::string, std::less<>> with_status;
  if (const yaml::Node* const paths = yaml::find(document, "paths")) {
    for (const yaml::Entry& path : paths->entries) {
      const yaml::Node* const put = yaml::find(*path.value, "put");
      if (put == nullptr || !path.key->text.ends_with("/status")) continue;
      with_status.emplace(yaml::text_at(*put, {kMark, "kind"}));
    }
  }
  for (const yaml::Entry& schema : schemas->entries) {
    const yaml::Node* const marks = yaml::find(*schema.value, kMark);
    if (marks == nullptr || marks->items.size() != 1) continue;
    const yaml::Node& mark = *marks->items[0];
    const std::string_view group = yaml::text_at(mark, {"group"});
    const std::string_view kind = yaml::text_at(mark, {"kind"});
    const std::string version =
        cat(group, group.empty() ? "" : "/", yaml::text_at(mark, {"version"}));
    kinds_.emplace(name_of(version, kind), Known{schema.value, with_status.contains(kind)});
  }
}

void Catalogue::add(const kube::ResourceSet& set) {
  for (const kube::Resource& resource : set.resources) {
    if (resource.id.kind == "CustomResourceDefinition") add(*resource.body);
  }
}

const yaml::Node* Catalogue::find(std::string_view api_version, std::string_view kind) const {
  const auto found = kinds_.find(name_of(api_version, kind));
  return found == kinds_.end() ? nullptr : found->second.schema;
}

bool Catalogue::has_status(std::string_view api_version, std::string_view kind) const {
  const auto found = kinds_.find(name_of(api_version, kind));
  return found != kinds_.end() && found->second.has_status;
}

Shape shape_of_metadata() {
  Shape shape;
  shape.type = kube::find_struct("meta/v1", "ObjectMeta");
  return shape;
}

Shape shape_of_object(const Catalogue* catalogue, std::string_view api_version,
                      std::string_view kind) {
  Shape shape;
  shape.type = kube::find_type(api_version, kind);
  if (shape.type == nullptr && catalogue != nullptr) {
    shape.schema = catalogue->find(api_version, kind);
  }
  return shape;
}

Shape shape_of_field(const Shape& mapping, std::string_view key) {
  if (mapping.type != nullptr) {
    const kube::FieldInfo* const field = mapping.type->field(key);
    if (field == nullptr) return {};
    Shape shape = shape_of_value(field->value());
    shape.field = field;
    shape.parent = mapping.type;
    return shape;
  }
  if (mapping.value != nullptr && mapping.value->element() != nullptr) {
    return shape_of_value(*mapping.value->element());
  }
  return mapping.schema == nullptr ? Shape{} : field_of_schema(*mapping.schema, key);
}

bool is_declared(const Shape& mapping, std::string_view key) {
  if (mapping.type != nullptr) return mapping.type->field(key) != nullptr;
  if (mapping.schema == nullptr) return false;
  const yaml::Node* const properties = yaml::find(*mapping.schema, "properties");
  if (properties != nullptr && yaml::find(*properties, key) != nullptr) return true;
  return says_true(*mapping.schema, "x-kubernetes-embedded-resource") &&
         (key == "apiVersion" || key == "kind" || key == "metadata");
}

bool is_atomic(const Shape& mapping) {
  if (mapping.type != nullptr && mapping.type->is_atomic) return true;
  if (mapping.field != nullptr) return mapping.field->topology == kube::Topology::kAtomic;
  return mapping.schema != nullptr &&
         yaml::text_at(*mapping.schema, {"x-kubernetes-map-type"}) == "atomic";
}

Shape shape_of_item(const Shape& sequence) {
  if (sequence.value != nullptr && sequence.value->element() != nullptr) {
    return shape_of_value(*sequence.value->element());
  }
  if (sequence.schema == nullptr) return {};
  return shape_of_schema(yaml::find(*sequence.schema, "items"));
}

std::vector<std::string_view> list_keys(const Shape& sequence) {
  std::vector<std::string_view> keys;
  if (sequence.field != nullptr) {
    for (const kube::TableText& key : sequence.field->map_keys.list()) keys.push_back(key);
    if (keys.empty() && !sequence.field->merge_key.empty()) {
      keys.push_back(sequence.field->merge_key);
    }
  } else if (sequence.schema != nullptr &&
             yaml::text_at(*sequence.schema, {"x-kubernetes-list-type"}) == "map") {
    if (const yaml::Node* const names =
            yaml::find(*sequence.schema, "x-kubernetes-list-map-keys")) {
      for (const yaml::Node* const name : names->items) keys.push_back(name->text);
    }
  }
  return keys;
}

bool is_set(const Shape& sequence) {
  if (sequence.field != nullptr) return sequence.field->topology == kube::Topology::kSet;
  return sequence.schema != nullptr &&
         yaml::text_at(*sequence.schema, {"x-kubernetes-list-type"}) == "set";
}

}  // namespace plumb::diff
