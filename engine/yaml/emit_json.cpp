#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/number.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

class JsonWriter {
 public:
  JsonWriter(std::string& out, const JsonStyle& style) : out_(out), style_(style) {}

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
    if (node.entries.empty()) {
      out_ += "{}";
      return;
    }
    std::vector<const Entry*> entries;
    for (const Entry& entry : node.entries) entries.push_back(&entry);
    if (style_.sorted_keys) {
      std::stable_sort(entries.begin(), entries.end(),
                       [](const Entry* a, const Entry* b) { return a->key->text < b->key->text; });
    }
    out_.push_back('{');
    bool first = true;
    for (const Entry* entry : entries) {
      if (!first) out_.push_back(',');
      first = false;
      break_line(depth + 1);
      write_string(entry->key->text);
      out_ += style_.indent > 0 ? ": " : ":";
      write(*entry->value, depth + 1);
    }
    break_line(depth);
    out_.push_back('}');
  }

  void write_sequence(const Node& node, int depth) {
    if (node.items.empty()) {
      out_ += "[]";
      return;
    }
    out_.push_back('[');
    bool first = true;
    for (const Node* item : node.items) {
      if (!first) out_.push_back(',');
      first = false;
      break_line(depth + 1);
      write(*item, depth + 1);
    }
    break_line(depth);
    out_.push_back(']');
  }

  void write_scalar(const Node& node) {
    switch (node.type) {
      case Type::kNull:
        out_ += "null";
        return;
      case Type::kBoolean:
        out_ += *as_boolean(node) ? "true" : "false";
        return;
      case Type::kInteger:
        out_ += decimal(node.text);
        return;
      case Type::kFloat: {
        const double value = float_value(node.text);
        if (!std::isfinite(value)) {
          fail("yaml/json-number", node.span, cat("JSON has no number '", node.text, "'"), {},
               {format_float(value)});
        }
        out_ += format_json_float(value);
        return;
      }
      case Type::kTimestamp:
        write_string(timestamp_rfc3339(node.text).value_or(std::string(node.text)));
        return;
      case Type::kBinary:
        write_string(base64_decode(node.text).value_or(std::string(node.text)));
        return;
      default:
        write_string(node.text);
    }
  }

  void write_string(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out_.push_back('"');
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t from = at;
      const char32_t c = next_code_point(text, at);
      switch (c) {
        case '"':
          out_ += "\\\"";
          continue;
        case '\\':
          out_ += "\\\\";
          continue;
        case '\n':
          out_ += "\\n";
          continue;
        case '\r':
          out_ += "\\r";
          continue;
        case '\t':
          out_ += "\\t";
          continue;
        case '\b':
          out_ += "\\b";
          continue;
        case '\f':
          out_ += "\\f";
          continue;
        default:
          break;
      }
      const bool html = style_.escape_html && (c == '<' || c == '>' || c == '&');
      if (c < 0x20 || html || c == 0x2028 || c == 0x2029) {
        out_ += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4) out_.push_back(kHex[c >> shift & 15U]);
      } else if (c == 0xFFFD && at == from + 1) {
        out_ += "\\ufffd";  // an invalid byte
      } else {
        out_ += text.substr(from, at - from);
      }
    }
    out_.push_back('"');
  }

  void break_line(int depth) {
    if (style_.indent == 0) return;
    out_.push_back('\n');
    out_.append(static_cast<std::size_t>(depth * style_.indent), ' ');
  }

  std::string& out_;
  const JsonStyle& style_;
};

}  // namespace

std::string emit_json(const Node& node, const JsonStyle& style) {
  std::string out;
  JsonWriter(out, style).write(node, 0);
  return out;
}

}  // namespace plumb::yaml
