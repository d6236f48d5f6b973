// Objects as a real Kubernetes 1.36 gave them back, against what was asked for: nothing differs.

#include <map>

#include <catch2/catch.hpp>

#include "diff/compare.h"
#include "support/shared_data.h"
#include "yaml/emit.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

void add(kube::ResourceSet& set, yaml::Node& node) {
  if (yaml::Node* const items = yaml::find(node, "items")) {
    for (yaml::Node* const item : items->items) add(set, *item);
  } else if (kube::is_object(node)) {
    set.resources.push_back({kube::id_of(node), &node, {}});
  }
}

kube::ResourceSet load(SourceStore& sources, const std::string& name) {
  kube::ResourceSet set;
  const std::optional<std::string> text = test::shared_file("data/live-1.36/" + name);
  if (!text) return set;
  const SourceId id = sources.add(name, *text);
  for (const yaml::Document& document :
       yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena).documents) {
    add(set, *document.root);
  }
  return set;
}

std::string text_of(const yaml::Node* node) {
  return node == nullptr ? "nothing" : yaml::emit_json(*node);
}

}  // namespace

TEST_CASE("what Kubernetes 1.36 gives back differs in nothing from what was asked for",
          "[diff][live]") {
  SourceStore sources;
  const kube::ResourceSet desired = load(sources, "desired.yaml");
  if (desired.resources.empty()) return;  // the recordings are not part of the repository
  REQUIRE(desired.resources.size() == 53);
  for (const char* const way : {"ssa", "csa", "create"}) {
    const kube::ResourceSet live = load(sources, std::string("live-") + way + ".yaml");
    std::map<std::string, const yaml::Node*> bodies;
    for (const kube::Resource& resource : live.resources) {
      bodies[resource.id.api_version() + kube::describe(resource.id)] = resource.body;
    }
    diff::Catalogue catalogue;
    catalogue.add(desired);
    for (const kube::Resource& resource : desired.resources) {
      const auto found = bodies.find(resource.id.api_version() + kube::describe(resource.id));
      CAPTURE(way, kube::describe(resource.id));
      REQUIRE(found != bodies.end());
      Arena arena;
      diff::Options options;
      options.catalogue = &catalogue;
      const std::vector<diff::Change> changes =
          diff::compare({nullptr, resource.body, found->second}, options, arena);
      for (const diff::Change& change : changes) {
        UNSCOPED_INFO(yaml::print_path(change.path)
                      << ": " << text_of(change.before) << " -> " << text_of(change.after));
      }
      CHECK(changes.empty());
    }
  }
}
