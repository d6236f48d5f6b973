#include <algorithm>
#include <cstring>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/emitter.h"
#include "yaml/number.h"
#include "yaml/plain_text.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

bool is_break(char32_t c) {
  return c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

// go-yaml's emitter: no tab, nothing beyond the basic plane, no byte order mark.
bool is_printable(char32_t c, bool go) {
  if (c == '\n' || (c >= 0x20 && c <= 0x7E)) return true;
  if (!go && (c == '\t' || (c >= 0x10000 && c <= 0x10FFFF))) return true;
  return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF);
}

bool is_blank_or_break(char32_t c) { return c == ' ' || c == '\t' || is_break(c); }

// Several lines of printable ASCII, none with a blank at its end: surely a literal block.
bool is_surely_literal(std::string_view text) {
  if (text.back() == ' ') return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.ends_with(' ') || !is_printable_ascii(line)) return false;
    at = end + 1;
  }
  return true;
}

std::size_t break_at_end(std::string_view part) {
  for (const std::string_view line_break :
       {"\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
    if (part.ends_with(line_break)) return line_break.size();
  }
  return 0;
}

bool has_newline(std::string_view text) {
  return std::memchr(text.data(), '\n', text.size()) != nullptr;
}

}  // namespace

void scalar_text(ScalarText& scalar, const Node& node, const EmitProfile& profile) {
  scalar.text = node.text;
  switch (node.type) {
    case Type::kNull:
      scalar.text = "null";
      return;
    case Type::kBoolean:
      scalar.text = *as_boolean(node) ? "true" : "false";
      return;
    case Type::kInteger:
    case Type::kFloat:
      scalar.text = number_text(node, profile.numbers, scalar.made);
      return;
    case Type::kTimestamp:
      if (profile.rfc3339) scalar.made = timestamp_rfc3339(node.text).value_or(std::string());
      break;
    case Type::kBinary:
      scalar.made = base64_decode(node.text).value_or(std::string(node.text));
      scalar.text = {};
      break;
    default:
      break;
  }
  scalar.is_string = true;
  if (!scalar.made.empty()) scalar.text = scalar.made;
}

bool needs_quotes(std::string_view text, const EmitProfile& profile) {
  const bool any_reader = profile.quoting == Quoting::kAnyReader;
  if (resolve(text, Resolution::kGoYaml2) != Type::kString) return text != "<<" || any_reader;
  if (looks_base60(text)) return true;
  // Readers in the field disagree about these; nothing is lost by quoting them.
  return any_reader && (text == "=" || looks_like_timestamp(text));
}

bool may_be_plain(std::string_view text, const EmitProfile& profile) {
  if (is_surely_plain(text)) return true;
  return find_invalid_utf8(text) == std::string_view::npos &&
         analyze(text, profile.go_printable).plain_allowed && !needs_quotes(text, profile);
}

void settle(Arena& arena, Node& node, const EmitProfile& profile) {
  for (Node* const item : node.items) settle(arena, *item, profile);
  for (const Entry& entry : node.entries) {
    settle(arena, *entry.key, profile);
    settle(arena, *entry.value, profile);
  }
  const bool settled = !node.is_scalar() || node.type == Type::kString ||
                       node.type == Type::kNull || node.type == Type::kBoolean;
  if (settled) return;
  ScalarText scalar;
  scalar_text(scalar, node, profile);
  if (scalar.text != node.text) node.text = arena.copy(scalar.text);
  node.type = scalar.is_string ? Type::kString : resolve(node.text, Resolution::kKubernetes);
}

// ---- the closer look ----

ScalarAnalysis analyze(std::string_view text, bool go_printable) {
  ScalarAnalysis result;
  if (text.empty()) {
    result.literal_allowed = false;
    return result;
  }
  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool special = false, space_break = false, break_space = false;
  bool leading = false, trailing_space = false, trailing = false;
  bool previous_space = false, previous_break = false;
  bool preceded_by_blank = true;
  for (std::size_t at = 0; at < text.size();) {
    const bool first = at == 0;
    const char32_t c = next_code_point(text, at);
    const bool last = at == text.size();
    char32_t next = 0;
    if (!last) {
      std::size_t ahead = at;
      next = next_code_point(text, ahead);
    }
    const bool followed_by_blank = last || is_blank_or_break(next);
    if (first) {
      if (c < 0x80 && contains(kIndicators, std::string_view(text).substr(0, 1))) indicators = true;
      if ((c == '?' || c == ':' || c == '-') && followed_by_blank) indicators = true;
    } else {
      if (c == ':' && followed_by_blank) indicators = true;
      if (c == '#' && preceded_by_blank) indicators = true;
    }
    if (!is_printable(c, go_printable)) special = true;
    if (c == ' ') {
      leading |= first;
      trailing_space |= last;
      trailing |= last;
      break_space |= previous_break;
      previous_space = true;
      previous_break = false;
    } else if (is_break(c)) {
      result.multiline = true;
      leading |= first;
      trailing |= last;
      space_break |= previous_space;
      previous_space = false;
      previous_break = true;
    } else {
      if (!go_printable && c == '\t' && (first || last || previous_break)) special = true;
      previous_space = previous_break = false;
    }
    preceded_by_blank = is_blank_or_break(c);
  }
  if (leading || trailing || result.multiline || indicators) result.plain_allowed = false;
  if (trailing_space) result.literal_allowed = false;
  if (break_space) result.plain_allowed = result.single_quoted_allowed = false;
  if (space_break || special) {
    result.plain_allowed = result.single_quoted_allowed = result.literal_allowed = false;
  }
  return result;
}

namespace {

// Base64 as go-yaml writes it: in lines of 70 when there is more than one.
std::string folded_base64(std::string_view text) {
  constexpr std::size_t kLine = 70;
  const std::string code = base64_encode(text);
  if (code.size() < kLine) return code;
  std::string lines;
  for (std::size_t at = 0; at < code.size(); at += kLine)
    lines += cat(std::string_view(code).substr(at, kLine), "\n");
  return lines;
}

}  // namespace

bool ends_in_empty_line(std::string_view text) {
  const std::size_t last = break_at_end(text);
  return last != 0 &&
         (text.size() == last || break_at_end(text.substr(0, text.size() - last)) != 0);
}

// The plainest form that keeps the text.
void choose_form(ScalarText& scalar, const EmitProfile& profile, bool key) {
  const std::string_view text = scalar.text;
  if (!scalar.is_string || is_surely_plain(text)) return;
  const bool lines = !text.empty() && has_newline(text);
  const bool literal = lines && !key && (profile.keep_breaks || !ends_in_empty_line(text));
  if (literal && is_surely_literal(text)) {
    scalar.multiline = true;
    scalar.form = Form::kLiteral;
    return;
  }
  if (find_invalid_utf8(text) != std::string_view::npos) {
    scalar.form = Form::kBinary;
    scalar.made = folded_base64(text);
    scalar.text = scalar.made;
    scalar.multiline = has_newline(scalar.text);
    return;
  }
  const ScalarAnalysis allowed = analyze(text, profile.go_printable);
  scalar.multiline = allowed.multiline;
  if (literal && allowed.literal_allowed) {
    scalar.form = Form::kLiteral;
  } else if (lines || needs_quotes(text, profile)) {
    scalar.form = Form::kDoubleQuoted;
  } else if (allowed.plain_allowed) {
    scalar.form = Form::kPlain;
  } else {
    scalar.form = allowed.single_quoted_allowed ? Form::kSingleQuoted : Form::kDoubleQuoted;
  }
}

// `indent`: the column of the lines that follow the first.
void Emitter::write_scalar(const ScalarText& scalar, int indent, bool key) {
  switch (scalar.form) {
    case Form::kPlain:
      write_plain(scalar.text, indent, !key && scalar.is_string);
      break;
    case Form::kSingleQuoted:
      write_single_quoted(scalar.text, indent, !key);
      break;
    case Form::kDoubleQuoted:
      write_double_quoted(scalar.text, indent, !key);
      break;
    case Form::kLiteral:
      return write_literal(scalar, indent);
    case Form::kBinary:
      out_.put("!!binary ");
      if (scalar.multiline) return write_literal(scalar, indent);
      out_.put(scalar.text);
      break;
  }
  if (scalar.comments != nullptr) write_behind(*scalar.comments);
}

void Emitter::write_plain(std::string_view text, int indent, bool fold) {
  const bool short_enough =
      !fold || profile_.fold_width == 0 ||
      out_.size() - line_ + text.size() <= static_cast<std::size_t>(profile_.fold_width);
  if (short_enough) return out_.put(text);
  bool after_space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool space = text[i] == ' ';
    if (space && !after_space && i + 1 < text.size() && text[i + 1] != ' ' && past_width()) {
      break_line(indent);
    } else {
      out_.put(text[i]);
    }
    after_space = space;
  }
}

void Emitter::write_single_quoted(std::string_view text, int indent, bool fold) {
  out_.put('\'');
  bool after_space = false;
  bool after_break = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = next_code_point(text, at);
    if (c == ' ') {
      const bool inside = from != 0 && at != text.size();
      if (fold && !after_space && inside && text[at] != ' ' && past_width()) {
        break_line(indent);
      } else {
        out_.put(' ');
      }
      after_space = true;
      continue;
    }
    if (is_break(c)) {
      if (!after_break && c == '\n') out_.put('\n');
      out_.put(text.substr(from, at - from));
      line_ = out_.size();
      after_break = true;
      continue;
    }
    if (after_break) out_.blanks(static_cast<std::size_t>(indent));
    if (c == '\'') out_.put('\'');
    out_.put(text.substr(from, at - from));
    after_space = after_break = false;
  }
  out_.put('\'');
}

namespace {

std::string_view short_escape(char32_t c) {
  switch (c) {
    case 0x00:
      return "\\0";
    case 0x07:
      return "\\a";
    case 0x08:
      return "\\b";
    case 0x09:
      return "\\t";
    case 0x0A:
      return "\\n";
    case 0x0B:
      return "\\v";
    case 0x0C:
      return "\\f";
    case 0x0D:
      return "\\r";
    case 0x1B:
      return "\\e";
    case 0x22:
      return "\\\"";
    case 0x5C:
      return "\\\\";
    case 0x85:
      return "\\N";
    case 0xA0:
      return "\\_";
    case 0x2028:
      return "\\L";
    case 0x2029:
      return "\\P";
    default:
      return {};
  }
}

void append_escape(TextWriter& out, char32_t c) {
  if (const std::string_view escape = short_escape(c); !escape.empty()) {
    out.put(escape);
    return;
  }
  const int digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  out.put(digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U");
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out.put("0123456789ABCDEF"[c >> shift & 15U]);
  }
}

}  // namespace

void Emitter::write_double_quoted(std::string_view text, int indent, bool fold) {
  // go-yaml looks for a byte order mark at the start of the text, whichever character it is at.
  const bool escape_all = profile_.go_printable && text.starts_with("\xEF\xBB\xBF");
  out_.put('"');
  bool after_space = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = next_code_point(text, at);
    const bool plain = is_printable(c, profile_.go_printable) && !is_break(c) && c != '"' &&
                       c != '\\' && c != '\t';
    if (!plain || escape_all) {
      append_escape(out_, c);
      after_space = false;
    } else if (c == ' ') {
      const bool inside = from != 0 && at != text.size();
      if (fold && !after_space && inside && past_width()) {
        break_line(indent);
        if (text[at] == ' ') out_.put('\\');
      } else {
        out_.put(' ');
      }
      after_space = true;
    } else {
      out_.put(text.substr(from, at - from));
      after_space = false;
    }
  }
  out_.put('"');
}

// ---- literal blocks ----

namespace {

// '|' and what keeps the text: a width where it starts with a blank, '-' or '+' by its last breaks.
struct LiteralHeader {
  bool width = false;
  std::string_view chomping;
};

LiteralHeader header_of(std::string_view text) {
  LiteralHeader header;
  std::size_t at = 0;
  const char32_t first = next_code_point(text, at);
  header.width = first == ' ' || is_break(first);
  if (break_at_end(text) == 0) {
    header.chomping = "-";
  } else if (ends_in_empty_line(text)) {
    header.chomping = "+";
  }
  return header;
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

}  // namespace

void Emitter::write_literal(const ScalarText& scalar, int indent) {
  const LiteralHeader header = header_of(scalar.text);
  out_.put('|');
  if (header.width) out_.put(static_cast<char>('0' + profile_.indent));
  out_.put(header.chomping);
  if (scalar.comments != nullptr) write_behind(*scalar.comments);
  out_.put('\n');
  line_ = out_.size();
  write_literal_lines(scalar.text, indent);
}

void Emitter::write_literal_lines(std::string_view text, int indent) {
  const bool ascii = is_ascii(text);  // then '\n' is the only break
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    if (!ascii) {
      for (end = 0; end < text.size();) {
        std::size_t next = end;
        if (is_break(next_code_point(text, next))) break;
        end = next;
      }
    }
    const bool last = end >= text.size();
    const std::string_view line = text.substr(0, last ? text.size() : end);
    if (!line.empty()) {
      out_.blanks(static_cast<std::size_t>(indent));
      out_.put(line);
    }
    if (last) return;
    std::size_t behind = end;
    next_code_point(text, behind);
    out_.put(text.substr(end, behind - end));
    line_ = out_.size();
    text.remove_prefix(behind);
  }
}

}  // namespace plumb::yaml
