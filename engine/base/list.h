#pragma once
// A growing array in an Arena: three words, trivially destructible, so it can be a member of what
// lives there.

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/arena.h"

namespace plumb {

template <typename T>
class List {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  void reserve(Arena& arena, std::uint32_t capacity) {
    if (capacity <= capacity_) return;
    T* const grown = static_cast<T*>(arena.allocate(sizeof(T) * capacity, alignof(T)));
    if (size_ != 0) std::memcpy(static_cast<void*>(grown), data_, sizeof(T) * size_);
    data_ = grown;
    capacity_ = capacity;
  }
  // These elements and no others, in new memory of exactly their size.
  void assign(Arena& arena, const T* first, std::size_t count) {
    *this = {};
    if (count == 0) return;
    data_ = static_cast<T*>(arena.allocate(sizeof(T) * count, alignof(T)));
    std::memcpy(static_cast<void*>(data_), first, sizeof(T) * count);
    size_ = capacity_ = static_cast<std::uint32_t>(count);
  }
  void push_back(Arena& arena, const T& value) {
    if (size_ == capacity_) {
      const T kept = value;  // value may be one of our own elements
      reserve(arena, capacity_ == 0 ? 4 : capacity_ * 2);
      data_[size_++] = kept;
      return;
    }
    data_[size_++] = value;
  }
  void insert(Arena& arena, std::size_t at, const T& value) {
    const T kept = value;
    push_back(arena, kept);
    std::memmove(static_cast<void*>(data_ + at + 1), data_ + at, sizeof(T) * (size_ - 1 - at));
    data_[at] = kept;
  }
  void erase(std::size_t at) {
    std::memmove(static_cast<void*>(data_ + at), data_ + at + 1, sizeof(T) * (size_ - 1 - at));
    --size_;
  }
  void truncate(std::uint32_t size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  T* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace plumb
