#include "render/render.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "kube/type_table.h"
#include "render/manifests.h"

namespace plumb::render {

namespace {

// CRDs of the target tell the scope of their kinds.
std::unordered_map<std::string, bool> cluster_scoped_customs(const kube::ResourceSet& set) {
  std::unordered_map<std::string, bool> result;
  for (const kube::Resource& resource : set.resources) {
    if (resource.id.kind != "CustomResourceDefinition") continue;
    const std::string key = cat(yaml::text_at(*resource.body, {"spec", "group"}), "/",
                                yaml::text_at(*resource.body, {"spec", "names", "kind"}));
    result[key] = yaml::text_at(*resource.body, {"spec", "scope"}) == "Cluster";
  }
  return result;
}

// The namespace that a unit or its Application gives to objects that say none.
void fill_namespace(kube::ResourceSet& set, const project::Located& wanted) {
  const auto customs = cluster_scoped_customs(set);
  const yaml::LayerId layer =
      set.origins->layer(yaml::LayerKind::kDestination, cat("namespace ", wanted.text));
  for (kube::Resource& resource : set.resources) {
    if (!resource.id.namespace_name.empty()) continue;
    const kube::TypeInfo* const type = kube::find_type(resource.id.api_version(), resource.id.kind);
    if (type != nullptr && type->scope == kube::Scope::kCluster) continue;
    const auto custom = customs.find(cat(resource.id.group, "/", resource.id.kind));
    if (type == nullptr && custom != customs.end() && custom->second) continue;
    yaml::Node* const metadata = yaml::ensure_mapping(*set.arena, *resource.body, "metadata");
    if (metadata == nullptr) continue;
    yaml::Node* const name = yaml::make_string(*set.arena, wanted.text);
    set.origins->record(*name, nullptr, wanted.span, layer);
    yaml::set(*set.arena, *metadata, "namespace", name);
    resource.id.namespace_name = wanted.text;
  }
}

void check_duplicates(const kube::ResourceSet& set) {
  std::map<kube::ResourceId, const kube::Resource*> seen;
  for (const kube::Resource& resource : set.resources) {
    if (resource.id.name.empty()) continue;  // generateName: a new object each time
    kube::ResourceId id = resource.id;
    id.version.clear();  // two versions of one kind are one object
    const auto [first, is_new] = seen.emplace(id, &resource);
    if (is_new) continue;
    const auto place = [](const kube::Resource& one) {
      const yaml::Node* const name = yaml::find_path(*one.body, {"metadata", "name"});
      return name == nullptr ? one.body->span : name->span;
    };
    fail("render/duplicate-object", place(resource),
         cat(kube::describe(resource.id), " is defined twice"),
         {{"first defined here", place(*first->second)}}, {kube::describe(resource.id)});
  }
}

void check_limits(const kube::ResourceSet& set, const project::Unit& unit, const Limits& limits) {
  if (set.resources.size() > limits.objects) fail_limit(limits, &Limits::objects, unit.place);
}

}  // namespace

std::vector<Target> targets_of(const project::Project& project,
                               const project::Environment& environment) {
  std::vector<Target> targets;
  for (const project::Unit& unit : project.units) {
    if (environment.includes(unit.name)) targets.push_back({&unit, &environment});
  }
  return targets;
}

Rendered render(const Target& target, const Workspace& workspace) {
  const files::RecordingTree tree(workspace.tree);
  const Limits& limits = workspace.project.limits;
  Rendered rendered{kube::ResourceSet(workspace.keep_chains), {}, {}, {}, {}};
  if (target.unit->not_rendered) {
    rendered.not_rendered.push_back(*target.unit->not_rendered);
    return rendered;
  }
  rendered.not_rendered = target.unit->skipped;
  for (const project::Step& step : target.unit->steps) {
    switch (step.kind) {
      case project::StepKind::kManifests:
        add_manifests(step, tree, workspace.sources, limits, rendered.set);
        break;
      default:
        fail("render/step", step.place,
             cat("no renderer for '", project::step_name(step.kind), "'"));
    }
    check_limits(rendered.set, *target.unit, limits);
  }
  if (target.unit->namespace_name) fill_namespace(rendered.set, *target.unit->namespace_name);
  check_duplicates(rendered.set);
  kube::sort_for_apply(rendered.set.resources);
  rendered.inputs = tree.inputs();
  return rendered;
}

}  // namespace plumb::render
