#include "plan/marks.h"

#include <array>

#include "base/text.h"
#include "kube/resource.h"

namespace plumb::plan {

namespace {

using yaml::Node;

struct MarkRow {
  std::string_view manager;
  std::string_view place;  // "labels" or "annotations"
  std::string_view key;
  bool names_application = false;  // an everyday label, which is a mark if it names the Application
};
constexpr std::array kMarks{
    MarkRow{"argocd-controller", "annotations", "argocd.argoproj.io/installation-id"},
    MarkRow{"argocd-controller", "annotations", "argocd.argoproj.io/tracking-id"},
    MarkRow{"argocd-controller", "labels", "app.kubernetes.io/instance", true},
    MarkRow{"kustomize-controller", "labels", "kustomize.toolkit.fluxcd.io/name"},
    MarkRow{"kustomize-controller", "labels", "kustomize.toolkit.fluxcd.io/namespace"},
    MarkRow{"helm-controller", "labels", "helm.toolkit.fluxcd.io/name"},
    MarkRow{"helm-controller", "labels", "helm.toolkit.fluxcd.io/namespace"},
};

// The mapping under `key`, as a copy of its own.
Node* own_mapping(Arena& arena, Node& holder, std::string_view key) {
  const Node* const old = yaml::find(holder, key);
  Node* const copy = old != nullptr && old->is_mapping() ? yaml::copy_shallow(arena, *old)
                                                         : yaml::make_mapping(arena, holder.span);
  yaml::set(arena, holder, key, copy);
  return copy;
}

// With the namespace that it is applied to, when it names none itself.
const Node* in_namespace(const Node& head, const Node& live, Arena& arena) {
  const std::string_view place = yaml::text_at(live, {"metadata", "namespace"});
  if (place.empty() || yaml::find_path(head, {"metadata", "namespace"}) != nullptr) return &head;
  Node* const copy = yaml::copy_shallow(arena, head);
  yaml::set(arena, *own_mapping(arena, *copy, "metadata"), "namespace",
            yaml::make_string(arena, place));
  return copy;
}

}  // namespace

const Node& as_sent(const Node& head, const Node* live, const project::Applier& applier,
                    std::string_view application, Arena& arena) {
  if (live == nullptr || yaml::find(head, "metadata") == nullptr) return head;
  const Node* sent = in_namespace(head, *live, arena);
  for (const MarkRow& row : kMarks) {
    if (row.manager != applier.manager) continue;
    const Node* const mark = yaml::find_path(*live, {"metadata", row.place, row.key});
    if (mark == nullptr || !mark->is_scalar() || mark->text.empty()) continue;
    if (row.names_application && mark->text != application) continue;
    if (yaml::find_path(*sent, {"metadata", row.place, row.key}) != nullptr) continue;
    Node* const copy = yaml::copy_shallow(arena, *sent);
    Node* const metadata = own_mapping(arena, *copy, "metadata");
    Node* const marks = own_mapping(arena, *metadata, row.place);
    yaml::set(arena, *marks, row.key, yaml::make_string(arena, mark->text));
    sent = copy;
  }
  return *sent;
}

std::string_view tracking_application(const Node& body) {
  const std::string_view mark =
      yaml::text_at(body, {"metadata", "annotations", "argocd.argoproj.io/tracking-id"});
  const std::size_t colon = mark.find(':');
  if (colon == std::string_view::npos) return {};
  const kube::ResourceId id = kube::id_of(body);
  if (!mark.ends_with(cat('/', id.name)) || !contains(mark, cat('/', id.kind, ':'))) return {};
  return mark.substr(0, colon);
}

}  // namespace plumb::plan
