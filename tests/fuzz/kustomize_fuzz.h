#pragma once
// What the targets around kustomizations share: a build of texts that ends in resources or an
// Error.

#include <cstdint>
#include <map>
#include <string>

#include "kustomize/kustomize.h"

namespace plumb {

inline constexpr std::size_t kFuzzBytes = 20'000;

inline constexpr const char* kFuzzObjects =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: b}}\nspec:\n"
    "  replicas: 1\n  template:\n    spec: {containers: [{name: main, image: 'web:1'}]}\n---\n"
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
    "data: {k: v, y: \"# c\\na: [1, 2]\\nb: {c: d}\\n\", j: '{\"a\": {\"b\": 1}}'}\n";

// Builds `texts` with "objects.yaml" beside them.
inline void build_fuzzed(std::map<std::string, std::string> texts) {
  texts.emplace("objects.yaml", kFuzzObjects);
  const files::MemoryTree tree(std::move(texts));
  SourceStore sources;
  kustomize::Context context{.sources = sources};
  context.limits.read_depth = 200;
  context.limits.alias_nodes = 10'000;
  try {
    kustomize::print(kustomize::build(tree, files::Path(), {}, context), &sources);
  } catch (const Error& error) {
    format_diagnostic(error.diagnostic(), sources);
  }
}

}  // namespace plumb
