#include <algorithm>
#include <array>

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

// What stands behind a backslash between double quotes.
struct Escape {
  char character;
  std::string_view stands_for;
  std::size_t digits = 0;  // of the code point that follows
};
constexpr std::array kEscapes{
    Escape{'n', "\n"},       Escape{'"', "\""},           Escape{'\\', "\\"},
    Escape{'t', "\t"},       Escape{'\t', "\t"},          Escape{'\'', "'"},
    Escape{' ', " "},        Escape{'r', "\r"},           Escape{'0', std::string_view("\0", 1)},
    Escape{'a', "\a"},       Escape{'b', "\b"},           Escape{'e', "\x1b"},
    Escape{'f', "\f"},       Escape{'v', "\v"},           Escape{'N', "\xC2\x85"},
    Escape{'_', "\xC2\xA0"}, Escape{'L', "\xE2\x80\xA8"}, Escape{'P', "\xE2\x80\xA9"},
    Escape{'x', "", 2},      Escape{'u', "", 4},          Escape{'U', "", 8},
};

}  // namespace

// Any character but blanks and indicators; '-' (and '?', ':' outside flow collections) when no
// blank follows.
bool Reader::starts_plain() const {
  const char c = peek();
  if (is(c, kPlainStart)) return true;
  if (done() || blank_or_end(0)) return false;
  if (c == '-') return !blank_or_end(1);
  if (c == '?' || c == ':') return flow_level_ == 0 && !blank_or_end(1);
  return is(c, kBreakStart);  // it starts no line break, so a longer character
}

Node* Reader::make_scalar(Style style, const char* from, const char* to, std::string_view text) {
  Node* const node = arena_.make<Node>();
  node->style = style;
  node->type = Type::kString;
  node->text = text;
  node->span = span_of(from, to);
  if (from != to) value_end_ = to;
  count_node();
  return node;
}

// ---- plain ----

// A plain scalar goes on over lines that stand right of `indent`.
Node* Reader::read_plain(int indent) {
  const char* const from = at_;
  const char* end = scan_plain_line();  // behind the last character of the value
  bool joined = false;                  // scratch_ holds the value so far
  keys_allowed_ = break_length(at_) != 0;
  while (break_length(at_) != 0) {
    cross_lines(indent);
    if (!plain_goes_on(indent)) break;
    if (!joined) scratch_.assign(from, end);
    joined = true;
    scratch_ += breaks_.empty() ? std::string_view(" ") : std::string_view(breaks_);
    const char* const piece = at_;
    end = scan_plain_line();
    scratch_.append(piece, end);
  }
  const std::string_view value =
      joined ? arena_.copy(scratch_) : std::string_view(from, static_cast<std::size_t>(end - from));
  return make_scalar(Style::kPlain, from, end, value);
}

// What a plain scalar has of this line. Returns where its text ends; at_ is then behind the blanks
// that follow it.
const char* Reader::scan_plain_line() {
  const char* at = at_;
  for (;; ++at) {
    if (flow_level_ == 0) {
      at = find_plain_stop(at, end_);
    } else {
      while (at < end_ && !is(*at, kFlowStop)) ++at;
    }
    if (at >= end_ || ends_plain(at)) break;
  }
  const char* end = at;
  while (end > at_ && is(end[-1], kBlank)) --end;
  at_ = at;
  return end;
}

// ':' before a blank, '#' behind one, a line break; between brackets the characters of flow
// collections.
bool Reader::ends_plain(const char* at) const {
  switch (*at) {
    case ':':
      return ends_word(at + 1);
    case '#':
      return at > at_ && is(at[-1], kBlank);
    case '\t':
      return false;
    default:
      return break_length(at) != 0 || (flow_level_ > 0 && !is(*at, kBreakStart));
  }
}

// At a line break: over it, and all blanks and breaks that follow. breaks_ is what they leave in a
// folded text when it goes on: nothing stands for a blank. The first break is folded away, but LS
// and PS never are.
void Reader::cross_lines(int indent) {
  breaks_.clear();
  for (bool first = true;;) {
    at_ = behind_blanks(at_, end_);
    if (const std::size_t length = break_length(at_); length != 0) {
      if (!first || length == 3)
        breaks_ += length == 3 ? std::string_view(at_, 3) : std::string_view("\n");
      first = false;
      skip_break();
    } else if (peek() == '\t') {
      if (column() <= indent && flow_level_ == 0)
        fail_here("yaml/tab", "a tab cannot indent", "use blanks");
      ++at_;
    } else {
      return;
    }
  }
}

// At the first character of a line: is it more of the plain scalar?
bool Reader::plain_goes_on(int indent) const {
  if (flow_level_ == 0 && column() <= indent) return false;
  if (at_document_end() || *at_ == '#') return false;
  if (*at_ == ':' && blank_or_end(1)) return false;
  return flow_level_ == 0 || *at_ == ':' || !is(*at_, kFlowStop) || is(*at_, kBreakStart);
}

// ---- quoted ----

// Line breaks between two pieces of a folded scalar: one becomes a blank, more become one less.
// Called behind the blanks that follow a piece; leaves at_ at the next piece.
void Reader::fold_line_breaks(std::string& out) {
  bool first = true;
  const std::size_t size = out.size();
  while (const std::size_t length = break_length(at_)) {
    // LS and PS are never folded away, and NEL is a line feed.
    if (!first || length == 3)
      out += length == 3 ? std::string_view(at_, 3) : std::string_view("\n");
    first = false;
    skip_break();
    skip_blanks();
  }
  if (!first && out.size() == size) out.push_back(' ');
}

// At a line break: the piece goes to scratch_ without the blanks at its end, then the fold.
void Reader::read_quoted_line_break(const char* piece) {
  const char* end = at_;
  while (end > piece && is(end[-1], kBlank)) --end;
  scratch_.append(piece, end);
  fold_line_breaks(scratch_);
}

std::string_view Reader::value_of(const char* piece, bool joined) {
  if (!joined) return {piece, static_cast<std::size_t>(at_ - piece)};
  scratch_.append(piece, at_);
  return arena_.copy(scratch_);
}

// "'" ( character | "''" | fold )* "'"
Node* Reader::read_single_quoted() {
  const char* const from = at_++;
  const char* piece = at_;
  bool joined = false;
  scratch_.clear();
  for (;;) {
    const bool ended = at_document_end();
    while (at_ < end_ && !is(*at_, kSingleStop)) ++at_;
    if (ended || done()) {
      fail_at(from, from + 1, "yaml/unclosed-quote",
              "expected a closing ' before the end of the document");
    }
    if (*at_ == '\'') {
      if (peek(1) != '\'') break;
      scratch_.append(piece, ++at_);
      ++at_;
    } else if (break_length(at_) != 0) {
      read_quoted_line_break(piece);
    } else {
      ++at_;
      continue;
    }
    piece = at_;
    joined = true;
  }
  const std::string_view value = value_of(piece, joined);
  ++at_;
  keys_allowed_ = false;
  return make_scalar(Style::kSingleQuoted, from, at_, value);
}

// '"' ( character | escape | fold )* '"'
Node* Reader::read_double_quoted() {
  const char* const from = at_++;
  const char* piece = at_;
  bool joined = false;
  scratch_.clear();
  for (;;) {
    const bool ended = at_document_end();
    while (at_ < end_ && !is(*at_, kDoubleStop)) ++at_;
    if (ended || done()) {
      fail_at(from, from + 1, "yaml/unclosed-quote",
              "expected a closing \" before the end of the document");
    }
    if (*at_ == '"') break;
    if (*at_ == '\\') {
      scratch_.append(piece, at_);
      if (end_ - at_ > 1 && break_length(at_ + 1) != 0) {
        read_escaped_line_break();
      } else {
        read_escape(scratch_);
      }
    } else if (break_length(at_) != 0) {
      read_quoted_line_break(piece);
    } else {
      ++at_;
      continue;
    }
    piece = at_;
    joined = true;
  }
  const std::string_view value = value_of(piece, joined);
  ++at_;
  keys_allowed_ = false;
  return make_scalar(Style::kDoubleQuoted, from, at_, value);
}

// An escaped line break joins the lines; blanks before the next text are dropped.
void Reader::read_escaped_line_break() {
  ++at_;
  skip_break();
  skip_blanks();
  if (break_length(at_) == 0) return;
  breaks_.clear();
  fold_line_breaks(breaks_);
  scratch_ += '\n';
  if (breaks_ != " ") scratch_ += breaks_;
}

// At the backslash.
void Reader::read_escape(std::string& out) {
  const char* const from = at_;
  const char c = peek(1);
  at_ += std::min<std::ptrdiff_t>(2, end_ - at_);
  for (const Escape& escape : kEscapes) {
    if (escape.character != c) continue;
    if (escape.digits != 0) return read_code_point(from, escape.digits, out);
    out += escape.stands_for;
    return;
  }
  fail_at(
      from, at_, "yaml/escape",
      cat("unknown escape '", std::string_view(from, static_cast<std::size_t>(at_ - from)), "'"),
      "write a backslash as '\\\\', or use single quotes");
}

void Reader::read_code_point(const char* from, std::size_t digits, std::string& out) {
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
            "write characters beyond U+FFFF as '\\U' and eight digits");
  }
  append_utf8(out, value);
}

// ---- block ----

// ('|' | '>') [1-9]? [+-]? comment? break. Gives the chomping ('+', '-' or ' ') and, where it is
// written, the column of the text.
char Reader::read_block_header(int indent, int& width) {
  ++at_;
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
  if (explicit_indent != 0) width = std::max(indent, 0) + explicit_indent;
  skip_blanks();
  if (peek() == '#') read_comment();
  if (!done() && break_length(at_) == 0) {
    fail_here("yaml/block-header", "expected a comment or the end of the line behind '|' or '>'");
  }
  skip_break();
  return chomping;
}

// Empty lines go to breaks_; the first one with text fixes the width.
void Reader::skip_empty_lines(int indent, int& width) {
  int widest = 0;
  for (;;) {
    const bool bounded = width != 0 && end_ - line_ > width;
    at_ = behind_blanks(at_, bounded ? line_ + width : end_);
    widest = std::max(widest, column());
    if ((width == 0 || column() < width) && peek() == '\t') {
      fail_here("yaml/tab", "a tab cannot indent a block scalar", "use blanks");
    }
    const std::size_t length = break_length(at_);
    if (length == 0) break;
    breaks_ += length == 3 ? std::string_view(at_, 3) : std::string_view("\n");
    skip_break();
  }
  if (width == 0) width = std::max({widest, indent + 1, 1});
}

// header ( blanks line break )*
Node* Reader::read_block_scalar(int indent) {
  const char* const from = at_;
  const bool literal = *at_ == '|';
  int width = 0;
  const char chomping = read_block_header(indent, width);
  scratch_.clear();
  breaks_.clear();  // of empty lines not yet put out
  const char* end = at_;
  skip_empty_lines(indent, width);
  std::string_view line_break;  // behind the line before, folded or not
  bool blank_before = false;    // that line started with a blank: never folded
  while (!done() && column() == width) {
    const bool blank = is(*at_, kBlank);
    if (!literal && line_break == "\n" && !blank_before && !blank) {
      if (breaks_.empty()) scratch_.push_back(' ');
    } else {
      scratch_ += line_break;
    }
    scratch_ += breaks_;
    breaks_.clear();
    line_break = {};
    blank_before = blank;
    end = line_end(at_);
    scratch_.append(at_, end);
    at_ = end;
    if (done()) break;
    line_break = break_length(at_) == 3 ? std::string_view(at_, 3) : std::string_view("\n");
    skip_break();
    skip_empty_lines(indent, width);
  }
  if (chomping != '-') scratch_ += line_break;
  if (chomping == '+') scratch_ += breaks_;
  keys_allowed_ = true;
  return make_scalar(literal ? Style::kLiteral : Style::kFolded, from, end, arena_.copy(scratch_));
}

}  // namespace plumb::yaml
