#pragma once
// configMapGenerator and secretGenerator, and the hashes behind names.

#include <string>

#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

// Runs the generators of a kustomization file.
void run_generators(const Step& step);
// One, from a configuration of its own, which `described` is. `kind`: ConfigMapGenerator or
// SecretGenerator.
void run_generator(const Step& step, std::string_view kind, const yaml::Node& config,
                   const Item& described);

// Puts a generated object into the list: new, or merged with, or in place of, the one of its id.
// Errors: kustomize/generator-conflict, kustomize/duplicate-id.
void absorb(const Step& step, Item* item, Span span);

// The ten characters that follow a generated object's name. Errors: kustomize/unsupported for other
// kinds than ConfigMap and Secret.
std::string content_hash(Arena& arena, const yaml::Node& body);
// Appends it to the names that want one.
void add_hashes(Build& build, Items& items);

}  // namespace plumb::kustomize
