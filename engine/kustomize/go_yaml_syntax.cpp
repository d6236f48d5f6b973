#include "kustomize/go_yaml_syntax.h"

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

#include "base/text.h"

namespace plumb::kustomize {

namespace {

constexpr std::size_t kSimpleKeyCharacters = 1024;
constexpr int kNestingMax = 2000;

struct Mark {
  std::size_t offset = 0;  // in bytes
  std::size_t index = 0;   // in characters
  std::size_t line = 0, column = 0;
};

enum class Kind : std::uint8_t {
  kStreamEnd,
  kVersion,
  kTagDirective,
  kDocumentStart,
  kDocumentEnd,
  kSequenceStart,
  kMappingStart,
  kBlockEnd,
  kFlowSequenceStart,
  kFlowSequenceEnd,
  kFlowMappingStart,
  kFlowMappingEnd,
  kEntry,
  kFlowEntry,
  kKey,
  kValue,
  kAlias,
  kAnchor,
  kTag,
  kScalar
};

struct Token {
  Kind kind;
  Mark start;
  std::string_view text = {};  // an anchor's name, a tag's handle
};

struct Found {
  GoYamlProblem problem;
};
struct TooDeep {};

[[noreturn]] void fail_scan(std::string words, const Mark& here,
                            std::optional<Mark> context = std::nullopt) {
  std::optional<std::size_t> line;
  if (context) line = context->line;
  throw Found{{std::move(words), true, true, line, here.line}};
}
[[noreturn]] void fail_parse(std::string words, const Mark& here,
                             std::optional<Mark> context = std::nullopt) {
  std::optional<std::size_t> line;
  if (context) line = context->line;
  throw Found{{std::move(words), false, true, line, here.line}};
}

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}
bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}
bool one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

// ---- tokens ----

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t lookahead) : text_(text), lookahead_(lookahead) {
    keys_.emplace_back();
  }

  const Token& peek() {
    while (needs_more()) fetch();
    return tokens_.front();
  }
  void skip() {
    peek();
    tokens_.pop_front();
    ++taken_;
  }

 private:
  // A place where a key may have started: what stands there becomes one when a ':' follows.
  struct SimpleKey {
    bool possible = false, required = false;
    std::size_t token = 0;
    Mark mark;
  };

  // -- characters --

  char at(std::size_t ahead = 0) const {
    return here_.offset + ahead < text_.size() ? text_[here_.offset + ahead] : '\0';
  }
  bool done(std::size_t ahead = 0) const { return here_.offset + ahead >= text_.size(); }
  std::size_t break_length(std::size_t ahead = 0) const {
    const std::string_view rest = text_.substr(std::min(here_.offset + ahead, text_.size()));
    if (rest.starts_with("\r\n")) return 2;
    if (rest.starts_with('\r') || rest.starts_with('\n')) return 1;
    if (rest.starts_with("\xC2\x85")) return 2;
    if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) return 3;
    return 0;
  }
  bool blank(std::size_t ahead = 0) const { return at(ahead) == ' ' || at(ahead) == '\t'; }
  bool ends(std::size_t ahead = 0) const { return done(ahead) || break_length(ahead) > 0; }
  bool blank_or_ends(std::size_t ahead = 0) const { return blank(ahead) || ends(ahead); }

  void step() {
    next_code_point(text_, here_.offset);
    ++here_.index;
    ++here_.column;
  }
  void step_line() {
    const std::size_t length = break_length();
    here_.offset += length;
    here_.index += length == 2 && text_[here_.offset - 1] == '\n' ? 2 : 1;
    here_.column = 0;
    ++here_.line;
  }
  bool at_document_marker() const {
    const std::string_view rest = text_.substr(std::min(here_.offset, text_.size()));
    return here_.column == 0 && (rest.starts_with("---") || rest.starts_with("...")) &&
           blank_or_ends(3);
  }

  // -- the queue --

  bool needs_more() {
    if (stream_ended_) return tokens_.empty();
    if (tokens_.size() < lookahead_) return true;
    // A key that may start with the next token must be decided first.
    for (SimpleKey& key : keys_)
      if (key.possible && key.token == taken_) return is_valid(key);
    return false;
  }

  void add(Kind kind, const Mark& start, std::string_view text = {}) {
    tokens_.push_back({kind, start, text});
  }
  void insert(std::size_t number, const Token& token) {
    tokens_.insert(tokens_.begin() + static_cast<std::ptrdiff_t>(number - taken_), token);
  }

  bool is_valid(SimpleKey& key) {
    if (!key.possible) return false;
    if (key.mark.line == here_.line && key.mark.index + kSimpleKeyCharacters >= here_.index)
      return true;
    if (key.required) fail_scan("could not find expected ':'", here_, key.mark);
    key.possible = false;
    return false;
  }
  void save_key() {
    if (!key_allowed_) return;
    const SimpleKey key{true, flow_level_ == 0 && indent_ == static_cast<int>(here_.column),
                        taken_ + tokens_.size(), here_};
    remove_key();
    keys_.back() = key;
  }
  void remove_key() {
    SimpleKey& key = keys_.back();
    if (key.possible && key.required) fail_scan("could not find expected ':'", here_, key.mark);
    key.possible = false;
  }

  void roll(std::size_t column, std::optional<std::size_t> number, Kind kind, const Mark& mark) {
    if (flow_level_ > 0 || indent_ >= static_cast<int>(column)) return;
    indents_.push_back(indent_);
    indent_ = static_cast<int>(column);
    if (number)
      insert(*number, {kind, mark, {}});
    else
      add(kind, mark);
  }
  void unroll(int column, const Mark& mark) {
    if (flow_level_ > 0) return;
    while (indent_ > column) {
      add(Kind::kBlockEnd, mark);
      indent_ = indents_.back();
      indents_.pop_back();
    }
  }

  // -- fetching --

  void skip_to_token() {
    for (;;) {
      if (here_.column == 0 && text_.substr(here_.offset).starts_with("\xEF\xBB\xBF")) step();
      while (at() == ' ' || ((flow_level_ > 0 || !key_allowed_) && at() == '\t')) step();
      if (at() == '#' && !done())
        while (!ends()) step();
      if (break_length() == 0) return;
      step_line();
      if (flow_level_ == 0) key_allowed_ = true;
    }
  }

  void fetch() {
    const Mark before = here_;
    skip_to_token();
    unroll(static_cast<int>(here_.column), lookahead_ > 1 ? before : here_);
    if (done()) return fetch_end();
    if (here_.column == 0 && at() == '%') return fetch_directive();
    if (at_document_marker()) return fetch_marker();
    const char c = at();
    if (c == '[' || c == '{') return fetch_flow_start(c);
    if (c == ']' || c == '}') return fetch_flow_end(c);
    if (c == ',') return fetch_flow_entry();
    if (c == '-' && blank_or_ends(1)) return fetch_entry();
    if (c == '?' && (flow_level_ > 0 || blank_or_ends(1))) return fetch_key();
    if (c == ':' && (flow_level_ > 0 || blank_or_ends(1))) return fetch_value();
    if (c == '*' || c == '&') return fetch_anchor(c);
    if (c == '!') return fetch_tag();
    if ((c == '|' || c == '>') && flow_level_ == 0) return fetch_block_scalar();
    if (c == '\'' || c == '"') return fetch_quoted(c);
    const bool plain = !(blank_or_ends() || one_of(c, "-?:,[]{}#&*!|>'\"%@`")) ||
                       (c == '-' && !blank(1)) ||
                       (flow_level_ == 0 && (c == '?' || c == ':') && !blank_or_ends(1));
    if (plain) return fetch_plain();
    fail_scan("found character that cannot start any token", here_, here_);
  }

  void fetch_end() {
    if (here_.column != 0) {
      here_.column = 0;
      ++here_.line;
    }
    unroll(-1, here_);
    remove_key();
    key_allowed_ = false;
    add(Kind::kStreamEnd, here_);
    stream_ended_ = true;
  }

  void fetch_marker() {
    unroll(-1, here_);
    remove_key();
    key_allowed_ = false;
    add(at() == '-' ? Kind::kDocumentStart : Kind::kDocumentEnd, here_);
    for (int i = 0; i < 3; ++i) step();
  }

  void fetch_directive() {
    unroll(-1, here_);
    remove_key();
    key_allowed_ = false;
    const Mark start = here_;
    step();
    const std::size_t from = here_.offset;
    while (is_word(at())) step();
    const std::string_view name = text_.substr(from, here_.offset - from);
    if (name.empty()) fail_scan("could not find expected directive name", here_, start);
    if (!blank_or_ends()) fail_scan("found unexpected non-alphabetical character", here_, start);
    if (name == "YAML")
      scan_version(start);
    else if (name == "TAG")
      scan_tag_directive(start);
    else
      fail_scan("found unknown directive name", here_, start);
    while (blank()) step();
    if (at() == '#')
      while (!ends()) step();
    if (!ends()) fail_scan("did not find expected comment or line break", here_, start);
    if (!done()) step_line();
  }

  void scan_version(const Mark& start) {
    while (blank()) step();
    const std::size_t from = here_.offset;
    const auto number = [&] {
      const std::size_t first = here_.offset;
      while (at() >= '0' && at() <= '9') step();
      if (here_.offset - first > 2) fail_scan("found extremely long version number", here_, start);
      if (here_.offset == first) fail_scan("did not find expected version number", here_, start);
    };
    number();
    if (at() != '.') fail_scan("did not find expected digit or '.' character", here_, start);
    step();
    number();
    add(Kind::kVersion, start, text_.substr(from, here_.offset - from));
  }

  void scan_tag_directive(const Mark& start) {
    while (blank()) step();
    const std::size_t from = here_.offset;
    if (at() != '!') fail_scan("did not find expected '!'", here_, start);
    step();
    while (is_word(at())) step();
    if (at() == '!')
      step();
    else if (here_.offset - from > 1)
      fail_scan("did not find expected '!'", here_, start);
    const std::string_view handle = text_.substr(from, here_.offset - from);
    if (!blank()) fail_scan("did not find expected whitespace", here_, start);
    while (blank()) step();
    scan_uri(start, false);
    if (!blank_or_ends()) fail_scan("did not find expected whitespace or line break", here_, start);
    add(Kind::kTagDirective, start, handle);
  }

  void fetch_flow_start(char c) {
    save_key();
    keys_.push_back({});
    ++flow_level_;
    if (flow_level_ > kNestingMax) throw TooDeep{};
    key_allowed_ = true;
    add(c == '[' ? Kind::kFlowSequenceStart : Kind::kFlowMappingStart, here_);
    step();
  }
  void fetch_flow_end(char c) {
    remove_key();
    if (flow_level_ > 0) {
      --flow_level_;
      keys_.pop_back();
    }
    key_allowed_ = false;
    add(c == ']' ? Kind::kFlowSequenceEnd : Kind::kFlowMappingEnd, here_);
    step();
  }
  void fetch_flow_entry() {
    remove_key();
    key_allowed_ = true;
    add(Kind::kFlowEntry, here_);
    step();
  }
  void fetch_entry() {
    if (flow_level_ == 0) {
      if (!key_allowed_) fail_scan("block sequence entries are not allowed in this context", here_);
      roll(here_.column, std::nullopt, Kind::kSequenceStart, here_);
    }
    remove_key();
    key_allowed_ = true;
    add(Kind::kEntry, here_);
    step();
  }
  void fetch_key() {
    if (flow_level_ == 0) {
      if (!key_allowed_) fail_scan("mapping keys are not allowed in this context", here_);
      roll(here_.column, std::nullopt, Kind::kMappingStart, here_);
    }
    remove_key();
    key_allowed_ = flow_level_ == 0;
    add(Kind::kKey, here_);
    step();
  }
  void fetch_value() {
    SimpleKey& key = keys_.back();
    if (is_valid(key)) {
      insert(key.token, {Kind::kKey, key.mark, {}});
      roll(key.mark.column, key.token, Kind::kMappingStart, key.mark);
      key.possible = false;
      key_allowed_ = false;
    } else {
      if (flow_level_ == 0) {
        if (!key_allowed_) fail_scan("mapping values are not allowed in this context", here_);
        roll(here_.column, std::nullopt, Kind::kMappingStart, here_);
      }
      key_allowed_ = flow_level_ == 0;
    }
    add(Kind::kValue, here_);
    step();
  }

  void fetch_anchor(char c) {
    save_key();
    key_allowed_ = false;
    const Mark start = here_;
    step();
    const std::size_t from = here_.offset;
    while (is_word(at())) step();
    if (here_.offset == from || !(blank_or_ends() || one_of(at(), "?:,]}%@`")))
      fail_scan("did not find expected alphabetic or numeric character", here_, start);
    add(c == '*' ? Kind::kAlias : Kind::kAnchor, start, text_.substr(from, here_.offset - from));
  }

  // The characters of a tag behind its handle; `found`: whether there is something already.
  void scan_uri(const Mark& start, bool found) {
    while (!done() && (is_word(at()) || one_of(at(), ";/?:@&=+$,.!~*'()[]%"))) {
      if (at() == '%') {
        if (!is_hexadecimal(at(1)) || !is_hexadecimal(at(2)))
          fail_scan("did not find URI escaped octet", here_, start);
        step();
        step();
      }
      step();
      found = true;
    }
    if (!found) fail_scan("did not find expected tag URI", here_, start);
  }

  void fetch_tag() {
    save_key();
    key_allowed_ = false;
    const Mark start = here_;
    std::string_view handle;
    if (at(1) == '<') {
      step();
      step();
      scan_uri(start, false);
      if (at() != '>') fail_scan("did not find the expected '>'", here_, start);
      step();
    } else {
      step();
      while (is_word(at())) step();
      const bool named = at() == '!';
      if (named) step();
      handle = text_.substr(start.offset, here_.offset - start.offset);
      if (named && handle.size() > 1) {
        scan_uri(start, false);
      } else {
        scan_uri(start, true);
        handle = here_.offset - start.offset > 1 ? std::string_view("!") : std::string_view();
      }
    }
    if (!blank_or_ends()) fail_scan("did not find expected whitespace or line break", here_, start);
    add(Kind::kTag, start, handle);
  }

  // -- scalars --

  void fetch_block_scalar() {
    remove_key();
    key_allowed_ = true;
    const Mark start = here_;
    step();
    const std::size_t increment = scan_block_header(start);
    if (!done()) step_line();
    std::size_t indent = 0;
    if (increment > 0) indent = (indent_ >= 0 ? static_cast<std::size_t>(indent_) : 0) + increment;
    scan_block_breaks(start, indent);
    while (here_.column == indent && !done()) {
      while (!ends()) step();
      if (!done()) step_line();
      scan_block_breaks(start, indent);
    }
    add(Kind::kScalar, start);
  }

  std::size_t scan_block_header(const Mark& start) {
    std::size_t increment = 0;
    const auto digit = [&] {
      if (at() < '0' || at() > '9') return;
      if (at() == '0') fail_scan("found an indentation indicator equal to 0", here_, start);
      increment = static_cast<std::size_t>(at() - '0');
      step();
    };
    if (at() == '+' || at() == '-') {
      step();
      digit();
    } else {
      digit();
      if (increment > 0 && (at() == '+' || at() == '-')) step();
    }
    while (blank()) step();
    if (at() == '#')
      while (!ends()) step();
    if (!ends()) fail_scan("did not find expected comment or line break", here_, start);
    return increment;
  }

  void scan_block_breaks(const Mark& start, std::size_t& indent) {
    std::size_t widest = 0;
    for (;;) {
      while ((indent == 0 || here_.column < indent) && at() == ' ') step();
      widest = std::max(widest, here_.column);
      if ((indent == 0 || here_.column < indent) && at() == '\t')
        fail_scan("found a tab character where an indentation space is expected", here_, start);
      if (break_length() == 0) break;
      step_line();
    }
    if (indent == 0)
      indent = std::max({widest, static_cast<std::size_t>(indent_ + 1), std::size_t{1}});
  }

  void fetch_quoted(char quote) {
    save_key();
    key_allowed_ = false;
    const Mark start = here_;
    step();
    for (;;) {
      if (at_document_marker()) fail_scan("found unexpected document indicator", here_, start);
      if (done()) fail_scan("found unexpected end of stream", here_, start);
      while (!blank_or_ends()) {
        if (quote == '\'' && at() == '\'' && at(1) == '\'') {
          step();
          step();
        } else if (at() == quote) {
          break;
        } else if (quote == '"' && at() == '\\' && break_length(1) > 0) {
          step();
          step_line();
          break;
        } else if (quote == '"' && at() == '\\') {
          scan_escape(start);
        } else {
          step();
        }
      }
      if (at() == quote && !done()) break;
      while (blank() || break_length() > 0) {
        if (blank())
          step();
        else
          step_line();
      }
    }
    step();
    add(Kind::kScalar, start);
  }

  void scan_escape(const Mark& start) {
    const char c = at(1);
    const std::size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0 && (done(1) || !one_of(c, "0abt\tnvfre \"'\\N_LP")))
      fail_scan("found unknown escape character", here_, start);
    step();
    step();
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!is_hexadecimal(at(i)))
        fail_scan("did not find expected hexdecimal number", here_, start);
      const char digit = at(i);
      value = value * 16 +
              static_cast<std::uint64_t>(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    if (digits > 0 && ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF))
      fail_scan("found invalid Unicode character escape code", here_, start);
    for (std::size_t i = 0; i < digits; ++i) step();
  }

  void fetch_plain() {
    save_key();
    key_allowed_ = false;
    const Mark start = here_;
    const std::size_t indent = static_cast<std::size_t>(indent_ + 1);
    bool after_break = false;
    for (;;) {
      if (at_document_marker() || at() == '#') break;
      while (!blank_or_ends()) {
        if (at() == ':' && blank_or_ends(1)) break;
        if (flow_level_ > 0 && one_of(at(), ",?[]{}")) break;
        after_break = false;
        step();
      }
      if (!blank() && break_length() == 0) break;
      while (blank() || break_length() > 0) {
        if (blank()) {
          if (after_break && here_.column < indent && at() == '\t')
            fail_scan("found a tab character that violates indentation", here_, start);
          step();
        } else {
          step_line();
          after_break = true;
        }
      }
      if (flow_level_ == 0 && here_.column < indent) break;
    }
    add(Kind::kScalar, start);
    if (after_break) key_allowed_ = true;
  }

  std::string_view text_;
  std::size_t lookahead_;
  Mark here_;
  std::deque<Token> tokens_;
  std::size_t taken_ = 0;
  std::vector<SimpleKey> keys_;
  std::vector<int> indents_;
  int indent_ = -1;
  int flow_level_ = 0;
  bool key_allowed_ = true;
  bool stream_ended_ = false;
};

// ---- the grammar over them ----

class Parser {
 public:
  Parser(std::string_view text, std::size_t lookahead) : scanner_(text, lookahead) {}

  void document() {
    bool version = false, directives = false;
    while (kind() == Kind::kVersion || kind() == Kind::kTagDirective) {
      const Token token = scanner_.peek();
      directives = true;
      if (token.kind == Kind::kVersion) {
        if (version) fail_parse("found duplicate %YAML directive", token.start);
        if (token.text != "1.1") fail_parse("found incompatible YAML document", token.start);
        version = true;
      } else if (!handles_.insert(token.text).second) {
        fail_parse("found duplicate %TAG directive", token.start);
      }
      scanner_.skip();
    }
    if (directives && kind() != Kind::kDocumentStart)
      fail_parse("did not find expected <document start>", scanner_.peek().start);
    if (kind() == Kind::kStreamEnd) return;
    if (kind() == Kind::kDocumentStart) {
      scanner_.skip();
      if (is(Kind::kVersion, Kind::kTagDirective, Kind::kDocumentStart, Kind::kDocumentEnd,
             Kind::kStreamEnd))
        return;
    }
    node(true, false, 0);
    scanner_.peek();
  }

 private:
  Kind kind() { return scanner_.peek().kind; }
  template <typename... Kinds>
  bool is(Kinds... kinds) {
    const Kind found = kind();
    return ((found == kinds) || ...);
  }

  void alias() {
    const Token token = scanner_.peek();
    if (!anchors_.contains(token.text))
      throw Found{{cat("unknown anchor '", token.text, "' referenced"), false, false, {}, 0}};
    scanner_.skip();
  }

  void node(bool block, bool indentless, int depth) {
    if (depth > kNestingMax) throw TooDeep{};
    if (kind() == Kind::kAlias) return alias();
    const Mark start = scanner_.peek().start;
    std::optional<Token> anchor, tag;
    while (is(Kind::kAnchor, Kind::kTag)) {
      std::optional<Token>& place = kind() == Kind::kAnchor ? anchor : tag;
      if (place) break;
      place = scanner_.peek();
      scanner_.skip();
    }
    if (tag && !tag->text.empty() && !handles_.contains(tag->text))
      fail_parse("found undefined tag handle", tag->start, start);
    if (anchor) anchors_.insert(anchor->text);
    if (indentless && kind() == Kind::kEntry) return indentless_sequence(depth);
    switch (kind()) {
      case Kind::kScalar:
        return scanner_.skip();
      case Kind::kFlowSequenceStart:
        return flow_sequence(depth);
      case Kind::kFlowMappingStart:
        return flow_mapping(depth);
      case Kind::kSequenceStart:
        if (block) return sequence(depth);
        break;
      case Kind::kMappingStart:
        if (block) return mapping(depth);
        break;
      default:
        break;
    }
    if (anchor || tag) return;
    fail_parse("did not find expected node content", scanner_.peek().start, start);
  }

  void sequence(int depth) {
    const Mark start = scanner_.peek().start;
    scanner_.skip();
    while (kind() == Kind::kEntry) {
      scanner_.skip();
      if (!is(Kind::kEntry, Kind::kBlockEnd)) node(true, false, depth + 1);
    }
    if (kind() != Kind::kBlockEnd)
      fail_parse("did not find expected '-' indicator", scanner_.peek().start, start);
    scanner_.skip();
  }

  void indentless_sequence(int depth) {
    while (kind() == Kind::kEntry) {
      scanner_.skip();
      if (!is(Kind::kEntry, Kind::kKey, Kind::kValue, Kind::kBlockEnd))
        node(true, false, depth + 1);
    }
  }

  void mapping(int depth) {
    const Mark start = scanner_.peek().start;
    scanner_.skip();
    while (kind() == Kind::kKey) {
      scanner_.skip();
      if (!is(Kind::kKey, Kind::kValue, Kind::kBlockEnd)) node(true, true, depth + 1);
      if (kind() != Kind::kValue) continue;
      scanner_.skip();
      if (!is(Kind::kKey, Kind::kValue, Kind::kBlockEnd)) node(true, true, depth + 1);
    }
    if (kind() != Kind::kBlockEnd)
      fail_parse("did not find expected key", scanner_.peek().start, start);
    scanner_.skip();
  }

  void flow_sequence(int depth) {
    const Mark start = scanner_.peek().start;
    scanner_.skip();
    for (bool first = true; kind() != Kind::kFlowSequenceEnd; first = false) {
      if (!first) {
        if (kind() != Kind::kFlowEntry)
          fail_parse("did not find expected ',' or ']'", scanner_.peek().start, start);
        scanner_.skip();
      }
      if (kind() == Kind::kKey)
        flow_pair(depth);
      else if (kind() != Kind::kFlowSequenceEnd)
        node(false, false, depth + 1);
    }
    scanner_.skip();
  }

  // `a: b` in a sequence.
  void flow_pair(int depth) {
    scanner_.skip();
    if (is(Kind::kValue, Kind::kFlowEntry, Kind::kFlowSequenceEnd))
      scanner_.skip();
    else
      node(false, false, depth + 1);
    if (kind() != Kind::kValue) return;
    scanner_.skip();
    if (!is(Kind::kFlowEntry, Kind::kFlowSequenceEnd)) node(false, false, depth + 1);
  }

  void flow_mapping(int depth) {
    const Mark start = scanner_.peek().start;
    scanner_.skip();
    for (bool first = true; kind() != Kind::kFlowMappingEnd; first = false) {
      if (!first) {
        if (kind() != Kind::kFlowEntry)
          fail_parse("did not find expected ',' or '}'", scanner_.peek().start, start);
        scanner_.skip();
      }
      if (kind() == Kind::kKey) {
        scanner_.skip();
        if (!is(Kind::kValue, Kind::kFlowEntry, Kind::kFlowMappingEnd))
          node(false, false, depth + 1);
        if (kind() != Kind::kValue) continue;
        scanner_.skip();
        if (!is(Kind::kFlowEntry, Kind::kFlowMappingEnd)) node(false, false, depth + 1);
      } else if (kind() != Kind::kFlowMappingEnd) {
        node(false, false, depth + 1);
      }
    }
    scanner_.skip();
  }

  Scanner scanner_;
  std::set<std::string_view> anchors_;
  std::set<std::string_view> handles_{"!", "!!"};
};

}  // namespace

std::optional<GoYamlProblem> find_go_yaml_problem(std::string_view text, std::size_t lookahead) {
  try {
    Parser(text, lookahead).document();
  } catch (const Found& found) {
    return found.problem;
  } catch (const TooDeep&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace plumb::kustomize
