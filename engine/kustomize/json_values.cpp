#include "kustomize/json_values.h"

#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/scalar.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

// Below this every integer is a double of its own.
constexpr double kExactIntegers = 9007199254740992.0;

void set_number(Arena& arena, yaml::Node& node, double value) {
  if (!std::isfinite(value))
    fail("kustomize/value-type", node.span, cat("'", node.text, "' cannot be printed"), {},
         {cat("json: unsupported value: ", std::isnan(value) ? "NaN"
                                           : value > 0       ? "+Inf"
                                                             : "-Inf")});
  node.text = arena.copy(json_number(value));
  node.type = yaml::resolve(node.text, yaml::Resolution::kGoYaml3);
}

void set_scalar(Arena& arena, yaml::Node& node, JsonNumbers numbers) {
  if (node.style == yaml::Style::kFolded) node.text = arena.copy(refolded(node.text));
  node.style = yaml::Style::kPlain;
  switch (node.type) {
    case yaml::Type::kFloat:
      set_number(arena, node, yaml::as_float(node).value_or(0));
      break;
    case yaml::Type::kInteger: {
      const double value = yaml::as_float(node).value_or(0);
      if (numbers == JsonNumbers::kDoubles && std::fabs(value) >= kExactIntegers)
        set_number(arena, node, value);
      else
        node.text = arena.copy(yaml::decimal(node.text));
      break;
    }
    case yaml::Type::kTimestamp:
      set_string(node, arena.copy(timestamp_text(node)));
      break;
    case yaml::Type::kBinary:
      set_string(node, arena.copy(base64_decode(node.text).value_or("")));
      break;
    case yaml::Type::kBoolean:
      node.text = yaml::as_boolean(node).value_or(false) ? "true" : "false";
      break;
    case yaml::Type::kNull:
      node.text = "null";
      break;
    default:
      break;
  }
  node.decoration = nullptr;
}

}  // namespace

bool has_repeated_key(const yaml::Node& mapping) {
  constexpr std::uint32_t kFew = 16;
  const auto& entries = mapping.entries;
  if (entries.size() <= kFew) {
    for (std::uint32_t i = 1; i < entries.size(); ++i)
      for (std::uint32_t j = 0; j < i; ++j)
        if (entries[i].key->text == entries[j].key->text) return true;
    return false;
  }
  std::unordered_set<std::string_view> seen;
  for (const yaml::Entry& entry : entries)
    if (!seen.insert(entry.key->text).second) return true;
  return false;
}

void require_unique_keys(const yaml::Node& node) {
  for (const yaml::Node* const item : node.items) require_unique_keys(*item);
  for (const yaml::Entry& entry : node.entries) require_unique_keys(*entry.value);
  if (!has_repeated_key(node)) return;
  std::unordered_map<std::string_view, const yaml::Node*> seen;
  for (const yaml::Entry& entry : node.entries) {
    const auto [there, is_new] = seen.emplace(entry.key->text, entry.key);
    if (is_new) continue;
    const bool later = there->second->span.offset > entry.key->span.offset;
    const yaml::Node& first = later ? *entry.key : *there->second;
    const yaml::Node& second = later ? *there->second : *entry.key;
    fail("kustomize/duplicate-key", second.span, cat("the key '", second.text, "' is there twice"),
         {{"the first one", first.span}}, {std::string(second.text)});
  }
}

std::string json_number(double value) {
  char digits[32];
  const auto end =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
  yaml::Node node;
  node.type = yaml::Type::kFloat;
  node.text = {digits, static_cast<std::size_t>(end - digits)};
  return yaml::emit_json(node);
}

std::string timestamp_text(const yaml::Node& timestamp) {
  const std::string quoted = yaml::emit_json(timestamp);
  return quoted.size() >= 2 ? quoted.substr(1, quoted.size() - 2) : quoted;
}

void through_json(Arena& arena, yaml::Node& node, JsonNumbers numbers) {
  if (node.is_scalar()) return set_scalar(arena, node, numbers);
  node.style = yaml::Style::kBlock;
  for (yaml::Node* const item : node.items) through_json(arena, *item, numbers);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key->type != yaml::Type::kString && entry.key->type != yaml::Type::kMerge)
      fail("kustomize/key-type", entry.key->span,
           cat("expected a string as key, got '", entry.key->text, "'"), {{"quote the key"}},
           {"json: unsupported type: map[interface {}]interface {}"});
    through_json(arena, *entry.value, numbers);
  }
}

}  // namespace plumb::kustomize
