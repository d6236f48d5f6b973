// Real compiled pipelines, where the data sets are at hand: none names a part that it lacks. (Some
// give pip the address of an https index as a trusted host, which is a warning.)

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "lint/lint.h"
#include "support/shared_data.h"
#include "yaml/read.h"

using namespace plumb;

TEST_CASE("compiled pipelines name only parts that they have", "[lint][corpus]") {
  for (const char* const up : {"/../../shared/", "/../../../shared/"}) {
    const std::filesystem::path root =
        std::string(PLUMB_TESTS_DIR) + up + "data/real/kfp-compiled/ir";
    if (!std::filesystem::exists(root)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(root)) {
      if (entry.path().extension() != ".yaml") continue;
      SourceStore sources;
      kube::ResourceSet set;
      const auto text =
          test::shared_file("data/real/kfp-compiled/ir/" + entry.path().filename().string());
      const yaml::Stream stream = yaml::read(sources, sources.add(entry.path(), *text),
                                             yaml::kKubernetesProfile, *set.arena);
      yaml::Node* const body = yaml::make_mapping(*set.arena);
      yaml::set(*set.arena, *body, "kind", yaml::make_string(*set.arena, "PipelineVersion"));
      yaml::Node* const spec = yaml::ensure_mapping(*set.arena, *body, "spec");
      for (const yaml::Document& document : stream.documents)
        yaml::set(
            *set.arena, *spec,
            yaml::find(*document.root, "platforms") != nullptr ? "platformSpec" : "pipelineSpec",
            document.root);
      set.resources.push_back(
          {{"pipelines.kubeflow.org", "v2beta1", "PipelineVersion", "", "v"}, body, {}});
      Diagnostics found;
      lint::check(set, nullptr, found);
      std::string told;
      for (const Diagnostic& each : found)
        if (each.severity == Severity::kError) told += format_diagnostic(each, sources);
      CHECK(told == "");
    }
  }
}
