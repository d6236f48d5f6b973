// Two lines: the name of an image in an object, and the name in an entry of `images`.

#include "base/text.h"
#include "kustomize_fuzz.h"
#include "yaml/emit.h"

using namespace plumb;

namespace {
std::string quoted(std::string_view text) {
  Arena arena;
  return yaml::emit_json(*yaml::make_string(arena, text));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kFuzzBytes) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = text.find('\n');
  const std::string_view image = text.substr(0, line);
  const std::string_view name =
      line == std::string_view::npos ? std::string_view{} : text.substr(line + 1);
  if (find_invalid_utf8(text) != std::string_view::npos) return 0;
  build_fuzzed({{"kustomization.yaml", cat("resources: [pod.yaml]\nimages: [{name: ", quoted(name),
                                           ", newName: x/y, newTag: '2', tagSuffix: -s}]\n")},
                {"pod.yaml", cat("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: "
                                 "{containers: [{name: a, image: ",
                                 quoted(image), "}]}\n")}});
  return 0;
}
