#pragma once
// Memory that is freed at once.
//
// What is made in an Arena lives exactly as long as the Arena; nothing in it is freed alone and no
// destructor runs, so only trivially destructible types may live there. An Arena belongs to one
// thread at a time.
//
//   Arena arena;
//   Node* node = arena.make<Node>();
//   std::string_view kept = arena.copy(temporary);

#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace plumb {

class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : blocks_(std::move(other.blocks_)),
        at_(std::exchange(other.at_, nullptr)),
        end_(std::exchange(other.end_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)),
        expects_much_(other.expects_much_) {
    other.blocks_.clear();
  }
  Arena& operator=(Arena&& other) noexcept {
    std::swap(blocks_, other.blocks_);
    std::swap(at_, other.at_);
    std::swap(end_, other.end_);
    std::swap(bytes_, other.bytes_);
    std::swap(expects_much_, other.expects_much_);
    return *this;
  }

  void* allocate(std::size_t size, std::size_t alignment) {
    const std::size_t padding = -reinterpret_cast<std::uintptr_t>(at_) & (alignment - 1);
    if (static_cast<std::size_t>(end_ - at_) < size + padding)
      return allocate_in_new_block(size, alignment);
    char* const result = at_ + padding;
    at_ = result + size;
    return result;
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "no destructor runs in an arena");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // `count` value-initialised elements.
  template <typename T>
  T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "no destructor runs in an arena");
    T* const first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

  std::string_view copy(std::string_view text);
  // Keeps all that lives in the other arena alive as long as this one.
  void adopt(Arena other) {
    bytes_ += other.bytes_;
    for (auto& block : other.blocks_) blocks_.push_back(std::move(block));
    other.blocks_.clear();
  }

  // Megabytes are about to be made: memory is taken in large pages, which the system gives out many
  // times faster than small ones.
  void expect_much() { expects_much_ = true; }

  std::size_t bytes() const { return bytes_; }  // taken from the system so far

 private:
  struct FreeBlock {
    std::size_t mapped = 0;  // bytes of a block in a large page, else 0
    void operator()(char* block) const;
  };
  using Block = std::unique_ptr<char[], FreeBlock>;

  char* add_block(std::size_t bytes);
  void* allocate_in_new_block(std::size_t size, std::size_t alignment);

  std::vector<Block> blocks_;
  char* at_ = nullptr;
  char* end_ = nullptr;
  std::size_t bytes_ = 0;
  bool expects_much_ = false;
};

}  // namespace plumb
