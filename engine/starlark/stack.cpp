#include "starlark/stack.h"

#include <cstddef>

#include <pthread.h>

namespace plumb::starlark {
namespace {

const char* measure() {
  constexpr std::size_t kReserve = 512U << 10;  // for what is called at the deepest point
  pthread_attr_t attributes;
  void* lowest = nullptr;
  std::size_t size = 0;
  const char* const here = static_cast<const char*>(__builtin_frame_address(0));
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return here - (1U << 20);
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  constexpr std::size_t kUsual = 8U << 20;  // a stack without a limit is taken for this much
  const char* const low = static_cast<const char*>(lowest);
  return (size > kUsual ? low + size - kUsual : low) + kReserve;
}

}  // namespace

const char* stack_limit() {
  thread_local const char* const limit = measure();
  return limit;
}

}  // namespace plumb::starlark
