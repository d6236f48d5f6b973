// References between pipelines, their versions and their runs.

#include "base/suggest.h"
#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

constexpr std::string_view kReleaser = "kfp.jackhoman.com";
constexpr std::string_view kNative = "pipelines.kubeflow.org";

// Says `code` when the name in `field` is that of no `kind` of the group in the same namespace.
void find_dangling(const Inspection& inspection, const kube::Resource& resource,
                   const yaml::Node& field, std::string_view kind, std::string_view code) {
  const kube::ResourceId& id = resource.id;
  if (inspection.objects.find(id.group, kind, id.namespace_name, field.text) != nullptr) return;
  const std::vector<std::string> names =
      inspection.objects.names(id.group, kind, id.namespace_name);
  std::vector<Note> notes = did_you_mean(field.text, names);
  if (notes.empty() && names.empty())
    notes.push_back(
        {cat("there is no ", kind,
             id.namespace_name.empty() ? "" : cat(" in namespace '", id.namespace_name, "'"),
             " at all")});
  inspection.add(code, resource, field, cat("there is no ", kind, " '", field.text, "'"),
                 std::move(notes), {std::string(kind), std::string(field.text)});
}

}  // namespace

void find_duplicate_objects(const Inspection& inspection) {
  std::map<kube::ResourceId, const kube::Resource*> seen;
  for (const kube::Resource& resource : inspection.rendered.resources) {
    if (resource.id.name.empty()) continue;  // generateName makes a new object each time
    kube::ResourceId id = resource.id;
    id.version.clear();
    const auto [first, fresh] = seen.try_emplace(id, &resource);
    if (fresh) continue;
    const yaml::Node* const kind = yaml::find(*resource.body, "kind");
    const yaml::Node* const other = yaml::find(*first->second->body, "kind");
    inspection.add("lint/duplicate-object", resource, kind == nullptr ? *resource.body : *kind,
                   cat("'", kube::describe(resource.id), "' is rendered twice"),
                   {{"first here", other == nullptr ? Span{} : other->span}});
  }
}

void find_dangling_pipelines(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources) {
    if (resource.id.kind != "PipelineVersion") continue;
    const std::string_view field = resource.id.group == kReleaser ? "pipeline"
                                   : resource.id.group == kNative ? "pipelineName"
                                                                  : "";
    const yaml::Node* const name =
        field.empty() ? nullptr : yaml::find_path(*resource.body, {"spec", field});
    if (name != nullptr && name->is_string())
      find_dangling(inspection, resource, *name, "Pipeline", "lint/no-pipeline");
  }
}

void find_dangling_versions(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources) {
    if (resource.id.kind != "RecurringRun" || resource.id.group != kReleaser) continue;
    const yaml::Node* const name = yaml::find_path(*resource.body, {"spec", "versionRef"});
    if (name != nullptr && name->is_string())
      find_dangling(inspection, resource, *name, "PipelineVersion", "lint/no-version");
  }
}

}  // namespace plumb::lint
