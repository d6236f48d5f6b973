#pragma once
// Paths as vars and replacements write them: "spec.containers.[name=web].image".
//
// Parts are divided by '.', `\.` is a dot inside a part, brackets keep dots: "[a.b/c]" is a key,
// "[k=v]" an element of a list, a number an index, "-" the last element, "*" all of them.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/node.h"

namespace plumb::kustomize {

std::vector<std::string> split_field_path(std::string_view path);

// "[name=web]" → {"name", "web"}; nothing for other parts.
bool is_list_match(std::string_view part);
// Errors: kustomize/field-path-part.
std::pair<std::string, std::string> list_match(std::string_view part, Span span);
bool is_index(std::string_view part);

// The node at a path, taken literally: [k=v] compares text, "*" is an error. Null: not there.
// Errors: kustomize/field-path-part (argument: the cause as tools word it).
yaml::Node* look_up(yaml::Node& root, const std::vector<std::string>& path, Span span);

}  // namespace plumb::kustomize
