#include "plan/needs.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "kube/type_table.h"
#include "pipeline/references.h"

namespace plumb::plan {

namespace {

using yaml::Node;

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";

const Node* pod_template_of(const Node& body) {
  if (const Node* const job = yaml::find_path(body, {"spec", "jobTemplate", "spec", "template"})) {
    return job;
  }
  return yaml::find_path(body, {"spec", "template"});
}

// Gathers the needs of one object.
struct Gather {
  std::string namespace_name;
  std::vector<Need> needs;

  void add(std::string_view group, std::string_view kind, std::string_view name,
           bool cluster = false) {
    if (name.empty()) return;
    needs.push_back(
        {std::string(group), std::string(kind), cluster ? "" : namespace_name, std::string(name)});
  }
  void add_in(std::string_view namespace_of, std::string_view kind, std::string_view name) {
    if (name.empty()) return;
    needs.push_back(
        {"", std::string(kind),
         std::string(namespace_of.empty() ? std::string_view(namespace_name) : namespace_of),
         std::string(name)});
  }
};

void need_volume(Gather& gather, const Node& volume) {
  gather.add("", "ConfigMap", yaml::text_at(volume, {"configMap", "name"}));
  gather.add("", "Secret", yaml::text_at(volume, {"secret", "secretName"}));
  gather.add("", "PersistentVolumeClaim",
             yaml::text_at(volume, {"persistentVolumeClaim", "claimName"}));
  if (const Node* const sources = yaml::find_path(volume, {"projected", "sources"})) {
    for (const Node* const source : sources->items) {
      gather.add("", "ConfigMap", yaml::text_at(*source, {"configMap", "name"}));
      gather.add("", "Secret", yaml::text_at(*source, {"secret", "name"}));
    }
  }
}

void need_environment(Gather& gather, const Node& container) {
  if (const Node* const env = yaml::find(container, "env")) {
    for (const Node* const item : env->items) {
      gather.add("", "ConfigMap", yaml::text_at(*item, {"valueFrom", "configMapKeyRef", "name"}));
      gather.add("", "Secret", yaml::text_at(*item, {"valueFrom", "secretKeyRef", "name"}));
    }
  }
  if (const Node* const from = yaml::find(container, "envFrom")) {
    for (const Node* const item : from->items) {
      gather.add("", "ConfigMap", yaml::text_at(*item, {"configMapRef", "name"}));
      gather.add("", "Secret", yaml::text_at(*item, {"secretRef", "name"}));
    }
  }
}

template <typename Work>
void each_item(const Node& node, std::string_view list, Work work) {
  const Node* const items = yaml::find(node, list);
  if (items == nullptr) return;
  for (const Node* const item : items->items) work(*item);
}

void need_pod(Gather& gather, const Node& spec) {
  gather.add("", "ServiceAccount", yaml::text_at(spec, {"serviceAccountName"}));
  gather.add("", "PriorityClass", yaml::text_at(spec, {"priorityClassName"}), true);
  gather.add("", "RuntimeClass", yaml::text_at(spec, {"runtimeClassName"}), true);
  each_item(spec, "imagePullSecrets",
            [&](const Node& item) { gather.add("", "Secret", yaml::text_at(item, {"name"})); });
  each_item(spec, "volumes", [&](const Node& item) { need_volume(gather, item); });
  each_item(spec, "containers", [&](const Node& item) { need_environment(gather, item); });
  each_item(spec, "initContainers", [&](const Node& item) { need_environment(gather, item); });
}

void need_binding(Gather& gather, const Node& body) {
  const std::string_view role = yaml::text_at(body, {"roleRef", "kind"});
  gather.add(kRbac, role, yaml::text_at(body, {"roleRef", "name"}), role == "ClusterRole");
  each_item(body, "subjects", [&](const Node& subject) {
    if (yaml::text_at(subject, {"kind"}) != "ServiceAccount") return;
    gather.add_in(yaml::text_at(subject, {"namespace"}), "ServiceAccount",
                  yaml::text_at(subject, {"name"}));
  });
}

void need_claim(Gather& gather, const Node& spec) {
  gather.add("", "StorageClass", yaml::text_at(spec, {"storageClassName"}), true);
  gather.add("", "PersistentVolume", yaml::text_at(spec, {"volumeName"}), true);
  const std::string_view source = yaml::text_at(spec, {"dataSource", "kind"});
  gather.add("", source, yaml::text_at(spec, {"dataSource", "name"}));
}

void need_ingress(Gather& gather, const Node& spec) {
  gather.add("", "IngressClass", yaml::text_at(spec, {"ingressClassName"}), true);
  gather.add("", "Service", yaml::text_at(spec, {"defaultBackend", "service", "name"}));
  each_item(spec, "rules", [&](const Node& rule) {
    const Node* const http = yaml::find(rule, "http");
    if (http == nullptr) return;
    each_item(*http, "paths", [&](const Node& path) {
      gather.add("", "Service", yaml::text_at(path, {"backend", "service", "name"}));
    });
  });
}

void need_webhook_service(Gather& gather, const Node& body) {
  each_item(body, "webhooks", [&](const Node& hook) {
    gather.add_in(yaml::text_at(hook, {"clientConfig", "service", "namespace"}), "Service",
                  yaml::text_at(hook, {"clientConfig", "service", "name"}));
  });
}

void need_by_kind(Gather& gather, const Node& body, std::string_view group, std::string_view kind) {
  const Node* const spec = yaml::find(body, "spec");
  if (kind == "RoleBinding" || kind == "ClusterRoleBinding") return need_binding(gather, body);
  if (kind.ends_with("WebhookConfiguration")) return need_webhook_service(gather, body);
  if (spec == nullptr) return;
  if (group.empty() && kind == "PersistentVolumeClaim") need_claim(gather, *spec);
  if (group == "networking.k8s.io" && kind == "Ingress") need_ingress(gather, *spec);
  if (kind == "StatefulSet") gather.add("", "Service", yaml::text_at(*spec, {"serviceName"}));
  if (kind == "HorizontalPodAutoscaler") {
    gather.add("", yaml::text_at(*spec, {"scaleTargetRef", "kind"}),
               yaml::text_at(*spec, {"scaleTargetRef", "name"}));
  }
  if (kind == "Application") {
    gather.add("argoproj.io", "AppProject", yaml::text_at(*spec, {"project"}));
  }
  for (const pipeline::NameReference& row : pipeline::name_references()) {
    if (row.group != group || row.kind != kind) continue;
    gather.add(group, row.target_kind, yaml::text_at(*spec, {row.field}));
  }
}

}  // namespace

const Node* pod_spec_of(const Node& body) {
  if (yaml::text_at(body, {"kind"}) == "Pod") return yaml::find(body, "spec");
  const Node* const pods = pod_template_of(body);
  const Node* const spec = pods == nullptr ? nullptr : yaml::find(*pods, "spec");
  return spec != nullptr && yaml::find(*spec, "containers") != nullptr ? spec : nullptr;
}

bool selects(const Node& service, const Node& workload) {
  const Node* const selector = yaml::find_path(service, {"spec", "selector"});
  const Node* const pods = pod_template_of(workload);
  const Node* const labels =
      pods == nullptr ? nullptr : yaml::find_path(*pods, {"metadata", "labels"});
  if (selector == nullptr || labels == nullptr || selector->entries.empty()) return false;
  return std::ranges::all_of(selector->entries, [&](const yaml::Entry& entry) {
    const Node* const label = yaml::find(*labels, entry.key->text);
    return label != nullptr && label->text == entry.value->text;
  });
}

std::vector<Need> needs_of(const Node& body) {
  const kube::ResourceId id = kube::id_of(body);
  Gather gather{id.namespace_name, {}};
  if (!id.namespace_name.empty()) gather.add("", "Namespace", id.namespace_name, true);
  if (kube::find_type(id.api_version(), id.kind) == nullptr) {
    // The definition's name is not known from the kind; `group` and `kind` find it.
    gather.add(id.group, "CustomResourceDefinition", id.kind, true);
  }
  if (const Node* const pod = pod_spec_of(body)) need_pod(gather, *pod);
  need_by_kind(gather, body, id.group, id.kind);
  std::ranges::sort(gather.needs);
  const auto [first, last] = std::ranges::unique(gather.needs);
  gather.needs.erase(first, last);
  return std::move(gather.needs);
}

}  // namespace plumb::plan
