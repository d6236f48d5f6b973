#include "lint/inspection.h"

#include "base/text.h"

namespace plumb::lint {

void ObjectIndex::add(const kube::ResourceSet& set) {
  for (const kube::Resource& resource : set.resources)
    objects_.try_emplace(
        {resource.id.group, resource.id.kind, resource.id.namespace_name, resource.id.name},
        &resource);
}

const kube::Resource* ObjectIndex::find(std::string_view group, std::string_view kind,
                                        std::string_view namespace_name,
                                        std::string_view name) const {
  const auto found = objects_.find(Key(group, kind, namespace_name, name));
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<const kube::Resource*> ObjectIndex::all(std::string_view group, std::string_view kind,
                                                    std::string_view namespace_name) const {
  std::vector<const kube::Resource*> result;
  for (auto at = objects_.lower_bound(Key(group, kind, namespace_name, ""));
       at != objects_.end() && std::get<0>(at->first) == group && std::get<1>(at->first) == kind &&
       std::get<2>(at->first) == namespace_name;
       ++at)
    result.push_back(at->second);
  return result;
}

std::vector<std::string> ObjectIndex::names(std::string_view group, std::string_view kind,
                                            std::string_view namespace_name) const {
  std::vector<std::string> result;
  for (const kube::Resource* const resource : all(group, kind, namespace_name))
    result.push_back(resource->id.name);
  return result;
}

void Inspection::add(std::string_view code, const kube::Resource& resource, const yaml::Node& at,
                     std::string text, std::vector<Note> notes, std::vector<std::string> arguments,
                     Severity severity) const {
  Span place = at.span;
  if (!at.is_scalar() && place.length > 1) place.length = 1;
  const yaml::Entry* const kind = yaml::find_entry(*resource.body, "kind");
  if (place.source == 0 && kind != nullptr) place = kind->key->span;
  std::string name = kube::describe(resource.id);
  notes.push_back({cat("in ", name)});
  arguments.insert(arguments.begin(), std::move(name));
  findings.push_back({severity, std::string(code), place, std::move(text), std::move(notes),
                      std::move(arguments)});
}

void each_at(const yaml::Node& node, std::string_view path,
             const std::function<void(const yaml::Node&)>& use) {
  if (path.empty()) {
    if (node.is_scalar() && !node.is_null()) use(node);
    return;
  }
  const std::size_t end = std::min(path.find('.'), path.size());
  const std::string_view rest = path.substr(std::min(end + 1, path.size()));
  std::string_view key = path.substr(0, end);
  const bool list = key.ends_with("[]");
  if (list) key.remove_suffix(2);
  const yaml::Node* const value = yaml::find(node, key);
  if (value == nullptr) return;
  if (!list) return each_at(*value, rest, use);
  for (const yaml::Node* const item : value->items) each_at(*item, rest, use);
}

void each_pod(const yaml::Node& node, const std::function<void(const yaml::Node&)>& use) {
  const yaml::Node* const containers = yaml::find(node, "containers");
  if (containers != nullptr && containers->is_sequence()) use(node);
  for (const yaml::Node* const item : node.items) each_pod(*item, use);
  for (const yaml::Entry& entry : node.entries) each_pod(*entry.value, use);
}

void each_container(const yaml::Node& pod, const std::function<void(const yaml::Node&)>& use) {
  for (const char* const list : {"initContainers", "containers"})
    if (const yaml::Node* const containers = yaml::find(pod, list))
      for (const yaml::Node* const each : containers->items)
        if (each->is_mapping()) use(*each);
}

}  // namespace plumb::lint
