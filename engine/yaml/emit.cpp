#include "yaml/emit.h"

#include "base/text.h"
#include "yaml/emitter.h"
#include "yaml/plain_text.h"

namespace plumb::yaml {

// name, order of keys, fold at, numbers, quoting, as go-yaml counts printable, dates in full
const EmitProfile kPlumbOutput{
    "plumb", KeyOrder::kManifest, 0, Numbers::kAsWritten, Quoting::kAnyReader, false, false};
const EmitProfile kKustomizeOutput{
    "kustomize", KeyOrder::kNatural, 80, Numbers::kGoAfterJson, Quoting::kGo, true, true};
const EmitProfile kYttOutput{"ytt", KeyOrder::kSource, 0, Numbers::kGo, Quoting::kGo, true, false};

namespace {
constexpr std::size_t kSimpleKeyBytesMax = 128;

bool is_on_one_line(const Node& value) { return value.is_scalar() || is_empty(value); }
}  // namespace

void emit_to(std::string& out, const Node& node, const EmitProfile& profile) {
  Emitter(out, profile).emit_root(node);
}

std::string emit(const Node& node, const EmitProfile& profile) {
  std::string out;
  emit_to(out, node, profile);
  return out;
}

void Emitter::emit_root(const Node& node) {
  if (has_comments(node)) write_document_comments(node.decoration->head, false);
  if (node.is_mapping() && !node.entries.empty()) {
    write_ordered(node, 0, true, profile_.keys);
  } else {
    write_node(node, 0, Place::kRoot);
  }
  // A literal that ends in another line break than '\n' has ended its line.
  if (out_.empty() || (out_.size() != line_ && out_.back() != '\n')) out_.put('\n');
  if (has_comments(node)) write_document_comments(node.decoration->foot, true);
}

void Emitter::write_node(const Node& node, int column, Place place) {
  if (node.is_scalar()) {
    if (node.is_string() && !profile_.comments && is_surely_plain(node.text))
      return write_plain(node.text, column + profile_.indent, true);
    ScalarText scalar;
    scalar_text(scalar, node, profile_);
    choose_form(scalar, profile_, false);
    if (has_comments(node)) scalar.comments = &node.decoration->line;
    write_scalar(scalar, column + profile_.indent, false);
  } else if (node.is_mapping()) {
    if (node.entries.empty()) {
      out_.put("{}");
    } else {
      write_mapping(node, column, place);
    }
  } else if (node.items.empty()) {
    out_.put("[]");
  } else {
    write_sequence(node, column, place);
  }
}

// A collection behind "key:" starts on the next line, one behind "- " goes on in the same line, two
// columns further.
void Emitter::write_mapping(const Node& node, int indent, Place place) {
  const int column = place == Place::kRoot     ? indent
                     : place == Place::kInline ? indent + 2
                                               : indent + profile_.indent;
  const bool first = place != Place::kMappingValue;
  if (profile_.keys == KeyOrder::kNatural) return write_ordered(node, column, first, profile_.keys);
  bool same_line = first;
  for (const Entry& entry : node.entries) {
    if (!same_line) break_line(column);
    same_line = false;
    write_entry(entry, column);
  }
}

void Emitter::write_ordered(const Node& node, int column, bool first, KeyOrder order) {
  const std::size_t from = ordered_.size();
  for (const Entry& entry : node.entries) ordered_.push_back(&entry);
  order_entries(ordered_.begin() + static_cast<std::ptrdiff_t>(from), ordered_.end(), order);
  const std::size_t to = ordered_.size();
  for (std::size_t i = from; i < to; ++i) {
    if (!first) break_line(column);
    first = false;
    write_entry(*ordered_[i], column);
  }
  ordered_.resize(from);
}

void Emitter::write_sequence(const Node& node, int indent, Place place) {
  const int column = place == Place::kRoot     ? indent
                     : place == Place::kInline ? indent + 2
                                               : indent + profile_.sequence_indent;
  bool first = place != Place::kMappingValue;
  for (const Node* const item : node.items) {
    if (!first) break_line(column);
    first = false;
    if (has_comments(*item)) write_head(*item, column);
    if (has_comments(*item) && !is_on_one_line(*item)) write_above(item->decoration->line, column);
    out_.put("- ");
    write_node(*item, column, Place::kInline);
    if (has_comments(*item)) {
      if (!item->is_scalar() && is_on_one_line(*item)) write_behind(item->decoration->line);
      write_foot(*item, column);
    }
  }
}

void Emitter::write_entry(const Entry& entry, int column) {
  if (has_comments(*entry.key)) write_head(*entry.key, column);
  if (write_simple_key(*entry.key, column)) {
    out_.put(':');
    if (has_comments(*entry.key)) write_key_comment(entry);
    write_value(*entry.value, column);
  } else {
    write_explicit_entry(entry, column);
  }
  if (has_comments(*entry.key)) write_foot(*entry.key, column);
}

void Emitter::write_value(const Node& value, int indent) {
  const bool same_line = is_on_one_line(value);
  if (same_line) {
    out_.put(' ');
  } else if (has_comments(value)) {
    write_behind(value.decoration->line);
    for (const Comment& comment : value.decoration->head) {
      break_line(indent + profile_.sequence_indent);
      write_comment(comment);
    }
  }
  write_node(value, indent, Place::kMappingValue);
  if (same_line && !value.is_scalar() && has_comments(value)) write_behind(value.decoration->line);
  if (has_comments(value)) write_foot(value, indent + profile_.sequence_indent);
}

void Emitter::write_explicit_entry(const Entry& entry, int indent) {
  out_.put("? ");
  write_node(*entry.key, indent, Place::kInline);
  break_line(indent);
  out_.put(": ");
  write_node(*entry.value, indent, Place::kInline);
}

// A key that stands before its ':' on one line; else nothing is written.
bool Emitter::write_simple_key(const Node& key, int column) {
  if (!key.is_scalar()) {
    if (!yaml::is_empty(key)) return false;
    write_node(key, column, Place::kInline);
    return true;
  }
  if (key.text.size() <= kSimpleKeyBytesMax && key.is_string() && is_surely_plain(key.text)) {
    out_.put(key.text);
    return true;
  }
  ScalarText scalar;
  scalar_text(scalar, key, profile_);
  choose_form(scalar, profile_, true);
  if (scalar.text.size() > kSimpleKeyBytesMax || scalar.multiline) return false;
  write_scalar(scalar, column + profile_.indent, true);
  return true;
}

// ---- comments ----

void Emitter::write_comment(const Comment& comment) {
  out_.put('#');
  out_.put(comment.text);
}

// At the place of the node, which the comments' lines push down.
void Emitter::write_above(const List<Comment>& comments, int column) {
  for (const Comment& comment : comments) {
    write_comment(comment);
    break_line(column);
  }
}

void Emitter::write_head(const Node& node, int column) {
  write_above(node.decoration->head, column);
}

// An empty line keeps them apart from those of the first key and the last.
void Emitter::write_document_comments(const List<Comment>& comments, bool at_end) {
  if (comments.empty()) return;
  if (at_end) out_.put('\n');
  for (const Comment& comment : comments) {
    write_comment(comment);
    out_.put('\n');
  }
  if (!at_end) out_.put('\n');
  line_ = out_.size();
}

void Emitter::write_behind(const List<Comment>& comments) {
  for (const Comment& comment : comments) {
    out_.put(' ');
    write_comment(comment);
  }
}

// A comment behind a key stands there when the value follows on other lines.
void Emitter::write_key_comment(const Entry& entry) {
  if (!is_on_one_line(*entry.value)) write_behind(entry.key->decoration->line);
}

void Emitter::write_foot(const Node& node, int column) {
  if (node.decoration->foot.empty()) return;
  for (const Comment& comment : node.decoration->foot) {
    break_line(column);
    write_comment(comment);
  }
  gap_ = true;
}

// ---- lines ----

void Emitter::break_line(int indent) {
  if (gap_) {  // what was a foot must not become the head of what follows
    gap_ = false;
    if (out_.back() != '\n') out_.put('\n');
    out_.put('\n');
  }
  if (out_.size() != line_ && out_.back() != '\n') out_.put('\n');
  line_ = out_.size();
  out_.blanks(static_cast<std::size_t>(indent));
}

bool Emitter::past_width() const {
  if (profile_.fold_width == 0) return false;
  const std::size_t width = static_cast<std::size_t>(profile_.fold_width);
  if (out_.size() - line_ <= width) return false;  // not even in bytes
  return utf8_length(out_.from(line_)) > width;
}

}  // namespace plumb::yaml
