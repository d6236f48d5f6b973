#pragma once
// The reader's state, shared by its stages; not for other modules.
//
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
#include "yaml/node.h"
#include "yaml/read.h"

namespace plumb::yaml {

constexpr std::ptrdiff_t kSimpleKeyBytesMax =
    1024;  // an implicit key and its ":" are no further apart

struct Anchor {
  Node* node = nullptr;
  std::uint64_t nodes = 0;  // how many nodes an alias of it stands for
  bool open = true;         // its content is still being read
};

// `&anchor` and `!tag` before a node.
struct Properties {
  std::string_view anchor;
  std::string_view tag;      // resolved
  const char* at = nullptr;  // where the first of them starts; null when there is none
  bool given() const { return at != nullptr; }
};

class Reader {
 public:
  Reader(std::string_view text, Span place, bool relative, const Profile& profile, Arena& arena,
         const Limits& limits)
      : text_(text),
        place_(place),
        relative_(relative),
        profile_(profile),
        arena_(arena),
        limits_(limits),
        at_(text.data()),
        end_(text.data() + text.size()),
        line_(at_) {}

  void read_stream(Stream& stream);
  void read_first(Document& document);

 private:
  // ---- the text ----
  char peek(std::size_t ahead = 0) const {
    return end_ - at_ > static_cast<std::ptrdiff_t>(ahead) ? at_[ahead] : '\0';
  }
  bool done() const { return at_ >= end_; }
  int column() const { return static_cast<int>(at_ - line_); }
  bool blank_or_end(std::size_t ahead) const;  // blank, tab, line break or the end
  std::size_t break_length(
      const char* at) const;  // bytes of the line break there, 0 if there is none
  void skip_break();          // over one line break
  bool at_marker(std::string_view marker) const;  // `---` or `...` at the start of a line
  bool at_document_end() const { return done() || at_marker("---") || at_marker("..."); }
  // Over blanks, comments and line breaks to what comes next. A new line allows keys again.
  void skip_to_content();
  void skip_blanks();  // on this line
  void read_comment();
  void check_text();  // encoding and forbidden characters, once, before all

  Span span_of(const char* from, const char* to) const;
  Span here(std::size_t length = 1) const;
  [[noreturn]] void fail_at(const char* from, const char* to, std::string_view code,
                            std::string text, std::vector<Note> notes = {}) const;
  [[noreturn]] void fail_here(std::string_view code, std::string text,
                              std::vector<Note> notes = {}) const;

  // ---- documents ----
  void read_document();
  void read_directives();

  // ---- block ----
  Node* read_block_node(int indent, bool indentless);
  Node* read_block_content(int indent, bool indentless, const Properties& properties);
  Node* read_sequence(int indent, const char* from, bool indentless);
  Node* read_mapping(int indent, const char* from, Node* first_key);
  Node* read_mapping_value(int indent, bool complex_key);
  Node* read_explicit_key(int indent);
  Node* read_simple_key(int indent);
  // A scalar, alias or flow collection; the start of what may turn out to be a key.
  Node* read_single(int indent, const Properties& properties);
  bool at_value_indicator() const { return peek() == ':' && blank_or_end(1); }
  bool at_entry_indicator() const { return peek() == '-' && blank_or_end(1); }
  bool at_key_indicator() const { return peek() == '?' && blank_or_end(1); }
  bool key_follows(
      const char* from) const;  // is `:` next, on the line where the key began, near enough?
  Properties read_properties();
  std::string_view read_anchor_name(std::string_view what);
  std::string_view read_tag();
  std::string_view resolve_tag(std::string_view handle, std::string_view suffix, const char* from);
  Node* read_alias();
  Node* empty_node(const Properties& properties);

  // ---- flow ----
  Node* read_flow_node();
  Node* read_flow_content(const Properties& properties);
  Node* read_flow_sequence(const Properties& properties);
  Node* read_flow_mapping(const Properties& properties);
  Node* read_flow_pair(Node* key);  // [a: b]
  Node* read_flow_explicit_key(char close);
  bool next_flow_entry(char close, bool first, const char* from);
  Node* read_flow_value();  // behind `:`

  // ---- scalars ----
  Node* read_plain(int indent);
  Node* read_single_quoted();
  Node* read_double_quoted();
  void read_escape(std::string& out);
  Node* read_block_scalar(int indent);
  bool starts_plain() const;
  void fold_line_breaks(std::string& out);
  Node* make_scalar(Style style, const char* from, const char* to, std::string_view text);

  // ---- meaning ----
  void finish(Node* node, const Properties& properties);
  void open_anchor(Node* node, const Properties& properties);
  void add_entry(Node& mapping, Node* key, Node* value);
  void finish_mapping(Node& mapping);
  void check_duplicates(Node& mapping);
  void merge(Node& mapping);
  void count_node();

  // One level of nesting: counts while it lives.
  class Level {
   public:
    explicit Level(Reader& reader) : reader_(reader) {
      if (++reader_.depth_ > reader_.limits_.read_depth) {
        fail_limit(reader_.limits_, &Limits::read_depth, reader_.here());
      }
    }
    ~Level() { --reader_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Reader& reader_;
  };

  std::string_view text_;
  Span place_;     // of the text: a whole source, or where a text that stands alone came from
  bool relative_;  // offsets are offsets in the source
  const Profile& profile_;
  Arena& arena_;
  const Limits& limits_;

  const char* at_;
  const char* end_;
  const char* line_;          // where this line starts
  bool keys_allowed_ = true;  // a block collection or a key may start here
  int flow_level_ = 0;
  std::uint64_t depth_ = 0;
  std::uint64_t nodes_ = 0;  // read so far, aliases counted as what they stand for
  std::uint64_t alias_nodes_ = 0;
  std::unordered_map<std::string_view, Anchor> anchors_;                 // of this document
  std::unordered_map<std::string_view, std::string_view> tag_prefixes_;  // of its %TAG lines
  bool has_merge_keys_ = false;
  Document* document_ = nullptr;
  std::string scratch_;  // scalars that must be put together
};

}  // namespace plumb::yaml
