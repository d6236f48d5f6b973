#pragma once
// Names follow what they name.

#include "kustomize/build.h"

namespace plumb::kustomize {

// Once, at the top: wherever a field of the tables holds a name that a resource had, it gets the
// name that the resource has now. Errors: kustomize/ambiguous-reference,
// kustomize/reference-without-name.
void fix_name_references(Build& build, Items& items, const std::vector<NameReference>& references);

}  // namespace plumb::kustomize
