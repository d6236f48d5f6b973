// Any text as plumb.yaml: it ends in a project whose units and environments have names of their
// own, or in an Error.

#include "door.h"
#include "project/project.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const files::MemoryTree tree(std::map<std::string, std::string>{
      {"plumb.yaml", std::string(fuzz::text_of(data, size))},
      {"web/kustomization.yaml", "resources: [a.yaml]\n"},
      {"web/a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"},
      {"chart/Chart.yaml", "name: c\n"}});
  SourceStore sources;
  Arena arena;
  fuzz::error_of(sources, [&] {
    const project::Project project = project::load(tree, sources, arena);
    for (const project::Unit& unit : project.units) {
      fuzz::require(project.find_unit(unit.name) == &unit);
      fuzz::require(unit.steps.empty() == unit.not_rendered.has_value());
    }
    fuzz::require(!project.environments.empty());
    for (const project::Environment& environment : project.environments)
      fuzz::require(project.find_environment(environment.name) == &environment);
  });
  return 0;
}
