#pragma once
// The kinds that a server serves.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace plumb::state {

struct ServedKind {
  std::string group;  // "" for the core group
  std::string version;
  std::string kind;
  std::string resource;  // in paths: "deployments"
  bool namespaced = false;
  bool listable = false;
  bool patchable = false;
};

// Groups in the server's order, versions in its order of preference.
struct Discovery {
  std::vector<ServedKind> kinds;
  // "apps/v1": the server that answers for it could not be asked, so a kind that is not here may
  // exist all the same.
  std::vector<std::string> stale;

  // The kind in that version; without it in the preferred one. Null: not served.
  const ServedKind* find(std::string_view group, std::string_view kind,
                         std::string_view version = {}) const;
  bool is_stale(std::string_view group) const;
};

// What makes a server, of Kubernetes 1.27 and later, answer with whole groups. Older ones answer
// with their versions, each of which has to be asked for its kinds.
extern const std::string_view kAcceptGroups;

// Adds what an APIGroupDiscoveryList says; false when it is something else.
bool add_groups(Discovery& discovery, const yaml::Node& answer);
// The versions of an APIVersions or an APIGroupList, "v1" or "apps/v1", in the server's order, in a
// group the preferred one first; nothing when it is something else.
std::optional<std::vector<std::string>> group_versions(const yaml::Node& answer);
// Adds what the APIResourceList of such a version says; false when it is something else.
bool add_resources(Discovery& discovery, std::string_view group_version, const yaml::Node& answer);

// "/apis/apps/v1/namespaces/team/deployments/web"; without a name the collection, without a
// namespace that of every namespace.
std::string target_of(const ServedKind& kind, std::string_view namespace_name = {},
                      std::string_view name = {});

}  // namespace plumb::state
