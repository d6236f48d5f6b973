#include "pipeline/content.h"

#include <array>

#include "base/digest.h"
#include "base/text.h"
#include "kube/resource.h"
#include "pipeline/forms.h"
#include "yaml/emit.h"

namespace plumb::pipeline {

namespace {

using yaml::Node;

constexpr std::array<std::string_view, 8> kContentKeys{
    "pipeline",     "pipelineName", "workflow",      "pipelineSpec",
    "platformSpec", "description",  "codeSourceURL", "pipelineSpecURI"};
constexpr std::array<std::string_view, 1> kVolatileAnnotations{
    "pipelines.kubeflow.org/pipeline_compilation_time"};

// A compiled object without what differs from one compilation to the next, and without what a
// cluster adds.
Node* without_volatile(Arena& arena, const Node& compiled) {
  Node* const copy = yaml::copy_shallow(arena, compiled);
  if (!copy->is_mapping()) return copy;
  yaml::remove(*copy, "status");
  const Node* const metadata = yaml::find(*copy, "metadata");
  if (!metadata || !metadata->is_mapping()) return copy;
  Node* const own = yaml::copy_shallow(arena, *metadata);
  yaml::set(arena, *copy, "metadata", own);
  yaml::remove(*own, "creationTimestamp");
  const Node* const annotations = yaml::find(*own, "annotations");
  if (!annotations || !annotations->is_mapping()) return copy;
  Node* const kept = yaml::copy_shallow(arena, *annotations);
  for (const std::string_view name : kVolatileAnnotations) yaml::remove(*kept, name);
  if (kept->entries.empty()) {
    yaml::remove(*own, "annotations");
  } else {
    yaml::set(arena, *own, "annotations", kept);
  }
  return copy;
}

Node* content_of(Arena& arena, const Node& version) {
  Node* const content = yaml::make_mapping(arena);
  const Node* const spec = yaml::find(version, "spec");
  if (!spec || !spec->is_mapping()) return content;
  for (const std::string_view key : kContentKeys) {
    const Node* const value = yaml::find(*spec, key);
    if (!value || value->is_null()) continue;
    yaml::set(arena, *content, key, without_volatile(arena, *value));
  }
  return content;
}

}  // namespace

bool is_version(const Node& body) {
  if (!body.is_mapping() || yaml::text_at(body, {"kind"}) != "PipelineVersion") return false;
  const auto group = kube::split_api_version(yaml::text_at(body, {"apiVersion"})).first;
  return group == "kfp.jackhoman.com" || group == "pipelines.kubeflow.org";
}

std::string content_hash(const Node& version) {
  Arena arena;
  return sha256_hex(yaml::emit_json(*content_of(arena, version)));
}

std::string name_by_content(const Node& version) {
  std::string_view pipeline = yaml::text_at(version, {"spec", "pipeline"});
  if (pipeline.empty()) pipeline = yaml::text_at(version, {"spec", "pipelineName"});
  return object_name(cat(pipeline, '-', content_hash(version).substr(0, 8)));
}

bool same_content(const Node& a, const Node& b) {
  Arena arena;
  return yaml::equal(*content_of(arena, a), *content_of(arena, b));
}

}  // namespace plumb::pipeline
