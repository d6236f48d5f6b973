// Any text as a file of replacements, also into the texts inside of an object.

#include "kustomize_fuzz.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kFuzzBytes) return 0;
  build_fuzzed(
      {{"kustomization.yaml", "resources: [objects.yaml]\nreplacements: [{path: r.yaml}]\n"},
       {"r.yaml", std::string(reinterpret_cast<const char*>(data), size)}});
  return 0;
}
