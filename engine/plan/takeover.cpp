#include "plan/takeover.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "diff/managed.h"
#include "diff/owned_set.h"

namespace plumb::plan {

namespace {

using yaml::Node;

// Whom an applier takes over: entries of managedFields, but for those of subresources.
struct TakeoverRow {
  std::string_view applier;
  std::string_view manager;  // how the name of the one who is taken over begins; "": any
  std::string_view operation;
  bool has_note = false;  // only those who own the note of what was applied last
};
constexpr std::array kTakeovers{
    TakeoverRow{"kubectl", "", "Update", true},
    TakeoverRow{"argocd-controller", "", "Update", true},  // by kubectl's code
    TakeoverRow{"argocd-controller", "kubectl-client-side-apply", "Update"},
    TakeoverRow{"kustomize-controller", "kubectl", "Apply"},
    TakeoverRow{"kustomize-controller", "kubectl", "Update"},
    TakeoverRow{"kustomize-controller", "before-first-apply", "Update"},
    TakeoverRow{"kustomize-controller", "kustomize-controller", "Update"},
};

constexpr std::string_view kNote = "f:kubectl.kubernetes.io/last-applied-configuration";
// Flux leaves objects with this mark, of the value Merge, to their other owners.
constexpr std::string_view kFlux = "kustomize-controller";
constexpr std::string_view kShared = "kustomize.toolkit.fluxcd.io/ssa";

bool is_shared(const Node& body, const project::Applier& applier) {
  if (applier.manager != kFlux) return false;
  return lower(yaml::text_at(body, {"metadata", "annotations", kShared})) == "merge" ||
         lower(yaml::text_at(body, {"metadata", "labels", kShared})) == "merge";
}

}  // namespace

bool owns_note(const Node& entry) {
  return yaml::find_path(entry, {"fieldsV1", "f:metadata", "f:annotations", kNote}) != nullptr;
}

bool takes_over(const project::Applier& applier, const Node& entry) {
  if (!applier.server_side || !yaml::text_at(entry, {"subresource"}).empty()) return false;
  const std::string_view manager = yaml::text_at(entry, {"manager"});
  const std::string_view operation = yaml::text_at(entry, {"operation"});
  return std::ranges::any_of(kTakeovers, [&](const TakeoverRow& row) {
    return row.applier == applier.manager && row.operation == operation &&
           manager.starts_with(row.manager) && (!row.has_note || owns_note(entry));
  });
}

bool is_own(const project::Applier& applier, const Node& entry) {
  return yaml::text_at(entry, {"manager"}) == applier.manager &&
         yaml::text_at(entry, {"operation"}) == "Apply" &&
         yaml::text_at(entry, {"subresource"}).empty();
}

const List<Node*>& entries_of(const Node& live) {
  static const List<Node*> kNone;
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  return entries == nullptr ? kNone : entries->items;
}

bool is_all_his(const Node& live, const yaml::Path& path, const project::Applier& applier) {
  const bool alone = is_shared(live, applier);
  const auto is_his = [&](const Node& entry) {
    return is_own(applier, entry) || (!alone && takes_over(applier, entry));
  };
  return diff::is_managed(live, path, is_his) &&
         !diff::is_managed(live, path, [&](const Node& entry) { return !is_his(entry); });
}

bool has_taken_over(const Node& live, const project::Applier& applier) {
  return !is_shared(live, applier) && std::ranges::any_of(entries_of(live), [&](const Node* entry) {
    return takes_over(applier, *entry);
  });
}

const Node* without_taken_over(const Node& answer, const Node& live,
                               const project::Applier& applier, Arena& arena) {
  if (!has_taken_over(live, applier)) return nullptr;
  const Node* going = yaml::make_mapping(arena);
  const Node* staying = going;
  for (const Node* const entry : entries_of(live)) {
    const Node* const fields = yaml::find(*entry, "fieldsV1");
    if (fields == nullptr || is_own(applier, *entry)) continue;
    const Node*& set = takes_over(applier, *entry) ? going : staying;
    set = diff::united(*set, *fields, arena);
  }
  if (const Node* const entry = diff::applied_entry(answer, applier.manager)) {
    if (const Node* const fields = yaml::find(*entry, "fieldsV1"))
      staying = diff::united(*staying, *fields, arena);
  }
  return diff::without_fields(answer, *going, *staying, arena);
}

}  // namespace plumb::plan
