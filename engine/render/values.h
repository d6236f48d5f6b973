#pragma once
// The values of an environment, as a target sees them.
//
//   cluster: {flavor: kind}            shared blocks: templates and overlays that plumb ships
//   units:
//     web: {replicas: 2}               the unit's own: all that a `ytt` unit gets
//
// `-v KEY=VALUE` is put over both: KEY is a dotted path, VALUE is YAML.

#include "render/render.h"
#include "yaml/node.h"

namespace plumb::render {

struct Values {
  const yaml::Node* shared = nullptr;  // a mapping without `units`
  const yaml::Node* unit = nullptr;    // a mapping, empty when the environment says nothing
};

// Reads the file through `tree`, so it counts as an input. No file: empty mappings. Errors:
// render/no-path, render/values.
Values read_values(const Target& target, const Workspace& workspace, const files::Tree& tree,
                   Arena& arena);

}  // namespace plumb::render
