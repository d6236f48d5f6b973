#pragma once
// What a strict build does that kustomize does not (BuildOptions::strict). Patches without an
// object are refused where they are applied (transform/patches.cpp).

#include "kustomize/build.h"

namespace plumb::kustomize {

// The fields of a kustomization with what they match in place of patterns, sorted. Patterns are
// Go's (edit/place.h); what is there by that very name, and a URL, is none. A pattern never means a
// hidden file that it does not name, nor a kustomization file.
//
//   resources: [apps/*.yaml]   →   resources: [apps/a.yaml, apps/b.yaml]
//
// Errors: kustomize/pattern, kustomize/no-match.
const yaml::Node* expand_patterns(Build& build, const Root& root, const yaml::Node& fields);

// Merges by the current types of Kubernetes from now on, and by the schemas of all CRDs that are
// among the resources of `root` and below, in its `crds`, or in `further`, wherever they stand.
void use_current_schema(Build& build, const Root& root, const std::vector<yaml::Node*>& further);

}  // namespace plumb::kustomize
