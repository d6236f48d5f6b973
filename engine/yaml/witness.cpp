#include "yaml/witness.h"

#include <yaml-cpp/yaml.h>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

using Found = ::YAML::Node;

std::optional<std::string> compare(const Node& node, const Found& found, const std::string& path) {
  const auto differs = [&](std::string_view expected, std::string_view actual) {
    return std::optional(cat("at ", path.empty() ? "the root" : std::string_view(path),
                             ": expected ", expected, ", found ", actual));
  };
  if (node.is_mapping()) {
    if (!found.IsMap()) return differs("a mapping", "something else");
    if (found.size() != node.entries.size()) {
      return differs(count_of(node.entries.size(), "key"), std::to_string(found.size()));
    }
    std::size_t i = 0;
    for (const auto& pair : found) {  // yaml-cpp keeps the order of the text, and so did the
                                      // emitter, but for sorted profiles
      const std::string key = pair.first.Scalar();
      const Entry& in_order = node.entries[i++];
      const Node* const value = in_order.key->text == key ? in_order.value : find(node, key);
      if (value == nullptr) {
        if (!in_order.key->is_string()) continue;  // keys that are no strings are written by value
        return differs(cat("key '", in_order.key->text, "'"), cat("'", key, "'"));
      }
      if (auto difference = compare(*value, pair.second, path.empty() ? key : cat(path, ".", key)))
        return difference;
    }
    return std::nullopt;
  }
  if (node.is_sequence()) {
    if (!found.IsSequence()) return differs("a sequence", "something else");
    if (found.size() != node.items.size()) {
      return differs(count_of(node.items.size(), "item"), std::to_string(found.size()));
    }
    std::size_t i = 0;
    for (const auto& item : found) {
      const std::string item_path = cat(path, "[", i, "]");
      if (auto difference = compare(*node.items[i], item, item_path)) return difference;
      ++i;
    }
    return std::nullopt;
  }
  if (node.type == Type::kNull) {
    return found.IsNull() ? std::nullopt : differs("null", "something else");
  }
  if (!found.IsScalar()) return differs(cat("'", node.text, "'"), "no scalar");
  const bool quoted = found.Tag() == "!";
  if (node.type == Type::kString) {
    if (found.Scalar() != node.text)
      return differs(cat("'", node.text, "'"), cat("'", found.Scalar(), "'"));
    if (!quoted && resolve(node.text, Resolution::kGoYaml2) != Type::kString)
      return differs("a string", "something else");
    return std::nullopt;
  }
  if (quoted && node.type != Type::kTimestamp && node.type != Type::kBinary)
    return differs("no string", "a string");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_difference(const Node& node, std::string_view emitted) {
  try {
    return compare(node, ::YAML::Load(std::string(emitted)), "");
  } catch (const ::YAML::Exception& error) {
    return cat("not YAML to yaml-cpp: ", std::string_view(error.what()));
  }
}

}  // namespace plumb::yaml
