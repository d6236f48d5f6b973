#pragma once
// A tree as YAML text in the manner of go-yaml v3: source order, quotes as they were, lists not
// indented under their key, no folding.

#include <optional>
#include <string>

#include "yaml/node.h"

namespace plumb::kustomize {

// Nothing for what this writer does not know: folded texts, anchors, tags of one's own, values that
// do not fit their type.
std::optional<std::string> write_yaml_text(const yaml::Node& node);

}  // namespace plumb::kustomize
