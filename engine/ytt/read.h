#pragma once
// YAML text → documents with places and comments.

#include <string_view>

#include "base/limits.h"
#include "ytt/node.h"

namespace plumb::ytt {

// A set of documents. `file`: as messages name it. Equal keys are all kept. A comment belongs to
// the last node that starts on its line, else to the first on the next line that has one, else to
// the next document; behind everything to a document made for it (Node::injected). Errors:
// ytt/yaml, in libyaml's words.
struct ReadOptions {
  bool comments = true;
  bool strict = false;  // only scalars that every YAML reader understands alike may be plain
};
Node* read_documents(const SourceStore& sources, SourceId id, std::string_view file,
                     ReadOptions options, Arena& arena, const Limits& limits);

// The same of a text that stands nowhere, without comments and places.
Node* read_text_documents(std::string_view text, Arena& arena, const Limits& limits);

// A tree of the reader without places.
Node* from_yaml(Arena& arena, const yaml::Node& node);

}  // namespace plumb::ytt
