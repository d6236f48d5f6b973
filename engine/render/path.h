#pragma once
// Paths that plumb.yaml names.

#include "files/tree.h"
#include "project/project.h"

namespace plumb::render {

// The path below the project's directory. Outside: render/outside. Not there: render/no-path, with
// what is near.
files::Path existing_path(const files::Tree& tree, const project::Located& wanted);

}  // namespace plumb::render
