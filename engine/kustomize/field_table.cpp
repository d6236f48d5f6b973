// kustomize's own field tables, as of 5.8.
//
// Many rows say the same of every kind that holds a pod, so those are written once: a pod field and
// the kinds it is looked for in. The holes (no ephemeral containers, no ReplicationController
// volumes) and the misspelt group of IngressClass are kustomize's and part of what users get.

#include <array>
#include <deque>

#include "base/text.h"
#include "kustomize/field_spec.h"

namespace plumb::kustomize {

namespace {

// Where a kind holds its pod's spec.
struct PodHolder {
  std::string_view kind;
  std::string_view version;
  std::string_view pod_spec;
};

constexpr std::array kAllPods{
    PodHolder{"Pod", "v1", "spec/"},
    PodHolder{"PodTemplate", "", "template/spec/"},
    PodHolder{"Deployment", "", "spec/template/spec/"},
    PodHolder{"ReplicaSet", "", "spec/template/spec/"},
    PodHolder{"DaemonSet", "", "spec/template/spec/"},
    PodHolder{"StatefulSet", "", "spec/template/spec/"},
    PodHolder{"Job", "", "spec/template/spec/"},
    PodHolder{"CronJob", "", "spec/jobTemplate/spec/template/spec/"},
};
constexpr std::array kWorkloadPods{
    PodHolder{"Pod", "", "spec/"},
    PodHolder{"StatefulSet", "", "spec/template/spec/"},
    PodHolder{"Deployment", "", "spec/template/spec/"},
    PodHolder{"ReplicationController", "", "spec/template/spec/"},
    PodHolder{"CronJob", "", "spec/jobTemplate/spec/template/spec/"},
    PodHolder{"Job", "", "spec/template/spec/"},
    PodHolder{"DaemonSet", "", "spec/template/spec/"},
};
constexpr std::array kVariablePods{
    PodHolder{"CronJob", "", "spec/jobTemplate/spec/template/spec/"},
    PodHolder{"DaemonSet", "", "spec/template/spec/"},
    PodHolder{"Deployment", "", "spec/template/spec/"},
    PodHolder{"Job", "", "spec/template/spec/"},
    PodHolder{"Pod", "", "spec/"},
    PodHolder{"ReplicaSet", "", "spec/template/spec/"},
    PodHolder{"StatefulSet", "", "spec/template/spec/"},
};

constexpr std::array<std::string_view, 6> kConfigMapFields{
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name"};
constexpr std::array<std::string_view, 7> kSecretFields{
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name"};
constexpr std::array<std::string_view, 1> kServiceAccountFields{"serviceAccountName"};
constexpr std::array<std::string_view, 1> kClaimFields{"volumes/persistentVolumeClaim/claimName"};
constexpr std::array<std::string_view, 1> kPriorityFields{"priorityClassName"};
constexpr std::array<std::string_view, 8> kVariableFields{
    "containers/args",          "containers/command",
    "containers/env/value",     "containers/volumeMounts/mountPath",
    "initContainers/args",      "initContainers/command",
    "initContainers/env/value", "initContainers/volumeMounts/mountPath"};

constexpr std::string_view kAffinity = "spec/template/spec/affinity/";
constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kAdmission = "admissionregistration.k8s.io";

// Owns the texts that are put together.
class Tables {
 public:
  Tables() {
    tables_.name_prefix = {{{}, "metadata/name", false}};
    tables_.name_suffix = tables_.name_prefix;
    tables_.namespaces = {
        {{"", "", "Namespace"}, "metadata/name", true},
        {{"apiregistration.k8s.io", "", "APIService"}, "spec/service/namespace", true},
        {{"apiextensions.k8s.io", "", "CustomResourceDefinition"},
         "spec/conversion/webhook/clientConfig/service/namespace",
         false}};
    tables_.template_labels = metadata_fields("labels", "apps");
    tables_.common_annotations = metadata_fields("annotations", "");
    tables_.volume_claim_template_labels = {
        {{"apps", "", "StatefulSet"}, "spec/volumeClaimTemplates[]/metadata/labels", true}};
    add_common_labels();
    add_images();
    for (const std::string_view kind :
         {"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"})
      tables_.replicas.push_back({{"", "", kind}, "spec/replicas", true});
    add_variables();
    add_name_references();
    sort_field_tables(tables_);
  }
  const FieldTables& tables() const { return tables_; }

 private:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::vector<FieldSpec> metadata_fields(std::string_view what, std::string_view stateful_group) {
    const std::string_view of_template = keep(cat("spec/template/metadata/", what));
    return {{{}, keep(cat("metadata/", what)), true},
            {{"", "v1", "ReplicationController"}, of_template, true},
            {{"", "", "Deployment"}, of_template, true},
            {{"", "", "ReplicaSet"}, of_template, true},
            {{"", "", "DaemonSet"}, of_template, true},
            {{stateful_group, "", "StatefulSet"}, of_template, true},
            {{"batch", "", "Job"}, of_template, true},
            {{"batch", "", "CronJob"}, keep(cat("spec/jobTemplate/metadata/", what)), true},
            {{"batch", "", "CronJob"},
             keep(cat("spec/jobTemplate/spec/template/metadata/", what)),
             true}};
  }

  void add_pod_selectors(std::string_view kind) {
    for (const std::string_view affinity : {"podAffinity", "podAntiAffinity"}) {
      tables_.common_labels.push_back(
          {{"apps", "", kind},
           keep(cat(kAffinity, affinity,
                    "/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/"
                    "labelSelector/matchLabels")),
           false});
      tables_.common_labels.push_back(
          {{"apps", "", kind},
           keep(cat(kAffinity, affinity,
                    "/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels")),
           false});
    }
    tables_.common_labels.push_back(
        {{"apps", "", kind},
         "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
         false});
  }

  void add_common_labels() {
    auto& labels = tables_.common_labels;
    constexpr std::string_view selector = "spec/selector/matchLabels";
    labels.push_back({{"", "v1", "Service"}, "spec/selector", true});
    labels.push_back({{"", "v1", "ReplicationController"}, "spec/selector", true});
    labels.push_back({{"", "", "Deployment"}, selector, true});
    add_pod_selectors("Deployment");
    labels.push_back({{"", "", "ReplicaSet"}, selector, true});
    labels.push_back({{"", "", "DaemonSet"}, selector, true});
    labels.push_back({{"apps", "", "StatefulSet"}, selector, true});
    add_pod_selectors("StatefulSet");
    labels.push_back({{"batch", "", "Job"}, selector, false});
    labels.push_back(
        {{"batch", "", "CronJob"}, "spec/jobTemplate/spec/selector/matchLabels", false});
    labels.push_back({{"policy", "", "PodDisruptionBudget"}, selector, false});
    for (const std::string_view path :
         {"spec/podSelector/matchLabels", "spec/ingress/from/podSelector/matchLabels",
          "spec/egress/to/podSelector/matchLabels"})
      labels.push_back({{"networking.k8s.io", "", "NetworkPolicy"}, path, false});
    merge_field_specs(labels, tables_.template_labels);
    merge_field_specs(labels, tables_.volume_claim_template_labels);
  }

  void add_images() {
    for (const std::string_view pod_spec : {"spec/", "spec/template/spec/"}) {
      for (const std::string_view field :
           {"containers[]/image", "initContainers[]/image", "volumes[]/image/reference"})
        tables_.images.push_back({{}, keep(cat(pod_spec, field)), true});
    }
    tables_.images.push_back(
        {{}, "spec/jobTemplate/spec/template/spec/volumes[]/image/reference", true});
  }

  void add_variables() {
    auto& fields = tables_.variables;
    for (const PodHolder& pod : kVariablePods) {
      for (const std::string_view field : kVariableFields)
        fields.push_back({{"", "", pod.kind}, keep(cat(pod.pod_spec, field)), false});
      if (pod.kind == "CronJob")
        fields.push_back(
            {{"", "", pod.kind}, "spec/jobTemplate/spec/template/volumes/nfs/server", false});
      else if (pod.kind != "StatefulSet")
        fields.push_back(
            {{"", "", pod.kind}, keep(cat(pod.pod_spec, "volumes/nfs/server")), false});
    }
    fields.push_back({{"", "", "Deployment"}, "spec/template/metadata/annotations", false});
    for (const std::string_view path : {"spec/rules/host", "spec/tls/hosts", "spec/tls/secretName"})
      fields.push_back({{"", "", "Ingress"}, path, false});
    fields.push_back({{"", "", "Service"}, "spec/ports/port", false});
    fields.push_back({{"", "", "Service"}, "spec/ports/targetPort", false});
    fields.push_back({{"", "", "StatefulSet"}, "spec/volumeClaimTemplates/spec/nfs/server", false});
    fields.push_back({{"", "", "PersistentVolume"}, "spec/nfs/server", false});
    fields.push_back({{}, "metadata/labels", false});
    fields.push_back({{}, "metadata/annotations", false});
  }

  template <typename Pods, typename Fields>
  std::vector<FieldSpec> in_pods(const Pods& pods, const Fields& fields) {
    std::vector<FieldSpec> specs;
    for (const PodHolder& pod : pods)
      for (const std::string_view field : fields)
        specs.push_back({{"", pod.version, pod.kind}, keep(cat(pod.pod_spec, field)), false});
    return specs;
  }

  void add_reference(const Gvk& gvk, std::vector<FieldSpec> in_pods,
                     std::initializer_list<FieldSpec> others) {
    in_pods.insert(in_pods.end(), others);
    tables_.name_references.push_back({gvk, std::move(in_pods)});
  }

  void add_name_references() {
    for (const std::string_view kind :
         {"Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"})
      add_reference({"", "", kind}, {},
                    {{{"", "", "HorizontalPodAutoscaler"}, "spec/scaleTargetRef/name"}});
    add_reference(
        {"", "v1", "ConfigMap"}, in_pods(kAllPods, kConfigMapFields),
        {{{"", "", "Node"}, "spec/configSource/configMap"},
         {{"", "", "Role"}, "rules/resourceNames"},
         {{"", "", "ClusterRole"}, "rules/resourceNames"},
         {{"", "", "Ingress"},
          "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"}});
    add_reference(
        {"", "v1", "Secret"}, in_pods(kAllPods, kSecretFields),
        {{{"", "", "Ingress"}, "spec/tls/secretName"},
         {{"", "", "Ingress"}, "metadata/annotations/ingress.kubernetes.io\\/auth-secret"},
         {{"", "", "Ingress"}, "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"},
         {{"", "", "Ingress"},
          "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"},
         {{"", "", "ServiceAccount"}, "imagePullSecrets/name"},
         {{"", "", "StorageClass"}, "parameters/secretName"},
         {{"", "", "StorageClass"}, "parameters/adminSecretName"},
         {{"", "", "StorageClass"}, "parameters/userSecretName"},
         {{"", "", "StorageClass"}, "parameters/secretRef"},
         {{"", "", "Role"}, "rules/resourceNames"},
         {{"", "", "ClusterRole"}, "rules/resourceNames"},
         {{"serving.knative.dev", "v1", "Service"},
          "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"},
         {{"", "", "PersistentVolume"}, "spec/azureFile/secretName"}});
    add_reference(
        {"", "v1", "Service"}, {},
        {{{"apps", "", "StatefulSet"}, "spec/serviceName"},
         {{"", "", "Ingress"}, "spec/rules/http/paths/backend/serviceName"},
         {{"", "", "Ingress"}, "spec/backend/serviceName"},
         {{"", "", "Ingress"}, "spec/rules/http/paths/backend/service/name"},
         {{"", "", "Ingress"}, "spec/defaultBackend/service/name"},
         {{"apiregistration.k8s.io", "", "APIService"}, "spec/service/name"},
         {{kAdmission, "", "ValidatingWebhookConfiguration"}, "webhooks/clientConfig/service"},
         {{kAdmission, "", "MutatingWebhookConfiguration"}, "webhooks/clientConfig/service"}});
    add_reference({kRbac, "", "Role"}, {}, {{{kRbac, "", "RoleBinding"}, "roleRef/name"}});
    add_reference({kRbac, "", "ClusterRole"}, {},
                  {{{kRbac, "", "RoleBinding"}, "roleRef/name"},
                   {{kRbac, "", "ClusterRoleBinding"}, "roleRef/name"}});
    std::vector<FieldSpec> accounts = in_pods(kWorkloadPods, kServiceAccountFields);
    accounts.insert(accounts.begin(), {{{kRbac, "", "RoleBinding"}, "subjects"},
                                       {{kRbac, "", "ClusterRoleBinding"}, "subjects"}});
    add_reference({"", "v1", "ServiceAccount"}, std::move(accounts), {});
    add_reference({"", "v1", "PersistentVolumeClaim"}, in_pods(kWorkloadPods, kClaimFields), {});
    add_reference({"", "v1", "PersistentVolume"}, {},
                  {{{"", "", "PersistentVolumeClaim"}, "spec/volumeName"},
                   {{"", "", "ClusterRole"}, "rules/resourceNames"}});
    add_reference({"storage.k8s.io", "v1", "StorageClass"}, {},
                  {{{"", "", "PersistentVolume"}, "spec/storageClassName"},
                   {{"", "", "PersistentVolumeClaim"}, "spec/storageClassName"},
                   {{"", "", "StatefulSet"}, "spec/volumeClaimTemplates/spec/storageClassName"}});
    add_reference({"scheduling.k8s.io", "v1", "PriorityClass"},
                  in_pods(kWorkloadPods, kPriorityFields), {});
    add_reference({"networking.k8s.io/v1", "v1", "IngressClass"}, {},
                  {{{"", "", "Ingress"}, "spec/ingressClassName"}});
    add_reference({kAdmission, "", "ValidatingAdmissionPolicy"}, {},
                  {{{kAdmission, "", "ValidatingAdmissionPolicyBinding"}, "spec/policyName"}});
  }

  std::deque<std::string> texts_;
  FieldTables tables_;
};

}  // namespace

const FieldTables& default_field_tables() {
  static const Tables tables;
  return tables.tables();
}

}  // namespace plumb::kustomize
