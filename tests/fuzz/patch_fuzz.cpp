// Any text as a patch, of the object that it names and of all objects.

#include "kustomize_fuzz.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kFuzzBytes) return 0;
  const std::string patch(reinterpret_cast<const char*>(data), size);
  build_fuzzed({{"kustomization.yaml", "resources: [objects.yaml]\npatches: [{path: p.yaml}]\n"},
                {"p.yaml", patch}});
  build_fuzzed({{"kustomization.yaml",
                 "resources: [objects.yaml]\npatches: [{path: p.yaml, target: {name: .*}}]\n"},
                {"p.yaml", patch}});
  return 0;
}
