#include "project/project.h"

#include <algorithm>
#include <array>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"
#include "project/discover.h"
#include "project/settings.h"
#include "yaml/read.h"

namespace plumb::project {

std::string_view step_name(StepKind kind) {
  switch (kind) {
    case StepKind::kManifests:
      return "manifests";
    case StepKind::kYtt:
      return "ytt";
    case StepKind::kKustomize:
      return "kustomize";
    case StepKind::kPipeline:
      return "pipeline";
    case StepKind::kTemplate:
      return "template";
  }
  return "manifests";
}

bool Environment::includes(std::string_view unit) const {
  return units.empty() || std::any_of(units.begin(), units.end(),
                                      [&](const Located& one) { return one.text == unit; });
}

const Unit* Project::find_unit(std::string_view unit) const {
  const auto found =
      std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.name == unit; });
  return found == units.end() ? nullptr : &*found;
}

const Environment* Project::find_environment(std::string_view environment) const {
  const auto found = std::find_if(environments.begin(), environments.end(),
                                  [&](const Environment& one) { return one.name == environment; });
  return found == environments.end() ? nullptr : &*found;
}

namespace {

constexpr std::array kStepKinds{StepKind::kManifests, StepKind::kYtt, StepKind::kKustomize,
                                StepKind::kPipeline, StepKind::kTemplate};

// The one key that says how a step makes resources, and the settings that go with it.
Step read_step(Settings& settings, const yaml::Node& node, const std::string& what) {
  Step step;
  step.place = node.span;
  std::optional<StepKind> kind;
  for (const StepKind candidate : kStepKinds) {
    const std::vector<Located> paths = settings.texts(step_name(candidate));
    if (paths.empty()) continue;
    if (kind) {
      fail("project/two-kinds", paths[0].span,
           cat(what, " is both '", step_name(*kind), "' and '", step_name(candidate), "'"),
           {{"chain them with 'steps: [{…}, {…}]'"}});
    }
    if (candidate != StepKind::kYtt && paths.size() > 1) {
      fail("project/expected", paths[1].span,
           cat("expected one path for '", step_name(candidate), "' of ", what));
    }
    kind = candidate;
    step.paths = paths;
  }
  if (!kind) {
    fail("project/no-kind", node.span,
         cat("expected one of manifests, ytt, kustomize, pipeline, template for ", what));
  }
  step.kind = *kind;
  if (step.kind == StepKind::kYtt) step.values = settings.text("values");
  if (step.kind == StepKind::kManifests) step.recurse = settings.boolean("recurse").value_or(false);
  if (step.kind == StepKind::kKustomize) step.strict = settings.boolean("strict").value_or(false);
  if (step.kind == StepKind::kPipeline) {
    step.settings = &node;
    for (const std::string_view key : {"target", "versionName", "description", "displayName"})
      settings.text(key);
    settings.any("schedules");
  }
  return step;
}

Unit read_unit(const yaml::Entry& entry) {
  Unit unit;
  unit.name = std::string(entry.key->text);
  unit.place = entry.key->span;
  const std::string what = cat("unit '", unit.name, "'");
  Settings settings(*entry.value, what);
  unit.namespace_name = settings.text("namespace");
  if (const yaml::Node* const steps = settings.sequence("steps")) {
    for (const yaml::Node* const item : steps->items) {
      Settings step_settings(*item, cat("a step of ", what));
      unit.steps.push_back(read_step(step_settings, *item, cat("a step of ", what)));
      step_settings.finish();
    }
  } else {
    unit.steps.push_back(read_step(settings, *entry.value, what));
    if (unit.steps[0].place.length == 0) unit.steps[0].place = unit.place;
  }
  settings.finish();
  return unit;
}

Guards read_guards(const yaml::Node* node, const std::string& what) {
  Guards guards;
  if (node == nullptr) return guards;
  Settings settings(*node, cat("the guards of ", what));
  guards.deletions = settings.integer("deletions");
  if (const yaml::Node* const allow = settings.sequence("allow")) {
    for (const yaml::Node* const item : allow->items) {
      Settings row(*item, "an allowance");
      const auto rule = row.text("rule");
      const auto resource = row.text("resource");
      const auto reason = row.text("reason");
      row.finish();
      if (!rule || !resource || !reason) {
        fail("project/expected", item->span, "expected rule, resource and reason for an allowance");
      }
      guards.allow.push_back({rule->text, resource->text, reason->text, item->span});
    }
  }
  settings.finish();
  return guards;
}

struct ApplierRow {
  std::string_view name;
  std::string_view manager;
  bool server_side;
  bool force = true;
};
constexpr std::array kAppliers{
    ApplierRow{"argocd", "argocd-controller", false},
    ApplierRow{"argocd-ssa", "argocd-controller", true},
    ApplierRow{"flux", "kustomize-controller", true},
    ApplierRow{"kubectl", "kubectl-client-side-apply", false},
    ApplierRow{"kubectl-ssa", "kubectl", true, false},
};

Applier named_applier(const yaml::Node& node) {
  std::vector<std::string_view> names;
  for (const ApplierRow& row : kAppliers) {
    if (node.text == row.name) return {std::string(row.manager), row.server_side, row.force};
    names.push_back(row.name);
  }
  std::vector<Note> notes = did_you_mean(node.text, names);
  notes.push_back({cat("known are ", join(names, ", "),
                       " and {manager: NAME, method: server-side, force: true}")});
  fail("project/unknown-applier", node.span, cat("unknown applier '", node.text, "'"),
       std::move(notes), {std::string(node.text)});
}

// {manager: NAME, method: server-side or client-side, force: true or false}
Applier described_applier(const yaml::Node& node, const std::string& what) {
  Settings settings(node, cat("'applier' of ", what));
  const auto manager = settings.text("manager");
  const auto method = settings.text("method");
  const auto force = settings.boolean("force");
  settings.finish();
  if (!manager || manager->text.empty() || manager->text.size() > 128) {
    fail("project/expected", node.span,
         "expected 'manager' of at most 128 characters for an applier");
  }
  if (method && method->text != "server-side" && method->text != "client-side") {
    fail("project/expected", method->span,
         cat("expected server-side or client-side for 'method', got '", method->text, "'"));
  }
  return {manager->text, !method || method->text == "server-side", force.value_or(true)};
}

Applier read_applier(const yaml::Node& node, const std::string& what) {
  return node.is_scalar() ? named_applier(node) : described_applier(node, what);
}

Environment read_environment(const yaml::Entry& entry) {
  Environment environment;
  environment.name = std::string(entry.key->text);
  environment.place = entry.key->span;
  const std::string what = cat("environment '", environment.name, "'");
  Settings settings(*entry.value, what);
  environment.values = settings.text("values");
  environment.overlays = settings.texts("overlays");
  environment.live = settings.text("live");
  environment.units = settings.texts("units");
  if (const yaml::Node* const applier = settings.any("applier")) {
    environment.applier = read_applier(*applier, what);
  }
  if (const yaml::Node* const owned = settings.mapping("owned")) {
    Settings selector(*owned, cat("'owned' of ", what));
    environment.owned.labels = selector.text_map("labels");
    environment.owned.annotations = selector.text_map("annotations");
    selector.finish();
  }
  environment.guards = read_guards(settings.mapping("guards"), what);
  settings.finish();
  return environment;
}

Limits read_limits(const yaml::Node* node) {
  Limits limits;
  if (node == nullptr) return limits;
  Settings settings(*node, "the limits");
  for (const LimitRow& row : limit_rows()) {
    const auto value = settings.integer(row.name);
    if (!value) continue;
    if (*value < 1)
      fail("project/expected", node->span,
           cat("expected a positive number for limit '", row.name, "'"));
    limits.*row.field = static_cast<std::uint64_t>(*value);
  }
  settings.finish();
  return limits;
}

void check_unit_names(const Project& project) {
  std::vector<std::string> names;
  for (const Unit& unit : project.units) names.push_back(unit.name);
  for (const Environment& environment : project.environments) {
    for (const Located& name : environment.units) {
      if (project.find_unit(name.text) != nullptr) continue;
      fail("project/unknown-unit", name.span, cat("no unit '", name.text, "' in plumb.yaml"),
           did_you_mean(name.text, names));
    }
  }
}

std::vector<std::string> texts_of(const std::vector<Located>& located) {
  std::vector<std::string> texts;
  for (const Located& one : located) texts.push_back(one.text);
  return texts;
}

void read_project_file(Project& project, const yaml::Node& root) {
  Settings settings(root, "plumb.yaml");
  const auto api_version = settings.text("apiVersion");
  const auto kind = settings.text("kind");
  if (!api_version || api_version->text != "plumb/v1") {
    fail("project/version", api_version ? api_version->span : root.span,
         "expected 'apiVersion: plumb/v1'");
  }
  if (!kind || kind->text != "Project")
    fail("project/version", kind ? kind->span : root.span, "expected 'kind: Project'");
  if (const auto name = settings.text("name")) project.name = name->text;
  project.mirrors = settings.text_map("mirrors");
  project.self_repos = texts_of(settings.texts("selfRepos"));
  project.sensitive = texts_of(settings.texts("sensitive"));
  project.limits = read_limits(settings.mapping("limits"));
  const yaml::Node* const units = settings.mapping("units");
  const yaml::Node* const environments = settings.mapping("environments");
  settings.finish();
  project.discovered = units == nullptr;
  if (units != nullptr) {
    for (const yaml::Entry& entry : units->entries) project.units.push_back(read_unit(entry));
  }
  if (environments != nullptr) {
    for (const yaml::Entry& entry : environments->entries)
      project.environments.push_back(read_environment(entry));
  }
}

}  // namespace

Project load(const files::Tree& tree, SourceStore& sources, Arena& arena) {
  Project project;
  project.discovered = true;
  const files::Path path = *files::Path::parse("plumb.yaml");
  if (const auto text = files::read(tree, path)) {
    project.source = sources.add(tree.describe(path), *text);
    const yaml::Stream stream =
        yaml::read(sources, project.source, yaml::kKubernetesProfile, arena);
    if (stream.documents.size() != 1) {
      fail("project/version", {project.source, 0, 0},
           cat("expected one document, found ", std::to_string(stream.documents.size())));
    }
    read_project_file(project, *stream.documents[0].root);
  }
  if (project.discovered) discover(project, tree, sources, arena);
  if (project.environments.empty()) project.environments.emplace_back().name = "default";
  check_unit_names(project);
  return project;
}

}  // namespace plumb::project
