#include "kustomize/order.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"

namespace plumb::kustomize {

namespace {

constexpr std::array<std::string_view, 22> kFirst{"Namespace",
                                                  "ResourceQuota",
                                                  "StorageClass",
                                                  "CustomResourceDefinition",
                                                  "ServiceAccount",
                                                  "PodSecurityPolicy",
                                                  "Role",
                                                  "ClusterRole",
                                                  "RoleBinding",
                                                  "ClusterRoleBinding",
                                                  "ConfigMap",
                                                  "Secret",
                                                  "Endpoints",
                                                  "Service",
                                                  "LimitRange",
                                                  "PriorityClass",
                                                  "PersistentVolume",
                                                  "PersistentVolumeClaim",
                                                  "Deployment",
                                                  "StatefulSet",
                                                  "CronJob",
                                                  "PodDisruptionBudget"};
constexpr std::array<std::string_view, 2> kLast{"MutatingWebhookConfiguration",
                                                "ValidatingWebhookConfiguration"};

using Ranks = std::unordered_map<std::string_view, int>;

template <typename First, typename Last>
Ranks ranks_of(const First& first, const Last& last) {
  Ranks ranks;
  int rank = -static_cast<int>(std::size(first));
  for (const auto& kind : first) ranks[kind] = rank++;
  rank = 1;
  for (const auto& kind : last) ranks[kind] = rank++;
  return ranks;
}

std::string_view or_else(std::string_view text, std::string_view absent) {
  return text.empty() ? absent : text;
}

struct Key {
  Item* item;
  int rank;
  bool core_namespace;  // comes before Namespaces of other groups
  std::string gvk, name;
};

Key key_of(Item* item, const Ranks& ranks) {
  const Id id = item->id();
  const auto rank = ranks.find(id.gvk.kind);
  return {
      item, rank == ranks.end() ? 0 : rank->second,
      id.gvk.kind == "Namespace" && id.gvk.group.empty(),
      cat(or_else(id.gvk.group, "~G"), '_', or_else(id.gvk.version, "~V"), '_',
          or_else(id.gvk.kind, "~K")),
      cat(describe(id.gvk), '|', or_else(id.namespace_name, "~X"), '|', or_else(id.name, "~N"))};
}

bool less(const Key& a, const Key& b) {
  if (a.gvk == b.gvk) return a.name < b.name;
  if (a.rank != b.rank) return a.rank < b.rank;
  if ((a.core_namespace || b.core_namespace) && a.item->id().gvk.kind == b.item->id().gvk.kind)
    return a.gvk > b.gvk;
  return a.gvk < b.gvk;
}

void sort_legacy(Items& items, const Ranks& ranks) {
  std::vector<Key> keys;
  for (Item* const item : items.list()) keys.push_back(key_of(item, ranks));
  std::ranges::stable_sort(keys, less);
  for (std::size_t i = 0; i < keys.size(); ++i) items.list()[i] = keys[i].item;
  items.reindex();
}

std::vector<std::string_view> texts_of(const yaml::Node* list) {
  std::vector<std::string_view> texts;
  if (list != nullptr)
    for (const yaml::Node* const item : list->items) texts.push_back(item->text);
  return texts;
}

void sort_by_options(const yaml::Node& options, Items& items) {
  const std::string_view order = yaml::text_at(options, {"order"});
  const yaml::Node* const legacy = yaml::find(options, "legacySortOptions");
  if (order != "legacy" && order != "fifo")
    fail("kustomize/sort-options", options.span,
         cat("expected 'fifo' or 'legacy' as order, got '", order, "'"), {},
         {"the field 'sortOptions.order' must be one of [fifo, legacy]"});
  if (order == "fifo") {
    if (legacy != nullptr)
      fail("kustomize/sort-options", legacy->span,
           "'legacySortOptions' are for the order 'legacy' only", {},
           {"the field 'sortOptions.legacySortOptions' is set but the selected sort order is "
            "'fifo', not 'legacy'"});
    return;
  }
  if (legacy == nullptr) return sort_legacy(items, ranks_of(kFirst, kLast));
  sort_legacy(items, ranks_of(texts_of(yaml::find(*legacy, "orderFirst")),
                              texts_of(yaml::find(*legacy, "orderLast"))));
}

}  // namespace

int legacy_rank(std::string_view kind) {
  const auto first = std::ranges::find(kFirst, kind);
  if (first != kFirst.end())
    return static_cast<int>(first - kFirst.begin()) - static_cast<int>(kFirst.size());
  const auto last = std::ranges::find(kLast, kind);
  return last != kLast.end() ? static_cast<int>(last - kLast.begin()) + 1 : 0;
}

void sort_items(Build& build, const Kustomization& file, Items& items) {
  if (const yaml::Node* const options = file.find("sortOptions"))
    return sort_by_options(*options, items);
  if (build.options.reorder != Reorder::kNone) sort_legacy(items, ranks_of(kFirst, kLast));
}

}  // namespace plumb::kustomize
