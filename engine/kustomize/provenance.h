#pragma once
// buildMetadata's annotations: where objects come from and what changed them, as kustomize writes
// them. (plumb's own answer to that question is yaml/origin.h.)

#include <memory>
#include <string>
#include <string_view>

#include "kustomize/build.h"

namespace plumb::kustomize {

inline constexpr std::string_view kOriginAnnotation = "config.kubernetes.io/origin";
inline constexpr std::string_view kTransformationsAnnotation =
    "alpha.config.kubernetes.io/transformations";

// "base/r.yaml" for a file of the kustomization in `root`, as the lists name the way there.
std::string shown_path(const Root& root, std::string_view file);

// An object that a file holds.
void set_file_origin(Build& build, Item& item, const Root& root, std::string_view file);
// An object that a generator of a kustomization made; `config`: its own configuration, or null.
void set_generator_origin(Build& build, Item& item, const Root& root, const Kustomization& file,
                          std::string_view kind, const Item* config);
// A transformer of a kustomization went over all objects, `times` times.
void note_transformer(Build& build, Items& items, const Root& root, const Kustomization& file,
                      std::string_view kind, std::size_t times, const Item* config = nullptr);

// Writes the annotations that are asked for.
void write_provenance(Build& build, Item& item, bool origin, bool transformations);

// The object with the annotations in which kustomize keeps its history; made in `arena`.
yaml::Node* with_history(Arena& arena, const Item& item);

}  // namespace plumb::kustomize
