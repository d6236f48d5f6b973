#include "state/state.h"

#include <catch2/catch.hpp>

using namespace plumb;
using namespace plumb::state;

namespace {

std::string code_of(std::string text) {
  SourceStore sources;
  try {
    read_text(sources, sources.add("live.yaml", std::move(text)));
  } catch (const Error& error) {
    return error.diagnostic().code;
  }
  return "";
}

}  // namespace

TEST_CASE("a state source is a scheme and an argument, a bare word a file", "[state][source]") {
  CHECK(parse_source("git:origin/main").kind == SourceKind::kGit);
  CHECK(parse_source("git:origin/main").argument == "origin/main");
  CHECK(parse_source("live/dev").kind == SourceKind::kFile);
  CHECK(parse_source("-").argument == "-");
  CHECK(parse_source("./a:b").kind == SourceKind::kFile);
  CHECK(parse_source("empty").kind == SourceKind::kEmpty);
  CHECK(describe(parse_source("env:dev")) == "env:dev");
  CHECK_THROWS_AS(parse_source("gti:main"), Error);
  CHECK(parse_source("cluster").kind == SourceKind::kCluster);
  CHECK(parse_source("cluster:prod").argument == "prod");
  CHECK(parse_source("cluster:arn:aws:eks").argument == "arn:aws:eks");
  CHECK(describe(parse_source("cluster")) == "cluster");
  CHECK(describe(parse_source("cluster:prod")) == "cluster:prod");
  CHECK_THROWS_AS(parse_source("kfp:http://x"), Error);
  CHECK_THROWS_AS(parse_source("git:"), Error);
}

TEST_CASE("a List is its items, wherever it stands", "[state][read]") {
  SourceStore sources;
  const SourceId id = sources.add("live.json",
                                  R"({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "x"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "b"}, "data": {"k": "dg=="}}]})");
  const State state = read_text(sources, id);
  REQUIRE(state.set.resources.size() == 2);
  CHECK(kube::describe(state.set.resources[0].id) == "ConfigMap/x/a");
  CHECK_FALSE(state.complete);
  CHECK(sources.get(id).secret);
}

TEST_CASE("a leading Snapshot says how much of the world it is", "[state][read]") {
  SourceStore sources;
  const SourceId id = sources.add(
      "live.yaml",
      "apiVersion: plumb/v1\nkind: Snapshot\ncomplete: true\nscope: {namespaces: [x], kinds: "
      "[ConfigMap, Deployment.apps]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
  const State state = read_text(sources, id);
  CHECK(state.complete);
  CHECK(covers(state.scope, {"apps", "v1", "Deployment", "x", "web"}));
  CHECK_FALSE(covers(state.scope, {"apps", "v1", "Deployment", "y", "web"}));
  CHECK_FALSE(covers(state.scope, {"", "v1", "Service", "x", "web"}));
}

TEST_CASE("files of a directory are read together", "[state][read]") {
  SourceStore sources;
  const files::MemoryTree tree{
      {"live/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
      {"live/sub/b.json",
       R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}})"},
      {"live/README.md", "no manifest\n"}};
  CHECK(read_tree(sources, tree, *files::Path::parse("live")).set.resources.size() == 2);
  CHECK_THROWS_AS(read_tree(sources, tree, *files::Path::parse("none")), Error);
}

TEST_CASE("what is no object is an error", "[state][read]") {
  CHECK(code_of("just text\n") == "state/not-objects");
  CHECK(code_of("a: 1\n") == "state/not-objects");
  CHECK(code_of("- 1\n") == "state/not-objects");
  CHECK(code_of("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: "
                "ConfigMap\nmetadata: {name: a}\n") == "state/duplicate-object");
  CHECK(code_of("apiVersion: plumb/v1\nkind: Snapshot\ncomplete: maybe\n") == "state/snapshot");
  CHECK(code_of("# nothing\n").empty());
  CHECK(code_of("kind: Snapshot\ncomplete: true\n").empty());
}
