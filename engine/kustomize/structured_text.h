#pragma once
// Replacements inside texts that hold JSON or YAML: data."config.json" → spec.port.

#include <functional>
#include <string>
#include <vector>

#include "kustomize/target_path.h"

namespace plumb::kustomize {

// If a first part of the path leads to a scalar whose text is JSON or YAML, and the rest leads to
// fields in it, calls `set` on those and writes the text anew: JSON compact, or indented where it
// was; YAML with its order and quotes. False: the path is an ordinary one, nothing changed.
bool set_in_structured_text(Build& build, yaml::Node& root, const std::vector<std::string>& path,
                            const yaml::Node* like, const std::function<void(const Target&)>& set,
                            const Mark& mark, Span span);

}  // namespace plumb::kustomize
