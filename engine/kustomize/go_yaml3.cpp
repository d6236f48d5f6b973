#include "kustomize/go_yaml3.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

#include "base/text.h"
#include "yaml/read.h"
#include "yaml/tag.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Style;
using yaml::Type;

constexpr std::size_t kSimpleKeyBytes = 128;

// ---- which style a text may have ----

struct Analysis {
  bool flow_plain = true, block_plain = true, single_quoted = true, block = true;
  bool several_lines = false;
};

std::size_t break_length(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n' || c == '\r') return 1;
  if (text.substr(at).starts_with("\xC2\x85")) return 2;
  if (text.substr(at).starts_with("\xE2\x80\xA8") || text.substr(at).starts_with("\xE2\x80\xA9"))
    return 3;
  return 0;
}

bool is_printable(char32_t c) {
  return c == '\n' || (c >= 0x20 && c <= 0x7E) || c == 0x85 || (c >= 0xA0 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF);
}

bool blank_at(std::string_view text, std::size_t at) {
  return at >= text.size() || text[at] == ' ' || text[at] == '\t' || break_length(text, at) > 0;
}

// Walks through a text once and notes what stands where.
struct Findings {
  bool block_indicator = false, flow_indicator = false, special = false, tab = false;
  bool leading_space = false, leading_break = false, trailing_space = false, trailing_break = false;
  bool break_space = false, space_break = false, line_break = false;
};

void note_indicator(std::string_view text, std::size_t at, bool after_blank, Findings& found) {
  const char c = text[at];
  const auto one_of = [&](std::string_view set) { return set.find(c) != std::string_view::npos; };
  if (at == 0) {
    if (one_of("#,[]{}&*!|>'\"%@`")) found.flow_indicator = found.block_indicator = true;
    if (one_of("?:")) {
      found.flow_indicator = true;
      found.block_indicator = found.block_indicator || blank_at(text, at + 1);
    }
    if (c == '-' && blank_at(text, at + 1)) found.flow_indicator = found.block_indicator = true;
    return;
  }
  if (one_of(",?[]{}")) found.flow_indicator = true;
  if (c == ':') {
    found.flow_indicator = true;
    found.block_indicator = found.block_indicator || blank_at(text, at + 1);
  }
  if (c == '#' && after_blank) found.flow_indicator = found.block_indicator = true;
}

Findings look_at(std::string_view text) {
  Findings found;
  if (text.starts_with("---") || text.starts_with("..."))
    found.block_indicator = found.flow_indicator = true;
  bool after_blank = true, after_space = false, after_break = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t next = at;
    const char32_t c = next_code_point(text, next);
    const std::size_t line_break = break_length(text, at);
    const bool last = next == text.size();
    note_indicator(text, at, after_blank, found);
    if (c == '\t')
      found.tab = true;
    else if (!is_printable(c))
      found.special = true;
    if (c == ' ') {
      found.leading_space = found.leading_space || at == 0;
      found.trailing_space = found.trailing_space || last;
      found.break_space = found.break_space || after_break;
    } else if (line_break > 0) {
      found.line_break = true;
      found.leading_break = found.leading_break || at == 0;
      found.trailing_break = found.trailing_break || last;
      found.space_break = found.space_break || after_space;
    }
    after_space = c == ' ';
    after_break = line_break > 0;
    after_blank = blank_at(text, at);
    at = next;
  }
  return found;
}

Analysis analyse(std::string_view text) {
  if (text.empty()) return {false, true, true, false, false};
  const Findings found = look_at(text);
  Analysis result;
  result.several_lines = found.line_break;
  if (found.leading_space || found.leading_break || found.trailing_space || found.trailing_break ||
      found.line_break)
    result.flow_plain = result.block_plain = false;
  if (found.trailing_space || found.space_break || found.special) result.block = false;
  if (found.break_space || found.space_break || found.tab || found.special)
    result.flow_plain = result.block_plain = result.single_quoted = false;
  if (found.flow_indicator) result.flow_plain = false;
  if (found.block_indicator) result.block_plain = false;
  return result;
}

// ---- comments ----

struct Attached {
  std::vector<std::string> head;  // before, on lines of their own; "" is an empty line
  std::string line;               // behind
  std::vector<std::string> foot;
};

// Which entry or item a comment belongs to. An entry goes by its key, an item by its value.
class Attachment {
 public:
  Attachment(const Node& root, const ReadFrom& source) : source_(source) {
    if (source.document == nullptr || source.document->comments.empty()) return;
    collect(root);
    std::ranges::stable_sort(leaders_, {}, &Leader::line);
    attach();
  }

  const Attached* of(const Node* leader) const {
    const auto there = attached_.find(leader);
    return there == attached_.end() ? nullptr : &there->second;
  }
  const std::vector<std::string>& document_head() const { return document_head_; }
  const std::vector<std::string>& document_foot() const { return document_foot_; }

 private:
  struct Leader {
    const Node* node;
    std::size_t line, column;
  };

  std::string_view before(std::uint32_t offset) const {
    return source_.text.substr(0,
                               std::min<std::size_t>(offset - source_.offset, source_.text.size()));
  }
  std::size_t line_of(std::uint32_t offset) const {
    return static_cast<std::size_t>(std::ranges::count(before(offset), '\n'));
  }
  std::size_t column_of(std::uint32_t offset) const {
    const std::string_view text = before(offset);
    return text.size() - (text.rfind('\n') + 1);
  }
  std::string_view line_text(std::size_t line) const {
    std::size_t at = 0;
    for (; line > 0; --line) {
      at = source_.text.find('\n', at);
      if (at == std::string_view::npos) return {};
      ++at;
    }
    return trim(source_.text.substr(at, source_.text.find('\n', at) - at));
  }
  bool is_blank_line(std::size_t line) const { return line_text(line).empty(); }

  void collect(const Node& node) {
    if (node.style == Style::kFlow && !node.is_scalar()) return;
    if (node.shared && !seen_.insert(&node).second) return;
    for (const Node* const item : node.items) {
      add(item, item->span.offset);
      collect(*item);
    }
    for (const yaml::Entry& entry : node.entries) {
      add(entry.key, entry.key->span.offset);
      collect(*entry.value);
    }
  }
  void add(const Node* node, std::uint32_t offset) {
    if (offset < source_.offset) return;
    leaders_.push_back({node, line_of(offset), column_of(offset)});
  }

  const Leader* next_after(std::size_t line) const {
    const auto there = std::ranges::upper_bound(leaders_, line, {}, &Leader::line);
    return there == leaders_.end() ? nullptr : &*there;
  }
  const Leader* last_before(std::size_t line, std::size_t column) const {
    const auto end = std::ranges::lower_bound(leaders_, line, {}, &Leader::line);
    for (auto at = end; at != leaders_.begin();) {
      --at;
      if (at->column <= column) return &*at;
    }
    return end == leaders_.begin() ? nullptr : &*std::prev(end);
  }

  struct Line {
    std::size_t line, column;
    std::string text;
  };

  void attach() {
    std::vector<Line> own;
    for (const yaml::Comment& comment : source_.document->comments) {
      const std::size_t line = line_of(comment.span.offset);
      std::string text = cat('#', comment.text);
      if (comment.own_line) {
        own.push_back({line, column_of(comment.span.offset), std::move(text)});
        continue;
      }
      const auto end = std::ranges::upper_bound(leaders_, line, {}, &Leader::line);
      if (end != leaders_.begin()) attached_[std::prev(end)->node].line = std::move(text);
    }
    for (std::size_t from = 0; from < own.size();) {
      const Leader* const next = next_after(own[from].line);
      std::size_t to = from + 1;
      while (to < own.size() && next_after(own[to].line) == next) ++to;
      attach_run({own.begin() + static_cast<std::ptrdiff_t>(from),
                  own.begin() + static_cast<std::ptrdiff_t>(to)},
                 next);
      from = to;
    }
  }

  // Comments between two leaders. Those directly below content and divided from what follows belong
  // to the former, all others to the latter.
  void attach_run(const std::vector<Line>& run, const Leader* next) {
    std::size_t at = 0;
    const Line& first = run.front();
    const Leader* const former = last_before(first.line, first.column);
    const bool below = first.line > 0 && former != nullptr && !is_blank_line(first.line - 1) &&
                       !line_text(first.line - 1).ends_with(':');
    if (below) {
      std::size_t end = 1;
      while (end < run.size() && run[end].line == run[end - 1].line + 1) ++end;
      if (is_blank_line(run[end - 1].line + 1)) {
        for (; at < end; ++at) attached_[former->node].foot.push_back(run[at].text);
      }
    }
    std::vector<std::string> rest;
    std::size_t divided = 0;  // how many lines the part before the last empty line has
    for (std::size_t i = at; i < run.size(); ++i) {
      if (i > at && run[i].line > run[i - 1].line + 1) {
        divided = rest.size();
        rest.emplace_back();
      }
      rest.push_back(run[i].text);
    }
    if (rest.empty()) return;
    if (next == nullptr) {
      document_foot_ = std::move(rest);
      return;
    }
    if (former == nullptr) {
      if (next->line > run.back().line + 1) {
        document_head_ = std::move(rest);
        return;
      }
      document_head_.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(divided));
      rest.erase(rest.begin(),
                 rest.begin() + static_cast<std::ptrdiff_t>(divided == 0 ? 0 : divided + 1));
    }
    attached_[next->node].head = std::move(rest);
  }

  const ReadFrom& source_;
  std::vector<Leader> leaders_;
  std::set<const Node*> seen_;
  std::map<const Node*, Attached> attached_;
  std::vector<std::string> document_head_, document_foot_;
};

// ---- writing ----

std::string_view short_tag(std::string_view tag, std::string& storage) {
  constexpr std::string_view kLong = "tag:yaml.org,2002:";
  if (!tag.starts_with(kLong)) return tag;
  storage = cat("!!", tag.substr(kLong.size()));
  return storage;
}

class Writer {
 public:
  Writer(const Attachment& comments, std::map<const Node*, std::size_t>* lines)
      : comments_(comments), lines_(lines) {}

  std::string write(const Node& root) {
    for (const std::string& line : comments_.document_head()) comment_line(line, 0);
    if (!comments_.document_head().empty()) out_ += '\n';
    value(root, 0, true, nullptr);
    end_line();
    if (!comments_.document_foot().empty()) out_ += '\n';
    for (const std::string& line : comments_.document_foot()) comment_line(line, 0);
    return std::move(out_);
  }

 private:
  void end_line() {
    if (!out_.empty() && out_.back() != '\n') out_ += '\n';
  }
  void comment_line(const std::string& text, std::size_t indent) {
    end_line();
    if (!text.empty()) out_ += cat(std::string(indent, ' '), text);
    out_ += '\n';
  }
  void start_line(std::size_t indent) {
    end_line();
    if (foot_indent_ == static_cast<std::ptrdiff_t>(indent)) out_ += '\n';
    foot_indent_ = -1;
    out_ += std::string(indent, ' ');
  }

  void head(const Attached* attached, std::size_t indent) {
    if (attached == nullptr || attached->head.empty()) return;
    start_line(indent);
    out_.resize(out_.size() - indent);
    for (const std::string& line : attached->head) comment_line(line, indent);
  }
  void foot(const Attached* attached, std::size_t indent) {
    if (attached == nullptr || attached->foot.empty()) return;
    for (const std::string& line : attached->foot) comment_line(line, indent);
    foot_indent_ = static_cast<std::ptrdiff_t>(indent);
  }
  void line_comment(const Attached* attached) {
    if (attached == nullptr || attached->line.empty()) return;
    if (!out_.ends_with(' ')) out_ += ' ';
    out_ += attached->line;
  }

  // "&a !!str "; whether there was anything.
  bool properties(const Node& node) {
    std::string text;
    const yaml::Decoration* const decoration = node.decoration;
    if (decoration != nullptr && !decoration->anchor.empty()) text = cat('&', decoration->anchor);
    std::string storage;
    std::string_view tag;
    if (node.type == Type::kMerge)
      tag = "!!merge";
    else if (decoration != nullptr && !decoration->tag.empty())
      tag = short_tag(decoration->tag, storage);
    else
      tag = missing_tag(node);
    if (!tag.empty()) text += cat(text.empty() ? "" : " ", tag);
    if (text.empty()) return false;
    out_ += text;
    return true;
  }

  // The tag that a plain text needs to stay what it is.
  static std::string_view missing_tag(const Node& node) {
    if (!node.is_scalar() || node.is_string() || node.type == Type::kBinary) return {};
    if (yaml::resolve(node.text, yaml::Resolution::kGoYaml3) == node.type) return {};
    return yaml::short_tag(node.type);
  }

  // What an anchor names stands where it was read first; elsewhere it is named.
  bool is_alias(const Node& node) const {
    return node.shared && node.decoration != nullptr && !node.decoration->anchor.empty() &&
           written_.contains(&node);
  }
  void note_line(const Node& key) {
    if (lines_ != nullptr)
      (*lines_)[&key] = static_cast<std::size_t>(std::ranges::count(out_, '\n')) + 1;
  }
  void note(const Node& node) {
    if (node.shared) written_.insert(&node);
  }

  static Style style_of(const Node& node, bool flow, bool key) {
    const bool tagged = node.decoration != nullptr && !node.decoration->tag.empty();
    const Analysis analysis = analyse(node.text);
    Style style = node.style;
    if (style != Style::kSingleQuoted && style != Style::kDoubleQuoted &&
        style != Style::kLiteral && style != Style::kFolded) {
      style = Style::kPlain;
      const bool string = node.is_string() && !tagged;
      if (contains(node.text, "\n"))
        style = Style::kLiteral;
      else if (string && yaml::resolve(node.text, yaml::Resolution::kGoYaml3) != Type::kString)
        style = Style::kDoubleQuoted;
    }
    if (style == Style::kPlain) {
      const bool allowed = flow ? analysis.flow_plain : analysis.block_plain;
      if (!allowed || (node.text.empty() && (flow || key))) style = Style::kSingleQuoted;
    }
    if (style == Style::kSingleQuoted && !analysis.single_quoted) style = Style::kDoubleQuoted;
    if ((style == Style::kLiteral || style == Style::kFolded) && (!analysis.block || flow || key))
      style = Style::kDoubleQuoted;
    return style;
  }

  void double_quoted(std::string_view text) {
    out_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      std::size_t next = at;
      const char32_t c = next_code_point(text, next);
      if (is_printable(c) && break_length(text, at) == 0 && c != '"' && c != '\\')
        out_ += text.substr(at, next - at);
      else
        escape(c);
      at = next;
    }
    out_ += '"';
  }

  void escape(char32_t c) {
    constexpr std::pair<char32_t, char> kShort[] = {
        {0, '0'},     {7, 'a'},    {8, 'b'},    {9, 't'},      {10, 'n'},
        {11, 'v'},    {12, 'f'},   {13, 'r'},   {27, 'e'},     {'"', '"'},
        {'\\', '\\'}, {0x85, 'N'}, {0xA0, '_'}, {0x2028, 'L'}, {0x2029, 'P'}};
    for (const auto& [from, to] : kShort)
      if (from == c) {
        out_ += cat('\\', to);
        return;
      }
    char digits[12];
    std::snprintf(digits, sizeof digits,
                  c <= 0xFF     ? "\\x%02X"
                  : c <= 0xFFFF ? "\\u%04X"
                                : "\\U%08X",
                  static_cast<unsigned>(c));
    out_ += digits;
  }

  // A quoted text over several lines: a break is written twice.
  void single_quoted(std::string_view text, std::size_t indent) {
    out_ += '\'';
    bool breaks = false;
    for (const char c : text) {
      if (c == '\n') {
        if (!breaks) out_ += '\n';
        out_ += '\n';
        breaks = true;
        continue;
      }
      if (breaks) out_ += std::string(indent, ' ');
      breaks = false;
      out_ += c == '\'' ? std::string("''") : std::string(1, c);
    }
    if (breaks) out_ += std::string(indent, ' ');
    out_ += '\'';
  }

  void block_header(const Node& node, char indicator, const Attached* attached) {
    const std::string_view text = node.text;
    out_ += indicator;
    if (text.front() == ' ' || text.front() == '\n') out_ += '2';
    if (!text.ends_with('\n'))
      out_ += '-';
    else if (text == "\n" || text.ends_with("\n\n"))
      out_ += '+';
    line_comment(attached);
    out_ += '\n';
  }

  void literal(std::string_view text, std::size_t indent) {
    bool at_start = true;
    for (const char c : text) {
      if (c == '\n') {
        out_ += '\n';
        at_start = true;
        continue;
      }
      if (at_start) out_ += std::string(indent, ' ');
      at_start = false;
      out_ += c;
    }
  }

  // Each first line break of a run is doubled, so that reading joins nothing.
  void folded(std::string_view text, std::size_t indent) {
    bool breaks = true, leading_blank = true;
    const bool doubled = !text.empty() && text.front() != ' ' && text.front() != '\t';
    for (const char c : text) {
      if (c == '\n') {
        if (!breaks && !leading_blank && doubled) out_ += '\n';
        out_ += '\n';
        breaks = true;
        continue;
      }
      if (breaks) {
        out_ += std::string(indent, ' ');
        leading_blank = c == ' ' || c == '\t';
      }
      breaks = false;
      out_ += c;
    }
  }

  // `indent`: of the further lines of a text.
  void scalar(const Node& node, std::size_t indent, bool flow, bool key, const Attached* attached) {
    const Style style = style_of(node, flow, key);
    if (properties(node) && (!node.text.empty() || style != Style::kPlain)) out_ += ' ';
    switch (style) {
      case Style::kSingleQuoted:
        single_quoted(node.text, indent);
        break;
      case Style::kDoubleQuoted:
        double_quoted(node.text);
        break;
      case Style::kLiteral:
        block_header(node, '|', attached);
        return literal(node.text, indent);
      case Style::kFolded:
        block_header(node, '>', attached);
        return folded(node.text, indent);
      default:
        out_ += node.text;
    }
    line_comment(attached);
  }

  void alias(const Node& node, bool key) {
    out_ += cat('*', node.decoration->anchor, key ? " " : "");
  }

  void flow(const Node& node, bool key = false) {
    if (is_alias(node)) return alias(node, key);
    note(node);
    if (node.is_scalar()) return scalar(node, 0, true, key, nullptr);
    if (properties(node)) out_ += ' ';
    out_ += node.is_mapping() ? '{' : '[';
    bool first = true;
    for (const Node* const item : node.items) {
      if (!first) out_ += ", ";
      first = false;
      flow(*item);
    }
    for (const yaml::Entry& entry : node.entries) {
      if (!first) out_ += ", ";
      first = false;
      note_line(*entry.key);
      flow(*entry.key, true);
      out_ += ": ";
      flow(*entry.value);
    }
    out_ += node.is_mapping() ? '}' : ']';
  }

  bool is_block(const Node& node) const {
    return !node.is_scalar() && !is_alias(node) && node.style != Style::kFlow &&
           !(node.items.empty() && node.entries.empty());
  }

  bool is_empty_plain(const Node& node) const {
    return node.is_scalar() && node.text.empty() && style_of(node, false, false) == Style::kPlain &&
           (node.decoration == nullptr ||
            (node.decoration->anchor.empty() && node.decoration->tag.empty() && !is_alias(node)));
  }

  // The value at the cursor; `indent`: of a block collection's lines; `inlined`: its first line
  // goes on the present one.
  void value(const Node& node, std::size_t indent, bool inlined, const Attached* attached) {
    if (is_alias(node)) {
      alias(node, false);
      return line_comment(attached);
    }
    if (!is_block(node) && !node.is_scalar()) {
      flow(node);
      return line_comment(attached);
    }
    note(node);
    if (node.is_scalar()) return scalar(node, indent, false, false, attached);
    if (properties(node)) inlined = false;
    bool first = inlined;
    for (const Node* const item : node.items) {
      this->item(*item, indent, first);
      first = false;
    }
    for (const yaml::Entry& entry : node.entries) {
      this->entry(entry, indent, first);
      first = false;
    }
  }

  void begin(const Attached* attached, std::size_t indent, bool first) {
    head(attached, indent);
    const bool fresh = attached != nullptr && !attached->head.empty();
    if (!first || fresh) start_line(indent);
  }

  void item(const Node& item, std::size_t indent, bool first) {
    const Attached* const attached = comments_.of(&item);
    begin(attached, indent, first);
    out_ += is_empty_plain(item) ? "-" : "- ";
    value(item, indent + 2, true, is_block(item) ? nullptr : attached);
    foot(attached, indent);
  }

  void entry(const yaml::Entry& entry, std::size_t indent, bool first) {
    const Attached* const attached = comments_.of(entry.key);
    begin(attached, indent, first);
    note_line(*entry.key);
    const Node& key = *entry.key;
    const bool simple =
        key.is_scalar() && key.text.size() <= kSimpleKeyBytes && !analyse(key.text).several_lines;
    if (!simple) out_ += "? ";
    if (is_alias(key))
      alias(key, true);
    else if (key.is_scalar())
      note(key), scalar(key, indent + 2, false, simple, nullptr);
    else
      flow(key);
    if (!simple) start_line(indent);
    out_ += ':';
    entry_value(*entry.value, indent, attached);
    foot(attached, indent);
  }

  void entry_value(const Node& node, std::size_t indent, const Attached* attached) {
    if (is_block(node)) {
      out_ += ' ';
      if (!node_has_properties(node)) out_.pop_back();
      if (attached != nullptr && !attached->line.empty()) line_comment(attached);
      return value(node, node.is_sequence() ? indent : indent + 2, false, nullptr);
    }
    if (!is_empty_plain(node)) out_ += ' ';
    value(node, indent + 2, true, attached);
  }

  static bool node_has_properties(const Node& node) {
    return node.decoration != nullptr &&
           (!node.decoration->anchor.empty() || !node.decoration->tag.empty());
  }

  const Attachment& comments_;
  std::map<const Node*, std::size_t>* lines_;
  std::string out_;
  std::ptrdiff_t foot_indent_ = -1;
  std::set<const Node*> written_;
};

}  // namespace

bool may_be_block(std::string_view text) { return analyse(text).block; }

std::string write_go_yaml(const Node& node, const ReadFrom& source,
                          std::map<const Node*, std::size_t>* lines) {
  const Attachment comments(node, source);
  return Writer(comments, lines).write(node);
}

}  // namespace plumb::kustomize
