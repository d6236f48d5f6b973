#include "diff/normalise.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/text.h"
#include "diff/quantity.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::diff {

namespace {

using kube::FieldKind;
using yaml::Node;

constexpr std::array<std::string_view, 8> kSystemMetadata{
    "creationTimestamp", "deletionGracePeriodSeconds",
    "deletionTimestamp", "generation",
    "managedFields",     "resourceVersion",
    "selfLink",          "uid"};

constexpr std::array<std::string_view, 3> kToolAnnotations{
    "argocd.argoproj.io/installation-id", "argocd.argoproj.io/tracking-id",
    "kubectl.kubernetes.io/last-applied-configuration"};

constexpr std::array<std::string_view, 1> kVolatileAnnotations{
    "pipelines.kubeflow.org/pipeline_compilation_time"};

// Structs that the server adds, empty or full of defaults.
constexpr std::array<std::string_view, 16> kFilledIn{
    "CustomResourceConversion",
    "DaemonSetUpdateStrategy",
    "DeploymentStrategy",
    "EndpointConditions",
    "HPAScalingRules",
    "HorizontalPodAutoscalerBehavior",
    "LoadBalancerStatus",
    "ObjectMeta",
    "PodSecurityContext",
    "ResourceRequirements",
    "RollingUpdateDaemonSet",
    "RollingUpdateDeployment",
    "RollingUpdateStatefulSetStrategy",
    "StatefulSetPersistentVolumeClaimRetentionPolicy",
    "StatefulSetUpdateStrategy",
    "VolumeResourceRequirements"};

struct FallbackRow {
  std::string_view type;
  std::string_view field;
  std::string_view value;
};
// Defaults that the table of types does not tell.
constexpr std::array kFallbacks{
    FallbackRow{"CustomResourceConversion", "strategy", "None"},
    FallbackRow{"DaemonSetUpdateStrategy", "type", "RollingUpdate"},
    FallbackRow{"DeploymentStrategy", "type", "RollingUpdate"},
    FallbackRow{"HPAScalingRules", "selectPolicy", "Max"},
    FallbackRow{"JobSpec", "podReplacementPolicy", "TerminatingOrFailed"},
    FallbackRow{"PersistentVolumeClaim", "apiVersion", "v1"},
    FallbackRow{"PersistentVolumeClaim", "kind", "PersistentVolumeClaim"},
    FallbackRow{"PodSpec", "preemptionPolicy", "PreemptLowerPriority"},
    FallbackRow{"PodSpec", "priority", "0"},
    FallbackRow{"RollingUpdateStatefulSetStrategy", "partition", "0"},
    FallbackRow{"Secret", "type", "Opaque"},
    FallbackRow{"ServiceAccountTokenProjection", "expirationSeconds", "3600"},
    FallbackRow{"ServiceSpec", "externalTrafficPolicy", "Cluster"},
    FallbackRow{"ServiceSpec", "internalTrafficPolicy", "Cluster"},
    FallbackRow{"StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted", "Retain"},
    FallbackRow{"StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled", "Retain"},
    FallbackRow{"StatefulSetUpdateStrategy", "type", "RollingUpdate"},
};

// Fields where an explicit false, 0 or "" is something else than no field.
constexpr std::array<std::string_view, 17> kPointers{"allocateLoadBalancerNodePorts",
                                                     "allowPrivilegeEscalation",
                                                     "automountServiceAccountToken",
                                                     "controller",
                                                     "blockOwnerDeletion",
                                                     "enableServiceLinks",
                                                     "hostUsers",
                                                     "ingressClassName",
                                                     "privileged",
                                                     "readOnlyRootFilesystem",
                                                     "ready",
                                                     "runAsNonRoot",
                                                     "serving",
                                                     "setHostnameAsFQDN",
                                                     "shareProcessNamespace",
                                                     "storageClassName",
                                                     "volumeAttributesClassName"};

// Numbers that the server drops when they are 0.
constexpr std::array<std::string_view, 4> kZeroDropped{"hostPort", "initialDelaySeconds",
                                                       "minReadySeconds", "observedGeneration"};

struct AssignedRow {
  std::string_view kind;        // "*": every kind
  std::string_view path;        // ends in '*': everything that begins so
  std::string_view value = {};  // only this one; a scalar's text or compact JSON
};
constexpr std::array kAssigned{
    AssignedRow{"*", "metadata.finalizers"},
    AssignedRow{"*", "metadata.finalizers[*]"},
    AssignedRow{"*", "metadata.ownerReferences"},
    AssignedRow{"*", "metadata.ownerReferences[*]"},
    AssignedRow{"*", "metadata.labels.\"app.kubernetes.io/instance\""},
    AssignedRow{"APIService", "spec.caBundle"},
    AssignedRow{"ConfigMap", "metadata.annotations.\"control-plane.alpha.kubernetes.io/leader\""},
    AssignedRow{"CustomResourceDefinition", "spec.conversion.webhook.clientConfig.caBundle"},
    AssignedRow{"DaemonSet", "metadata.annotations.\"deprecated.daemonset.template.generation\""},
    AssignedRow{"Deployment", "metadata.annotations.\"deployment.kubernetes.io/revision\""},
    AssignedRow{"HorizontalPodAutoscaler",
                "metadata.annotations.\"autoscaling.alpha.kubernetes.io/*"},
    AssignedRow{
        "HorizontalPodAutoscaler", "spec.behavior.scaleUp.policies",
        R"([{"periodSeconds":15,"type":"Pods","value":4},{"periodSeconds":15,"type":"Percent","value":100}])"},
    AssignedRow{"HorizontalPodAutoscaler", "spec.behavior.scaleUp.stabilizationWindowSeconds", "0"},
    AssignedRow{"HorizontalPodAutoscaler", "spec.behavior.scaleDown.policies",
                R"([{"periodSeconds":15,"type":"Percent","value":100}])"},
    AssignedRow{"Job", "metadata.labels.\"batch.kubernetes.io/*"},
    AssignedRow{"Job", "metadata.labels.controller-uid"},
    AssignedRow{"Job", "metadata.labels.job-name"},
    AssignedRow{"Job", "spec.selector"},
    AssignedRow{"Job", "spec.template.metadata.labels.\"batch.kubernetes.io/*"},
    AssignedRow{"Job", "spec.template.metadata.labels.controller-uid"},
    AssignedRow{"Job", "spec.template.metadata.labels.job-name"},
    AssignedRow{"MutatingWebhookConfiguration", "webhooks[*].clientConfig.caBundle"},
    AssignedRow{"Namespace", "metadata.labels.\"kubernetes.io/metadata.name\""},
    AssignedRow{"Namespace", "spec"},
    AssignedRow{"PersistentVolume", "metadata.annotations.\"pv.kubernetes.io/*"},
    AssignedRow{"PersistentVolume", "spec.claimRef"},
    AssignedRow{"PersistentVolumeClaim", "metadata.annotations.\"pv.kubernetes.io/*"},
    AssignedRow{"PersistentVolumeClaim", "metadata.annotations.\"volume.beta.kubernetes.io/*"},
    AssignedRow{"PersistentVolumeClaim", "metadata.annotations.\"volume.kubernetes.io/*"},
    AssignedRow{"PersistentVolumeClaim", "spec.storageClassName"},
    AssignedRow{"PersistentVolumeClaim", "spec.volumeName"},
    AssignedRow{"PipelineVersion", "metadata.labels.\"pipelines.kubeflow.org/pipeline\""},
    AssignedRow{"PipelineVersion", "metadata.labels.\"pipelines.kubeflow.org/pipeline-id\""},
    AssignedRow{"Pod", "spec.nodeName"},
    AssignedRow{"Pod", "spec.serviceAccountName", "default"},
    AssignedRow{"Pod", "spec.serviceAccount", "default"},
    AssignedRow{
        "Pod", "spec.tolerations[*]",
        R"({"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":300})"},
    AssignedRow{
        "Pod", "spec.tolerations[*]",
        R"({"effect":"NoExecute","key":"node.kubernetes.io/unreachable","operator":"Exists","tolerationSeconds":300})"},
    AssignedRow{"Service", "spec.allocateLoadBalancerNodePorts", "true"},
    AssignedRow{"Service", "spec.clusterIP"},
    AssignedRow{"Service", "spec.clusterIPs"},
    AssignedRow{"Service", "spec.healthCheckNodePort"},
    AssignedRow{"Service", "spec.ipFamilies"},
    AssignedRow{"Service", "spec.ipFamilyPolicy"},
    AssignedRow{"Service", "spec.ports[*].nodePort"},
    AssignedRow{"ServiceAccount", "secrets"},
    AssignedRow{"StatefulSet", "spec.volumeClaimTemplates[*].status"},
    AssignedRow{"ValidatingWebhookConfiguration", "webhooks[*].clientConfig.caBundle"},
};

template <std::size_t N>
bool contains_word(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string value_text(const Node& value) {
  return value.is_scalar() ? std::string(value.text) : yaml::emit_json(value);
}

bool same_as_text(const Shape& field, const Node& value, std::string_view text) {
  if (value.is_mapping()) return text == "{}" && value.entries.empty();
  if (value.is_sequence()) return text == "[]" && value.items.empty();
  if (text == "\"\"") text = {};
  if (field.is_quantity()) return value.text == text || same_quantity(value.text, text);
  if (value.type == yaml::Type::kInteger) return yaml::decimal(value.text) == text;
  return value.text == text;
}

// The part of an image behind the last ':' of its last path segment; "latest" when there is none.
std::string_view tag_of(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? image : image.substr(slash + 1);
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? "latest" : name.substr(colon + 1);
}

std::string_view pull_policy(const Node& container) {
  const std::string_view image = yaml::text_at(container, {"image"});
  if (image.empty()) return {};
  if (contains(image, "@")) return "IfNotPresent";
  return tag_of(image) == "latest" ? "Always" : "IfNotPresent";
}

std::string_view subject_group(const Node& subject) {
  const std::string_view kind = yaml::text_at(subject, {"kind"});
  return kind == "User" || kind == "Group" ? "rbac.authorization.k8s.io" : "";
}

// What the server makes of the other fields of `holder`, or nothing.
std::optional<std::string> computed(std::string_view type, std::string_view key,
                                    const Node& holder) {
  if (key == "imagePullPolicy" && (type == "Container" || type == "EphemeralContainer")) {
    return std::string(pull_policy(holder));
  }
  if (type == "PodSpec" && key == "serviceAccount") {
    return std::string(yaml::text_at(holder, {"serviceAccountName"}));
  }
  if (type == "ServicePort" && key == "targetPort") {
    return std::string(yaml::text_at(holder, {"port"}));
  }
  if (type == "Subject" && key == "apiGroup") return std::string(subject_group(holder));
  if (type == "CustomResourceDefinitionNames") {
    const std::string_view kind = yaml::text_at(holder, {"kind"});
    if (key == "singular") return lower(kind);
    if (key == "listKind") return cat(kind, "List");
  }
  if (type == "NetworkPolicySpec" && key == "policyTypes") {
    const Node* const egress = yaml::find(holder, "egress");
    return egress != nullptr && !egress->items.empty() ? R"(["Ingress","Egress"])"
                                                       : R"(["Ingress"])";
  }
  return std::nullopt;
}

// A value of another type than the field's is no default, whatever its text: the server refuses it.
bool is_of_type(FieldKind kind, const Node& value) {
  if (!value.is_scalar()) return true;
  const bool number = value.type == yaml::Type::kInteger || value.type == yaml::Type::kFloat;
  switch (kind) {
    case FieldKind::kString:
    case FieldKind::kBytes:
      return value.is_string();
    case FieldKind::kBoolean:
      return value.type == yaml::Type::kBoolean;
    case FieldKind::kInteger32:
    case FieldKind::kInteger64:
    case FieldKind::kNumber:
      return number;
    case FieldKind::kIntOrString:
      return number || !to_integer(value.text);
    default:
      return true;
  }
}

bool is_zero(const Shape& field, std::string_view key, const Node& value) {
  switch (field.value->kind) {
    case FieldKind::kMap:
    case FieldKind::kList:
      return yaml::is_empty(value);
    case FieldKind::kString:
      return field.field != nullptr && value.text.empty() && value.is_scalar() &&
             !contains_word(kPointers, key);
    case FieldKind::kBoolean:
      return field.field != nullptr && !yaml::as_boolean(value).value_or(true) &&
             !contains_word(kPointers, key);
    case FieldKind::kInteger32:
    case FieldKind::kInteger64:
      return contains_word(kZeroDropped, key) && yaml::as_integer(value) == 0;
    case FieldKind::kStruct:
      return is_filled_in(field) && yaml::is_empty(value);
    default:
      return false;
  }
}

bool is_builtin_default(const Shape& field, std::string_view key, const Node& value,
                        const Node* holder) {
  if (field.field != nullptr && field.field->has_fallback) {
    return same_as_text(field, value, field.field->fallback);
  }
  if (field.parent != nullptr) {
    const std::string_view type = field.parent->name;
    const auto row = std::ranges::find_if(kFallbacks, [&](const FallbackRow& fallback) {
      return fallback.type == type && fallback.field == key;
    });
    if (row != kFallbacks.end()) return same_as_text(field, value, row->value);
    if (holder != nullptr) {
      const std::optional<std::string> text = computed(type, key, *holder);
      if (text && !text->empty() && value_text(value) == *text) return true;
    }
  }
  return is_zero(field, key, value);
}

// ---- as_stored ----

void encode_string_data(Arena& arena, Node& secret) {
  const Node* const plain = yaml::find(std::as_const(secret), "stringData");
  const Node* const old = yaml::find(std::as_const(secret), "data");
  Node* const data = old != nullptr && old->is_mapping() ? yaml::copy_shallow(arena, *old)
                                                         : yaml::make_mapping(arena, plain->span);
  for (const yaml::Entry& entry : plain->entries) {
    if (!entry.value->is_scalar() || entry.value->is_null()) continue;
    Node* const value =
        yaml::make_string(arena, base64_encode(entry.value->text), entry.value->span);
    value->origin = entry.value->origin;
    yaml::set(arena, *data, entry.key->text, value);
  }
  yaml::remove(secret, "stringData");
  yaml::set(arena, secret, "data", data);
}

// `to` gets the members of `from` that it lacks: a LimitRange's or a container's requests.
void follow(Arena& arena, Node& holder, std::string_view from, std::string_view to) {
  const Node* const limits = yaml::find(std::as_const(holder), from);
  if (limits == nullptr || !limits->is_mapping() || limits->entries.empty()) return;
  const Node* const old = yaml::find(std::as_const(holder), to);
  if (old != nullptr && !old->is_mapping() && !old->is_null()) return;
  Node* const requests = old != nullptr && old->is_mapping()
                             ? yaml::copy_shallow(arena, *old)
                             : yaml::make_mapping(arena, limits->span);
  for (const yaml::Entry& entry : limits->entries) {
    if (yaml::find(*requests, entry.key->text) == nullptr) {
      requests->entries.push_back(arena, entry);
    }
  }
  yaml::set(arena, holder, to, requests);
}

const Node* with_default_requests(Arena& arena, const Node& body) {
  Node* const copy = yaml::copy(arena, body);
  if (Node* const limits = yaml::find_path(*copy, {"spec", "limits"})) {
    for (Node* const item : limits->items) follow(arena, *item, "default", "defaultRequest");
  }
  for (const std::string_view list : {"containers", "initContainers"}) {
    Node* const containers = yaml::find_path(*copy, {"spec", list});
    if (containers == nullptr) continue;
    for (Node* const container : containers->items) {
      Node* const resources = yaml::find(*container, "resources");
      if (resources != nullptr) follow(arena, *resources, "limits", "requests");
    }
  }
  return copy;
}

}  // namespace

bool is_system_field(bool in_metadata, std::string_view key) {
  return in_metadata ? contains_word(kSystemMetadata, key) : key == "status";
}

bool is_tool_annotation(std::string_view key) { return contains_word(kToolAnnotations, key); }

bool is_volatile_annotation(std::string_view key) {
  return contains_word(kVolatileAnnotations, key);
}

bool is_default(const Shape& field, std::string_view key, const Node& value, const Node* holder) {
  if (value.is_null()) return true;
  if (field.is_builtin()) {
    if (field.value == nullptr || !is_of_type(field.value->kind, value)) return false;
    return is_builtin_default(field, key, value, holder);
  }
  if (field.schema == nullptr) return false;
  const Node* const fallback = yaml::find(*field.schema, "default");
  return fallback != nullptr && yaml::equal(*fallback, value);
}

bool is_filled_in(const Shape& field) {
  return field.type != nullptr && contains_word(kFilledIn, field.type->name.view());
}

bool is_assigned(std::string_view kind, std::string_view path, const Node& value) {
  return std::ranges::any_of(kAssigned, [&](const AssignedRow& row) {
    if (row.kind != "*" && row.kind != kind) return false;
    const bool begins = row.path.ends_with('*') && !row.path.ends_with("[*]");
    const bool here =
        begins ? path.starts_with(row.path.substr(0, row.path.size() - 1)) : path == row.path;
    return here && (row.value.empty() || value_text(value) == row.value);
  });
}

const Node* as_stored(Arena& arena, const Node& body) {
  const std::string_view kind = yaml::text_at(body, {"kind"});
  if (yaml::text_at(body, {"apiVersion"}) != "v1") return &body;
  if (kind == "Secret" && yaml::find(body, "stringData") != nullptr &&
      yaml::find(body, "stringData")->is_mapping()) {
    Node* const secret = yaml::copy_shallow(arena, body);
    encode_string_data(arena, *secret);
    return secret;
  }
  if (kind == "Pod" || kind == "LimitRange") return with_default_requests(arena, body);
  return &body;
}

}  // namespace plumb::diff
