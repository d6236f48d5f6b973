#include <algorithm>

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

// Any character but blanks and indicators; '-' (and '?', ':' outside flow collections) when no
// blank follows.
bool Reader::starts_plain() const {
  const char c = peek();
  if (done() || blank_or_end(0)) return false;
  if (c == '-') return !(peek(1) == ' ' || peek(1) == '\t') && !blank_or_end(1);
  if (c == '?' || c == ':') return flow_level_ == 0 && !blank_or_end(1);
  return !contains("-?:,[]{}#&*!|>'\"%@`", std::string_view(at_, 1));
}

Node* Reader::make_scalar(Style style, const char* from, const char* to, std::string_view text) {
  Node* const node = arena_.make<Node>();
  node->style = style;
  node->type = Type::kString;
  node->text = text;
  node->span = span_of(from, to);
  count_node();
  return node;
}

// Line breaks between two pieces of a folded scalar: one becomes a blank, more become one less.
// Called behind the blanks that follow a piece; leaves at_ at the next piece.
void Reader::fold_line_breaks(std::string& out) {
  std::size_t breaks = 0;
  std::string kept;  // LS and PS are never folded away, and NEL is a line feed
  while (break_length(at_) != 0) {
    const std::size_t length = break_length(at_);
    const std::string_view one = length == 3 ? std::string_view(at_, 3) : std::string_view("\n");
    if (breaks > 0 || length == 3) kept += one;
    skip_break();
    ++breaks;
    while (peek() == ' ' || peek() == '\t') ++at_;
  }
  if (breaks == 0) return;
  out += kept.empty() ? std::string(" ") : kept;
}

// A plain scalar goes on over lines that stand right of `indent`.
Node* Reader::read_plain(int indent) {
  const char* const from = at_;
  const char* end = at_;  // behind the last character of the value
  scratch_.clear();
  bool joined = false;  // scratch_ holds the value so far
  bool crossed_line = false;
  while (!done()) {
    const char* const piece = at_;
    // One run without blanks.
    while (!done()) {
      const char c = *at_;
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') break;
      if (c == ':' && blank_or_end(1)) break;
      if (flow_level_ > 0 && (c == ',' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}'))
        break;
      if (static_cast<unsigned char>(c) >= 0xC2 && break_length(at_) != 0) break;
      ++at_;
    }
    if (at_ == piece) break;
    if (joined) scratch_.append(piece, at_);
    end = at_;
    const char* const blanks = at_;
    while (peek() == ' ' || peek() == '\t') ++at_;
    if (break_length(at_) == 0) {
      if (done() || *at_ == '#') break;
      if (joined) {
        // Trailing blanks count only when more text follows.
        const char c = *at_;
        const bool ends = (c == ':' && blank_or_end(1)) ||
                          (flow_level_ > 0 && contains(",?[]{}", std::string_view(&c, 1)));
        if (!ends) scratch_.append(blanks, at_);
      }
      continue;
    }
    // The line ends: does the scalar go on?
    if (!joined) {
      scratch_.assign(from, end);
      joined = true;
    }
    const std::size_t value_size = scratch_.size();
    std::string folded;
    std::size_t breaks = 0;
    crossed_line = true;
    while (break_length(at_) != 0 || peek() == ' ' || peek() == '\t') {
      if (break_length(at_) != 0) {
        const std::size_t length = break_length(at_);
        if (breaks > 0 || length == 3)
          folded.append(length == 3 ? std::string_view(at_, 3) : std::string_view("\n"));
        ++breaks;
        skip_break();
        continue;
      }
      if (*at_ == '\t' && column() <= indent && flow_level_ == 0) {
        fail_here("yaml/tab", "a tab cannot indent", {{"use blanks"}});
      }
      ++at_;
    }
    const bool goes_on = !done() && *at_ != '#' && !at_marker("---") && !at_marker("...") &&
                         (flow_level_ > 0 || column() > indent) &&
                         !(*at_ == ':' && blank_or_end(1)) &&
                         !(flow_level_ > 0 && contains(",?[]{}", std::string_view(at_, 1)));
    if (!goes_on) {
      scratch_.resize(value_size);
      break;
    }
    scratch_ += folded.empty() ? std::string(" ") : folded;
  }
  keys_allowed_ = crossed_line;
  const std::string_view value =
      joined ? arena_.copy(scratch_) : std::string_view(from, static_cast<std::size_t>(end - from));
  return make_scalar(Style::kPlain, from, end, value);
}

Node* Reader::read_single_quoted() {
  const char* const from = at_++;
  scratch_.clear();
  bool joined = false;
  const char* piece = at_;
  const auto take = [&] {
    scratch_.append(piece, at_);
    joined = true;
  };
  for (;;) {
    if (at_document_end()) {
      fail_at(from, from + 1, "yaml/unclosed-quote",
              "expected a closing ' before the end of the document");
    }
    const char c = *at_;
    if (c == '\'') {
      if (peek(1) != '\'') break;
      take();
      scratch_.push_back('\'');
      at_ += 2;
      piece = at_;
      continue;
    }
    if (c == ' ' || c == '\t') {
      const char* const blanks = at_;
      skip_blanks();
      if (break_length(at_) == 0) continue;
      const char* const behind = at_;
      at_ = blanks;
      take();
      at_ = behind;
      fold_line_breaks(scratch_);
      piece = at_;
      continue;
    }
    if (break_length(at_) != 0) {
      take();
      fold_line_breaks(scratch_);
      piece = at_;
      continue;
    }
    ++at_;
  }
  std::string_view value(piece, static_cast<std::size_t>(at_ - piece));
  if (joined) {
    take();
    value = arena_.copy(scratch_);
  }
  ++at_;
  keys_allowed_ = false;
  return make_scalar(Style::kSingleQuoted, from, at_, value);
}

Node* Reader::read_double_quoted() {
  const char* const from = at_++;
  scratch_.clear();
  bool joined = false;
  const char* piece = at_;
  const auto take = [&](const char* to) {
    scratch_.append(piece, to);
    joined = true;
  };
  for (;;) {
    if (at_document_end()) {
      fail_at(from, from + 1, "yaml/unclosed-quote",
              "expected a closing \" before the end of the document");
    }
    const char c = *at_;
    if (c == '"') break;
    if (c == '\\') {
      take(at_);
      if (const std::size_t length = end_ - at_ > 1 ? break_length(at_ + 1) : 0; length != 0) {
        // An escaped line break joins the lines; blanks before the next text are dropped.
        ++at_;
        skip_break();
        skip_blanks();
        std::string more;
        const bool blank_lines = break_length(at_) != 0;
        if (blank_lines) {
          fold_line_breaks(more);
          scratch_ += more == " " ? std::string("\n") : "\n" + more;
        }
      } else {
        read_escape(scratch_);
      }
      piece = at_;
      continue;
    }
    if (c == ' ' || c == '\t') {
      const char* const blanks = at_;
      skip_blanks();
      if (break_length(at_) == 0) continue;
      take(blanks);
      fold_line_breaks(scratch_);
      piece = at_;
      continue;
    }
    if (break_length(at_) != 0) {
      take(at_);
      fold_line_breaks(scratch_);
      piece = at_;
      continue;
    }
    ++at_;
  }
  std::string_view value(piece, static_cast<std::size_t>(at_ - piece));
  if (joined) {
    take(at_);
    value = arena_.copy(scratch_);
  }
  ++at_;
  keys_allowed_ = false;
  return make_scalar(Style::kDoubleQuoted, from, at_, value);
}

// At the backslash.
void Reader::read_escape(std::string& out) {
  const char* const from = at_;
  const char c = peek(1);
  at_ += std::min<std::ptrdiff_t>(2, end_ - at_);
  std::size_t digits = 0;
  switch (c) {
    case '0':
      out.push_back('\0');
      return;
    case 'a':
      out.push_back('\a');
      return;
    case 'b':
      out.push_back('\b');
      return;
    case 't':
    case '\t':
      out.push_back('\t');
      return;
    case 'n':
      out.push_back('\n');
      return;
    case 'v':
      out.push_back('\v');
      return;
    case 'f':
      out.push_back('\f');
      return;
    case 'r':
      out.push_back('\r');
      return;
    case 'e':
      out.push_back('\x1b');
      return;
    case ' ':
      out.push_back(' ');
      return;
    case '"':
      out.push_back('"');
      return;
    case '\'':
      out.push_back('\'');
      return;
    case '\\':
      out.push_back('\\');
      return;
    case 'N':
      out += "\xC2\x85";
      return;
    case '_':
      out += "\xC2\xA0";
      return;
    case 'L':
      out += "\xE2\x80\xA8";
      return;
    case 'P':
      out += "\xE2\x80\xA9";
      return;
    case 'x':
      digits = 2;
      break;
    case 'u':
      digits = 4;
      break;
    case 'U':
      digits = 8;
      break;
    default:
      fail_at(from, at_, "yaml/escape",
              cat("unknown escape '", std::string_view(from, static_cast<std::size_t>(at_ - from)),
                  "'"),
              {{"write a backslash as '\\\\', or use single quotes"}});
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char digit = peek();
    const bool decimal_digit = digit >= '0' && digit <= '9';
    const char letter = static_cast<char>(digit | 0x20);
    if (!decimal_digit && !(letter >= 'a' && letter <= 'f')) {
      fail_at(from, at_, "yaml/escape", cat("expected ", digits, " hexadecimal digits"));
    }
    value =
        value << 4 | static_cast<std::uint32_t>(decimal_digit ? digit - '0' : letter - 'a' + 10);
    ++at_;
  }
  if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) {
    fail_at(from, at_, "yaml/escape", "the escape is no character",
            {{"write characters beyond U+FFFF as '\\U' and eight digits"}});
  }
  append_utf8(out, value);
}

// ('|' | '>') [1-9]? [+-]? comment? break lines
Node* Reader::read_block_scalar(int indent) {
  const char* const from = at_;
  const bool literal = *at_++ == '|';
  char chomping = ' ';
  int explicit_indent = 0;
  for (int i = 0; i < 2; ++i) {
    const char c = peek();
    if ((c == '+' || c == '-') && chomping == ' ') {
      chomping = c;
      ++at_;
    } else if (c >= '0' && c <= '9' && explicit_indent == 0) {
      if (c == '0')
        fail_here("yaml/block-header", "the indentation of a block scalar is 1 to 9, found 0");
      explicit_indent = c - '0';
      ++at_;
    }
  }
  skip_blanks();
  if (peek() == '#') read_comment();
  if (!done() && break_length(at_) == 0) {
    fail_here("yaml/block-header", "expected a comment or the end of the line behind '|' or '>'");
  }
  skip_break();

  int width = explicit_indent == 0 ? 0 : (indent >= 0 ? indent + explicit_indent : explicit_indent);
  scratch_.clear();
  std::string& out = scratch_;
  std::string breaks;  // of empty lines not yet put out
  const char* end = at_;
  int widest = 0;

  // Empty lines; the first one with text fixes the width.
  const auto skip_empty_lines = [&] {
    for (;;) {
      while ((width == 0 || column() < width) && peek() == ' ') ++at_;
      widest = std::max(widest, column());
      if ((width == 0 || column() < width) && peek() == '\t') {
        fail_here("yaml/tab", "a tab cannot indent a block scalar", {{"use blanks"}});
      }
      const std::size_t length = break_length(at_);
      if (length == 0) break;
      breaks.append(length == 3 ? std::string_view(at_, 3) : std::string_view("\n"));
      skip_break();
    }
    if (width == 0) width = std::max({widest, indent + 1, 1});
  };
  skip_empty_lines();

  std::string line_break;     // behind the line before, folded or not
  bool blank_before = false;  // that line started with a blank: never folded
  while (!done() && column() == width) {
    const bool blank = peek() == ' ' || peek() == '\t';
    if (!literal && line_break == "\n" && !blank_before && !blank) {
      if (breaks.empty()) out.push_back(' ');
    } else {
      out += line_break;
    }
    out += breaks;
    line_break.clear();
    breaks.clear();
    blank_before = blank;
    const char* const line = at_;
    while (!done() && break_length(at_) == 0) {
      const void* newline = std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_));
      const char* const stop = newline == nullptr ? end_ : static_cast<const char*>(newline);
      while (at_ < stop && break_length(at_) == 0) ++at_;
    }
    out.append(line, at_);
    end = at_;
    if (done()) break;
    const std::size_t length = break_length(at_);
    line_break = length == 3 ? std::string(at_, 3) : std::string("\n");
    skip_break();
    skip_empty_lines();
  }
  if (chomping != '-') out += line_break;
  if (chomping == '+') out += breaks;
  keys_allowed_ = true;
  return make_scalar(literal ? Style::kLiteral : Style::kFolded, from, end, arena_.copy(out));
}

}  // namespace plumb::yaml
