#include "kustomize/id.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"
#include "kube/resource.h"

namespace plumb::kustomize {

namespace {

struct ClusterScopedRow {
  std::string_view kind;
  std::string_view group;
  std::string_view versions;  // divided by blanks
};

constexpr std::array kClusterScoped{
    ClusterScopedRow{"APIService", "apiregistration.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"CSIDriver", "storage.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"CSINode", "storage.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"CertificateSigningRequest", "certificates.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"ClusterRole", "rbac.authorization.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"ClusterRoleBinding", "rbac.authorization.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"ComponentStatus", "", "v1"},
    ClusterScopedRow{"CustomResourceDefinition", "apiextensions.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"FlowSchema", "flowcontrol.apiserver.k8s.io", "v1beta1"},
    ClusterScopedRow{"IngressClass", "networking.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"MutatingWebhookConfiguration", "admissionregistration.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"Namespace", "", "v1"},
    ClusterScopedRow{"Node", "", "v1"},
    ClusterScopedRow{"NodeProxyOptions", "", "v1"},
    ClusterScopedRow{"PersistentVolume", "", "v1"},
    ClusterScopedRow{"PodSecurityPolicy", "policy", "v1beta1"},
    ClusterScopedRow{"PriorityClass", "scheduling.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io", "v1beta1"},
    ClusterScopedRow{"RuntimeClass", "node.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"StorageClass", "storage.k8s.io", "v1 v1beta1"},
    ClusterScopedRow{"ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "v1"},
    ClusterScopedRow{"ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io", "v1"},
    ClusterScopedRow{"ValidatingWebhookConfiguration", "admissionregistration.k8s.io",
                     "v1 v1beta1"},
    ClusterScopedRow{"VolumeAttachment", "storage.k8s.io", "v1 v1beta1"},
};
static_assert(std::ranges::is_sorted(kClusterScoped, {}, &ClusterScopedRow::kind));

bool part_selects(std::string_view selector, std::string_view part) {
  return selector.empty() || selector == part;
}

std::string_view or_else(std::string_view text, std::string_view absent) {
  return text.empty() ? absent : text;
}

}  // namespace

bool selects(const Gvk& selector, const Gvk& gvk) {
  return part_selects(selector.kind, gvk.kind) && part_selects(selector.group, gvk.group) &&
         part_selects(selector.version, gvk.version);
}

bool is_cluster_scoped(const Gvk& gvk) {
  const auto row = std::ranges::lower_bound(kClusterScoped, gvk.kind, {}, &ClusterScopedRow::kind);
  if (row == kClusterScoped.end() || row->kind != gvk.kind || row->group != gvk.group) return false;
  for (const std::string_view version : split(row->versions, ' '))
    if (version == gvk.version) return true;
  return false;
}

std::string_view effective_namespace(const Id& id) {
  if (is_cluster_scoped(id.gvk)) return kNoNamespace;
  return or_else(id.namespace_name, kDefaultNamespace);
}

bool same(const Id& a, const Id& b) {
  return a.name == b.name && a.gvk == b.gvk && effective_namespace(a) == effective_namespace(b);
}

std::size_t hash_of(const Id& id) {
  const std::hash<std::string_view> hash;
  std::size_t sum = hash(id.name);
  for (const std::string_view part :
       {id.gvk.kind, id.gvk.group, id.gvk.version, effective_namespace(id)})
    sum = sum * 1099511628211ULL + hash(part);
  return sum;
}

namespace {

// The values of several keys in one pass; ids are asked for all the time.
template <std::size_t N>
std::array<const yaml::Node*, N> find_several(const yaml::Node* mapping,
                                              const std::array<std::string_view, N>& keys) {
  std::array<const yaml::Node*, N> found{};
  if (mapping == nullptr) return found;
  for (std::uint32_t i = mapping->entries.size(); i-- > 0;) {
    const yaml::Entry& entry = mapping->entries[i];
    if (!entry.key->is_scalar()) continue;
    for (std::size_t k = 0; k < N; ++k)
      if (found[k] == nullptr && entry.key->text == keys[k]) found[k] = entry.value;
  }
  return found;
}

std::string_view text_of(const yaml::Node* node) {
  return node != nullptr && node->is_scalar() ? node->text : std::string_view();
}

constexpr std::array<std::string_view, 3> kHead{"apiVersion", "kind", "metadata"};
constexpr std::array<std::string_view, 2> kName{"namespace", "name"};

Gvk gvk_of_head(const std::array<const yaml::Node*, 3>& head) {
  const auto [group, version] = kube::split_api_version(text_of(head[0]));
  return {group, version, text_of(head[1])};
}

}  // namespace

Gvk gvk_of(const yaml::Node& body) { return gvk_of_head(find_several(&body, kHead)); }

Id id_of(const yaml::Node& body) {
  const auto head = find_several(&body, kHead);
  const auto name = find_several(head[2], kName);
  return {gvk_of_head(head),
          name[0] != nullptr && name[0]->is_null() ? std::string_view() : text_of(name[0]),
          text_of(name[1])};
}

std::string api_version(const Gvk& gvk) {
  return gvk.group.empty() ? std::string(gvk.version) : cat(gvk.group, '/', gvk.version);
}

std::string describe(const Gvk& gvk) {
  return cat(or_else(gvk.kind, "[noKind]"), '.', or_else(gvk.version, "[noVer]"), '.',
             or_else(gvk.group, "[noGrp]"));
}

std::string describe(const Id& id) {
  return cat(describe(id.gvk), '/', or_else(id.name, "[noName]"), '.',
             or_else(id.namespace_name, "[noNs]"));
}

}  // namespace plumb::kustomize
