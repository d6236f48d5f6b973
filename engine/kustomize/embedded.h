#pragma once
// YAML inside a scalar of a kustomization: an inline patch, an inline transformer.
//
// Its nodes get their true places in the file around it, where the scalar stands there line by line
// (a block scalar, or one line); otherwise the place of the scalar.

#include <functional>
#include <string_view>
#include <vector>

#include "kustomize/build.h"

namespace plumb::kustomize {

// Maps offsets in a scalar's text to its file.
class Placement {
 public:
  Placement(const SourceStore& sources, const yaml::Node& scalar);
  // `span` counts in the scalar's text.
  Span place(Span span) const;

 private:
  struct Line {
    std::uint32_t in_text, length, in_source;
  };
  Span scalar_;
  std::vector<Line> lines_;  // empty: unknown
};

// Runs `read` with a place that starts at offset 0 of the text, and puts the spans of what it
// returns, or of the error it throws, where they belong.
std::vector<yaml::Node*> read_embedded(
    Build& build, const yaml::Node& scalar,
    const std::function<std::vector<yaml::Node*>(std::string_view text, Span place)>& read);

}  // namespace plumb::kustomize
