#pragma once
// What a tool writes on every object that it applies, and git does not say: Argo CD's tracking id,
// Flux's labels.

#include <string_view>

#include "base/arena.h"
#include "project/project.h"
#include "yaml/node.h"

namespace plumb::plan {

// Head as the applier sends it: with the marks that he has put on the object in live, and with the
// namespace that it is in when head names none. `application`
// is the Argo CD Application of the object's unit, or "". Where nothing is missing `head` itself;
// else a copy that shares all but the metadata.
//   applier argocd, live: {annotations: {argocd.argoproj.io/tracking-id: a:…}}, head: {}
//     → {annotations: {argocd.argoproj.io/tracking-id: a:…}}
const yaml::Node& as_sent(const yaml::Node& head, const yaml::Node* live,
                          const project::Applier& applier, std::string_view application,
                          Arena& arena);

// The Application that Argo CD's tracking id names, if the id speaks of this very object; else "".
std::string_view tracking_application(const yaml::Node& body);

}  // namespace plumb::plan
