#include "diff/compare.h"

#include <random>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::diff;

namespace {

// Trees of a text each, and what they differ in, a line a change.
struct Desk {
  Arena arena;
  Catalogue catalogue;
  bool exact = false;

  const yaml::Node* read(std::string_view text) {
    return yaml::read_text(arena.copy(text), {}, yaml::kKubernetesProfile, arena).documents[0].root;
  }
  static std::string show(const yaml::Node* node) {
    return node == nullptr ? "-" : yaml::emit_json(*node);
  }
  static std::string show(const std::vector<Change>& changes, bool causes) {
    std::string out;
    for (const Change& change : changes) {
      if (!out.empty()) out += "\n";
      if (causes) out += cat(cause_name(change.cause), change.only_live ? " (live only) " : " ");
      out += yaml::print_path(change.path);
      out += change.kind == ChangeKind::kReorder
                 ? " reordered"
                 : cat(": ", show(change.before), " > ", show(change.after));
    }
    return out;
  }
  std::string diff(std::string_view before, std::string_view after) {
    Options options;
    options.catalogue = &catalogue;
    options.exact = exact;
    return show(compare(*read(before), *read(after), options, arena), false);
  }
  std::string three(std::string_view base, std::string_view head, std::string_view live) {
    Options options;
    options.catalogue = &catalogue;
    const yaml::Node* const old = base.empty() ? nullptr : read(base);
    return show(compare({old, read(head), read(live)}, options, arena), true);
  }
};

std::string deployment(std::string_view spec, std::string_view more = "") {
  return cat("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {", more,
             "template: {spec: {containers: [", spec, "]}}}}");
}

}  // namespace

TEST_CASE("elements of a list are found by their keys", "[diff][lists]") {
  Desk desk;
  CHECK(desk.diff(deployment("{name: a, image: x:1}, {name: b, image: y:1}"),
                  deployment("{name: a, image: x:1}, {name: b, image: y:2}")) ==
        R"(spec.template.spec.containers[name=b].image: "y:1" > "y:2")");
  CHECK(desk.diff(deployment("{name: a, ports: [{containerPort: 53}]}"),
                  deployment("{name: a, ports: [{containerPort: 53, protocol: TCP}, "
                             "{containerPort: 53, protocol: UDP}]}")) ==
        "spec.template.spec.containers[name=a].ports[containerPort=53,protocol=UDP]: - > "
        R"({"containerPort":53,"protocol":"UDP"})");
}

TEST_CASE("another order alone is one change", "[diff][lists]") {
  Desk desk;
  CHECK(desk.diff(deployment("{name: a}, {name: b}, {name: c}"),
                  deployment("{name: b}, {name: a}, {name: c}")) ==
        "spec.template.spec.containers reordered");
  // An element of somebody else between ours is none.
  CHECK(desk.three("", deployment("{name: a}, {name: b}"),
                   deployment("{name: a}, {name: proxy}, {name: b}")) ==
        R"(drift (live only) spec.template.spec.containers[name=proxy]: {"name":"proxy"} > -)");
}

TEST_CASE("lists without keys are aligned", "[diff][lists]") {
  Desk desk;
  const auto with = [](std::string_view args) {
    return deployment(cat("{name: a, args: [", args, "]}"));
  };
  CHECK(desk.diff(with("a, b, c"), with("a, x, b, c")) ==
        R"(spec.template.spec.containers[name=a].args[1]: - > "x")");
  CHECK(desk.diff(with("a, b, c"), with("a, c")) ==
        R"(spec.template.spec.containers[name=a].args[1]: "b" > -)");
  CHECK(desk.diff(with("a, b, c"), with("a, d, c")) ==
        R"(spec.template.spec.containers[name=a].args[1]: "b" > "d")");
}

TEST_CASE("null, defaults and other spellings are no differences", "[diff][defaults]") {
  Desk desk;
  CHECK(desk.diff(deployment("{name: a}"),
                  deployment("{name: a, resources: {}, args: null}", "replicas: 1, ")) == "");
  CHECK(desk.diff(deployment("{name: a, resources: {limits: {cpu: 1}}}"),
                  deployment("{name: a, resources: {limits: {cpu: 1000m}}}")) == "");
  CHECK(desk.diff(deployment("{name: a}"), deployment("{name: a}", "replicas: 2, ")) ==
        "spec.replicas: - > 2");
  CHECK(desk.diff("{apiVersion: x/v1, kind: X, metadata: {name: a}, spec: {n: 1.0, e: {}}}",
                  "{apiVersion: x/v1, kind: X, metadata: {name: a}, spec: {n: 1}}") ==
        "spec.e: {} > -");
}

TEST_CASE("an empty selector is not the same as none", "[diff][defaults]") {
  Desk desk;
  const auto policy = [](std::string_view peer) {
    return cat(
        "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a}, "
        "spec: {podSelector: {}, ingress: [{from: [",
        peer, "]}]}}");
  };
  CHECK(
      desk.diff(policy("{podSelector: {}}"), policy("{podSelector: {}, namespaceSelector: {}}")) ==
      "spec.ingress[0].from[0].namespaceSelector: - > {}");
}

TEST_CASE("a Secret's plain text is what the server makes of it", "[diff][secrets]") {
  Desk desk;
  CHECK(desk.diff("{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {k: v}}",
                  "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: dg==}}") == "");
}

TEST_CASE("JSON in annotations is compared as JSON", "[diff][json]") {
  Desk desk;
  CHECK(desk.diff(R"({kind: X, metadata: {annotations: {a: '{"x": 1, "y": 2}'}}})",
                  R"({kind: X, metadata: {annotations: {a: '{"y":2,"x":1}'}}})") == "");
}

TEST_CASE("each change tells who moved", "[diff][cause]") {
  Desk desk;
  const std::string old = deployment("{name: a, image: x:1}", "replicas: 2, ");
  CHECK(desk.three(old, deployment("{name: a, image: x:2}", "replicas: 2, "), old) ==
        R"(git spec.template.spec.containers[name=a].image: "x:1" > "x:2")");
  CHECK(desk.three(old, old, deployment("{name: a, image: x:1}", "replicas: 5, ")) ==
        "drift spec.replicas: 5 > 2");
  CHECK(desk.three(old, deployment("{name: a, image: x:1}", "replicas: 3, "),
                   deployment("{name: a, image: x:1}", "replicas: 5, ")) ==
        "both spec.replicas: 5 > 3");
  CHECK(desk.three(old, deployment("{name: a, image: x:1}"), old) == "git spec.replicas: 2 > -");
  CHECK(desk.three(old, deployment("{name: a, image: x:3}", "replicas: 2, "),
                   deployment("{name: a, image: x:3}", "replicas: 2, ")) == "");
}

TEST_CASE("what git drops is a change, though the server would assign it", "[diff][cause]") {
  Desk desk;
  const auto service = [](std::string_view port) {
    return cat(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: NodePort, ports: "
        "[{port: 80",
        port, "}]}}");
  };
  CHECK(desk.three(service(", nodePort: 30080"), service(""), service(", nodePort: 30080")) ==
        "git spec.ports[port=80].nodePort: 30080 > -");
  CHECK(desk.three(service(""), service(""), service(", nodePort: 31000")) == "");
}

TEST_CASE("what kubectl noted stands in for a base", "[diff][cause]") {
  Desk desk;
  const std::string live =
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: "
      "{kubectl.kubernetes.io/last-applied-configuration: "
      R"('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1","y":"1"}}'}},)"
      " data: {x: '1', y: '1', z: '1'}}";
  CHECK(desk.three("", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: '2'}}",
                   live) ==
        "git data.x: \"1\" > \"2\"\n"
        "git data.y: \"1\" > -\n"
        "drift (live only) data.z: \"1\" > -");
}

TEST_CASE("what a server-side apply gave is dropped by git, without a base too", "[diff][cause]") {
  Desk desk;
  CHECK(
      desk.three("", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {}}",
                 "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, managedFields: [{manager: "
                 "argocd-controller, operation: Apply, fieldsV1: {'f:data': {'f:x': {}}}}]}, "
                 "data: {x: '1', y: '1'}}") ==
      "git data.x: \"1\" > -\n"
      "drift (live only) data.y: \"1\" > -");
}

TEST_CASE("a CRD among the objects gives defaults and list keys", "[diff][crd]") {
  Desk desk;
  desk.catalogue.add(*desk.read(
      "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {group: x.io, "
      "names: {kind: W}, versions: [{name: v1, schema: {openAPIV3Schema: {properties: {spec: "
      "{properties: {mode: {default: auto}, items: {x-kubernetes-list-type: map, "
      "x-kubernetes-list-map-keys: [id], items: {properties: {on: {default: true}}}}}}}}}}]}}"));
  CHECK(desk.diff("{apiVersion: x.io/v1, kind: W, spec: {items: [{id: 1}, {id: 2, v: 1}]}}",
                  "{apiVersion: x.io/v1, kind: W, spec: {mode: auto, items: [{id: 1, on: true}, "
                  "{id: 2, v: 2}]}}") == "spec.items[id=2].v: 1 > 2");
}

namespace {

// A random tree: the smaller `size`, the shallower.
yaml::Node* random_tree(Arena& arena, std::mt19937& random, int size) {
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  const int what = size <= 0 ? pick(3) : pick(6);
  if (what == 0) return yaml::make_integer(arena, pick(4));
  if (what == 1) return yaml::make_string(arena, cat("s", pick(4)));
  if (what == 2) return yaml::make_null(arena);
  if (what == 3) {
    yaml::Node* const named = yaml::make_sequence(arena);
    for (int i = 0; i < 5; ++i) {
      if (pick(2) == 0) continue;
      yaml::Node* const item = yaml::make_mapping(arena);
      yaml::set(arena, *item, "name", yaml::make_string(arena, cat("n", i)));
      yaml::set(arena, *item, "v", random_tree(arena, random, size - 2));
      yaml::append(arena, *named, item);
    }
    for (std::size_t i = named->items.size(); i > 1; --i) {
      if (pick(4) == 0) std::swap(named->items[i - 1], named->items[random() % i]);
    }
    return named;
  }
  yaml::Node* const node = what == 4 ? yaml::make_sequence(arena) : yaml::make_mapping(arena);
  for (int i = pick(6); i > 0; --i) {
    yaml::Node* const child = random_tree(arena, random, size - 1);
    if (what == 4) {
      yaml::append(arena, *node, child);
    } else {
      yaml::set(arena, *node, cat("k", pick(6)), child);
    }
  }
  return node;
}

}  // namespace

TEST_CASE("applying what differs between two trees to the one gives the other",
          "[diff][property]") {
  std::mt19937 random(7);
  Options options;
  options.exact = true;
  for (int round = 0; round < 3000; ++round) {
    Arena arena;
    const yaml::Node* const a = random_tree(arena, random, 4);
    const yaml::Node* const b = random_tree(arena, random, 4);
    const std::vector<Change> changes = compare(*a, *b, options, arena);
    CAPTURE(round, yaml::emit_json(*a), yaml::emit_json(*b), Desk::show(changes, false));
    const yaml::Node* const applied = apply(arena, *a, changes);
    CAPTURE(yaml::emit_json(*applied));
    REQUIRE(yaml::equal(*applied, *b));
    REQUIRE(compare(*a, *a, options, arena).empty());
    REQUIRE(compare(*a, *yaml::copy(arena, *a), options, arena).empty());
  }
}

TEST_CASE("a value of another type is no default, for the server refuses it", "[diff][defaults]") {
  Desk desk;
  const auto service = [](std::string_view port) {
    return cat("{apiVersion: v1, kind: Service, spec: {ports: [{port: 80, targetPort: ", port,
               "}]}}");
  };
  CHECK(desk.diff(service("80"), service("\"80\"")) ==
        "spec.ports[port=80].targetPort: 80 > \"80\"");
  CHECK(desk.diff(service("80"), "{apiVersion: v1, kind: Service, spec: {ports: [{port: 80}]}}")
            .empty());
  CHECK(desk.diff("{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 1}}",
                  "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: \"1\"}}") ==
        "spec.replicas: 1 > \"1\"");
}
