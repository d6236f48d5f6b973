#pragma once
// Objects of the recordings in shared/data/live-1.36, where they are.

#include <string>

#include "kube/resource.h"
#include "support/shared_data.h"
#include "yaml/read.h"

namespace plumb::test {

inline void add_objects(kube::ResourceSet& set, yaml::Node& node) {
  if (yaml::Node* const items = yaml::find(node, "items")) {
    for (yaml::Node* const item : items->items) add_objects(set, *item);
  } else if (kube::is_object(node)) {
    set.resources.push_back({kube::id_of(node), &node, {}});
  }
}

inline kube::ResourceSet objects_of(SourceStore& sources, const std::string& name,
                                    std::string text) {
  kube::ResourceSet set;
  const SourceId id = sources.add(name, std::move(text));
  for (const yaml::Document& document :
       yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena).documents) {
    if (document.root != nullptr) add_objects(set, *document.root);
  }
  return set;
}

// Empty where the recordings are not.
inline kube::ResourceSet recorded(SourceStore& sources, const std::string& name) {
  const std::optional<std::string> text = shared_file("data/live-1.36/" + name);
  return text ? objects_of(sources, name, *text) : kube::ResourceSet();
}

}  // namespace plumb::test
