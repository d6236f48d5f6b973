#include <algorithm>
#include <charconv>

#include "base/suggest.h"
#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {
constexpr std::size_t kNearAnchorsMax = 1'000;  // among more, the near one is not looked for
}

// A node that belongs to a collection at `indent` and so stands further right; a sequence that is a
// mapping's value may stand at the same column (`indentless`).
Node* Reader::read_block_node(int indent, bool indentless) {
  const Level level(*this);
  skip_to_content();
  bool inside = column() > indent;
  if (column() == indent) {
    // A block scalar is no key, so nothing else could be meant by one in the column of its
    // collection.
    const bool scalar_there = peek() == '|' || peek() == '>';
    inside = scalar_there || (indentless && keys_allowed_ && at_entry_indicator());
  }
  if (!inside || at_content_end()) return empty_node(kNoProperties);
  return read_block_content(indent, indentless, kNoProperties);
}

// content ::= sequence | mapping | block-scalar | properties content | single
Node* Reader::read_block_content(int indent, bool indentless, const Properties& outer) {
  Node* node = nullptr;
  switch (peek()) {
    case '-':
      if (at_entry_indicator()) node = read_block_sequence_there(indent);
      break;
    case ':':
      if (at_value_indicator())
        fail_here("yaml/expected-key", "expected a key before ':'", "quote the value if it is one");
      break;
    case '?':
      if (at_key_indicator()) node = read_explicit_mapping();
      break;
    case '|':
    case '>':
      node = read_block_scalar(indent);
      break;
    case '&':
    case '!':
      return read_with_properties(indent, indentless, outer);
    default:
      break;
  }
  if (node == nullptr) return read_value_or_mapping(indent, here_starts(), kNoProperties, outer);
  finish(node, outer);
  return node;
}

// At '-'.
Node* Reader::read_block_sequence_there(int indent) {
  if (!keys_allowed_)
    fail_here("yaml/sequence-place", "a block sequence cannot start here",
              "start it on a line of its own");
  return read_sequence(column(), at_, column() == indent);
}

// At '?'.
Node* Reader::read_explicit_mapping() {
  if (!keys_allowed_)
    fail_here("yaml/mapping-place", "a block mapping cannot start here",
              "quote the value if it is one: a colon and a blank make a key");
  return read_mapping(column(), at_, nullptr);
}

// What stands before a node on two lines: `&a`, and `!x` below it.
Properties Reader::join(const Properties& outer, const Properties& inner) const {
  if (!outer.given()) return inner;
  const bool repeats = (!outer.anchor.empty() && !inner.anchor.empty()) ||
                       (!outer.tag.empty() && !inner.tag.empty());
  if (repeats)
    fail_at(inner.at, at_, "yaml/properties", "a node has one tag and one anchor at most");
  return {outer.anchor.empty() ? inner.anchor : outer.anchor,
          outer.tag.empty() ? inner.tag : outer.tag, outer.at};
}

// At '&' or '!'.
Node* Reader::read_with_properties(int indent, bool indentless, const Properties& outer) {
  const Start start = here_starts();
  const Properties properties = read_properties();
  const char* const line = line_;
  skip_to_content();
  if (line_ != line || done()) {
    // Alone on their line they belong to the whole node that follows.
    const Properties both = join(outer, properties);
    const bool inside =
        !at_content_end() &&
        (column() > indent || (indentless && column() == indent && at_entry_indicator()));
    if (!inside) return empty_node(both);
    open_anchor(nullptr, properties);
    return read_block_content(indent, indentless, both);
  }
  if (at_entry_indicator() || at_key_indicator()) {
    fail_here("yaml/sequence-place",
              "a block collection cannot start behind a tag or an anchor on the same line",
              "put it on the next line");
  }
  Node* node = nullptr;
  if (at_value_indicator()) {  // `&a : b`: an empty key with properties
    if (!start.keys_allowed) fail_here("yaml/mapping-place", "a block mapping cannot start here");
    node = read_mapping(start.column, start.at, empty_node(properties));
    finish(node, outer);
    return node;
  }
  if (peek() != '|' && peek() != '>')
    return read_value_or_mapping(indent, start, properties, outer);
  node = read_block_scalar(indent);
  finish(node, join(outer, properties));
  return node;
}

Node* Reader::read_value_or_mapping(int indent, const Start& start, const Properties& properties,
                                    const Properties& outer) {
  Node* const node = read_single(indent, properties);
  if (start.keys_allowed && key_follows(start.at)) {
    Node* const mapping = read_mapping(start.column, start.at, node);
    finish(mapping, outer);
    return mapping;
  }
  const char* const behind = at_;
  skip_blanks();
  const bool of_explicit_key = column() <= indent;  // `? key`, and its `:` on a line of its own
  if (peek() == ':' && blank_or_end(1) && !of_explicit_key) {
    const bool one_line =
        std::memchr(start.at, '\n', static_cast<std::size_t>(behind - start.at)) == nullptr;
    fail_here("yaml/mapping-place", "a mapping cannot start here",
              one_line
                  ? std::string_view("quote the value if it is one: a colon and a blank make a key")
                  : std::string_view("a key stands on one line"));
  }
  if (!outer.given()) return node;
  join(outer, properties);  // else there are two of a kind
  finish(node, outer);
  return node;
}

bool Reader::key_follows(const char* from) const {
  if (from < line_) return false;  // it went over a line break
  const char* next = at_;
  while (next < end_ && is(*next, kBlank)) ++next;
  return next < end_ && *next == ':' && next - from <= kSimpleKeyBytesMax && ends_word(next + 1);
}

// sequence ::= ( '-' node )+ , all at one column
Node* Reader::read_sequence(int indent, const char* from, bool indentless) {
  Node* const node = make_sequence(arena_);
  count_node();
  const std::size_t first = items_.size();
  do {
    ++at_;
    value_end_ = at_;
    keys_allowed_ = true;
    Node* const item = read_block_node(indent, false);
    items_.push_back(item);
  } while (next_entry(indent, from, indentless));
  node->span = span_of(from, value_end_);
  close_sequence(*node, first);
  return node;
}

// Whether another item follows.
bool Reader::next_entry(int indent, const char* from, bool indentless) {
  skip_to_content();
  if (column() < indent || at_content_end()) return false;
  if (column() > indent || !keys_allowed_)
    fail_here("yaml/expected-entry",
              "expected '-' and the next item, found something else at another column",
              {{"items of a sequence start at one column", span_of(from, from + 1)}});
  if (at_entry_indicator()) return true;
  if (!indentless)
    fail_here("yaml/expected-entry", "expected '-' and the next item of the sequence",
              {{"the sequence starts here", span_of(from, from + 1)}});
  return false;
}

// mapping ::= entry+ , all keys at one column
Node* Reader::read_mapping(int indent, const char* from, Node* first_key) {
  Node* const node = make_mapping(arena_);
  count_node();
  const std::size_t first = entries_.size();
  Node* key = first_key;
  do {
    const Entry entry = read_entry(indent, key);
    add_entry(entry.key, entry.value);
    key = nullptr;
  } while (next_key(indent, from));
  node->span = span_of(from, std::max(from, value_end_));
  close_mapping(*node, first);
  return node;
}

// entry ::= key ':' value | '?' key (':' value)?
Entry Reader::read_entry(int indent, Node* key) {
  if (key == nullptr && at_key_indicator()) {
    key = read_explicit_key(indent);
    skip_to_content();
    const bool has_value = !at_content_end() && column() == indent && at_value_indicator();
    return {key, has_value ? read_mapping_value(indent, true) : empty_node(kNoProperties)};
  }
  if (key == nullptr) key = read_simple_key(indent);
  skip_blanks();
  return {key, read_mapping_value(indent, false)};
}

// Whether another key follows.
bool Reader::next_key(int indent, const char* from) {
  skip_to_content();
  if (column() < indent || at_content_end()) return false;
  if (column() > indent || !keys_allowed_)
    fail_here("yaml/expected-key", "expected the next key, found something else",
              {{"keys of a mapping start at one column", span_of(from, from + 1)}});
  if (at_entry_indicator())
    fail_here("yaml/expected-key", "expected the next key, found '-'",
              {{"the mapping starts here", span_of(from, from + 1)}});
  return true;
}

// At ':'.
Node* Reader::read_mapping_value(int indent, bool complex_key) {
  ++at_;
  keys_allowed_ = complex_key;
  return read_block_node(indent, true);
}

// At '?'.
Node* Reader::read_explicit_key(int indent) {
  ++at_;
  keys_allowed_ = true;
  return read_block_node(indent, true);
}

// simple-key ::= properties? ( plain | quoted | alias | flow ) , on one line
Node* Reader::read_simple_key(int indent) {
  const char* const from = at_;
  Properties properties;
  if (!is(peek(), kPlainStart)) {
    if (at_value_indicator()) fail_here("yaml/expected-key", "expected a key before ':'");
    properties = read_properties();
    const char* const line = line_;
    if (properties.given()) skip_to_content();
    if (line_ != line)
      fail_at(from, from + 1, "yaml/expected-colon", "expected a key and ':' on this line");
    if (properties.given() && at_value_indicator()) return empty_node(properties);
    if (peek() == '|' || peek() == '>')
      fail_here("yaml/expected-key", "expected a key, found a block scalar");
  }
  Node* const key = read_single(indent, properties);
  if (!key_follows(from)) fail_without_colon(from);
  return key;
}

void Reader::fail_without_colon(const char* from) const {
  std::vector<Note> notes;
  if (at_ - from > kSimpleKeyBytesMax)
    notes.push_back({"a key longer than 1024 bytes needs '? key' on a line of its own"});
  fail_at(from, std::min(line_end(from), std::max(at_, from + 1)), "yaml/expected-colon",
          "expected ':' behind the key", std::move(notes));
}

// single ::= plain | quoted | alias | flow
Node* Reader::read_single(int indent, const Properties& properties) {
  Node* node = nullptr;
  switch (peek()) {
    case '*':
      if (properties.given()) fail_here("yaml/properties", "an alias has no tag and no anchor");
      return read_alias();
    case '"':
      node = read_double_quoted();
      break;
    case '\'':
      node = read_single_quoted();
      break;
    case '[':
      return read_flow_sequence(properties);
    case '{':
      return read_flow_mapping(properties);
    default:
      if (!starts_plain()) fail_without_value();
      node = read_plain(flow_level_ > 0 ? -1 : indent);
  }
  finish(node, properties);
  return node;
}

void Reader::fail_without_value() const {
  const char c = peek();
  if (c == '\t') fail_here("yaml/tab", "a tab cannot indent", "use blanks");
  if (c == ']' || c == '}' || c == ',')
    fail_here("yaml/expected-node", cat("expected a value, found '", c, "'"));
  fail_here("yaml/reserved-character", cat("no value starts with '", std::string_view(at_, 1), "'"),
            "quote the value");
}

Node* Reader::empty_node(const Properties& properties) {
  Node* const node = arena_.make<Node>();
  node->span = span_of(at_, at_);
  // An empty value stands where its key ends, not behind the comments and lines that were skipped
  // to find nothing.
  if (properties.given()) node->span = span_of(properties.at, properties.at);
  count_node();
  finish(node, properties);
  return node;
}

// ---- properties ----

Properties Reader::read_properties() {
  Properties properties;
  for (;;) {
    const char c = peek();
    if (c == '&' && properties.anchor.empty()) {
      if (properties.at == nullptr) properties.at = at_;
      ++at_;
      properties.anchor = read_anchor_name("anchor");
    } else if (c == '!' && properties.tag.empty()) {
      if (properties.at == nullptr) properties.at = at_;
      properties.tag = read_tag();
    } else {
      break;
    }
    keys_allowed_ = false;
    const char* const behind = at_;
    skip_blanks();
    if (peek() != '&' && peek() != '!') {
      at_ = behind;
      break;
    }
  }
  if (properties.given() && (peek() == '&' || peek() == '!')) {
    fail_here("yaml/properties", "a node has one tag and one anchor at most");
  }
  return properties;
}

std::string_view Reader::read_anchor_name(std::string_view what) {
  const char* const from = at_;
  while (!done() && is(*at_, kWord)) ++at_;
  const bool ends = blank_or_end(0) || contains("?:,]}%@`", std::string_view(at_, 1));
  if (at_ == from || !ends) {
    fail_here("yaml/anchor-name",
              cat("expected letters, digits, '-' or '_' in the name of an ", what));
  }
  return {from, static_cast<std::size_t>(at_ - from)};
}

Node* Reader::read_alias() {
  const char* const from = at_;
  ++at_;
  const std::string_view name = read_anchor_name("alias");
  keys_allowed_ = false;
  value_end_ = at_;
  Anchor* const anchor = anchors_.find(name);
  if (anchor == nullptr) {
    report_unknown_anchor(name, span_of(from, at_));
    return empty_node(kNoProperties);
  }
  if (anchor->open) {
    report("yaml/alias-cycle", span_of(from, at_), cat("anchor '", name, "' contains itself"), {},
           {std::string(name)});
    return empty_node(kNoProperties);
  }
  alias_nodes_ += anchor->nodes;
  nodes_ += anchor->nodes;
  if (alias_nodes_ > limits_.alias_nodes)
    fail_limit(limits_, &Limits::alias_nodes, span_of(from, at_));
  anchor->node->shared = true;
  return anchor->node;
}

void Reader::report_unknown_anchor(std::string_view name, Span span) {
  if (!can_report()) return;
  std::vector<std::string> names;
  if (anchors_.size() <= kNearAnchorsMax) {
    for (const Anchor& anchor : anchors_.all()) names.emplace_back(anchor.name);
  }
  std::sort(names.begin(), names.end());
  report("yaml/unknown-anchor", span, cat("unknown anchor '", name, "'"), did_you_mean(name, names),
         {std::string(name)});
}

// tag ::= '!' | '!suffix' | '!!suffix' | '!handle!suffix' | '!<uri>'
std::string_view Reader::read_tag() {
  const char* const from = at_;
  ++at_;
  std::string_view tag;
  const auto is_uri = [](char c) {
    return is(c, kWord) || contains(";/?:@&=+$.%!~*'()[],", std::string_view(&c, 1));
  };
  if (peek() == '<') {
    const char* const uri = ++at_;
    while (!done() && is_uri(*at_)) ++at_;
    if (peek() != '>' || at_ == uri) fail_at(from, at_, "yaml/tag", "expected '!<', a URI and '>'");
    tag = std::string_view(uri, static_cast<std::size_t>(at_ - uri));
    ++at_;
  } else {
    while (!done() && is_uri(*at_)) ++at_;
    const std::string_view written(from, static_cast<std::size_t>(at_ - from));
    const std::size_t second = written.find('!', 1);
    const bool handled =
        second != std::string_view::npos &&
        std::all_of(written.begin() + 1, written.begin() + static_cast<std::ptrdiff_t>(second),
                    [](char c) { return is(c, kWord); });
    if (handled && second + 1 == written.size())
      fail_at(from, at_, "yaml/tag", "expected a tag behind its handle");
    tag = handled ? resolve_tag(written.substr(0, second + 1), written.substr(second + 1), from)
                  : resolve_tag("!", written.substr(1), from);
  }
  if (!blank_or_end(0)) {
    fail_here("yaml/tag", "expected a blank or the end of the line behind a tag");
  }
  return tag;
}

std::string_view Reader::resolve_tag(std::string_view handle, std::string_view suffix,
                                     const char* from) {
  // `%41` in a suffix stands for a byte.
  std::string decoded;
  for (std::size_t i = 0; i < suffix.size(); ++i) {
    if (suffix[i] != '%') {
      decoded.push_back(suffix[i]);
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = suffix.substr(i + 1, 2);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (error != std::errc() || end != digits.data() + 2 || digits.size() != 2) {
      fail_at(from, at_, "yaml/tag", "expected two hexadecimal digits behind '%' in a tag");
    }
    decoded.push_back(static_cast<char>(byte));
    i += 2;
  }
  const auto declared = tag_prefixes_.find(handle);
  if (declared != tag_prefixes_.end()) return arena_.copy(cat(declared->second, decoded));
  if (handle == "!!") return arena_.copy(cat("tag:yaml.org,2002:", decoded));
  if (handle == "!") return arena_.copy(cat("!", decoded));
  fail_at(from, at_, "yaml/tag",
          cat("the tag handle '", handle, "' is not declared by a %TAG line"));
}

}  // namespace plumb::yaml
