#pragma once
// What a tree is after a trip through JSON, which kustomize sends objects on.

#include <string>

#include "base/arena.h"
#include "base/source.h"
#include "yaml/node.h"

namespace plumb::kustomize {

enum class JsonNumbers : std::uint8_t {
  kDoubles,       // every number becomes a 64-bit float first: large integers lose digits
  kKeepIntegers,  // floats only
};

// A number as Go's encoding/json prints it: 1e21 → "1e+21", 1.0 → "1".
std::string json_number(double value);

// Rewrites the scalars below `node`, which must be the caller's own: numbers as JSON prints them,
// dates as text, styles forgotten. Errors: kustomize/value-type for .inf and .nan,
// kustomize/key-type for keys that are no text.
void through_json(Arena& arena, yaml::Node& node, JsonNumbers numbers);

// kustomize looks at the first of repeated keys, find() and its like at the last one: so repeated
// entries change places. Twice is as before.
void turn_repeated_keys(yaml::Node& node);
bool has_repeated_key(const yaml::Node& mapping);
// Errors: kustomize/duplicate-key for a key that is twice in a mapping, at any depth.
void require_unique_keys(const yaml::Node& node);

// The same, said as go-yaml v3 says it of the written object; `sources`: for its comments, or null.
void require_unique_when_written(const yaml::Node& body, const SourceStore* sources);
// The same with the annotations that kustomize has on the object.
struct Item;
void require_unique_when_written(const Item& item, const SourceStore* sources);

// The object is written as text and read again, which cannot be done with every text: a block that
// starts with a tab is the error kustomize/value-type.
void require_readable_when_written(const yaml::Node& node);

// A date as the text that JSON has for it: "2001-01-01" is "2001-01-01T00:00:00Z".
std::string timestamp_text(const yaml::Node& timestamp);

}  // namespace plumb::kustomize
