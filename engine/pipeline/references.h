#pragma once
// Fields of the domain's kinds that hold the name of another object.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "kube/resource.h"

namespace plumb::pipeline {

struct NameReference {
  std::string_view group;  // of both objects
  std::string_view kind;   // of the one with the field
  std::string_view field;  // below spec
  std::string_view target_kind;
};
// kfp.jackhoman.com: PipelineVersion.spec.pipeline, RecurringRun.spec.versionRef;
// pipelines.kubeflow.org: PipelineVersion.spec.pipelineName.
std::span<const NameReference> name_references();

// Lets references follow objects that were renamed, within a namespace. `renamed`: what an object
// was → its new name. `layer`: who renamed. Gives the number of references changed.
std::size_t rewrite_references(kube::ResourceSet& set,
                               const std::map<kube::ResourceId, std::string>& renamed,
                               yaml::LayerId layer);

}  // namespace plumb::pipeline
