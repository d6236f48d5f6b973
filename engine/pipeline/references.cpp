#include "pipeline/references.h"

#include <array>

namespace plumb::pipeline {

namespace {

constexpr std::array<NameReference, 3> kReferences{{
    {"kfp.jackhoman.com", "PipelineVersion", "pipeline", "Pipeline"},
    {"kfp.jackhoman.com", "RecurringRun", "versionRef", "PipelineVersion"},
    {"pipelines.kubeflow.org", "PipelineVersion", "pipelineName", "Pipeline"},
}};

bool rewrite_reference(kube::ResourceSet& set, kube::Resource& resource,
                       const NameReference& reference,
                       const std::map<kube::ResourceId, std::string>& renamed,
                       yaml::LayerId layer) {
  const yaml::Node* const name = yaml::find_path(*resource.body, {"spec", reference.field});
  if (!name || !name->is_string()) return false;
  const auto found =
      renamed.find({resource.id.group, resource.id.version, std::string(reference.target_kind),
                    resource.id.namespace_name, std::string(name->text)});
  if (found == renamed.end() || found->second == name->text) return false;
  resource.body = yaml::copy_shallow(*set.arena, *resource.body);
  yaml::Node* const spec = yaml::copy_shallow(*set.arena, *yaml::find(*resource.body, "spec"));
  yaml::Node* const written = yaml::copy_shallow(*set.arena, *name);
  written->text = set.arena->copy(found->second);
  set.origins->record(*written, name, {}, layer);
  yaml::set(*set.arena, *spec, reference.field, written);
  yaml::set(*set.arena, *resource.body, "spec", spec);
  return true;
}

}  // namespace

std::span<const NameReference> name_references() { return kReferences; }

std::size_t rewrite_references(kube::ResourceSet& set,
                               const std::map<kube::ResourceId, std::string>& renamed,
                               yaml::LayerId layer) {
  std::size_t changed = 0;
  for (kube::Resource& resource : set.resources)
    for (const NameReference& reference : kReferences)
      if (resource.id.group == reference.group && resource.id.kind == reference.kind)
        changed += rewrite_reference(set, resource, reference, renamed, layer);
  return changed;
}

}  // namespace plumb::pipeline
