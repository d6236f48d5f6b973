#pragma once
// What one build has at hand, and the doors to its files. Not for other modules.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "kube/strategic_merge.h"
#include "kustomize/field_spec.h"
#include "kustomize/item.h"
#include "kustomize/kustomize.h"
#include "yaml/origin.h"
#include "yaml/read.h"

namespace plumb::kustomize {

// A kustomization's directory, without links, and the one that led here.
struct Root {
  const files::Tree* tree = nullptr;
  files::Path directory;
  const Root* parent = nullptr;
  bool remote = false;
  std::string shown = {};  // the way here, as the lists on the way name it
  std::string url = {};    // of a remote base
};

// A kustomization file, checked: canonical field names, strings where strings are wanted.
struct Kustomization {
  const yaml::Node* fields = nullptr;
  SourceId source = 0;
  std::string file_name;
  bool component = false;

  const yaml::Node* find(std::string_view field) const { return yaml::find(*fields, field); }
  std::string_view text(std::string_view field) const { return yaml::text_at(*fields, {field}); }
};

struct File {
  SourceId source = 0;
  files::Path path;
};

struct CustomSchema;

struct Build {
  Build(const BuildOptions& build_options, const Context& build_context, Arena& build_arena,
        yaml::Origins& build_origins)
      : options(build_options),
        context(build_context),
        arena(build_arena),
        origins(build_origins) {}

  const BuildOptions& options;
  const Context& context;
  Arena& arena;
  yaml::Origins& origins;
  const kube::MergeTable* merge_table = &kube::kKustomizeMergeTable;
  std::shared_ptr<CustomSchema> schema;  // the user's own, when there is one
  bool schema_chosen = false;            // by the first kustomization with `openapi`
  bool built_in_schema_used = false;     // by a merge, or for a kind that is not built in
  bool tracks_origin = false;            // the top kustomization asks for buildMetadata
  std::map<std::pair<const files::Tree*, files::Path>, File> files;
  std::map<SourceId, std::vector<yaml::Node*>> documents;
  std::set<SourceId> given_away;  // files whose objects a resource has taken (take_objects)
  // By directory: many overlays share a base.
  std::map<std::pair<const files::Tree*, files::Path>, Kustomization> kustomizations;

  kube::MergeContext merge_context(yaml::LayerId layer) const {
    return {arena, &origins, layer, *merge_table, context.limits};
  }
};

// ---- files (files.cpp) ----

// "/abs/dir" where the tree's root is known, else the path in the tree.
std::string absolute(const Build& build, const files::Path& path);
bool is_url(std::string_view text);
// Whether a URL is a file that is at hand; no errors but those of reading a mirror.
bool has_remote_file(Build& build, std::string_view url);
// Whether a path names a file that can be loaded; no errors.
bool is_file(const Build& build, const Root& root, std::string_view path);
// A file named in the kustomization of `root`. `secret`: no excerpt of it is ever shown.
// Errors: kustomize/no-file, kustomize/outside, kustomize/remote.
File load_file(Build& build, const Root& root, std::string_view path, Span mentioned,
               bool secret = false);
// A directory named there. Errors: kustomize/no-base, kustomize/cycle, kustomize/ambiguous-path,
// kustomize/remote, and the limit include_depth.
Root open_root(Build& build, const Root& root, std::string_view path, Span mentioned);
Root open_top(Build& build, const files::Tree& tree, const files::Path& directory);

// ---- kustomization files (file.cpp) ----

// The first document of a file that go-yaml v2 would read, with its words for what it does not.
yaml::Document read_go_yaml2(Build& build, std::string_view text, SourceId source,
                             const yaml::Profile& profile);

// Errors: kustomize/no-kustomization, kustomize/several-kustomizations,
// kustomize/empty-kustomization, kustomize/kind and those of shape.h.
const Kustomization& load_kustomization(Build& build, const Root& root);

// ---- resources (resources.cpp) ----

// The objects of a file, a list expanded; immutable, shared. Errors: those of yaml,
// kustomize/separator, kustomize/no-metadata, kustomize/no-kind, kustomize/no-name,
// kustomize/list-items.
const std::vector<yaml::Node*>& read_objects(Build& build, SourceId source);
// The same for a text inside a file.
std::vector<yaml::Node*> read_objects_from(Build& build, std::string_view text, Span place);
// The objects of a file as the caller's own, to be changed.
std::vector<yaml::Node*> take_objects(Build& build, SourceId source);
// Items of objects that are the caller's own.
std::vector<Item*> adopt_items(Build& build, Items& items, const std::vector<yaml::Node*>& objects);
// Items of copies of the objects.
std::vector<Item*> make_items(Build& build, Items& items, const std::vector<yaml::Node*>& objects);

// ---- accumulating (accumulate.cpp) ----

struct Variable {
  std::string_view name;
  Gvk gvk;
  std::string_view object, namespace_name, field_path;
  Span span;
};

// What a kustomization and everything below it came to.
struct Accumulated {
  Items items;
  std::shared_ptr<const FieldTables> known_tables;  // null: none yet
  std::vector<Variable> variables;

  const FieldTables& tables() const {
    return known_tables ? *known_tables : default_field_tables();
  }
  void add_tables(const std::shared_ptr<const FieldTables>& more);
};

// Runs a kustomization: its resources, generators, components and transformers, in this order.
// `further`: objects behind the resources it lists.
void accumulate(Build& build, const Root& root, const Kustomization& file, Accumulated& into,
                const std::vector<yaml::Node*>& further = {});
// Resources of a list of paths: files, or directories with kustomizations.
void accumulate_paths(Build& build, const Root& root, const Kustomization& file,
                      const std::vector<const yaml::Node*>& paths, Accumulated& into);

// ---- configurations (configuration.cpp) ----

// The field tables of a kustomization's `configurations` and `crds`.
FieldTables load_configurations(Build& build, const Root& root, const yaml::Node& paths);
FieldTables load_crds(Build& build, const Root& root, const yaml::Node& paths);

}  // namespace plumb::kustomize
