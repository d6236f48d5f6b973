#include "ytt/library.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/digest.h"
#include "base/regex.h"
#include "base/text.h"
#include "starlark/unpack.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "ytt/error.h"
#include "ytt/overlay.h"
#include "ytt/read.h"
#include "ytt/workspace.h"

namespace plumb::ytt {
namespace {

std::string_view text_argument(const Arguments& arguments) {
  return to_text_argument(only_argument(arguments));
}

// ---- json ----

void check_names(const Arguments& arguments, std::initializer_list<std::string_view> known) {
  for (const starlark::NamedArgument& argument : arguments.named)
    if (std::find(known.begin(), known.end(), argument.name) == known.end())
      refuse("ytt/argument", cat("invalid argument name: ", argument.name));
}

Value json_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Value& value = only_argument(arguments);
  check_names(arguments, {"indent", "escape_html"});
  yaml::JsonStyle style;
  if (const Value* const indent = named_argument(arguments, "indent"))
    style.indent = static_cast<int>(std::clamp<std::int64_t>(to_int_argument(*indent), -1, 9));
  if (style.indent < 0 || style.indent > 8)
    refuse("ytt/argument", "indent value must be between 0 and 8");
  style.escape_html = bool_option(arguments, "escape_html", true);
  const Node* const node = to_node(thread, value);
  return thread.text(yaml::emit_json(*to_yaml(thread.arena(), node), style));
}

// JSON's numbers are floats, and keys are sorted.
void as_json_decoder_reads(Node* node) {
  if (node == nullptr) return;
  if (node->is(Kind::kInt)) {
    node->kind = Kind::kFloat;
    node->real = static_cast<double>(node->integer);
  } else if (node->is(Kind::kUint64)) {
    node->kind = Kind::kFloat;
    node->real = static_cast<double>(node->unsigned_integer);
  }
  if (node->is_map())
    std::sort(node->items.begin(), node->items.end(),
              [](const Node* a, const Node* b) { return a->key->text < b->key->text; });
  as_json_decoder_reads(node->value);
  for (Node* const item : node->items) as_json_decoder_reads(item);
}

Value json_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string_view text = text_argument(arguments);
  const yaml::Node* const json = yaml::read_json(text, {}, thread.arena(), thread.limits());
  Node* const node = from_yaml(thread.arena(), *json);
  override_keys(node);
  as_json_decoder_reads(node);
  return to_plain_value(thread, node);
}

// ---- yaml ----

Value yaml_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(encode_yaml(thread, to_node(thread, only_argument(arguments))));
}

Value yaml_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return decode_yaml(thread, text_argument(arguments));
}

// ---- base64 ----

std::string swap_letters(std::string text, std::string_view from, std::string_view to) {
  for (char& c : text)
    if (const std::size_t at = from.find(c); at != std::string_view::npos) c = to[at];
  return text;
}

struct Base64Options {
  bool url, raw, strict;
};
Base64Options base64_options(const Arguments& arguments) {
  return {bool_option(arguments, "url", false), bool_option(arguments, "raw", false),
          bool_option(arguments, "strict", false)};
}

Value base64_encode_text(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string_view text = text_argument(arguments);
  const Base64Options options = base64_options(arguments);
  std::string out = base64_encode(text);
  if (options.url) out = swap_letters(out, "+/", "-_");
  if (options.raw) out.resize(out.find_last_not_of('=') + 1);
  return thread.text(out);
}

// Where Go's decoder would stop.
std::size_t first_wrong_byte(std::string_view text, const Base64Options& options) {
  std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool special = options.url ? c == '-' || c == '_' : c == '+' || c == '/';
    const bool padding = c == '=' && !options.raw;
    if (letters.find(c) == std::string_view::npos && !special && !padding && c != '\n' && c != '\r')
      return i;
  }
  return text.size() & ~std::size_t{3};
}

Value base64_decode_text(Thread& thread, const Builtin&, const Arguments& arguments) {
  const std::string_view text = text_argument(arguments);
  const Base64Options options = base64_options(arguments);
  std::string standard(text);
  const bool foreign = standard.find_first_of(options.url ? "+/" : "-_") != std::string::npos ||
                       (options.raw && contains(standard, "="));
  if (options.url) standard = swap_letters(standard, "-_", "+/");
  if (options.raw) {
    std::erase_if(standard, [](char c) { return c == '\n' || c == '\r'; });
    standard.append((4 - standard.size() % 4) % 4, '=');
  }
  const auto decoded = foreign ? std::nullopt : base64_decode(standard);
  if (!decoded)
    refuse("ytt/value", cat("illegal base64 data at input byte ", first_wrong_byte(text, options)));
  return thread.text(*decoded);
}

// ---- digests ----

Value sha256_sum(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(sha256_hex(text_argument(arguments)));
}

// ---- regular expressions ----

Regex compile_pattern(std::string_view pattern) {
  if (const auto why = Regex::why_invalid(pattern))
    refuse("ytt/value", cat("error parsing regexp: ", *why));
  return Regex(pattern);
}

Value regexp_match(Thread&, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() != 2) refuse("ytt/argument", "expected exactly two arguments");
  const Regex regex = compile_pattern(to_text_argument(arguments.positional[0]));
  return starlark::boolean(regex.matches(to_text_argument(arguments.positional[1])));
}

using Groups = std::vector<std::optional<std::string_view>>;

// What `$1` or `${1}` in a replacement means; names of groups are not known here.
void append_template(std::string& out, std::string_view replacement, const Groups& groups) {
  for (std::size_t at = 0; at < replacement.size();) {
    if (replacement[at] != '$' || at + 1 == replacement.size()) {
      out.push_back(replacement[at++]);
      continue;
    }
    if (replacement[at + 1] == '$') {
      out.push_back('$');
      at += 2;
      continue;
    }
    const bool braces = replacement[at + 1] == '{';
    const std::size_t start = at + (braces ? 2 : 1);
    std::size_t end = start;
    while (end < replacement.size() &&
           (std::isalnum(static_cast<unsigned char>(replacement[end])) != 0 ||
            replacement[end] == '_'))
      ++end;
    const bool closed = !braces || (end < replacement.size() && replacement[end] == '}');
    if (end == start || !closed) {
      out.push_back('$');
      ++at;
      continue;
    }
    const std::string_view name = replacement.substr(start, end - start);
    const auto number = to_integer(name);
    if (!number && name.find_first_not_of("0123456789") != std::string_view::npos)
      refuse_unsupported("regexp.replace with names of groups");
    if (number && static_cast<std::size_t>(*number) < groups.size())
      out += groups[static_cast<std::size_t>(*number)].value_or("");
    at = end + (braces ? 1 : 0);
  }
}

template <typename Append>
std::string replace_matches(Thread& thread, const Regex& regex, std::string_view text,
                            Append append) {
  std::string out;
  std::size_t at = 0;
  while (at <= text.size()) {
    thread.charge(1 + (text.size() - at) / 64);
    const auto found = regex.find(text, at);
    if (!found) break;
    const std::string_view match = *(*found)[0];
    const auto start = static_cast<std::size_t>(match.data() - text.data());
    out += text.substr(at, start - at);
    append(out, *found);
    at = start + match.size();
    if (!match.empty()) continue;
    if (at < text.size()) out.push_back(text[at]);
    ++at;
  }
  if (at < text.size()) out += text.substr(at);
  return out;
}

Value regexp_replace(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() != 3) refuse("ytt/argument", "expected exactly 3 arguments");
  const Regex regex = compile_pattern(to_text_argument(arguments.positional[0]));
  const std::string_view text = to_text_argument(arguments.positional[1]);
  const Value& by = arguments.positional[2];
  return thread.text(
      replace_matches(thread, regex, text, [&](std::string& out, const Groups& groups) {
        if (!starlark::is_callable(by)) return append_template(out, to_text_argument(by), groups);
        const Value match = starlark::string(*groups[0]);
        out += to_text_argument(starlark::call(thread, by, {{&match, 1}, {}}));
      }));
}

// ---- structs and modules ----

Value struct_make(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (!arguments.positional.empty())
    refuse("ytt/argument",
           "unexpected positional arguments (structs are made from keyword arguments only)");
  return make_struct(thread, arguments.named);
}

Value call_bound(Thread& thread, const Builtin& self, const Arguments& arguments) {
  const std::span<const Value> bound = static_cast<const Value*>(self.context)->items();
  std::vector<Value> all(bound.begin() + 1, bound.end());
  all.insert(all.end(), arguments.positional.begin(), arguments.positional.end());
  return starlark::call(thread, bound[0], {all, arguments.named});
}

Value bind_arguments(Thread& thread, std::span<const Value> function_and_arguments) {
  void* const kept =
      thread.arena().make<Value>(starlark::tuple_of(thread.arena(), function_and_arguments));
  return make_function<call_bound>(thread, "struct.bind_result", kept);
}

Value struct_bind(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() < 2) refuse("ytt/argument", "expected at least two arguments");
  return bind_arguments(thread, arguments.positional);
}

Value struct_make_and_bind(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.size() != 1) refuse("ytt/argument", "expected at exactly one argument");
  std::vector<starlark::NamedArgument> fields(arguments.named.begin(), arguments.named.end());
  for (starlark::NamedArgument& field : fields)
    if (starlark::is_callable(field.value))
      field.value = bind_arguments(thread, std::array{field.value, arguments.positional[0]});
  return make_struct(thread, fields);
}

void refuse_fragments(const Node* node) {
  if (node == nullptr) return;
  if (node->is_collection() && !node->plain)
    refuse("ytt/panic",
           cat("(p) unknown type ", go_type(node), " for conversion to starlark value"));
  for (const Node* const item : node->items) refuse_fragments(item->value);
}

Value struct_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Node* const node = to_node(thread, only_argument(arguments));
  refuse_fragments(node);
  return to_struct(thread, node);
}

Value struct_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Node* const node = to_node(thread, only_argument(arguments));
  refuse_fragments(node);
  return to_plain_value(thread, node);
}

Value module_make(Thread& thread, const Builtin&, const Arguments& arguments) {
  const auto [name] = starlark::take<1>("module", {arguments.positional, {}}, 1);
  return make_module(thread, starlark::text_argument("module", 1, name), arguments.named);
}

// ---- version ----

constexpr std::array<std::int64_t, 3> kVersion{0, 48, 0};  // of the tool whose door this is

Value require_at_least(Thread&, const Builtin&, const Arguments& arguments) {
  const std::string_view wanted = text_argument(arguments);
  const auto groups =
      Regex(R"(^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$)")
          .find(wanted);
  if (!groups) refuse("ytt/value", cat("version string '", wanted, "' must be a valid semver"));
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i)
    numbers[i] = to_integer(*(*groups)[i + 1]).value_or(INT64_MAX);
  if (numbers > kVersion)
    refuse("ytt/value",
           cat("ytt version '0.48.0' does not meet the minimum required version '", wanted, "'"));
  return starlark::none();
}

// ---- url ----

bool unreserved(unsigned char c, std::string_view also) {
  return std::isalnum(c) != 0 ||
         std::string_view("-_.~").find(static_cast<char>(c)) != std::string_view::npos ||
         also.find(static_cast<char>(c)) != std::string_view::npos;
}

std::string percent_encode(std::string_view text, std::string_view also, bool plus) {
  std::string out;
  for (const char c : text) {
    if (plus && c == ' ') {
      out.push_back('+');
    } else if (unreserved(static_cast<unsigned char>(c), also)) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back("0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4]);
      out.push_back("0123456789ABCDEF"[static_cast<unsigned char>(c) & 15]);
    }
  }
  return out;
}

int hex_digit(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) == 0 ? -1
         : c <= '9'                                        ? c - '0'
                                                           : (c | 32) - 'a' + 10;
}

std::string percent_decode(std::string_view text, bool plus) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus) {
      out.push_back(' ');
      continue;
    }
    if (text[at] != '%') {
      out.push_back(text[at]);
      continue;
    }
    const std::string_view escape = text.substr(at, 3);
    if (escape.size() < 3 || hex_digit(escape[1]) < 0 || hex_digit(escape[2]) < 0)
      refuse("ytt/value", cat("invalid URL escape \"", escape, "\""));
    out.push_back(static_cast<char>(hex_digit(escape[1]) * 16 + hex_digit(escape[2])));
    at += 2;
  }
  return out;
}

constexpr std::string_view kPathLetters = "$&+=:@";

Value path_segment_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_encode(text_argument(arguments), kPathLetters, false));
}
Value path_segment_decode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_decode(text_argument(arguments), false));
}
Value query_value_encode(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(percent_encode(text_argument(arguments), "", true));
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
      out += cat(percent_encode(item->key->text, "", true), "=",
                 percent_encode(each->value->text, "", true));
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

Value url_parse(Thread&, const Builtin&, const Arguments&) { refuse_unsupported("url.parse"); }

// ---- the table ----

struct Member {
  std::string_view module, name, full_name;
  starlark::BuiltinCode code;
};

constexpr std::array kMembers = std::to_array<Member>({
    {"json", "encode", "json.encode", named_failures<json_encode>},
    {"json", "decode", "json.decode", named_failures<json_decode>},
    {"yaml", "encode", "yaml.encode", named_failures<yaml_encode>},
    {"yaml", "decode", "yaml.decode", named_failures<yaml_decode>},
    {"base64", "encode", "base64.encode", named_failures<base64_encode_text>},
    {"base64", "decode", "base64.decode", named_failures<base64_decode_text>},
    {"sha256", "sum", "sha256.sum", named_failures<sha256_sum>},
    {"regexp", "match", "regexp.match", named_failures<regexp_match>},
    {"regexp", "replace", "regexp.replace", named_failures<regexp_replace>},
    {"struct", "make", "struct.make", named_failures<struct_make>},
    {"struct", "make_and_bind", "struct.make_and_bind", named_failures<struct_make_and_bind>},
    {"struct", "bind", "struct.bind", named_failures<struct_bind>},
    {"struct", "encode", "struct.encode", named_failures<struct_encode>},
    {"struct", "decode", "struct.decode", named_failures<struct_decode>},
    {"module", "make", "module.make", named_failures<module_make>},
    {"version", "require_at_least", "version.require_at_least", named_failures<require_at_least>},
    {"url", "path_segment_encode", "url.path_segment_encode", named_failures<path_segment_encode>},
    {"url", "path_segment_decode", "url.path_segment_decode", named_failures<path_segment_decode>},
    {"url", "query_param_value_encode", "url.query_param_value_encode",
     named_failures<query_value_encode>},
    {"url", "query_param_value_decode", "url.query_param_value_decode",
     named_failures<query_value_decode>},
    {"url", "query_params_encode", "url.query_params_encode", named_failures<query_params_encode>},
    {"url", "query_params_decode", "url.query_params_decode", named_failures<query_params_decode>},
    {"url", "parse", "url.parse", named_failures<url_parse>},
});

constexpr std::array<std::string_view, 5> kMissing{"library", "ip", "math", "md5", "toml"};

}  // namespace

std::string encode_yaml(Thread& thread, const Node* value) {
  if (value != nullptr && value->is(Kind::kDocumentSet))
    return print_documents(thread.arena(), {value->items.begin(), value->items.size()});
  if (value == nullptr || (value->is_collection() && !value->plain && value->items.empty()))
    return "";
  return print_value(thread.arena(), value);
}

Value decode_yaml(Thread& thread, std::string_view text) {
  Node* const set = read_text_documents(thread.arena().copy(text), thread.arena(), thread.limits());
  if (set->items.empty()) return starlark::none();
  override_keys(set);
  return to_plain_value(thread, set->items[0]->value);
}

Value make_library_module(Thread& thread, std::string_view name) {
  if (name == "assert") return make_assert_module(thread);
  if (name == "overlay") return make_overlay_module(thread);
  if (std::find(kMissing.begin(), kMissing.end(), name) != kMissing.end())
    refuse_unsupported(cat("the module @ytt:", name));
  std::vector<starlark::NamedArgument> members;
  for (const Member& member : kMembers)
    if (member.module == name)
      members.push_back(
          {member.name, starlark::make_builtin(thread.arena(), member.full_name, member.code)});
  return members.empty() ? Value{} : make_module(thread, name, members);
}

}  // namespace plumb::ytt
