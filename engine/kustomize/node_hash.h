#pragma once
// The hash of an object that is neither a ConfigMap nor a Secret: kustomize takes that of the nodes
// it has read, with their styles and places.

#include <optional>
#include <string>

#include "base/source.h"
#include "yaml/node.h"

namespace plumb::kustomize {

// The nodes as Go's encoding/json prints them; nothing when a part of the object does not stand in
// its file as it is, or has comments, anchors or tags.
std::optional<std::string> node_json(const yaml::Node& body, const SourceStore& sources);

}  // namespace plumb::kustomize
