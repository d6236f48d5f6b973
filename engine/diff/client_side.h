#pragma once
// A client-side apply, as kubectl does it: what was applied last, what is wanted and what runs make
// a patch.

#include <string>

#include "base/arena.h"
#include "diff/shape.h"
#include "yaml/node.h"

namespace plumb::diff {

// Head as kubectl sends a new object: with its own configuration as an annotation, from which the
// next apply tells what was dropped. An annotation that is null is empty there.
const yaml::Node* with_last_applied(const yaml::Node& head, Arena& arena);

struct ClientSidePatch {
  // Of built-in kinds: a strategic merge patch, with its directives ($patch, $retainKeys,
  // $setElementOrder/…, $deleteFromPrimitiveList/…). Of all others: a JSON merge patch (RFC 7386).
  bool strategic = false;
  const yaml::Node* patch = nullptr;  // null: there is nothing to send, or no patch can be made
  std::string refusal;                // why kubectl makes none of it, in its words
};

// The patch that `kubectl apply` sends for head where live is: head's values that live has not, and
// a null for what the last applied configuration had and head has not. The configuration that it
// notes on the object is head.
//
//   head {spec: {replicas: 3}}, live {spec: {replicas: 2, paused: true}}, last {spec: {paused: …}}
//     → {spec: {replicas: 3, paused: null}}
//
// Rules, as seen with kubectl 1.36: numbers go through floats, so that of an integer beyond 2^53
// the first 53 bits are sent, and two that agree in these are equal. Elements of lists that merge
// are paired by their key alone; of several with one key the last come first.
ClientSidePatch client_side_patch(const yaml::Node& head, const yaml::Node& live,
                                  const Catalogue* catalogue, Arena& arena);

}  // namespace plumb::diff
