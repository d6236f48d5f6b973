#pragma once
// The steps of a `pipeline` unit.

#include "pipeline/pipeline.h"
#include "render/render.h"

namespace plumb::render {

pipeline::Settings pipeline_settings(const project::Unit& unit, const project::Step& step);

// The compiled versions of the step, not named yet: other edits of their bodies come first.
pipeline::Loaded load_compiled(const pipeline::Settings& settings, const Workspace& workspace,
                               const files::Tree& tree);

// Names the versions by what they are now.
void finish_compiled(pipeline::Loaded& loaded, const pipeline::Settings& settings,
                     const Workspace& workspace);

}  // namespace plumb::render
