#pragma once
// `generators`, `transformers` and `validators`: configurations of kustomize's built-in plugins, in
// files, in directories or written into the list. Plugins that are programs are
// kustomize/unsupported.

#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

void run_configured_generators(const Step& step);
void run_configured_transformers(const Step& step);
// Errors: kustomize/validator-changed.
void run_validators(const Step& step);

}  // namespace plumb::kustomize
