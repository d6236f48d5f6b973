#pragma once
// The fields that a replacement writes: paths with patterns, and how a field takes a value.

#include <string>
#include <string_view>
#include <vector>

#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

struct Target {
  yaml::Node* node = nullptr;
  bool made = false;  // it was not there: its type is what the new text resolves to
};

// All nodes at a path, where "[k=v]" takes v as a pattern for the field's text and "*" is every
// element. `like`: what is missing is made, the last part of the kind of `like`; null: nothing is
// made. Errors: kustomize/field-path-part.
std::vector<Target> find_targets(Build& build, yaml::Node& root,
                                 const std::vector<std::string>& path, const yaml::Node* like,
                                 Span span);

// A scalar takes the text of the value and keeps its own type and look; anything else becomes the
// value. With a delimiter only one piece of the text is replaced: before the first for a negative
// index, behind the last when it is too large.
void set_target(Build& build, const Target& target, const yaml::Node& value,
                std::string_view delimiter, std::int64_t index, const Mark& mark);

}  // namespace plumb::kustomize
