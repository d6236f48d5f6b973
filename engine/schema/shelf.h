#pragma once
// Schemas by apiVersion and kind, each compiled when it is first asked for.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "schema/json_schema.h"
#include "yaml/node.h"

namespace plumb::schema {

struct ShelfItem {
  const yaml::Node* schema = nullptr;  // null: the CRD says nothing about its objects
  CompileOptions options;
  mutable std::once_flag once;
  mutable std::shared_ptr<const Schema> compiled;  // null after `once`: see why_not
  mutable Diagnostic why_not;
};

// Filled by one thread, then asked by many. Holds views into the documents that are added.
class Shelf {
 public:
  // A CustomResourceDefinition, v1 or v1beta1: its versions. Anything else is left alone.
  void add_crd(const yaml::Node& crd);
  // The schema of a document and those of its `definitions`, `$defs` or `components.schemas` that
  // carry x-kubernetes-group-version-kind. Gives how many there were.
  std::size_t add_definitions(const yaml::Node& document, Dialect dialect);

  // A definition by its name, for a schema that is not about a kind; null when there is none.
  std::shared_ptr<const Schema> named(std::string_view definition) const;
  const ShelfItem* find(std::string_view api_version, std::string_view kind) const;
  // The versions of a kind that a CRD here defines; empty when none does.
  std::vector<std::string> versions(std::string_view group, std::string_view kind) const;

 private:
  void add(std::string_view group, std::string_view version, std::string_view kind,
           const yaml::Node* schema, CompileOptions options);
  bool add_described(const yaml::Node& schema, const CompileOptions& options);

  std::map<std::string, std::unique_ptr<ShelfItem>, std::less<>> items_;   // "apps/v1 Deployment"
  std::map<std::string, std::vector<std::string>, std::less<>> versions_;  // "group kind"
  const yaml::Node* document_ = nullptr;  // the last whose definitions were added
};

// The compiled schema, or null when it is unusable (see why_not). Safe for several threads.
const Schema* compiled(const ShelfItem& item);

}  // namespace plumb::schema
