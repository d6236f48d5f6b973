#include "kustomize/generate.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "kustomize/json_values.h"
#include "kustomize/node_hash.h"
#include "kustomize/provenance.h"
#include "kustomize/scalar.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

constexpr std::size_t kEnvLineBytes =
    65536;  // a longer line ends an env file, as Go's scanner does
constexpr std::size_t kBase64Columns = 70;

struct Pair {
  std::string_view key, value;
  Span span;
};

// What one generator is asked for.
struct Request {
  const Node& entry;
  bool secret;
  const Node* global_options = nullptr;
  std::string_view field;        // of the kustomization
  const Item* config = nullptr;  // a configuration of its own
};

Behavior behavior_of(std::string_view text) {
  if (text == "create") return Behavior::kCreate;
  if (text == "replace") return Behavior::kReplace;
  if (text == "merge") return Behavior::kMerge;
  return Behavior::kUnspecified;
}

std::string_view behavior_name(Behavior behavior) {
  constexpr std::array<std::string_view, 4> kNames{"unspecified", "create", "replace", "merge"};
  return kNames[static_cast<std::size_t>(behavior)];
}

// ---- sources ----

bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

std::string_view without_leading_space(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t next = at;
    if (!is_space(next_code_point(text, next))) break;
    at = next;
  }
  return text.substr(at);
}

void read_env_line(std::string_view line, bool first, Span span, std::vector<Pair>& pairs) {
  if (find_invalid_utf8(line) != std::string_view::npos)
    fail("kustomize/env-file", span, "expected UTF-8 in an env file, found an invalid byte", {},
         {"line has invalid utf8 bytes"});
  if (first && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  line = without_leading_space(line);
  if (line.empty() || line.front() == '#') return;
  const std::size_t equals = line.find('=');
  const std::string_view key = line.substr(0, equals);
  if (key.empty()) return;
  pairs.push_back(
      {key, equals == std::string_view::npos ? std::string_view{} : line.substr(equals + 1), span});
}

void read_env_file(const Step& step, const Node& path, bool secret, std::vector<Pair>& pairs) {
  const File file = load_file(step.build, step.root, path.text, path.span, secret);
  const std::string_view text = step.build.context.sources.text(file.source);
  std::size_t at = 0;
  for (bool first = true; at < text.size(); first = false) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.size() >= kEnvLineBytes) return;
    if (line.ends_with('\r')) line.remove_suffix(1);
    read_env_line(
        line, first,
        {file.source, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(line.size())},
        pairs);
    at = end + 1;
  }
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return text;
  if (text.front() != '"' && text.front() != '\'') return text;
  return text.substr(1, text.size() - 2);
}

void read_literal(const Node& literal, bool secret, const Node& all, std::vector<Pair>& pairs) {
  const std::size_t equals = literal.text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    std::string shown;
    for (const Node* const other : all.items)
      shown += cat(shown.empty() ? "" : " ", secret ? "(hidden)" : other->text);
    fail("kustomize/literal", literal.span,
         secret ? std::string("expected key=value as a literal")
                : cat("expected key=value as a literal, got '", literal.text, "'"),
         {}, {shown, secret ? "(hidden)" : std::string(literal.text)});
  }
  pairs.push_back({literal.text.substr(0, equals), without_quotes(literal.text.substr(equals + 1)),
                   literal.span});
}

[[noreturn]] void fail_file_source(const Node& source, std::string cause) {
  fail("kustomize/file-source", source.span,
       cat("expected 'key=path' or a path, got '", source.text, "'"), {}, {std::move(cause)});
}

void read_file_source(const Step& step, const Node& source, bool secret, std::vector<Pair>& pairs) {
  std::string_view path = source.text;
  std::string_view key = path.substr(path.rfind('/') + 1);
  const auto count = std::ranges::count(path, '=');
  if (count > 1)
    fail_file_source(source, cat("source \"", path, "\" key name or file path contains '='"));
  if (count == 1) {
    const std::size_t equals = path.find('=');
    key = path.substr(0, equals);
    path = path.substr(equals + 1);
    if (key.empty())
      fail_file_source(source, cat("missing key name for file path \"", path, "\" in source \"",
                                   source.text, "\""));
    if (path.empty())
      fail_file_source(source, cat("missing file path for key name \"", key, "\" in source \"",
                                   source.text, "\""));
  }
  const File file = load_file(step.build, step.root, path, source.span, secret);
  const std::string_view text = step.build.context.sources.text(file.source);
  pairs.push_back({key, text, {file.source, 0, static_cast<std::uint32_t>(text.size())}});
}

template <typename Use>
void for_each(const Node& entry, std::string_view field, const Use& use) {
  if (const Node* const list = yaml::find(entry, field))
    for (const Node* const item : list->items) use(*item, *list);
}

// The entries of the lists as kustomize shows them.
std::string sources_shown(const Request& request, std::initializer_list<std::string_view> fields) {
  std::string shown;
  const auto add = [&](std::string_view text) { shown += cat(shown.empty() ? "" : " ", text); };
  for (const std::string_view field : fields) {
    const Node* const value = yaml::find(request.entry, field);
    if (value == nullptr) continue;
    if (value->is_scalar() && !value->text.empty()) add(value->text);
    for (const Node* const item : value->items) add(item->text);
  }
  return shown;
}

std::vector<Pair> collect_pairs(const Step& step, const Request& request) {
  std::vector<Pair> pairs;
  const bool secret = request.secret;
  const auto listed = [&](std::initializer_list<std::string_view> fields) {
    return Arguments{sources_shown(request, fields)};
  };
  during(
      "env files", [&] { return listed({"envs", "env"}); },
      [&] {
        for_each(request.entry, "envs",
                 [&](const Node& path, const Node&) { read_env_file(step, path, secret, pairs); });
        const Node* const env = yaml::find(request.entry, "env");
        if (env != nullptr && !env->text.empty()) read_env_file(step, *env, secret, pairs);
      });
  for_each(request.entry, "literals", [&](const Node& literal, const Node& all) {
    read_literal(literal, secret, all, pairs);
  });
  during(
      "file sources", [&] { return listed({"files"}); },
      [&] {
        for_each(request.entry, "files", [&](const Node& source, const Node&) {
          read_file_source(step, source, secret, pairs);
        });
      });
  return pairs;
}

std::map<std::string_view, Pair> collect(const Step& step, const Request& request) {
  const std::vector<Pair> pairs =
      during("key values", [&] { return collect_pairs(step, request); });
  std::map<std::string_view, Pair> result;
  for (const Pair& pair : pairs) {
    const auto [there, is_new] = result.emplace(pair.key, pair);
    if (!is_new)
      fail("kustomize/repeated-key", pair.span, cat("the key '", pair.key, "' is there twice"),
           {{"the first one", there->second.span}},
           {std::string(yaml::text_at(request.entry, {"name"})), std::string(pair.key)});
  }
  return result;
}

// ---- the object ----

// Base64, in lines when it is long.
std::string wrapped_base64(std::string_view bytes) {
  const std::string encoded = base64_encode(bytes);
  if (encoded.size() < kBase64Columns) return encoded;
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += kBase64Columns)
    lines += cat(std::string_view(encoded).substr(at, kBase64Columns), '\n');
  return lines;
}

Node* make_value(Arena& arena, std::string_view text, Span span) {
  Node* const node = make_string(arena, text, span);
  if (contains(text, "\n")) node->style = yaml::Style::kLiteral;
  return node;
}

void put_data(Build& build, Node& body, const Pair& pair, bool secret, const Mark& mark) {
  const bool text = find_invalid_utf8(pair.value) == std::string_view::npos;
  const std::string_view field = secret || text ? "data" : "binaryData";
  Node* const map = yaml::ensure_mapping(build.arena, body, field);
  Node* const value = make_value(
      build.arena, secret || !text ? build.arena.copy(wrapped_base64(pair.value)) : pair.value,
      pair.span);
  build.origins.record(*value, nullptr, pair.span, mark.layer);
  const yaml::Entry* const there = yaml::find_entry(*map, pair.key);
  if (there != nullptr) {
    const_cast<yaml::Entry*>(there)->value = value;
    return;
  }
  map->entries.push_back(build.arena,
                         {make_untagged(build.arena, build.arena.copy(pair.key)), value});
}

bool option(const Request& request, std::string_view name) {
  for (const Node* const options : {yaml::find(request.entry, "options"), request.global_options}) {
    const Node* const value = options != nullptr ? yaml::find(*options, name) : nullptr;
    if (value != nullptr && yaml::as_boolean(*value).value_or(false)) return true;
  }
  return false;
}

void put_metadata(Build& build, Node& body, const Request& request, std::string_view field,
                  const Mark& mark) {
  std::map<std::string_view, const Node*> pairs;
  for (const Node* const options : {yaml::find(request.entry, "options"), request.global_options}) {
    const Node* const map = options != nullptr ? yaml::find(*options, field) : nullptr;
    if (map == nullptr) continue;
    for (const yaml::Entry& entry : map->entries) pairs.emplace(entry.key->text, entry.value);
  }
  if (pairs.empty()) return;
  Node* const metadata = yaml::ensure_mapping(build.arena, body, "metadata");
  Node* const map = yaml::ensure_mapping(build.arena, *metadata, field);
  for (const auto& [key, value] : pairs)
    write_entry(build, *map, key, value->text, {value->span, mark.layer});
}

Node* make_body(const Step& step, const Request& request, const Mark& mark) {
  Build& build = step.build;
  Arena& arena = build.arena;
  const Node* const name = yaml::find(request.entry, "name");
  if (name == nullptr || name->text.empty())
    fail("kustomize/generator-name", request.entry.span, "the generator has no 'name'", {}, {});
  Node* const body = yaml::make_mapping(arena, request.entry.span);
  const auto put = [&](Node& map, std::string_view field, std::string_view text, Span span) {
    Node* const value = make_string(arena, text, span);
    build.origins.record(*value, nullptr, span, mark.layer);
    yaml::set(arena, map, field, value);
  };
  put(*body, "apiVersion", "v1", mark.span);
  put(*body, "kind", request.secret ? "Secret" : "ConfigMap", mark.span);
  Node* const metadata = yaml::ensure_mapping(arena, *body, "metadata");
  put(*metadata, "name", name->text, name->span);
  const Node* const namespace_name = yaml::find(request.entry, "namespace");
  if (namespace_name != nullptr && !namespace_name->text.empty())
    put(*metadata, "namespace", namespace_name->text, namespace_name->span);
  if (request.secret) {
    const Node* const type = yaml::find(request.entry, "type");
    const bool given = type != nullptr && !type->text.empty();
    put(*body, "type", given ? type->text : "Opaque", given ? type->span : mark.span);
    yaml::ensure_mapping(arena, *body, "data");
  }
  return body;
}

void generate(const Step& step, const Request& request) {
  Build& build = step.build;
  const Mark writer = mark(step, yaml::LayerKind::kGenerator,
                           cat(request.field, " '", yaml::text_at(request.entry, {"name"}), "'"),
                           request.entry.span);
  Node* const body = make_body(step, request, writer);
  for (const auto& [key, pair] : collect(step, request))
    put_data(build, *body, pair, request.secret, writer);
  put_metadata(build, *body, request, "labels", writer);
  put_metadata(build, *body, request, "annotations", writer);
  if (option(request, "immutable"))
    yaml::set(build.arena, *body, "immutable", yaml::make_boolean(build.arena, true, writer.span));
  Item* const item = step.items.make(body);
  item->behavior = behavior_of(yaml::text_at(request.entry, {"behavior"}));
  item->needs_hash = !option(request, "disableNameSuffixHash");
  set_generator_origin(build, *item, step.root, *step.file,
                       request.secret ? "SecretGenerator" : "ConfigMapGenerator", request.config);
  during("merging generator", [&] { absorb(step, item, request.entry.span); });
}

// ---- absorbing ----

std::string go_id(const Id& id) {
  return cat("resid.ResId{Gvk:resid.Gvk{Group:\"", id.gvk.group, "\", Version:\"", id.gvk.version,
             "\", Kind:\"", id.gvk.kind,
             "\", isClusterScoped:", is_cluster_scoped(id.gvk) ? "true" : "false", "}, Name:\"",
             id.name, "\", Namespace:\"", id.namespace_name, "\"}");
}

// new[field] = old[field] with new's own over it, as strings.
void merge_strings(Build& build, const Node& old_body, Node& new_body, std::string_view field) {
  const Node* const old_map = yaml::find_path(old_body, {"metadata", field});
  if (old_map != nullptr && old_map->is_mapping()) {
    Node* const metadata = yaml::ensure_mapping(build.arena, new_body, "metadata");
    Node* const map = yaml::ensure_mapping(build.arena, *metadata, field);
    for (const yaml::Entry& entry : old_map->entries)
      if (yaml::find(*map, entry.key->text) == nullptr)
        map->entries.push_back(build.arena, {entry.key, yaml::copy(build.arena, *entry.value)});
  }
  stringify_metadata(build.arena, new_body, field);
}

std::string_view value_text(const Node& value) { return value.is_null() ? "" : value.text; }

void merge_data(Build& build, const Node& old_body, Node& new_body, std::string_view field) {
  std::map<std::string_view, const Node*> values;
  for (const Node* const body : {&old_body, static_cast<const Node*>(&new_body)})
    if (const Node* const map = yaml::find(*body, field); map != nullptr)
      for (const yaml::Entry& entry : map->entries) values[entry.key->text] = entry.value;
  yaml::remove(new_body, field);
  if (values.empty()) return;
  Node* const map = yaml::ensure_mapping(build.arena, new_body, field);
  for (const auto& [key, value] : values) {
    Node* const made = make_value(build.arena, value_text(*value), value->span);
    made->origin = value->origin;
    map->entries.push_back(build.arena, {make_untagged(build.arena, key), made});
  }
}

// A Secret whose stringData has become data.
Node* with_encoded_strings(Build& build, const Item& item) {
  Node* const body = yaml::copy(build.arena, *item.body);
  const Node* const strings = yaml::find(*body, "stringData");
  if (strings != nullptr && !strings->is_null()) {
    const std::string shown = describe(item.id());
    if (!strings->is_mapping())
      fail("kustomize/string-data", strings->span, "expected a map as stringData", {},
           {shown, cat("read stringData: wrong node kind: expected MappingNode but got ",
                       strings->is_sequence() ? "SequenceNode" : "ScalarNode")});
    Node* const data = yaml::ensure_mapping(build.arena, *body, "data");
    for (const yaml::Entry& entry : strings->entries) {
      if (!entry.value->is_scalar())
        fail("kustomize/string-data", entry.value->span,
             cat("expected a scalar as stringData '", entry.key->text, "'"), {},
             {shown, cat("read stringData: stringData value for key \"", entry.key->text,
                         "\" must be a scalar")});
      const std::string encoded = wrapped_base64(value_text(*entry.value));
      yaml::set(build.arena, *data, entry.key->text,
                make_value(build.arena, build.arena.copy(encoded), entry.value->span));
    }
  }
  yaml::remove(*body, "stringData");
  return body;
}

void inherit(Build& build, const Item& old_item, Item& item) {
  merge_strings(build, *old_item.body, *item.body, "labels");
  merge_strings(build, *old_item.body, *item.body, "annotations");
  const Id id = old_item.id();
  Node* const metadata = yaml::ensure_mapping(build.arena, *item.body, "metadata");
  yaml::set(build.arena, *metadata, "name",
            yaml::copy(build.arena, *yaml::find_path(*old_item.body, {"metadata", "name"})));
  if (id.namespace_name.empty())
    yaml::remove(*metadata, "namespace");
  else
    yaml::set(build.arena, *metadata, "namespace", make_string(build.arena, id.namespace_name));
  item.former = old_item.former;
  item.prefixes = old_item.prefixes;
  item.suffixes = old_item.suffixes;
  item.variables = old_item.variables;
  item.needs_hash = item.needs_hash && old_item.needs_hash;
  item.behavior = old_item.behavior;
  item.transformations = old_item.transformations;
}

}  // namespace

void absorb(const Step& step, Item* item, Span span) {
  Build& build = step.build;
  const Id id = item->id();
  const std::vector<Item*> found = step.items.with_any_id(id);
  const Behavior behavior = item->behavior;
  const bool combines = behavior == Behavior::kMerge || behavior == Behavior::kReplace;
  if (found.empty()) {
    if (combines)
      fail("kustomize/generator-conflict", span,
           cat("there is no '", describe(id), "' to ", behavior_name(behavior)), {},
           {cat("id ", go_id(id), " does not exist; cannot merge or replace")});
    return step.items.add(item);
  }
  if (found.size() > 1)
    fail("kustomize/generator-conflict", span,
         cat("several objects are or were '", describe(id), "'"), {},
         {cat("found multiple objects that could accept merge of ", describe(id))});
  Item& old_item = *found.front();
  if (!combines)
    fail("kustomize/generator-conflict", span, cat("'", describe(id), "' is there already"),
         {{"that one", old_item.body->span},
          {"'behavior: merge' adds to it, 'behavior: replace' takes its place"}},
         {cat("id ", go_id(id), " exists; can not use behavior: '", behavior_name(behavior),
              "', behavior must be merge or replace")});
  const bool secret = id.gvk.kind == "Secret" && id.gvk.group.empty() && id.gvk.version == "v1";
  if (behavior == Behavior::kMerge) {
    const Node* const data = secret ? with_encoded_strings(build, old_item) : old_item.body;
    inherit(build, old_item, *item);
    merge_data(build, *data, *item->body, "data");
    merge_data(build, *old_item.body, *item->body, "binaryData");
    item->origin = old_item.origin;
  } else {
    inherit(build, old_item, *item);
  }
  step.items.replace(&old_item, item);
}

void run_generators(const Step& step) {
  const Node* const options = step.file->find("generatorOptions");
  if (const Node* const list = step.file->find("configMapGenerator"))
    for (const Node* const entry : list->items)
      generate(step, {*entry, false, options, "configMapGenerator"});
  if (const Node* const list = step.file->find("secretGenerator"))
    for (const Node* const entry : list->items)
      generate(step, {*entry, true, options, "secretGenerator"});
}

void run_generator(const Step& step, std::string_view kind, const Node& config,
                   const Item& described) {
  generate(step, {config, kind == "SecretGenerator", nullptr, kind, &described});
}

// ---- hashes ----

namespace {

// Ten digits without vowels.
std::string short_hash(std::string_view content) {
  std::string hash = sha256_hex(content).substr(0, 10);
  constexpr std::array<std::pair<char, char>, 5> kReplaced{
      {{'0', 'g'}, {'1', 'h'}, {'3', 'k'}, {'a', 'm'}, {'e', 't'}}};
  for (char& c : hash)
    for (const auto& [from, to] : kReplaced)
      if (c == from) {
        c = to;
        break;
      }
  return hash;
}

}  // namespace

std::string content_hash(Arena& arena, const Node& body) {
  const std::string_view kind = yaml::text_at(body, {"kind"});
  const bool secret = kind == "Secret";
  Node* const content = yaml::make_mapping(arena);
  const auto add = [&](std::string_view field, bool always) {
    const Node* const value = yaml::find(body, field);
    if (value != nullptr && !value->is_scalar()) {
      Node* const own = yaml::copy(arena, *value);
      for (const yaml::Entry& entry : own->entries) entry.key->type = yaml::Type::kString;
      through_json(arena, *own, JsonNumbers::kDoubles);
      yaml::set(arena, *content, field, own);
    } else if (always) {
      yaml::set(arena, *content, field,
                make_string(arena, value != nullptr ? value->text : std::string_view{}));
    }
  };
  add("data", true);
  add(secret ? "stringData" : "binaryData", false);
  if (secret) add("type", true);
  yaml::set(arena, *content, "kind", make_string(arena, kind));
  yaml::set(arena, *content, "name", make_string(arena, ""));
  return short_hash(yaml::emit_json(*content));
}

namespace {

// An object that asks for a hash: of what it holds, or of how it was read.
std::string name_hash(Build& build, const Item& item) {
  const Node& body = *item.body;
  const std::string_view kind = yaml::text_at(body, {"kind"});
  const bool plain = body.is_mapping() && yaml::find(body, "kind")->is_string();
  if (plain && (kind == "ConfigMap" || kind == "Secret")) {
    if (const Node* const data = yaml::find(body, "data")) require_readable_when_written(*data);
    return content_hash(build.arena, body);
  }
  require_unique_when_written(item, &build.context.sources);
  const auto json = item.former.empty() ? node_json(body, build.context.sources) : std::nullopt;
  if (!json)
    fail("kustomize/unsupported", body.span,
         cat("the name of a ", kind, " that was changed cannot get a hash"),
         {{"the hash of other kinds than ConfigMap and Secret depends on how their text stands in "
           "the file"}},
         {cat("a name hash for kind ", kind)});
  return short_hash(*json);
}

}  // namespace

void add_hashes(Build& build, Items& items) {
  for (Item* const item : items.list()) {
    if (!item->needs_hash) continue;
    const std::string hash = name_hash(build, *item);
    remember_id(*item);
    Node* const name = yaml::find_path(*item->body, {"metadata", "name"});
    const Mark writer{name->span, build.origins.layer(yaml::LayerKind::kGenerator, "name hash")};
    write_untagged(build, *name, build.arena.copy(cat(name->text, '-', hash)), writer);
  }
  items.reindex();
}

void hashes_from_config(const Step& step, const Node&) { add_hashes(step.build, step.items); }

}  // namespace plumb::kustomize
