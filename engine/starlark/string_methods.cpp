// The methods of strings. Positions and lengths are bytes.

#include <algorithm>

#include "base/text.h"
#include "starlark/methods.h"
#include "starlark/operations.h"
#include "starlark/unicode.h"
#include "starlark/unpack.h"

namespace plumb::starlark {
namespace {

std::string_view receiver(Thread& thread, const Builtin& self) {
  thread.charge(self.receiver.length / 64);
  return self.receiver.string();
}

template <typename Holds>
bool all_characters(std::string_view text, Holds holds) {
  for (std::size_t at = 0; at < text.size();)
    if (!holds(next_code_point(text, at))) return false;
  return !text.empty();
}

template <typename Change>
std::string change_characters(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_utf8(out, change(next_code_point(text, at)));
  return out;
}

// ---- letters ----

Value string_capitalize(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  bool first = true;
  return thread.text(change_characters(receiver(thread, self), [&](char32_t c) {
    return std::exchange(first, false) ? to_title(c) : to_lower(c);
  }));
}

Value string_lower(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  return thread.text(change_characters(receiver(thread, self), to_lower));
}

Value string_upper(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  return thread.text(change_characters(receiver(thread, self), to_upper));
}

Value string_title(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  bool within_word = false;
  return thread.text(change_characters(receiver(thread, self), [&](char32_t c) {
    const char32_t out = within_word ? to_lower(c) : to_title(c);
    within_word = is_cased(out);
    return out;
  }));
}

template <bool (*Holds)(char32_t)>
Value string_is(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  return boolean(all_characters(receiver(thread, self), Holds));
}

bool is_letter_or_digit(char32_t c) { return is_letter(c) || is_digit(c); }

template <char32_t (*Change)(char32_t)>
Value string_is_unchanged(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  const std::string_view text = receiver(thread, self);
  const bool cased =
      !all_characters(text, [](char32_t c) { return !is_cased(c); }) && !text.empty();
  return boolean(cased && change_characters(text, Change) == text);
}

Value string_istitle(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  bool cased = false, previous = false;
  const bool fits = all_characters(receiver(thread, self), [&](char32_t c) {
    if ((c >= 'A' && c <= 'Z') || is_title(c)) {
      if (previous) return false;
      return cased = previous = true;
    }
    if (is_lower(c)) return previous && (cased = true);
    if (is_upper(c)) return false;
    previous = false;
    return true;
  });
  return boolean(fits && cased);
}

// ---- searching ----

struct Search {
  std::string_view within, what;
  std::int64_t start;
};

Search search_arguments(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<3>(self.name, arguments, 1);
  const std::string_view what = text_argument(self.name, 1, taken[0]);
  const std::string_view text = receiver(thread, self);
  Bounds bounds{};
  try {
    bounds = slice_bounds(taken[1], taken[2], static_cast<std::int64_t>(text.size()));
  } catch (Error& error) {
    error.diagnostic().text = cat(self.name, ": ", error.diagnostic().text);
    throw;
  }
  const bool some = bounds.start < bounds.end;
  return {some ? text.substr(static_cast<std::size_t>(bounds.start),
                             static_cast<std::size_t>(bounds.end - bounds.start))
               : std::string_view(),
          what, bounds.start};
}

std::size_t count_of_parts(std::string_view text, std::string_view what) {
  if (what.empty()) return utf8_length(text) + 1;
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos;
       at = text.find(what, at + what.size()))
    ++count;
  return count;
}

Value string_count(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Search search = search_arguments(thread, self, arguments);
  return integer(static_cast<std::int64_t>(count_of_parts(search.within, search.what)));
}

template <bool kLast, bool kMust>
Value string_search(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const Search search = search_arguments(thread, self, arguments);
  const std::size_t at = kLast ? search.within.rfind(search.what) : search.within.find(search.what);
  if (at != std::string_view::npos) return integer(search.start + static_cast<std::int64_t>(at));
  if (kMust) value_error(cat(self.name, ": substring not found"));
  return integer(-1);
}

template <bool kEnd>
bool has_affix(std::string_view text, std::string_view affix) {
  return kEnd ? text.ends_with(affix) : text.starts_with(affix);
}

template <bool kEnd>
Value string_affix(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<3>(self.name, arguments, 1);
  const Value& affix = taken[0];
  std::string_view text = receiver(thread, self);
  Bounds bounds{};
  try {
    bounds = slice_bounds(taken[1], taken[2], static_cast<std::int64_t>(text.size()));
  } catch (Error& error) {
    error.diagnostic().text = cat(self.name, ": ", error.diagnostic().text);
    throw;
  }
  bounds.end = std::max(bounds.start, bounds.end);
  text = text.substr(static_cast<std::size_t>(bounds.start),
                     static_cast<std::size_t>(bounds.end - bounds.start));
  if (affix.is_string()) return boolean(has_affix<kEnd>(text, affix.string()));
  if (!affix.is(Kind::kTuple))
    type_error(cat(self.name, ": got ", type_name(affix), ", want string or tuple of string"));
  for (std::size_t i = 0; i < affix.items().size(); ++i) {
    const Value& each = affix.items()[i];
    if (!each.is_string())
      type_error(cat(self.name, ": want string, got ", type_name(each), ", for element ", i));
    if (has_affix<kEnd>(text, each.string())) return boolean(true);
  }
  return boolean(false);
}

template <bool kLast>
Value string_partition(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [separator] = take<1>(self.name, arguments, 1);
  const std::string_view what = text_argument(self.name, 1, separator);
  if (what.empty()) value_error(cat(self.name, ": empty separator"));
  const std::string_view text = receiver(thread, self);
  const std::size_t at = kLast ? text.rfind(what) : text.find(what);
  std::array<Value, 3> parts{string(text), string(""), string("")};
  if (at != std::string_view::npos) {
    parts = {string(text.substr(0, at)), string(text.substr(at, what.size())),
             string(text.substr(at + what.size()))};
  } else if (kLast) {
    std::swap(parts[0], parts[2]);
  }
  return tuple_of(thread.arena(), parts);
}

// ---- trimming ----

std::size_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
    --at;
  std::size_t end = at;
  next_code_point(text, end);
  return end == text.size() ? at : text.size() - 1;  // a broken one is a byte
}

template <typename Drop>
std::string_view trim_left(std::string_view text, Drop drop) {
  while (!text.empty()) {
    std::size_t at = 0;
    if (!drop(next_code_point(text, at))) break;
    text.remove_prefix(at);
  }
  return text;
}

template <typename Drop>
std::string_view trim_right(std::string_view text, Drop drop) {
  while (!text.empty()) {
    std::size_t at = last_character(text);
    const std::size_t start = at;
    if (!drop(next_code_point(text, at))) break;
    text = text.substr(0, start);
  }
  return text;
}

template <bool kLeft, bool kRight>
Value string_strip(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [given] = take<1>(self.name, arguments, 0);
  const std::string_view characters = given.is_set() ? text_argument(self.name, 1, given) : "";
  std::u32string set;
  for (std::size_t at = 0; at < characters.size();) set += next_code_point(characters, at);
  const auto drop = [&](char32_t c) {
    return set.empty() ? is_space(c) : set.find(c) != std::u32string::npos;
  };
  std::string_view text = receiver(thread, self);
  thread.charge(set.size() / 8);
  if (kLeft) text = trim_left(text, drop);
  if (kRight) text = trim_right(text, drop);
  return string(text);
}

// ---- splitting and joining ----

Value list_of(Thread& thread, std::span<const std::string_view> parts) {
  const Value out = make_list(thread.arena());
  thread.charge(parts.size() / 4);
  for (const std::string_view part : parts) out.list->items.push_back(thread.arena(), string(part));
  return out;
}

using Parts = std::vector<std::string_view>;

// At most `most` cuts from the left (negative: any number).
Parts split_left(std::string_view text, std::string_view separator, std::int64_t most) {
  Parts parts;
  while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
    const std::size_t at = text.find(separator);
    if (at == std::string_view::npos) break;
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(text);
  return parts;
}

// The last `most` cuts of those that split_left makes.
Parts split_right(std::string_view text, std::string_view separator, std::int64_t most) {
  Parts parts = split_left(text, separator, -1);
  const std::int64_t excess = static_cast<std::int64_t>(parts.size()) - most;
  if (excess <= 0) return parts;
  const auto merged = static_cast<std::size_t>(excess);
  const std::string_view last = parts[merged - 1];
  parts[0] = text.substr(0, static_cast<std::size_t>(last.data() + last.size() - text.data()));
  parts.erase(parts.begin() + 1, parts.begin() + static_cast<std::ptrdiff_t>(merged));
  return parts;
}

Parts split_space_left(std::string_view text, std::int64_t most) {
  Parts parts;
  while (true) {
    text = trim_left(text, is_space);
    if (text.empty()) return parts;
    if (most >= 0 && static_cast<std::int64_t>(parts.size()) == most) {
      parts.push_back(text);
      return parts;
    }
    const std::string_view rest = trim_left(text, [](char32_t c) { return !is_space(c); });
    parts.push_back(text.substr(0, text.size() - rest.size()));
    text = rest;
  }
}

Parts split_space_right(std::string_view text, std::int64_t most) {
  Parts parts;
  while (true) {
    text = trim_right(text, is_space);
    if (text.empty()) break;
    if (static_cast<std::int64_t>(parts.size()) == most) {
      parts.push_back(text);
      break;
    }
    const std::string_view rest = trim_right(text, [](char32_t c) { return !is_space(c); });
    parts.push_back(text.substr(rest.size()));
    text = rest;
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

template <bool kRight>
Value string_split(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [separator, most_value] = take<2>(self.name, arguments, 0);
  const std::int64_t most = most_value.is_set() ? int_argument(self.name, 2, most_value) : -1;
  const std::string_view text = receiver(thread, self);
  if (!separator.is_set() || separator.is_none())
    return list_of(
        thread, kRight && most >= 0 ? split_space_right(text, most) : split_space_left(text, most));
  if (!separator.is_string())
    type_error(cat("split: got ", type_name(separator), " for separator, want string"));
  if (separator.length == 0) value_error("split: empty separator");
  return list_of(thread, kRight && most >= 0 ? split_right(text, separator.string(), most)
                                             : split_left(text, separator.string(), most));
}

Value string_splitlines(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [keep_value] = take<1>(self.name, arguments, 0);
  const bool keep = keep_value.is_set() && bool_argument(self.name, 1, keep_value);
  const std::string_view text = receiver(thread, self);
  if (text.empty()) return make_list(thread.arena());
  Parts parts = split_left(text, "\n", -1);
  if (parts.back().empty()) parts.pop_back();
  for (std::string_view& part : parts) {
    const auto end = static_cast<std::size_t>(part.data() + part.size() - text.data());
    if (keep && end < text.size()) part = {part.data(), part.size() + 1};
  }
  return list_of(thread, parts);
}

Value string_join(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto [values] = take<1>(self.name, arguments, 1);
  const std::string_view separator = self.receiver.string();
  std::string out;
  bool first = true;
  const bool iterable = for_each(thread, values, [&](const Value& item) {
    if (!item.is_string()) type_error(cat("join: in list, want string, got ", type_name(item)));
    if (!std::exchange(first, false)) out += separator;
    out += item.string();
    thread.charge(1 + (item.length + separator.size()) / 64);
    return true;
  });
  if (!iterable)
    type_error(cat("join: for parameter 1: got ", type_name(values), ", want iterable"));
  return thread.text(out);
}

// An empty `old` stands before every character and at the end.
std::string replace_empty(std::string_view text, std::string_view by, std::int64_t most) {
  std::string out;
  std::size_t at = 0;
  for (; most != 0; --most) {
    out += by;
    if (at == text.size()) break;
    const std::size_t start = at;
    next_code_point(text, at);
    out += text.substr(start, at - start);
  }
  return out.append(text.substr(at));
}

std::string replace_parts(std::string_view text, std::string_view old, std::string_view by,
                          std::int64_t most) {
  std::string out;
  for (; most != 0; --most) {
    const std::size_t at = text.find(old);
    if (at == std::string_view::npos) break;
    out.append(text.substr(0, at)).append(by);
    text.remove_prefix(at + old.size());
  }
  return out.append(text);
}

Value string_replace(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const auto taken = take<3>(self.name, arguments, 2);
  const std::string_view old = text_argument(self.name, 1, taken[0]);
  const std::string_view by = text_argument(self.name, 2, taken[1]);
  const std::int64_t most = taken[2].is_set() ? int_argument(self.name, 3, taken[2]) : -1;
  const std::string_view text = receiver(thread, self);
  const std::size_t size = text.size() + count_of_parts(text, old) * by.size();
  if (size >= 1U << 30) value_error("replace: the string is too large");
  thread.charge(size / 64);
  return thread.text(old.empty() ? replace_empty(text, by, most)
                                 : replace_parts(text, old, by, most));
}

template <bool kCodePoints, bool kOrdinals>
Value string_elements(Thread& thread, const Builtin& self, const Arguments& arguments) {
  take<0>(self.name, arguments, 0);
  Value out;
  out.kind = Kind::kStringElements;
  out.elements =
      thread.arena().make<StringElements>(self.receiver.string(), kCodePoints, kOrdinals);
  return out;
}

// ---- format ----

// "{}{name!r}".format(…)
struct Format {
  Thread& thread;
  const Arguments& arguments;
  std::string_view rest;
  std::string out;
  std::size_t next = 0;
  bool automatic = false, manual = false;

  // Text up to the next '{'; whether there is one.
  bool literal() {
    const std::size_t end = rest.find('{');
    std::string_view text = rest.substr(0, end);
    for (std::size_t at; (at = text.find('}')) != std::string_view::npos;
         text.remove_prefix(at + 2)) {
      if (at + 1 == text.size() || text[at + 1] != '}') value_error("format: single '}' in format");
      out += text.substr(0, at + 1);
    }
    out += text;
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(end + 1);
    return true;
  }

  const Value& positional(std::size_t index) const {
    if (index >= arguments.positional.size()) value_error("format: tuple index out of range");
    return arguments.positional[index];
  }

  const Value& by_name(std::string_view name) const {
    for (const NamedArgument& argument : arguments.named)
      if (argument.name == name) return argument.value;
    if (contains(name, "."))
      value_error(
          cat("format: attribute syntax x.y is not supported in replacement fields: ", name));
    if (contains(name, "["))
      value_error(
          cat("format: element syntax a[i] is not supported in replacement fields: ", name));
    if (contains(name, "{")) value_error("format: nested replacement fields not supported");
    value_error(cat("format: keyword ", name, " not found"));
  }

  const Value& argument(std::string_view name) {
    const bool number = name.find_first_not_of("0123456789") == std::string_view::npos;
    if (name.empty()) {
      if (manual)
        value_error(
            "format: cannot switch from manual field specification to automatic field numbering");
      automatic = true;
      return positional(next++);
    }
    const auto index = number ? to_integer(name) : std::nullopt;
    if (!index) return by_name(name);
    if (automatic)
      value_error(
          "format: cannot switch from automatic field numbering to manual field specification");
    manual = true;
    return positional(static_cast<std::size_t>(*index));
  }

  void field(std::string_view field) {
    const std::size_t mark = field.find('!');
    const std::string_view tail = mark == std::string_view::npos ? field : field.substr(mark + 1);
    const std::size_t colon = tail.find(':');
    const std::string_view head = tail.substr(0, colon);
    const std::string_view name = mark == std::string_view::npos ? head : field.substr(0, mark);
    const std::string_view conversion = mark == std::string_view::npos ? "s" : head;
    const Value& value = argument(name);
    if (colon != std::string_view::npos && colon + 1 < tail.size())
      value_error(cat("format spec features not supported in replacement fields: ",
                      tail.substr(colon + 1)));
    if (conversion == "s") {
      write_display(thread, out, value);
    } else if (conversion == "r") {
      write_value(thread, out, value);
    } else {
      value_error(cat("format: unknown conversion ", quote(conversion)));
    }
  }

  void run() {
    while (literal()) {
      if (rest.starts_with('{')) {
        out.push_back('{');
        rest.remove_prefix(1);
        continue;
      }
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos) value_error("format: unmatched '{' in format");
      const std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      field(text);
    }
  }
};

Value string_format(Thread& thread, const Builtin& self, const Arguments& arguments) {
  Format format{thread, arguments, receiver(thread, self), {}};
  format.run();
  thread.charge(format.out.size() / 64);
  return thread.text(format.out);
}

constexpr std::array kStringMethods = std::to_array<Method>({
    {"capitalize", string_capitalize},
    {"codepoint_ords", string_elements<true, true>},
    {"codepoints", string_elements<true, false>},
    {"count", string_count},
    {"elem_ords", string_elements<false, true>},
    {"elems", string_elements<false, false>},
    {"endswith", string_affix<true>},
    {"find", string_search<false, false>},
    {"format", string_format},
    {"index", string_search<false, true>},
    {"isalnum", string_is<is_letter_or_digit>},
    {"isalpha", string_is<is_letter>},
    {"isdigit", string_is<is_digit>},
    {"islower", string_is_unchanged<to_lower>},
    {"isspace", string_is<is_space>},
    {"istitle", string_istitle},
    {"isupper", string_is_unchanged<to_upper>},
    {"join", string_join},
    {"lower", string_lower},
    {"lstrip", string_strip<true, false>},
    {"partition", string_partition<false>},
    {"replace", string_replace},
    {"rfind", string_search<true, false>},
    {"rindex", string_search<true, true>},
    {"rpartition", string_partition<true>},
    {"rsplit", string_split<true>},
    {"rstrip", string_strip<false, true>},
    {"split", string_split<false>},
    {"splitlines", string_splitlines},
    {"startswith", string_affix<false>},
    {"strip", string_strip<true, true>},
    {"title", string_title},
    {"upper", string_upper},
});

}  // namespace

std::span<const Method> string_methods() { return kStringMethods; }

}  // namespace plumb::starlark
