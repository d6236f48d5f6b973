#pragma once
// What is known of a place in an object: from the table of built-in types, or from a CRD that is
// among the objects at hand. A Shape that knows nothing is a place of free form.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kube/resource.h"
#include "kube/type_table.h"
#include "yaml/node.h"

namespace plumb::diff {

// The schemas of custom kinds, by apiVersion and kind. Points into the sets it was told.
class Catalogue {
 public:
  // Notes the CustomResourceDefinitions of a set; of a kind told twice, the first holds.
  void add(const kube::ResourceSet& set);
  void add(const yaml::Node& definition);
  // Notes the kinds of an OpenAPI v3 document as a server publishes it for a group-version.
  void add_published(const yaml::Node& document);
  const yaml::Node* find(std::string_view api_version, std::string_view kind) const;
  // Whether the kind is known, and its status is written apart from the rest.
  bool has_status(std::string_view api_version, std::string_view kind) const;

 private:
  struct Known {
    const yaml::Node* schema = nullptr;
    bool has_status = false;
  };
  std::map<std::string, Known, std::less<>> kinds_;  // "group/version/Kind"
};

struct Shape {
  const kube::TypeInfo* type = nullptr;    // of a struct
  const kube::FieldInfo* field = nullptr;  // as its parent declares it
  const kube::ValueType* value = nullptr;
  const kube::TypeInfo* parent = nullptr;  // the struct that declares `field`
  const yaml::Node* schema = nullptr;      // of a CRD

  bool is_builtin() const { return type != nullptr || value != nullptr; }
  bool is_quantity() const { return value != nullptr && value->kind == kube::FieldKind::kQuantity; }
  bool is_free() const { return !is_builtin() && schema == nullptr; }
};

Shape shape_of_object(const Catalogue* catalogue, std::string_view api_version,
                      std::string_view kind);
// The metadata of any object.
Shape shape_of_metadata();
Shape shape_of_field(const Shape& mapping, std::string_view key);
// Whether the schema names the field; false for a key of a map and in a place of free form.
bool is_declared(const Shape& mapping, std::string_view key);
// Whether server-side apply writes the mapping as a whole.
bool is_atomic(const Shape& mapping);
Shape shape_of_item(const Shape& sequence);
// The fields that name an element of the list; empty when nothing says so.
std::vector<std::string_view> list_keys(const Shape& sequence);
// Whether the list is a set of scalars.
bool is_set(const Shape& sequence);

}  // namespace plumb::diff
