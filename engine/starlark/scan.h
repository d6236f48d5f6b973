#pragma once
// Text → tokens.
//
// Blocks are delimited in one of two ways, and the parser sees the same tokens for both: by
// indentation, or by the word `end` (then indentation means nothing and `pass` is refused).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "starlark/value.h"

namespace plumb::starlark {

// One-based; a line of 0 is nowhere. Columns count characters.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

enum class Blocks : std::uint8_t { kIndentation, kEnd };

enum class Token : std::uint8_t {
  kIllegal,
  kEof,
  kNewline,
  kIndent,
  kOutdent,
  kIdentifier,
  kInt,
  kFloat,
  kString,
  kPlus,  // from here to kStarStar: punctuation
  kMinus,
  kStar,
  kSlash,
  kSlashSlash,
  kPercent,
  kAmpersand,
  kPipe,
  kCircumflex,
  kShiftLeft,
  kShiftRight,
  kTilde,
  kDot,
  kComma,
  kAssign,
  kSemicolon,
  kColon,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kLess,
  kGreater,
  kGreaterEqual,
  kLessEqual,
  kEqual,
  kNotEqual,
  kPlusAssign,
  kMinusAssign,
  kStarAssign,
  kSlashAssign,
  kSlashSlashAssign,
  kPercentAssign,
  kAmpersandAssign,
  kPipeAssign,
  kCircumflexAssign,
  kShiftLeftAssign,
  kShiftRightAssign,
  kStarStar,
  kAnd,
  kBreak,
  kContinue,
  kDef,
  kElif,
  kElse,
  kFor,
  kIf,
  kIn,
  kLambda,
  kLoad,
  kNot,
  kNotIn,
  kOr,
  kPass,
  kReturn,
  kWhile,
};

// "+", "and", "newline"; quoted() puts punctuation in quotes: "'+'".
std::string_view token_name(Token token);
std::string quoted(Token token);

struct TokenText {
  Token token = Token::kEof;
  Position position;
  std::string_view raw;
  Value value;  // of a literal
};

// What is wrong with a text, before it becomes a Diagnostic.
struct Fault {
  Position position;
  std::string text;
  std::string_view code = "starlark/syntax";
};

class Scanner {
 public:
  // Tokens of `text` as it is, with indentation; literals are made in `arena`.
  Scanner(std::string_view text, Arena& arena) : text_(text), arena_(arena) {}

  TokenText next();  // throws Fault
  Position position() const { return position_; }

 private:
  char32_t peek() const;
  char32_t read();
  bool at_end() const { return at_ >= text_.size(); }
  void measure_indentation(bool& blank);
  TokenText indentation_token();
  TokenText end_of_file(bool line_start);
  TokenText scan_token();
  TokenText scan_string(std::size_t start, Position position);
  TokenText scan_number(std::size_t start, Position position);
  TokenText scan_word(std::size_t start, Position position);
  TokenText scan_punctuation(std::size_t start, Position position);
  void read_digits(int base);
  void read_prefixed(const char* name, int base, Position start);
  bool read_zero(std::size_t start);
  void read_exponent();
  TokenText integer_token(TokenText token) const;
  TokenText token(Token kind, std::size_t start, Position position) const;

  std::string_view text_;
  Arena& arena_;
  std::size_t at_ = 0;
  Position position_{1, 1};
  int depth_ = 0;  // open brackets
  std::vector<int> indents_{0};
  int dents_ = 0;  // indents (positive) or outdents (negative) still to give
  bool line_start_ = true;
};

// The same with blocks as the program's text marks them.
class BlockScanner {
 public:
  BlockScanner(std::string_view text, Blocks blocks, Arena& arena)
      : scanner_(text, arena), blocks_(blocks) {}
  TokenText next();
  Position position() const { return scanner_.position(); }

 private:
  struct Ahead {
    TokenText text;
    bool outdented = false;
  };
  TokenText next_by_end();
  Ahead take();
  TokenText outdent();

  Scanner scanner_;
  Blocks blocks_;
  std::vector<Ahead> ahead_;  // read, but not given yet
  std::vector<Position> open_;
  TokenText last_, before_last_;
};

}  // namespace plumb::starlark
