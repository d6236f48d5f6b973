#pragma once
// How an object is sent to a cluster.

#include <cstdint>

namespace plumb::state {

enum class Method : std::uint8_t {
  kApply,           // a server-side apply: the object as it is wanted
  kCreate,          // the object as it is wanted, where none is yet
  kStrategicMerge,  // a strategic merge patch to the one that is there
  kJsonMerge,       // a JSON merge patch (RFC 7386) to it
};

}  // namespace plumb::state
