#pragma once
// `openapi.path`: a schema of the user's says which lists merge, in place of the built-in one; in a
// strict build, before it.

#include <deque>
#include <vector>

#include "kustomize/build.h"

namespace plumb::kustomize {

struct CustomSchema {
  std::deque<std::vector<kube::MergeKey>> keys;
  std::deque<std::vector<kube::MergeField>> fields;
  std::vector<kube::MergeType> types;
  std::vector<kube::MergeRoot> roots;
  kube::MergeTable table;
};

// Takes the schema that a kustomization names, if it names one and none was taken before: the first
// counts for the whole build. Errors: kustomize/bad-value for an unknown built-in version.
void use_schema(Build& build, const Root& root, const Kustomization& file);

}  // namespace plumb::kustomize
