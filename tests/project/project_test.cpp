#include "project/project.h"

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace plumb::project {

namespace {

struct Loaded {
  SourceStore sources;
  Arena arena;
  Project project;
  explicit Loaded(std::map<std::string, std::string> files) {
    const files::MemoryTree tree(std::move(files));
    project = load(tree, sources, arena);
  }
};

std::string error_of(const std::string& plumb_yaml) {
  SourceStore sources;
  Arena arena;
  const files::MemoryTree tree({{"plumb.yaml", plumb_yaml}});
  try {
    load(tree, sources, arena);
  } catch (const Error& error) {
    return error.diagnostic().code + " " + sources.describe(error.diagnostic().span);
  }
  return "";
}

const std::string kHead = "apiVersion: plumb/v1\nkind: Project\n";
const std::string kDeployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";

}  // namespace

TEST_CASE("plumb.yaml tells units, environments, guards and limits", "[project]") {
  const Loaded loaded({{"plumb.yaml", kHead + R"(name: ml
mirrors: {"https://github.com/a/b": ../m}
units:
  devpi: {template: builtin:devpi}
  churn: {pipeline: pipelines/churn, target: kfp-native, versionName: "{pipeline}-{hash8}", namespace: team-a}
  apps: {ytt: [a, b], values: v.yaml}
  web: {steps: [{ytt: [config]}, {kustomize: overlays/web, strict: true}]}
environments:
  dev: {values: environments/dev.yaml, overlays: [x, builtin:devpi-index], live: file:live}
  prod:
    units: [web]
    owned: {labels: {team: ml}}
    guards: {deletions: 3, allow: [{rule: delete-claim, resource: PersistentVolumeClaim/data, reason: moved}]}
limits: {starlark_steps: 5}
)"}});
  const Project& project = loaded.project;
  REQUIRE(project.units.size() == 4);
  CHECK(project.units[0].steps[0].kind == StepKind::kTemplate);
  CHECK(project.units[1].namespace_name->text == "team-a");
  CHECK(project.units[3].steps[1].strict);
  CHECK(project.units[2].steps[0].paths.size() == 2);
  CHECK(project.units[3].steps[1].kind == StepKind::kKustomize);
  CHECK(project.environments[0].overlays[1].text == "builtin:devpi-index");
  CHECK(project.environments[1].includes("web"));
  CHECK_FALSE(project.environments[1].includes("apps"));
  CHECK(project.environments[1].owned.labels.at("team") == "ml");
  CHECK(project.environments[1].guards.allow[0].rule == "delete-claim");
  CHECK(project.limits.starlark_steps == 5);
  CHECK(project.mirrors.at("https://github.com/a/b") == "../m");
}

TEST_CASE("mistakes in plumb.yaml are told at their place", "[project]") {
  CHECK(error_of(kHead + "unitz: {}\n") == "project/unknown-key plumb.yaml:3:1");
  CHECK(error_of(kHead + "units: {a: {kustomize: x, ytt: y}}\n") ==
        "project/two-kinds plumb.yaml:3:24");
  CHECK(error_of(kHead + "units: {a: {}}\n").starts_with("project/no-kind"));
  CHECK(error_of(kHead + "environments: {a: {units: [b]}}\n") ==
        "project/unknown-unit plumb.yaml:3:28");
  CHECK(error_of("apiVersion: plumb/v2\nkind: Project\n") == "project/version plumb.yaml:1:13");
  CHECK(error_of(kHead + "limits: {stepz: 1}\n") == "project/unknown-key plumb.yaml:3:10");
  CHECK(error_of(kHead + "units: {a: {ytt: x, strict: true}}\n") ==
        "project/unknown-key plumb.yaml:3:21");
  CHECK(error_of(kHead + "units: []\n") == "project/expected plumb.yaml:3:8");
}

TEST_CASE("units are found by precedence when nothing lists them", "[project][discover]") {
  const std::string application =
      "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: NAME}\nspec:\n"
      "  source: {repoURL: 'ssh://x', path: PATH}\n  destination: {namespace: prod}\n";
  const auto app = [&](std::string name, std::string path) {
    std::string text = application;
    text.replace(text.find("NAME"), 4, name);
    return text.replace(text.find("PATH"), 4, path);
  };
  const Loaded loaded({{"apps/web.yaml", app("web", "k/overlay")},
                       {"apps/far.yaml", app("far", "elsewhere")},
                       {"k/overlay/kustomization.yaml", "resources: [../base]\n"},
                       {"k/base/kustomization.yaml", "resources: [d.yaml]\n"},
                       {"k/base/d.yaml", kDeployment},
                       {"k/other/kustomization.yaml", "resources: []\n"},
                       {"charts/x/Chart.yaml", "name: x\n"},
                       {"charts/x/templates/d.yaml", kDeployment},
                       {"config/t.yaml", "#@ load(\"@ytt:data\", \"data\")\na: #@ data.values.a\n"},
                       {"ir/p.yaml", "pipelineInfo:\n  name: p\ndeploymentSpec: {}\n"},
                       {"plain/d.yaml", kDeployment},
                       {"values/v.yaml", "a: 1\n"},
                       {"plain/secret.yaml.tpl", "password: {{ op://v/i/f }}\n"}});
  std::string seen;
  for (const Unit& unit : loaded.project.units) {
    seen += unit.name + "=" +
            (unit.not_rendered ? "-" : std::string(step_name(unit.steps[0].kind))) + " ";
  }
  CHECK(seen ==
        "apps=manifests charts-x=- config=ytt far=- ir=pipeline k-other=kustomize plain=manifests "
        "web=kustomize ");
  CHECK(loaded.project.find_unit("web")->namespace_name->text == "prod");
  CHECK(loaded.project.find_unit("plain")->skipped.size() == 1);
  CHECK(loaded.project.environments[0].name == "default");
}

}  // namespace plumb::project
