#include <array>
#include <charconv>
#include <cmath>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/emitter.h"
#include "yaml/number.h"
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

constexpr std::string_view kIndicators = "#,[]{}&*!|>'\"%@`";

struct ShortestDigits {
  bool negative = false;
  std::string digits;  // without a dot and without zeros at the end
  int exponent = 0;    // of the first digit
};

ShortestDigits shortest(double value) {
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  ShortestDigits result;
  if (text.starts_with('-')) {
    result.negative = true;
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c != '.') result.digits.push_back(c);
  }
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  result.exponent = static_cast<int>(*to_integer(exponent));
  while (result.digits.size() > 1 && result.digits.back() == '0') result.digits.pop_back();
  return result;
}

// d.ddde±XX, the exponent with `exponent_digits` digits at least
std::string scientific(const ShortestDigits& number, std::size_t exponent_digits) {
  std::string out = number.negative ? "-" : "";
  out += number.digits[0];
  if (number.digits.size() > 1) out += cat('.', std::string_view(number.digits).substr(1));
  std::string exponent = std::to_string(std::abs(number.exponent));
  if (exponent.size() < exponent_digits) exponent.insert(0, exponent_digits - exponent.size(), '0');
  return cat(out, 'e', number.exponent < 0 ? '-' : '+', exponent);
}

std::string positional(const ShortestDigits& number) {
  std::string digits = number.digits;
  const int point = number.exponent + 1;
  if (point <= 0) {
    digits.insert(0, static_cast<std::size_t>(-point), '0');
    digits.insert(0, "0.");
  } else if (static_cast<std::size_t>(point) < digits.size()) {
    digits.insert(static_cast<std::size_t>(point), ".");
  } else {
    digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
  }
  return number.negative ? "-" + digits : digits;
}

bool is_json_number_text(std::string_view text) {
  return resolve(text, Resolution::kJson) != Type::kString;
}

std::string number_text(const Node& node, Numbers numbers) {
  if (node.type == Type::kInteger) {
    if (numbers == Numbers::kAsWritten && is_json_number_text(node.text))
      return std::string(node.text);
    return decimal(node.text);
  }
  if (numbers == Numbers::kAsWritten && is_json_number_text(node.text))
    return std::string(node.text);
  const double value = float_value(node.text);
  if (numbers == Numbers::kGoAfterJson && std::isfinite(value)) {
    const std::string json = format_json_float(value);
    if (resolve(json, Resolution::kGoYaml2) == Type::kInteger) return json == "-0" ? "0" : json;
  }
  return format_float(value);
}

}  // namespace

std::string format_float(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const ShortestDigits number = shortest(value);
  // Go's %g with the shortest digits has an exponent below -4 and from 6 on.
  if (number.exponent < -4 || number.exponent >= 6) return scientific(number, 2);
  return positional(number);
}

std::string format_json_float(double value) {
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  const ShortestDigits number = shortest(value);
  // Go's encoding/json: an exponent below 1e-6 and from 1e21 on, without a leading zero in it.
  if (number.exponent < -6 || number.exponent >= 21) {
    return scientific(number, number.exponent < 0 ? 1 : 2);
  }
  return positional(number);
}

ScalarText scalar_text(const Node& node, const EmitProfile& profile) {
  ScalarText scalar;
  switch (node.type) {
    case Type::kNull:
      scalar.text = "null";
      break;
    case Type::kBoolean:
      scalar.text = *as_boolean(node) ? "true" : "false";
      break;
    case Type::kInteger:
    case Type::kFloat:
      scalar.made = number_text(node, profile.numbers);
      break;
    case Type::kTimestamp:
      scalar.is_string = true;
      if (profile.numbers == Numbers::kGoAfterJson) {
        scalar.made = timestamp_rfc3339(node.text).value_or(std::string(node.text));
      } else {
        scalar.text = node.text;
      }
      break;
    case Type::kBinary:
      scalar.is_string = true;
      scalar.made = base64_decode(node.text).value_or(std::string(node.text));
      break;
    default:
      scalar.is_string = true;
      scalar.text = node.text;
  }
  if (!scalar.made.empty()) scalar.text = scalar.made;
  return scalar;
}

bool needs_quotes(std::string_view text, const EmitProfile& profile) {
  if (resolve(text, Resolution::kGoYaml2) != Type::kString) {
    return text != "<<" || profile.numbers == Numbers::kAsWritten;
  }
  if (looks_base60(text)) return true;
  // Readers in the field disagree about these; nothing is lost by quoting them.
  return profile.numbers == Numbers::kAsWritten && (text == "=" || looks_like_timestamp(text));
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
  const ScalarText scalar = scalar_text(node, profile);
  if (scalar.text != node.text) node.text = arena.copy(scalar.text);
  node.type = scalar.is_string ? Type::kString : resolve(node.text, Resolution::kKubernetes);
}

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

// `indent`: the column of the lines that follow the first.
void Emitter::write_scalar(const Node& node, int indent, bool key) {
  const ScalarText scalar = scalar_text(node, profile_);
  if (!scalar.is_string) {
    out_ += scalar.text;
    return;
  }
  const std::string_view text = scalar.text;
  if (find_invalid_utf8(text) != std::string_view::npos) {
    out_ += cat("!!binary ", base64_encode(text));
    return;
  }
  const ScalarAnalysis allowed = analyze(text, profile_.go_printable);
  if (contains(text, "\n") && allowed.literal_allowed && !key) {
    write_literal(text, indent);
  } else if (contains(text, "\n") || needs_quotes(text, profile_)) {
    write_double_quoted(text, indent, !key);
  } else if (allowed.plain_allowed) {
    write_plain(text, indent, !key);
  } else if (allowed.single_quoted_allowed) {
    write_single_quoted(text, indent, !key);
  } else {
    write_double_quoted(text, indent, !key);
  }
}

void Emitter::write_plain(std::string_view text, int indent, bool fold) {
  if (profile_.fold_width == 0) {
    out_ += text;
    return;
  }
  bool after_space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool space = text[i] == ' ';
    if (space && fold && !after_space && i + 1 < text.size() && text[i + 1] != ' ' &&
        past_width()) {
      break_line(indent);
    } else {
      out_.push_back(text[i]);
    }
    after_space = space;
  }
}

void Emitter::write_single_quoted(std::string_view text, int indent, bool fold) {
  out_.push_back('\'');
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
        out_.push_back(' ');
      }
      after_space = true;
      continue;
    }
    if (is_break(c)) {
      if (!after_break && c == '\n') out_.push_back('\n');
      out_ += text.substr(from, at - from);
      line_ = out_.size();
      after_break = true;
      continue;
    }
    if (after_break) out_.append(static_cast<std::size_t>(indent), ' ');
    if (c == '\'') out_.push_back('\'');
    out_ += text.substr(from, at - from);
    after_space = after_break = false;
  }
  out_.push_back('\'');
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

void append_escape(std::string& out, char32_t c) {
  if (const std::string_view escape = short_escape(c); !escape.empty()) {
    out += escape;
    return;
  }
  const int digits = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    out.push_back("0123456789ABCDEF"[c >> shift & 15U]);
  }
}

}  // namespace

void Emitter::write_double_quoted(std::string_view text, int indent, bool fold) {
  // go-yaml looks for a byte order mark at the start of the text, whichever character it is at.
  const bool escape_all = profile_.go_printable && text.starts_with("\xEF\xBB\xBF");
  out_.push_back('"');
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
        if (text[at] == ' ') out_.push_back('\\');
      } else {
        out_.push_back(' ');
      }
      after_space = true;
    } else {
      out_ += text.substr(from, at - from);
      after_space = false;
    }
  }
  out_.push_back('"');
}

void Emitter::write_literal(std::string_view text, int indent) {
  out_.push_back('|');
  std::size_t at = 0;
  const char32_t first = next_code_point(text, at);
  if (first == ' ' || is_break(first)) out_.push_back('2');
  const auto ends_in_break = [](std::string_view part) {
    for (const std::string_view line_break :
         {"\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
      if (part.ends_with(line_break)) return line_break.size();
    }
    return std::size_t{0};
  };
  const std::size_t last_break = ends_in_break(text);
  if (last_break == 0) {
    out_.push_back('-');
  } else if (text.size() == last_break ||
             ends_in_break(text.substr(0, text.size() - last_break)) != 0) {
    out_.push_back('+');
  }
  out_.push_back('\n');
  line_ = out_.size();
  bool at_line_start = true;
  for (at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t c = next_code_point(text, at);
    if (is_break(c)) {
      out_ += text.substr(from, at - from);
      line_ = out_.size();
      at_line_start = true;
      continue;
    }
    if (at_line_start) out_.append(static_cast<std::size_t>(indent), ' ');
    at_line_start = false;
    out_ += text.substr(from, at - from);
  }
}

}  // namespace plumb::yaml
