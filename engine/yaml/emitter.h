#pragma once
// The emitter's stages, shared; not for other modules.
//
//   emit.cpp         the rows of profiles; collections, entries, indentation, comments
//   emit_order.cpp   the order of keys
//   emit_scalar.cpp  how a scalar is written: its text by type, its style by what the text allows
//   emit_number.cpp  floats and integers as tools print them
//   emit_json.cpp    JSON

#include <string>
#include <string_view>
#include <vector>

#include "yaml/emit.h"
#include "yaml/node.h"
#include "yaml/text_writer.h"

namespace plumb::yaml {

// What the characters of a text allow.
struct ScalarAnalysis {
  bool multiline = false;
  bool plain_allowed = true;
  bool single_quoted_allowed = true;
  bool literal_allowed = true;
};
ScalarAnalysis analyze(std::string_view text, bool go_printable);

// How a scalar is written.
enum class Form : std::uint8_t { kPlain, kSingleQuoted, kDoubleQuoted, kLiteral, kBinary };

// A scalar as it will be written.
struct ScalarText {
  std::string_view text;
  std::string made;  // holds the text when the node does not have it
  bool is_string = false;
  Form form = Form::kPlain;  // set by choose_form
  bool multiline = false;
  const List<Comment>* comments = nullptr;  // to be written on its first line
};
void scalar_text(ScalarText& scalar, const Node& node, const EmitProfile& profile);
void choose_form(ScalarText& scalar, const EmitProfile& profile, bool key);

// Would a literal block of the text need `|+`?
bool ends_in_empty_line(std::string_view text);

// A number's text under a rule; the view is the node's own text or `made`.
std::string_view number_text(const Node& node, Numbers numbers, std::string& made);

// Would a reader take this plain text for something other than a string?
bool needs_quotes(std::string_view text, const EmitProfile& profile);
// May it stand unquoted, for a block collection's value or key: no indicator, nothing unprintable,
// no other type?
bool may_be_plain(std::string_view text, const EmitProfile& profile);

// Moves apiVersion, kind and metadata to the front, or sorts, or leaves.
void order_entries(std::vector<const Entry*>::iterator from, std::vector<const Entry*>::iterator to,
                   KeyOrder order);

class Emitter {
 public:
  // Where a node stands: behind "key:", behind "- ", "? " or ": ", or at the start.
  enum class Place : std::uint8_t { kRoot, kMappingValue, kInline };

  Emitter(std::string& out, const EmitProfile& profile)
      : out_(out), profile_(profile), line_(out_.size()) {}
  void emit_root(const Node& node);

  // For edits: a piece of a document, without a line break at its end. `column`: of the collection
  // that the node stands in, or (kRoot) of the node itself.
  void write_node(const Node& node, int column, Place place);
  void write_entry(const Entry& entry, int column);
  void write_scalar(const ScalarText& scalar, int indent, bool key);
  bool write_simple_key(const Node& key, int column);

 private:
  void write_mapping(const Node& node, int indent, Place place);
  void write_ordered(const Node& node, int column, bool first, KeyOrder order);
  void write_sequence(const Node& node, int indent, Place place);
  void write_explicit_entry(const Entry& entry, int indent);
  void write_value(const Node& value, int indent);

  void write_plain(std::string_view text, int indent, bool fold);
  void write_single_quoted(std::string_view text, int indent, bool fold);
  void write_double_quoted(std::string_view text, int indent, bool fold);
  void write_literal(const ScalarText& scalar, int indent);
  void write_literal_lines(std::string_view text, int indent);

  bool has_comments(const Node& node) const {
    return profile_.comments && node.decoration != nullptr;
  }
  void write_comment(const Comment& comment);
  void write_above(const List<Comment>& comments, int column);
  void write_document_comments(const List<Comment>& comments, bool at_end);
  void write_behind(const List<Comment>& comments);
  void write_head(const Node& node, int column);
  void write_key_comment(const Entry& entry);
  void write_foot(const Node& node, int column);

  void break_line(int indent);
  bool past_width() const;

  TextWriter out_;
  const EmitProfile& profile_;
  std::size_t line_;                   // where the current line starts in out_
  bool gap_ = false;                   // a foot comment was written: a blank line follows it
  std::vector<const Entry*> ordered_;  // the entries of open mappings, each level's at the end
};

}  // namespace plumb::yaml
