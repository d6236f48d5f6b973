#include "render/kustomized.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "kustomize/file_names.h"
#include "kustomize/kustomize.h"
#include "pipeline/references.h"
#include "yaml/emit.h"

namespace plumb::render {

namespace {

// Objects that got another name → that name.
std::map<kube::ResourceId, std::string> renamed_objects(const kube::ResourceSet& set) {
  std::map<kube::ResourceId, std::string> renamed;
  for (const kube::Resource& resource : set.resources) {
    for (const kube::ResourceId& former : resource.former_ids) {
      if (former.name != resource.id.name) renamed[former] = resource.id.name;
    }
  }
  return renamed;
}

}  // namespace

bool has_kustomization(const files::Tree& tree, const files::Path& directory) {
  for (const std::string_view name : kustomize::kFileNames) {
    if (files::lookup(tree, directory.child(name)) == files::EntryKind::kFile) return true;
  }
  return false;
}

kube::ResourceSet kustomize_set(const files::Tree& tree, const files::Path& directory, bool strict,
                                kube::ResourceSet set, const Workspace& workspace,
                                Diagnostics& warnings) {
  kustomize::Context context{.sources = workspace.sources};
  context.limits = workspace.project.limits;
  context.keep_chains = workspace.keep_chains;
  context.warnings = &warnings;
  context.mirrors = [&](const kustomize::Remote& remote) -> std::optional<kustomize::Mirror> {
    const auto place = workspace.mirrors.find(remote);
    if (!place) return std::nullopt;
    return kustomize::Mirror{place->tree, place->path};
  };
  kustomize::BuildOptions options;
  options.strict = strict;
  kube::ResourceSet result =
      set.resources.empty() ? kustomize::build(tree, directory, options, context)
                            : kustomize::build(tree, directory, options, context, std::move(set));
  for (kube::Resource& resource : result.resources)
    yaml::settle(*result.arena, *resource.body, yaml::kKustomizeOutput);
  if (const auto renamed = renamed_objects(result); !renamed.empty()) {
    pipeline::rewrite_references(
        result, renamed, result.origins->layer(yaml::LayerKind::kNameReference, directory.text()));
  }
  return result;
}

}  // namespace plumb::render
