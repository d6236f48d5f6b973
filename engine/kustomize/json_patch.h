#pragma once
// JSON patches (RFC 6902) as kustomize applies them.
//
// Known differences from the RFC, which its users rely on: `replace` makes a map's key that is not
// there, negative indices count from the end, `test` without a value wants a null or nothing.
//
//   const JsonPatch patch = read_json_patch(build, "[{op: remove, path: /spec/a}]", place);
//   apply(build, patch, *body, mark);

#include <string_view>
#include <vector>

#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

struct JsonOperation {
  std::string_view op, path, from;
  bool has_path = false;
  bool has_from = false;
  yaml::Node* value = nullptr;  // null: none was given
  Span span;
};
using JsonPatch = std::vector<JsonOperation>;

// A text that starts with '[' is JSON, all else is YAML. Errors: kustomize/json-patch and those of
// yaml.
JsonPatch read_json_patch(Build& build, std::string_view text, Span place);

// Changes `body`, which must be the caller's own. Errors: kustomize/json-patch-failed (argument:
// the cause as tools word it).
void apply(Build& build, const JsonPatch& patch, yaml::Node& body, const Mark& mark);

}  // namespace plumb::kustomize
