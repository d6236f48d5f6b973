#include "diff/proof.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "diff/recorded.h"
#include "yaml/emit.h"

using namespace plumb;

namespace {

std::size_t count_proven(const std::string& way, const diff::Applier& applier) {
  SourceStore sources;
  const kube::ResourceSet desired = test::recorded(sources, "desired.yaml");
  const kube::ResourceSet live = test::recorded(sources, "live-" + way + ".yaml");
  diff::Catalogue catalogue;
  catalogue.add(live);
  std::size_t proven = 0;
  for (std::size_t at = 0; at < desired.resources.size(); ++at) {
    const bool is =
        diff::is_proven(*desired.resources[at].body, *live.resources[at].body, applier, &catalogue);
    if (!is) UNSCOPED_INFO("open: " << kube::describe(desired.resources[at].id));
    proven += is ? 1 : 0;
  }
  return proven;
}

bool proven(const std::string& head, const std::string& live,
            const diff::Applier& applier = {"plumb", true}) {
  SourceStore sources;
  const kube::ResourceSet wanted = test::objects_of(sources, "head.yaml", head);
  const kube::ResourceSet runs = test::objects_of(sources, "live.yaml", live);
  return diff::is_proven(*wanted.resources.at(0).body, *runs.resources.at(0).body, applier,
                         nullptr);
}

// A Deployment that says `spec`, and whose applier owns `fields` of it.
std::string deployment(const std::string& spec, const std::string& fields = {}) {
  const std::string managed =
      fields.empty() ? ""
                     : cat(", managedFields: [{manager: plumb, operation: Apply, apiVersion: "
                           "apps/v1, fieldsV1: {\"f:spec\": {",
                           fields, "}}}]");
  return cat("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web", managed, "}, spec: {",
             spec, "}}");
}

}  // namespace

TEST_CASE("every object that was applied server-side is proven unchanged", "[diff][proof]") {
  if (!test::shared_file("data/live-1.36/desired.yaml")) return;
  CHECK(count_proven("ssa", {"plumb", true}) == 53);
}

TEST_CASE("every object that was applied client-side is proven unchanged", "[diff][proof]") {
  if (!test::shared_file("data/live-1.36/desired.yaml")) return;
  CHECK(count_proven("csa", {"kubectl-client-side-apply", false}) == 53);
}

TEST_CASE("an object that another way made is not proven", "[diff][proof]") {
  if (!test::shared_file("data/live-1.36/desired.yaml")) return;
  CHECK(count_proven("create", {"plumb", true}) <= 2);  // those that nobody owns
  CHECK(count_proven("ssa", {"argocd-controller", true}) <= 2);
  CHECK(count_proven("ssa", {"kubectl-client-side-apply", false}) == 0);
}

TEST_CASE("a quantity in another spelling is proven the same", "[diff][proof]") {
  const std::string owned =
      "\"f:template\": {\"f:spec\": {\"f:containers\": {'k:{\"name\":\"a\"}': {\".\": {}, "
      "\"f:name\": {}, \"f:resources\": {\"f:limits\": {\"f:cpu\": {}}}}}}}";
  const auto with = [](const std::string& cpu) {
    return cat("template: {spec: {containers: [{name: a, resources: {limits: {cpu: ", cpu,
               "}}}]}}");
  };
  for (const std::string cpu : {"1", "1.0", "\"1.0\"", "1000m", "1000000u", "\"1e0\""}) {
    CAPTURE(cpu);
    CHECK(proven(deployment(with(cpu)), deployment(with("\"1\""), owned)));
  }
  CHECK_FALSE(proven(deployment(with("1001m")), deployment(with("\"1\""), owned)));
}

TEST_CASE("a default that is written out is not proven, for its owner changes", "[diff][proof]") {
  CHECK(proven(deployment("paused: true"),
               deployment("paused: true, replicas: 1", "\"f:paused\": {}")));
  CHECK_FALSE(proven(deployment("paused: true, replicas: 1"),
                     deployment("paused: true, replicas: 1", "\"f:paused\": {}")));
  CHECK_FALSE(
      proven(deployment("paused: true, strategy: {}"),
             deployment("paused: true, strategy: {type: RollingUpdate}", "\"f:paused\": {}")));
}

TEST_CASE("a field that was taken from the applier and given back is not proven", "[diff][proof]") {
  CHECK_FALSE(proven(deployment("paused: true, replicas: 2"),
                     deployment("paused: true, replicas: 2", "\"f:paused\": {}")));
}

TEST_CASE("a null never means what live has", "[diff][proof]") {
  CHECK(proven(deployment("replicas: null"), deployment("replicas: 1", "\"f:replicas\": {}")));
  CHECK_FALSE(
      proven(deployment("replicas: null"), deployment("replicas: 2", "\"f:replicas\": {}")));
}

TEST_CASE("an empty value of an environment variable is one that live dropped", "[diff][proof]") {
  const std::string owned =
      "\"f:template\": {\"f:spec\": {\"f:containers\": {'k:{\"name\":\"a\"}': {\".\": {}, "
      "\"f:name\": {}, \"f:env\": {'k:{\"name\":\"E\"}': {\".\": {}, \"f:name\": {}, \"f:value\": "
      "{}}}}}}}";
  CHECK(proven(
      deployment("template: {spec: {containers: [{name: a, env: [{name: E, value: \"\"}]}]}}"),
      deployment("template: {spec: {containers: [{name: a, env: [{name: E}]}]}}", owned)));
  CHECK_FALSE(proven(
      deployment("template: {spec: {containers: [{name: a, env: [{name: E, value: \"\"}]}]}}"),
      deployment("template: {spec: {containers: [{name: a, env: [{name: E, value: x}]}]}}",
                 owned)));
}

TEST_CASE("the order of a keyed list counts, others between ours do not", "[diff][proof]") {
  const std::string owned =
      "\"f:template\": {\"f:spec\": {\"f:containers\": {'k:{\"name\":\"a\"}': {\".\": {}, "
      "\"f:name\": {}}, 'k:{\"name\":\"b\"}': {\".\": {}, \"f:name\": {}}}}}";
  const auto with = [](const std::string& names) {
    std::string items;
    for (const char name : names) items += cat(items.empty() ? "" : ", ", "{name: ", name, "}");
    return cat("template: {spec: {containers: [", items, "]}}");
  };
  CHECK(proven(deployment(with("ab")), deployment(with("ab"), owned)));
  CHECK(proven(deployment(with("ab")), deployment(with("axb"), owned)));
  CHECK_FALSE(proven(deployment(with("ba")), deployment(with("ab"), owned)));
}

TEST_CASE("an entry of another apiVersion proves nothing", "[diff][proof]") {
  const std::string live =
      "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, "
      "managedFields: [{manager: plumb, operation: Apply, apiVersion: autoscaling/v1, fieldsV1: "
      "{\"f:spec\": {\"f:maxReplicas\": {}}}}]}, spec: {maxReplicas: 3}}";
  CHECK_FALSE(
      proven("{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: "
             "a}, spec: {maxReplicas: 3}}",
             live));
}

TEST_CASE("a null in stringData is an empty value, which live does not prove", "[diff][proof]") {
  const std::string live =
      "{apiVersion: v1, kind: Secret, metadata: {name: a, managedFields: [{manager: plumb, "
      "operation: Apply, apiVersion: v1, fieldsV1: {\"f:stringData\": {\"f:p\": {}}}}]}, data: "
      "{p: YQ==}}";
  const auto head = [](const std::string& value) {
    return cat("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {p: ", value, "}}");
  };
  CHECK(proven(head("a"), live));
  CHECK_FALSE(proven(head("null"), live));
}

TEST_CASE("whole numbers are compared to the last digit", "[diff][proof]") {
  const auto with = [](const std::string& number, const std::string& rest) {
    return cat("{apiVersion: x.test/v1, kind: X, metadata: {name: a", rest, "}, spec: ", number,
               "}");
  };
  const std::string owned =
      ", managedFields: [{manager: plumb, operation: Apply, apiVersion: x.test/v1, fieldsV1: "
      "{\"f:spec\": {}}}]";
  CHECK(proven(with("2.0", ""), with("2", owned)));
  CHECK_FALSE(proven(with("1.2345678901234568e+16", ""), with("12345678901234567", owned)));
}

TEST_CASE("JSON in an annotation is proven only as it is written", "[diff][proof]") {
  const auto with = [](const std::string& value, const std::string& rest) {
    return cat("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {note: '", value,
               "'}", rest, "}}");
  };
  const std::string owned =
      ", managedFields: [{manager: plumb, operation: Apply, apiVersion: v1, fieldsV1: "
      "{\"f:metadata\": {\"f:annotations\": {\"f:note\": {}}}}}]";
  CHECK(proven(with("{\"a\":1}", ""), with("{\"a\":1}", owned)));
  CHECK_FALSE(proven(with("{\"a\": 1}", ""), with("{\"a\":1}", owned)));
}
