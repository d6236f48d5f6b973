#include "render/render.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "kube/type_table.h"
#include "pipeline/index.h"
#include "render/builtin.h"
#include "render/compiled.h"
#include "render/kustomized.h"
#include "render/manifests.h"
#include "render/path.h"
#include "render/values.h"
#include "render/ytted.h"
#include "yaml/emit.h"

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

// At least this much is printed for a tree: its texts and a line break each.
std::uint64_t printed_bytes(const yaml::Node& node) {
  std::uint64_t bytes = node.text.size() + 1;
  for (const yaml::Node* const item : node.items) bytes += printed_bytes(*item);
  for (const yaml::Entry& entry : node.entries)
    bytes += entry.key->text.size() + printed_bytes(*entry.value);
  return bytes;
}

void check_limits(const kube::ResourceSet& set, const project::Unit& unit, const Limits& limits) {
  if (set.resources.size() > limits.objects) fail_limit(limits, &Limits::objects, unit.place);
  std::uint64_t bytes = 0;
  for (const kube::Resource& resource : set.resources) bytes += printed_bytes(*resource.body);
  if (bytes > limits.output_bytes) fail_limit(limits, &Limits::output_bytes, unit.place);
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

namespace {

constexpr std::string_view kNoMirror = "kustomize/remote";
constexpr std::string_view kIndexOverlay = "builtin:devpi-index";

// What a target is while its steps and overlays run.
class Run {
 public:
  Run(const Target& target, const Workspace& workspace, const files::Tree& tree, Rendered& rendered)
      : target_(target), workspace_(workspace), tree_(tree), rendered_(rendered) {}

  void run() {
    for (const project::Step& step : target_.unit->steps) {
      add_step(step);
      check_limits(set(), *target_.unit, workspace_.project.limits);
    }
    for (const project::Located& overlay : target_.environment->overlays) apply_overlay(overlay);
    if (compiled_) {
      // Only now, when nothing edits bodies any more, do versions get their names.
      finish_compiled(*compiled_, settings_, workspace_);
      for (Diagnostic& finding : compiled_->findings)
        rendered_.warnings.push_back(std::move(finding));
      for (const pipeline::CompiledFile& file : compiled_->files)
        rendered_.files.push_back({file.name, print(file)});
      rendered_.set = std::move(compiled_->set);
    }
  }

 private:
  static std::string print(const pipeline::CompiledFile& file) {
    std::string text;
    for (const yaml::Node* document : file.documents) {
      if (!text.empty()) text += "---\n";
      text += yaml::emit(*document, yaml::kPlumbOutput);
    }
    return text;
  }

  kube::ResourceSet& set() { return compiled_ ? compiled_->set : rendered_.set; }

  void add_step(const project::Step& step) {
    switch (step.kind) {
      case project::StepKind::kManifests:
        add_manifests(step, tree_, workspace_.sources, workspace_.project.limits, set());
        break;
      case project::StepKind::kPipeline:
        if (!set().resources.empty() || compiled_) {
          fail("render/step-order", step.place,
               "'pipeline' makes resources; it can only be the first step");
        }
        settings_ = pipeline_settings(*target_.unit, step);
        compiled_ = load_compiled(settings_, workspace_, tree_);
        break;
      case project::StepKind::kKustomize:
        kustomize(existing_path(tree_, step.paths[0]), step.strict);
        break;
      case project::StepKind::kYtt:
        ytt_set(step.paths, step.values, values().unit, tree_, workspace_, set());
        break;
      case project::StepKind::kTemplate:
        ytt_set(step.paths, std::nullopt, template_values(), tree_, workspace_, set());
        break;
    }
  }

  void kustomize(const files::Path& directory, bool strict) {
    kube::ResourceSet& now = set();
    now = kustomize_set(tree_, directory, strict, std::move(now), workspace_, rendered_.warnings);
  }

  void apply_overlay(const project::Located& overlay) {
    if (overlay.text == kIndexOverlay) return rewrite_indexes();
    if (!is_builtin(overlay.text)) {
      const files::Path path = existing_path(tree_, overlay);
      if (has_kustomization(tree_, path)) return kustomize(path, false);
    }
    ytt_set({overlay}, std::nullopt, is_builtin(overlay.text) ? template_values() : values().unit,
            tree_, workspace_, set());
  }

  // What a template that plumb ships sees: the shared blocks, and the unit's own values over them.
  const yaml::Node* template_values() {
    yaml::Node* const merged = yaml::copy(*set().arena, *values().shared);
    for (const yaml::Entry& entry : values().unit->entries) {
      yaml::set(*set().arena, *merged, entry.key->text, entry.value);
    }
    return merged;
  }

  // Points every compiled pipeline of the target at the environment's package index.
  void rewrite_indexes() {
    const pipeline::IndexUrls urls = pipeline::index_urls(*values().shared);
    pipeline::RewriteCount count;
    if (compiled_) {
      count = pipeline::rewrite_indexes(*compiled_, urls);
      if (count.calls > 0) rendered_.files.push_back({"devpi.env", pipeline::devpi_env(urls)});
      return;
    }
    for (kube::Resource& resource : set().resources) {
      const yaml::Node* const body =
          pipeline::rewrite_indexes(*set().arena, *set().origins, *resource.body, urls, &count);
      resource.body = const_cast<yaml::Node*>(body);  // the arena is the set's own
    }
    if (count.calls > 0) rendered_.files.push_back({"devpi.env", pipeline::devpi_env(urls)});
  }

  const Values& values() {
    if (!values_) values_ = read_values(target_, workspace_, tree_, *set().arena);
    return *values_;
  }

  const Target& target_;
  const Workspace& workspace_;
  const files::Tree& tree_;
  Rendered& rendered_;
  std::optional<pipeline::Loaded> compiled_;
  pipeline::Settings settings_;
  std::optional<Values> values_;
};

}  // namespace

Rendered render(const Target& target, const Workspace& workspace) {
  const files::RecordingTree tree(workspace.tree);
  Rendered rendered{kube::ResourceSet(workspace.keep_chains), {}, {}, {}, {}};
  if (target.unit->not_rendered) {
    rendered.not_rendered.push_back(*target.unit->not_rendered);
    rendered.left_out = true;
    return rendered;
  }
  rendered.not_rendered = target.unit->skipped;
  try {
    Run(target, workspace, tree, rendered).run();
  } catch (const Error& error) {
    // What lies elsewhere is no mistake of the repository: the target is left out, and every
    // summary says so.
    if (error.diagnostic().code != kNoMirror) throw;
    Rendered left_out{kube::ResourceSet(workspace.keep_chains),
                      {},
                      tree.inputs(),
                      {},
                      target.unit->skipped,
                      true};
    left_out.not_rendered.push_back(
        {target.unit->name, error.diagnostic().text, error.diagnostic().span});
    return left_out;
  }
  if (target.unit->namespace_name) fill_namespace(rendered.set, *target.unit->namespace_name);
  check_duplicates(rendered.set);
  kube::sort_for_apply(rendered.set.resources);
  rendered.inputs = tree.inputs();
  // What says that there is this target, and how it is rendered.
  for (const Span place : {target.unit->place, target.environment->place}) {
    if (place.source == 0) continue;
    const auto path = files::Path::parse(workspace.sources.get(place.source).name);
    if (path && workspace.tree.kind_of(*path)) rendered.inputs.files.insert(*path);
  }
  return rendered;
}

}  // namespace plumb::render
