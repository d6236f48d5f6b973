// Real compiled pipelines, where they are: their bootstraps' pip calls change and nothing else.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/regex.h"
#include "base/text.h"
#include "pipeline/index.h"
#include "yaml/read.h"

namespace plumb::pipeline {

namespace {

std::filesystem::path corpus() {
  const char* const shared = std::getenv("PLUMB_SHARED");
  const std::filesystem::path root =
      shared ? std::filesystem::path(shared)
             : std::filesystem::path(PLUMB_TESTS_DIR).parent_path().parent_path() / "shared";
  return root / "data/real/kfp-compiled";
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Difference {
  std::string path, before, after;
};

void compare(const yaml::Node& before, const yaml::Node& after, const std::string& path,
             std::vector<Difference>& out) {
  REQUIRE(before.kind == after.kind);
  REQUIRE(before.items.size() == after.items.size());
  REQUIRE(before.entries.size() == after.entries.size());
  if (before.is_scalar() && (before.text != after.text || before.type != after.type))
    out.push_back({path, std::string(before.text), std::string(after.text)});
  for (std::size_t i = 0; i < before.items.size(); ++i)
    compare(*before.items[i], *after.items[i], cat(path, '/', i), out);
  for (std::size_t i = 0; i < before.entries.size(); ++i) {
    REQUIRE(before.entries[i].key->text == after.entries[i].key->text);
    compare(*before.entries[i].value, *after.entries[i].value,
            cat(path, '/', before.entries[i].key->text), out);
  }
}

// Without the index flags of canonical pip calls, another way than the product's.
std::string without_flags(std::string_view text) {
  static const Regex flag(" --(index-url|extra-index-url|trusted-host) [^ ]+");
  std::string out;
  std::size_t at = 0;
  while (const auto found = flag.find(text, at)) {
    const std::string_view whole = *found->at(0);
    const auto begin = static_cast<std::size_t>(whole.data() - text.data());
    out.append(text.substr(at, begin - at));
    at = begin + whole.size();
  }
  return out.append(text.substr(at));
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

bool is_bootstrap_place(const std::string& path) {
  static const Regex places(
      "^(/deploymentSpec/executors/[^/]+/container/command/2"
      "|/spec/templates/[0-9]+/container/command/2"
      "|/spec/templates/[0-9]+/metadata/annotations/pipelines.kubeflow.org/component_spec"
      "|/spec/arguments/parameters/[0-9]+/value)$");
  return places.matches(path);
}

}  // namespace

TEST_CASE("in real pipelines only the bootstraps' pip calls change", "[pipeline][corpus]") {
  if (!std::filesystem::exists(corpus())) return;
  struct Case {
    const char* block;
    const char* flags;  // what stands behind each "install"
    const char* trusted;
  };
  const Case chosen = GENERATE(
      Case{"{flavor: kind}",
           " --index-url http://host.docker.internal:3141/root/dev/+simple/ --extra-index-url "
           "https://pypi.org/simple --trusted-host host.docker.internal:3141 --quiet",
           "host.docker.internal:3141 "},
      Case{"{flavor: in-cluster, extraIndexes: []}",
           " --index-url http://devpi.devpi.svc.cluster.local:3141/root/dev/+simple/ "
           "--trusted-host devpi.devpi.svc.cluster.local:3141 --quiet",
           "devpi.devpi.svc.cluster.local:3141 "},
      Case{"{flavor: external, host: pypi.example.com}",
           " --index-url https://pypi.example.com/root/dev/+simple/ --extra-index-url "
           "https://pypi.org/simple --quiet",
           "none"});
  std::size_t files = 0, changed = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus())) {
    if (entry.path().extension() != ".yaml") continue;
    INFO(entry.path().string());
    SourceStore sources;
    Arena arena;
    yaml::Origins origins(false);
    const SourceId block = sources.add("values.yaml", cat("devpi: ", chosen.block));
    const IndexUrls urls =
        index_urls(*yaml::read(sources, block, yaml::kKubernetesProfile, arena).documents[0].root);
    const SourceId id = sources.add("file", text_of(entry.path()));
    for (const yaml::Document& document :
         yaml::read(sources, id, yaml::kKubernetesProfile, arena).documents) {
      RewriteCount rewritten;
      const yaml::Node* const after =
          rewrite_indexes(arena, origins, *document.root, urls, &rewritten);
      std::vector<Difference> differences;
      compare(*document.root, *after, "", differences);
      CHECK(differences.size() == rewritten.changed);
      std::size_t calls = 0;
      for (const Difference& difference : differences) {
        CHECK(is_bootstrap_place(difference.path));
        CHECK(without_flags(difference.before) == without_flags(difference.after));
        calls += count(difference.after, cat("pip install", chosen.flags));
        CHECK(count(difference.after, "--trusted-host ") ==
              count(difference.after, cat("--trusted-host ", chosen.trusted)));
      }
      CHECK(calls == rewritten.calls);
      CHECK(rewrite_indexes(arena, origins, *after, urls) == after);
      changed += rewritten.calls;
    }
    ++files;
  }
  WARN(files << " files, " << changed << " pip calls");
  CHECK(files == 113);
}

}  // namespace plumb::pipeline
