#include "plan/ownership.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/managed.h"
#include "diff/owned_set.h"
#include "plan/marks.h"
#include "plan/takeover.h"
#include "yaml/path.h"

namespace plumb::plan {

namespace {

using diff::Change;
using yaml::Node;

// Labels and annotations by which a tool finds what is its own.
struct MarkRow {
  std::string_view place;  // "labels" or "annotations"
  std::string_view key;
  std::string_view tool;
};
constexpr std::array kMarks{
    MarkRow{"annotations", "meta.helm.sh/release-name", "Helm release"},
    MarkRow{"labels", "kustomize.toolkit.fluxcd.io/name", "Flux Kustomization"},
    MarkRow{"labels", "helm.toolkit.fluxcd.io/name", "Flux HelmRelease"},
    MarkRow{"labels", "applyset.kubernetes.io/part-of", "apply set"},
    MarkRow{"labels", "kapp.k14s.io/app", "kapp app"},
    MarkRow{"labels", "tanka.dev/environment", "Tanka environment"},
    MarkRow{"labels", "kluctl.io/discriminator", "kluctl deployment"},
};

std::string_view mark_of(const Node& body, const MarkRow& row) {
  return yaml::text_at(body, {"metadata", row.place, row.key});
}

bool moves_live(const Change& change) {
  return change.before != nullptr && change.cause != diff::Cause::kServer;
}

// Somebody who applies server-side and is not the applier.
std::string_view other_applier(const Node& live, const project::Applier& applier) {
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  if (entries == nullptr) return {};
  for (const Node* const entry : entries->items) {
    const std::string_view manager = yaml::text_at(*entry, {"manager"});
    const bool applies = yaml::text_at(*entry, {"operation"}) == "Apply" &&
                         yaml::text_at(*entry, {"subresource"}).empty();
    const Node* const fields = yaml::find(*entry, "fieldsV1");
    const bool content =
        fields != nullptr && std::ranges::any_of(fields->entries, [](const auto& e) {
          return e.key->text != "f:metadata" && e.key->text != "f:status";
        });
    if (applies && content && manager != applier.manager) return manager;
  }
  return {};
}

// Which Application has the object, if it is not the one that applies it here. Of an Argo CD whose
// Applications are not known, any may be the right one.
std::string_view other_application(const Node& head, const Node& live,
                                   const project::Applier& applier, std::string_view application) {
  const std::string_view owner = tracking_application(live);
  const bool is_argo = applier.manager == "argocd-controller";
  const bool is_own =
      is_argo ? application.empty() || owner == application : owner == tracking_application(head);
  return is_own ? std::string_view() : owner;
}

bool has_applied(const Node& live, const project::Applier& applier) {
  if (applier.server_side) return diff::applied_entry(live, applier.manager) != nullptr;
  Arena arena;
  return diff::last_applied(live, arena) != nullptr;
}

bool is_number_of_pods(const Change& change) {
  return yaml::print_path(change.path) == "spec.replicas";
}

// `kubectl scale` goes the same way, by hand.
bool is_autoscaled(const Change& change, const Node& live) {
  return diff::is_scaled(live, change.path) && !change.writer.manager.starts_with("kubectl");
}

Reason warning(std::string rule, std::string text, std::string cure) {
  return {std::move(rule), std::move(text), std::move(cure), false, {}};
}

// Whether an apply without this field takes it away.
bool is_removed(const Node& live, const yaml::Path& path, const project::Applier& applier,
                const Node* last) {
  if (!applier.server_side) return last != nullptr && yaml::find_path(*last, path) != nullptr;
  return is_all_his(live, path, applier);
}

}  // namespace

void name_writers(std::vector<Change>& changes, const Node& live, const project::Applier& applier) {
  for (Change& change : changes) {
    if (!moves_live(change)) continue;
    change.writer = diff::last_writer(live, change.path, applier.manager);
    const bool is_ours = change.cause == diff::Cause::kDrift && !change.only_live;
    if (!change.writer.manager.empty() || !is_ours) continue;
    change.writer = diff::last_writer(live, change.path, "");
    change.writer.is_applier = !change.writer.manager.empty();
  }
}

void mark_residue(std::vector<Change>& changes, const Node& live, const project::Applier& applier) {
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  if (entries == nullptr || entries->items.empty()) return;
  Arena arena;
  const Node* const last = diff::last_applied(live, arena);
  for (Change& change : changes) {
    const bool dropped = change.kind == diff::ChangeKind::kRemove && !change.only_live &&
                         change.cause != diff::Cause::kDrift &&
                         change.cause != diff::Cause::kServer;
    if (change.only_live && has_taken_over(live, applier))
      change.only_live = !is_removed(live, change.path, applier, last);
    change.residue = dropped && !is_removed(live, change.path, applier, last);
  }
}

std::optional<Reason> taken_over(const Node& head, const Node& live,
                                 const project::Applier& applier, std::string_view application) {
  constexpr std::string_view kCure = "take it out there first, or leave it out here";
  if (const std::string_view other = other_application(head, live, applier, application);
      !other.empty()) {
    return warning("takeover", cat("in live it belongs to Argo CD application '", other, "'"),
                   std::string(kCure));
  }
  for (const MarkRow& row : kMarks) {
    const std::string_view mark = mark_of(live, row);
    if (mark.empty() || mark == mark_of(head, row)) continue;
    return warning("takeover", cat("in live it belongs to ", row.tool, " '", mark, "'"),
                   std::string(kCure));
  }
  if (has_applied(live, applier)) return std::nullopt;
  const std::string_view other = other_applier(live, applier);
  if (other.empty()) return std::nullopt;
  return warning("takeover",
                 cat("in live '", other, "' applies it, and '", applier.manager, "' never did"),
                 std::string(kCure));
}

std::optional<Reason> going(const Node& live) {
  const std::string_view since = yaml::text_at(live, {"metadata", "deletionTimestamp"});
  if (since.empty()) return std::nullopt;
  std::vector<std::string_view> holders;
  if (const Node* const finalizers = yaml::find_path(live, {"metadata", "finalizers"})) {
    for (const Node* const one : finalizers->items) holders.push_back(one->text);
  }
  return warning("going",
                 cat("live is being deleted since ", since,
                     holders.empty() ? "" : cat(", and waits for ", join(holders, ", "))),
                 "no apply stops that; plan again when it is gone, and it is created anew");
}

bool is_left_to_autoscaler(const Change& change, const Node& live, bool scaled) {
  if (!change.only_live && !change.residue) return false;
  return is_number_of_pods(change) && (scaled || is_autoscaled(change, live));
}

std::optional<Reason> autoscaled(const std::vector<Change>& changes, const Node& live,
                                 bool scaled) {
  for (const Change& change : changes) {
    if (change.after == nullptr || !is_number_of_pods(change)) continue;
    if (!scaled && !is_autoscaled(change, live)) continue;
    const std::string by =
        change.writer.manager.empty() ? "" : cat(" (", change.writer.manager, ")");
    return warning("autoscaled",
                   cat("spec.replicas is written by an autoscaler", by, " and by git"),
                   "leave spec.replicas out, and the autoscaler keeps its number");
  }
  return std::nullopt;
}

std::optional<Reason> conflicts(const std::vector<Change>& changes, const Node& live,
                                const project::Applier& applier) {
  if (!applier.server_side) return std::nullopt;
  const auto is_foreign = [&](const Node& entry) {
    return yaml::text_at(entry, {"manager"}) != applier.manager && !takes_over(applier, entry);
  };
  std::vector<std::string> fields;
  for (const Change& change : changes) {
    const bool taken = !change.only_live && !change.residue && !change.writer.manager.empty() &&
                       !change.writer.is_applier && change.after != nullptr &&
                       diff::is_managed(live, change.path, is_foreign);
    if (taken)
      fields.push_back(cat(yaml::print_path(change.path), " (", change.writer.manager, ')'));
  }
  if (fields.empty()) return std::nullopt;
  const std::string text = cat("others own ", join(fields, ", "));
  if (!applier.force) return conflict_refusal(text);
  return warning("conflict", text, "the apply is forced, and takes them");
}

Reason conflict_refusal(std::string_view text) {
  return {"conflict",
          cat("an apply that is not forced is refused: ", text),
          "force it, and allow this; or leave the fields to their owners",
          true,
          {}};
}

std::string_view last_write(const Node& live, const project::Applier& applier) {
  std::string_view time;
  for (const Node* const entry : entries_of(live)) {
    // What admission adds to an apply is noted as an update of its manager.
    const bool is_his = yaml::text_at(*entry, {"manager"}) == applier.manager &&
                        yaml::text_at(*entry, {"subresource"}).empty();
    if (applier.server_side ? is_his : owns_note(*entry))
      time = std::max(time, yaml::text_at(*entry, {"time"}));
  }
  return time;
}

}  // namespace plumb::plan
