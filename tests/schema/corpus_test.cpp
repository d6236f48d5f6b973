// Real objects, where the data sets are at hand: nothing that a server takes may be a finding.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "schema/catalogue.h"
#include "schema/shipped.h"
#include "support/shared_data.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::schema;

namespace {

std::set<std::string> shared_paths(const std::string& directory) {
  std::set<std::string> paths;
  for (const char* const up : {"/../../shared/", "/../../../shared/"}) {
    const std::filesystem::path root = std::string(PLUMB_TESTS_DIR) + up + directory;
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root))
      if (entry.path().extension() == ".yaml")
        paths.insert(directory + "/" + std::filesystem::relative(entry.path(), root).string());
  }
  return paths;
}

class Corpus {
 public:
  SourceStore sources;
  Library library;
  kube::ResourceSet set;
  Arena arena;

  yaml::Stream read(const std::string& path) {
    const auto text = test::shared_file(path);
    if (!text) return {};
    return yaml::read(sources, sources.add(path, *text), yaml::kKubernetesProfile, arena);
  }
  void add(const std::string& path) {
    for (const yaml::Document& document : read(path).documents)
      if (yaml::find(*document.root, "kind") != nullptr)
        set.resources.push_back({kube::id_of(*document.root), document.root, {}});
  }
  std::string findings() {
    Report report;
    validate(set, make_catalogue(library, set), report);
    return told(report.findings);
  }
  std::string told(const Diagnostics& findings) {
    std::string text;
    for (const Diagnostic& each : findings) text += format_diagnostic(each, sources);
    return text;
  }
};

// Fields of a definition in the cluster that plumb's own schema of the kind does not have.
class Comparison {
 public:
  explicit Comparison(const yaml::Node& own) : own_(own) {}
  std::string missing;

  void compare(const yaml::Node& crd, const yaml::Node& schema, const std::string& path) {
    const yaml::Node& ours = resolved(schema);
    if (yaml::find(ours, "x-kubernetes-preserve-unknown-fields") != nullptr) return;
    if (yaml::text_at(ours, {"$ref"}).starts_with("kubernetes:")) return;
    for (const char* const part : {"items", "additionalProperties"})
      if (const yaml::Node* const inner = yaml::find(crd, part)) {
        const yaml::Node* const own_inner = yaml::find(ours, part);
        if (own_inner == nullptr)
          missing += path + "[]\n";
        else if (inner->is_mapping())
          compare(*inner, *own_inner, path + "[]");
      }
    const yaml::Node* const properties = yaml::find(crd, "properties");
    if (properties == nullptr || depth_of(path) > 8) return;
    for (const yaml::Entry& entry : properties->entries) {
      const std::string name = path + "." + std::string(entry.key->text);
      const yaml::Node* const own = yaml::find_path(ours, {"properties", entry.key->text});
      if (own == nullptr)
        missing += name + "\n";
      else
        compare(*entry.value, *own, name);
    }
  }

 private:
  static long depth_of(const std::string& path) {
    return std::count(path.begin(), path.end(), '.');
  }
  const yaml::Node& resolved(const yaml::Node& schema) {
    const std::string_view reference = yaml::text_at(schema, {"$ref"});
    constexpr std::string_view kPrefix = "#/definitions/";
    if (!reference.starts_with(kPrefix)) return schema;
    return *yaml::find_path(own_, {"definitions", reference.substr(kPrefix.size())});
  }
  const yaml::Node& own_;
};

}  // namespace

TEST_CASE("plumb's schemas of Argo CD have every field of its definitions", "[schema][corpus]") {
  Corpus corpus;
  const auto shipped = shipped_texts();
  const auto argo = std::find_if(shipped.begin(), shipped.end(), [](const EmbeddedText& each) {
    return each.path == "argoproj.io.yaml";
  });
  const yaml::Node& own =
      *yaml::read_text(argo->text, {}, yaml::kKubernetesProfile, corpus.arena).documents[0].root;
  for (const std::string& path : shared_paths("data/real/argo-cd/manifests/crds")) {
    const yaml::Node& crd = *corpus.read(path).documents[0].root;
    const std::string_view kind = yaml::text_at(crd, {"spec", "names", "kind"});
    if (kind.empty()) continue;
    Comparison comparison(own);
    comparison.compare(*yaml::find_path(*yaml::find_path(crd, {"spec", "versions"})->items[0],
                                        {"schema", "openAPIV3Schema", "properties", "spec"}),
                       *yaml::find_path(own, {"definitions", kind, "properties", "spec"}),
                       std::string(kind) + ".spec");
    CHECK(comparison.missing == "");
  }
}

TEST_CASE("what a 1.36 server takes has no findings", "[schema][corpus]") {
  Corpus corpus;
  corpus.add("data/live-1.36/desired.yaml");
  CHECK(corpus.findings().empty());
}

TEST_CASE("what a 1.36 server answers has no findings", "[schema][corpus]") {
  for (const char* const way : {"create", "csa", "ssa"}) {
    Corpus corpus;
    corpus.add(std::string("data/live-1.36/live-") + way + ".yaml");
    CHECK(corpus.findings().empty());
  }
}

TEST_CASE("Argo CD's own installation has no findings", "[schema][corpus]") {
  Corpus corpus;
  corpus.add("data/real/argo-cd/ha-install.yaml");
  CHECK(corpus.findings().empty());
}

TEST_CASE("compiled Argo Workflows have no findings", "[schema][corpus]") {
  Corpus corpus;
  for (const std::string& path : shared_paths("data/real/kfp-compiled/workflow")) corpus.add(path);
  CHECK(corpus.findings().empty());
}

TEST_CASE("compiled pipelines fit the schema of the IR", "[schema][corpus]") {
  Corpus corpus;
  const auto pipeline = named_schema(corpus.library, "pipelines.kubeflow.org", "CompiledPipeline");
  const auto platform = named_schema(corpus.library, "pipelines.kubeflow.org", "PlatformDocument");
  REQUIRE(pipeline != nullptr);
  REQUIRE(platform != nullptr);
  for (const std::string& path : shared_paths("data/real/kfp-compiled/ir"))
    for (const yaml::Document& document : corpus.read(path).documents) {
      const bool first = yaml::find(*document.root, "pipelineInfo") != nullptr;
      const std::string told = corpus.told(check(*document.root, first ? *pipeline : *platform));
      if (!document.empty) CHECK(told == "");
    }
}
