#pragma once
// What plumb ships: the ytt libraries of templates/ and overlays/, as `builtin:NAME`.
//
//   builtin_path("builtin:devpi")               == Path "devpi" in builtin_tree()
//   builtin_tree().describe("devpi/values.yaml") == "builtin:devpi/values.yaml"

#include <optional>
#include <string_view>

#include "files/tree.h"
#include "project/project.h"

namespace plumb::render {

// A directory for each name. Made on first use; lives as long as the program.
const files::Tree& builtin_tree();

// Whether a unit or overlay names something that plumb ships: it starts with "builtin:".
bool is_builtin(std::string_view name);

// The directory in builtin_tree() that `wanted` names. Unknown: render/unknown-builtin, with what
// is near. Only for names of which is_builtin() is true. The overlay builtin:devpi-index is code,
// not a directory, and is not found here.
files::Path builtin_path(const project::Located& wanted);

}  // namespace plumb::render
