#pragma once
// The common case of a scalar, by bytes: printable ASCII that needs no quotes; not for other
// modules.
//
// What is not surely plain gets the closer look of emit_scalar.cpp, which may still find it plain.

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace plumb::yaml {

// What starts no plain text.
constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";

// What a text's first byte may make of it.
enum class First : std::uint8_t { kText, kWord, kNumber, kUnsure };

constexpr std::array<First, 256> make_first_table() {
  std::array<First, 256> table{};
  const auto set = [&](std::string_view bytes, First what) {
    for (const char c : bytes) table[static_cast<unsigned char>(c)] = what;
  };
  table.fill(First::kUnsure);
  for (unsigned char c = '!'; c <= '~'; ++c) table[c] = First::kText;
  set(kIndicators, First::kUnsure);
  set("-+?:.", First::kUnsure);
  set("yYnNtTfFoO~<=", First::kWord);
  set("0123456789", First::kNumber);
  return table;
}
constexpr std::array<First, 256> kFirst = make_first_table();

// Bytes of which numbers and dates are made, in any base.
constexpr std::array<bool, 256> make_number_table() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdefABCDEFxXoO_+-.:tTzZ, \t"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kOfNumbers = make_number_table();

inline bool may_be_number(std::string_view text) {
  for (const char c : text) {
    if (!kOfNumbers[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

// A short text as one number, letters in lower case.
constexpr std::uint64_t packed(std::string_view word) {
  std::uint64_t value = 0;
  for (const char c : word) value = value << 8 | (static_cast<unsigned char>(c) | 0x20U);
  return value;
}

// yes, no, null and the like, whatever their case; needs_quotes() knows it exactly.
inline bool may_be_word(std::string_view text) {
  constexpr std::size_t kWordBytesMax = 5;
  if (text.size() > kWordBytesMax) return false;
  switch (packed(text)) {
    case packed("y"):
    case packed("n"):
    case packed("~"):
    case packed("="):
    case packed("no"):
    case packed("on"):
    case packed("<<"):
    case packed("yes"):
    case packed("off"):
    case packed("true"):
    case packed("null"):
    case packed("false"):
      return true;
    default:
      return false;
  }
}

// ---- eight bytes at a time ----

constexpr std::uint64_t kEach = 0x0101010101010101;

// Nonzero if one of eight bytes is `c`; may be nonzero when one is next to it in value.
constexpr std::uint64_t bytes_equal(std::uint64_t bytes, char c) {
  const std::uint64_t difference = bytes ^ (kEach * static_cast<unsigned char>(c));
  return (difference - kEach) & ~difference & (kEach * 0x80);
}
// Nonzero if one is below 0x20 or beyond '~'.
constexpr std::uint64_t bytes_unprintable(std::uint64_t bytes) {
  return ((bytes - kEach * 0x20) | bytes | (bytes + kEach)) & (kEach * 0x80);
}

inline std::uint64_t load_8(const char* from) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, from, 8);
  return bytes;
}
// A text of 1 to 7 bytes, some of them twice.
inline std::uint64_t load_short(const char* from, std::size_t size) {
  const auto byte = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(from[i])};
  };
  if (size < 4)
    return kEach * byte(0) ^ (byte(0) ^ byte(size / 2)) << 8 ^ (byte(0) ^ byte(size - 1)) << 16;
  std::uint32_t low = 0, high = 0;
  std::memcpy(&low, from, 4);
  std::memcpy(&high, from + size - 4, 4);
  return std::uint64_t{high} << 32 | low;
}

// Does `unsure` find nothing in any eight bytes of the text?
template <typename Unsure>
inline bool all_bytes_sure(std::string_view text, Unsure unsure) {
  const char* at = text.data();
  const std::size_t size = text.size();
  if (size < 8) return size == 0 || unsure(load_short(at, size)) == 0;
  const char* const last = at + size - 8;
  for (; at < last; at += 8) {
    if (unsure(load_8(at)) != 0) return false;
  }
  return unsure(load_8(last)) == 0;
}

inline bool is_printable_ascii(std::string_view text) {
  return all_bytes_sure(text, [](std::uint64_t bytes) { return bytes_unprintable(bytes); });
}

// Is every ':' and '#' between other characters, so that none is an indicator?
inline bool has_no_indicator_inside(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return false;
    if (text[i] == '#' && i > 0 && text[i - 1] == ' ') return false;
  }
  return true;
}

inline bool is_plain_inside(std::string_view text) {
  const bool sure = all_bytes_sure(text, [](std::uint64_t bytes) {
    return bytes_unprintable(bytes) | bytes_equal(bytes, ':') | bytes_equal(bytes, '#');
  });
  return sure || (is_printable_ascii(text) && has_no_indicator_inside(text));
}

// Is it surely written plain? Most scalars are.
inline bool is_surely_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ') return false;
  const First first = kFirst[static_cast<unsigned char>(text.front())];
  if (first != First::kText) {
    if (first == First::kUnsure) return false;
    if (first == First::kWord ? may_be_word(text) : may_be_number(text)) return false;
  }
  return is_plain_inside(text);
}

}  // namespace plumb::yaml
