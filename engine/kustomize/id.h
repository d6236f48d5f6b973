#pragma once
// What identifies a resource while a kustomization is built.
//
// Ids compare as kustomize's do: the namespace counts by its effect, so "" and "default" are one,
// and for kinds that are certainly cluster scoped it does not count at all.
//
//   describe(Id{"apps", "v1", "Deployment", "", "web"}) == "Deployment.v1.apps/web.[noNs]"

#include <cstdint>
#include <string>
#include <string_view>

#include "yaml/node.h"

namespace plumb::kustomize {

// A group, version and kind; as a selector an empty part matches everything.
struct Gvk {
  std::string_view group;
  std::string_view version;
  std::string_view kind;
  friend bool operator==(const Gvk&, const Gvk&) = default;
};

// The views live in the arena of the build, or in the text that was read.
struct Id {
  Gvk gvk;
  std::string_view namespace_name;
  std::string_view name;
};

// What namespace an id of a cluster-scoped kind is in.
inline constexpr std::string_view kNoNamespace = "_non_namespaceable_";
inline constexpr std::string_view kDefaultNamespace = "default";

bool selects(const Gvk& selector, const Gvk& gvk);
// Certainly: a kind of Kubernetes 1.21 that has no namespace; all others are taken as namespaced.
bool is_cluster_scoped(const Gvk& gvk);
std::string_view effective_namespace(const Id& id);
bool same(const Id& a, const Id& b);
std::size_t hash_of(const Id& id);

Gvk gvk_of(const yaml::Node& body);
Id id_of(const yaml::Node& body);
std::string api_version(const Gvk& gvk);
// "Deployment.v1.apps"; missing parts as [noKind], [noVer], [noGrp].
std::string describe(const Gvk& gvk);
std::string describe(const Id& id);

}  // namespace plumb::kustomize
