#pragma once
// The transformers: each takes its own part of a kustomization and changes the resources so far.
//
// A transformer has two doors: from the fields of a kustomization file, and from a configuration of
// its own ("transformers: [labels.yaml]"), which kustomize allows for all of them. Both are rows of
// the table in transformers().

#include <span>
#include <string_view>

#include "kustomize/build.h"
#include "kustomize/wording.h"

namespace plumb::kustomize {

// Where a transformer works.
struct Step {
  Build& build;
  Items& items;
  const FieldTables& tables;
  const Root& root;
  const Kustomization* file = nullptr;  // the kustomization, or the one that names a configuration
  const Item* config = nullptr;         // a configuration of its own
};

// The configuration of a transformer as kustomize prints it: `fields` without what is empty, or the
// whole object where it is one.
std::string configuration_text(const Step& step, const yaml::Node& fields);
std::string configuration_text(Arena& arena, const yaml::Node& fields);

// Runs `work`, which reads the configuration of a transformer; an error gets kustomize's words
// about that around it.
template <typename Work>
decltype(auto) configuring(const Step& step, std::string_view kind, const yaml::Node& fields,
                           const Work& work) {
  return during(
      step.config != nullptr ? "plugin" : "builtin",
      [&]() -> Arguments {
        if (step.config != nullptr) return {describe(step.config->original_id())};
        return {std::string(kind), configuration_text(step, fields)};
      },
      work);
}

struct Transformer {
  std::string_view kind;                    // "NamespaceTransformer"
  void (*from_file)(const Step&);           // may be null
  bool (*is_wanted)(const Kustomization&);  // whether the file has anything for it
  void (*from_config)(const Step&, const yaml::Node& config);  // may be null
  // How many transformers kustomize makes of it; null: one.
  std::size_t (*count)(const Kustomization&) = nullptr;
};

// In the order in which a kustomization runs them.
std::span<const Transformer> transformers();

// Who writes: the text that asked for it, and the layer it belongs to.
struct Mark {
  Span span;
  yaml::LayerId layer = 0;
};
Mark mark(const Step& step, yaml::LayerKind kind, std::string_view field, Span span);

// Setting a scalar of a resource, with its place noted. `text` must live as long as the build.
void write_untagged(Build& build, yaml::Node& scalar, std::string_view text, const Mark& mark);
void write_typed(Build& build, yaml::Node& scalar, std::string_view text, yaml::Type type,
                 const Mark& mark);
// map[key] = text, as a string.
void write_entry(Build& build, yaml::Node& map, std::string_view key, std::string_view text,
                 const Mark& mark);
// A scalar is wanted at the end of a path. Errors: kustomize/not-a-scalar.
void require_scalar(const yaml::Node& node);

// Field specs of a configuration's `fieldSpecs`, or none.
std::vector<FieldSpec> field_specs_of(const yaml::Node* list);

// ---- one file each ----

void namespaces_from_file(const Step& step);
void namespaces_from_config(const Step& step, const yaml::Node& config);
void prefix_from_file(const Step& step);
void prefix_from_config(const Step& step, const yaml::Node& config);
void suffix_from_file(const Step& step);
void suffix_from_config(const Step& step, const yaml::Node& config);
void prefix_suffix_from_config(const Step& step, const yaml::Node& config);
void labels_from_file(const Step& step);
void labels_from_config(const Step& step, const yaml::Node& config);
void annotations_from_file(const Step& step);
void annotations_from_config(const Step& step, const yaml::Node& config);
void images_from_file(const Step& step);
void images_from_config(const Step& step, const yaml::Node& config);
void replicas_from_file(const Step& step);
void replicas_from_config(const Step& step, const yaml::Node& config);
void merge_patches_from_file(const Step& step);
void merge_patches_from_config(const Step& step, const yaml::Node& config);
void patches_from_file(const Step& step);
void patches_from_config(const Step& step, const yaml::Node& config);
void json_patches_from_file(const Step& step);
void json_patches_from_config(const Step& step, const yaml::Node& config);
void replacements_from_file(const Step& step);
void replacements_from_config(const Step& step, const yaml::Node& config);
void value_add_from_config(const Step& step, const yaml::Node& config);
void hashes_from_config(const Step& step, const yaml::Node& config);

// Sets labels (or annotations) at the fields. `pairs` maps strings to strings.
void set_pairs(const Step& step, const yaml::Node& pairs, const std::vector<FieldSpec>& specs,
               std::string_view field);

}  // namespace plumb::kustomize
