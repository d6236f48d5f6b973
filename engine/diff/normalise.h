#pragma once
// What the server makes of an object without anybody asking: system fields, defaults, values that
// it assigns. Rows of data over the type table, not code for each kind.
//
// Source of the rules: objects written to and read back from Kubernetes 1.36 three ways, and the
// marks that Argo CD, kubectl and the pipeline controllers leave.

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "diff/shape.h"
#include "yaml/node.h"

namespace plumb::diff {

// A member of the object's root or of its metadata that says nothing about what was asked for:
// status, metadata.uid, metadata.managedFields, …
bool is_system_field(bool in_metadata, std::string_view key);
// An annotation that a tool writes for itself, on either side: Argo's tracking id, the last-applied
// configuration.
bool is_tool_annotation(std::string_view key);
// An annotation that every compilation changes and nothing reads.
bool is_volatile_annotation(std::string_view key);

// Whether a field with this value is the same as no field: null, the default, an empty list or map
// of a built-in type, or what the server computes from `holder`, the mapping the field stands in.
bool is_default(const Shape& field, std::string_view key, const yaml::Node& value,
                const yaml::Node* holder);
// A struct that the server puts in place when it is not there; its members are judged one by one.
bool is_filled_in(const Shape& field);

// Whether the server (or a controller) assigned this value, which git does not mention. `path`: as
// print_path, with [*] for every element of a list.
bool is_assigned(std::string_view kind, std::string_view path, const yaml::Node& value);

// The object as the server stores it where that needs more than a field: a Secret's stringData
// becomes data; requests that are not given follow limits. The body itself when nothing needs it.
const yaml::Node* as_stored(Arena& arena, const yaml::Node& body);

}  // namespace plumb::diff
