#include "starlark/scan.h"

#include <array>
#include <charconv>
#include <cstdlib>

#include "base/text.h"
#include "starlark/unicode.h"

namespace plumb::starlark {
namespace {

struct Word {
  std::string_view text;
  Token token;
};

constexpr std::array kWords = std::to_array<Word>({
    {"and", Token::kAnd},
    {"break", Token::kBreak},
    {"continue", Token::kContinue},
    {"def", Token::kDef},
    {"elif", Token::kElif},
    {"else", Token::kElse},
    {"for", Token::kFor},
    {"if", Token::kIf},
    {"in", Token::kIn},
    {"lambda", Token::kLambda},
    {"load", Token::kLoad},
    {"not", Token::kNot},
    {"or", Token::kOr},
    {"pass", Token::kPass},
    {"return", Token::kReturn},
    {"while", Token::kWhile},
    {"as", Token::kIllegal},
    {"class", Token::kIllegal},
    {"del", Token::kIllegal},
    {"except", Token::kIllegal},
    {"finally", Token::kIllegal},
    {"from", Token::kIllegal},
    {"global", Token::kIllegal},
    {"import", Token::kIllegal},
    {"is", Token::kIllegal},
    {"nonlocal", Token::kIllegal},
    {"raise", Token::kIllegal},
    {"try", Token::kIllegal},
    {"with", Token::kIllegal},
    {"yield", Token::kIllegal},
});

// By the order of Token.
constexpr std::array<std::string_view, 66> kNames = {"illegal token",
                                                     "end of file",
                                                     "newline",
                                                     "indent",
                                                     "outdent",
                                                     "identifier",
                                                     "int literal",
                                                     "float literal",
                                                     "string literal",
                                                     "+",
                                                     "-",
                                                     "*",
                                                     "/",
                                                     "//",
                                                     "%",
                                                     "&",
                                                     "|",
                                                     "^",
                                                     "<<",
                                                     ">>",
                                                     "~",
                                                     ".",
                                                     ",",
                                                     "=",
                                                     ";",
                                                     ":",
                                                     "(",
                                                     ")",
                                                     "[",
                                                     "]",
                                                     "{",
                                                     "}",
                                                     "<",
                                                     ">",
                                                     ">=",
                                                     "<=",
                                                     "==",
                                                     "!=",
                                                     "+=",
                                                     "-=",
                                                     "*=",
                                                     "/=",
                                                     "//=",
                                                     "%=",
                                                     "&=",
                                                     "|=",
                                                     "^=",
                                                     "<<=",
                                                     ">>=",
                                                     "**",
                                                     "and",
                                                     "break",
                                                     "continue",
                                                     "def",
                                                     "elif",
                                                     "else",
                                                     "for",
                                                     "if",
                                                     "in",
                                                     "lambda",
                                                     "load",
                                                     "not",
                                                     "not in",
                                                     "or",
                                                     "pass",
                                                     "return"};

static_assert(kNames.size() == static_cast<std::size_t>(Token::kWhile));

// The longest first.
constexpr std::array kPunctuation = std::to_array<Word>({
    {"//=", Token::kSlashSlashAssign},
    {"<<=", Token::kShiftLeftAssign},
    {">>=", Token::kShiftRightAssign},
    {"**", Token::kStarStar},
    {"//", Token::kSlashSlash},
    {"<<", Token::kShiftLeft},
    {">>", Token::kShiftRight},
    {"==", Token::kEqual},
    {"!=", Token::kNotEqual},
    {"<=", Token::kLessEqual},
    {">=", Token::kGreaterEqual},
    {"+=", Token::kPlusAssign},
    {"-=", Token::kMinusAssign},
    {"*=", Token::kStarAssign},
    {"/=", Token::kSlashAssign},
    {"%=", Token::kPercentAssign},
    {"&=", Token::kAmpersandAssign},
    {"|=", Token::kPipeAssign},
    {"^=", Token::kCircumflexAssign},
    {"+", Token::kPlus},
    {"-", Token::kMinus},
    {"*", Token::kStar},
    {"/", Token::kSlash},
    {"%", Token::kPercent},
    {"&", Token::kAmpersand},
    {"|", Token::kPipe},
    {"^", Token::kCircumflex},
    {"~", Token::kTilde},
    {",", Token::kComma},
    {"=", Token::kAssign},
    {";", Token::kSemicolon},
    {":", Token::kColon},
    {"(", Token::kLeftParen},
    {")", Token::kRightParen},
    {"[", Token::kLeftBracket},
    {"]", Token::kRightBracket},
    {"{", Token::kLeftBrace},
    {"}", Token::kRightBrace},
    {"<", Token::kLess},
    {">", Token::kGreater},
});

bool is_digit_of(char32_t c, int base) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0') < base;
  return base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}
bool is_word_start(char32_t c) { return c == '_' || is_letter(c); }
bool is_word(char32_t c) { return is_digit_of(c, 10) || is_word_start(c); }

[[noreturn]] void refuse(Position position, std::string text) {
  throw Fault{position, std::move(text), "starlark/syntax"};
}

std::string quoted_character(char32_t c) {
  std::string out = "'";
  append_utf8(out, c);
  return out + "'";
}

// ---- string literals ----

int hex_value(std::string_view two) {
  int value = 0;
  for (const char c : two) {
    if (!is_digit_of(static_cast<unsigned char>(c), 16)) return -1;
    value = value * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return value;
}

std::size_t append_octal(std::string& out, std::string_view escape, Position position) {
  int value = 0;
  std::size_t at = 1;
  while (at < escape.size() && at < 4 && is_digit_of(static_cast<unsigned char>(escape[at]), 8))
    value = value * 8 + (escape[at++] - '0');
  if (value >= 256) {
    char digits[8];
    const char* const end = std::to_chars(digits, digits + 8, value, 8).ptr;
    refuse(position, cat("invalid escape sequence \\", std::string_view(digits, end)));
  }
  out.push_back(static_cast<char>(value));
  return at;
}

std::size_t append_hexadecimal(std::string& out, std::string_view escape, Position position) {
  if (escape.size() < 4) refuse(position, cat("truncated escape sequence ", escape));
  const int value = hex_value(escape.substr(2, 2));
  if (value < 0) refuse(position, cat("invalid escape sequence ", escape.substr(0, 4)));
  out.push_back(static_cast<char>(value));
  return 4;
}

// Appends what the escape at the start of `escape` means; how many bytes it takes.
std::size_t append_escape(std::string& out, std::string_view escape, Position position) {
  if (escape.size() == 1) refuse(position, "truncated escape sequence \\");
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\'\"";
  const char c = escape[1];
  if (const std::size_t at = kLetters.find(c); at != std::string_view::npos) {
    out.push_back(kMeanings[at]);
    return 2;
  }
  if (c == '\n') return 2;
  if (is_digit_of(static_cast<unsigned char>(c), 8)) return append_octal(out, escape, position);
  if (c == 'x') return append_hexadecimal(out, escape, position);
  out.append(escape.substr(0, 2));
  return 2;
}

std::string unescape(std::string_view body, bool raw, Position position) {
  std::string out;
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] == '\r') {
      out.push_back('\n');
      at += at + 1 < body.size() && body[at + 1] == '\n' ? 2 : 1;
    } else if (body[at] == '\\' && !raw) {
      at += append_escape(out, body.substr(at), position);
    } else {
      out.push_back(body[at++]);
    }
  }
  return out;
}

}  // namespace

std::string_view token_name(Token token) {
  return token == Token::kWhile ? "while" : kNames[static_cast<std::size_t>(token)];
}

std::string quoted(Token token) {
  const bool punctuation = token >= Token::kPlus && token <= Token::kStarStar;
  return punctuation ? cat("'", token_name(token), "'") : std::string(token_name(token));
}

char32_t Scanner::peek() const {
  if (at_end()) return 0;
  const auto byte = static_cast<unsigned char>(text_[at_]);
  if (byte < 0x80) return byte == '\r' ? U'\n' : byte;
  std::size_t at = at_;
  return next_code_point(text_, at);
}

char32_t Scanner::read() {
  char32_t c = next_code_point(text_, at_);
  if (c == '\r') {
    if (!at_end() && text_[at_] == '\n') ++at_;
    c = '\n';
  }
  if (c == '\n') {
    ++position_.line;
    position_.column = 1;
  } else {
    ++position_.column;
  }
  return c;
}

TokenText Scanner::token(Token kind, std::size_t start, Position position) const {
  return {kind, position, text_.substr(start, at_ - start), {}};
}

void Scanner::measure_indentation(bool& blank) {
  int column = 0;
  char32_t c = peek();
  for (; c == ' ' || c == '\t'; c = peek()) {
    column += c == ' ' ? 1 : 8 - static_cast<int>(position_.column - 1) % 8;
    read();
  }
  blank = c == '#' || c == '\n' || at_end();
  if (blank || depth_ > 0) return;
  if (column > indents_.back()) {
    ++dents_;
    indents_.push_back(column);
    return;
  }
  while (column < indents_.back()) {
    --dents_;
    indents_.pop_back();
  }
  if (column != indents_.back())
    refuse(position_, "unindent does not match any outer indentation level");
}

TokenText Scanner::indentation_token() {
  const Token kind = dents_ < 0 ? Token::kOutdent : Token::kIndent;
  dents_ += dents_ < 0 ? 1 : -1;
  return token(kind, at_, position_);
}

TokenText Scanner::end_of_file(bool line_start) {
  if (indents_.size() == 1) return token(Token::kEof, at_, position_);
  if (!line_start) {
    line_start_ = true;
    return {Token::kNewline, position_, "\n", {}};
  }
  dents_ = 1 - static_cast<int>(indents_.size());
  indents_.resize(1);
  return indentation_token();
}

TokenText Scanner::next() {
  while (true) {
    bool blank = false;
    const bool was_line_start = line_start_;
    if (line_start_) {
      line_start_ = false;
      measure_indentation(blank);
    }
    if (dents_ != 0) return indentation_token();
    while (peek() == ' ' || peek() == '\t') read();
    if (peek() == '#')
      while (!at_end() && peek() != '\n') read();
    if (at_end()) return end_of_file(was_line_start);
    if (peek() == '\n') {
      line_start_ = true;
      const Position position = position_;
      read();
      if (depth_ > 0 || blank) continue;
      return {Token::kNewline, position, "\n", {}};
    }
    if (peek() != '\\') return scan_token();
    read();
    if (peek() != '\n') refuse(position_, "stray backslash in program");
    read();
  }
}

TokenText Scanner::scan_token() {
  const std::size_t start = at_;
  const Position position = position_;
  const char32_t c = peek();
  if (c == '"' || c == '\'') return scan_string(start, position);
  if (is_word_start(c)) {
    const bool raw =
        c == 'r' && at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\'');
    return raw ? scan_string(start, position) : scan_word(start, position);
  }
  if (is_digit_of(c, 10) || c == '.') return scan_number(start, position);
  return scan_punctuation(start, position);
}

TokenText Scanner::scan_word(std::size_t start, Position position) {
  while (is_word(peek())) read();
  TokenText out = token(Token::kIdentifier, start, position);
  for (const Word& word : kWords)
    if (word.text == out.raw) out.token = word.token;
  return out;
}

TokenText Scanner::scan_punctuation(std::size_t start, Position position) {
  const char32_t c = peek();
  const std::string_view rest = text_.substr(at_);
  const Word* found = nullptr;
  for (const Word& word : kPunctuation)
    if (found == nullptr && rest.starts_with(word.text)) found = &word;
  if (found == nullptr) refuse(position, cat("unexpected input character ", quoted_character(c)));
  if (c == ')' || c == ']' || c == '}') {
    if (depth_ == 0) refuse(position, cat("unexpected ", quoted_character(c)));
    --depth_;
  }
  if (c == '(' || c == '[' || c == '{') ++depth_;
  for (std::size_t i = 0; i < found->text.size(); ++i) read();
  return token(found->token, start, position);
}

TokenText Scanner::scan_string(std::size_t start, Position position) {
  const bool raw = peek() == 'r';
  if (raw) read();
  const auto quote = static_cast<char>(peek());
  const Position open = position_;
  const bool triple = text_.substr(at_, 3) == std::string(3, quote);
  for (int i = 0; i < (triple ? 3 : 1); ++i) read();
  const std::size_t body = at_;
  int quotes = 0;
  while (quotes < (triple ? 3 : 1)) {
    if (at_end()) refuse(position, "unexpected EOF in string");
    const char32_t c = read();
    quotes = c == static_cast<unsigned char>(quote) ? quotes + 1 : 0;
    if (c == '\n' && !triple) refuse(position, "unexpected newline in string");
    if (c != '\\') continue;
    if (at_end()) refuse(position, "unexpected EOF in string");
    read();
  }
  const std::string_view content = text_.substr(body, at_ - body - (triple ? 3 : 1));
  TokenText out = token(Token::kString, start, position);
  const bool plain = content.find(raw ? '\r' : '\\') == std::string_view::npos &&
                     content.find('\r') == std::string_view::npos;
  out.value = string(plain ? content : arena_.copy(unescape(content, raw, open)));
  return out;
}

void Scanner::read_digits(int base) {
  while (is_digit_of(peek(), base)) read();
}

void Scanner::read_prefixed(const char* name, int base, Position start) {
  read();
  if (!is_digit_of(peek(), base))
    refuse(base == 16 ? start : position_, cat("invalid ", name, " literal"));
  read_digits(base);
}

// Behind a leading zero; whether it was a prefixed literal.
bool Scanner::read_zero(std::size_t start) {
  const Position position{position_.line, position_.column - 1};
  switch (peek() | 32) {
    case 'x':
      read_prefixed("hex", 16, position);
      return true;
    case 'o':
      read_prefixed("octal", 8, position);
      return true;
    case 'b':
      read_prefixed("binary", 2, position);
      return true;
    default:
      break;
  }
  read_digits(10);
  const std::string_view digits = text_.substr(start, at_ - start);
  const char32_t c = peek();
  const bool octal = digits.find_first_of("89") == std::string_view::npos;
  const bool zeros = digits.find_first_not_of('0') == std::string_view::npos;
  if (c != '.' && c != 'e' && c != 'E' && octal && !zeros)
    refuse(position_, cat("obsolete form of octal literal; use 0o", digits.substr(1)));
  return false;
}

void Scanner::read_exponent() {
  read();
  if (peek() == '+' || peek() == '-') {
    read();
    if (!is_digit_of(peek(), 10)) refuse(position_, "invalid float literal");
  }
  read_digits(10);
}

TokenText Scanner::scan_number(std::size_t start, Position position) {
  const char32_t first = read();
  if (first == '.' && !is_digit_of(peek(), 10)) return token(Token::kDot, start, position);
  bool is_float = first == '.';
  if (first == '0') {
    if (read_zero(start)) return integer_token(token(Token::kInt, start, position));
  } else {
    read_digits(10);
  }
  if (!is_float && peek() == '.') {
    is_float = true;
    read();
    read_digits(10);
  }
  if (peek() == 'e' || peek() == 'E') {
    is_float = true;
    read_exponent();
  }
  TokenText out = token(Token::kInt, start, position);
  if (!is_float) return integer_token(out);
  out.token = Token::kFloat;
  const char last = out.raw.back();
  double value = 0;
  const std::string digits(out.raw);
  value = std::strtod(digits.c_str(), nullptr);
  if (last == 'e' || last == 'E' || value > 1.7976931348623157e308)
    refuse(position_, "invalid float literal");
  out.value = real(value);
  return out;
}

TokenText Scanner::integer_token(TokenText token) const {
  int base = 10;
  std::string_view digits = token.raw;
  if (digits.size() > 2 && digits[0] == '0') {
    const int letter = digits[1] | 32;
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    if (base != 10) digits.remove_prefix(2);
  }
  const auto big = parse_big(digits, base);
  if (!big || (digits.size() > 1 && base == 10 && digits[0] == '0' &&
               digits.find_first_not_of('0') != std::string_view::npos))
    refuse(token.position, "invalid int literal");
  token.value = big_integer(arena_, *big);
  return token;
}

// ---- blocks ----

TokenText BlockScanner::next() {
  TokenText out = blocks_ == Blocks::kEnd ? next_by_end() : scanner_.next();
  before_last_ = last_;
  last_ = out;
  return out;
}

BlockScanner::Ahead BlockScanner::take() {
  if (ahead_.empty()) return {scanner_.next()};
  const Ahead first = ahead_.front();
  ahead_.erase(ahead_.begin());
  return first;
}

TokenText BlockScanner::outdent() {
  if (open_.empty()) refuse(position(), "unexpected end");
  open_.pop_back();
  return {Token::kOutdent, last_.position, {}, {}};
}

TokenText BlockScanner::next_by_end() {
  if (before_last_.token == Token::kColon && last_.token == Token::kNewline) {
    open_.push_back(last_.position);
    return {Token::kIndent, last_.position, {}, {}};
  }
  Ahead current = take();
  while (current.text.token == Token::kIndent || current.text.token == Token::kOutdent)
    current = take();
  switch (current.text.token) {
    case Token::kElse: {
      if (current.outdented) break;
      const Ahead after{scanner_.next()};
      const bool opens = after.text.token == Token::kColon;
      current.outdented = opens;
      if (opens) ahead_.push_back(current);
      ahead_.push_back(after);
      if (opens) return outdent();
      break;
    }
    case Token::kElif:
      if (current.outdented) break;
      current.outdented = true;
      ahead_.push_back(current);
      return outdent();
    case Token::kPass:
      refuse(position(), "use of reserved keyword 'pass' is not allowed");
    case Token::kIdentifier: {
      if (current.text.raw != "end") break;
      const Ahead after{scanner_.next()};
      if (after.text.token != Token::kNewline) ahead_.push_back(after);
      return outdent();
    }
    case Token::kEof:
      if (!open_.empty())
        refuse(open_.back(),
               "mismatched set of block openings (if/else/elif/for/def) and closing (end)");
      break;
    default:
      break;
  }
  return current.text;
}

}  // namespace plumb::starlark
