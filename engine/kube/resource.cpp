#include "kube/resource.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"

namespace plumb::kube {

namespace {

struct RankRow {
  std::string_view kind;
  int rank;
};

// What must exist before what. Kinds that are not here are workloads, or custom objects that come
// beside them.
constexpr int kWorkloadRank = 70;
constexpr std::array kRanks{
    RankRow{"Namespace", 0},
    RankRow{"CustomResourceDefinition", 10},
    RankRow{"ServiceAccount", 20},
    RankRow{"Role", 21},
    RankRow{"ClusterRole", 21},
    RankRow{"RoleBinding", 22},
    RankRow{"ClusterRoleBinding", 22},
    RankRow{"ResourceQuota", 30},
    RankRow{"LimitRange", 30},
    RankRow{"PriorityClass", 30},
    RankRow{"RuntimeClass", 30},
    RankRow{"IngressClass", 30},
    RankRow{"NetworkPolicy", 30},
    RankRow{"PodDisruptionBudget", 30},
    RankRow{"ConfigMap", 31},
    RankRow{"Secret", 31},
    RankRow{"StorageClass", 40},
    RankRow{"PersistentVolume", 41},
    RankRow{"PersistentVolumeClaim", 42},
    RankRow{"Endpoints", 50},
    RankRow{"Service", 51},
    RankRow{"Ingress", 80},
    RankRow{"HorizontalPodAutoscaler", 80},
    RankRow{"APIService", 85},
    RankRow{"MutatingWebhookConfiguration", 86},
    RankRow{"ValidatingWebhookConfiguration", 86},
    RankRow{"Pipeline", 90},
    RankRow{"PipelineVersion", 91},
    RankRow{"RecurringRun", 92},
    RankRow{"Run", 93},
    RankRow{"AppProject", 95},
    RankRow{"Application", 96},
    RankRow{"ApplicationSet", 96},
};

}  // namespace

std::string ResourceId::api_version() const {
  return group.empty() ? version : cat(group, '/', version);
}

std::string describe(const ResourceId& id) {
  if (id.namespace_name.empty()) return cat(id.kind, '/', id.name);
  return cat(id.kind, '/', id.namespace_name, '/', id.name);
}

std::pair<std::string_view, std::string_view> split_api_version(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {{}, api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

bool is_object(const yaml::Node& node) {
  return !yaml::text_at(node, {"apiVersion"}).empty() && !yaml::text_at(node, {"kind"}).empty() &&
         (!yaml::text_at(node, {"metadata", "name"}).empty() ||
          !yaml::text_at(node, {"metadata", "generateName"}).empty());
}

ResourceId id_of(const yaml::Node& body) {
  const auto [group, version] = split_api_version(yaml::text_at(body, {"apiVersion"}));
  std::string_view name = yaml::text_at(body, {"metadata", "name"});
  if (name.empty()) name = yaml::text_at(body, {"metadata", "generateName"});
  return {std::string(group), std::string(version), std::string(yaml::text_at(body, {"kind"})),
          std::string(yaml::text_at(body, {"metadata", "namespace"})), std::string(name)};
}

int apply_rank(const ResourceId& id) {
  const auto row = std::ranges::find(kRanks, id.kind, &RankRow::kind);
  return row == kRanks.end() ? kWorkloadRank : row->rank;
}

void sort_for_apply(std::vector<Resource>& resources) {
  std::ranges::stable_sort(resources, {}, [](const Resource& resource) {
    const ResourceId& id = resource.id;
    return std::tuple<int, const std::string&, const std::string&, const std::string&>(
        apply_rank(id), id.kind, id.namespace_name, id.name);
  });
}

}  // namespace plumb::kube
