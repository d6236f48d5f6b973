#include "kustomize/field_path.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/go_yaml3.h"

namespace plumb::kustomize {

namespace {

std::vector<std::string> split_escaped(std::string_view path) {
  std::vector<std::string> parts;
  std::vector<std::string_view> pieces = split(path, '.');
  if (pieces.size() > 1 && pieces.front().empty()) pieces.erase(pieces.begin());
  for (const std::string_view piece : pieces) {
    if (!parts.empty() && parts.back().ends_with('\\')) {
      parts.back().pop_back();
      parts.back() += cat('.', piece);
    } else {
      parts.emplace_back(piece);
    }
  }
  return parts;
}

std::string without_brackets(std::string text) {
  const auto is_bracket = [](char c) { return c == '[' || c == ']'; };
  while (!text.empty() && is_bracket(text.back())) text.pop_back();
  std::size_t from = 0;
  while (from < text.size() && is_bracket(text[from])) ++from;
  return text.substr(from);
}

std::string_view kind_name(const yaml::Node& node) {
  return node.is_mapping() ? "MappingNode" : node.is_sequence() ? "SequenceNode" : "ScalarNode";
}

[[noreturn]] void fail_kind(const yaml::Node& node, std::string_view wanted, Span span) {
  fail("kustomize/field-path-part", span,
       cat("the path needs a ", wanted == "MappingNode" ? "map" : "list", " there"),
       {{"here", node.span}},
       {cat("wrong node kind: expected ", wanted, " but got ", kind_name(node),
            ": node contents:\n", write_go_yaml(node))});
}

yaml::Node* element(yaml::Node& list, std::string_view part, Span span) {
  const auto [field, value] = list_match(part, span);
  for (yaml::Node* const item : list.items) {
    if (field.empty() ? item->text == value
                      : item->is_mapping() && yaml::find(*item, field) != nullptr &&
                            yaml::find(*item, field)->text == value)
      return item;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> split_field_path(std::string_view path) {
  const std::vector<std::string> pieces = split_escaped(path);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].starts_with('[') || pieces[i].ends_with(']')) {
      parts.push_back(pieces[i]);
      continue;
    }
    std::string joined = pieces[i];
    while (i + 1 < pieces.size()) {
      joined += cat('.', pieces[++i]);
      if (pieces[i].ends_with(']')) break;
    }
    parts.push_back(contains(joined, "=") ? joined : without_brackets(joined));
  }
  return parts;
}

bool is_list_match(std::string_view part) { return part.starts_with('[') && part.ends_with(']'); }

std::pair<std::string, std::string> list_match(std::string_view part, Span span) {
  const std::string_view inside = part.substr(1, part.size() - 2);
  const std::size_t equals = inside.find('=');
  if (equals == std::string_view::npos)
    fail("kustomize/field-path-part", span, cat("expected '[field=value]', got '", part, "'"), {},
         {"list path element must contain fieldName and fieldValue for element to match"});
  return {std::string(inside.substr(0, equals)), std::string(inside.substr(equals + 1))};
}

bool is_index(std::string_view part) {
  return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
}

yaml::Node* look_up(yaml::Node& root, const std::vector<std::string>& path, Span span) {
  yaml::Node* at = &root;
  for (const std::string& written : path) {
    const std::string_view part = trim(written);
    if (part.empty()) continue;
    if (at->is_null()) return nullptr;
    const bool in_list = is_index(part) || part == "-" || is_list_match(part);
    if (part == "*")
      fail("kustomize/field-path-part", span, "'*' cannot be used here", {},
           {"wildcard is not supported in PathGetter"});
    if (!in_list) {
      if (!at->is_mapping()) fail_kind(*at, "MappingNode", span);
      at = yaml::find(*at, part);
    } else {
      if (!at->is_sequence()) fail_kind(*at, "SequenceNode", span);
      if (is_list_match(part)) {
        at = element(*at, part, span);
      } else {
        const std::size_t index =
            part == "-" ? at->items.size() - 1
                        : static_cast<std::size_t>(to_integer(part).value_or(INT32_MAX));
        at = index < at->items.size() ? at->items[index] : nullptr;
      }
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace plumb::kustomize
