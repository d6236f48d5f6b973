#pragma once
// Which fields of which kinds a transformer touches, and the walk to them.
//
// A path's parts are divided by '/', `\/` is a slash inside a part. A part that crosses a list goes
// into each element; "x[]" says that x is a list and never makes one.
//
//   {{"apps", "", "Deployment"}, "spec/template/metadata/labels", true}

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/function_ref.h"
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
void merge_field_specs(std::vector<FieldSpec>& into, const std::vector<FieldSpec>& more,
                       std::string_view table = {});
// Merges all tables and sorts their rows by kind, as kustomize does each time.
void merge_field_tables(FieldTables& into, const FieldTables& more);
void sort_field_tables(FieldTables& tables);

// What is made where a field is missing.
enum class Make : std::uint8_t { kNothing, kScalar, kMapping };

// What is left of a path on the way down; made anew for each walk, nothing is copied.
//
//   PathParts parts("a/b");  parts.next() == "a";  parts.next() == "b";  parts.done()
class PathParts {
 public:
  explicit PathParts(std::string_view path)
      : rest_(path.starts_with('/') ? path.substr(1) : path) {}
  bool done() const { return done_; }
  std::string_view next();  // as written: a slash inside a part is still `\/`

 private:
  std::string_view rest_;
  bool done_ = false;
};

// Calls `visit` on every node at the path of `spec`, if the object is of its kind. The node is the
// entry's own. Errors: kustomize/field-path (arguments: path, id, cause).
void visit_fields(Arena& arena, yaml::Node& object, const FieldSpec& spec, Make make,
                  FunctionRef<void(yaml::Node&)> visit);
// The same for each row of a table, in turn.
void visit_fields(Arena& arena, yaml::Node& object, const std::vector<FieldSpec>& specs, Make make,
                  FunctionRef<void(const FieldSpec&, yaml::Node&)> visit);

}  // namespace plumb::kustomize
