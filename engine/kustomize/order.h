#pragma once
// The order of the output: as listed, or kustomize's "legacy" order of kinds.

#include "kustomize/build.h"

namespace plumb::kustomize {

// Where a kind stands in the legacy order: negative for the first ones, positive for the last.
int legacy_rank(std::string_view kind);

// By `sortOptions` of the top kustomization, or by the options. Errors: kustomize/sort-options.
void sort_items(Build& build, const Kustomization& file, Items& items);

}  // namespace plumb::kustomize
