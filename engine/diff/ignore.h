#pragma once
// Differences that an Argo CD Application says it does not mind (spec.ignoreDifferences).
//
// jsonPointers and managedFieldsManagers are understood fully, of jqPathExpressions the paths:
// .spec.replicas, .spec.template.spec.containers[].image, .data."a.b", .items[0],
// .spec.containers[] | select(.name == "main") | .image. Another expression is the warning
// diff/jq-expression, and what it means is shown as a difference.

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "diff/change.h"
#include "kube/resource.h"

namespace plumb::diff {

struct IgnoreStep {
  enum class Kind : std::uint8_t { kKey, kIndex, kAll, kSelect };
  Kind kind = Kind::kKey;
  std::string key;    // kKey; kSelect: the field that is compared
  std::string value;  // kSelect
  std::size_t index = 0;
};

struct IgnoreRule {
  std::string group;  // "*": any
  std::string kind;   // "*": any
  std::string name;   // "": any
  std::string namespace_name;
  std::vector<std::vector<IgnoreStep>> paths;
  std::vector<std::string> managers;  // of live's managedFields
};

// The rules of an Application; expressions that are not understood are noted in `findings`.
std::vector<IgnoreRule> read_ignore_rules(const yaml::Node& application, Diagnostics& findings);

// Whether a change of the object is at or below a place that a rule names. `live`: the object as it
// runs, where positions and managers are looked up.
bool is_ignored(const std::vector<IgnoreRule>& rules, const kube::ResourceId& id,
                const Change& change, const yaml::Node& live);

}  // namespace plumb::diff
