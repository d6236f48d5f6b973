#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/emitter.h"
#include "yaml/number.h"
#include "yaml/read.h"

namespace plumb::yaml {

// sorted keys, escaped HTML, indentation, as Go
const JsonStyle kGoJson{true, true, 0, true};
const JsonStyle kGoJsonPlain{true, false, 0, true};
const JsonStyle kNlohmannJson{true, false, 0, false};
const JsonStyle kNlohmannOrderedJson{false, false, 0, false};

namespace {

// What a byte of a string becomes: itself (0), an escape of one letter, or 'u' for \u00XX.
using Escapes = std::array<char, 256>;

constexpr Escapes make_escapes(bool html) {
  Escapes escapes{};
  for (std::size_t c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  if (html) escapes['<'] = escapes['>'] = escapes['&'] = 'u';
  for (std::size_t c = 0x80; c < 0x100; ++c) escapes[c] = 'U';  // needs a closer look
  return escapes;
}

constexpr Escapes kEscapes = make_escapes(false);
constexpr Escapes kHtmlEscapes = make_escapes(true);

class JsonWriter {
 public:
  JsonWriter(std::string& out, const JsonStyle& style)
      : out_(out), style_(style), escapes_(style.escape_html ? kHtmlEscapes : kEscapes) {}

  void write(const Node& node, int depth) {
    if (node.is_mapping()) {
      write_mapping(node, depth);
    } else if (node.is_sequence()) {
      write_sequence(node, depth);
    } else {
      write_scalar(node);
    }
  }

 private:
  void write_mapping(const Node& node, int depth) {
    if (node.entries.empty()) return out_.put("{}");
    const std::size_t first = open_.size();
    for (const Entry& entry : node.entries) open_.push_back(&entry);
    if (style_.sorted_keys) sort_from(first);
    const std::size_t last = open_.size();
    out_.put('{');
    for (std::size_t i = first; i < last; ++i) {
      if (i != first) out_.put(',');
      break_line(depth + 1);
      write_string(open_[i]->key->text);
      out_.put(style_.indent > 0 ? ": " : ":");
      write(*open_[i]->value, depth + 1);
    }
    open_.resize(first);
    break_line(depth);
    out_.put('}');
  }

  void sort_from(std::size_t first) {
    const auto from = open_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto less = [](const Entry* a, const Entry* b) { return a->key->text < b->key->text; };
    if (!std::is_sorted(from, open_.end(), less)) std::stable_sort(from, open_.end(), less);
  }

  void write_sequence(const Node& node, int depth) {
    if (node.items.empty()) return out_.put("[]");
    out_.put('[');
    bool first = true;
    for (const Node* const item : node.items) {
      if (!first) out_.put(',');
      first = false;
      break_line(depth + 1);
      write(*item, depth + 1);
    }
    break_line(depth);
    out_.put(']');
  }

  void write_scalar(const Node& node) {
    std::string made;
    switch (node.type) {
      case Type::kNull:
        return out_.put("null");
      case Type::kBoolean:
        return out_.put(*as_boolean(node) ? "true" : "false");
      case Type::kInteger:
        return out_.put(number_text(node, Numbers::kGo, made));
      case Type::kFloat:
        return write_float(node);
      case Type::kTimestamp:
        return write_string(timestamp_rfc3339(node.text).value_or(std::string(node.text)));
      case Type::kBinary:
        return write_string(base64_decode(node.text).value_or(std::string(node.text)));
      default:
        return write_string(node.text);
    }
  }

  void write_float(const Node& node) {
    const double value = float_value(node.text);
    if (!std::isfinite(value)) {
      fail("yaml/json-number", node.span, cat("JSON has no number '", node.text, "'"), {},
           {format_float(value)});
    }
    out_.put(style_.as_go ? format_json_float(value) : format_nlohmann_float(value));
  }

  // Most bytes stay as they are: they are put out a run at a time.
  void write_string(std::string_view text) {
    out_.put('"');
    std::size_t run = 0;
    for (std::size_t at = 0; at < text.size();) {
      const char escape = escapes_[static_cast<unsigned char>(text[at])];
      if (escape == 0) {
        ++at;
        continue;
      }
      const std::size_t from = at;
      const char32_t c = next_code_point(text, at);
      if (escape == 'U' && !needs_escape(c, at - from)) continue;
      out_.put(text.substr(run, from - run));
      run = at;
      out_.put('\\');
      if (escape == 'u' || escape == 'U') {
        write_unicode_escape(c);
      } else {
        out_.put(escape);
      }
    }
    out_.put(text.substr(run));
    out_.put('"');
  }

  // Line and paragraph separators, as Go does, and bytes that are no characters.
  bool needs_escape(char32_t c, std::size_t length) const {
    return (style_.as_go && (c == 0x2028 || c == 0x2029)) || (c == 0xFFFD && length == 1);
  }

  void write_unicode_escape(char32_t c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_.put('u');
    for (int shift = 12; shift >= 0; shift -= 4) out_.put(kHex[c >> shift & 15U]);
  }

  void break_line(int depth) {
    if (style_.indent == 0) return;
    out_.put('\n');
    out_.blanks(static_cast<std::size_t>(depth * style_.indent));
  }

  TextWriter out_;
  const JsonStyle& style_;
  const Escapes& escapes_;
  std::vector<const Entry*> open_;  // the entries of open mappings, each level's at the end
};

}  // namespace

std::string emit_json(const Node& node, const JsonStyle& style) {
  std::string out;
  JsonWriter(out, style).write(node, 0);
  return out;
}

}  // namespace plumb::yaml
