#pragma once
// Which fields of which kinds a transformer touches, and the walk to them.
//
// A path's parts are divided by '/', `\/` is a slash inside a part. A part that crosses a list goes
// into each element; "x[]" says that x is a list and never makes one.
//
//   {{"apps", "", "Deployment"}, "spec/template/metadata/labels", true}

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "kustomize/id.h"
#include "yaml/node.h"

namespace plumb::kustomize {

struct FieldSpec {
  Gvk gvk;  // empty parts match everything
  std::string_view path;
  bool create = false;
  friend bool operator==(const FieldSpec&, const FieldSpec&) = default;
};

// Resources of `gvk` may name resources at these fields.
struct NameReference {
  Gvk gvk;
  std::vector<FieldSpec> referrers;
};

// What transformers go by. Views live as long as the build.
struct FieldTables {
  std::vector<FieldSpec> name_prefix, name_suffix, namespaces, common_labels, template_labels,
      volume_claim_template_labels, labels, common_annotations, images, replicas, variables;
  std::vector<NameReference> name_references;
};

// kustomize's own tables.
const FieldTables& default_field_tables();

// Adds what is new. A row counts as there when one of its path is there for a kind that the new row
// covers, too: behind {Deployment, p} a row {any kind, p} adds nothing. The same row with another
// `create` is the error kustomize/conflicting-field-specs.
void merge_field_specs(std::vector<FieldSpec>& into, const std::vector<FieldSpec>& more);
// Merges all tables and sorts their rows by kind, as kustomize does each time.
void merge_field_tables(FieldTables& into, const FieldTables& more);
void sort_field_tables(FieldTables& tables);

// What is made where a field is missing.
enum class Make : std::uint8_t { kNothing, kScalar, kMapping };

// The parts of a path: "a\/b/c" is {"a/b", "c"}.
std::vector<std::string> split_path(std::string_view path);

// Calls `visit` on every node at the path of `spec`, if the object is of its kind. The node is the
// entry's own. Errors: kustomize/field-path (arguments: path, id, cause).
void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec, Make make,
                  const std::function<void(yaml::Node&)>& visit);
// The same with the parts of the path, for those who go over many objects.
void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec,
                  const std::vector<std::string>& parts, Make make,
                  const std::function<void(yaml::Node&)>& visit);

}  // namespace plumb::kustomize
