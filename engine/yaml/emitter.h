#pragma once
// The emitter's stages, shared; not for other modules.
//
//   emit.cpp         collections, keys, indentation
//   emit_scalar.cpp  how a scalar is written: its text by type, its style by what the text allows
//   emit_json.cpp    JSON

#include <string>
#include <string_view>

#include "yaml/emit.h"
#include "yaml/node.h"

namespace plumb::yaml {

// What the characters of a text allow.
struct ScalarAnalysis {
  bool multiline = false;
  bool plain_allowed = true;
  bool single_quoted_allowed = true;
  bool literal_allowed = true;
};
ScalarAnalysis analyze(std::string_view text, bool go_printable);

// A scalar as it will be written.
struct ScalarText {
  std::string_view text;
  std::string made;  // holds the text when the node does not have it
  bool is_string = false;
};
ScalarText scalar_text(const Node& node, const EmitProfile& profile);

// Would a YAML 1.1 reader take this plain text for something other than a string?
bool needs_quotes(std::string_view text, const EmitProfile& profile);

class Emitter {
 public:
  Emitter(std::string& out, const EmitProfile& profile)
      : out_(out), profile_(profile), line_(out.size()) {}
  void emit_root(const Node& node);

 private:
  // Where a node stands: behind "key:", behind "- ", "? " or ": ", or at the start.
  enum class Place : std::uint8_t { kRoot, kMappingValue, kInline };

  void write_node(const Node& node, int indent, Place place);
  void write_mapping(const Node& node, int indent, Place place);
  void write_sequence(const Node& node, int indent, Place place);
  void write_entry(const Entry& entry, int indent);
  bool is_simple_key(const Node& key) const;

  void write_scalar(const Node& node, int indent, bool key);
  void write_plain(std::string_view text, int indent, bool fold);
  void write_single_quoted(std::string_view text, int indent, bool fold);
  void write_double_quoted(std::string_view text, int indent, bool fold);
  void write_literal(std::string_view text, int indent);

  void break_line(int indent);
  bool past_width() const;

  std::string& out_;
  const EmitProfile& profile_;
  std::size_t line_;  // where the current line starts in out_
};

}  // namespace plumb::yaml
