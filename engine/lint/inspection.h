#pragma once
// What every rule gets, and how it finds and tells.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/diagnostic.h"
#include "kube/resource.h"
#include "yaml/node.h"

namespace plumb::lint {

// Objects by group, kind, namespace and name; versions of an API name the same object.
class ObjectIndex {
 public:
  // Earlier sets win.
  void add(const kube::ResourceSet& set);
  const kube::Resource* find(std::string_view group, std::string_view kind,
                             std::string_view namespace_name, std::string_view name) const;
  // All objects of a kind in a namespace, by name; and their names, for suggestions.
  std::vector<const kube::Resource*> all(std::string_view group, std::string_view kind,
                                         std::string_view namespace_name) const;
  std::vector<std::string> names(std::string_view group, std::string_view kind,
                                 std::string_view namespace_name) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, const kube::Resource*> objects_;
};

struct Inspection {
  const kube::ResourceSet& rendered;
  ObjectIndex objects;  // rendered, then live
  Diagnostics& findings;

  // Arguments: the object, then `arguments`. A node that no text made is placed at the object's
  // kind.
  void add(std::string_view code, const kube::Resource& resource, const yaml::Node& at,
           std::string text, std::vector<Note> notes = {}, std::vector<std::string> arguments = {},
           Severity severity = Severity::kError) const;
};

// Calls `use` with each scalar behind "spec.syncWindows[].schedule".
void each_at(const yaml::Node& node, std::string_view path,
             const std::function<void(const yaml::Node&)>& use);

// Calls `use` with each pod's spec in an object, whatever kind it stands in: each mapping with a
// list `containers`.
void each_pod(const yaml::Node& node, const std::function<void(const yaml::Node&)>& use);
// … and with each container of a pod, those that initialise it too.
void each_container(const yaml::Node& pod, const std::function<void(const yaml::Node&)>& use);

// The rules.
void find_duplicate_objects(const Inspection& inspection);
void find_dangling_pipelines(const Inspection& inspection);
void find_dangling_versions(const Inspection& inspection);
void find_bad_parameters(const Inspection& inspection);
void find_dangling_tasks(const Inspection& inspection);
void find_bad_schedules(const Inspection& inspection);
void find_plain_indexes(const Inspection& inspection);
void find_duplicate_variables(const Inspection& inspection);
void find_floating_images(const Inspection& inspection);
void find_small_devpi(const Inspection& inspection);
void find_service_variables(const Inspection& inspection);
void find_literal_secrets(const Inspection& inspection);
void find_shared_volumes(const Inspection& inspection);

}  // namespace plumb::lint
