#pragma once
// The kustomization file under edit: read and checked, changed as a tree, written back with every
// byte as it was that the change does not touch.
//
//   File file = open_file(place, arena);
//   append_new(file, "resources", "service.yaml");
//   save_file(place, file);

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "kustomize/edit/place.h"
#include "yaml/node.h"

namespace plumb::kustomize::edit {

struct File {
  Arena& arena;
  std::string name = {};  // "kustomization.yaml"
  std::string_view text = {};
  Span whole = {};
  yaml::Document document = {};        // as written
  const yaml::Node* before = nullptr;  // the same, with the fields' own names, nulls left out
  yaml::Node* fields = nullptr;        // a copy, which commands change
};

// The file in the directory; what is old in it (`bases`, `imageTags`, `env`) already in its new
// place in `fields`, apiVersion and kind filled in. Errors: kustomize/edit, and those of reading.
// `opening`, `reading`: words for the text of an error, or "".
File open_file(Place& place, Arena& arena, std::string_view opening, std::string_view reading);
// The same for a file that is not there yet.
File new_file(Arena& arena);
// Writes what changed, if anything did.
void save_file(const Place& place, File& file);

// A list field, made where it is missing.
yaml::Node& list_of(File& file, std::string_view field);
// The entries of a field that may be missing.
const List<yaml::Node*>& items_of(const File& file, std::string_view field);
bool has_text(const yaml::Node& list, std::string_view text);
// field = text, or no field when the text is empty.
void set_text(File& file, yaml::Node& map, std::string_view field, std::string_view text);
// A map of strings gets an entry: at its place where the keys are in order, else at the end.
void set_sorted(File& file, yaml::Node& map, std::string_view key, yaml::Node* value);

}  // namespace plumb::kustomize::edit
