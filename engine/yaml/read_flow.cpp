#include <algorithm>

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {
// Keeps the flow level right on every way out.
class FlowLevel {
 public:
  explicit FlowLevel(int& level) : level_(level) { ++level_; }
  ~FlowLevel() { --level_; }
  FlowLevel(const FlowLevel&) = delete;
  FlowLevel& operator=(const FlowLevel&) = delete;

 private:
  int& level_;
};
}  // namespace

Node* Reader::read_flow_node() {
  const Level level(*this);
  skip_to_content();
  const Properties properties = read_properties();
  if (!properties.given()) return read_flow_content(properties);
  skip_to_content();
  const char c = peek();
  if (c == ',' || c == ']' || c == '}' || done() || (c == ':' && blank_or_end(1)))
    return empty_node(properties);
  return read_flow_content(properties);
}

Node* Reader::read_flow_content(const Properties& properties) {
  if (done() || at_document_end()) {
    fail_here("yaml/unclosed-flow",
              "expected the end of a flow collection, found the end of the document");
  }
  if (at_entry_indicator())
    fail_here("yaml/sequence-place", "a block sequence cannot stand in a flow collection");
  return read_single(-1, properties);
}

// Whether another entry follows, behind a comma but for the first; `from`: where the collection
// starts.
bool Reader::next_flow_entry(char close, bool first, const char* from) {
  skip_to_content();
  if (peek() == close) return false;
  if (first) return true;
  if (peek() != ',') {
    fail_here("yaml/expected-comma", cat("expected ',' or '", close, "'"),
              {{cat("the ", close == ']' ? "sequence" : "mapping", " starts here"),
                span_of(from, from + 1)}});
  }
  ++at_;
  skip_to_content();
  return peek() != close;
}

// At '?': the key behind it, which may be missing.
Node* Reader::read_flow_explicit_key(char close) {
  ++at_;
  skip_to_content();
  const bool missing = peek() == ':' || peek() == ',' || peek() == close;
  return missing ? empty_node(kNoProperties) : read_flow_node();
}

// '[' ( node | key ':' value | '?' key (':' value)? ) (',' …)* ','? ']'
Node* Reader::read_flow_sequence(const Properties& properties) {
  const char* const from = at_;
  Node* const node = make_sequence(arena_);
  node->style = Style::kFlow;
  count_node();
  open_anchor(node, properties);
  ++at_;
  const std::size_t children = items_.size();
  {
    const FlowLevel flow(flow_level_);
    for (bool first = true; next_flow_entry(']', first, from); first = false) {
      Node* const item = read_flow_item();
      items_.push_back(item);
    }
  }
  end_flow(*node, from);
  close_sequence(*node, children);
  finish(node, properties);
  return node;
}

// Behind the last entry, at the closing bracket.
void Reader::end_flow(Node& node, const char* from) {
  value_end_ = ++at_;
  keys_allowed_ = false;
  node.span = span_of(from, at_);
}

Node* Reader::read_flow_item() {
  const char* const start = at_;
  if (peek() == '?') return read_flow_pair(start, read_flow_explicit_key(']'));
  Node* const item = read_flow_node();
  const bool one_line = start >= line_;
  const char* const behind = at_;
  skip_blanks();
  const bool pair = peek() == ':' && one_line && behind - start <= kSimpleKeyBytesMax;
  return pair ? read_flow_pair(start, item) : item;
}

// A pair inside a flow sequence is a mapping of one entry.
Node* Reader::read_flow_pair(const char* from, Node* key) {
  Node* const mapping = make_mapping(arena_);
  mapping->style = Style::kFlow;
  count_node();
  skip_to_content();
  Node* const value = peek() == ':' ? read_flow_value() : empty_node(kNoProperties);
  const std::size_t first = entries_.size();
  add_entry(key, value);
  mapping->span = span_of(from, std::max(from, value_end_));
  close_mapping(*mapping, first);
  return mapping;
}

Node* Reader::read_flow_value() {
  ++at_;
  skip_to_content();
  const char c = peek();
  if (c == ',' || c == '}' || c == ']') return empty_node(kNoProperties);
  return read_flow_node();
}

// '{' ( key (':' value)? | '?' key (':' value)? ) (',' …)* ','? '}'
Node* Reader::read_flow_mapping(const Properties& properties) {
  const char* const from = at_;
  Node* const node = make_mapping(arena_);
  node->style = Style::kFlow;
  count_node();
  open_anchor(node, properties);
  ++at_;
  const std::size_t children = entries_.size();
  {
    const FlowLevel flow(flow_level_);
    for (bool first = true; next_flow_entry('}', first, from); first = false) {
      const Entry entry = read_flow_entry();
      add_entry(entry.key, entry.value);
    }
  }
  end_flow(*node, from);
  close_mapping(*node, children);
  finish(node, properties);
  return node;
}

Entry Reader::read_flow_entry() {
  Node* key = nullptr;
  const bool explicit_key = peek() == '?';
  if (explicit_key) {
    key = read_flow_explicit_key('}');
    skip_to_content();
  }
  const char* const start = at_;
  if (key == nullptr) key = read_flow_node();
  skip_blanks();
  const bool one_line = explicit_key || (start >= line_ && at_ - start <= kSimpleKeyBytesMax);
  if (!one_line) skip_to_content();
  if (peek() == ':' && !one_line) {
    fail_here("yaml/expected-comma", "expected ',' or '}', found ':'", "a key stands on one line");
  }
  return {key, peek() == ':' ? read_flow_value() : empty_node(kNoProperties)};
}

}  // namespace plumb::yaml
