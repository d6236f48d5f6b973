#include "kustomize/wording.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "kustomize/door_text.h"

namespace plumb::kustomize {

namespace {

struct Escape {
  char character;
  std::string_view text;
};
constexpr std::array kEscapes{Escape{'\a', "\\a"}, Escape{'\b', "\\b"}, Escape{'\f', "\\f"},
                              Escape{'\n', "\\n"}, Escape{'\r', "\\r"}, Escape{'\t', "\\t"},
                              Escape{'\v', "\\v"}, Escape{'"', "\\\""}, Escape{'\\', "\\\\"}};

struct Range {
  char32_t first, last;
};
// What Go does not take for printable: controls, spaces but ' ', formats, private use, and what is
// no character.
constexpr std::array kNotPrintable{
    Range{0x00, 0x1F},     Range{0x7F, 0xA0},     Range{0xAD, 0xAD},       Range{0x61C, 0x61C},
    Range{0x1680, 0x1680}, Range{0x180E, 0x180E}, Range{0x2000, 0x200F},   Range{0x2028, 0x202F},
    Range{0x205F, 0x206F}, Range{0x3000, 0x3000}, Range{0xD800, 0xF8FF},   Range{0xFEFF, 0xFEFF},
    Range{0xFFF0, 0xFFFB}, Range{0xFFFE, 0xFFFF}, Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF},
};

bool is_printable(char32_t c) {
  for (const Range& range : kNotPrintable)
    if (c >= range.first && c <= range.last) return false;
  return true;
}

std::string hexadecimal(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string go_quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    std::string_view escape;
    for (const Escape& row : kEscapes)
      if (row.character == text[at]) escape = row.text;
    if (!escape.empty()) {
      out += escape;
      ++at;
      continue;
    }
    std::size_t next = at;
    const char32_t c = next_code_point(text, next);
    const std::string_view bytes = text.substr(at, next - at);
    if (c == 0xFFFD && bytes != "\xEF\xBF\xBD") {
      out += hexadecimal("\\x%02x", static_cast<unsigned char>(text[at]));
      next = at + 1;
    } else if (is_printable(c)) {
      out += bytes;
    } else {
      out += hexadecimal(c < 0x80      ? "\\x%02x"
                         : c < 0x10000 ? "\\u%04x"
                                       : "\\U%08x",
                         static_cast<unsigned>(c));
    }
    at = next;
  }
  return out + "\"";
}

std::string go_regex_words(std::string_view cause) {
  struct Row {
    std::string_view re2, go;
  };
  constexpr std::array kRows{
      Row{"missing ]", "missing closing ]"},
      Row{"missing )", "missing closing )"},
      Row{"trailing \\ at end of regular expression", "trailing backslash at end of expression"},
      Row{"no argument for repetition operator", "missing argument to repetition operator"},
      Row{"invalid repetition size", "invalid repeat count"},
      Row{"bad repetition operator", "invalid nested repetition operator"},
      Row{"invalid perl operator", "invalid or unsupported Perl syntax"},
      Row{"invalid named capture group", "invalid named capture"},
  };
  const std::size_t colon = cause.find(": ");
  const std::string_view what = cause.substr(0, colon);
  const std::string_view part =
      colon == std::string_view::npos ? std::string_view{} : cause.substr(colon + 2);
  std::string_view words = what;
  for (const Row& row : kRows)
    if (row.re2 == what) words = row.go;
  return cat("error parsing regexp: ", words, ": `", part, "`");
}

std::string words_of(const Error& error) {
  if (const auto* const worded = dynamic_cast<const WordedError*>(&error)) return worded->words;
  return door_text(error.diagnostic()).value_or(error.diagnostic().text);
}

void rethrow_during(const Error& error, std::string_view doing, const Arguments& arguments) {
  throw WordedError(error, door_text_around(words_of(error), doing, arguments));
}

}  // namespace plumb::kustomize
