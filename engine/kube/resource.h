#pragma once
// Kubernetes objects and sets of them.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "yaml/node.h"
#include "yaml/origin.h"

namespace plumb::kube {

struct ResourceId {
  std::string group;  // "" for the core group
  std::string version;
  std::string kind;
  std::string namespace_name;  // "" for cluster-scoped objects and where none is given
  std::string name;
  std::string api_version() const;  // "apps/v1", "v1"
  friend auto operator<=>(const ResourceId&, const ResourceId&) = default;
};

// "Deployment/web", or "Deployment/team-a/web" with a namespace.
std::string describe(const ResourceId& id);
// {"apps", "v1"} for "apps/v1".
std::pair<std::string_view, std::string_view> split_api_version(std::string_view api_version);

struct Resource {
  ResourceId id;               // as the body says now
  yaml::Node* body = nullptr;  // owned by the set's arena
  std::vector<ResourceId>
      former_ids;  // names it had before transformers renamed it, the oldest first
};

// Whether a tree is a Kubernetes object: a mapping with apiVersion, kind and metadata.name or
// generateName.
bool is_object(const yaml::Node& node);
// The id that a body says.
ResourceId id_of(const yaml::Node& body);

// An ordered set of objects with the memory they live in. Moves, never copies.
struct ResourceSet {
  ResourceSet()
      : arena(std::make_unique<Arena>()), origins(std::make_unique<yaml::Origins>(false)) {}
  explicit ResourceSet(bool keep_chains)
      : arena(std::make_unique<Arena>()), origins(std::make_unique<yaml::Origins>(keep_chains)) {}
  std::unique_ptr<Arena> arena;
  std::unique_ptr<yaml::Origins> origins;
  std::vector<Resource> resources;
};

// The order in which objects are applied: namespace, CRD, RBAC, config, storage, services,
// workloads, pipelines, versions, runs, applications; a smaller number first.
int apply_rank(const ResourceId& id);
// By rank, then kind, namespace, name. Stable.
void sort_for_apply(std::vector<Resource>& resources);

}  // namespace plumb::kube
