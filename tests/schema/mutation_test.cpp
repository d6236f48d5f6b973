// What is broken by hand must be found where it was broken: every field of real objects is renamed,
// then replaced by a value of another type, one at a time.

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "schema/catalogue.h"
#include "support/shared_data.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::schema;

namespace {

struct Spot {
  yaml::Node* mapping;
  std::size_t entry;
};

// Members of mappings whose keys a schema names; labels, annotations, data and the like are free.
void collect(yaml::Node& node, std::vector<Spot>& spots) {
  for (yaml::Node* const item : node.items) collect(*item, spots);
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    spots.push_back({&node, i});
    collect(*node.entries[i].value, spots);
  }
}

bool found_at(const kube::Resource& resource, const Catalogue& catalogue, Span place) {
  Report report;
  validate(resource, catalogue, report);
  for (const Diagnostic& each : report.findings)
    if (each.span.source == place.source && each.span.offset == place.offset) return true;
  return false;
}

}  // namespace

TEST_CASE("a renamed field is found at its place", "[schema][mutation]") {
  const auto text = test::shared_file("data/live-1.36/desired.yaml");
  if (!text) return;
  SourceStore sources;
  kube::ResourceSet set;
  for (const yaml::Document& document :
       yaml::read(sources, sources.add("desired.yaml", *text), yaml::kKubernetesProfile, *set.arena)
           .documents)
    set.resources.push_back({kube::id_of(*document.root), document.root, {}});
  const Library library;
  const Catalogue catalogue = make_catalogue(library, set);
  std::size_t tried = 0, found = 0, mistyped = 0, type_found = 0;
  for (const kube::Resource& resource : set.resources) {
    std::vector<Spot> spots;
    collect(*resource.body, spots);
    for (const Spot& spot : spots) {
      yaml::Entry& entry = spot.mapping->entries[spot.entry];
      if (spot.mapping == resource.body && entry.key->text != "spec") continue;
      yaml::Node renamed = *entry.key;
      const std::string name = cat(entry.key->text, "X");
      renamed.text = name;
      yaml::Node* const key = std::exchange(entry.key, &renamed);
      ++tried;
      if (found_at(resource, catalogue, key->span)) ++found;
      entry.key = key;

      yaml::Node other = *entry.value;
      other.kind = entry.value->is_mapping() ? yaml::Kind::kSequence : yaml::Kind::kMapping;
      other.type = yaml::Type::kCollection;
      other.items = {};
      other.entries = {};
      yaml::Node* const value = std::exchange(entry.value, &other);
      ++mistyped;
      if (found_at(resource, catalogue, key->span)) ++type_found;
      entry.value = value;
    }
  }
  // The rest are free keys: labels, annotations, data, selectors, names of a schema's properties.
  CHECK(tried > 700);
  CHECK(found * 100 > tried * 85);
  CHECK(type_found * 100 > mistyped * 95);
}
