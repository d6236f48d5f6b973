#pragma once
// What a server-side apply makes its manager own: the fieldsV1 that the server records, computed
// from the object and its schema alone.
//
//   owned_set({spec: {replicas: 2, ports: [{port: 80}]}}, …)
//     → {"f:spec": {"f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}},
//                   "f:replicas": {}}}
//
// Rules, as seen on Kubernetes 1.36 (exact on all objects that were tried there): a scalar, an
// atomic list and an atomic map are owned by their path; so is a member that is null or {}. A
// declared field with content owns its leaves only; a member that no schema declares owns its path
// and what is inside. Elements of keyed lists go by their keys, a missing key takes its default;
// elements of sets by their value. Names, the version, the kind and a status that is written apart
// are owned by nobody.

#include <string_view>

#include "base/arena.h"
#include "diff/shape.h"
#include "yaml/node.h"

namespace plumb::diff {

// As a mapping; empty when the object owns nothing. Keys are views into the arena and the object.
const yaml::Node* owned_set(const yaml::Node& object, const Catalogue* catalogue, Arena& arena);

// Both sets in one.
const yaml::Node* united(const yaml::Node& a, const yaml::Node& b, Arena& arena);

// The values that an object has at the fields of a set, as lists of keys and values that tell one
// state from another; nothing else of the object.
const yaml::Node* owned_values(const yaml::Node& object, const yaml::Node& fields, Arena& arena);

// The object without the fields of one set, but for those that the other names, or something below
// them; null where nothing goes.
yaml::Node* without_fields(const yaml::Node& object, const yaml::Node& fields,
                           const yaml::Node& kept, Arena& arena);

// Whether two fieldsV1 trees name the same fields, in whatever order and spelling of keys.
bool same_fields(const yaml::Node& a, const yaml::Node& b);

// The entry of live's managedFields that a server-side apply of this manager left, or null. Entries
// of a subresource are other owners.
const yaml::Node* applied_entry(const yaml::Node& live, std::string_view manager);

}  // namespace plumb::diff
