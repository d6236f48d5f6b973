#include "base/text.h"

namespace plumb {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

namespace {
template <typename Part>
std::string join_parts(std::span<const Part> parts, std::string_view separator) {
  std::string out;
  for (const Part& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}
}  // namespace

std::string join(std::span<const std::string> parts, std::string_view separator) {
  return join_parts(parts, separator);
}
std::string join(std::span<const std::string_view> parts, std::string_view separator) {
  return join_parts(parts, separator);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  if (!text.empty() && text.front() > ' ' && text.back() > ' ') return text;
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  if (what.empty()) return std::string(text);
  for (;;) {
    const std::size_t at = text.find(what);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += by;
    text.remove_prefix(at + what.size());
  }
}

std::string lower(std::string_view ascii) {
  std::string out(ascii);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool contains(std::string_view text, std::string_view what) {
  return text.find(what) != std::string_view::npos;
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::size_t utf8_length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

namespace {

// Length of the valid sequence at `offset`, 0 if there is none; `code_point` is set when valid.
std::size_t decode(std::string_view text, std::size_t offset, char32_t& code_point) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint32_t lead = byte(offset);
  if (lead < 0x80) {
    code_point = lead;
    return 1;
  }
  if (lead >= 0xC2 && lead < 0xE0 && tail(offset + 1)) {
    code_point = (lead & 0x1FU) << 6 | (byte(offset + 1) & 0x3FU);
    return 2;
  }
  if (lead >= 0xE0 && lead < 0xF0 && tail(offset + 1) && tail(offset + 2)) {
    code_point =
        (lead & 0x0FU) << 12 | (byte(offset + 1) & 0x3FU) << 6 | (byte(offset + 2) & 0x3FU);
    if (code_point < 0x800 || (code_point >= 0xD800 && code_point < 0xE000)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead < 0xF5 && tail(offset + 1) && tail(offset + 2) && tail(offset + 3)) {
    code_point = (lead & 0x07U) << 18 | (byte(offset + 1) & 0x3FU) << 12 |
                 (byte(offset + 2) & 0x3FU) << 6 | (byte(offset + 3) & 0x3FU);
    if (code_point < 0x10000 || code_point > 0x10FFFF) return 0;
    return 4;
  }
  return 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
  char32_t ignored = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    if (static_cast<unsigned char>(text[offset]) < 0x80) {
      ++offset;
      continue;
    }
    const std::size_t length = decode(text, offset, ignored);
    if (length == 0) return offset;
    offset += length;
  }
  return std::string_view::npos;
}

char32_t next_code_point(std::string_view text, std::size_t& offset) {
  char32_t code_point = 0xFFFD;
  const std::size_t length = decode(text, offset, code_point);
  offset += length == 0 ? 1 : length;
  return length == 0 ? U'\uFFFD' : code_point;
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto c = static_cast<std::uint32_t>(code_point);
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | c >> 6);
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | c >> 12);
    put(0x80U | (c >> 6 & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | c >> 18);
    put(0x80U | (c >> 12 & 0x3FU));
    put(0x80U | (c >> 6 & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

std::string count_of(std::size_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) return cat("1 ", singular);
  return plural.empty() ? cat(count, " ", singular, "s") : cat(count, " ", plural);
}

}  // namespace plumb
