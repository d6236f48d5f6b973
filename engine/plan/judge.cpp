#include "plan/judge.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "diff/normalise.h"
#include "diff/quantity.h"
#include "diff/shape.h"
#include "pipeline/content.h"
#include "plan/needs.h"
#include "yaml/path.h"

namespace plumb::plan {

namespace {

using diff::Change;
using yaml::Node;

// Kinds whose objects can be made anew without losing data; for all others a refused change is
// blocked.
struct ReplaceRow {
  std::string_view kind;
  std::string_view cost;
};
constexpr std::array kReplaceable{
    ReplaceRow{"ClusterRoleBinding", "its subjects lose the role for a moment"},
    ReplaceRow{"ConfigMap", "pods that mount it keep the old content until they restart"},
    ReplaceRow{"DaemonSet", "all its pods are stopped and started"},
    ReplaceRow{"Deployment", "all its pods are stopped and started"},
    ReplaceRow{"Job", "the job runs again from the start"},
    ReplaceRow{"Pod", "the pod is stopped and started"},
    ReplaceRow{"PriorityClass", "pods that are made meanwhile are refused"},
    ReplaceRow{"RecurringRun", "the schedule is deleted and made anew"},
    ReplaceRow{"ReplicaSet", "all its pods are stopped and started"},
    ReplaceRow{"RoleBinding", "its subjects lose the role for a moment"},
    ReplaceRow{"RuntimeClass", "pods that are made meanwhile are refused"},
    ReplaceRow{"Secret", "pods that mount it keep the old content until they restart"},
    ReplaceRow{"StorageClass", "claims that are made meanwhile wait"},
};

struct BlockedRow {
  std::string_view kind;
  std::string_view cure;
};
constexpr std::array kBlockedCures{
    BlockedRow{"StatefulSet",
               "delete it with --cascade=orphan and let it be made anew; claims and pods stay"},
    BlockedRow{"PersistentVolumeClaim", "make a claim of another name and copy the data"},
    BlockedRow{"Service", "a new address needs a Service of another name, or a deletion by hand"},
    BlockedRow{"CustomResourceDefinition",
               "a definition of another group or name; a version in which objects are stored goes "
               "when they are stored anew and status.storedVersions does not name it any more"},
};

struct DeleteRow {
  std::string_view kind;
  std::string_view rule;
};
constexpr std::array kGuardedDeletions{
    DeleteRow{"Namespace", "delete-namespace"},
    DeleteRow{"CustomResourceDefinition", "delete-crd"},
    DeleteRow{"PersistentVolumeClaim", "delete-claim"},
    DeleteRow{"PersistentVolume", "delete-volume"},
    DeleteRow{"StatefulSet", "delete-statefulset"},
    DeleteRow{"Pipeline", "delete-pipeline"},
};

bool is_kfp_group(std::string_view group) {
  return group == "kfp.jackhoman.com" || group == "pipelines.kubeflow.org";
}

bool starts_with(const yaml::Path& path, std::initializer_list<std::string_view> keys) {
  if (path.steps.size() < keys.size()) return false;
  return std::equal(keys.begin(), keys.end(), path.steps.begin(),
                    [](std::string_view key, const yaml::PathStep& step) {
                      return step.kind == yaml::PathStep::Kind::kKey && step.key == key;
                    });
}

bool says_true(const Node& body, std::string_view key) {
  const Node* const flag = yaml::find(body, key);
  return flag != nullptr && yaml::as_boolean(*flag).value_or(false);
}

// A ConfigMap or Secret that says it never changes.
bool is_frozen_content(const Node* before, const yaml::Path& path) {
  if (before == nullptr || !says_true(*before, "immutable")) return false;
  return starts_with(path, {"data"}) || starts_with(path, {"binaryData"}) ||
         starts_with(path, {"stringData"}) || starts_with(path, {"immutable"});
}

// What the server refuses to change beside the fields that the table of types says: all below
// `path` but what is free. [*] is any element.
struct FixedRow {
  std::string_view group;
  std::string_view kind;
  std::string_view path;
  std::span<const std::string_view> free = {};
};
constexpr std::array<std::string_view, 7> kFreeOfStatefulSet{
    "spec.minReadySeconds",
    "spec.ordinals",
    "spec.persistentVolumeClaimRetentionPolicy",
    "spec.replicas",
    "spec.revisionHistoryLimit",
    "spec.template",
    "spec.updateStrategy"};
constexpr std::array<std::string_view, 6> kFreeOfPod{
    "spec.activeDeadlineSeconds",         "spec.containers[*].image",
    "spec.initContainers[*].image",       "spec.schedulingGates",
    "spec.terminationGracePeriodSeconds", "spec.tolerations"};
constexpr std::array<std::string_view, 2> kFreeOfClaim{"spec.resources.requests.storage",
                                                       "spec.volumeAttributesClassName"};
constexpr std::array<std::string_view, 8> kFreeOfVolume{
    "spec.accessModes",      "spec.capacity",
    "spec.claimRef",         "spec.mountOptions",
    "spec.nodeAffinity",     "spec.persistentVolumeReclaimPolicy",
    "spec.storageClassName", "spec.volumeAttributesClassName"};
constexpr std::array kFixed{
    FixedRow{"", "PersistentVolume", "spec", kFreeOfVolume},
    FixedRow{"", "PersistentVolumeClaim", "spec", kFreeOfClaim},
    FixedRow{"", "Pod", "spec", kFreeOfPod},
    FixedRow{"apps", "StatefulSet", "spec", kFreeOfStatefulSet},
    FixedRow{"apiextensions.k8s.io", "CustomResourceDefinition", "spec.group"},
    FixedRow{"apiextensions.k8s.io", "CustomResourceDefinition", "spec.names.kind"},
    FixedRow{"apiextensions.k8s.io", "CustomResourceDefinition", "spec.names.plural"},
};

std::string pattern_of(const yaml::Path& path) {
  std::string pattern;
  for (const yaml::PathStep& step : path.steps) {
    if (step.kind != yaml::PathStep::Kind::kKey) {
      pattern += "[*]";
    } else {
      pattern += cat(pattern.empty() ? "" : ".", step.key);
    }
  }
  return pattern;
}

// Whether a path is the other one, or below it.
bool is_within(std::string_view path, std::string_view above) {
  return path.starts_with(above) &&
         (path.size() == above.size() || path[above.size()] == '.' || path[above.size()] == '[');
}

bool is_fixed(const Node& head, const yaml::Path& path) {
  const kube::ResourceId id = kube::id_of(head);
  const std::string pattern = pattern_of(path);
  return std::ranges::any_of(kFixed, [&](const FixedRow& row) {
    return row.group == id.group && row.kind == id.kind && is_within(pattern, row.path) &&
           std::ranges::none_of(row.free,
                                [&](std::string_view free) { return is_within(pattern, free); });
  });
}

// A version of a definition in which objects may still be stored.
bool is_stored_version(const Node& definition, const Change& change) {
  const Node* const stored = yaml::find_path(definition, {"status", "storedVersions"});
  if (stored == nullptr || change.before == nullptr || change.after != nullptr) return false;
  return change.path.steps.size() == 3 && starts_with(change.path, {"spec", "versions"}) &&
         std::ranges::any_of(stored->items, [&](const Node* version) {
           return version->text == yaml::text_at(*change.before, {"name"});
         });
}

// What depends on how the object is: the number of a Job that counts, a claim's size.
bool is_fixed_by_state(const Node* before, const Change& change) {
  if (before == nullptr) return false;
  const std::string_view kind = yaml::text_at(*before, {"kind"});
  if (kind == "CustomResourceDefinition") return is_stored_version(*before, change);
  if (kind == "Job" && starts_with(change.path, {"spec", "completions"})) {
    return yaml::text_at(*before, {"spec", "completionMode"}) != "Indexed";
  }
  if (kind != "PersistentVolumeClaim" || change.before == nullptr || change.after == nullptr ||
      !starts_with(change.path, {"spec", "resources", "requests", "storage"})) {
    return false;
  }
  const auto old = diff::parse_quantity(change.before->text);
  const auto wanted = diff::parse_quantity(change.after->text);
  const std::string_view phase = yaml::text_at(*before, {"status", "phase"});
  return (old && wanted && *wanted < *old) || (!phase.empty() && phase != "Bound");
}

bool is_immutable_in_table(const Node& head, const yaml::Path& path) {
  diff::Shape shape = diff::shape_of_object(nullptr, yaml::text_at(head, {"apiVersion"}),
                                            yaml::text_at(head, {"kind"}));
  for (const yaml::PathStep& step : path.steps) {
    if (shape.is_free()) return false;
    const bool is_key = step.kind == yaml::PathStep::Kind::kKey;
    shape = is_key ? diff::shape_of_field(shape, step.key) : diff::shape_of_item(shape);
    if (shape.field != nullptr && is_key && shape.field->immutable) return true;
    // What a CronJob makes its jobs of is no job, and may change.
    if (shape.type != nullptr && shape.type->name.view().ends_with("TemplateSpec")) return false;
  }
  return false;
}

bool counts(const Change& change) {
  return change.cause != diff::Cause::kServer && !change.is_volatile && !change.only_live &&
         !change.residue;
}

bool is_pod_template(const yaml::Path& path) {
  return starts_with(path, {"spec", "template"}) ||
         starts_with(path, {"spec", "jobTemplate", "spec", "template"});
}

Risk risk_of(const Node& head, const Change& change) {
  if (starts_with(change.path, {"metadata"})) return Risk::kNone;
  return is_pod_template(change.path) && pod_spec_of(head) != nullptr ? Risk::kRollout
                                                                      : Risk::kChange;
}

void block(Step& step, std::string rule, std::string text, std::string cure) {
  step.verb = Verb::kNone;
  step.risk = Risk::kBlocked;
  step.reasons.push_back({std::move(rule), std::move(text), std::move(cure), true, {}});
}

void judge_version(Step& step) {
  if (step.before == nullptr || pipeline::same_content(*step.before, *step.after_body)) return;
  block(step, "immutable-version",
        cat("the content of version '", step.resource.name,
            "' changed under its name; the pipeline service keeps the old one"),
        cat("name it '", pipeline::name_by_content(*step.after_body),
            "', or let the unit name it: versionName: \"{pipeline}-{hash8}\""));
}

void judge_immutable(Step& step, const std::vector<std::string>& forced) {
  const std::string fields = join(forced, ", ");
  const auto row = std::ranges::find(kReplaceable, step.resource.kind, &ReplaceRow::kind);
  if (row != kReplaceable.end()) {
    step.verb = Verb::kReplace;
    step.risk = Risk::kReplacement;
    step.consequences.emplace_back(row->cost);
    step.reasons.push_back({"replace-immutable",
                            cat("the server refuses to change ", fields),
                            "a new name makes a new object beside the old one",
                            true,
                            {}});
    return;
  }
  const auto cure = std::ranges::find(kBlockedCures, step.resource.kind, &BlockedRow::kind);
  block(step, "immutable-field", cat("the server refuses to change ", fields),
        cure == kBlockedCures.end() ? "an object of another name" : std::string(cure->cure));
}

// ---- deletions ----

std::size_t count_in_namespace(const Surroundings& around, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(around.present, [&](const Node* body) {
    return yaml::text_at(*body, {"metadata", "namespace"}) == name;
  }));
}

void consequences_of_namespace(Step& step, const Surroundings& around) {
  const std::size_t inside = count_in_namespace(around, step.resource.name);
  step.consequences.push_back(
      cat("everything in the namespace goes with it: ", count_of(inside, "object"), " known here"));
}

void consequences_of_crd(Step& step, const Surroundings& around) {
  const std::string_view group = yaml::text_at(*step.before, {"spec", "group"});
  const std::string_view kind = yaml::text_at(*step.before, {"spec", "names", "kind"});
  std::size_t objects = 0;
  for (const Node* const body : around.present) {
    const kube::ResourceId id = kube::id_of(*body);
    if (id.group == group && id.kind == kind) ++objects;
  }
  step.consequences.push_back(cat("all objects of kind ", kind,
                                  " go with it: ", count_of(objects, "object"), " known here"));
}

void consequences_of_claim(Step& step) {
  const std::string_view size =
      yaml::text_at(*step.before, {"spec", "resources", "requests", "storage"});
  step.consequences.push_back(cat("the data of claim '", step.resource.name, "'",
                                  size.empty() ? "" : cat(" (", size, ")"),
                                  " is lost unless its volume is retained"));
}

void consequences_of_stateful_set(Step& step) {
  const Node* const claims = yaml::find_path(*step.before, {"spec", "volumeClaimTemplates"});
  if (claims == nullptr || claims->items.empty()) return;
  std::vector<std::string> names;
  for (const Node* const claim : claims->items) {
    names.push_back(
        cat(yaml::text_at(*claim, {"metadata", "name"}), '-', step.resource.name, "-*"));
  }
  const std::string_view policy =
      yaml::text_at(*step.before, {"spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted"});
  step.consequences.push_back(policy == "Delete"
                                  ? cat("its claims go with it: ", join(names, ", "))
                                  : cat("its claims stay behind: ", join(names, ", ")));
}

void consequences_of_pipeline(Step& step, const Surroundings& around) {
  std::vector<std::string> versions;
  for (const Node* const body : around.present) {
    const kube::ResourceId id = kube::id_of(*body);
    if (id.kind != "PipelineVersion" || id.group != step.resource.group ||
        id.namespace_name != step.resource.namespace_name) {
      continue;
    }
    std::string_view of = yaml::text_at(*body, {"spec", "pipelineName"});
    if (of.empty()) of = yaml::text_at(*body, {"spec", "pipeline"});
    if (of == step.resource.name) versions.push_back(id.name);
  }
  step.consequences.push_back(versions.empty()
                                  ? "the pipeline and the runs that name it are lost"
                                  : cat("its versions are lost: ", join(versions, ", ")));
}

// RecurringRuns of head that still name a version that goes.
void judge_version_in_use(Step& step, const Surroundings& around) {
  for (const Node* const body : around.wanted) {
    if (yaml::text_at(*body, {"kind"}) != "RecurringRun") continue;
    if (yaml::text_at(*body, {"metadata", "namespace"}) != step.resource.namespace_name) continue;
    if (yaml::text_at(*body, {"spec", "versionRef"}) != step.resource.name) continue;
    block(step, "version-in-use",
          cat("RecurringRun '", yaml::text_at(*body, {"metadata", "name"}), "' still names it"),
          "point the run at another version, or delete it too");
  }
}

}  // namespace

bool forces_replace(const Node& head, const Change& change) {
  const std::string_view kind = yaml::text_at(head, {"kind"});
  if (!counts(change)) return false;
  // What the server assigns may be said, and is kept where git says it no more.
  if (kind == "Service" && (change.before == nullptr || change.after == nullptr)) return false;
  return is_fixed(head, change.path) || is_immutable_in_table(head, change.path);
}

void judge_update(Step& step, bool is_accepted) {
  std::vector<std::string> forced;
  bool to_do = false;
  bool run_changed = false;
  step.verb = Verb::kUpdate;
  for (const Change& change : step.changes) {
    if (!counts(change)) continue;
    to_do = true;
    step.risk = std::max(step.risk, risk_of(*step.after_body, change));
    run_changed = run_changed || starts_with(change.path, {"spec"});
    if (forces_replace(*step.after_body, change) || is_frozen_content(step.before, change.path) ||
        is_fixed_by_state(step.before, change)) {
      forced.push_back(yaml::print_path(change.path));
    }
  }
  if (!to_do) {
    step.verb = Verb::kNone;
    return;
  }
  if (pipeline::is_version(*step.after_body)) return judge_version(step);
  if (step.resource.kind == "RecurringRun" && is_kfp_group(step.resource.group) && run_changed) {
    step.verb = Verb::kReplace;
    step.risk = Risk::kReplacement;
    step.reasons.push_back(
        {"replace-run", "the pipeline service never changes a recurring run", {}, false, {}});
    step.consequences.emplace_back("the schedule is deleted and made anew");
    return;
  }
  if (!forced.empty() && !is_accepted) judge_immutable(step, forced);
}

void judge_delete(Step& step, const Surroundings& around) {
  const kube::ResourceId& id = step.resource;
  step.verb = Verb::kDelete;
  step.risk = Risk::kChange;
  if (step.before == nullptr) return;
  if (pod_spec_of(*step.before) != nullptr) step.risk = Risk::kReplacement;
  if (id.kind == "PipelineVersion" && is_kfp_group(id.group)) {
    step.risk = Risk::kDestructive;
    step.consequences.emplace_back("the version is deleted in the pipeline service");
    judge_version_in_use(step, around);
    return;
  }
  const auto row = std::ranges::find(kGuardedDeletions, id.kind, &DeleteRow::kind);
  if (row == kGuardedDeletions.end() || (id.kind == "Pipeline" && !is_kfp_group(id.group))) return;
  step.risk = Risk::kDestructive;
  if (id.kind == "Namespace") consequences_of_namespace(step, around);
  if (id.kind == "CustomResourceDefinition") consequences_of_crd(step, around);
  if (id.kind == "PersistentVolumeClaim") consequences_of_claim(step);
  if (id.kind == "PersistentVolume")
    step.consequences.emplace_back("the data of the volume may be lost");
  if (id.kind == "StatefulSet") consequences_of_stateful_set(step);
  if (id.kind == "Pipeline") consequences_of_pipeline(step, around);
  step.reasons.push_back(
      {std::string(row->rule), cat("deletes ", kube::describe(id)), {}, true, {}});
}

}  // namespace plumb::plan
