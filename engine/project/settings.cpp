#include "project/settings.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"

namespace plumb::project {

namespace {
std::string describe(const yaml::Node& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  if (node.is_null()) return "nothing";
  return cat("'", node.text, "'");
}
}  // namespace

Settings::Settings(const yaml::Node& node, std::string what) : node_(node), what_(std::move(what)) {
  if (!node.is_mapping() && !node.is_null()) {
    fail("project/expected", node.span,
         cat("expected a mapping for ", what_, ", got ", describe(node)));
  }
}

void Settings::fail_type(std::string_view key, const yaml::Node& found,
                         std::string_view expected) const {
  fail("project/expected", found.span,
       cat("expected ", expected, " for '", key, "' of ", what_, ", got ", describe(found)));
}

const yaml::Node* Settings::any(std::string_view key) {
  known_.push_back(key);
  const yaml::Node* const node = yaml::find(node_, key);
  return node == nullptr || node->is_null() ? nullptr : node;
}

std::optional<Located> Settings::text(std::string_view key) {
  const yaml::Node* const node = any(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_scalar()) fail_type(key, *node, "a text");
  return Located{std::string(node->text), node->span};
}

std::vector<Located> Settings::texts(std::string_view key) {
  std::vector<Located> result;
  const yaml::Node* const node = any(key);
  if (node == nullptr) return result;
  if (node->is_scalar()) return {{std::string(node->text), node->span}};
  if (!node->is_sequence()) fail_type(key, *node, "a list of texts");
  for (const yaml::Node* const item : node->items) {
    if (!item->is_scalar()) fail_type(key, *item, "a text");
    result.push_back({std::string(item->text), item->span});
  }
  return result;
}

std::optional<bool> Settings::boolean(std::string_view key) {
  const yaml::Node* const node = any(key);
  if (node == nullptr) return std::nullopt;
  const auto value = yaml::as_boolean(*node);
  if (!value) fail_type(key, *node, "true or false");
  return value;
}

std::optional<std::int64_t> Settings::integer(std::string_view key) {
  const yaml::Node* const node = any(key);
  if (node == nullptr) return std::nullopt;
  const auto value = yaml::as_integer(*node);
  if (!value) fail_type(key, *node, "an integer");
  return value;
}

std::map<std::string, std::string> Settings::text_map(std::string_view key) {
  std::map<std::string, std::string> result;
  const yaml::Node* const node = mapping(key);
  if (node == nullptr) return result;
  for (const yaml::Entry& entry : node->entries) {
    if (!entry.value->is_scalar()) fail_type(key, *entry.value, "a text");
    result.emplace(entry.key->text, entry.value->text);
  }
  return result;
}

const yaml::Node* Settings::mapping(std::string_view key) {
  const yaml::Node* const node = any(key);
  if (node != nullptr && !node->is_mapping()) fail_type(key, *node, "a mapping");
  return node;
}

const yaml::Node* Settings::sequence(std::string_view key) {
  const yaml::Node* const node = any(key);
  if (node != nullptr && !node->is_sequence()) fail_type(key, *node, "a list");
  return node;
}

void Settings::finish() {
  for (const yaml::Entry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key->text) != known_.end()) continue;
    std::vector<Note> notes =
        did_you_mean(entry.key->text, std::span<const std::string_view>(known_));
    if (notes.empty())
      notes.push_back({cat("known keys: ", join(std::span<const std::string_view>(known_), ", "))});
    fail("project/unknown-key", entry.key->span,
         cat("unknown key '", entry.key->text, "' in ", what_), std::move(notes),
         {std::string(entry.key->text)});
  }
}

}  // namespace plumb::project
