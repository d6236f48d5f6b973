#pragma once
// ytt templates as steps, as overlays, and as the libraries that plumb ships.

#include <vector>

#include "kube/resource.h"
#include "render/render.h"
#include "render/values.h"

namespace plumb::render {

// Runs the files of `paths` (files, or directories with all below) with the values, over `set`:
// what earlier steps made is plain input, which the overlays among the files may change. `shipped`:
// the paths lie in builtin_tree().
void ytt_set(const std::vector<project::Located>& paths,
             const std::optional<project::Located>& values_file, const yaml::Node* values,
             const files::Tree& tree, const Workspace& workspace, kube::ResourceSet& set);

}  // namespace plumb::render
