#pragma once
// Which schema an object has, and whether it fits.
//
//   const Library library;                            // once per command
//   Catalogue catalogue = make_catalogue(library, rendered);
//   Report report;
//   for (const kube::Resource& resource : rendered.resources) validate(resource, catalogue,
//   report);
//
// Looked for in this order: the CustomResourceDefinitions of the same set, the project's own
// schemas, the table of built-in types, plumb's schemas of the domain (schemas/*.yaml: Argo CD and
// Argo Workflows, Kubeflow pipelines, kfp-releaser). An object without a schema is counted, not an
// error; nor is one whose schema is unusable, but that is said once per kind.
//
// A finding stands at the node it blames, which may be in a patch, or where a patch removed what is
// missing. Codes: schema/…, in docs/reference/diagnostics/schema.md. Arguments of each: the object,
// the path in it, then what the code's section names.

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "kube/resource.h"
#include "schema/json_schema.h"
#include "yaml/node.h"

namespace plumb::schema {

class Shelf;

// Schemas that do not depend on what is rendered. Safe for several threads once it is filled.
class Library {
 public:
  Library();
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // A document of a project's schema file: a CustomResourceDefinition, or JSON Schema (OpenAPI's
  // `definitions` too) whose schemas say which kinds they are for with
  // x-kubernetes-group-version-kind. It must live as long as the library. Neither of the two:
  // schema/no-kind.
  void add(const yaml::Node& document);

  const Shelf& project() const { return *project_; }
  // plumb's own schemas for a group, read when first asked for; null when there are none.
  const Shelf* shipped(std::string_view group) const;

 private:
  struct Shipped;
  std::unique_ptr<Shelf> project_;
  std::map<std::string, std::unique_ptr<Shipped>, std::less<>> shipped_;  // by group
};

// A schema of plumb's own by the name of its definition: named_schema("pipelines.kubeflow.org",
// "PipelineSpec"). Null when there is none.
std::shared_ptr<const Schema> named_schema(const Library& library, std::string_view group,
                                           std::string_view definition);

struct Catalogue {
  const Library* library = nullptr;
  std::shared_ptr<const Shelf> rendered;  // CRDs found in the set
  std::string release;                    // of Kubernetes ("1.33"); empty: the newest known
};
// `library` and `rendered` must outlive the catalogue.
Catalogue make_catalogue(const Library& library, const kube::ResourceSet& rendered,
                         std::string release = {});

struct Report {
  Diagnostics findings;
  std::size_t validated = 0;          // objects that were held against a schema …
  std::size_t invalid = 0;            // … and had an error
  std::size_t no_schema = 0;          // objects of kinds that have none here
  std::size_t unusable = 0;           // objects whose schema plumb cannot use
  std::size_t unevaluated_rules = 0;  // CEL rules of the schemas used, per object
  std::map<std::string, std::size_t> kinds_without_schema;  // "group/v1 Kind" → objects
  std::set<std::string> unusable_kinds;
};

void validate(const kube::Resource& resource, const Catalogue& catalogue, Report& report);
void validate(const kube::ResourceSet& set, const Catalogue& catalogue, Report& report);

}  // namespace plumb::schema
