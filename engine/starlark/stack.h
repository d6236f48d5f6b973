#pragma once
// How much of the machine's stack is left: the interpreter recurses, and input must not be able to
// overrun it.

namespace plumb::starlark {

// The address below which this thread must not recurse.
const char* stack_limit();

inline bool stack_is_low(const char* limit) {
  return static_cast<const char*>(__builtin_frame_address(0)) < limit;
}

}  // namespace plumb::starlark
