#include "kustomize/kustomize.h"

#include <cstdlib>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "files/tree.h"
#include "render/mirrors.h"
#include "yaml/read.h"

namespace plumb::cli {

namespace {

// The directory of the nearest plumb.yaml from `directory` upward, or nothing.
std::optional<files::Path> find_project(const files::Tree& disk, const std::string& directory) {
  auto at = files::Path::parse(std::string_view(directory).substr(1));
  for (; at; at = at->parent()) {
    if (files::lookup(disk, at->child("plumb.yaml")) == files::EntryKind::kFile) return at;
    if (at->is_root()) break;
  }
  return std::nullopt;
}

// The door reads nothing but `mirrors` of plumb.yaml.
std::map<std::string, std::string> read_mirrors(const files::Tree& disk, const files::Path& project,
                                                SourceStore& sources) {
  std::map<std::string, std::string> result;
  const files::Path path = project.child("plumb.yaml");
  const auto text = files::read(disk, path);
  if (!text) return result;
  Arena arena;
  const SourceId id = sources.add(cat("/", path.text()), *text);
  const yaml::Stream stream = yaml::read(sources, id, yaml::kKubernetesProfile, arena);
  for (const yaml::Document& document : stream.documents)
    if (const yaml::Node* const mirrors = yaml::find(*document.root, "mirrors"))
      for (const yaml::Entry& entry : mirrors->entries)
        result.emplace(entry.key->text, entry.value->text);
  return result;
}

}  // namespace

std::string default_cache(const Process& process) {
  const auto variable = [&](std::string_view name) {
    return process.variable ? process.variable(name).value_or("") : std::string();
  };
  if (const std::string cache = variable("XDG_CACHE_HOME"); !cache.empty())
    return cat(cache, "/plumb");
  return cat(variable("HOME"), "/.cache/plumb");
}

int run_kustomize(std::span<const std::string> words, Process& process, SourceStore& sources) {
  kustomize::DoorStreams streams;
  std::unique_ptr<render::Mirrors> mirrors;
  const auto mirrors_of = [&](const std::string& directory, bool allow_network) {
    const auto disk = files::open_disk("/");
    const auto project = find_project(*disk, directory);
    std::optional<render::FetchSettings> network;
    if (allow_network) network = render::FetchSettings{default_cache(process)};
    mirrors = std::make_unique<render::Mirrors>(
        project ? read_mirrors(*disk, *project, sources) : std::map<std::string, std::string>(),
        project ? cat("/", project->text()) : directory, std::move(network));
    return [&](const kustomize::Remote& remote) -> std::optional<kustomize::Mirror> {
      const auto place = mirrors->find(remote);
      if (!place) return std::nullopt;
      return kustomize::Mirror{place->tree, place->path};
    };
  };
  const int status =
      kustomize::run_door(words, process.working_directory, sources, streams, mirrors_of);
  process.out += streams.out;
  process.err += streams.err;
  return status;
}

}  // namespace plumb::cli
