#pragma once
// Kustomizations as steps and as overlays.

#include "kube/resource.h"
#include "render/mirrors.h"
#include "render/render.h"

namespace plumb::render {

// The kustomization in `directory`, with `set` (what earlier steps made) behind the resources it
// lists. Names that it changes are followed by references that kustomize does not know: versions of
// pipelines and their runs.
kube::ResourceSet kustomize_set(const files::Tree& tree, const files::Path& directory,
                                kube::ResourceSet set, const Workspace& workspace, Mirrors& mirrors,
                                Diagnostics& warnings);

// Whether a directory holds a kustomization.
bool has_kustomization(const files::Tree& tree, const files::Path& directory);

}  // namespace plumb::render
