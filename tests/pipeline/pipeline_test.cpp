#include "pipeline/pipeline.h"

#include <deque>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "pipeline/content.h"
#include "pipeline/references.h"
#include "yaml/emit.h"

namespace plumb::pipeline {

namespace {

constexpr const char* kIr =
    "pipelineInfo: {name: Churn_Model, description: who leaves}\n"
    "schemaVersion: 2.1.0\n"
    "deploymentSpec:\n"
    "  executors:\n"
    "    exec-fit: {container: {image: a:1, command: [sh, -c, 'pip install x && \"$0\" \"$@\"']}}\n"
    "root: {dag: {tasks: {}}}\n";
constexpr const char* kPlatform = "---\nplatforms: {kubernetes: {deploymentSpec: {}}}\n";

std::string workflow(const std::string& time, const std::string& image = "a:1") {
  return "apiVersion: argoproj.io/v1alpha1\n"
         "kind: Workflow\n"
         "metadata:\n"
         "  generateName: is-palindrome-\n"
         "  annotations: {pipelines.kubeflow.org/pipeline_compilation_time: '" +
         time +
         "'}\n"
         "spec:\n"
         "  entrypoint: main\n"
         "  templates: [{name: main, container: {image: '" +
         image + "'}}]\n";
}

std::string wrapped(const std::string& name, const std::string& compiled) {
  std::string text =
      "apiVersion: kfp.jackhoman.com/v1alpha1\nkind: PipelineVersion\nmetadata: {name: " + name +
      "}\nspec:\n  pipeline: is-palindrome\n  workflow:\n";
  for (const std::string_view line : split(compiled, '\n'))
    if (!line.empty()) text += cat("    ", line, "\n");
  return text;
}

constexpr const char* kRun =
    "apiVersion: kfp.jackhoman.com/v1alpha1\nkind: RecurringRun\nmetadata: {name: racecar}\n"
    "spec: {versionRef: v1, schedule: {cron: 0 * * * * *}}\n";

// What git says, as the test wants it.
struct SaidByGit final : files::Repository {
  std::vector<std::string> tags;
  std::string branch;
  const std::string& work_directory() const override { return branch; }
  files::Revision resolve(std::string_view, Span) const override { return {}; }
  std::unique_ptr<files::Tree> open(std::string_view, const files::Path&, Span) const override {
    return nullptr;
  }
  std::vector<std::string> tags_at(std::string_view) const override { return tags; }
  std::string describe_revision(std::string_view) const override { return "v1.0.0-3-gabcdef0"; }
  std::string head_branch() const override { return branch; }
  std::vector<std::string> remote_urls() const override { return {}; }
};

struct Unit {
  explicit Unit(std::map<std::string, std::string> files) : tree(std::move(files)) {}

  Built make() {
    const Input input{tree, [this](const files::Path& path) -> const yaml::Stream& {
                        const SourceId id = sources.add(path.text(), *tree.read_file(path, {}));
                        streams.push_back(yaml::read(sources, id, yaml::kKubernetesProfile, arena));
                        return streams.back();
                      }};
    return build(settings, input, {&git, "HEAD"}, urls ? &*urls : nullptr);
  }
  std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const kube::Resource& resource : make().set.resources)
      out.push_back(kube::describe(resource.id));
    return out;
  }
  std::string code() {
    try {
      make();
    } catch (const Error& error) {
      return error.diagnostic().code;
    }
    return "";
  }
  void use_index(const std::string& block) {
    const SourceId id = sources.add("values.yaml", "devpi: " + block);
    streams.push_back(yaml::read(sources, id, yaml::kKubernetesProfile, arena));
    urls = index_urls(*streams.back().documents[0].root);
  }

  files::MemoryTree tree;
  SaidByGit git;
  Settings settings{"p", "", "", "", "", {}, {}, nullptr};
  SourceStore sources;
  Arena arena;
  std::deque<yaml::Stream> streams;
  std::optional<IndexUrls> urls;
};

std::string text_of(const Built& built) {
  std::string text;
  for (const kube::Resource& resource : built.set.resources)
    text += cat(text.empty() ? "" : "---\n", yaml::emit(*resource.body, yaml::kPlumbOutput));
  return text;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a compiled workflow becomes a Pipeline and a PipelineVersion", "[pipeline][load]") {
  Unit unit({{"p/v1.workflow.yaml", workflow("1")}});
  unit.settings.version_name = "{pipeline}-{file}";
  unit.settings.namespace_name = "team-a";
  CHECK(text_of(unit.make()) ==
        "apiVersion: kfp.jackhoman.com/v1alpha1\n"
        "kind: Pipeline\n"
        "metadata:\n"
        "  name: is-palindrome\n"
        "  namespace: team-a\n"
        "spec:\n"
        "  description: \"\"\n"
        "---\n"
        "apiVersion: kfp.jackhoman.com/v1alpha1\n"
        "kind: PipelineVersion\n"
        "metadata:\n"
        "  name: is-palindrome-v1\n"
        "  namespace: team-a\n"
        "spec:\n"
        "  pipeline: is-palindrome\n"
        "  workflow:\n"
        "    apiVersion: argoproj.io/v1alpha1\n"
        "    kind: Workflow\n"
        "    metadata:\n"
        "      generateName: is-palindrome-\n"
        "      annotations:\n"
        "        pipelines.kubeflow.org/pipeline_compilation_time: \"1\"\n"
        "    spec:\n"
        "      entrypoint: main\n"
        "      templates:\n"
        "      - name: main\n"
        "        container:\n"
        "          image: a:1\n");
}

TEST_CASE("IR and its platform document become native objects", "[pipeline][load]") {
  Unit unit({{"p/v1.ir.yaml", cat(kIr, kPlatform)}, {"p/pipeline.yaml", "displayName: Churn\n"}});
  unit.settings.target = "kfp-native";
  unit.settings.version_name = "{pipeline}-{file}";
  const Built built = unit.make();
  REQUIRE(built.set.resources.size() == 2);
  const yaml::Node& pipeline = *built.set.resources[0].body;
  CHECK(yaml::text_at(pipeline, {"metadata", "name"}) == "churn-model");
  CHECK(yaml::text_at(pipeline, {"spec", "displayName"}) == "Churn");
  CHECK(yaml::text_at(pipeline, {"spec", "description"}) == "who leaves");
  const yaml::Node& version = *built.set.resources[1].body;
  CHECK(yaml::text_at(version, {"apiVersion"}) == "pipelines.kubeflow.org/v2beta1");
  CHECK(yaml::text_at(version, {"metadata", "name"}) == "churn-model-v1");
  CHECK(yaml::text_at(version, {"spec", "pipelineName"}) == "churn-model");
  CHECK(yaml::text_at(version, {"spec", "pipelineSpec", "schemaVersion"}) == "2.1.0");
  CHECK(yaml::find_path(version, {"spec", "platformSpec", "platforms", "kubernetes"}));
}

TEST_CASE("a version is named by its content, whenever it was compiled", "[pipeline][names]") {
  const auto name = [](const std::string& compiled) {
    return Unit({{"p/a.yaml", compiled}}).names().at(1);
  };
  CHECK(name(workflow("1")) == name(workflow("2")));
  CHECK(name(workflow("1")) != name(workflow("1", "a:2")));
  CHECK(name(workflow("1")).starts_with("PipelineVersion/is-palindrome-"));
  CHECK(name(workflow("1")).size() == std::string("PipelineVersion/is-palindrome-12345678").size());
}

TEST_CASE("another index is another content, and another name", "[pipeline][names]") {
  Unit unit(std::map<std::string, std::string>{{"p/a.yaml", kIr}});
  unit.settings.target = "kfp-native";
  const std::string plain = unit.names().at(1);
  unit.use_index("{flavor: kind}");
  const std::string kind = unit.names().at(1);
  unit.use_index("{flavor: k3d}");
  CHECK(plain != kind);
  CHECK(kind != unit.names().at(1));
  const Built built = unit.make();
  CHECK(built.rewritten.changed == 1);
  CHECK(contains(built.files.at("devpi.env"), "host.k3d.internal"));
}

TEST_CASE("manifests come back as they are", "[pipeline][load]") {
  const std::string text = cat(wrapped("v1", workflow("1")), "---\n", kRun);
  Unit unit({{"p/all.yaml", text}});
  const Built built = unit.make();
  REQUIRE(built.set.resources.size() == 2);
  CHECK(yaml::equal(*built.set.resources[0].body, *unit.streams[0].documents[0].root));
  CHECK(yaml::equal(*built.set.resources[1].body, *unit.streams[0].documents[1].root));
}

TEST_CASE("references follow versions that are renamed", "[pipeline][names]") {
  Unit unit({{"p/all.yaml", cat(wrapped("v1", workflow("1")), "---\n", kRun)}});
  unit.settings.version_name = "{hash8}";
  const Built built = unit.make();
  const kube::Resource& version = built.set.resources[0];
  CHECK(version.id.name == content_hash(*version.body).substr(0, 8));
  CHECK(version.former_ids.at(0).name == "v1");
  CHECK(yaml::text_at(*built.set.resources[1].body, {"spec", "versionRef"}) == version.id.name);
}

TEST_CASE("schedules become recurring runs of a version", "[pipeline][load]") {
  Unit unit({{"p/v1.yaml", workflow("1")},
             {"p/v2.yaml", workflow("1", "a:2")},
             {"p/pipeline.yaml",
              "name: other\nschedules:\n- {name: nightly, cron: 0 0 3 * * *, version: v2, "
              "parameters: {rows: 1000, list: '[1]'}}\n"}});
  const Built built = unit.make();
  const yaml::Node& run = *built.set.resources.at(3).body;
  CHECK(yaml::text_at(run, {"kind"}) == "RecurringRun");
  CHECK(yaml::text_at(run, {"spec", "versionRef"}) == built.set.resources[2].id.name);
  CHECK(yaml::text_at(run, {"spec", "schedule", "cron"}) == "0 0 3 * * *");
  const yaml::Node& rows = *yaml::find_path(run, {"spec", "parameters"})->items[0];
  CHECK(yaml::find(rows, "value")->is_string());
  CHECK(built.set.resources[0].id.name == "other");
  unit.tree.add_file(*files::Path::parse("p/pipeline.yaml"),
                     "schedules: [{name: a, cron: x, version: v3}]\n");
  CHECK(unit.code() == "pipeline/unknown-version");
  unit.settings.target = "argo-workflow";
  CHECK(unit.code() == "pipeline/no-schedules");
}

TEST_CASE("a unit says more about its pipeline than pipeline.yaml", "[pipeline][load]") {
  Unit unit({{"p/v1.yaml", workflow("1")},
             {"p/pipeline.yaml", "schedules: [{name: a, cron: x}, {name: b, cron: x}]\n"}});
  CHECK(unit.names().size() == 4);
  const SourceId id = unit.sources.add(
      "plumb.yaml",
      "{pipeline: p, versionName: '{file}', description: d, schedules: [{name: c, cron: y}]}");
  const yaml::Stream stream = yaml::read(unit.sources, id, yaml::kKubernetesProfile, unit.arena);
  unit.settings = read_settings("p", *stream.documents[0].root);
  CHECK(unit.names() == Names{"Pipeline/is-palindrome", "PipelineVersion/v1", "RecurringRun/c"});
  CHECK(yaml::text_at(*unit.make().set.resources[0].body, {"spec", "description"}) == "d");
}

TEST_CASE("names may come from git and files", "[pipeline][names]") {
  Unit unit({{"p/V1_x.workflow.yaml", workflow("1")}});
  const auto named = [&](const std::string& pattern) {
    unit.settings.version_name = pattern;
    return unit.make().set.resources.at(1).id.name;
  };
  unit.git.tags = {"v1.0.0"};
  unit.git.branch = "feature/X_y";
  CHECK(named("{pipeline}-{tag}") == "is-palindrome-v1.0.0");
  CHECK(named("{pipeline}-{ref}") == "is-palindrome-feature-x-y");
  CHECK(named("{describe}") == "v1.0.0-3-gabcdef0");
  CHECK(named("{file}") == "v1-x");
  unit.git.branch.clear();
  CHECK(named("{ref}") == "v1.0.0");
  unit.git.tags.clear();
  CHECK(unit.code() == "pipeline/no-ref");
  unit.settings.version_name = "{tag}";
  CHECK(unit.code() == "pipeline/no-tag");
  for (const char* const pattern : {"{hash}", "{hash8", "-{file}", "a b"}) {
    unit.settings.version_name = pattern;
    CHECK(unit.code() == "pipeline/bad-version-name");
  }
}

TEST_CASE("two versions of one name are one, or an error", "[pipeline][names]") {
  Unit unit({{"p/a.yaml", workflow("1")}, {"p/b.yaml", workflow("2")}});
  const Built built = unit.make();
  CHECK(built.set.resources.size() == 2);
  REQUIRE(built.findings.size() == 1);
  CHECK(built.findings[0].code == "pipeline/same-version");
  unit.settings.version_name = "{pipeline}";
  unit.tree.add_file(*files::Path::parse("p/b.yaml"), workflow("2", "a:2"));
  CHECK(unit.code() == "pipeline/duplicate-version");
}

TEST_CASE("conversions that cannot be are errors by name", "[pipeline][load]") {
  const auto code = [](const std::string& text, const std::string& target) {
    Unit unit({{"p/a.yaml", text}});
    unit.settings.target = target;
    return unit.code();
  };
  CHECK(code(kIr, "argo-workflow") == "pipeline/needs-workflow");
  CHECK(code(workflow("1"), "kfp-native") == "pipeline/needs-ir");
  CHECK(code(wrapped("v1", workflow("1")), "kfp-native") == "pipeline/needs-ir");
  CHECK(code(cat(kIr, kPlatform), "kfp-releaser") == "pipeline/platform-in-workflow");
  CHECK(code(kRun, "kfp-native") == "pipeline/no-schedules");
  CHECK(code("a: 1\n", "") == "pipeline/unknown-content");
  CHECK(code(kPlatform, "") == "pipeline/unknown-content");
  CHECK(code(kIr, "kfp") == "pipeline/unknown-target");
}

TEST_CASE("IR inside kfp-releaser is a warning", "[pipeline][load]") {
  Unit unit(std::map<std::string, std::string>{{"p/a.yaml", kIr}});
  const Built built = unit.make();
  REQUIRE(built.findings.size() == 1);
  CHECK(built.findings[0].code == "pipeline/ir-in-workflow");
  CHECK(yaml::find_path(*built.set.resources[1].body, {"spec", "workflow", "pipelineInfo"}));
}

TEST_CASE("manifests of one group become those of the other where that can be",
          "[pipeline][load]") {
  Unit unit({{"p/a.yaml", cat("apiVersion: pipelines.kubeflow.org/v2beta1\nkind: Pipeline\n"
                              "metadata: {name: c}\nspec: {displayName: C, description: d}\n---\n"
                              "apiVersion: pipelines.kubeflow.org/v2beta1\nkind: PipelineVersion\n"
                              "metadata: {name: c-1}\nspec:\n  pipelineName: c\n  pipelineSpec:\n"
                              "    pipelineInfo: {name: c}\n    root: {}\n")}});
  const Built built = unit.make();
  REQUIRE(built.set.resources.size() == 2);
  CHECK(built.set.resources[0].id.group == "kfp.jackhoman.com");
  CHECK(yaml::text_at(*built.set.resources[0].body, {"spec", "description"}) == "d");
  CHECK(built.set.resources[1].id.name == "c-1");
  CHECK(yaml::text_at(*built.set.resources[1].body, {"spec", "pipeline"}) == "c");
  CHECK(built.findings.size() == 2);  // the display name, IR in a workflow
}

TEST_CASE("workflows may stay workflows, and raw IR files", "[pipeline][load]") {
  Unit unit({{"p/a.yaml", wrapped("v1", workflow("1"))}});
  unit.settings.target = "argo-workflow";
  const Built workflows = unit.make();
  REQUIRE(workflows.set.resources.size() == 1);
  CHECK(workflows.set.resources[0].id.kind == "Workflow");
  Unit raw({{"p/x/a.ir.yaml", cat(kIr, kPlatform)}});
  raw.settings.target = "raw";
  raw.use_index("{flavor: kind}");
  const Built files = raw.make();
  CHECK(files.set.resources.empty());
  CHECK(contains(files.files.at("x/a.ir.yaml"), "host.docker.internal"));
  CHECK(contains(files.files.at("x/a.ir.yaml"), "\n---\nplatforms:"));
}

TEST_CASE("files are found by directory, by name and by pattern", "[pipeline][load]") {
  Unit unit({{".kale/a.pipeline.yaml", kIr},
             {".kale/b.pipeline.yaml", workflow("1")},
             {".kale/a.kale.py", ""},
             {"p/.ipynb_checkpoints/x.yaml", "a: 1\n"},
             {"p/x.yaml", workflow("1")},
             {"p/note.txt", ""}});
  CHECK(unit.names().size() == 2);
  unit.settings.path = ".kale/*.pipeline.yaml";
  CHECK(unit.names().size() == 4);
  unit.settings.path = ".kale";
  CHECK(unit.names().size() == 4);
  unit.settings.path = ".kale/b.pipeline.yaml";
  CHECK(unit.names().size() == 2);
  for (const char* const path : {"none", "../p", "p/*.json"}) {
    unit.settings.path = path;
    CHECK(unit.code() == "pipeline/no-files");
  }
}

TEST_CASE("a file pipeline.yaml is what its content says", "[pipeline][load]") {
  CHECK(Unit({{"p/pipeline.yaml", workflow("1")}}).names().size() == 2);
  Unit typo({{"p/pipeline.yaml", "nmae: a\n"}, {"p/v1.yaml", workflow("1")}});
  CHECK(typo.code() == "pipeline/unknown-key");
}

TEST_CASE("versions are the same when only volatile fields differ", "[pipeline][content]") {
  Unit unit({{"p/a.yaml", wrapped("v1", workflow("1"))},
             {"p/b.yaml", wrapped("v2", workflow("2") + "status: {startedAt: null}\n")},
             {"p/c.yaml", wrapped("v3", workflow("1", "a:2"))}});
  const Built built = unit.make();
  const auto body = [&](std::size_t i) -> const yaml::Node& {
    return *built.set.resources.at(i).body;
  };
  CHECK(same_content(body(0), body(1)));
  CHECK(content_hash(body(0)) == content_hash(body(1)));
  CHECK(name_by_content(body(0)) == cat("is-palindrome-", content_hash(body(0)).substr(0, 8)));
  CHECK_FALSE(same_content(body(0), body(2)));
  CHECK(content_hash(body(0)) != content_hash(body(2)));
}

}  // namespace plumb::pipeline
