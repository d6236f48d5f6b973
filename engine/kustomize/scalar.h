#pragma once
// Setting scalars as kustomize does: what a text means depends on how it was set.
//
// A tagged value is what its tag says. An untagged one is what its text resolves to where it
// stands: the look of the place stays, so a quoted place makes a string of it, a plain one may make
// a number.

#include <string>
#include <string_view>

#include "base/arena.h"
#include "yaml/node.h"

namespace plumb::kustomize {

bool is_quoted(yaml::Style style);
// A plain scalar of the type its text resolves to. The text must live as long as the arena.
yaml::Node* make_untagged(Arena& arena, std::string_view text, Span span = {});
yaml::Node* make_string(Arena& arena, std::string_view text, Span span = {});

// The scalar's text becomes `text` (which must live as long as the node).
void set_untagged(yaml::Node& scalar, std::string_view text);
void set_string(yaml::Node& scalar, std::string_view text);
void set_typed(yaml::Node& scalar, std::string_view text, yaml::Type type);
// map[key] = a string; an existing value keeps its look.
void set_string_entry(Arena& arena, yaml::Node& map, std::string_view key, std::string_view text,
                      Span span);

// What a folded text (`>`) is after kustomize printed it and read it again: a line break before a
// line that starts with a blank is doubled.
std::string refolded(std::string_view text);

// metadata[field] as a map of strings, sorted by key, as kustomize writes labels and annotations
// back; an empty one goes. A field that is there twice becomes one: of a key in both the first
// stays.
void stringify_metadata(Arena& arena, yaml::Node& body, std::string_view field);

}  // namespace plumb::kustomize
