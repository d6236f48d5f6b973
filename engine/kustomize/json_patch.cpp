#include "kustomize/json_patch.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "kustomize/go_yaml_text.h"
#include "kustomize/json_values.h"
#include "kustomize/scalar.h"
#include "kustomize/shape.h"
#include "kustomize/wording.h"
#include "yaml/json.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

std::string_view text_or_empty(const Node& operation, std::string_view field, bool& given) {
  const Node* const value = yaml::find(operation, field);
  given = value != nullptr && value->is_string();
  return given ? value->text : std::string_view{};
}

// JSON by the rules of JSON; places where YAML can tell them.
Node* read_json_text(Build& build, std::string_view text, Span place) {
  Node* const parsed = yaml::read_json(text, place, build.arena, build.context.limits);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.resolution = yaml::Resolution::kJson;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  try {
    return yaml::read_first(text, place, profile, build.arena, build.context.limits).root;
  } catch (const Error&) {
    return parsed;  // JSON that is no YAML: "\/", surrogates
  }
}

Node* read_yaml_text(Build& build, std::string_view text, Span place) {
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  try {
    return yaml::read_first(text, place, profile, build.arena, build.context.limits).root;
  } catch (const Error& error) {
    if (!error.diagnostic().code.starts_with("yaml/")) throw;
    throw WordedError(error, go_yaml_words(error.diagnostic(), text, GoYaml::kVersion2));
  }
}

// A date in a patch stays the text it is.
void keep_dates(Node& node) {
  if (node.type == yaml::Type::kTimestamp) set_string(node, node.text);
  for (Node* const item : node.items) keep_dates(*item);
  for (const yaml::Entry& entry : node.entries) keep_dates(*entry.value);
}

// "~1" is '/', "~0" is '~'.
std::string unescape(std::string_view part) {
  return replace_all(replace_all(part, "~1", "/"), "~0", "~");
}

std::optional<std::int64_t> index_of(std::string_view key) {
  if (key.starts_with('+')) key.remove_prefix(1);
  return to_integer(key);
}

class Application {
 public:
  Application(Build& build, Node& body, const Mark& mark)
      : build_(build), body_(body), mark_(mark) {}

  void run(const JsonOperation& operation) {
    operation_ = &operation;
    if (operation.op == "add") return add();
    if (operation.op == "remove") return remove();
    if (operation.op == "replace") return replace();
    if (operation.op == "move") return move();
    if (operation.op == "copy") return copy();
    if (operation.op == "test") return test();
    fail_with(cat("Unexpected kind: ", operation.op.empty() ? "unknown" : operation.op),
              cat("expected an operation of JSON patches, got '", operation.op, "'"));
  }

 private:
  // A place in the document: a key of a collection.
  struct Target {
    Node* parent = nullptr;  // null: the way there does not exist
    std::string key;
  };

  [[noreturn]] void fail_with(std::string cause, std::string text = {}) const {
    if (text.empty())
      text = cat("the operation '", operation_->op, "' at '", operation_->path,
                 "' does not apply: ", cause);
    fail("kustomize/json-patch-failed", operation_->span, std::move(text),
         {{"the object it was applied to", body_.span}}, {std::move(cause)});
  }

  std::string_view path(std::string_view verb) const {
    const bool says_more = verb == "replace" || verb == "move" || verb == "test";
    if (!operation_->has_path)
      fail_with(cat(verb, " operation failed to decode path: ",
                    says_more ? "operation missing path field: " : "", "missing value"));
    return operation_->path;
  }

  Target find(std::string_view path) const {
    const std::vector<std::string_view> parts = split(path, '/');
    if (parts.size() < 2) return {};
    Node* at = &body_;
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
      at = child(*at, unescape(parts[i]));
      if (at == nullptr || at->is_scalar()) return {};
    }
    return {at, unescape(parts.back())};
  }

  // What is there, or null; a list's index must be in range.
  static Node* child(Node& parent, const std::string& key) {
    if (parent.is_mapping()) return yaml::find(parent, key);
    const auto index = index_in(parent, key);
    return index ? parent.items[*index] : nullptr;
  }

  static std::optional<std::size_t> index_in(const Node& list, std::string_view key) {
    auto index = index_of(key);
    const auto size = static_cast<std::int64_t>(list.items.size());
    if (!index || *index >= size || *index < -size) return std::nullopt;
    return static_cast<std::size_t>(*index < 0 ? *index + size : *index);
  }

  std::string bad_index(std::string_view key) const {
    const auto index = index_of(key);
    if (!index) return cat("strconv.Atoi: parsing \"", key, "\": invalid syntax");
    return cat("Unable to access invalid index: ", *index, ": invalid index referenced");
  }

  Node* value() const {
    if (operation_->value == nullptr) return yaml::make_null(build_.arena, operation_->span);
    return yaml::copy(build_.arena, *operation_->value);
  }

  void put(const Target& target, Node* node, std::string_view verb) {
    Node& parent = *target.parent;
    if (parent.is_mapping()) {
      const Node* const before = yaml::find(parent, target.key);
      build_.origins.record_tree(*node, before, operation_->span, mark_.layer);
      yaml::set(build_.arena, parent, build_.arena.copy(target.key), node);
      return;
    }
    build_.origins.record_tree(*node, nullptr, operation_->span, mark_.layer);
    if (target.key == "-") return yaml::append(build_.arena, parent, node);
    auto index = index_of(target.key);
    if (!index)
      fail_with(cat("error in ", verb, " for path: '", operation_->path,
                    "': value was not a proper array index: '", target.key,
                    "': strconv.Atoi: parsing \"", target.key, "\": invalid syntax"));
    const auto size = static_cast<std::int64_t>(parent.items.size()) + 1;
    if (*index >= size || *index < -size)
      fail_with(
          cat("error in ", verb, " for path: '", operation_->path, "': ", bad_index(target.key)));
    if (*index < 0) *index += size;
    parent.items.insert(build_.arena, static_cast<std::size_t>(*index), node);
  }

  void take_away(const Target& target, std::string_view verb, std::string_view shown) {
    Node& parent = *target.parent;
    if (parent.is_mapping()) {
      const Node* const before = yaml::find(parent, target.key);
      if (before == nullptr)
        fail_with(cat("error in ", verb, " for path: '", shown,
                      "': Unable to remove nonexistent key: ", target.key, ": missing value"));
      build_.origins.bury(build_.arena, parent, target.key, before, operation_->span, mark_.layer);
      yaml::remove(parent, target.key);
      return;
    }
    const auto index = index_in(parent, target.key);
    if (!index)
      fail_with(cat("error in ", verb, " for path: '", shown, "': ", bad_index(target.key)));
    build_.origins.bury(build_.arena, parent, target.key, parent.items[*index], operation_->span,
                        mark_.layer);
    parent.items.erase(*index);
  }

  void add() {
    const std::string_view where = path("add");
    const Target target = find(where);
    if (target.parent == nullptr)
      fail_with(
          cat("add operation does not apply: doc is missing path: \"", where, "\": missing value"));
    put(target, value(), "add");
  }

  void remove() {
    const std::string_view where = path("remove");
    const Target target = find(where);
    if (target.parent == nullptr)
      fail_with(cat("remove operation does not apply: doc is missing path: \"", where,
                    "\": missing value"));
    take_away(target, "remove", where);
  }

  void replace() {
    const std::string_view where = path("replace");
    if (where.empty()) return replace_root();
    const Target target = find(where);
    if (target.parent == nullptr)
      fail_with(
          cat("replace operation does not apply: doc is missing path: ", where, ": missing value"));
    if (target.parent->is_mapping()) return put(target, value(), "replace");
    const auto index = index_in(*target.parent, target.key);
    if (!index)
      fail_with(
          cat("replace operation does not apply: doc is missing key: ", where, ": missing value"));
    Node* const node = value();
    build_.origins.record_tree(*node, target.parent->items[*index], operation_->span, mark_.layer);
    target.parent->items[*index] = node;
  }

  void replace_root() {
    Node* const node = value();
    if (node->is_scalar()) fail_with("replace operation value must be object or array: %!w(<nil>)");
    build_.origins.record_tree(*node, &body_, operation_->span, mark_.layer);
    body_ = *node;
  }

  Target source(std::string_view verb) const {
    if (!operation_->has_from)
      fail_with(cat(verb,
                    " operation failed to decode from: operation, missing from field: "
                    "missing value"));
    const Target from = find(operation_->from);
    if (from.parent == nullptr)
      fail_with(cat(verb, " operation does not apply: doc is missing from path: ", operation_->from,
                    ": missing value"));
    return from;
  }

  Node* get(const Target& from, std::string_view verb) const {
    Node* const node = child(*from.parent, from.key);
    if (node == nullptr && from.parent->is_sequence())
      fail_with(cat("error in ", verb, " for path: '", from.key, "': ", bad_index(from.key)));
    return node;
  }

  Target destination(std::string_view verb) const {
    const Target target = find(path(verb));
    if (target.parent == nullptr)
      fail_with(cat(verb, " operation does not apply: doc is missing destination path: ",
                    operation_->path, ": missing value"));
    return target;
  }

  void move() {
    const Target from = source("move");
    Node* const node = get(from, "move");
    take_away(from, "move", from.key);
    put(destination("move"), node, "move");
  }

  void copy() {
    const Target from = source("copy");
    const Node* const node = get(from, "copy");
    put(destination("copy"),
        node != nullptr ? yaml::copy(build_.arena, *node) : yaml::make_null(build_.arena), "copy");
  }

  void test() {
    const std::string_view where = path("test");
    const Node* found = &body_;
    if (!where.empty()) {
      const Target target = find(where);
      if (target.parent == nullptr)
        fail_with(
            cat("test operation does not apply: is missing path: ", where, ": missing value"));
      found = child(*target.parent, target.key);
      if (found == nullptr && target.parent->is_sequence())
        fail_with(cat("error in test for path: '", where, "': ", bad_index(target.key)));
    }
    const Node* const wanted = operation_->value;
    const bool found_null = found == nullptr || found->is_null();
    const bool wanted_null = wanted == nullptr || wanted->is_null();
    const bool same =
        found_null || wanted_null ? found_null && wanted_null : yaml::equal(*found, *wanted);
    if (!same) fail_with(cat("testing value ", where, " failed: test failed"));
  }

  Build& build_;
  Node& body_;
  const Mark& mark_;
  const JsonOperation* operation_ = nullptr;
};

}  // namespace

JsonPatch read_json_patch(Build& build, std::string_view text, Span place) {
  Node* const root = text.starts_with('[') ? read_json_text(build, text, place)
                                           : read_yaml_text(build, text, place);
  if (root->is_null()) return {};
  if (!root->is_sequence())
    fail("kustomize/json-patch", root->span, "expected a list of operations", {},
         {std::string(json_kind(*root)), "jsonpatch.Patch"});
  JsonPatch patch;
  for (const Node* const item : root->items) {
    if (!item->is_mapping() && !item->is_null())
      fail("kustomize/json-patch", item->span, "expected an operation: a map with 'op' and 'path'",
           {}, {std::string(json_kind(*item)), "jsonpatch.Operation"});
    JsonOperation operation;
    bool given = false;
    operation.span = item->span;
    if (item->is_mapping()) {
      operation.op = text_or_empty(*item, "op", given);
      operation.path = text_or_empty(*item, "path", operation.has_path);
      operation.from = text_or_empty(*item, "from", operation.has_from);
      if (const Node* const value = yaml::find(*item, "value")) {
        operation.value = yaml::copy(build.arena, *value);
        keep_dates(*operation.value);
        through_json(build.arena, *operation.value, JsonNumbers::kKeepIntegers);
      }
    }
    patch.push_back(operation);
  }
  return patch;
}

void apply(Build& build, const JsonPatch& patch, yaml::Node& body, const Mark& mark) {
  require_unique_keys(body);
  through_json(build.arena, body, JsonNumbers::kKeepIntegers);
  Application application(build, body, mark);
  for (const JsonOperation& operation : patch) application.run(operation);
  through_json(build.arena, body, JsonNumbers::kDoubles);
}

}  // namespace plumb::kustomize
