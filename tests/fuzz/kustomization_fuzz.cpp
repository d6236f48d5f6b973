// Any text as a kustomization over two objects and a patch: it ends in resources or in an Error.

#include <cstdint>
#include <string>

#include "kustomize/kustomize.h"

using namespace plumb;

namespace {
constexpr const char* kObjects =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: b}}\nspec:\n  "
    "replicas: 1\n  template:\n"
    "    spec: {containers: [{name: main, image: 'web:1'}]}\n---\napiVersion: v1\nkind: "
    "ConfigMap\nmetadata: {name: c}\ndata: {k: v}\n";
constexpr const char* kPatch =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}\n";
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const files::MemoryTree tree(std::map<std::string, std::string>{
      {"kustomization.yaml", std::string(reinterpret_cast<const char*>(data), size)},
      {"objects.yaml", kObjects},
      {"patch.yaml", kPatch}});
  SourceStore sources;
  kustomize::Context context{.sources = sources};
  context.limits.read_depth = 200;
  context.limits.alias_nodes = 10'000;
  try {
    kustomize::print(kustomize::build(tree, files::Path(), {}, context));
  } catch (const Error& error) {
    format_diagnostic(error.diagnostic(), sources);
  }
  return 0;
}
