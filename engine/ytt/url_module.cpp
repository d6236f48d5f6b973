// The module @ytt:url: escaping of parts, and taking addresses apart.

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/library.h"

namespace plumb::ytt {
namespace {

// ---- escapes ----

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }
bool is_unreserved(char c) { return is_letter_or_digit(c) || is_one_of(c, "-_.~"); }

// What may stand in a part as it is, beyond letters, digits and "-_.~".
constexpr std::string_view kSegmentLetters = "$&+=:@";
constexpr std::string_view kPathLetters = "$&+,/:;=@";
constexpr std::string_view kFragmentLetters = "$&+,/:;=?@!()*";
constexpr std::string_view kUserLetters = "$&+,;=";
constexpr std::string_view kHostLetters = "!$&'()*+,;=:[]<>\"";

std::string percent_encode(std::string_view text, std::string_view also, bool plus = false) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plus && c == ' ') {
      out.push_back('+');
    } else if (is_unreserved(c) || is_one_of(c, also)) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return out;
}

int hex_digit(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) == 0 ? -1
         : c <= '9'                                        ? c - '0'
                                                           : (c | 32) - 'a' + 10;
}

[[noreturn]] void bad_escape(std::string_view escape) {
  refuse("ytt/value", cat("invalid URL escape \"", escape, "\""));
}

// The byte that an escape at the start of the text stands for.
char escaped_byte(std::string_view text) {
  const std::string_view escape = text.substr(0, 3);
  if (escape.size() < 3 || hex_digit(escape[1]) < 0 || hex_digit(escape[2]) < 0) bad_escape(escape);
  return static_cast<char>(hex_digit(escape[1]) * 16 + hex_digit(escape[2]));
}

std::string percent_decode(std::string_view text, bool plus = false) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      out.push_back(escaped_byte(text.substr(at)));
      at += 2;
    } else {
      out.push_back(text[at] == '+' && plus ? ' ' : text[at]);
    }
  }
  return out;
}

// Of a host: escapes stand for bytes beyond ASCII only, or for '%'; of a zone for what a host
// could hold as well.
std::string decode_host(std::string_view text, bool zone) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '%') {
      const char byte = escaped_byte(text.substr(at));
      const bool ascii = static_cast<unsigned char>(byte) < 0x80;
      const bool fits =
          zone ? byte == ' ' || is_unreserved(byte) || is_one_of(byte, kHostLetters) : !ascii;
      if (!fits && text.substr(at, 3) != "%25") bad_escape(text.substr(at, 3));
      out.push_back(byte);
      at += 2;
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x80 && !is_unreserved(c) && !is_one_of(c, kHostLetters))
      refuse("ytt/value", cat("invalid character \"", c == '"' || c == '\\' ? "\\" : "",
                              std::string_view(&c, 1), "\" in host name"));
    out.push_back(c);
  }
  return out;
}

// ---- taking apart ----

struct User {
  std::string name;
  std::optional<std::string> password;
};

struct Url {
  std::string scheme, opaque, host;
  std::optional<User> user;
  bool has_authority = false;
  std::string path;  // as it is printed
  std::string query;
  bool has_query = false;
  std::string fragment;
};

// What was written where every letter may stand there, else escaped anew.
std::string normal_part(std::string_view written, std::string_view letters) {
  const std::string plain = percent_decode(written);
  const bool fits = std::all_of(written.begin(), written.end(), [&](char c) {
    return is_unreserved(c) || is_one_of(c, letters) || is_one_of(c, "!$&'()*+,;=:@[]%");
  });
  return fits ? std::string(written) : percent_encode(plain, letters);
}

// A scheme and its colon are taken off the text.
std::string take_scheme(std::string_view& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == ':') {
      if (at == 0) refuse("ytt/value", "missing protocol scheme");
      std::string out = lower(text.substr(0, at));
      text.remove_prefix(at + 1);
      return out;
    }
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
    if (!letter && (at == 0 || !(is_letter_or_digit(c) || is_one_of(c, "+-.")))) break;
  }
  return {};
}

bool is_port(std::string_view text) {
  return text.empty() ||
         (text[0] == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

void check_port(std::string_view text) {
  if (!is_port(text)) refuse("ytt/value", cat("invalid port \"", text, "\" after host"));
}

std::string parse_host(std::string_view text) {
  if (!text.starts_with('[')) {
    if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos)
      check_port(text.substr(colon));
    return decode_host(text, false);
  }
  const std::size_t end = text.rfind(']');
  if (end == std::string_view::npos) refuse("ytt/value", "missing ']' in host");
  check_port(text.substr(end + 1));
  const std::size_t zone = text.substr(0, end).find("%25");
  if (zone == std::string_view::npos) return decode_host(text, false);
  return decode_host(text.substr(0, zone), false) +
         decode_host(text.substr(zone, end - zone), true) + decode_host(text.substr(end), false);
}

User parse_user(std::string_view text) {
  const bool fits = std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || is_one_of(c, "-._:~!$&'()*+,;=%@");
  });
  if (!fits) refuse("ytt/value", "net/url: invalid userinfo");
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {percent_decode(text), {}};
  return {percent_decode(text.substr(0, colon)), percent_decode(text.substr(colon + 1))};
}

void parse_authority(std::string_view text, Url& out) {
  const std::size_t at = text.rfind('@');
  out.host = parse_host(at == std::string_view::npos ? text : text.substr(at + 1));
  if (at != std::string_view::npos) out.user = parse_user(text.substr(0, at));
}

void parse_path(std::string_view text, Url& out) {
  if (!text.starts_with('/') && !out.scheme.empty()) {
    out.opaque = text;
    return;
  }
  if (!text.starts_with('/') && contains(text.substr(0, text.find('/')), ":"))
    refuse("ytt/value", "first path segment in URL cannot contain colon");
  if (text.starts_with("//") && (!out.scheme.empty() || !text.starts_with("///"))) {
    const std::size_t end = std::min(text.find('/', 2), text.size());
    parse_authority(text.substr(2, end - 2), out);
    out.has_authority = true;
    text.remove_prefix(end);
  }
  out.path = normal_part(text, kPathLetters);
}

Url parse_without_fragment(std::string_view text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (control) refuse("ytt/value", "net/url: invalid control character in URL");
  Url out;
  out.scheme = take_scheme(text);
  const std::size_t mark = text.find('?');
  out.has_query = mark != std::string_view::npos;
  if (out.has_query) out.query = text.substr(mark + 1);
  parse_path(text.substr(0, mark), out);
  return out;
}

Url parse_url(Thread& thread, std::string_view text) {
  const std::size_t mark = text.find('#');
  const auto named = [&](std::string_view part) {
    return cat("parse ", starlark::to_text(thread, starlark::string(part)), ": ");
  };
  const std::string_view main = text.substr(0, mark);
  Url out = explaining(named(main), [&] { return parse_without_fragment(main); });
  if (mark != std::string_view::npos)
    out.fragment = explaining(named(text),
                              [&] { return normal_part(text.substr(mark + 1), kFragmentLetters); });
  return out;
}

// ---- printing ----

std::string print_user(const User& user) {
  const std::string name = percent_encode(user.name, kUserLetters);
  return user.password ? cat(name, ":", percent_encode(*user.password, kUserLetters)) : name;
}

std::string print_host(std::string_view host) {
  const std::size_t zone = host.starts_with('[') ? host.find('%') : std::string_view::npos;
  return percent_encode(host.substr(0, zone), kHostLetters) +
         (zone == std::string_view::npos ? "" : percent_encode(host.substr(zone), kHostLetters));
}

std::string print_url(const Url& url, bool with_user) {
  std::string out = url.scheme.empty() ? "" : cat(url.scheme, ":");
  out += url.opaque;
  const bool user = with_user && url.user.has_value();
  const bool full = url.has_authority && url.opaque.empty() &&
                    (!url.host.empty() || !url.path.empty() || user) &&
                    (!url.scheme.empty() || !url.host.empty() || user);
  if (full) out += cat("//", user ? print_user(*url.user) + "@" : "", print_host(url.host));
  if (out.empty() && contains(std::string_view(url.path).substr(0, url.path.find('/')), ":"))
    out += "./";
  out += url.path;
  if (url.has_query) out += cat("?", url.query);
  return url.fragment.empty() ? out : cat(out, "#", url.fragment);
}

std::string host_name(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && is_port(host.substr(colon))) host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return std::string(host);
}

// ---- values ----

// What the methods of an address give.
struct Parts {
  Value text, bare_text, host, user;
};

Value make_address(Thread& thread, const Parts& parts);

Value without_user(Thread& thread, const Builtin& self, const Arguments& arguments) {
  if (!arguments.positional.empty()) refuse("ytt/argument", "expected no argument");
  Parts parts = *static_cast<const Parts*>(self.context);
  parts.text = parts.bare_text;
  parts.user = starlark::none();
  return make_address(thread, parts);
}

Value make_address(Thread& thread, const Parts& parts) {
  void* const kept = thread.arena().make<Parts>(parts);
  const auto members = std::to_array<starlark::NamedArgument>({
      {"user", parts.user},
      {"without_user", make_function<without_user>(thread, "url.value.without_user", kept)},
      {"string", make_getter(thread, "url.value.string", parts.text)},
      {"hostname", make_getter(thread, "url.value.hostname", parts.host)},
  });
  return make_record(thread, "@ytt:url.value",
                     "@ytt:url.value does not automatically encode (hint: use .string())", members);
}

Value make_user(Thread& thread, const std::optional<User>& user) {
  if (!user) return starlark::none();
  const auto members = std::to_array<starlark::NamedArgument>({
      {"name", thread.text(user->name)},
      {"password", user->password ? thread.text(*user->password) : starlark::none()},
      {"string", make_getter(thread, "string", thread.text(print_user(*user)))},
  });
  return make_record(thread, "@ytt:url.user",
                     "@ytt:url.user does not automatically encode (hint: use .string())", members);
}

std::string_view text_argument(const Arguments& arguments) {
  return to_text_argument(only_argument(arguments));
}

Value parse(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Url url = parse_url(thread, text_argument(arguments));
  return make_address(thread,
                      {thread.text(print_url(url, true)), thread.text(print_url(url, false)),
                       thread.text(host_name(url.host)), make_user(thread, url.user)});
}

Value path_segment_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_encode(text_argument(arguments), kSegmentLetters));
}
Value path_segment_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_decode(text_argument(arguments), false));
}
Value query_value_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_encode(text_argument(arguments), {}, true));
}
Value query_value_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_decode(text_argument(arguments), true));
}

Value query_params_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Node* const map = to_node(thread, only_argument(arguments));
  if (map == nullptr || !map->is_map() || !map->plain)
    refuse("ytt/value", cat("expected argument to be a map, but was ", go_type(map)));
  std::vector<const Node*> items(map->items.begin(), map->items.end());
  for (const Node* const item : items) {
    if (item->key == nullptr || !item->key->is(Kind::kString))
      refuse("ytt/value", cat("expected map key to be string, but was ", go_type(item->key)));
    if (item->value == nullptr || !item->value->is_array())
      refuse("ytt/value", cat("expected map value to be array, but was ", go_type(item->value)));
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Node* a, const Node* b) { return a->key->text < b->key->text; });
  std::string out;
  for (const Node* const item : items) {
    for (const Node* const each : item->value->items) {
      if (each->value == nullptr || !each->value->is(Kind::kString))
        refuse("ytt/value",
               cat("expected array value to be string, but was ", go_type(each->value)));
      if (!out.empty()) out.push_back('&');
      out += cat(percent_encode(item->key->text, {}, true), "=",
                 percent_encode(each->value->text, {}, true));
    }
  }
  return thread.text(out);
}

Value query_params_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string text = replace_all(text_argument(arguments), ";", "&");
  std::map<std::string, std::vector<std::string>> values;
  for (const std::string_view part : split(text, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    values[percent_decode(part.substr(0, equals), true)].push_back(percent_decode(value, true));
  }
  const Value out = starlark::make_dict(thread.arena());
  for (const auto& [key, list] : values) {
    const Value items = starlark::make_list(thread.arena());
    for (const std::string& each : list)
      items.list->items.push_back(thread.arena(), thread.text(each));
    starlark::insert(thread.arena(), *out.dict, thread.text(key), items);
  }
  return out;
}

constexpr std::array kMembers = std::to_array<Member>({
    {"path_segment_encode", "url.path_segment_encode", named_failures<path_segment_encode>},
    {"path_segment_decode", "url.path_segment_decode", named_failures<path_segment_decode>},
    {"query_param_value_encode", "url.query_param_value_encode",
     named_failures<query_value_encode>},
    {"query_param_value_decode", "url.query_param_value_decode",
     named_failures<query_value_decode>},
    {"query_params_encode", "url.query_params_encode", named_failures<query_params_encode>},
    {"query_params_decode", "url.query_params_decode", named_failures<query_params_decode>},
    {"parse", "url.parse", named_failures<parse>},
});

}  // namespace

Value make_url_module(Thread& thread) { return make_table_module(thread, "url", kMembers); }

}  // namespace plumb::ytt
