#pragma once
// A text that grows at its end, written with plain stores; not for other modules.
//
// While it lives the text has room behind what was written; the destructor cuts it off.

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace plumb::yaml {

class TextWriter {
 public:
  explicit TextWriter(std::string& text) : text_(text), start_(text.size()), size_(text.size()) {}
  ~TextWriter() { text_.resize(size_); }
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  char back() const { return text_[size_ - 1]; }
  std::string_view from(std::size_t start) const { return {text_.data() + start, size_ - start}; }

  void put(char c) {
    room(1);
    text_[size_++] = c;
  }
  void put(std::string_view piece) {
    room(piece.size() + kSlack);
    copy_short(text_.data() + size_, piece);
    size_ += piece.size();
  }
  void blanks(std::size_t count) {
    room(count + kSlack);
    char* at = text_.data() + size_;
    for (std::size_t done = 0; done < count; done += 8) std::memset(at + done, ' ', 8);
    size_ += count;
  }

 private:
  static constexpr std::size_t kRoom = 256;
  static constexpr std::size_t kSlack = 8;  // stores may go beyond the end of what they write

  void room(std::size_t bytes) {
    if (text_.size() - size_ < bytes) [[unlikely]]
      grow(bytes);
  }
  // As much again as this writer wrote: a short piece behind a long text costs little.
  void grow(std::size_t bytes) { text_.resize(size_ + bytes + kRoom + (size_ - start_)); }

  // Most pieces are words: two overlapping moves are cheaper than a call.
  static void copy_short(char* to, std::string_view piece) {
    const std::size_t size = piece.size();
    const char* const from = piece.data();
    if (size > 16) {
      std::memcpy(to, from, size);
    } else if (size >= 8) {
      std::memcpy(to, from, 8);
      std::memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
      std::memcpy(to, from, 4);
      std::memcpy(to + size - 4, from + size - 4, 4);
    } else {
      for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    }
  }

  std::string& text_;
  std::size_t start_;
  std::size_t size_;
};

}  // namespace plumb::yaml
