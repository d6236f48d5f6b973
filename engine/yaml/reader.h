#pragma once
// The reader's state, shared by its stages; not for other modules.
//
//   read_text.cpp     the text: encoding, line breaks, comments, places
//   read_utf16.cpp    a text in UTF-16
//   read.cpp          documents: markers, directives, the stream
//   read_block.cpp    block collections, properties, implicit keys
//   read_flow.cpp     flow collections
//   read_scalar.cpp   plain, quoted and block scalars
//   read_compose.cpp  what a finished node means: types, duplicates, merge keys, aliases
//
// It goes through the text once, without tokens: a node is read, and what follows it tells whether
// it was a key. An implicit key is on one line and at most 1,024 bytes long, so looking back costs
// nothing.

#include <cstddef>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/source.h"
#include "yaml/anchors.h"
#include "yaml/characters.h"
#include "yaml/node.h"
#include "yaml/read.h"

namespace plumb::yaml {

constexpr std::ptrdiff_t kSimpleKeyBytesMax =
    1024;  // an implicit key and its ":" are no further apart

constexpr std::size_t kErrorsMax = 100;  // of one text; what comes behind them is not told

// `&anchor` and `!tag` before a node.
struct Properties {
  std::string_view anchor;
  std::string_view tag;      // resolved
  const char* at = nullptr;  // where the first of them starts; null when there is none
  bool given() const { return at != nullptr; }
};
inline constexpr Properties kNoProperties{};

// Where a node starts, and whether it may be a key there.
struct Start {
  const char* at = nullptr;
  int column = 0;
  bool keys_allowed = false;
};

class Reader {
 public:
  Reader(std::string_view text, Span place, bool relative, const Profile& profile, Arena& arena,
         const Limits& limits)
      : text_(text),
        place_(place),
        direct_(relative),
        profile_(profile),
        arena_(arena),
        limits_(limits),
        at_(text.data()),
        end_(text.data() + text.size()),
        line_(at_),
        value_end_(at_) {}

  void check_text();  // encoding and forbidden characters, once, before all
  void read_stream(Stream& stream);
  void read_first(Document& document);

 private:
  // ---- the text ----
  char peek(std::size_t ahead = 0) const {
    return end_ - at_ > static_cast<std::ptrdiff_t>(ahead) ? at_[ahead] : '\0';
  }
  bool done() const { return at_ >= end_; }
  int column() const { return static_cast<int>(at_ - line_); }
  // Bytes of the line break there, 0 if there is none.
  std::size_t break_length(const char* at) const {
    if (at >= end_ || !is(*at, kBreakStart)) return 0;
    return *at == '\n' ? 1 : other_break_length(at);
  }
  std::size_t other_break_length(const char* at) const;
  // Blank, tab, line break or the end.
  bool ends_word(const char* at) const {
    return at >= end_ || is(*at, kBlank) || break_length(at) != 0;
  }
  bool blank_or_end(std::size_t ahead) const {
    return end_ - at_ <= static_cast<std::ptrdiff_t>(ahead) || ends_word(at_ + ahead);
  }
  const char* line_end(const char* at) const;  // the line break at or behind `at`, or the end
  void skip_break() {                          // over one line break
    at_ += break_length(at_);
    line_ = at_;
  }
  bool at_marker(std::string_view marker) const;  // `---` or `...` at the start of a line
  bool at_document_end() const {
    return done() || (at_ == line_ && (at_marker("---") || at_marker("...")));
  }
  // Where no scalar is being read, a directive ends the document as well.
  bool at_content_end() const {
    return at_document_end() || (at_ == line_ && *at_ == '%' && flow_level_ == 0);
  }
  // Over blanks, comments and line breaks to what comes next. A new line allows keys again.
  void skip_to_content() {
    if (at_ < end_ && is(*at_, kPlainStart)) return;
    skip_blank_text();
  }
  void skip_blank_text();
  void skip_blanks() {  // on this line
    while (at_ < end_ && is(*at_, kBlank)) ++at_;
  }
  void read_comment();
  void check_character(std::size_t& offset);
  void read_utf16();  // the text becomes UTF-8

  Span span_of(const char* from, const char* to) const {
    if (!direct_) return span_elsewhere(from, to);
    return {place_.source, place_.offset + static_cast<std::uint32_t>(from - text_.data()),
            static_cast<std::uint32_t>(to - from)};
  }
  Span span_elsewhere(const char* from, const char* to) const;
  // With a note of words alone, or notes that have places. Views, because the frames of functions
  // that call themselves should be small.
  [[noreturn]] void fail_at(const char* from, const char* to, std::string_view code,
                            std::string_view text, std::string_view note = {}) const;
  [[noreturn]] void fail_at(const char* from, const char* to, std::string_view code,
                            std::string_view text, std::vector<Note> notes) const;
  [[noreturn]] void fail_here(std::string_view code, std::string_view text,
                              std::string_view note = {}) const;
  [[noreturn]] void fail_here(std::string_view code, std::string_view text,
                              std::vector<Note> notes) const;
  // A mistake that leaves the rest readable: it is thrown at the end, with the others.
  void report(std::string_view code, Span span, std::string text, std::vector<Note> notes = {},
              std::vector<std::string> arguments = {});
  bool can_report() const { return errors_.size() < kErrorsMax; }
  bool keep_error(Error& error);
  void throw_errors();

  // ---- documents ----
  bool read_next_document(bool first);  // whether there was one
  void skip_byte_order_mark();
  void start_document();
  void read_marker();
  void read_document();
  void read_first_document();
  bool skip_to_next_document();  // behind a mistake
  void add_document_of_comments();
  void read_directives();
  void read_directive(const char* from, const char* to, bool& version_seen);

  // ---- block ----
  Node* read_block_node(int indent, bool indentless);
  Node* read_block_content(int indent, bool indentless, const Properties& outer);
  Node* read_block_sequence_there(int indent);
  Node* read_explicit_mapping();
  Node* read_with_properties(int indent, bool indentless, const Properties& outer);
  // A single node, or the mapping whose first key it is.
  Node* read_value_or_mapping(int indent, const Start& start, const Properties& properties,
                              const Properties& outer);
  Start here_starts() const { return {at_, column(), keys_allowed_}; }
  Node* read_sequence(int indent, const char* from, bool indentless);
  bool next_entry(int indent, const char* from, bool indentless);
  Node* read_mapping(int indent, const char* from, Node* first_key);
  Entry read_entry(int indent, Node* key);
  bool next_key(int indent, const char* from);
  Node* read_mapping_value(int indent, bool complex_key);
  Node* read_explicit_key(int indent);
  Node* read_simple_key(int indent);
  // A scalar, alias or flow collection; the start of what may turn out to be a key.
  Node* read_single(int indent, const Properties& properties);
  bool at_value_indicator() const { return peek() == ':' && blank_or_end(1); }
  bool at_entry_indicator() const { return peek() == '-' && blank_or_end(1); }
  bool at_key_indicator() const { return peek() == '?' && blank_or_end(1); }
  // Is `:` next, on the line where the key began, near enough?
  bool key_follows(const char* from) const;
  [[noreturn]] void fail_without_colon(const char* from) const;
  [[noreturn]] void fail_without_value() const;
  Properties read_properties();
  Properties join(const Properties& outer, const Properties& inner) const;
  std::string_view read_anchor_name(std::string_view what);
  std::string_view read_tag();
  std::string_view resolve_tag(std::string_view handle, std::string_view suffix, const char* from);
  Node* read_alias();
  void report_unknown_anchor(std::string_view name, Span span);
  Node* empty_node(const Properties& properties);

  // ---- flow ----
  Node* read_flow_node();
  Node* read_flow_content(const Properties& properties);
  Node* read_flow_sequence(const Properties& properties);
  Node* read_flow_mapping(const Properties& properties);
  Node* read_flow_item();
  Entry read_flow_entry();
  void end_flow(Node& node, const char* from);
  Node* read_flow_pair(const char* from, Node* key);  // [a: b]
  Node* read_flow_explicit_key(char close);
  bool next_flow_entry(char close, bool first, const char* from);
  Node* read_flow_value();  // behind `:`

  // ---- scalars ----
  Node* read_plain(int indent);
  const char* scan_plain_line();
  bool ends_plain(const char* at) const;
  void cross_lines(int indent);
  bool plain_goes_on(int indent) const;
  Node* read_single_quoted();
  Node* read_double_quoted();
  void read_quoted_line_break(const char* piece);
  void read_escaped_line_break();
  void read_escape(std::string& out);
  void read_code_point(const char* from, std::size_t digits, std::string& out);
  Node* read_block_scalar(int indent);
  char read_block_header(int indent, int& width);
  void skip_empty_lines(int indent, int& width);
  bool starts_plain() const;
  void fold_line_breaks(std::string& out);
  Node* make_scalar(Style style, const char* from, const char* to, std::string_view text);
  // The text as it stands there, or what scratch_ holds and then the text.
  std::string_view value_of(const char* piece, bool joined);

  // ---- meaning ----
  void finish(Node* node, const Properties& properties) {
    if (properties.given()) {
      decorate(node, properties);
    } else if (node->is_scalar()) {
      resolve_scalar(*node);
    }
  }
  void decorate(Node* node, const Properties& properties);
  void resolve_scalar(Node& node);
  void warn_of_misreading(const Node& node);
  void resolve_tagged(Node& node, std::string_view tag);
  void open_anchor(Node* node, const Properties& properties);
  void add_entry(Node* key, Node* value);
  // The children that wait since `first` become the collection's.
  void close_sequence(Node& sequence, std::size_t first);
  void close_mapping(Node& mapping, std::size_t first);
  void check_duplicates(Node& mapping);
  void report_duplicate(const Node& first, const Node& second);
  void check_many_duplicates(Node& mapping);
  bool is_merge(const Node& key) const;
  void merge(Node& mapping);
  void count_node() { ++nodes_; }

  // One level of nesting: counts while it lives.
  class Level {
   public:
    explicit Level(Reader& reader) : reader_(reader) {
      if (++reader_.depth_ > reader_.limits_.read_depth) {
        fail_limit(reader_.limits_, &Limits::read_depth, reader_.span_of(reader_.at_, reader_.at_));
      }
    }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Reader& reader_;
  };

  std::string_view text_;
  Span place_;   // of the text: a whole source, or where a text that stands alone came from
  bool direct_;  // offsets in the text are offsets in the source, from place_ on
  const std::uint32_t* offsets_ = nullptr;  // else, where each byte stands; null: just place_
  const Profile& profile_;
  Arena& arena_;
  const Limits& limits_;

  const char* at_;
  const char* end_;
  const char* line_;              // where this line starts
  const char* value_end_;         // behind the text of the last value
  bool keys_allowed_ = true;      // a block collection or a key may start here
  bool only_line_feeds_ = false;  // of all line breaks
  int flow_level_ = 0;
  std::uint64_t depth_ = 0;
  std::uint64_t nodes_ = 0;  // read so far, aliases counted as what they stand for
  std::uint64_t alias_nodes_ = 0;
  AnchorTable anchors_;                                                  // of this document
  std::unordered_map<std::string_view, std::string_view> tag_prefixes_;  // of its %TAG lines
  bool has_merge_keys_ = false;
  Document document_;  // the one that is read

  // What waits for the end of its collection, its document or the stream, to be put into the arena
  // at its exact size. A collection within a collection stands behind what its parent has so far.
  std::vector<Node*> items_;
  std::vector<Entry> entries_;
  std::vector<Comment> comments_;
  std::vector<Document> documents_;

  std::string scratch_;  // scalars that must be put together
  std::string breaks_;   // line breaks that may belong to one
  Diagnostics errors_;   // those that left the rest readable
  Diagnostics warnings_;
};

}  // namespace plumb::yaml
