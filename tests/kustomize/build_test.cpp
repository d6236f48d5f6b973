#include <catch2/catch.hpp>

#include "base/text.h"
#include "kustomize/kustomize.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

using Texts = std::map<std::string, std::string>;

std::string built(const Texts& texts, std::string_view directory = "") {
  SourceStore sources;
  const files::MemoryTree tree(texts);
  const Context context{.sources = sources};
  return print(build(tree, *files::Path::parse(directory), {}, context));
}

// The diagnostic's first line.
std::string problem(const Texts& texts, std::string_view directory = "") {
  SourceStore sources;
  const files::MemoryTree tree(texts);
  const Context context{.sources = sources};
  try {
    build(tree, *files::Path::parse(directory), {}, context);
  } catch (const Error& error) {
    const std::string text = format_diagnostic(error.diagnostic(), sources);
    return text.substr(0, text.find('\n'));
  }
  return "none";
}

const std::string kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n"
    "      containers:\n      - name: main\n        image: nginx:1\n        envFrom: "
    "[{configMapRef: {name: settings}}]\n";

}  // namespace

TEST_CASE("names that change are followed by what names them", "[kustomize][names]") {
  const std::string out = built({{"kustomization.yaml",
                                  "resources: [d.yaml]\nnamePrefix: p-\nimages: [{name: nginx, "
                                  "newTag: '2'}]\nconfigMapGenerator: [{name: settings, literals: "
                                  "[a=b]}]\n"},
                                 {"d.yaml", kDeployment}});
  CHECK(contains(out, "  name: p-settings-4h2mbtbbt6\n"));
  CHECK(contains(out, "            name: p-settings-4h2mbtbbt6\n"));
  CHECK(contains(out, "image: nginx:2\n"));
}

TEST_CASE("an unknown field is named with the one that was meant", "[kustomize][errors]") {
  CHECK(problem({{"kustomization.yaml", "imges: []\n"}}) ==
        "kustomization.yaml:1:1: error: unknown field 'imges' [kustomize/unknown-field]");
}

TEST_CASE("a patch that meets nothing is an error at the patch", "[kustomize][patches]") {
  CHECK(problem({{"kustomization.yaml", "resources: [d.yaml]\npatches: [{path: p.yaml}]\n"},
                 {"d.yaml", kDeployment},
                 {"p.yaml", "\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: wob}\n"}}) ==
        "p.yaml:2:1: error: there is no 'Deployment.v1.apps/wob.[noNs]' to patch "
        "[kustomize/patch-target]");
}

TEST_CASE("an inline patch is blamed at its own line", "[kustomize][patches]") {
  CHECK(
      problem({{"kustomization.yaml",
                "resources: [d.yaml]\npatches:\n- patch: |\n    - op: remove\n      path: /nope\n  "
                "target: {kind: Deployment}\n"},
               {"d.yaml", kDeployment}})
          .starts_with("kustomization.yaml:4:7: error:"));
}

TEST_CASE("what a patch wrote has the patch's place", "[kustomize][origins]") {
  SourceStore sources;
  const files::MemoryTree tree(
      Texts{{"kustomization.yaml", "resources: [d.yaml]\npatches: [{path: p.yaml}]\n"},
            {"d.yaml", kDeployment},
            {"p.yaml",
             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: "
             "3}\n"}});
  Context context{.sources = sources};
  context.keep_chains = true;
  const kube::ResourceSet set = build(tree, {}, {}, context);
  const yaml::Node* const replicas =
      yaml::find_path(*set.resources.at(0).body, {"spec", "replicas"});
  REQUIRE(replicas != nullptr);
  CHECK(sources.describe(replicas->span) == "p.yaml:4:18");
  CHECK(set.origins->last(*replicas).layer != 0);
}

TEST_CASE("a remote base without a mirror is named", "[kustomize][remote]") {
  CHECK(contains(
      problem({{"kustomization.yaml", "resources: ['https://github.com/a/b//c?ref=v1']\n"}}),
      "[kustomize/remote]"));
}

TEST_CASE("a cycle of bases is an error", "[kustomize][files]") {
  CHECK(contains(problem({{"a/kustomization.yaml", "resources: [../b]\n"},
                          {"b/kustomization.yaml", "resources: [../a]\n"}},
                         "a"),
                 "[kustomize/cycle]"));
}

TEST_CASE("a Secret's values are never quoted", "[kustomize][secrets]") {
  SourceStore sources;
  const files::MemoryTree tree(
      Texts{{"kustomization.yaml", "secretGenerator: [{name: s, literals: [hunter2]}]\n"}});
  const Context context{.sources = sources};
  try {
    build(tree, {}, {}, context);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_FALSE(contains(format_diagnostic(error.diagnostic(), sources), "hunter2"));
    for (const std::string& argument : error.diagnostic().arguments)
      CHECK_FALSE(contains(argument, "hunter2"));
  }
}

TEST_CASE("a Secret that does not parse is not quoted", "[kustomize][secrets]") {
  SourceStore sources;
  const files::MemoryTree tree(Texts{
      {"kustomization.yaml", "resources: [s.yaml]\n"},
      {"s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2\n"}});
  const Context context{.sources = sources};
  try {
    build(tree, {}, {}, context);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_FALSE(contains(format_diagnostic(error.diagnostic(), sources), "hunter2"));
  }
}

TEST_CASE("resources of an earlier step come behind those that are listed", "[kustomize][memory]") {
  SourceStore sources;
  const files::MemoryTree tree(Texts{
      {"kustomization.yaml", "resources: [d.yaml]\nnamePrefix: p-\n"}, {"d.yaml", kDeployment}});
  const Context context{.sources = sources};
  kube::ResourceSet further;
  yaml::Node* const body = yaml::make_mapping(*further.arena);
  yaml::set(*further.arena, *body, "apiVersion", yaml::make_string(*further.arena, "v1"));
  yaml::set(*further.arena, *body, "kind", yaml::make_string(*further.arena, "ConfigMap"));
  yaml::set(*further.arena, *yaml::ensure_mapping(*further.arena, *body, "metadata"), "name",
            yaml::make_string(*further.arena, "settings"));
  further.resources.push_back({kube::id_of(*body), body, {}});
  const std::string out = print(build(tree, {}, {}, context, std::move(further)));
  CHECK(out.starts_with("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-settings\n"));
  CHECK(contains(out, "name: p-settings\n"));
}

// As kustomize 5.8.2 answers; a name is a regular expression, so '.' is any character.
TEST_CASE("an image entry means its name, with any tag and digest", "[kustomize][images]") {
  const auto changes = [](std::string_view name, std::string_view image) {
    const std::string out =
        built({{"kustomization.yaml",
                cat("resources: [p.yaml]\nimages: [{name: '", name, "', newName: changed}]\n")},
               {"p.yaml", cat("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
                              "spec: {containers: [{name: c, image: '",
                              image, "'}]}\n")}});
    return contains(out, "image: changed");
  };
  for (const std::string_view image : {"a.b", "axb", "a.b:1", "a.b:", "a.b@sha256:ab",
                                       "a.b:1@sha256:ab", "a.b:{t}", "a.b@x-y.z:{}"})
    CHECK(changes("a.b", image));
  for (const std::string_view image : {"a.b/c", "ab", "a.b c", "a.b@sha256", "a.b@:x", "a.b@x..y:1",
                                       "a.b@-x:1", "a.b@x-:1", "a.b:1:2", "a.b:1@"})
    CHECK_FALSE(changes("a.b", image));
  CHECK(changes("n(ginx)?", "nginx:1"));
  CHECK(changes("a.b",
                "a\xC3\xA9"
                "b"));
  CHECK_FALSE(changes("(a", "(a"));
}
