#pragma once
// Strategic merge: a partial object laid over an object.
//
// Maps merge field by field, scalars and lists of the patch replace, a null removes. A list merges
// element by element only where the table says so, by the table's keys; elements of the patch come
// first. `$patch: delete|replace|merge` in a map, in an element or as an element of its own steers
// this. The details, known oddities included, are those of kustomize 5.8 as observed.
//
//   Node* merged = strategic_merge({arena, &origins, layer}, base, *copy(arena, patch));
//   merged == nullptr: the patch deleted the object
//
// A list whose field has `keys` merges exactly instead: an element is told apart by all of them, a
// key that it does not say has its fallback, nothing of the base is lost, and what could mean two
// elements is an error.
//
// Errors: kube/merge-kind (arguments: expected kind, found kind, text found),
// kube/unknown-patch-directive (argument: the directive), kube/merge-key.

#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/limits.h"
#include "yaml/node.h"
#include "yaml/origin.h"

namespace plumb::kube {

// A key of an exact list; `fallback`: what it is where an element does not say it ("TCP"), or "".
struct MergeKey {
  std::string_view name;
  std::string_view fallback = {};
};

// What a field of a type leads to. Types are numbers of the table; 0 is "nothing merges below".
struct MergeField {
  std::string_view name;
  std::uint16_t type = 0;  // of the field, or of the elements of a merging list
  bool merges = false;     // a list that merges; without keys a set of scalars
  std::string_view key;    // that tells its elements apart
  std::string_view second_key = {};
  std::span<const MergeKey> keys = {};  // of a list that merges exactly; else empty
};

struct MergeType {
  std::uint16_t type;
  std::span<const MergeField> fields;
};

// The kinds of one apiVersion ("*": of any) that are of a type, divided by blanks.
struct MergeRoot {
  std::string_view api_version;
  std::string_view kinds;
  std::uint16_t type;
};

struct MergeTable {
  std::span<const MergeType> types;  // types[t - 1].type == t
  std::span<const MergeRoot> roots;

  std::uint16_t type_of(std::string_view api_version, std::string_view kind) const;
  const MergeField* field_of(std::uint16_t type, std::string_view field) const;
};

// What kustomize 5.8 merges by: Kubernetes 1.21.
extern const MergeTable kKustomizeMergeTable;
// The type that Kubernetes' own schema calls so ("io.k8s.api.core.v1.PodSpec"), for schemas that
// refer to it; 0 for what leads to no merging list.
std::uint16_t kustomize_type_named(std::string_view definition);

// What Kubernetes merges by today: the built-in types of type_table.h, exactly.
const MergeTable& kubernetes_merge_table();
// Likewise a type of that table, by the schema's name for it.
std::uint16_t kubernetes_type_named(std::string_view definition);

// Nothing merges but maps.
extern const MergeTable kEmptyMergeTable;

struct MergeContext {
  Arena& arena;
  yaml::Origins* origins = nullptr;  // may be null: nothing is recorded
  yaml::LayerId layer = 0;
  const MergeTable& table = kKustomizeMergeTable;
  const Limits& limits;
};

// Merges `patch` into `base`; both must be the caller's own, and parts of the patch become parts of
// the result. Null: the patch deleted the whole.
yaml::Node* strategic_merge(const MergeContext& context, yaml::Node& base, yaml::Node& patch);

}  // namespace plumb::kube
