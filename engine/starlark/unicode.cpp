#include "starlark/unicode.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/text.h"

namespace plumb::starlark {
namespace {

struct Range {
  char32_t first, last;
};
struct CaseRun {
  char32_t first, last;
  std::int32_t stride, delta;
};

#include "starlark/unicode_tables.inc"

template <typename Row>
const Row* find_row(std::span<const Row> rows, char32_t c) {
  const auto at = std::lower_bound(rows.begin(), rows.end(), c,
                                   [](const Row& row, char32_t value) { return row.last < value; });
  return at != rows.end() && at->first <= c ? &*at : nullptr;
}

bool in(std::span<const Range> ranges, char32_t c) { return find_row(ranges, c) != nullptr; }

// Runs of stride two interleave, so a neighbour may hold the character as well.
char32_t map(std::span<const CaseRun> runs, char32_t c) {
  const CaseRun* row = find_row(runs, c);
  const CaseRun* const end = runs.data() + runs.size();
  for (; row != nullptr && row != end && row->first <= c; ++row)
    if (c <= row->last && (c - row->first) % static_cast<char32_t>(row->stride) == 0)
      return static_cast<char32_t>(static_cast<std::int32_t>(c) + row->delta);
  return c;
}

bool ascii_lower(char32_t c) { return c >= 'a' && c <= 'z'; }
bool ascii_upper(char32_t c) { return c >= 'A' && c <= 'Z'; }

void append_hex(std::string& out, char letter, unsigned value, int digits) {
  out.push_back('\\');
  out.push_back(letter);
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
    out.push_back("0123456789abcdef"[value >> shift & 15]);
}

const char* short_escape(char32_t c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    default:
      return nullptr;
  }
}

void append_quoted(std::string& out, char32_t c) {
  if (const char* const escape = short_escape(c)) {
    out += escape;
  } else if (is_printable(c)) {
    append_utf8(out, c);
  } else if (c < 0x80) {
    append_hex(out, 'x', c, 2);
  } else if (c < 0x10000) {
    append_hex(out, 'u', c, 4);
  } else {
    append_hex(out, 'U', c, 8);
  }
}

}  // namespace

bool is_letter(char32_t c) { return c < 128 ? ascii_lower(c) || ascii_upper(c) : in(kLetters, c); }
bool is_digit(char32_t c) { return c < 128 ? c >= '0' && c <= '9' : in(kDigits, c); }
bool is_lower(char32_t c) { return c < 128 ? ascii_lower(c) : in(kLower, c); }
bool is_upper(char32_t c) { return c < 128 ? ascii_upper(c) : in(kUpper, c); }
bool is_title(char32_t c) { return c >= 128 && in(kTitle, c); }

bool is_space(char32_t c) {
  if (c < 0x100) return (c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

bool is_cased(char32_t c) { return to_upper(c) != c || to_lower(c) != c; }

bool is_printable(char32_t c) { return c < 128 ? c >= ' ' && c < 127 : in(kPrintable, c); }

char32_t to_upper(char32_t c) { return c < 128 ? (ascii_lower(c) ? c - 32 : c) : map(kToUpper, c); }
char32_t to_lower(char32_t c) { return c < 128 ? (ascii_upper(c) ? c + 32 : c) : map(kToLower, c); }
char32_t to_title(char32_t c) {
  if (c < 128) return to_upper(c);
  if (const CaseRun* const row = find_row(std::span<const CaseRun>(kToTitle), c);
      row != nullptr && (c - row->first) % static_cast<char32_t>(row->stride) == 0)
    return static_cast<char32_t>(static_cast<std::int32_t>(c) + row->delta);
  return map(kToUpper, c);
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t c = next_code_point(text, at);
    if (c == 0xfffd && at == start + 1) {
      append_hex(out, 'x', static_cast<unsigned char>(text[start]), 2);
    } else {
      append_quoted(out, c);
    }
  }
  out.push_back('"');
  return out;
}

}  // namespace plumb::starlark
