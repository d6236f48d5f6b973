#include "ytt/toml_read.h"

#include <charconv>
#include <limits>
#include <map>
#include <memory>

#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

struct Item {
  enum class Kind : std::uint8_t { kScalar, kArray, kTable };
  Kind kind = Kind::kTable;
  bool implicit = false;   // made on the way to another table
  bool of_tables = false;  // an array that [[…]] extends
  Value scalar;
  std::vector<std::unique_ptr<Item>> items;
  std::map<std::string, std::unique_ptr<Item>> members;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_bare(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

class TomlReader {
 public:
  TomlReader(Thread& thread, std::string_view text) : thread_(thread), text_(text) {}

  Value run() {
    check_bytes();
    table_ = &root_;
    for (skip_lines(); !at_end(); skip_lines()) {
      if (peek() == '[') {
        header();
      } else {
        pair(*table_);
        key_.clear();
      }
      end_of_line();
    }
    return to_value(root_);
  }

 private:
  using Key = std::vector<std::string>;

  // ---- failures ----

  [[noreturn]] void refuse_at(std::size_t line, std::string_view what) const {
    std::string key = context_;
    if (!key_.empty()) key += cat(key.empty() ? "" : ".", key_);
    const std::string last =
        key.empty() ? "" : cat(" (last key ", starlark::to_text(thread_, thread_.text(key)), ")");
    refuse("ytt/value", cat("toml: line ", line, last, ": ", what));
  }
  [[noreturn]] void refuse_here(std::string_view what) const { refuse_at(line_, what); }
  // The line counts from where the reader stands after the character.
  [[noreturn]] void refuse_character(std::string_view what, std::string_view rest = " instead") {
    const std::string shown = shown_character();
    refuse_at(line_ + (!at_end() && peek() == '\n' ? 1 : 0), cat(what, shown, rest));
  }
  [[noreturn]] void refuse_end(std::string_view what) const { refuse_at(0, what); }

  std::string shown_character() const {
    if (at_end()) return "end of file";
    if (peek() == '\n') return "'\\n'";
    std::size_t end = at_;
    next_code_point(text_, end);
    return cat("'", text_.substr(at_, end - at_), "'");
  }

  void check_bytes() {
    const std::size_t invalid = find_invalid_utf8(text_);
    if (invalid == std::string_view::npos) return;
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(text_[invalid]);
    std::size_t line = 1;
    for (const char c : text_.substr(0, invalid)) line += c == '\n' ? 1 : 0;
    refuse_at(line, cat("invalid UTF-8 byte: 0x", kDigits[byte >> 4], kDigits[byte & 15]));
  }

  // ---- characters ----

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  bool starts_with(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool take(std::string_view what) {
    if (!starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void skip_blanks() {
    while (!at_end() && is_blank(peek())) ++at_;
  }
  bool take_break() {
    if (!take("\n") && !take("\r\n")) return false;
    ++line_;
    return true;
  }
  void skip_comment() {
    if (at_end() || peek() != '#') return;
    while (!at_end() && peek() != '\n' && !starts_with("\r\n")) ++at_;
  }
  void skip_lines() {
    do {
      skip_blanks();
      skip_comment();
    } while (take_break());
  }
  void end_of_line() {
    skip_blanks();
    skip_comment();
    if (at_end() || take_break()) return;
    refuse_character("expected a top-level item to end with a newline, comment, or EOF, but got ");
  }

  // ---- keys and tables ----

  std::string key_part(bool header) {
    if (at_end()) refuse_end("unexpected EOF; expected key");
    const char c = peek();
    if (c == '"' || c == '\'') return c == '"' ? basic_string() : literal_string();
    const std::size_t start = at_;
    while (!at_end() && is_bare(peek())) ++at_;
    if (at_ > start) return std::string(text_.substr(start, at_ - start));
    if (header && c == ']')
      refuse_here("unexpected end of table name (table names cannot be empty)");
    if (header && c == '.') refuse_here("unexpected '.': table names cannot be empty");
    if (c == '=') refuse_here("unexpected '=': key name appears blank");
    refuse_character(header ? "expected '.' or ']' to end table name, but got "
                            : "expected '.' or '=', but got ");
  }

  Key read_key(bool header) {
    Key out;
    while (true) {
      skip_blanks();
      out.push_back(key_part(header));
      skip_blanks();
      if (!take(".")) return out;
    }
  }

  static std::string name_of(const Key& key) {
    return join(std::span<const std::string>(key), ".");
  }

  // The table behind a key's parts but the last; missing ones are made.
  Item& walk(Item& from, const Key& key, std::size_t count) {
    Item* now = &from;
    for (std::size_t i = 0; i < count; ++i) {
      std::unique_ptr<Item>& member = now->members[key[i]];
      if (member == nullptr) {
        member = std::make_unique<Item>();
        member->implicit = true;
      }
      now = member.get();
      if (now->of_tables) now = now->items.back().get();
      if (now->kind != Item::Kind::kTable)
        refuse_here(cat("Key '", name_of(key), "' has already been defined."));
    }
    return *now;
  }

  void header() {
    const bool array = starts_with("[[");
    at_ += array ? 2 : 1;
    context_.clear();
    const Key key = read_key(true);
    if (array && !take("]]")) {
      if (!at_end() && peek() == ']') ++at_;
      refuse_character("expected end of table array name delimiter ']', but got ");
    }
    if (!array && !take("]")) refuse_character("expected '.' or ']' to end table name, but got ");
    Item& parent = walk(root_, key, key.size() - 1);
    std::unique_ptr<Item>& member = parent.members[key.back()];
    table_ = array ? &add_to_array(member, key) : &open_table(member, key);
    context_ = name_of(key);
  }

  Item& open_table(std::unique_ptr<Item>& member, const Key& key) {
    if (member == nullptr) {
      member = std::make_unique<Item>();
    } else if (!member->implicit) {
      refuse_here(cat("Key '", name_of(key), "' has already been defined."));
    }
    member->implicit = false;
    return *member;
  }

  Item& add_to_array(std::unique_ptr<Item>& member, const Key& key) {
    if (member == nullptr) {
      member = std::make_unique<Item>();
      member->kind = Item::Kind::kArray;
      member->of_tables = true;
    } else if (!member->of_tables) {
      refuse_here(
          cat("Key '", name_of(key), "' was already created and cannot be used as an array."));
    }
    member->items.push_back(std::make_unique<Item>());
    return *member->items.back();
  }

  void pair(Item& table) {
    const Key key = read_key(false);
    if (at_end()) refuse_end("unexpected EOF; expected key separator '='");
    if (!take("=")) refuse_character("expected '.' or '=', but got ");
    skip_blanks();
    key_ = name_of(key);
    std::unique_ptr<Item> made = value();
    key_ = name_of(key);
    Item& parent = walk(table, key, key.size() - 1);
    std::unique_ptr<Item>& member = parent.members[key.back()];
    if (member != nullptr && !member->implicit)
      refuse_here(
          cat("Key '", context_, context_.empty() ? "" : ".", key_, "' has already been defined."));
    if (member == nullptr) {
      member = std::move(made);
    } else {
      member->implicit = false;  // a table that other keys made stays
    }
  }

  // ---- values ----

  std::unique_ptr<Item> scalar(const Value& value) {
    auto out = std::make_unique<Item>();
    out->kind = Item::Kind::kScalar;
    out->scalar = value;
    return out;
  }

  std::unique_ptr<Item> value() {
    thread_.charge(1);
    if (at_end()) refuse_end("unexpected EOF; expected value");
    const char c = peek();
    if (c == '[') return array();
    if (c == '{') return inline_table();
    if (c == '"')
      return scalar(thread_.text(starts_with("\"\"\"") ? long_string() : basic_string()));
    if (c == '\'')
      return scalar(thread_.text(starts_with("'''") ? long_literal() : literal_string()));
    if (c == '.') refuse_here("floats must start with a digit, not '.'");
    if (is_digit(c) || c == '+' || c == '-') return number();
    if (take("inf")) return scalar(starlark::real(std::numeric_limits<double>::infinity()));
    if (take("nan")) return scalar(starlark::real(std::numeric_limits<double>::quiet_NaN()));
    return word();
  }

  std::unique_ptr<Item> word() {
    const std::size_t start = at_;
    while (!at_end() && std::isalpha(static_cast<unsigned char>(peek())) != 0) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false") return scalar(starlark::boolean(word == "true"));
    if (word.empty()) refuse_character("expected value but found ");
    refuse_here(cat("expected value but found \"", word, "\" instead"));
  }

  void enter() {
    if (++depth_ > thread_.limits().render_depth)
      fail_limit(thread_.limits(), &Limits::render_depth, {});
  }

  std::unique_ptr<Item> array() {
    enter();
    ++at_;
    auto out = std::make_unique<Item>();
    out->kind = Item::Kind::kArray;
    while (true) {
      skip_lines();
      if (take("]")) break;
      if (!at_end() && peek() == ',') refuse_here("unexpected comma");
      if (at_end()) refuse_array_end();
      out->items.push_back(value());
      skip_lines();
      if (take("]")) break;
      if (!take(",")) refuse_array_end();
    }
    --depth_;
    return out;
  }
  [[noreturn]] void refuse_array_end() {
    constexpr std::string_view kWanted =
        "expected a comma (',') or array terminator (']'), but got ";
    if (at_end()) refuse_end(cat(kWanted, "end of file"));
    refuse_character(kWanted, "");
  }

  std::unique_ptr<Item> inline_table() {
    enter();
    ++at_;
    const std::string outer_context = context_, outer_key = key_;
    context_ += cat(context_.empty() ? "" : ".", key_);
    key_.clear();
    auto out = std::make_unique<Item>();
    for (bool first = true;; first = false) {
      skip_inline_blanks();
      if (take("}")) break;
      if (!first && !take(",")) refuse_inline_end();
      skip_inline_blanks();
      if (!first && !at_end() && peek() == '}')
        refuse_here("trailing comma not allowed in inline tables");
      if (!at_end() && peek() == ',') refuse_here("unexpected comma");
      if (at_end()) refuse_inline_end();
      pair(*out);
    }
    context_ = outer_context;
    key_ = outer_key;
    --depth_;
    return out;
  }
  void skip_inline_blanks() {
    skip_blanks();
    if (!at_end() && (peek() == '\n' || starts_with("\r\n")))
      refuse_here("newlines not allowed within inline tables");
  }
  [[noreturn]] void refuse_inline_end() {
    constexpr std::string_view kWanted =
        "expected a comma or an inline table terminator '}', but got ";
    if (at_end()) refuse_end(cat(kWanted, "end of file instead"));
    refuse_character(kWanted);
  }

  // ---- numbers ----

  std::unique_ptr<Item> number() {
    const std::size_t start = at_;
    const bool sign = peek() == '+' || peek() == '-';
    if (sign) ++at_;
    if (take("inf")) return infinite(text_[start] == '-');
    if (take("nan")) return scalar(starlark::real(std::numeric_limits<double>::quiet_NaN()));
    if (at_end() || !is_digit(peek())) {
      if (!at_end() && peek() == '.') refuse_here("floats must start with a digit, not '.'");
      if (at_end()) refuse_end("expected a digit but got end of file");
      refuse_character("expected a digit but got ", "");
    }
    if (peek() == '0' && at_ + 1 < text_.size() && is_base(text_[at_ + 1]))
      return based(start, sign);
    while (!at_end() && (is_digit(peek()) || peek() == '_')) ++at_;
    if (!at_end() && (peek() == '-' || peek() == ':')) return date(start);
    const bool whole = at_end() || (peek() != '.' && peek() != 'e' && peek() != 'E');
    if (whole) return decimal(text_.substr(start, at_ - start));
    while (!at_end() &&
           (is_digit(peek()) || std::string_view("_.eE+-").find(peek()) != std::string_view::npos))
      ++at_;
    return real(text_.substr(start, at_ - start));
  }

  std::unique_ptr<Item> infinite(bool negative) {
    const double infinity = std::numeric_limits<double>::infinity();
    return scalar(starlark::real(negative ? -infinity : infinity));
  }

  static bool is_base(char c) { return c == 'x' || c == 'o' || c == 'b'; }

  std::unique_ptr<Item> based(std::size_t start, bool sign) {
    const char letter = text_[at_ + 1];
    at_ += 2;
    if (sign)
      refuse_here(cat("cannot use sign with non-decimal numbers: '",
                      text_.substr(start, at_ - start), "'"));
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : 2;
    const std::size_t digits = at_;
    while (!at_end() && (std::isxdigit(static_cast<unsigned char>(peek())) != 0 || peek() == '_'))
      ++at_;
    const std::string text = without_underscores(text_.substr(digits, at_ - digits), "integer");
    std::int64_t out = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    if (text.empty() || stop != text.data() + text.size() || error != std::errc()) {
      const std::string_view kind = base == 16 ? "hexidecimal" : base == 8 ? "octal" : "binary";
      refuse_here(cat("not a ", kind, " number: '",
                      text_.substr(start, std::min(at_ + 1, text_.size()) - start), "'"));
    }
    return scalar(starlark::integer(out));
  }

  // Underscores stand between digits only.
  std::string without_underscores(std::string_view text, std::string_view kind) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '_') {
        out.push_back(text[i]);
        continue;
      }
      const auto digit = [&](std::size_t at) {
        return at < text.size() && std::isxdigit(static_cast<unsigned char>(text[at])) != 0;
      };
      if (i == 0 || !digit(i - 1) || !digit(i + 1))
        refuse_here(
            cat("Invalid ", kind, " \"", text, "\": underscores must be surrounded by digits"));
    }
    return out;
  }

  void check_leading_zero(std::string_view text, std::string_view digits,
                          std::string_view kind) const {
    const std::string_view bare =
        digits.starts_with('+') || digits.starts_with('-') ? digits.substr(1) : digits;
    if (bare.size() > 1 && bare[0] == '0' && is_digit(bare[1]))
      refuse_here(cat("Invalid ", kind, " \"", text, "\": cannot have leading zeroes"));
  }

  std::unique_ptr<Item> decimal(std::string_view text) {
    std::string digits = without_underscores(text, "integer");
    check_leading_zero(text, digits, "integer");
    if (digits.starts_with('+')) digits.erase(0, 1);
    const auto out = to_integer(digits);
    if (!out) refuse_here(cat(digits, " is out of range for int64"));
    return scalar(starlark::integer(*out));
  }

  std::unique_ptr<Item> real(std::string_view text) {
    std::string digits = without_underscores(text, "float");
    check_leading_zero(text, digits, "float");
    const std::size_t dot = digits.find('.');
    if (dot != std::string::npos && (dot + 1 == digits.size() || !is_digit(digits[dot + 1])))
      refuse_here(cat("Invalid float \"", text, "\": '.' must be followed by one or more digits"));
    if (digits.starts_with('+')) digits.erase(0, 1);
    double out = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    if (stop != digits.data() + digits.size() || error == std::errc::invalid_argument)
      refuse_here(cat("Invalid float value: \"", text, "\""));
    if (error == std::errc::result_out_of_range)
      refuse_here(cat(text, " is out of range for float64"));
    return scalar(starlark::real(out));
  }

  // A date is read, and then has no value in the language.
  std::unique_ptr<Item> date(std::size_t start) {
    while (!at_end() && (is_digit(peek()) ||
                         std::string_view("-:.TtZz+").find(peek()) != std::string_view::npos))
      ++at_;
    const std::string_view text = text_.substr(start, at_ - start);
    const bool day = text.size() >= 10 && text[4] == '-' && text[7] == '-';
    const bool time = text.size() >= 8 && text[2] == ':' && text[5] == ':';
    if (!day && !time) refuse_here(cat("Invalid TOML Datetime: \"", text, "\"."));
    refuse("ytt/panic", "(p) unknown type time.Time for conversion to starlark value");
  }

  // ---- texts ----

  void check_control(bool breaks) const {
    const auto c = static_cast<unsigned char>(peek());
    if ((c >= ' ' && c != 0x7f) || c == '\t') return;
    if (breaks && (c == '\n' || starts_with("\r\n"))) return;
    if (c == '\n' || starts_with("\r\n")) refuse_here("strings cannot contain newlines");
    constexpr std::string_view kDigits = "0123456789abcdef";
    refuse_here(cat("TOML files cannot contain control characters: '0x", kDigits[c >> 4],
                    kDigits[c & 15], "'"));
  }

  void copy_character(std::string& out) {
    if (peek() == '\n') ++line_;
    out.push_back(text_[at_++]);
  }

  std::string literal_string() {
    std::string out;
    for (++at_; !take("'");) {
      if (at_end()) refuse_end("unexpected EOF; expected \"'\"");
      check_control(false);
      copy_character(out);
    }
    return out;
  }

  std::string long_literal() {
    std::string out;
    at_ += 3;
    take_break();
    while (!ends_long("'''", out)) {
      if (at_end()) refuse_end("unexpected EOF; expected \"'''\"");
      check_control(true);
      copy_character(out);
    }
    return out;
  }

  // Up to two of the marks may stand before the closing three.
  bool ends_long(std::string_view mark, std::string& out) {
    if (!starts_with(mark)) return false;
    at_ += 3;
    for (int i = 0; i < 2 && !at_end() && peek() == mark[0]; ++i) copy_character(out);
    return true;
  }

  std::string basic_string() {
    std::string out;
    for (++at_; !take("\"");) {
      if (at_end()) refuse_end("unexpected EOF; expected '\"'");
      check_control(false);
      if (peek() == '\\') {
        escape(out);
      } else {
        copy_character(out);
      }
    }
    return out;
  }

  std::string long_string() {
    std::string out;
    at_ += 3;
    take_break();
    while (!ends_long("\"\"\"", out)) {
      if (at_end()) refuse_end("unexpected EOF; expected '\"\"\"'");
      check_control(true);
      if (peek() != '\\') {
        copy_character(out);
      } else if (!skip_escaped_break()) {
        escape(out);
      }
    }
    return out;
  }

  // A backslash at the end of a line takes the blanks and breaks behind it away.
  bool skip_escaped_break() {
    const std::size_t start = at_++;
    skip_blanks();
    if (!take_break()) {
      at_ = start;
      return false;
    }
    do {
      skip_blanks();
    } while (take_break());
    return true;
  }

  void escape(std::string& out) {
    constexpr std::string_view kLetters = "btnfr\"\\", kMeant = "\b\t\n\f\r\"\\";
    if (++at_ >= text_.size()) refuse_end("unexpected EOF; expected '\"'");
    const char c = peek();
    if (c == 'u' || c == 'U') return unicode_escape(out, c == 'u' ? 4 : 8);
    const std::size_t which = kLetters.find(c);
    if (which == std::string_view::npos) {
      std::size_t end = at_;
      next_code_point(text_, end);
      refuse_here(cat("invalid escape in string '\\", text_.substr(at_, end - at_), "'"));
    }
    out.push_back(kMeant[which]);
    ++at_;
  }

  void unicode_escape(std::string& out, std::size_t count) {
    const std::size_t start = at_ - 1;
    const std::string_view digits = text_.substr(++at_, count);
    std::uint32_t code = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    const auto good = static_cast<std::size_t>(stop - digits.data());
    if (good != count || error != std::errc()) {
      at_ += good + 1;
      const std::string_view seen = text_.substr(start, at_ - start);
      refuse_here(cat("expected ", count == 4 ? "four" : "eight", " hexadecimal digits after '\\",
                      count == 4 ? 'u' : 'U', "', but got ",
                      starlark::to_text(thread_, thread_.text(seen)), " instead"));
    }
    at_ += count;
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      refuse_here(
          cat("Escaped character '", text_.substr(start, count + 2), "' is not valid UTF-8."));
    append_utf8(out, code);
  }

  // ---- the result ----

  Value to_value(const Item& item) {
    Arena& arena = thread_.arena();
    if (item.kind == Item::Kind::kScalar) return item.scalar;
    if (item.kind == Item::Kind::kArray) {
      const Value out = starlark::make_list(arena);
      for (const auto& each : item.items) out.list->items.push_back(arena, to_value(*each));
      return out;
    }
    const Value out = starlark::make_dict(arena);
    for (const auto& [name, member] : item.members)
      starlark::insert(arena, *out.dict, thread_.text(name), to_value(*member));
    return out;
  }

  Thread& thread_;
  std::string_view text_;
  std::size_t at_ = 0, line_ = 1;
  std::uint64_t depth_ = 0;
  Item root_;
  Item* table_ = nullptr;
  std::string context_, key_;  // told as the last key
};

}  // namespace

Value read_toml(Thread& thread, std::string_view text) { return TomlReader(thread, text).run(); }

}  // namespace plumb::ytt
