#pragma once
// Kustomizations as steps and as overlays.

#include "kube/resource.h"
#include "render/render.h"

namespace plumb::render {

// The kustomization in `directory`, with `set` (what earlier steps made) behind the resources it
// lists. Names that it changes are followed by references that kustomize does not know: versions of
// pipelines and their runs.
// `strict`: BuildOptions::strict.
kube::ResourceSet kustomize_set(const files::Tree& tree, const files::Path& directory, bool strict,
                                kube::ResourceSet set, const Workspace& workspace,
                                Diagnostics& warnings);

// Whether a directory holds a kustomization.
bool has_kustomization(const files::Tree& tree, const files::Path& directory);

}  // namespace plumb::render
