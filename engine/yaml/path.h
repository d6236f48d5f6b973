#pragma once
// A place inside a document, by keys: spec.template.spec.containers[name=main].image
//
// A step is a key of a mapping, a position in a list, or an element of a list by what it is called:
// [name=main], [containerPort=53,protocol=UDP], and [=value] for a list that is a set of values.
// Keys and values that hold one of . [ ] = , " \ or a blank are quoted as in JSON:
// metadata.labels."app.kubernetes.io/name".
//
//   parse_path("spec.containers[name=main].image")->steps.size() == 4
//   print_path(*parse_path("data.\"a.b\""))                      == "data.\"a.b\""
//   find_path(pod, *parse_path("spec.containers[name=main]"))    the container, or null

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "yaml/node.h"

namespace plumb::yaml {

struct PathStep {
  enum class Kind : std::uint8_t { kKey, kIndex, kSelect };
  Kind kind = Kind::kKey;
  std::string key;        // of kKey
  std::size_t index = 0;  // of kIndex
  // Of kSelect: fields and their values; one pair with an empty field selects a scalar by value.
  std::vector<std::pair<std::string, std::string>> selected;
  friend auto operator<=>(const PathStep&, const PathStep&) = default;
};

struct Path {
  std::vector<PathStep> steps;  // none: the document itself
  friend auto operator<=>(const Path&, const Path&) = default;
};

PathStep key_step(std::string_view key);
PathStep index_step(std::size_t index);

std::string print_path(const Path& path);
std::string print_step(const PathStep& step);  // "[name=main]", "spec", "\"a.b\""
// Nothing if the text is not a path; the empty text is the document itself. A leading '.' is
// allowed. A text that starts with '/' is read as a JSON Pointer.
std::optional<Path> parse_path(std::string_view text);

// The same, for a text that somebody wrote at `place`: what is no path is the error yaml/path, at
// the character where it ends to be one.
Path read_path(std::string_view text, Span place);

// The step's child of a node, or null.
const Node* find_step(const Node& node, const PathStep& step);
Node* find_step(Node& node, const PathStep& step);
// The node at the path, or null. `found`: how many steps led somewhere.
const Node* find_path(const Node& node, const Path& path, std::size_t* found = nullptr);

// RFC 6901, with the positions that selections have in `node`; where nothing is there, '-'.
std::string json_pointer(const Node& node, const Path& path);

}  // namespace plumb::yaml
