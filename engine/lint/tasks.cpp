// A compiled pipeline's (IR's) references to its own parts.

#include <set>

#include "base/suggest.h"
#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

const yaml::Node& empty_mapping() {
  static const yaml::Node empty = [] {
    yaml::Node node;
    node.kind = yaml::Kind::kMapping;
    node.type = yaml::Type::kCollection;
    return node;
  }();
  return empty;
}

const yaml::Node& mapping_at(const yaml::Node& node, std::initializer_list<std::string_view> keys) {
  const yaml::Node* const found = yaml::find_path(node, keys);
  return found != nullptr && found->is_mapping() ? *found : empty_mapping();
}

class Pipeline {
 public:
  Pipeline(const Inspection& inspection, const kube::Resource& resource, const yaml::Node& ir,
           const yaml::Node* platform)
      : inspection_(inspection),
        resource_(resource),
        ir_(ir),
        platform_(platform),
        components_(mapping_at(ir, {"components"})),
        executors_(mapping_at(ir, {"deploymentSpec", "executors"})) {}

  void check() const {
    for (const yaml::Entry& entry : components_.entries) check_component(*entry.value);
    check_component(mapping_at(ir_, {"root"}));
    if (platform_ == nullptr) return;
    for (const yaml::Entry& entry : mapping_at(*platform_, {"platforms"}).entries)
      for (const yaml::Entry& executor :
           mapping_at(*entry.value, {"deploymentSpec", "executors"}).entries)
        expect(*executor.key, executors_, "executor");
  }

 private:
  // `name` must be a key of `among`.
  void expect(const yaml::Node& name, const yaml::Node& among, std::string_view what) const {
    if (yaml::find(among, name.text) != nullptr) return;
    std::vector<std::string> known;
    for (const yaml::Entry& entry : among.entries) known.emplace_back(entry.key->text);
    inspection_.add("lint/dangling-task", resource_, name,
                    cat("the pipeline has no ", what, " '", name.text, "'"),
                    did_you_mean(name.text, known), {std::string(what), std::string(name.text)});
  }

  void expect_at(const yaml::Node& node, std::initializer_list<std::string_view> path,
                 const yaml::Node& among, std::string_view what) const {
    const yaml::Node* const name = yaml::find_path(node, path);
    if (name != nullptr && name->is_string()) expect(*name, among, what);
  }

  void check_component(const yaml::Node& component) const {
    expect_at(component, {"executorLabel"}, executors_, "executor");
    const yaml::Node& tasks = mapping_at(component, {"dag", "tasks"});
    for (const yaml::Entry& task : tasks.entries) check_task(*task.value, tasks, component);
  }

  void check_task(const yaml::Node& task, const yaml::Node& tasks,
                  const yaml::Node& component) const {
    expect_at(task, {"componentRef", "name"}, components_, "component");
    if (const yaml::Node* const dependent = yaml::find(task, "dependentTasks"))
      for (const yaml::Node* const name : dependent->items) expect(*name, tasks, "task");
    // A loop's task gets its item under a name that only it knows.
    const std::string_view loop_parameter = yaml::text_at(task, {"parameterIterator", "itemInput"});
    const yaml::Node& own = mapping_at(component, {"inputDefinitions", "parameters"});
    for (const yaml::Entry& input : mapping_at(task, {"inputs", "parameters"}).entries) {
      expect_at(*input.value, {"taskOutputParameter", "producerTask"}, tasks, "task");
      expect_at(*input.value, {"taskFinalStatus", "producerTask"}, tasks, "task");
      if (yaml::text_at(*input.value, {"componentInputParameter"}) != loop_parameter)
        expect_at(*input.value, {"componentInputParameter"}, own, "input parameter");
    }
    const std::string_view loop_artifact = yaml::text_at(task, {"artifactIterator", "itemInput"});
    const yaml::Node& artifacts = mapping_at(component, {"inputDefinitions", "artifacts"});
    for (const yaml::Entry& input : mapping_at(task, {"inputs", "artifacts"}).entries) {
      expect_at(*input.value, {"taskOutputArtifact", "producerTask"}, tasks, "task");
      if (yaml::text_at(*input.value, {"componentInputArtifact"}) != loop_artifact)
        expect_at(*input.value, {"componentInputArtifact"}, artifacts, "input artifact");
    }
  }

  const Inspection& inspection_;
  const kube::Resource& resource_;
  const yaml::Node& ir_;
  const yaml::Node* platform_;
  const yaml::Node& components_;
  const yaml::Node& executors_;
};

}  // namespace

void find_dangling_tasks(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources) {
    if (resource.id.kind != "PipelineVersion") continue;
    const yaml::Node* ir = yaml::find_path(*resource.body, {"spec", "pipelineSpec"});
    if (ir == nullptr) ir = yaml::find_path(*resource.body, {"spec", "workflow"});
    if (ir == nullptr || yaml::find(*ir, "pipelineInfo") == nullptr) continue;
    Pipeline(inspection, resource, *ir, yaml::find_path(*resource.body, {"spec", "platformSpec"}))
        .check();
  }
}

}  // namespace plumb::lint
