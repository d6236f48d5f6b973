#include "base/text.h"
#include "yaml/editor.h"
#include "yaml/emitter.h"

namespace plumb::yaml {

namespace {

EmitProfile profile_of(const WriteStyle& style) {
  EmitProfile profile = kPlumbOutput;
  profile.keys = KeyOrder::kSource;
  profile.indent = style.indent;
  profile.sequence_indent = style.sequence_indent;
  profile.keep_breaks = false;  // empty lines that follow in the text would become part of it
  return profile;
}

// The form that the text had before, where the new text allows it.
void keep_form(ScalarText& scalar, Style before, bool one_line) {
  const ScalarAnalysis allowed = analyze(scalar.text, false);
  const bool binary = scalar.form == Form::kBinary;
  if (binary) return;
  switch (before) {
    case Style::kSingleQuoted:
      if (allowed.single_quoted_allowed && !allowed.multiline) scalar.form = Form::kSingleQuoted;
      return;
    case Style::kDoubleQuoted:
      scalar.form = Form::kDoubleQuoted;
      return;
    case Style::kLiteral:
    case Style::kFolded:
      if (!one_line && allowed.literal_allowed && !ends_in_empty_line(scalar.text))
        scalar.form = Form::kLiteral;
      return;
    default:
      return;
  }
}

// One line of text stays folded, as it was: ">-" and the line.
bool may_be_folded(const ScalarText& scalar) {
  std::string_view text = scalar.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  return scalar.form == Form::kLiteral && !text.empty() && !contains(text, "\n") &&
         text.front() != ' ' && text.front() != '\t';
}

std::string write_folded(std::string_view text, int indent) {
  const bool ends = text.ends_with('\n');
  if (ends) text.remove_suffix(1);
  return cat(ends ? ">\n" : ">-\n", std::string(static_cast<std::size_t>(indent), ' '), text);
}

std::string write_form(const ScalarText& scalar, const EmitProfile& profile, int indent, bool key) {
  std::string out;
  Emitter(out, profile).write_scalar(scalar, indent, key);
  if (scalar.form == Form::kLiteral && out.ends_with('\n')) out.pop_back();
  return out;
}

// ---- flow ----

bool is_plain_in_flow(std::string_view text) {
  return text.find_first_of(",[]{}?:#&*!|>'\"%@`") == std::string_view::npos;
}

std::string write_flow_scalar(const Node& node, const Node* before, bool key,
                              const WriteStyle& style) {
  const EmitProfile profile = profile_of(style);
  ScalarText scalar;
  scalar_text(scalar, node, profile);
  choose_form(scalar, profile, true);
  if (!scalar.is_string)
    return key && style.json ? cat('"', scalar.text, '"') : std::string(scalar.text);
  const ScalarAnalysis allowed = analyze(scalar.text, false);
  const bool quoted_like_before =
      before != nullptr && before->is_scalar() && before->style != Style::kPlain;
  if (style.json) {
    scalar.form = Form::kDoubleQuoted;
  } else if (scalar.form == Form::kPlain && !is_plain_in_flow(scalar.text)) {
    scalar.form = Form::kSingleQuoted;
  } else if (scalar.form == Form::kLiteral || allowed.multiline) {
    scalar.form = Form::kDoubleQuoted;
  }
  if (quoted_like_before && !style.json) keep_form(scalar, before->style, true);
  return write_form(scalar, profile, 0, true);
}

}  // namespace

std::string write_block(const Node& node, int column, const WriteStyle& style) {
  const EmitProfile profile = profile_of(style);
  std::string out;
  Emitter(out, profile).write_node(node, column, Emitter::Place::kRoot);
  if (out.ends_with('\n')) out.pop_back();  // of a literal block at the end
  return out;
}

std::string write_block_entry(const Node* key, const Node& value, int column,
                              const WriteStyle& style) {
  const EmitProfile profile = profile_of(style);
  std::string out = key == nullptr ? "- " : "";
  {
    Emitter emitter(out, profile);
    if (key != nullptr) {
      Entry entry{const_cast<Node*>(key), const_cast<Node*>(&value)};
      emitter.write_entry(entry, column);
    } else {
      emitter.write_node(value, column, Emitter::Place::kInline);
    }
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

std::string write_flow(const Node& node, const Node* before, const WriteStyle& style) {
  if (node.is_scalar()) return write_flow_scalar(node, before, false, style);
  std::string out;
  const auto divide = [&] { out += out.empty() ? "" : ", "; };
  for (const Node* const item : node.items) {
    divide();
    out += write_flow(*item, nullptr, style);
  }
  for (const Entry& entry : node.entries) {
    divide();
    out += write_flow_entry(entry.key, *entry.value, style);
  }
  return node.is_mapping() ? cat('{', out, '}') : cat('[', out, ']');
}

std::string write_flow_entry(const Node* key, const Node& value, const WriteStyle& style) {
  const std::string text = write_flow(value, nullptr, style);
  return key == nullptr ? text : cat(write_flow_scalar(*key, nullptr, true, style), ": ", text);
}

std::string write_inline(const Node& node, const Node& before, int column, std::string_view comment,
                         const WriteStyle& style) {
  if (node.is_mapping()) return cat("{}", comment);
  if (node.is_sequence()) return cat("[]", comment);
  const EmitProfile profile = profile_of(style);
  ScalarText scalar;
  scalar_text(scalar, node, profile);
  choose_form(scalar, profile, !style.block_scalars);
  if (scalar.is_string && before.is_scalar()) keep_form(scalar, before.style, !style.block_scalars);
  const int indent = column + style.indent;
  std::string text = before.style == Style::kFolded && may_be_folded(scalar)
                         ? write_folded(scalar.text, indent)
                         : write_form(scalar, profile, indent, false);
  const std::size_t first_line = scalar.form == Form::kLiteral ? text.find('\n') : text.size();
  text.insert(std::min(first_line, text.size()), comment);
  return text;
}

std::string write_key(const Node& key, const Node& before, bool flow, const WriteStyle& style) {
  if (flow) return write_flow_scalar(key, &before, true, style);
  const EmitProfile profile = profile_of(style);
  ScalarText scalar;
  scalar_text(scalar, key, profile);
  choose_form(scalar, profile, true);
  keep_form(scalar, before.style, true);
  return write_form(scalar, profile, 0, true);
}

}  // namespace plumb::yaml
