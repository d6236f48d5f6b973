#include "kustomize/structured_text.h"

#include <algorithm>

#include "base/text.h"
#include "kustomize/field_path.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/json_values.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// The scalar that a path's first parts lead to, and how many they are.
struct Scalar {
  Node* node = nullptr;
  std::size_t parts = 0;
  yaml::Document document;
};

Node* look_up_quietly(Node& root, const std::vector<std::string>& path) {
  try {
    return look_up(root, path, {});
  } catch (const Error&) {
    return nullptr;
  }
}

bool parse(Build& build, std::string_view text, yaml::Document& document) {
  yaml::Profile profile = yaml::kKustomizeProfile;
  profile.reprinted = false;
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  profile.merge_keys = yaml::MergeKeys::kKeep;
  try {
    document = yaml::read_first(text, {}, profile, build.arena, build.context.limits);
    if (document.root != nullptr) turn_repeated_keys(*document.root);
    return true;
  } catch (const Error&) {
    return false;
  }
}

Scalar find_scalar(Build& build, Node& root, const std::vector<std::string>& path) {
  std::vector<std::string> first;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    first.push_back(path[i]);
    Node* const node = look_up_quietly(root, first);
    if (node == nullptr || !node->is_scalar()) continue;
    Scalar scalar{node, i + 1, {}};
    if (parse(build, node->text, scalar.document)) return scalar;
  }
  return {};
}

// JSON has keys of text, each once, and numbers that are finite.
bool is_json_tree(const Node& node) {
  for (const Node* const item : node.items)
    if (!is_json_tree(*item)) return false;
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    if (!node.entries[i].key->is_string() || !is_json_tree(*node.entries[i].value)) return false;
    for (std::size_t j = 0; j < i; ++j)
      if (node.entries[j].key->text == node.entries[i].key->text) return false;
  }
  if (!node.is_scalar()) return true;
  switch (node.type) {
    case yaml::Type::kInteger:
    case yaml::Type::kFloat:
    case yaml::Type::kBoolean:
    case yaml::Type::kNull:
      return yaml::resolve(node.text, yaml::Resolution::kGoYaml3) == node.type;
    default:
      return true;
  }
}

std::string_view write_json(Build& build, const Node& tree, std::string_view old) {
  yaml::JsonStyle style;
  if (contains(old, "\n") && contains(old, "  ")) style.indent = 2;
  return build.arena.copy(yaml::emit_json(tree, style));
}

// Whether a comment stands between the brackets of a collection.
bool has_comment_inside(const Node& node, const yaml::Document& document) {
  if (!node.is_scalar() && node.style == yaml::Style::kFlow)
    return std::ranges::any_of(document.comments, [&](const yaml::Comment& comment) {
      return comment.span.offset >= node.span.offset &&
             comment.span.offset < node.span.offset + node.span.length;
    });
  return std::ranges::any_of(
             node.items, [&](const Node* item) { return has_comment_inside(*item, document); }) ||
         std::ranges::any_of(node.entries, [&](const yaml::Entry& entry) {
           return has_comment_inside(*entry.value, document);
         });
}

std::string_view write_yaml(Build& build, const Scalar& scalar, std::string_view old, Span span) {
  if (has_comment_inside(*scalar.document.root, scalar.document))
    fail("kustomize/unsupported", span,
         "replacements inside YAML texts with comments in a flow collection are not supported",
         {{"the text", scalar.node->span}}, {"replacements inside such YAML texts"});
  return build.arena.copy(trim(write_go_yaml(*scalar.document.root, {old, &scalar.document})));
}

}  // namespace

bool set_in_structured_text(Build& build, Node& root, const std::vector<std::string>& path,
                            const Node* like, const std::function<void(const Target&)>& set,
                            const Mark& mark, Span span) {
  const Scalar scalar = find_scalar(build, root, path);
  if (scalar.node == nullptr || scalar.document.empty) return false;
  Node& tree = *scalar.document.root;
  const std::vector<std::string> rest(path.begin() + static_cast<std::ptrdiff_t>(scalar.parts),
                                      path.end());
  try {
    const std::vector<Target> targets = find_targets(build, tree, rest, like, span);
    if (targets.empty()) return false;
    for (const Target& target : targets) set(target);
  } catch (const Error&) {
    return false;
  }
  const std::string_view old = scalar.node->text;
  const std::string_view start = trim(old);
  const bool json = start.starts_with('{') || start.starts_with('[');
  if (json && !is_json_tree(tree)) return false;
  turn_repeated_keys(tree);
  const Node before = *scalar.node;
  scalar.node->text = json ? write_json(build, tree, old) : write_yaml(build, scalar, old, span);
  build.origins.record(*scalar.node, &before, mark.span, mark.layer);
  return true;
}

}  // namespace plumb::kustomize
