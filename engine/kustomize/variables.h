#pragma once
// `vars`: values of fields, put into $(NAME) in other fields.

#include "kustomize/build.h"

namespace plumb::kustomize {

// Notes a kustomization's vars, and which of the resources so far they mean. Errors:
// kustomize/repeated-variable, kustomize/variable-target.
void record_variables(Build& build, const Kustomization& file, Accumulated& into);
void merge_variables(std::vector<Variable>& into, const std::vector<Variable>& more);

// Once, at the top. Errors: kustomize/variable-value.
void resolve_variables(Build& build, Accumulated& all);

}  // namespace plumb::kustomize
