#pragma once
// The commands of `kustomize edit`: each changes a File's tree.
//
// A command is a row of the table in edit.cpp: its words, its flags and one of these functions.
// Errors: kustomize/edit, in kustomize's words.

#include <map>
#include <optional>

#include "kustomize/edit/flags.h"
#include "kustomize/edit/kustomization.h"

namespace plumb::kustomize::edit {

// What a command has at hand. It opens the file when its words are in order: kustomize checks them
// first.
class Session {
 public:
  // `opening`, `reading`: put before what goes wrong with the file.
  Session(Place& where, const Words& given, std::string_view opening, std::string_view reading)
      : place(where), words(given), opening_(opening), reading_(reading) {}
  // Opens the file on first use.
  File& file();
  bool is_open() const { return file_.has_value(); }

  Place& place;
  const Words& words;
  Arena arena;
  std::string out;      // for standard output
  bool changes = true;  // false: the command found nothing to do, the file stays as it is

 private:
  std::string_view opening_, reading_;
  std::optional<File> file_;
};

// ---- add.cpp ----
void add_resources(Session& session);
void add_bases(Session& session);
void add_components(Session& session);
void add_generators(Session& session);
void add_transformers(Session& session);
void add_configurations(Session& session);
void add_build_metadata(Session& session);
void add_labels(Session& session);
void add_annotations(Session& session);
void add_patch(Session& session);

// ---- set.cpp ----
void set_images(Session& session);
void set_replicas(Session& session);
void set_namespace(Session& session);
void set_name_prefix(Session& session);
void set_name_suffix(Session& session);
void set_labels(Session& session);
void set_annotations(Session& session);
void set_build_metadata(Session& session);

// ---- remove.cpp ----
void remove_resources(Session& session);
void remove_components(Session& session);
void remove_transformers(Session& session);
void remove_labels(Session& session);
void remove_annotations(Session& session);
void remove_build_metadata(Session& session);
void remove_patch(Session& session);

// ---- generators.cpp: config maps and secrets ----
void add_config_map(Session& session);
void add_secret(Session& session);
void set_config_map(Session& session);
void set_secret(Session& session);
void remove_config_maps(Session& session);
void remove_secrets(Session& session);

// ---- fix.cpp ----
void fix(Session& session);

// ---- for several of them ----

// "a:b" and "c:\"d\"" as pairs, by key. `kind`: "label" or "annotation".
std::map<std::string, std::string> pairs_of(const std::vector<std::string>& texts,
                                            std::string_view kind);
// The options of buildMetadata in "a,b".
std::vector<std::string> build_metadata_of(const Words& words);
// A patch of the flags --path, --patch and --kind …; null without any.
yaml::Node* patch_of(Arena& arena, const Words& words);

}  // namespace plumb::kustomize::edit
