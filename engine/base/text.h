#pragma once
// Small work on text that the standard library leaves to everyone.

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

namespace detail {
template <std::integral T>
  requires(!std::same_as<T, char> && !std::same_as<T, bool>)
void append(std::string& out, T value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}
inline void append(std::string& out, char value) { out.push_back(value); }
inline void append(std::string& out, std::string_view value) { out.append(value); }
}  // namespace detail

// The parts, one after another: cat("line ", 3) == "line 3". Parts are text, characters and whole
// numbers.
template <typename... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append(out, parts), ...);
  return out;
}

// split("a,b,", ',') == {"a", "b", ""}; the empty text is one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string join(std::span<const std::string_view> parts, std::string_view separator);
// Without blanks, tabs and line breaks at both ends.
std::string_view trim(std::string_view text);
std::string replace_all(std::string_view text, std::string_view what, std::string_view by);
std::string lower(std::string_view ascii);
bool contains(std::string_view text, std::string_view what);
// The whole text as a number, or nothing: to_integer("12x") == nullopt.
std::optional<std::int64_t> to_integer(std::string_view text);

// The number of characters (code points); a byte that starts none counts as one.
std::size_t utf8_length(std::string_view text);
// Offset of the first byte that is not valid UTF-8 (overlong forms and surrogates are not), or
// npos.
std::size_t find_invalid_utf8(std::string_view text);
// Reads the code point at `offset` and moves behind it; an invalid byte gives U+FFFD and moves by
// one.
char32_t next_code_point(std::string_view text, std::size_t& offset);
void append_utf8(std::string& out, char32_t code_point);

// "1 object", "2 objects"
std::string count_of(std::size_t count, std::string_view singular, std::string_view plural = {});

}  // namespace plumb
