#include "kustomize/yaml_text.h"

#include "base/text.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Style;
using yaml::Type;

struct NotWritable {};

bool starts_like_an_indicator(std::string_view text) {
  const char c = text.front();
  if (std::string_view("#,[]{}&*!|>'\"%@`").find(c) != std::string_view::npos) return true;
  return (c == '-' || c == '?' || c == ':') &&
         (text.size() == 1 || text[1] == ' ' || text[1] == '\t');
}

bool can_be_plain(std::string_view text, bool flow) {
  if (text.empty()) return !flow;
  if (text.front() == ' ' || text.back() == ' ' || starts_like_an_indicator(text)) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (contains(text, ": ") || contains(text, " #") || text.ends_with(':')) return false;
  if (flow && text.find_first_of(",[]{}?:") != std::string_view::npos) {
    if (text.find_first_of(",[]{}") != std::string_view::npos || contains(text, "?")) return false;
    if (text.find(':') != std::string_view::npos) return false;
  }
  return text.find_first_of("\n\t\r") == std::string_view::npos;
}

std::string single_quoted(std::string_view text) {
  return cat('\'', replace_all(text, "'", "''"), '\'');
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += cat('\\', c);
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F)
          throw NotWritable{};
        out += c;
    }
  }
  return out + "\"";
}

class Writer {
 public:
  std::string write(const Node& root) {
    value(root, 0, false);
    return std::move(out_);
  }

 private:
  static void check(const Node& node) {
    if (node.decoration != nullptr &&
        (!node.decoration->anchor.empty() || !node.decoration->alias.empty() ||
         !node.decoration->tag.empty()))
      throw NotWritable{};
  }

  // The text of a scalar on its line; block texts go through literal().
  std::string scalar(const Node& node, bool flow) const {
    check(node);
    switch (node.style) {
      case Style::kSingleQuoted:
        if (contains(node.text, "\n")) throw NotWritable{};
        return single_quoted(node.text);
      case Style::kDoubleQuoted:
        return double_quoted(node.text);
      case Style::kFolded:
        throw NotWritable{};
      default:
        break;
    }
    const Type resolved = yaml::resolve(node.text, yaml::Resolution::kGoYaml3);
    if (node.is_string()) {
      if (resolved != Type::kString) return double_quoted(node.text);
      if (contains(node.text, "\n")) throw NotWritable{};
      return can_be_plain(node.text, flow) ? std::string(node.text) : single_quoted(node.text);
    }
    if (node.is_null() && node.text.empty()) return flow ? "''" : "";
    if (resolved != node.type) throw NotWritable{};
    return std::string(node.text);
  }

  void flow(const Node& node) {
    check(node);
    if (node.is_scalar()) {
      out_ += scalar(node, true);
      return;
    }
    out_ += node.is_mapping() ? '{' : '[';
    bool first = true;
    const auto divide = [&] {
      if (!first) out_ += ", ";
      first = false;
    };
    for (const Node* const item : node.items) {
      divide();
      flow(*item);
    }
    for (const yaml::Entry& entry : node.entries) {
      divide();
      out_ += cat(scalar(*entry.key, true), ": ");
      flow(*entry.value);
    }
    out_ += node.is_mapping() ? '}' : ']';
  }

  void literal(const Node& node, int indent) {
    const std::string_view text = node.text;
    if (text.empty() || text.front() == ' ' || text.front() == '\n' || text.front() == '\t' ||
        contains(text, " \n") || contains(text, "\t") || contains(text, "\r"))
      throw NotWritable{};
    out_ += text.ends_with("\n\n") ? "|+" : text.ends_with('\n') ? "|" : "|-";
    std::string_view rest = text.ends_with('\n') ? text.substr(0, text.size() - 1) : text;
    for (const std::string_view line : split(rest, '\n'))
      out_ +=
          line.empty() ? "\n" : cat("\n", std::string(static_cast<std::size_t>(indent), ' '), line);
  }

  static bool is_block(const Node& node) {
    return !node.is_scalar() && node.style != Style::kFlow &&
           !(node.items.empty() && node.entries.empty());
  }

  // The value at the cursor; `indent`: of a block collection's lines; `inlined`: its first line
  // goes on the present one.
  void value(const Node& node, int indent, bool inlined) {
    check(node);
    if (node.is_scalar()) {
      if (node.style == Style::kLiteral)
        literal(node, indent);
      else
        out_ += scalar(node, false);
      return;
    }
    if (!is_block(node)) return flow(node);
    bool first = inlined || out_.empty();
    const auto start_line = [&] {
      if (!first) out_ += cat('\n', std::string(static_cast<std::size_t>(indent), ' '));
      first = false;
    };
    for (const Node* const item : node.items) {
      start_line();
      out_ += is_blank_value(*item) ? "-" : "- ";
      value(*item, indent + 2, true);
    }
    for (const yaml::Entry& entry : node.entries) {
      start_line();
      if (entry.key->style == Style::kLiteral) throw NotWritable{};
      out_ += cat(scalar(*entry.key, false), ":");
      if (is_block(*entry.value)) {
        value(*entry.value, entry.value->is_sequence() ? indent : indent + 2, false);
      } else {
        if (!is_blank_value(*entry.value)) out_ += ' ';
        value(*entry.value, indent + 2, true);
      }
    }
  }

  static bool is_blank_value(const Node& node) { return node.is_null() && node.text.empty(); }

  std::string out_;
};

}  // namespace

std::optional<std::string> write_yaml_text(const Node& node) {
  try {
    return Writer().write(node);
  } catch (const NotWritable&) {
    return std::nullopt;
  }
}

}  // namespace plumb::kustomize
