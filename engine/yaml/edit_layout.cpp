#include <algorithm>

#include "base/diagnostic.h"
#include "yaml/editor.h"

namespace plumb::yaml {

namespace {

constexpr std::string_view kBlanks = " \t";

bool is_blank_or_break(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Goes through a text that is known to be well formed; what it does not expect is a form that edits
// cannot keep.
class LayoutReader {
 public:
  explicit LayoutReader(std::string_view text) : text_(text) {}

  CollectionLayout collection(const Node& node) {
    CollectionLayout layout;
    layout.flow = is_flow(node);
    if (layout.flow) {
      flow(node, layout);
    } else if (node.is_mapping()) {
      block_mapping(node, layout);
    } else {
      block_sequence(node, layout);
    }
    return layout;
  }

  // The node that stands behind `at`, which is behind an indicator.
  Extent value(const Node& node, std::size_t at) {
    Extent extent{at, at, at, at, false, false};
    const bool decorated = has_properties(node);
    if (is_unwritten(node) && !decorated) {
      extent.empty = true;
      return extent;
    }
    std::size_t next = skip(at);
    if (peek(next) == '*') {
      extent.alias = true;
      extent.from = extent.properties_end = extent.start = next;
      extent.end = name_end(next + 1);
      return extent;
    }
    extent.from = extent.properties_end = next;
    if (decorated) next = skip_properties(next, extent);
    if (is_unwritten(node)) {
      extent.empty = true;
      extent.start = extent.end = extent.properties_end;
      return extent;
    }
    extent.start = next;
    if (node.span.offset != next) fail_form(node);
    extent.end = end(node);
    return extent;
  }

  std::size_t end(const Node& node) {
    if (node.is_scalar()) return is_block_scalar(node) ? block_scalar_end(node) : span_end(node);
    if (is_flow(node) && is_bracket(peek(node.span.offset))) return span_end(node);
    const Node* const last = node.is_mapping() ? node.entries.back().value : node.items.back();
    // What an alias names has another place.
    const bool own = !last->shared && last->span.length != 0 && !is_unwritten(*last);
    return own ? end(*last) : collection(node).entries.back().end();
  }

  std::size_t skip(std::size_t at) const {
    if (at == 0 && text_.starts_with("\xEF\xBB\xBF")) at = 3;
    while (at < text_.size()) {
      if (is_blank_or_break(text_[at])) {
        ++at;
      } else if (text_[at] == '#' && (at == 0 || is_blank_or_break(text_[at - 1]))) {
        at = line_end(text_, at);
      } else {
        break;
      }
    }
    return at;
  }

 private:
  [[noreturn]] static void fail_form(const Node& node) {
    fail("yaml/edit-form", node.span, "this form of the text cannot be edited in place",
         {{"write the collection around it in block style"}});
  }

  static Extent nothing_at(std::size_t at) { return {at, at, at, at, false, true}; }
  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  static bool is_bracket(char c) { return c == '[' || c == '{'; }
  static bool is_block_scalar(const Node& node) {
    return node.style == Style::kLiteral || node.style == Style::kFolded;
  }
  static bool is_unwritten(const Node& node) {
    return node.is_scalar() && node.style == Style::kPlain && node.text.empty();
  }
  static bool has_properties(const Node& node) {
    return node.decoration != nullptr &&
           (!node.decoration->tag.empty() || !node.decoration->anchor.empty());
  }
  static std::size_t span_end(const Node& node) {
    return std::size_t{node.span.offset} + node.span.length;
  }
  bool indicator(std::size_t at, char c) const {
    return peek(at) == c && (at + 1 >= text_.size() || is_blank_or_break(text_[at + 1]));
  }

  std::size_t name_end(std::size_t at) const {
    const auto is_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '_' || c == '-';
    };
    while (is_name(peek(at))) ++at;
    return at;
  }

  std::size_t skip_properties(std::size_t at, Extent& extent) const {
    while (peek(at) == '&' || peek(at) == '!') {
      const std::size_t closed = peek(at + 1) == '<' ? text_.find('>', at) : at;
      std::size_t end = std::min(closed, text_.size());
      while (end < text_.size() && !is_blank_or_break(text_[end]) && !ends_property(text_[end], at))
        ++end;
      extent.properties_end = end;
      at = skip(end);
    }
    return at;
  }
  bool ends_property(char c, std::size_t at) const {
    if (text_[at] == '&') return c == ',' || c == ']' || c == '}' || c == ':';
    return c == ',' || c == '}';
  }

  // The last line with text; with '+' the empty ones behind it, too.
  std::size_t block_scalar_end(const Node& node) const {
    const std::size_t header = line_end(text_, node.span.offset);
    std::size_t end = std::max(header, span_end(node));
    if (end == next_line(text_, node.span.offset)) end = header;  // there is no line with text
    const std::string_view marks = text_.substr(node.span.offset, 3);
    if (marks.find('+') == std::string_view::npos) return end;
    for (std::size_t line = next_line(text_, end); line < text_.size();
         line = next_line(text_, line)) {
      const std::size_t stop = line_end(text_, line);
      if (text_.substr(line, stop - line).find_first_not_of(' ') != std::string_view::npos) break;
      if (stop == text_.size()) break;  // no line: the text ends behind a break
      end = stop;
    }
    return end;
  }

  void block_sequence(const Node& node, CollectionLayout& layout) {
    std::size_t at = node.span.offset;
    for (const Node* const item : node.items) {
      EntryLayout entry;
      entry.start = entry.indicator = skip(at);
      if (!indicator(entry.start, '-')) fail_form(node);
      entry.value = value(*item, entry.start + 1);
      at = entry.end();
      layout.entries.push_back(entry);
    }
  }

  void block_mapping(const Node& node, CollectionLayout& layout) {
    std::size_t at = node.span.offset;
    for (const Entry& each : node.entries) {
      EntryLayout entry;
      entry.start = skip(at);
      entry.explicit_key = indicator(entry.start, '?');
      entry.key = value(*each.key, entry.start + (entry.explicit_key ? 1 : 0));
      const std::size_t colon = entry.explicit_key || entry.key.empty
                                    ? skip(entry.key.end)
                                    : text_.find_first_not_of(kBlanks, entry.key.end);
      if (indicator(colon, ':')) {
        entry.indicator = colon;
        entry.value = value(*each.value, colon + 1);
      } else if (entry.explicit_key && is_unwritten(*each.value)) {
        entry.value = nothing_at(entry.key.end);
      } else {
        fail_form(node);
      }
      at = entry.end();
      layout.entries.push_back(entry);
    }
  }

  void flow(const Node& node, CollectionLayout& layout) {
    const bool pair = !is_bracket(peek(node.span.offset));  // [a: b]
    std::size_t at = node.span.offset + (pair ? 0 : 1);
    const std::size_t count = node.is_mapping() ? node.entries.size() : node.items.size();
    for (std::size_t i = 0; i < count; ++i) {
      EntryLayout entry;
      entry.start = skip(at);
      if (node.is_mapping()) {
        flow_entry(node.entries[i], entry);
      } else {
        entry.value = value(*node.items[i], entry.start);
      }
      at = skip(entry.end());
      if (!pair && i + 1 < count && peek(at++) != ',') fail_form(node);
      layout.entries.push_back(entry);
    }
  }

  void flow_entry(const Entry& each, EntryLayout& entry) {
    entry.explicit_key = indicator(entry.start, '?');
    entry.key = value(*each.key, entry.start + (entry.explicit_key ? 1 : 0));
    const std::size_t colon = skip(entry.key.end);
    if (peek(colon) == ':') {
      entry.indicator = colon;
      entry.value = value(*each.value, colon + 1);
    } else {
      entry.value = nothing_at(entry.key.end);
    }
  }

  std::string_view text_;
};

}  // namespace

std::size_t line_start(std::string_view text, std::size_t at) {
  const std::size_t found = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return found == std::string_view::npos ? 0 : found + 1;
}

std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.find('\n', at), text.size());
  return end > at && end < text.size() && text[end - 1] == '\r' ? end - 1 : end;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

int column_of(std::string_view text, std::size_t at) {
  return static_cast<int>(at - line_start(text, at));
}

bool starts_line(std::string_view text, std::size_t at) {
  const std::size_t line = line_start(text, at);
  return text.substr(line, at - line).find_first_not_of(" \t") == std::string_view::npos;
}

bool is_flow(const Node& node) { return !node.is_scalar() && node.style == Style::kFlow; }

CollectionLayout lay_out(std::string_view text, const Node& collection) {
  return LayoutReader(text).collection(collection);
}

Extent root_extent(std::string_view text, const Document& document) {
  const std::size_t from = document.marker.length != 0
                               ? std::size_t{document.marker.offset} + document.marker.length
                               : document.span.offset;
  return LayoutReader(text).value(*document.root, from);
}

std::size_t end_of(std::string_view text, const Node& node) { return LayoutReader(text).end(node); }

}  // namespace plumb::yaml
