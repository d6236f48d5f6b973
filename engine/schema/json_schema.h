#pragma once
// JSON Schema, compiled once and then asked often.
//
//   Arena arena;                                        // must outlive the schema, as must the
//   text const yaml::Node* text = …;                         // the schema, read from JSON or YAML
//   std::shared_ptr<const Schema> schema = compile(*text, Dialect::kJsonSchema);
//   Diagnostics findings = check(document, *schema);
//
// Two dialects. kJsonSchema is draft-07 (4 and 6 too) with the renamed keywords of later drafts
// ($defs, $anchor, dependentRequired, dependentSchemas, prefixItems, minContains, maxContains).
// kStructural is what a CustomResourceDefinition holds: a field that no `properties` names is a
// finding unless x-kubernetes-preserve-unknown-fields keeps it, null stands for absence unless
// `nullable`, x-kubernetes-int-or-string, -embedded-resource, -list-type and -list-map-keys mean
// what the API server means by them; metadata of the root and of embedded objects is checked
// against the built-in ObjectMeta. Formats are checked where format.h knows them.
//
// A keyword that is not known makes a schema unusable, which is reported and never passed over:
// compile() throws schema/unusable with the place of the keyword. Rules in CEL
// (x-kubernetes-validations) are known and not evaluated; unevaluated_rules() counts them.

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "base/diagnostic.h"
#include "yaml/node.h"

namespace plumb::schema {

enum class Dialect : std::uint8_t { kJsonSchema, kStructural };

class Schema;

// Other documents that a $ref may name by URI: the document, or null.
using DocumentLoader = std::function<const yaml::Node*(std::string_view uri)>;

struct CompileOptions {
  Dialect dialect = Dialect::kJsonSchema;
  // Where `$ref: '#/…'` leads when the schema is a part of a larger document; null: the schema
  // itself.
  const yaml::Node* document = nullptr;
  DocumentLoader load;
  // The schema describes a Kubernetes object: apiVersion, kind and metadata are known.
  bool root_is_object = false;
  // Structural: fields that no schema names are no findings (CRDs of v1beta1).
  bool keeps_unknown = false;
};

// Keeps views into `schema` and `options.document`. Throws schema/unusable.
std::shared_ptr<const Schema> compile(const yaml::Node& schema, const CompileOptions& options = {});

// Number of CEL rules that are not evaluated.
std::size_t unevaluated_rules(const Schema& schema);

// What is wrong with `node`, in its order; empty when nothing is. `subject` ("Deployment/web") is
// named in the notes.
void check(const yaml::Node& node, const Schema& schema, std::string_view subject,
           Diagnostics& findings);
Diagnostics check(const yaml::Node& node, const Schema& schema);
// The same question without the answer's reasons; stops at the first.
bool fits(const yaml::Node& node, const Schema& schema);

}  // namespace plumb::schema
