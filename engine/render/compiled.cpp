#include "render/compiled.h"

#include <map>

#include "base/text.h"
#include "yaml/read.h"

namespace plumb::render {

pipeline::Settings pipeline_settings(const project::Unit& unit, const project::Step& step) {
  const std::string& path = step.paths[0].text;
  pipeline::Settings settings;
  if (step.settings != nullptr) {
    settings = pipeline::read_settings(path, *step.settings);
  } else {
    settings.path = path;
    settings.span = step.paths[0].span;
  }
  if (unit.namespace_name) settings.namespace_name = unit.namespace_name->text;
  return settings;
}

pipeline::Loaded load_compiled(const pipeline::Settings& settings, const Workspace& workspace,
                               const files::Tree& tree) {
  // The documents are read into this arena, which goes into the result's with the last line.
  Arena documents_arena;
  std::map<files::Path, yaml::Stream> streams;
  const Limits& limits = workspace.project.limits;
  const auto documents = [&](const files::Path& path) -> const yaml::Stream& {
    const auto [at, is_new] = streams.try_emplace(path);
    if (!is_new) return at->second;
    const SourceId id = workspace.sources.add(
        tree.describe(path), files::read(tree, path, limits, settings.span).value_or(""));
    at->second =
        yaml::read(workspace.sources, id, yaml::kKubernetesProfile, documents_arena, limits);
    return at->second;
  };
  pipeline::Loaded loaded =
      pipeline::load(settings, {tree, documents}, kube::ResourceSet(workspace.keep_chains));
  loaded.set.arena->adopt(std::move(documents_arena));
  return loaded;
}

void finish_compiled(pipeline::Loaded& loaded, const pipeline::Settings& settings,
                     const Workspace& workspace) {
  pipeline::Revisions revisions;
  std::unique_ptr<files::Repository> repository;
  const bool asks_git = contains(settings.version_name, "{tag}") ||
                        contains(settings.version_name, "{describe}") ||
                        contains(settings.version_name, "{ref}");
  if (asks_git) {
    repository = files::open_repository(workspace.root, settings.version_name_span);
    revisions.repository = repository.get();
    if (!workspace.revision.empty()) revisions.revision = workspace.revision;
  }
  pipeline::finish(loaded, settings, revisions);
}

}  // namespace plumb::render
