#include "pipeline/json_text.h"

#include "base/text.h"

namespace plumb::pipeline {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t skip_blanks(std::string_view json, std::size_t at) {
  return std::min(json.find_first_not_of(" \t\r\n", at), json.size());
}

// Behind the string that starts at `at`; npos when it does not end.
std::size_t skip_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return kNone;
}

// Behind the value that starts at `at`; npos when it does not end.
std::size_t skip_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = skip_string(json, at);
      if (at == kNone) return kNone;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth > 0) {
      ++at;
      continue;
    } else {
      return std::min(json.find_first_of(",}] \t\r\n", at), json.size());
    }
    if (depth == 0) return at;
  }
  return kNone;
}

// Calls visit(key, value) for the members of the object at `at` until it returns true.
template <typename Visit>
void each_member(std::string_view json, std::size_t at, Visit visit) {
  if (at >= json.size() || json[at] != '{') return;
  at = skip_blanks(json, at + 1);
  while (at < json.size() && json[at] == '"') {
    const std::size_t key_end = skip_string(json, at);
    if (key_end == kNone) return;
    const TextRange key{at, key_end};
    const std::size_t colon = skip_blanks(json, key_end);
    if (colon >= json.size() || json[colon] != ':') return;
    const std::size_t begin = skip_blanks(json, colon + 1);
    const std::size_t end = skip_value(json, begin);
    if (end == kNone || visit(key, TextRange{begin, end})) return;
    at = skip_blanks(json, end);
    if (at < json.size() && json[at] == ',') at = skip_blanks(json, at + 1);
  }
}

std::optional<TextRange> member(std::string_view json, std::size_t at, std::string_view name) {
  std::optional<TextRange> found;
  each_member(json, at, [&](TextRange key, TextRange value) {
    const auto text = json_string(json, key);
    if (text && text->text == name) found = value;
    return found.has_value();
  });
  return found;
}

std::optional<char32_t> hex4(std::string_view json, std::size_t at) {
  if (at + 4 > json.size()) return {};
  char32_t value = 0;
  for (const char c : json.substr(at, 4)) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(lower({&c, 1}));
    if (digit == kNone) return {};
    value = value * 16 + static_cast<char32_t>(digit);
  }
  return value;
}

// One escape at `at` ('\\'); its length, or 0 when it is none.
std::size_t decode_escape(std::string_view json, std::size_t at, std::string& out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  if (at + 1 >= json.size()) return 0;
  if (const std::size_t simple = kNames.find(json[at + 1]); simple != kNone) {
    out.push_back(kValues[simple]);
    return 2;
  }
  const std::optional<char32_t> unit = json[at + 1] == 'u' ? hex4(json, at + 2) : std::nullopt;
  if (!unit) return 0;
  if (*unit >= 0xD800 && *unit < 0xDC00 && json.substr(at + 6, 2) == "\\u") {
    const std::optional<char32_t> low = hex4(json, at + 8);
    if (low && *low >= 0xDC00 && *low < 0xE000) {
      append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
      return 12;
    }
  }
  append_utf8(out, *unit >= 0xD800 && *unit < 0xE000 ? 0xFFFD : *unit);
  return 6;
}

std::string escaped(std::string_view text, bool escape_html) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20;
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (control || (escape_html && (c == '<' || c == '>' || c == '&'))) {
      out += {'\\', 'u', '0', '0', kDigits[(c >> 4) & 15], kDigits[c & 15]};
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

std::optional<TextRange> json_value(std::string_view json,
                                    std::initializer_list<std::string_view> keys) {
  const std::size_t begin = skip_blanks(json, 0);
  const std::size_t end = skip_value(json, begin);
  if (end == kNone) return {};
  std::optional<TextRange> value = TextRange{begin, end};
  for (const std::string_view key : keys) {
    value = member(json, value->begin, key);
    if (!value) return {};
  }
  return value;
}

std::vector<TextRange> json_elements(std::string_view json, TextRange range) {
  std::vector<TextRange> elements;
  if (json[range.begin] != '[') return elements;
  std::size_t at = skip_blanks(json, range.begin + 1);
  while (at < range.end && json[at] != ']') {
    const std::size_t end = skip_value(json, at);
    if (end == kNone) return {};
    elements.push_back({at, end});
    at = skip_blanks(json, end);
    if (at < range.end && json[at] == ',') at = skip_blanks(json, at + 1);
  }
  return elements;
}

std::optional<JsonString> json_string(std::string_view json, TextRange range) {
  if (range.end - range.begin < 2 || json[range.begin] != '"') return {};
  JsonString string;
  std::size_t at = range.begin + 1;
  while (at < range.end - 1) {
    const std::size_t before = string.text.size();
    std::size_t length = 1;
    if (json[at] == '\\') {
      length = decode_escape(json, at, string.text);
      if (length == 0) return {};
    } else {
      string.text.push_back(json[at]);
    }
    string.places.insert(string.places.end(), string.text.size() - before, at);
    at += length;
  }
  string.places.push_back(range.end - 1);
  return string;
}

std::vector<TextEdit> json_edits(std::string_view json, const JsonString& string,
                                 const std::vector<TextEdit>& edits) {
  const bool escape_html =
      contains(json, "\\u0026") || contains(json, "\\u003c") || contains(json, "\\u003e");
  std::vector<TextEdit> out;
  for (const TextEdit& edit : edits) {
    const std::size_t begin = string.places[edit.offset];
    const std::size_t end = string.places[edit.offset + edit.length];
    out.push_back({begin, end - begin, escaped(edit.text, escape_html)});
  }
  return out;
}

}  // namespace plumb::pipeline
