// The lists that merge, as of Kubernetes 1.21: a type graph from which everything that leads to no
// merging list is left out and types of the same shape are one.

#include <array>

#include "kube/strategic_merge.h"

namespace plumb::kube {

namespace {

enum Type : std::uint16_t {
  kNothing,
  kMeta,
  kPlainObject,
  kWorkload,
  kWorkloadSpec,
  kConditions,
  kCronJob,
  kCronJobSpec,
  kJobTemplate,
  kContainer,
  kEphemeralContainer,
  kEphemeralVolume,
  kObjectWithStatus,
  kNode,
  kNodeSpec,
  kNodeStatus,
  kPod,
  kPodSpec,
  kPodStatus,
  kPodTemplate,
  kPodTemplateSpec,
  kService,
  kServiceSpec,
  kServiceAccount,
  kVolume,
  kWebhooks,
  kComponentStatus,
  kCsiNode,
  kCsiNodeSpec,
};

constexpr MergeField field(std::string_view name, Type type) { return {name, type, false, {}, {}}; }
constexpr MergeField list(std::string_view name, std::string_view key, Type element = kNothing,
                          std::string_view second_key = {}) {
  return {name, element, true, key, second_key};
}

constexpr std::array kMetaFields{list("finalizers", ""), list("ownerReferences", "uid")};
constexpr std::array kPlainObjectFields{field("metadata", kMeta)};
constexpr std::array kWorkloadFields{field("metadata", kMeta), field("spec", kWorkloadSpec),
                                     field("status", kConditions)};
constexpr std::array kWorkloadSpecFields{field("template", kPodTemplateSpec)};
constexpr std::array kConditionsFields{list("conditions", "type")};
constexpr std::array kCronJobFields{field("metadata", kMeta), field("spec", kCronJobSpec)};
constexpr std::array kCronJobSpecFields{field("jobTemplate", kJobTemplate)};
constexpr std::array kJobTemplateFields{field("metadata", kMeta), field("spec", kWorkloadSpec)};
constexpr std::array kContainerFields{
    list("env", "name"), list("ports", "containerPort", kNothing, "protocol"),
    list("volumeDevices", "devicePath"), list("volumeMounts", "mountPath")};
constexpr std::array kEphemeralContainerFields{
    list("env", "name"), list("volumeDevices", "devicePath"), list("volumeMounts", "mountPath")};
constexpr std::array kEphemeralVolumeFields{field("volumeClaimTemplate", kPlainObject)};
constexpr std::array kObjectWithStatusFields{field("metadata", kMeta),
                                             field("status", kConditions)};
constexpr std::array kNodeFields{field("metadata", kMeta), field("spec", kNodeSpec),
                                 field("status", kNodeStatus)};
constexpr std::array kNodeSpecFields{list("podCIDRs", "")};
constexpr std::array kNodeStatusFields{list("addresses", "type"), list("conditions", "type")};
constexpr std::array kPodFields{field("metadata", kMeta), field("spec", kPodSpec),
                                field("status", kPodStatus)};
constexpr std::array kPodSpecFields{
    list("containers", "name", kContainer),
    list("ephemeralContainers", "name", kEphemeralContainer),
    list("hostAliases", "ip"),
    list("imagePullSecrets", "name"),
    list("initContainers", "name", kContainer),
    list("topologySpreadConstraints", "topologyKey", kNothing, "whenUnsatisfiable"),
    list("volumes", "name", kVolume)};
constexpr std::array kPodStatusFields{list("conditions", "type"), list("podIPs", "ip")};
constexpr std::array kPodTemplateFields{field("metadata", kMeta),
                                        field("template", kPodTemplateSpec)};
constexpr std::array kPodTemplateSpecFields{field("metadata", kMeta), field("spec", kPodSpec)};
constexpr std::array kServiceFields{field("metadata", kMeta), field("spec", kServiceSpec),
                                    field("status", kConditions)};
constexpr std::array kServiceSpecFields{list("ports", "port", kNothing, "protocol")};
constexpr std::array kServiceAccountFields{field("metadata", kMeta), list("secrets", "name")};
constexpr std::array kVolumeFields{field("ephemeral", kEphemeralVolume)};
constexpr std::array kWebhooksFields{field("metadata", kMeta), list("webhooks", "name")};
constexpr std::array kComponentStatusFields{field("metadata", kMeta), list("conditions", "type")};
constexpr std::array kCsiNodeFields{field("metadata", kMeta), field("spec", kCsiNodeSpec)};
constexpr std::array kCsiNodeSpecFields{list("drivers", "name")};

constexpr std::array kTypes{
    MergeType{kMeta, kMetaFields},
    MergeType{kPlainObject, kPlainObjectFields},
    MergeType{kWorkload, kWorkloadFields},
    MergeType{kWorkloadSpec, kWorkloadSpecFields},
    MergeType{kConditions, kConditionsFields},
    MergeType{kCronJob, kCronJobFields},
    MergeType{kCronJobSpec, kCronJobSpecFields},
    MergeType{kJobTemplate, kJobTemplateFields},
    MergeType{kContainer, kContainerFields},
    MergeType{kEphemeralContainer, kEphemeralContainerFields},
    MergeType{kEphemeralVolume, kEphemeralVolumeFields},
    MergeType{kObjectWithStatus, kObjectWithStatusFields},
    MergeType{kNode, kNodeFields},
    MergeType{kNodeSpec, kNodeSpecFields},
    MergeType{kNodeStatus, kNodeStatusFields},
    MergeType{kPod, kPodFields},
    MergeType{kPodSpec, kPodSpecFields},
    MergeType{kPodStatus, kPodStatusFields},
    MergeType{kPodTemplate, kPodTemplateFields},
    MergeType{kPodTemplateSpec, kPodTemplateSpecFields},
    MergeType{kService, kServiceFields},
    MergeType{kServiceSpec, kServiceSpecFields},
    MergeType{kServiceAccount, kServiceAccountFields},
    MergeType{kVolume, kVolumeFields},
    MergeType{kWebhooks, kWebhooksFields},
    MergeType{kComponentStatus, kComponentStatusFields},
    MergeType{kCsiNode, kCsiNodeFields},
    MergeType{kCsiNodeSpec, kCsiNodeSpecFields},
};

constexpr bool types_are_in_place() {
  for (std::size_t i = 0; i < kTypes.size(); ++i)
    if (kTypes[i].type != i + 1) return false;
  return true;
}
static_assert(types_are_in_place());

constexpr std::array kRoots{
    MergeRoot{"v1",
              "Binding ConfigMap Endpoints Event LimitRange PersistentVolume ResourceQuota Secret",
              kPlainObject},
    MergeRoot{"apps/v1", "DaemonSet Deployment ReplicaSet StatefulSet", kWorkload},
    MergeRoot{"batch/v1", "Job", kWorkload},
    MergeRoot{"v1", "ReplicationController", kWorkload},
    MergeRoot{"v1", "Service", kService},
    MergeRoot{"v1", "ServiceAccount", kServiceAccount},
    MergeRoot{"v1", "Pod", kPod},
    MergeRoot{"v1", "PodTemplate", kPodTemplate},
    MergeRoot{"v1", "Namespace PersistentVolumeClaim", kObjectWithStatus},
    MergeRoot{"v1", "Node", kNode},
    MergeRoot{"v1", "ComponentStatus", kComponentStatus},
    MergeRoot{"batch/v1", "CronJob", kCronJob},
    MergeRoot{"batch/v1beta1", "CronJob", kCronJob},
    MergeRoot{"policy/v1", "PodDisruptionBudget", kObjectWithStatus},
    MergeRoot{"policy/v1beta1", "PodDisruptionBudget", kObjectWithStatus},
    MergeRoot{"apiregistration.k8s.io/v1", "APIService", kObjectWithStatus},
    MergeRoot{"apiregistration.k8s.io/v1beta1", "APIService", kObjectWithStatus},
    MergeRoot{"admissionregistration.k8s.io/v1",
              "MutatingWebhookConfiguration ValidatingWebhookConfiguration", kWebhooks},
    MergeRoot{"admissionregistration.k8s.io/v1beta1",
              "MutatingWebhookConfiguration ValidatingWebhookConfiguration", kWebhooks},
    MergeRoot{"storage.k8s.io/v1", "CSINode", kCsiNode},
    MergeRoot{"storage.k8s.io/v1beta1", "CSINode", kCsiNode},
    MergeRoot{"apiextensions.k8s.io/v1", "CustomResourceDefinition", kPlainObject},
    MergeRoot{"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", kPlainObject},
    MergeRoot{"apps/v1", "ControllerRevision", kPlainObject},
    MergeRoot{"authentication.k8s.io/v1", "TokenRequest TokenReview", kPlainObject},
    MergeRoot{"authentication.k8s.io/v1beta1", "TokenReview", kPlainObject},
    MergeRoot{"authorization.k8s.io/v1",
              "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview "
              "SubjectAccessReview",
              kPlainObject},
    MergeRoot{"authorization.k8s.io/v1beta1",
              "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview "
              "SubjectAccessReview",
              kPlainObject},
    MergeRoot{"autoscaling/v1", "HorizontalPodAutoscaler Scale", kPlainObject},
    MergeRoot{"autoscaling/v2beta1", "HorizontalPodAutoscaler", kPlainObject},
    MergeRoot{"autoscaling/v2beta2", "HorizontalPodAutoscaler", kPlainObject},
    MergeRoot{"certificates.k8s.io/v1", "CertificateSigningRequest", kPlainObject},
    MergeRoot{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", kPlainObject},
    MergeRoot{"coordination.k8s.io/v1", "Lease", kPlainObject},
    MergeRoot{"coordination.k8s.io/v1beta1", "Lease", kPlainObject},
    MergeRoot{"discovery.k8s.io/v1", "EndpointSlice", kPlainObject},
    MergeRoot{"discovery.k8s.io/v1beta1", "EndpointSlice", kPlainObject},
    MergeRoot{"events.k8s.io/v1", "Event", kPlainObject},
    MergeRoot{"events.k8s.io/v1beta1", "Event", kPlainObject},
    MergeRoot{"extensions/v1beta1", "Ingress", kPlainObject},
    MergeRoot{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema PriorityLevelConfiguration",
              kPlainObject},
    MergeRoot{"networking.k8s.io/v1", "Ingress IngressClass NetworkPolicy", kPlainObject},
    MergeRoot{"networking.k8s.io/v1beta1", "Ingress IngressClass", kPlainObject},
    MergeRoot{"node.k8s.io/v1", "RuntimeClass", kPlainObject},
    MergeRoot{"node.k8s.io/v1beta1", "RuntimeClass", kPlainObject},
    MergeRoot{"policy/v1beta1", "Eviction PodSecurityPolicy", kPlainObject},
    MergeRoot{"rbac.authorization.k8s.io/v1", "ClusterRole ClusterRoleBinding Role RoleBinding",
              kPlainObject},
    MergeRoot{"rbac.authorization.k8s.io/v1beta1",
              "ClusterRole ClusterRoleBinding Role RoleBinding", kPlainObject},
    MergeRoot{"scheduling.k8s.io/v1", "PriorityClass", kPlainObject},
    MergeRoot{"scheduling.k8s.io/v1beta1", "PriorityClass", kPlainObject},
    MergeRoot{"storage.k8s.io/v1", "CSIDriver StorageClass VolumeAttachment", kPlainObject},
    MergeRoot{"storage.k8s.io/v1beta1",
              "CSIDriver CSIStorageCapacity StorageClass VolumeAttachment", kPlainObject},
};

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos;
       at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' '))
      return true;
  }
  return false;
}

}  // namespace

std::uint16_t MergeTable::type_of(std::string_view api_version, std::string_view kind) const {
  if (kind.empty()) return kNothing;
  for (const MergeRoot& root : roots)
    if ((root.api_version == api_version || root.api_version == "*") && has_word(root.kinds, kind))
      return root.type;
  return kNothing;
}

const MergeField* MergeTable::field_of(std::uint16_t type, std::string_view name) const {
  if (type == kNothing) return nullptr;
  for (const MergeField& candidate : types[type - 1].fields)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

namespace {

struct NamedType {
  std::string_view name;
  Type type;
};
constexpr std::array kNamedTypes{
    NamedType{"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", kMeta},
    NamedType{"io.k8s.api.core.v1.PodTemplateSpec", kPodTemplateSpec},
    NamedType{"io.k8s.api.core.v1.PodSpec", kPodSpec},
    NamedType{"io.k8s.api.core.v1.Container", kContainer},
    NamedType{"io.k8s.api.core.v1.EphemeralContainer", kEphemeralContainer},
    NamedType{"io.k8s.api.core.v1.Volume", kVolume},
    NamedType{"io.k8s.api.core.v1.EphemeralVolumeSource", kEphemeralVolume},
    NamedType{"io.k8s.api.core.v1.PersistentVolumeClaimTemplate", kPlainObject},
    NamedType{"io.k8s.api.core.v1.PersistentVolumeClaim", kObjectWithStatus},
    NamedType{"io.k8s.api.core.v1.ServiceSpec", kServiceSpec},
    NamedType{"io.k8s.api.batch.v1.JobTemplateSpec", kJobTemplate},
    NamedType{"io.k8s.api.batch.v1.JobSpec", kWorkloadSpec},
    NamedType{"io.k8s.api.apps.v1.DeploymentSpec", kWorkloadSpec},
    NamedType{"io.k8s.api.apps.v1.StatefulSetSpec", kWorkloadSpec},
    NamedType{"io.k8s.api.apps.v1.DaemonSetSpec", kWorkloadSpec},
    NamedType{"io.k8s.api.apps.v1.ReplicaSetSpec", kWorkloadSpec},
};

}  // namespace

std::uint16_t kustomize_type_named(std::string_view definition) {
  for (const NamedType& row : kNamedTypes)
    if (row.name == definition) return row.type;
  return kNothing;
}

const MergeTable kKustomizeMergeTable{kTypes, kRoots};
const MergeTable kEmptyMergeTable{{}, {}};

}  // namespace plumb::kube
