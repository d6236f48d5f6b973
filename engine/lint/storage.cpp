// Rules about volumes.

#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

// Whether a claim can be mounted by the pods of one node only.
bool is_of_one_node(const kube::Resource& claim) {
  const yaml::Node* const modes = yaml::find_path(*claim.body, {"spec", "accessModes"});
  if (modes == nullptr || modes->items.empty()) return false;
  for (const yaml::Node* const mode : modes->items)
    if (mode->text != "ReadWriteOnce" && mode->text != "ReadWriteOncePod") return false;
  return true;
}

void check_deployment(const Inspection& inspection, const kube::Resource& deployment) {
  if (yaml::text_at(*deployment.body, {"spec", "strategy", "type"}) == "Recreate") return;
  const yaml::Node* const volumes =
      yaml::find_path(*deployment.body, {"spec", "template", "spec", "volumes"});
  if (volumes == nullptr) return;
  for (const yaml::Node* const volume : volumes->items) {
    const yaml::Node* const name = yaml::find_path(*volume, {"persistentVolumeClaim", "claimName"});
    const kube::Resource* const claim =
        name == nullptr ? nullptr
                        : inspection.objects.find("", "PersistentVolumeClaim",
                                                  deployment.id.namespace_name, name->text);
    if (claim == nullptr || !is_of_one_node(*claim)) continue;
    inspection.add("lint/rolling-volume", deployment, *name,
                   cat("'", name->text,
                       "' can be mounted on one node only, and a rolling update "
                       "starts the new pod before the old one ends"),
                   {{"strategy: {type: Recreate}, or a StatefulSet"}}, {std::string(name->text)},
                   Severity::kWarning);
  }
}

}  // namespace

void find_shared_volumes(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources)
    if (resource.id.kind == "Deployment" && resource.id.group == "apps")
      check_deployment(inspection, resource);
}

}  // namespace plumb::lint
