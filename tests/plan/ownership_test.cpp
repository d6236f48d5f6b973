// Whose a live object and its fields are, and what a plan makes of that, one case each.

#include <catch2/catch.hpp>

#include "plan/desk.h"

using namespace plumb;
using plumb::test::Desk;

namespace {

const std::string kId = "Deployment/x/web";

std::string web(const std::string& metadata, const std::string& spec) {
  return cat("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x",
             metadata.empty() ? "" : ", ", metadata, "}\nspec: {", spec, "}\n");
}

// An Apply entry; `fields` of the whole object.
std::string applied(std::string_view manager, std::string_view fields) {
  return cat("{manager: ", manager,
             ", operation: Apply, apiVersion: apps/v1, time: '2026-11-20T10:00:00Z', fieldsV1: {",
             fields, "}}");
}

std::string managed(std::string_view entries) {
  return cat("uid: u1, resourceVersion: '7', managedFields: [", entries, "]");
}

// Live of `text`, head and an Argo CD that applies server-side.
void look(Desk& desk, const std::string& head, const std::string& live) {
  desk.unit("u", "-", head);
  desk.live(live);
  desk.environment().applier = {"argocd-controller", true};
}

constexpr std::string_view kTracked =
    "annotations: {argocd.argoproj.io/tracking-id: 'shop:apps/Deployment:x/web'}";
constexpr std::string_view kTrackedFields =
    "\"f:metadata\": {\"f:annotations\": {\"f:argocd.argoproj.io/tracking-id\": {}}}, "
    "\"f:spec\": {\"f:paused\": {}}";

std::string tracked(std::string_view manager) {
  return web(cat(kTracked, ", ", managed(applied(manager, kTrackedFields))), "paused: true");
}

}  // namespace

TEST_CASE("without a base, what the applier owns in live is what git said then",
          "[plan][ownership]") {
  Desk desk;
  look(desk, web("", "paused: false, minReadySeconds: 3, replicas: 2"),
       web(managed(applied("argocd-controller", "\"f:spec\": {\"f:paused\": {}}")),
           "paused: true, replicas: 5"));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web local git:spec.paused git:spec.minReadySeconds "
        "drift:spec.replicas");
  CHECK(summarize(plan::make(desk.input)).drift == 1);
}

TEST_CASE("a finalizer that the applier gave and git dropped is a change of git",
          "[plan][ownership]") {
  const std::string fields =
      "\"f:metadata\": {\"f:finalizers\": {\"v:\\\"a/b\\\"\": {}}}, \"f:spec\": {\"f:paused\": {}}";
  Desk ours;
  look(ours, web("", "paused: true"),
       web(cat("finalizers: [a/b], ", managed(applied("argocd-controller", fields))),
           "paused: true"));
  CHECK(ours.show_verified() == "update Deployment.apps/x/web local git:metadata.finalizers");
  Desk controllers;
  look(controllers, web("", "paused: true"),
       web(cat("finalizers: [a/b], ",
               managed(applied("argocd-controller", "\"f:spec\": {\"f:paused\": {}}"))),
           "paused: true"));
  CHECK(controllers.show_verified().empty());
}

TEST_CASE("what the applier marks objects with is no difference, and no reason to ask",
          "[plan][ownership]") {
  Desk desk;
  look(desk, web("", "paused: true"), tracked("argocd-controller"));
  desk.connect();
  const plan::Plan plan = plan::make(desk.input);
  CHECK(Desk::show(plan).empty());
  CHECK(plan.environments[0].proven == 1);
  CHECK(desk.asked.empty());

  const std::string labels =
      "labels: {kustomize.toolkit.fluxcd.io/name: a, kustomize.toolkit.fluxcd.io/namespace: b}";
  Desk flux;
  flux.unit("u", "-", web("", "paused: true"));
  flux.live(web(
      cat(labels, ", ",
          managed(applied("kustomize-controller",
                          "\"f:metadata\": {\"f:labels\": {\"f:kustomize.toolkit.fluxcd.io/name\": "
                          "{}, \"f:kustomize.toolkit.fluxcd.io/namespace\": {}}}, \"f:spec\": "
                          "{\"f:paused\": {}}"))),
      "paused: true"));
  flux.environment().applier = {"kustomize-controller", true};
  CHECK(flux.show().empty());
}

TEST_CASE("a label that names the unit's Application is Argo CD's mark, another one is not",
          "[plan][ownership]") {
  for (const auto& [application, expected] :
       {std::pair<std::string, std::string>{"shop", ""},
        {"", "update Deployment.apps/x/web none git:metadata.labels"}}) {
    Desk desk;
    look(desk, web("", "paused: true"),
         web(cat("labels: {app.kubernetes.io/instance: shop}, ",
                 managed(applied("argocd-controller",
                                 "\"f:metadata\": {\"f:labels\": {\"f:app.kubernetes.io/instance\""
                                 ": {}}}, \"f:spec\": {\"f:paused\": {}}"))),
             "paused: true"));
    desk.environment().units[0].application = application;
    CHECK(desk.show().starts_with(expected));
    CHECK(desk.show().empty() == expected.empty());
  }
}

TEST_CASE("an object of another Application is a takeover, also when nothing differs",
          "[plan][ownership]") {
  Desk other;
  look(other, web("", "paused: true"), tracked("argocd-controller"));
  other.environment().units[0].application = "office";
  CHECK(other.show() == "none Deployment.apps/x/web none !takeover");
  CHECK(diff_status(plan::make(other.input)) == 0);
  Desk kubectl;
  kubectl.unit("u", "-", web("", "paused: true"));
  kubectl.live(tracked("argocd-controller"));
  kubectl.environment().applier = {"kubectl", true};
  CHECK(kubectl.show() == "none Deployment.apps/x/web none !takeover");
}

TEST_CASE("an object that is being deleted is said to be going", "[plan][ownership]") {
  Desk desk;
  look(desk, web("", "paused: true"),
       web("deletionTimestamp: '2026-11-21T09:00:00Z', finalizers: [a/b]", "paused: true"));
  const plan::Plan plan = plan::make(desk.input);
  CHECK(Desk::show(plan) == "none Deployment.apps/x/web none !going");
  CHECK(plan.environments[0].steps[0].reasons[0].text ==
        "live is being deleted since 2026-11-21T09:00:00Z, and waits for a/b");
}

TEST_CASE("a number of pods that git leaves to its autoscaler is not told", "[plan][ownership]") {
  const std::string scaled =
      "{manager: kube-controller-manager, operation: Update, apiVersion: apps/v1, subresource: "
      "scale, fieldsV1: {\"f:spec\": {\"f:replicas\": {}}}}";
  Desk desk;
  desk.unit("u", web("", "paused: true, replicas: 2"), web("", "paused: true"));
  desk.live(web(
      managed(cat(applied("argocd-controller", "\"f:spec\": {\"f:paused\": {}}"), ", ", scaled)),
      "paused: true, replicas: 7"));
  desk.environment().applier = {"argocd-controller", true};
  CHECK(desk.show().empty());
}

TEST_CASE("what git dropped and live may hide is unknown, not gone", "[plan][ownership]") {
  Desk desk;
  desk.unit("u", web("", "paused: true"), "");
  desk.live("");
  desk.states.back().gaps.push_back({"apps", "Deployment", "", "forbidden"});
  CHECK(desk.show() == "unknown Deployment.apps/x/web none !not-listed !removed");
  CHECK(exit_status(plan::make(desk.input), false) == 2);
}

TEST_CASE("what others add in live is not part of what was approved", "[plan][ownership]") {
  const auto digest = [](const std::string& metadata, const std::string& paused) {
    Desk desk;
    look(desk, web("", cat("paused: ", paused)), web(metadata, "paused: true"));
    return plan::make(desk.input).digest;
  };
  CHECK(digest("", "false") == digest("labels: {by: hand}", "false"));
  CHECK(digest("", "true") == digest("labels: {by: hand}", "true"));
  CHECK(digest("", "false") != digest("", "true"));
}

TEST_CASE("an object that names no namespace is the one of the account's own",
          "[plan][ownership]") {
  const auto config = [](std::string_view place) {
    return cat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c", place,
               "}\ndata: {a: b}\n");
  };
  Desk desk;
  look(desk, config(""), config(", namespace: home"));
  desk.states.back().own_namespace = "home";
  CHECK(desk.show() == "");
  Desk elsewhere;
  look(elsewhere, config(""), config(", namespace: home"));
  CHECK(elsewhere.show() == "create ConfigMap/c change");
}

TEST_CASE("what the last apply left behind is drift of nobody else", "[plan][ownership]") {
  Desk desk;
  const std::string now = web("", "paused: false");
  desk.unit("u", now, now);
  desk.live(
      web(managed(applied("argocd-controller", "\"f:spec\": {\"f:paused\": {}}")), "paused: true"));
  desk.environment().applier = {"argocd-controller", true};
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web local drift:spec.paused(argocd-controller)");
  CHECK(summarize(plan::make(desk.input)).drift == 0);
}

TEST_CASE("an applier that works server-side where the project says client-side is a warning",
          "[plan][ownership]") {
  Desk desk;
  desk.unit("u", "-", web("", "paused: true"));
  desk.live(
      web(managed(applied("argocd-controller", "\"f:spec\": {\"f:paused\": {}}")), "paused: true"));
  CHECK(plan::make(desk.input).diagnostics.at(0).code == "plan/other-method");
  desk.environment().applier = {"argocd-controller", true};
  CHECK(plan::make(desk.input).diagnostics.empty());
}
