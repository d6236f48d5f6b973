// The module @ytt:regexp: RE2's expressions, told and applied as Go's library does.

#include <array>

#include "base/regex.h"
#include "base/text.h"
#include "starlark/unpack.h"
#include "ytt/error.h"
#include "ytt/library.h"

namespace plumb::ytt {
namespace {

// What RE2 says, and Go's library in its place.
struct Wording {
  std::string_view ours, shown;
};
constexpr std::array kWordings = std::to_array<Wording>({
    {"missing ]", "missing closing ]"},
    {"missing )", "missing closing )"},
    {"bad repetition operator", "invalid nested repetition operator"},
    {"no argument for repetition operator", "missing argument to repetition operator"},
    {"invalid repetition size", "invalid repeat count"},
    {"trailing \\", "trailing backslash at end of expression"},
    {"invalid perl operator", "invalid or unsupported Perl syntax"},
    {"invalid named capture group", "invalid named capture"},
});

std::string reworded(std::string_view why) {
  const std::size_t colon = why.find(": ");
  std::string_view what = why.substr(0, colon);
  for (const Wording& row : kWordings)
    if (row.ours == what) what = row.shown;
  const std::string_view part =
      colon == std::string_view::npos ? std::string_view() : why.substr(colon + 2);
  return cat(what, ": `", part, "`");
}

// Names of groups may be written (?<name>…).
std::string with_named_groups(std::string_view pattern) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      out += pattern.substr(at++, 2);
      continue;
    }
    out.push_back(pattern[at]);
    const std::string_view rest = pattern.substr(at);
    if (!rest.starts_with("(?<") || rest.starts_with("(?<=") || rest.starts_with("(?<!")) continue;
    out += "?P";
    ++at;
  }
  return out;
}

Regex compile(std::string_view pattern) {
  const std::string known = with_named_groups(pattern);
  if (const auto why = Regex::why_invalid(known))
    refuse("ytt/value", cat("error parsing regexp: ", reworded(*why)));
  return Regex(known);
}

Value match(Thread&, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() != 2) refuse("ytt/argument", "expected exactly two arguments");
  const Regex regex = compile(to_text_argument(arguments.positional[0]));
  return starlark::boolean(regex.matches(to_text_argument(arguments.positional[1])));
}

using Groups = std::vector<std::optional<std::string_view>>;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// A part of a replacement: a text, or a group's number (-1: of no group).
struct Piece {
  std::string_view text;
  std::optional<int> group;
};

std::optional<int> group_of(const Regex& regex, std::string_view name) {
  if (name.find_first_not_of("0123456789") != std::string_view::npos)
    return regex.group_number(name).value_or(-1);
  const auto number = to_integer(name);
  return number && *number <= regex.group_count() ? static_cast<int>(*number) : -1;
}

// Reads "$1", "${name}" or "$$" at the start of the text; the length of what it took, or 0.
std::size_t read_reference(const Regex& regex, std::string_view text, Piece& out) {
  if (text.size() < 2) return 0;
  if (text[1] == '$') {
    out.text = "$";
    return 2;
  }
  const bool braces = text[1] == '{';
  const std::size_t start = braces ? 2 : 1;
  std::size_t end = start;
  while (end < text.size() && is_word(text[end])) ++end;
  const bool closed = !braces || (end < text.size() && text[end] == '}');
  if (end == start || !closed) return 0;
  out.group = group_of(regex, text.substr(start, end - start));
  return end + (braces ? 1 : 0);
}

std::vector<Piece> read_replacement(const Regex& regex, std::string_view text) {
  std::vector<Piece> out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('$'), text.size());
    if (plain > 0) out.push_back({text.substr(0, plain), {}});
    text.remove_prefix(plain);
    if (text.empty()) break;
    Piece piece{"$", {}};
    text.remove_prefix(std::max<std::size_t>(read_reference(regex, text, piece), 1));
    out.push_back(piece);
  }
  return out;
}

// Calls append(out, groups) for each match; no empty match touches the one before it.
template <typename Append>
std::string replace_matches(Thread& thread, const Regex& regex, std::string_view text,
                            Append append) {
  std::string out;
  std::size_t copied = 0, last_end = std::string_view::npos;
  for (std::size_t at = 0; at <= text.size();) {
    thread.charge(1 + (text.size() - at) / 64);
    const auto found = regex.find(text, at);
    if (!found) break;
    const std::string_view match = *(*found)[0];
    const auto start = static_cast<std::size_t>(match.data() - text.data());
    const std::size_t end = start + match.size();
    if (!match.empty() || start != last_end) {
      out += text.substr(copied, start - copied);
      append(out, *found);
      copied = end;
    }
    last_end = end;
    at = end;
    if (!match.empty()) continue;
    if (at < text.size()) {
      next_code_point(text, at);
    } else {
      ++at;
    }
  }
  return out.append(text.substr(copied));
}

Value replace(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() != 3) refuse("ytt/argument", "expected exactly 3 arguments");
  const Regex regex = compile(to_text_argument(arguments.positional[0]));
  const std::string_view text = to_text_argument(arguments.positional[1]);
  const Value& by = arguments.positional[2];
  if (starlark::is_callable(by))
    return thread.text(
        replace_matches(thread, regex, text, [&](std::string& out, const Groups& groups) {
          const Value whole = starlark::string(*groups[0]);
          out += to_text_argument(starlark::call(thread, by, {{&whole, 1}, {}}));
        }));
  const std::vector<Piece> pieces = read_replacement(regex, to_text_argument(by));
  return thread.text(
      replace_matches(thread, regex, text, [&](std::string& out, const Groups& groups) {
        for (const Piece& piece : pieces) {
          if (!piece.group) {
            out += piece.text;
          } else if (*piece.group >= 0) {
            out += groups[static_cast<std::size_t>(*piece.group)].value_or("");
          }
        }
      }));
}

constexpr std::array kMembers = std::to_array<Member>({
    {"match", "regexp.match", named_failures<match>},
    {"replace", "regexp.replace", named_failures<replace>},
});

}  // namespace

Value make_regexp_module(Thread& thread) { return make_table_module(thread, "regexp", kMembers); }

}  // namespace plumb::ytt
