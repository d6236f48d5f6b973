#include <catch2/catch.hpp>

#include "base/text.h"
#include "kustomize/kustomize.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

using Texts = std::map<std::string, std::string>;

constexpr BuildOptions strictly() {
  BuildOptions options;
  options.strict = true;
  return options;
}

std::string built(const files::Tree& tree, const BuildOptions& options) {
  SourceStore sources;
  const Context context{.sources = sources};
  try {
    return print(build(tree, {}, options, context));
  } catch (const Error& error) {
    const std::string text = format_diagnostic(error.diagnostic(), sources);
    return text.substr(0, text.find('\n'));
  }
}
std::string strict(const Texts& texts) { return built(files::MemoryTree(texts), strictly()); }
std::string lenient(const Texts& texts) { return built(files::MemoryTree(texts), {}); }

std::string object(std::string_view kind, std::string_view name, std::string_view rest = "") {
  return cat("apiVersion: v1\nkind: ", kind, "\nmetadata: {name: ", name, "}\n", rest);
}

// What is printed behind "ports:".
std::string ports_of(const std::string& printed) {
  const std::size_t at = printed.find("ports:\n");
  return at == printed.npos ? printed : printed.substr(at + 7);
}

Texts service(std::string_view ports, std::string_view patch) {
  return {{"kustomization.yaml", "resources: [s.yaml]\npatches: [{path: p.yaml}]\n"},
          {"s.yaml", object("Service", "web", cat("spec:\n  ports: ", ports, "\n"))},
          {"p.yaml", object("Service", "web", cat("spec:\n  ports: ", patch, "\n"))}};
}

const std::string kCrd = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  names: {kind: Shop, plural: shops}
  scope: Namespaced
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            properties:
              doors:
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [side, floor]
                items:
                  properties:
                    floor: {type: string, default: ground}
                    rows:
                      x-kubernetes-patch-merge-key: n
                      items: {type: object}
              plain: {items: {type: object}}
)";
const std::string kShop =
    "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: a}\nspec:\n"
    "  doors: [{side: left, color: red}, {side: left, floor: first, color: blue}]\n"
    "  plain: [{a: 1}]\n";
const std::string kShopPatch =
    "apiVersion: example.com/v1\nkind: Shop\nmetadata: {name: a}\nspec:\n"
    "  doors: [{side: left, floor: ground, color: green}]\n  plain: [{b: 1}]\n";
const std::string kMergedShop =
    "spec:\n  doors:\n  - color: green\n    floor: ground\n    side: left\n"
    "  - color: blue\n    floor: first\n    side: left\n  plain:\n  - b: 1\n";

}  // namespace

TEST_CASE("a strict build refuses a patch whose target matches nothing", "[kustomize][strict]") {
  const Texts merge{{"kustomization.yaml",
                     "resources: [a.yaml]\npatches:\n- path: p.yaml\n  target: {kind: Secret}\n"},
                    {"a.yaml", object("ConfigMap", "a")},
                    {"p.yaml", object("Secret", "b", "data: {a: b}\n")}};
  CHECK(strict(merge) ==
        "kustomization.yaml:4:11: error: the patch's target matches no object "
        "[kustomize/unmatched-target]");
  CHECK(lenient(merge) == "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n");
  const Texts operations{
      {"kustomization.yaml",
       "resources: [a.yaml]\npatchesJson6902:\n- target: {version: v1, kind: Secret, name: a}\n"
       "  patch: '[{\"op\": \"add\", \"path\": \"/x\", \"value\": 1}]'\n"},
      {"a.yaml", object("ConfigMap", "a")}};
  CHECK(contains(strict(operations), "kustomization.yaml:3:11: error"));
  CHECK(lenient(operations) == lenient(merge));
}

TEST_CASE("a strict build takes patterns for the paths that they match, sorted",
          "[kustomize][strict]") {
  const Texts texts{{"kustomization.yaml",
                     "resources: ['*.yaml', 'apps/*', 'a[0-9]/x.y?ml']\ncomponents: [parts/*]\n"
                     "patches: [{path: 'patches/*.yaml'}]\n"},
                    {"b.yaml", object("ConfigMap", "b")},
                    {"a.yaml", object("ConfigMap", "a")},
                    {".hidden.yaml", object("ConfigMap", "hidden")},
                    {"apps/one/kustomization.yaml", "resources: [c.yaml]\n"},
                    {"apps/one/c.yaml", object("ConfigMap", "c")},
                    {"apps/two.yaml", object("ConfigMap", "d")},
                    {"a1/x.yaml", object("ConfigMap", "e")},
                    {"parts/README", "no component"},
                    {"parts/p/kustomization.yaml",
                     "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: "
                     "Component\ncommonAnnotations: {p: q}\n"},
                    {"patches/1.yaml", object("ConfigMap", "a", "data: {turn: one}\n")},
                    {"patches/2.yaml", object("ConfigMap", "a", "data: {turn: two}\n")}};
  const files::MemoryTree memory(texts);
  const files::RecordingTree tree(memory);
  SourceStore sources;
  const Context context{.sources = sources};
  const kube::ResourceSet set = build(tree, {}, strictly(), context);
  std::string names;
  for (const kube::Resource& resource : set.resources) names += resource.id.name;
  CHECK(names == "abcde");
  CHECK(contains(print(set), "data:\n  turn: two\n"));
  CHECK(contains(print(set), "  annotations:\n    p: q\n"));
  CHECK(tree.inputs().directories.contains(*files::Path::parse("apps")));
  CHECK(contains(lenient(texts), "error"));
}

TEST_CASE("a pattern that matches nothing is an error at its place", "[kustomize][strict]") {
  CHECK(strict({{"kustomization.yaml", "resources:\n- 'apps/*.yaml'\n"}}) ==
        "kustomization.yaml:2:3: error: nothing matches 'apps/*.yaml' [kustomize/no-match]");
  CHECK(strict({{"kustomization.yaml", "resources:\n- '[a'\n"}, {"a", ""}}) ==
        "kustomization.yaml:2:3: error: syntax error in pattern '[a' [kustomize/pattern]");
}

TEST_CASE("a path that is there by its name is no pattern", "[kustomize][strict]") {
  const Texts texts{{"kustomization.yaml", "resources: ['[a].yaml']\n"},
                    {"[a].yaml", object("ConfigMap", "x")},
                    {"a.yaml", object("ConfigMap", "y")}};
  CHECK(strict(texts) == lenient(texts));
}

TEST_CASE("ports are told apart by number and protocol, TCP where none is said",
          "[kustomize][strict]") {
  CHECK(ports_of(strict(service("[{port: 53, name: tcp}, {port: 53, protocol: UDP, name: udp}]",
                                "[{port: 53, protocol: UDP, nodePort: 30053}]"))) ==
        "  - name: udp\n    nodePort: 30053\n    port: 53\n    protocol: UDP\n"
        "  - name: tcp\n    port: 53\n");
  CHECK(ports_of(strict(service("[{port: 80, name: web}]", "[{port: 80, protocol: TCP}]"))) ==
        "  - name: web\n    port: 80\n    protocol: TCP\n");
  CHECK(ports_of(strict(service("[{port: 80, name: web}]", "[{port: 80, protocol: UDP}]"))) ==
        "  - port: 80\n    protocol: UDP\n  - name: web\n    port: 80\n");
  CHECK(ports_of(strict(service("[{port: 80, protocol: TCP, name: a}, {port: 80, protocol: UDP}]",
                                "[{port: 80, $patch: delete}]"))) ==
        "  - port: 80\n    protocol: UDP\n");
}

TEST_CASE("what could be two elements of a list is refused", "[kustomize][strict]") {
  CHECK(strict(service("[{port: 80}, {port: 80, protocol: TCP}]", "[{port: 80, name: a}]")) ==
        "p.yaml:5:11: error: there are 2 elements with port=80,protocol=TCP, expected one to merge "
        "with [kube/merge-key]");
  CHECK(strict(service("[{port: 80}]", "[{name: a}]")) ==
        "p.yaml:5:11: error: expected port and protocol in an element of a list that merges by it "
        "[kube/merge-key]");
  CHECK(strict(service("[{port: 80}]", "[{port: 80}, {port: 80, name: a}]")) ==
        "p.yaml:5:23: error: the patch has two elements with port=80,protocol=TCP "
        "[kube/merge-key]");
}

TEST_CASE("a strict build merges the types of today", "[kustomize][strict]") {
  // The claims of a pod are younger than what kustomize knows.
  const Texts texts{
      {"kustomization.yaml", "resources: [a.yaml]\npatches: [{path: p.yaml}]\n"},
      {"a.yaml", object("Pod", "a", "spec:\n  resourceClaims: [{name: p}, {name: q}]\n")},
      {"p.yaml",
       object("Pod", "a", "spec:\n  resourceClaims: [{name: q, resourceClaimName: z}]\n")}};
  CHECK(contains(strict(texts),
                 "  resourceClaims:\n  - name: q\n    resourceClaimName: z\n  - name: p\n"));
  CHECK_FALSE(contains(lenient(texts), "- name: p\n"));
}

TEST_CASE("CRDs of the build say what merges, wherever they stand", "[kustomize][strict]") {
  const Texts behind{
      {"kustomization.yaml", "resources: [shops, crds]\n"},
      {"shops/kustomization.yaml", "resources: [s.yaml]\npatches: [{path: p.yaml}]\n"},
      {"shops/s.yaml", kShop},
      {"shops/p.yaml", kShopPatch},
      {"crds/kustomization.yaml", "resources: [c.yaml]\n"},
      {"crds/c.yaml", kCrd}};
  CHECK(contains(strict(behind), kMergedShop));
  CHECK_FALSE(contains(lenient(behind), "color: blue"));
  const Texts listed{
      {"kustomization.yaml", "resources: [s.yaml]\ncrds: [c.yaml]\npatches: [{path: p.yaml}]\n"},
      {"s.yaml", kShop},
      {"p.yaml", kShopPatch},
      {"c.yaml", kCrd}};
  CHECK(contains(strict(listed), kMergedShop));
}

TEST_CASE("schemas of `crds` say what merges", "[kustomize][strict]") {
  const Texts texts{
      {"kustomization.yaml", "resources: [s.yaml]\ncrds: [c.json]\npatches: [{path: p.yaml}]\n"},
      {"s.yaml", kShop},
      {"p.yaml", kShopPatch},
      {"c.json",
       R"({"example.com/v1.Shop": {"Schema": {"properties": {"apiVersion": {}, "kind": {},
       "metadata": {}, "spec": {"$ref": "example.com/v1.Spec"}}}},
       "example.com/v1.Spec": {"Schema": {"properties": {"doors": {
         "x-kubernetes-patch-merge-key": "color", "items": {"type": "object"}}}}}})"}};
  CHECK(contains(strict(texts),
                 "  doors:\n  - color: green\n    floor: ground\n    side: left\n"
                 "  - color: red\n    side: left\n  - color: blue\n"));
}
