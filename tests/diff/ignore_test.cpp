#include "diff/ignore.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/path.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::diff;

namespace {

struct Desk {
  Arena arena;
  Diagnostics findings;

  const yaml::Node* read(std::string_view text) {
    return yaml::read_text(arena.copy(text), {}, yaml::kKubernetesProfile, arena).documents[0].root;
  }
  // Whether a rule of Deployments covers the path.
  bool ignores(std::string_view rule, std::string_view path) {
    const auto rules = read_ignore_rules(
        *read(cat("{spec: {ignoreDifferences: [{group: apps, kind: Deployment, ", rule, "}]}}")),
        findings);
    const yaml::Node* const live = read(
        "{metadata: {managedFields: [{manager: hpa, fieldsV1: {'f:spec': {'f:replicas': {}}}}, "
        "{manager: other, fieldsV1: {'f:spec': {'f:containers': {'k:{\"name\":\"b\"}': {'f:image': "
        "{}}}}}}]}, spec: {replicas: 2, containers: [{name: a, image: x}, {name: b, image: y}]}}");
    Change change;
    change.path = *yaml::parse_path(path);
    return is_ignored(rules, {"apps", "v1", "Deployment", "n", "web"}, change, *live);
  }
};

}  // namespace

TEST_CASE("JSON Pointers name a place and all below it", "[diff][ignore]") {
  Desk desk;
  CHECK(desk.ignores("jsonPointers: [/spec/replicas]", "spec.replicas"));
  CHECK(desk.ignores("jsonPointers: [/spec/containers/1]", "spec.containers[name=b].image"));
  CHECK_FALSE(desk.ignores("jsonPointers: [/spec/containers/1]", "spec.containers[name=a].image"));
  CHECK(desk.ignores("jsonPointers: [/metadata/annotations/a~1b]", "metadata.annotations.a/b"));
  CHECK_FALSE(desk.ignores("jsonPointers: [/spec/replicas]", "spec"));
  CHECK_FALSE(desk.ignores("name: other, jsonPointers: [/spec/replicas]", "spec.replicas"));
}

TEST_CASE("of jq, paths are understood", "[diff][ignore]") {
  Desk desk;
  const auto jq = [&](std::string_view expression, std::string_view path) {
    return desk.ignores(cat("jqPathExpressions: ['", expression, "']"), path);
  };
  CHECK(jq(".spec.replicas", "spec.replicas"));
  CHECK(jq(".spec.containers[].image", "spec.containers[name=a].image"));
  CHECK(
      jq(R"(.spec.containers[] | select(.name == "b") | .image)", "spec.containers[name=b].image"));
  CHECK_FALSE(
      jq(R"(.spec.containers[] | select(.name == "b") | .image)", "spec.containers[name=a].image"));
  CHECK(jq(R"(.metadata.annotations."a.b/c")", "metadata.annotations.\"a.b/c\""));
  CHECK(jq(R"(.metadata.annotations["a.b/c"])", "metadata.annotations.\"a.b/c\""));
  CHECK(desk.findings.empty());
  CHECK_FALSE(jq(".spec | to_entries", "spec.replicas"));
  REQUIRE(desk.findings.size() == 1);
  CHECK(desk.findings[0].code == "diff/jq-expression");
}

TEST_CASE("fields of a manager are left to it", "[diff][ignore]") {
  Desk desk;
  CHECK(desk.ignores("managedFieldsManagers: [hpa]", "spec.replicas"));
  CHECK_FALSE(desk.ignores("managedFieldsManagers: [nobody]", "spec.replicas"));
  CHECK(desk.ignores("managedFieldsManagers: [other]", "spec.containers[name=b].image"));
  CHECK_FALSE(desk.ignores("managedFieldsManagers: [other]", "spec.containers[name=a].image"));
}
