#include "state/discovery.h"

#include <algorithm>

#include "base/text.h"
#include "kube/resource.h"
#include "state/wire.h"

namespace plumb::state {

namespace {

using yaml::Node;

bool has_verb(const Node& resource, std::string_view verb) {
  const Node* const verbs = yaml::find(resource, "verbs");
  return verbs != nullptr && std::any_of(verbs->items.begin(), verbs->items.end(),
                                         [&](const Node* item) { return item->text == verb; });
}

void add_version(Discovery& discovery, std::string_view group, const Node& version) {
  const std::string_view name = yaml::text_at(version, {"version"});
  if (yaml::text_at(version, {"freshness"}) == "Stale")
    discovery.stale.push_back(cat(group, '/', name));
  const Node* const resources = yaml::find(version, "resources");
  if (resources == nullptr) return;
  for (const Node* const resource : resources->items) {
    ServedKind kind;
    kind.group = group;
    kind.version = name;
    kind.kind = yaml::text_at(*resource, {"responseKind", "kind"});
    kind.resource = yaml::text_at(*resource, {"resource"});
    kind.namespaced = yaml::text_at(*resource, {"scope"}) == "Namespaced";
    kind.listable = has_verb(*resource, "list");
    kind.patchable = has_verb(*resource, "patch");
    if (!kind.kind.empty()) discovery.kinds.push_back(std::move(kind));
  }
}

}  // namespace

const std::string_view kAcceptGroups =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

bool add_groups(Discovery& discovery, const Node& answer) {
  const Node* const items = yaml::find(answer, "items");
  if (yaml::text_at(answer, {"kind"}) != "APIGroupDiscoveryList") return false;
  if (items == nullptr) return true;
  for (const Node* const group : items->items) {
    const Node* const versions = yaml::find(*group, "versions");
    if (versions == nullptr) continue;
    for (const Node* const version : versions->items)
      add_version(discovery, yaml::text_at(*group, {"metadata", "name"}), *version);
  }
  return true;
}

std::optional<std::vector<std::string>> group_versions(const Node& answer) {
  const std::string_view kind = yaml::text_at(answer, {"kind"});
  std::vector<std::string> all;
  if (kind == "APIVersions") {
    if (const Node* const versions = yaml::find(answer, "versions"))
      for (const Node* const version : versions->items) all.emplace_back(version->text);
    return all;
  }
  if (kind != "APIGroupList") return std::nullopt;
  const Node* const groups = yaml::find(answer, "groups");
  if (groups == nullptr) return all;
  for (const Node* const group : groups->items) {
    const std::string preferred(yaml::text_at(*group, {"preferredVersion", "groupVersion"}));
    if (!preferred.empty()) all.push_back(preferred);
    if (const Node* const versions = yaml::find(*group, "versions"))
      for (const Node* const version : versions->items)
        if (const std::string_view name = yaml::text_at(*version, {"groupVersion"});
            name != preferred)
          all.emplace_back(name);
  }
  return all;
}

bool add_resources(Discovery& discovery, std::string_view group_version, const Node& answer) {
  const Node* const resources = yaml::find(answer, "resources");
  if (yaml::text_at(answer, {"kind"}) != "APIResourceList" || resources == nullptr) return false;
  const auto [group, version] = kube::split_api_version(group_version);
  for (const Node* const resource : resources->items) {
    const std::string_view name = yaml::text_at(*resource, {"name"});
    if (contains(name, "/")) continue;  // a part of another one: deployments/scale
    discovery.kinds.push_back({.group = std::string(group),
                               .version = std::string(version),
                               .kind = std::string(yaml::text_at(*resource, {"kind"})),
                               .resource = std::string(name),
                               .namespaced = yaml::text_at(*resource, {"namespaced"}) == "true",
                               .listable = has_verb(*resource, "list"),
                               .patchable = has_verb(*resource, "patch")});
  }
  return true;
}

const ServedKind* Discovery::find(std::string_view group, std::string_view kind,
                                  std::string_view version) const {
  for (const ServedKind& one : kinds)
    if (one.group == group && one.kind == kind && (version.empty() || one.version == version))
      return &one;
  return nullptr;
}

bool Discovery::is_stale(std::string_view group) const {
  return std::any_of(stale.begin(), stale.end(),
                     [&](const std::string& one) { return one.starts_with(cat(group, '/')); });
}

std::string target_of(const ServedKind& kind, std::string_view namespace_name,
                      std::string_view name) {
  std::string target = kind.group.empty() ? cat("/api/", percent_encode(kind.version))
                                          : cat("/apis/", percent_encode(kind.group), '/',
                                                percent_encode(kind.version));
  if (kind.namespaced && !namespace_name.empty())
    target += cat("/namespaces/", percent_encode(namespace_name));
  target += cat('/', percent_encode(kind.resource));
  if (!name.empty()) target += cat('/', percent_encode(name));
  return target;
}

}  // namespace plumb::state
