#pragma once
// Fields that a kind does not have.

#include <vector>

#include "diff/shape.h"
#include "yaml/node.h"
#include "yaml/path.h"

namespace plumb::diff {

// The places of an object that neither the table of types nor the schema of its definition knows,
// in the order in which they are written; nothing for a kind that nobody described. An apply with
// one of them is refused: by the server when it is made server-side, and by the strict validation
// of those who apply client-side. A null asks for nothing.
//   {kind: Deployment, spec: {replcas: 2}} → [spec.replcas]
std::vector<yaml::Path> undeclared_fields(const yaml::Node& object, const Catalogue* catalogue);

}  // namespace plumb::diff
