// What a client-side apply sends. Each expectation is what kubectl 1.36 sent to a real server.

#include "diff/client_side.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/recorded.h"
#include "yaml/emit.h"

using namespace plumb;

namespace {

constexpr std::string_view kNote = "kubectl.kubernetes.io/last-applied-configuration";

// What is sent of an object's spec, or why nothing can be. `last`: as JSON.
std::string sent(std::string_view kind, std::string_view last, std::string_view head,
                 std::string_view live) {
  SourceStore sources;
  const auto object = [&](std::string_view spec, std::string_view note) {
    const std::string annotations =
        note.empty() ? "" : cat(", annotations: {", kNote, ": '{\"spec\":", note, "}'}");
    return cat("{", kind, ", metadata: {name: a", annotations, "}, spec: ", spec, "}");
  };
  const kube::ResourceSet wanted = test::objects_of(sources, "head.yaml", object(head, {}));
  const kube::ResourceSet runs = test::objects_of(sources, "live.yaml", object(live, last));
  Arena arena;
  const diff::ClientSidePatch made = diff::client_side_patch(
      *wanted.resources.at(0).body, *runs.resources.at(0).body, nullptr, arena);
  if (!made.refusal.empty()) return made.refusal;
  const yaml::Node* const spec = made.patch == nullptr ? nullptr : yaml::find(*made.patch, "spec");
  return spec == nullptr ? "" : yaml::emit_json(*spec);
}

std::string service(std::string_view last, std::string_view head, std::string_view live) {
  return sent("apiVersion: v1, kind: Service", last, head, live);
}
std::string pod(std::string_view last, std::string_view head, std::string_view live) {
  return sent("apiVersion: v1, kind: Pod", last, head, live);
}
std::string deployment(std::string_view last, std::string_view head, std::string_view live) {
  return sent("apiVersion: apps/v1, kind: Deployment", last, head, live);
}
std::string custom(std::string_view last, std::string_view head, std::string_view live) {
  return sent("apiVersion: t.example/v1, kind: Toy", last, head, live);
}

constexpr std::string_view kTcp = "{name: t, port: 53, protocol: TCP}";
constexpr std::string_view kUdp = "{name: u, port: 53, protocol: UDP}";

std::string ports(std::string_view first, std::string_view second = {}) {
  return cat("{ports: [", first, second.empty() ? "" : ", ", second, "]}");
}

}  // namespace

TEST_CASE("what was applied last and is not wanted any more is removed", "[diff][client_side]") {
  CHECK(service(R"({"type":"ClusterIP","sessionAffinity":"ClientIP"})", "{type: ClusterIP}",
                "{type: ClusterIP, sessionAffinity: ClientIP, clusterIP: 1.2.3.4}") ==
        R"({"sessionAffinity":null})");
}

TEST_CASE("what live has and nobody applied stays", "[diff][client_side]") {
  CHECK(service("", "{type: ClusterIP}", "{type: ClusterIP, clusterIP: 1.2.3.4}").empty());
}

TEST_CASE("a null asks for a removal, also of what is not there", "[diff][client_side]") {
  CHECK(service("", "{type: null, externalName: null}", "{type: NodePort}") ==
        R"({"externalName":null,"type":null})");
}

TEST_CASE("elements are changed, added and deleted by their key, in the order of head",
          "[diff][client_side]") {
  CHECK(pod(R"({"containers":[{"name":"m","env":[{"name":"A"},{"name":"B"},{"name":"C"}]}]})",
            "{containers: [{name: m, env: [{name: C, value: '3'}, {name: A, value: '9'}]}]}",
            "{containers: [{name: m, env: [{name: A, value: '1'}, {name: B, value: '2'}, "
            "{name: C, value: '3'}]}]}") ==
        R"({"$setElementOrder/containers":[{"name":"m"}],"containers":[{)"
        R"("$setElementOrder/env":[{"name":"C"},{"name":"A"}],)"
        R"("env":[{"name":"A","value":"9"},{"$patch":"delete","name":"B"}],"name":"m"}]})");
}

TEST_CASE("an order of its own is a patch", "[diff][client_side]") {
  CHECK(service("", "{ports: [{port: 81}, {port: 80}]}", "{ports: [{port: 80}, {port: 81}]}") ==
        R"({"$setElementOrder/ports":[{"port":81},{"port":80}]})");
}

TEST_CASE("a list that becomes empty loses its elements one by one", "[diff][client_side]") {
  CHECK(service(R"({"ports":[{"port":80}]})", "{ports: []}", "{ports: [{port: 80}]}") ==
        R"({"ports":[{"$patch":"delete","port":80}]})");
}

TEST_CASE("a list without a key is sent as a whole", "[diff][client_side]") {
  CHECK(pod("", "{tolerations: [{key: b}]}", "{tolerations: [{key: a}]}") ==
        R"({"tolerations":[{"key":"b"}]})");
}

TEST_CASE("of exclusive members those that stay are named", "[diff][client_side]") {
  CHECK(pod(R"({"volumes":[{"name":"v","emptyDir":{}}]})",
            "{volumes: [{name: v, hostPath: {path: /x}}]}",
            "{volumes: [{name: v, emptyDir: {}}]}") ==
        R"({"$setElementOrder/volumes":[{"name":"v"}],"volumes":[{"$retainKeys":["hostPath",)"
        R"("name"],"emptyDir":null,"hostPath":{"path":"/x"},"name":"v"}]})");
  CHECK(deployment("", "{strategy: {type: RollingUpdate}}",
                   "{strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}}") ==
        R"({"strategy":{"$retainKeys":["type"]}})");
  CHECK(deployment("", "{strategy: {type: Recreate}}", "{strategy: {type: Recreate}}").empty());
}

TEST_CASE("the selector of a disruption budget is always sent as a whole", "[diff][client_side]") {
  const std::string both = "{selector: {matchLabels: {a: b, c: d}}}";
  const auto budget = [&](std::string_view head) {
    return sent("apiVersion: policy/v1, kind: PodDisruptionBudget",
                R"({"selector":{"matchLabels":{"a":"b","c":"d"}}})", head, both);
  };
  CHECK(budget(both) == R"({"selector":{"matchLabels":{"a":"b","c":"d"}}})");
  CHECK(budget("{selector: {matchLabels: {a: b}}}") == R"({"selector":{"matchLabels":{"a":"b"}}})");
  CHECK(budget("{selector: {}}") == R"({"selector":{}})");
}

TEST_CASE("an element without its key cannot be sent, nor one that is no mapping",
          "[diff][client_side]") {
  CHECK(service("", "{ports: [{port: 80}, {name: x}]}", "{ports: [{port: 80}]}") ==
        "an element does not contain the declared merge key: port");
  CHECK(service("", "{ports: [{port: 80}, null]}", "{ports: [{port: 80}]}") ==
        "list element types are not identical");
}

TEST_CASE("ports with one number are paired from behind", "[diff][client_side]") {
  const std::string both = ports(kTcp, kUdp);
  CHECK(service(R"({"ports":[{"name":"t","port":53},{"name":"u","port":53}]})", ports(kTcp),
                both) == R"({"$setElementOrder/ports":[{"port":53}],"ports":[)"
                         R"({"$patch":"delete","name":"t","port":53,"protocol":"TCP"}]})");
  CHECK(service("", ports(kUdp, kTcp), both) ==
        R"({"$setElementOrder/ports":[{"port":53},{"port":53}],"ports":[)"
        R"({"name":"t","port":53,"protocol":"TCP"},{"name":"u","port":53,"protocol":"UDP"}]})");
  CHECK(service("", both, ports(kTcp)) ==
        R"({"$setElementOrder/ports":[{"port":53},{"port":53}],"ports":[)"
        R"({"name":"u","port":53,"protocol":"UDP"},{"name":"t","port":53,"protocol":"TCP"}]})");
}

TEST_CASE("values of a list are added and deleted by themselves", "[diff][client_side]") {
  SourceStore sources;
  const kube::ResourceSet head = test::objects_of(
      sources, "head.yaml",
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, finalizers: [x/c, x/b]}}");
  const kube::ResourceSet live =
      test::objects_of(sources, "live.yaml",
                       cat("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, finalizers: "
                           "[x/a, x/b], annotations: {",
                           kNote, R"(: '{"metadata":{"finalizers":["x/a","x/b"]}}'}}})"));
  Arena arena;
  const diff::ClientSidePatch made = diff::client_side_patch(
      *head.resources.at(0).body, *live.resources.at(0).body, nullptr, arena);
  REQUIRE(made.patch != nullptr);
  CHECK(made.strategic);
  const std::string text = yaml::emit_json(*yaml::find(*made.patch, "metadata"));
  CHECK(text.starts_with(R"({"$deleteFromPrimitiveList/finalizers":["x/a"],)"
                         R"("$setElementOrder/finalizers":["x/c","x/b"],"annotations":)"));
  CHECK(text.ends_with(R"("finalizers":["x/c"]})"));
}

TEST_CASE("custom kinds are patched as JSON, their lists as a whole", "[diff][client_side]") {
  CHECK(custom(R"({"a":1,"b":{"c":1,"d":2}})",
               "{a: null, b: {c: null}, l: [1, null, {y: null}], e: {f: null, g: {}}, h: {}}",
               "{a: 1, b: {c: 1, d: 2}, l: [1, null, {x: null}]}") ==
        R"({"a":null,"b":{"c":null,"d":null},"e":{"f":null,"g":{}},"h":{},"l":[1,null,{}]})");
  CHECK(custom(R"({"a":null,"z":1})", "{a: null, z: 1}", "{a: 3, z: 1}").empty());
  CHECK(custom("", "{l: {a: null}}", "{l: 5}") == R"({"l":{"a":null}})");
}

TEST_CASE("numbers are sent as floats", "[diff][client_side]") {
  CHECK(custom("", "{a: 9007199254740995, b: 12345678901234567890123.0}", "{a: 1}") ==
        R"({"a":9007199254740996,"b":1.2345678901234568e+22})");
  CHECK(custom("", "{a: 9007199254740993}", "{a: 9007199254740992}").empty());
  CHECK(deployment("", "{replicas: 2.0}", "{replicas: 2}").empty());
}

TEST_CASE("an annotation that is null is empty", "[diff][client_side]") {
  SourceStore sources;
  const kube::ResourceSet one = test::objects_of(
      sources, "head.yaml",
      "{apiVersion: v1, kind: Service, metadata: {name: a, annotations: {n: null}}}");
  Arena arena;
  const yaml::Node& noted = *diff::with_last_applied(*one.resources.at(0).body, arena);
  CHECK(yaml::find_path(noted, {"metadata", "annotations", "n"})->is_string());
  CHECK(contains(yaml::text_at(noted, {"metadata", "annotations", kNote}), R"("n":"")"));
}

TEST_CASE("the configuration that is noted is head's", "[diff][client_side]") {
  SourceStore sources;
  const std::string text = "{apiVersion: v1, kind: Service, metadata: {name: a}}";
  const kube::ResourceSet one = test::objects_of(sources, "head.yaml", text);
  Arena arena;
  const yaml::Node& body = *one.resources.at(0).body;
  const diff::ClientSidePatch made = diff::client_side_patch(body, body, nullptr, arena);
  REQUIRE(made.patch != nullptr);
  CHECK(yaml::text_at(*made.patch, {"metadata", "annotations", kNote}) ==
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"annotations\":{},\"name\":"
        "\"a\"}}\n");
}

TEST_CASE("what was applied last and not touched since is not sent again", "[diff][client_side]") {
  SourceStore sources;
  const kube::ResourceSet live = test::recorded(sources, "live-csa.yaml");
  const kube::ResourceSet desired = test::recorded(sources, "desired.yaml");
  std::size_t silent = 0;
  for (std::size_t at = 0; at < live.resources.size(); ++at) {
    CAPTURE(kube::describe(live.resources[at].id));
    Arena arena;
    const diff::ClientSidePatch made = diff::client_side_patch(
        *desired.resources[at].body, *live.resources[at].body, nullptr, arena);
    CHECK(made.refusal.empty());
    // What the server writes otherwise than it was told is sent every time, and nothing else.
    if (made.patch == nullptr) ++silent;
    if (made.patch != nullptr) UNSCOPED_INFO(yaml::emit_json(*made.patch));
    CHECK((made.patch == nullptr ||
           yaml::find_path(*made.patch, {"metadata", "annotations"}) == nullptr));
  }
  CHECK(silent * 2 > live.resources.size());
}
