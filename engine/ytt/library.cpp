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

Value md5_sum(Thread& thread, const Builtin&, const Arguments& arguments) {
  return thread.text(md5_hex(text_argument(arguments)));
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

constexpr std::array<std::int64_t, 3> kToolVersion{0, 48, 0};  // of the tool whose door this is

Value require_at_least(Thread&, const Builtin&, const Arguments& arguments) {
  const std::string_view wanted = text_argument(arguments);
  const auto groups =
      Regex(R"(^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$)")
          .find(wanted);
  if (!groups) refuse("ytt/value", cat("version string '", wanted, "' must be a valid semver"));
  std::array<std::int64_t, 3> numbers{};
  for (std::size_t i = 0; i < 3; ++i)
    numbers[i] = to_integer(*(*groups)[i + 1]).value_or(INT64_MAX);
  if (numbers > kToolVersion)
    refuse("ytt/value",
           cat("ytt version '0.48.0' does not meet the minimum required version '", wanted, "'"));
  return starlark::none();
}

// ---- the table ----

constexpr std::array kJson = std::to_array<Member>({
    {"encode", "json.encode", named_failures<json_encode>},
    {"decode", "json.decode", named_failures<json_decode>},
});
constexpr std::array kYaml = std::to_array<Member>({
    {"encode", "yaml.encode", named_failures<yaml_encode>},
    {"decode", "yaml.decode", named_failures<yaml_decode>},
});
constexpr std::array kBase64 = std::to_array<Member>({
    {"encode", "base64.encode", named_failures<base64_encode_text>},
    {"decode", "base64.decode", named_failures<base64_decode_text>},
});
constexpr std::array kMd5 = std::to_array<Member>({{"sum", "md5.sum", named_failures<md5_sum>}});
constexpr std::array kSha256 =
    std::to_array<Member>({{"sum", "sha256.sum", named_failures<sha256_sum>}});
constexpr std::array kStruct = std::to_array<Member>({
    {"make", "struct.make", named_failures<struct_make>},
    {"make_and_bind", "struct.make_and_bind", named_failures<struct_make_and_bind>},
    {"bind", "struct.bind", named_failures<struct_bind>},
    {"encode", "struct.encode", named_failures<struct_encode>},
    {"decode", "struct.decode", named_failures<struct_decode>},
});
constexpr std::array kModule =
    std::to_array<Member>({{"make", "module.make", named_failures<module_make>}});
constexpr std::array kVersion = std::to_array<Member>(
    {{"require_at_least", "version.require_at_least", named_failures<require_at_least>}});

template <const auto& kMembers>
Value from_table(Thread& thread, std::string_view name) {
  return make_table_module(thread, name, kMembers);
}
template <Value (*kMake)(Thread&)>
Value from_file(Thread& thread, std::string_view) {
  return kMake(thread);
}

struct ModuleRow {
  std::string_view name;
  Value (*make)(Thread&, std::string_view name);
};
constexpr std::array kModules = std::to_array<ModuleRow>({
    {"assert", from_file<make_assert_module>},
    {"base64", from_table<kBase64>},
    {"ip", from_file<make_ip_module>},
    {"json", from_table<kJson>},
    {"math", from_file<make_math_module>},
    {"md5", from_table<kMd5>},
    {"module", from_table<kModule>},
    {"overlay", from_file<make_overlay_module>},
    {"regexp", from_file<make_regexp_module>},
    {"sha256", from_table<kSha256>},
    {"struct", from_table<kStruct>},
    {"toml", from_file<make_toml_module>},
    {"url", from_file<make_url_module>},
    {"version", from_table<kVersion>},
    {"yaml", from_table<kYaml>},
});

}  // namespace

Value make_table_module(Thread& thread, std::string_view name, std::span<const Member> members) {
  std::vector<starlark::NamedArgument> made;
  for (const Member& member : members)
    made.push_back(
        {member.name, starlark::make_builtin(thread.arena(), member.full_name, member.code)});
  return make_module(thread, name, made);
}

std::string encode_yaml(Thread& thread, const Node* value) {
  if (value != nullptr && value->is(Kind::kDocumentSet))
    return print_documents(thread.arena(), {value->items.begin(), value->items.size()});
  if (value == nullptr || (value->is_collection() && !value->plain && value->items.empty()))
    return "";
  return print_value(thread.arena(), value);
}

Value decode_yaml(Thread& thread, std::string_view text) {
  Node* const set = read_text_documents(thread.arena().copy(text), thread.arena(), thread.limits());
  if (set->items.size() != 1) refuse("ytt/value", "Expected to find exactly one YAML document");
  override_keys(set);
  return to_plain_value(thread, set->items[0]->value);
}

Value make_library_module(Thread& thread, std::string_view name) {
  for (const ModuleRow& row : kModules)
    if (row.name == name) return row.make(thread, name);
  return {};
}

}  // namespace plumb::ytt
