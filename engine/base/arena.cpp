#include "base/arena.h"

#include <algorithm>
#include <cstring>

#include <sys/mman.h>

namespace plumb {

namespace {

constexpr std::size_t kFirstBlockBytes = 4096;
constexpr std::size_t kSmallBlockBytesMax = 1 << 20;
constexpr std::size_t kLargePageBytes = 2 << 20;
constexpr std::size_t kMuchBytes = 4 << 20;  // from here on a large page is less than half of all

// A large page, or null where the system has none to give. Twice as much is asked for, and what
// stands before and behind the page's boundaries is given back.
char* map_large_page() {
#ifdef MADV_HUGEPAGE
  void* const mapped = mmap(nullptr, 2 * kLargePageBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* const start = static_cast<char*>(mapped);
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(start) & (kLargePageBytes - 1);
  char* const page = start + before;
  if (before != 0) munmap(start, before);
  munmap(page + kLargePageBytes, kLargePageBytes - before);
  madvise(page, kLargePageBytes, MADV_HUGEPAGE);
  return page;
#else
  return nullptr;
#endif
}

}  // namespace

void Arena::FreeBlock::operator()(char* block) const {
  if (mapped != 0) {
    munmap(block, mapped);
  } else {
    delete[] block;
  }
}

char* Arena::add_block(std::size_t bytes) {
  char* const page = bytes == kLargePageBytes ? map_large_page() : nullptr;
  blocks_.push_back(page != nullptr ? Block(page, {kLargePageBytes}) : Block(new char[bytes]));
  bytes_ += bytes;
  return blocks_.back().get();
}

void* Arena::allocate_in_new_block(std::size_t size, std::size_t alignment) {
  // Blocks grow by a third of all there is, up to a bound: a small document costs little, a large
  // one few calls, and of neither is more than a quarter empty.
  const bool much = expects_much_ || bytes_ >= kMuchBytes;
  const std::size_t next =
      much ? kLargePageBytes : std::clamp(bytes_ / 3, kFirstBlockBytes, kSmallBlockBytesMax);
  const std::size_t needed = size + alignment;
  if (needed > next / 2 && at_ != nullptr) {
    // A large piece gets a block of its own, and the current one stays in use.
    char* const raw = add_block(needed);
    return raw + (-reinterpret_cast<std::uintptr_t>(raw) & (alignment - 1));
  }
  const std::size_t block = std::max(next, needed);
  at_ = add_block(block);
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
