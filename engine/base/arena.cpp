#include "base/arena.h"

#include <algorithm>
#include <cstring>

namespace plumb {

namespace {
constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kBlockBytesMax = 1 << 20;
}  // namespace

void* Arena::allocate_in_new_block(std::size_t size, std::size_t alignment) {
  // Blocks grow by half of all there is, up to a bound: a small document costs little, a large one
  // few calls, and of neither is more than a third empty.
  const std::size_t next = std::clamp(bytes_ / 2, kFirstBlockBytes, kBlockBytesMax);
  const std::size_t needed = size + alignment;
  if (needed > next / 2 && at_ != nullptr) {
    // A large piece gets a block of its own, and the current one stays in use.
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(needed));
    bytes_ += needed;
    char* const raw = blocks_.back().get();
    return raw + (-reinterpret_cast<std::uintptr_t>(raw) & (alignment - 1));
  }
  const std::size_t block = std::max(next, needed);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
  bytes_ += block;
  at_ = blocks_.back().get();
  end_ = at_ + block;
  return allocate(size, alignment);
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* const to = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

}  // namespace plumb
