#include "kustomize/remote.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "kustomize/kustomize.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

std::string parts(std::string_view url) {
  const auto remote = parse_remote(url);
  return remote ? cat(remote->repository, " | ", remote->directory, " | ", remote->ref) : "a path";
}

const files::MemoryTree kMirror{
    {"base/kustomization.yaml", "resources: [r.yaml]\n"},
    {"base/r.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"},
    {"outside/kustomization.yaml", "resources: [../../secret]\n"},
    {"again/kustomization.yaml", "resources: ['https://host/org/repo/again?ref=v1']\n"}};

// The name of what is built with a mirror of https://host/org/repo, or the code of the error.
std::string built(const std::string& url) {
  SourceStore sources;
  const files::MemoryTree tree{{"kustomization.yaml", cat("resources: ['", url, "']\n")}};
  Context context{.sources = sources};
  context.mirrors = [](const Remote& remote) -> std::optional<Mirror> {
    if (remote.is_file || remote.repository != "https://host/org/repo") return std::nullopt;
    return Mirror{&kMirror, *files::Path::parse(remote.directory)};
  };
  try {
    return build(tree, {}, {}, context).resources.front().id.name;
  } catch (const Error& error) {
    return error.diagnostic().code;
  }
}

}  // namespace

TEST_CASE("a URL is a repository, a directory in it and a ref", "[kustomize][remote]") {
  CHECK(parts("github.com/org/repo/a/b?ref=v1") == "https://github.com/org/repo | a/b | v1");
  CHECK(parts("https://host/org/repo.git/a?version=x") == "https://host/org/repo.git | a | x");
  CHECK(parts("https://host/deep/er/repo//a") == "https://host/deep/er/repo | a | ");
  CHECK(parts("git@host:org/repo.git//a?ref=x&version=y") == "git@host:org/repo.git | a | x");
  CHECK(parts("git::https://host/org/repo//a") == "https://host/org/repo | a | ");
  CHECK(parts("https://u@dev.azure.com/o/p/_git/repo/a") ==
        "https://u@dev.azure.com/o/p/_git/repo | a | ");
  CHECK(parts("file:///srv/repo//a") == "file:///srv/repo | a | ");
  CHECK(parts("ssh://git@github.com/org/repo") == "git@github.com:org/repo |  | ");
}

TEST_CASE("what is no URL of a repository is a path", "[kustomize][remote]") {
  for (const std::string_view path :
       {"../base", "base/x.git/y", "host/org/repo", "/github.com/org/repo", "https://host/org",
        "https://host/org/repo//../up"})
    CHECK(parts(path) == "a path");
}

TEST_CASE("the queries of a URL are read as kustomize reads them", "[kustomize][remote]") {
  CHECK(parse_remote("github.com/o/r?timeout=61")->timeout_seconds == 61);
  CHECK(parse_remote("github.com/o/r?timeout=1m30s")->timeout_seconds == 90);
  CHECK(parse_remote("github.com/o/r?timeout=never")->timeout_seconds == 27);
  const std::string large = "github.com/o/r?timeout=" + std::string(400, '9') + "s";
  CHECK(parse_remote(large)->timeout_seconds == 27);
  CHECK_FALSE(parse_remote("github.com/o/r?submodules=false")->submodules);
  CHECK(parse_remote("github.com/o/r?submodules=perhaps")->submodules);
}

TEST_CASE("a remote base is built from its mirror and stays inside it", "[kustomize][remote]") {
  CHECK(built("https://host/org/repo/base?ref=v1") == "a");
  CHECK(built("https://host/org/other/base") == "kustomize/remote");
  CHECK(built("https://host/org/repo/nowhere") == "kustomize/no-base");
  CHECK(built("https://host/org/repo/base/r.yaml") == "kustomize/no-base");
  CHECK(built("https://host/org/repo/outside") == "kustomize/outside");
  CHECK(built("https://host/org/repo/again?ref=v1") == "kustomize/cycle");
}
