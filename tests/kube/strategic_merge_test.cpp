#include "kube/strategic_merge.h"

#include <catch2/catch.hpp>

#include "base/source.h"
#include "yaml/emit.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::kube;

namespace {

std::string merged(std::string_view base, std::string_view patch) {
  SourceStore sources;
  Arena arena;
  const Limits limits;
  const auto parse = [&](std::string_view text) {
    const SourceId id = sources.add("t.yaml", std::string(text));
    return yaml::read(sources, id, yaml::kKustomizeProfile, arena).documents[0].root;
  };
  const MergeContext context{arena, nullptr, 0, kKustomizeMergeTable, limits};
  const yaml::Node* const result = strategic_merge(context, *parse(base), *parse(patch));
  return result == nullptr ? "deleted" : yaml::emit(*result, yaml::kKustomizeOutput);
}

constexpr std::string_view kHead = "apiVersion: v1\nkind: Pod\n";
std::string pod(std::string_view spec) { return std::string(kHead) + std::string(spec); }

}  // namespace

TEST_CASE("containers merge by name, those of the patch first", "[kube][merge]") {
  CHECK(merged(pod("spec:\n  containers:\n  - {name: a, image: x}\n  - {name: b, image: y}\n"),
               pod("spec:\n  containers:\n  - {name: b, image: z}\n")) ==
        pod("spec:\n  containers:\n  - image: z\n    name: b\n  - image: x\n    name: a\n"));
}

TEST_CASE("lists of unknown kinds are replaced", "[kube][merge]") {
  CHECK(merged("kind: Foo\nl: [1, 2]\n", "l: [3]\n") == "kind: Foo\nl:\n- 3\n");
}

TEST_CASE("a null removes, also inside what is added", "[kube][merge]") {
  CHECK(merged("a: 1\nb: 2\n", "a: null\nc: {d: null}\n") == "b: 2\nc: {}\n");
}

TEST_CASE("a quoted value stays a string whatever takes its place", "[kube][merge]") {
  CHECK(merged("a: \"1\"\n", "a: 2\n") == "a: \"2\"\n");
}

TEST_CASE("$patch: delete at the top deletes the object", "[kube][merge]") {
  CHECK(merged("a: 1\n", "$patch: delete\n") == "deleted");
  CHECK(merged("a: {b: 1, c: 2}\n", "a: {$patch: replace, b: 3}\n") == "a:\n  b: 3\n");
}

TEST_CASE("a port without protocol swallows its like, as kustomize has it", "[kube][merge]") {
  CHECK(merged(pod("spec:\n  containers:\n  - name: a\n    ports: [{containerPort: 80}]\n"),
               pod("spec:\n  containers:\n  - name: a\n    ports: [{containerPort: 80, protocol: "
                   "TCP, name: t}]\n")) ==
        pod("spec:\n  containers:\n  - name: a\n    ports:\n    - containerPort: 80\n"));
}

TEST_CASE("a field of the empty name does not merge", "[kube][merge]") {
  CHECK_THROWS_AS(merged("\"\": 1\n", "b: 2\n"), Error);
}
