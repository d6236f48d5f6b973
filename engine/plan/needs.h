#pragma once
// Which objects an object cannot do without: the edges of the order.

#include <string>
#include <vector>

#include "kube/resource.h"

namespace plumb::plan {

// Another object, by kind and name; an empty group matches any.
struct Need {
  std::string group;
  std::string kind;
  std::string namespace_name;
  std::string name;
  friend auto operator<=>(const Need&, const Need&) = default;
};

// The namespace, the definition of a custom kind, and what the body refers to by name: service
// accounts, config, secrets, claims, classes, roles, services, pipelines, versions, projects.
std::vector<Need> needs_of(const yaml::Node& body);

// The pod template's spec of a workload, or the pod's; null for anything else.
const yaml::Node* pod_spec_of(const yaml::Node& body);
// Whether a Service selects the pods of a workload.
bool selects(const yaml::Node& service, const yaml::Node& workload);

}  // namespace plumb::plan
