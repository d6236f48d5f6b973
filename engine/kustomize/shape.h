#pragma once
// What fields a file may have, as data, and the check of a tree against it.
//
// A tree is copied on the way: field names get their canonical spelling (kustomize compares them
// without case), nulls are left out, keys of maps become text. So whoever reads the result finds
// strings where the shape says string.
//
//   const Node* file = fit(context, *document.root, kKustomizationShape);
//   yaml::text_at(*file, {"namePrefix"})

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "yaml/node.h"

namespace plumb::kustomize {

enum class Want : std::uint8_t { kString, kBoolean, kInteger, kStringMap, kRecord, kAny };

struct RecordShape;

struct FieldShape {
  std::string_view name;
  Want want = Want::kString;
  bool list = false;
  const RecordShape* record = nullptr;
  std::string_view type_name = {};  // as Go calls it; empty for the obvious one
  bool exact = false;               // no scalar is converted, not even where the rest is lenient
  std::string_view embedded = {};   // the struct inside the struct that has the field, for Go
};

struct RecordShape {
  std::string_view name;  // as Go calls the struct
  std::span<const FieldShape> fields;
};

enum class Strictness : std::uint8_t {
  kStrict,   // unknown fields and scalars of another type are errors
  kKnown,    // unknown fields are errors, scalars become strings where strings are wanted
  kLenient,  // unknown fields are left out, scalars become strings where strings are wanted
};

struct FitContext {
  Arena& arena;
  Strictness strictness = Strictness::kStrict;
  bool secret = false;  // values must not appear in an error
};

// Errors: kustomize/unknown-field (argument: the field), kustomize/field-type (arguments: what was
// found, the field's path, the type wanted), kustomize/map-key.
yaml::Node* fit(const FitContext& context, const yaml::Node& value, const RecordShape& shape);

// What Go's JSON decoder calls a value: "object", "array", "bool", "number", "string".
std::string_view json_kind(const yaml::Node& value);
// Errors for what has no JSON: kustomize/value-type for .inf and .nan, kustomize/key-type for null
// as a key.
void require_json(const yaml::Node& node);
// The text that a key or a scalar has in JSON: 0x1F is "31", yes is "true".
std::string json_text(const yaml::Node& scalar);

extern const RecordShape kKustomizationShape;
extern const RecordShape kPatchShape;
extern const RecordShape kSelectorShape;
extern const RecordShape kReplacementShape;
extern const RecordShape kFileReplacementShape;
extern const RecordShape kGeneratorShape;
extern const RecordShape kSecretGeneratorShape;
extern const RecordShape kFieldSpecShape;
extern const RecordShape kImageShape;
extern const RecordShape kReplicaShape;
extern const RecordShape kConfigurationShape;

}  // namespace plumb::kustomize
