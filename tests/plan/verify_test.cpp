// How a plan knows what becomes of an object, one case each.

#include <catch2/catch.hpp>

#include "plan/desk.h"

using namespace plumb;
using plumb::test::Desk;

namespace {

// A Deployment in namespace x. `owned`: of spec by argocd-controller, as an apply left it; `more`:
// further entries of managedFields.
std::string web(const std::string& spec, const std::string& owned = {},
                const std::string& more = {}) {
  const std::string managed =
      owned.empty() && more.empty()
          ? ""
          : cat(", resourceVersion: '7', uid: u1, managedFields: [",
                owned.empty()
                    ? ""
                    : cat("{manager: argocd-controller, operation: Apply, apiVersion: apps/v1, "
                          "time: '2026-11-20T10:00:00Z', fieldsV1: {\"f:spec\": {",
                          owned, "}}}"),
                owned.empty() || more.empty() ? "" : ", ", more, "]");
  return cat("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x",
             managed, "}\nspec: {", spec, "}\n");
}

std::string entry(std::string_view manager, std::string_view fields, std::string_view extra = {}) {
  return cat("{manager: ", manager,
             ", operation: Update, apiVersion: apps/v1, time: "
             "'2026-11-21T09:00:00Z', fieldsV1: {\"f:spec\": {",
             fields, "}}", extra, "}");
}

constexpr std::string_view kPaused = "\"f:paused\": {}";

const std::string kId = "Deployment/x/web";

}  // namespace

TEST_CASE("what live proves is not asked about", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("paused: true"));
  desk.live(web("paused: true, replicas: 1", std::string(kPaused)));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  const plan::Plan plan = plan::make(desk.input);
  CHECK(plan.environments[0].steps.empty());
  CHECK(plan.environments[0].proven == 1);
  CHECK(desk.asked.empty());
  desk.environment().verify = plan::Verify::kServer;
  desk.becomes(kId, web("paused: true, replicas: 1", std::string(kPaused)));
  CHECK(plan::make(desk.input).environments[0].asked == 1);
  CHECK(desk.asked.size() == 1);
}

TEST_CASE("a change is what the server answers, with the cause that git gave it",
          "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("replicas: 2"), web("replicas: 3"));
  desk.live(web("replicas: 2", "\"f:replicas\": {}"));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web("replicas: 3, minReadySeconds: 5", "\"f:replicas\": {}"));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web server git:spec.replicas server:spec.minReadySeconds");
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked[0].manager == "argocd-controller");
  CHECK(desk.asked[0].method == state::Method::kApply);
}

TEST_CASE("a default that is written out changes the owner only", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("paused: true, replicas: 1"));
  desk.live(web("paused: true, replicas: 1", std::string(kPaused)));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web("paused: true, replicas: 1", cat(kPaused, ", \"f:replicas\": {}")));
  const plan::Plan plan = plan::make(desk.input);
  CHECK(plan.environments[0].steps.empty());
  CHECK(plan.environments[0].owner_only == std::vector<std::string>{"Deployment.apps/x/web"});
  CHECK(plan::is_empty(plan));
}

TEST_CASE("a null is what the server makes of it", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: null"));
  desk.live(web("replicas: 2", "\"f:replicas\": {}"));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web("replicas: 1", "\"f:replicas\": {}"));
  CHECK(desk.show_verified() == "update Deployment.apps/x/web server git:spec.replicas");
}

TEST_CASE("another order of a keyed list is a step", "[plan][verify]") {
  const auto with = [](const std::string& a, const std::string& b) {
    return cat("template: {spec: {containers: [{name: ", a, "}, {name: ", b, "}]}}");
  };
  Desk desk;
  desk.unit("u", "-", web(with("b", "a")));
  desk.live(web(with("a", "b"), "\"f:template\": {}"));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web(with("b", "a"), "\"f:template\": {}"));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web server git:spec.template.spec.containers");
}

TEST_CASE("drift names its manager", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("replicas: 2"), web("replicas: 2"));
  desk.live(web("replicas: 5", "", entry("kubectl-edit", "\"f:replicas\": {}")));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web local drift:spec.replicas(kubectl-edit)");
}

TEST_CASE("a forced apply says from whom it takes", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("replicas: 2"), web("replicas: 3"));
  desk.live(web("replicas: 2", "", entry("kubectl-edit", "\"f:replicas\": {}")));
  desk.environment().applier = {"argocd-controller", true};
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web local !conflict git:spec.replicas(kubectl-edit)");
}

TEST_CASE("an apply that is not forced is refused where others own a field", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("replicas: 2"), web("replicas: 3"));
  desk.live(web("replicas: 2", "", entry("hand", "\"f:replicas\": {}")));
  desk.environment().applier = {"kubectl", true, false};
  CHECK(plan::exit_status(plan::make(desk.input), false) == 3);
  std::vector<bool> forced;
  desk.server.ask = [&](std::span<const plan::Question> questions) {
    forced.push_back(questions[0].force);
    return std::vector<plan::Answer>{questions[0].force ? desk.answers["forced"]
                                                        : desk.answers["plain"]};
  };
  desk.environment().server = &desk.server;
  desk.answer("plain", 409,
              R"({"kind":"Status","details":{"causes":[{"reason":)"
              R"("FieldManagerConflict","field":".spec.replicas","message":"m"}]}})");
  desk.becomes("forced", web("replicas: 3", "", entry("hand", "\"f:replicas\": {}")));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web server !conflict git:spec.replicas(hand)");
  CHECK(forced == std::vector<bool>{false, true});
  CHECK(plan::exit_status(plan::make(desk.input), false) == 3);
  desk.input.allow.push_back({"conflict", "Deployment/web", "we force it", {}});
  CHECK(plan::exit_status(plan::make(desk.input), false) == 0);
}

TEST_CASE("what goes with a manager that is taken over is asked about, too", "[plan][verify]") {
  const std::string note =
      R"({manager: who, operation: Update, apiVersion: apps/v1, fieldsV1: {"f:metadata": )"
      R"({"f:annotations": {"f:kubectl.kubernetes.io/last-applied-configuration": {}}}, )"
      R"("f:spec": {"f:replicas": {}, "f:paused": {}}}})";
  Desk desk;
  desk.unit("u", web("replicas: 2, paused: true"), web("paused: true"));
  desk.live(web("replicas: 2, paused: true", "", note));
  for (const std::string_view applier : {"kubectl", "argocd-controller"}) {
    desk.environment().applier = {std::string(applier), true};
    CHECK(desk.show_verified() == "update Deployment.apps/x/web local git:spec.replicas(who)");
  }
  desk.environment().applier = {"other", true};
  CHECK(contains(desk.show_verified(), "residue:spec.replicas(who)"));
  desk.environment().applier = {"kustomize-controller", true};
  CHECK(contains(desk.show_verified(), "residue:spec.replicas(who)"));
  desk.environment().applier = {"kubectl", true};
  desk.connect();
  const std::string own =
      R"({manager: kubectl, operation: Apply, apiVersion: apps/v1, fieldsV1: {"f:spec": )"
      R"({"f:paused": {}}}})";
  desk.becomes(kId, web("replicas: 2, paused: true", "", cat(note, ", ", own)));
  desk.show_verified();
  REQUIRE(desk.asked.size() == 2);
  CHECK(desk.asked[0].method == state::Method::kApply);
  CHECK(desk.asked[1].method == state::Method::kJsonMerge);
  CHECK(yaml::emit_json(*yaml::find(*desk.asked[1].body, "spec")) == R"({"replicas":null})");
}

TEST_CASE("admission that came after the last apply makes a proof void", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("paused: true"));
  desk.live(web("paused: true", std::string(kPaused)));  // applied at 10:00
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web("paused: true", std::string(kPaused)));
  std::optional<std::string> since;
  desk.server.mutated_since = [&](const kube::ResourceId&) { return since; };
  const auto asked = [&] { return plan::make(desk.input).environments[0].asked; };
  since = "2026-11-20T10:00:01Z";
  CHECK(asked() == 1);
  since = "2026-11-20T09:59:59Z";
  CHECK(asked() == 0);
  since = "";
  CHECK(asked() == 0);
  since.reset();
  const plan::Plan plan = plan::make(desk.input);
  CHECK(plan.environments[0].asked == 0);
  REQUIRE(plan.diagnostics.size() == 1);
  CHECK(plan.diagnostics[0].code == "plan/unseen-admission");
  desk.environment().verify = plan::Verify::kLocal;
  CHECK(plan::make(desk.input).diagnostics.empty());
}

TEST_CASE("what git dropped and somebody else owns is residue", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("paused: true, replicas: 2"), web("paused: true"));
  desk.live(web("paused: true, replicas: 2", std::string(kPaused),
                entry("kubectl-edit", "\"f:replicas\": {}")));
  desk.environment().applier = {"argocd-controller", true};
  CHECK(desk.show_verified() ==
        "none Deployment.apps/x/web proof !residue residue:spec.replicas(kubectl-edit)");
}

TEST_CASE("what git dropped and only the applier owns is removed", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("paused: true, replicas: 2"), web("paused: true"));
  desk.live(web("paused: true, replicas: 2", cat(kPaused, ", \"f:replicas\": {}")));
  desk.environment().applier = {"argocd-controller", true};
  CHECK(desk.show_verified() == "update Deployment.apps/x/web local git:spec.replicas");
}

TEST_CASE("a client-side applier leaves what he did not note", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("paused: true, replicas: 2"), web("paused: true"));
  desk.live(web("paused: true, replicas: 2", "", entry("kubectl-create", "\"f:replicas\": {}")));
  CHECK(desk.show_verified() ==
        "none Deployment.apps/x/web local !residue residue:spec.replicas(kubectl-create)");
}

TEST_CASE("a client-side applier asks with the patch that he would send", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 3"));
  desk.live(web("replicas: 2, paused: true", "", entry("someone", "\"f:paused\": {}")));
  desk.connect();
  desk.becomes(kId, web("replicas: 3, paused: true", "", entry("someone", "\"f:paused\": {}")));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web server drift:spec.replicas live:spec.paused(someone)");
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked[0].method == state::Method::kStrategicMerge);
  CHECK(yaml::text_at(*desk.asked[0].body, {"spec", "replicas"}) == "3");
  CHECK(yaml::find_path(*desk.asked[0].body, {"spec", "paused"}) == nullptr);
}

TEST_CASE("an element without the key of its list is refused before anybody is asked",
          "[plan][verify]") {
  const auto pods = [](std::string_view env) {
    return web(cat("template: {spec: {containers: [{name: main, env: [", env, "]}]}}"));
  };
  Desk desk;
  desk.unit("u", "-", pods("{value: a}"));
  desk.live(pods("{name: A, value: a}"));
  desk.connect();
  CHECK(desk.show_verified() ==
        "none Deployment.apps/x/web local !no-patch "
        "drift:spec.template.spec.containers[name=main].env[0].name");
  CHECK(desk.asked.empty());
}

TEST_CASE("a client-side applier makes a new object, and patches a custom one as JSON",
          "[plan][verify]") {
  const std::string toy = "---\napiVersion: t.test/v1\nkind: Toy\nmetadata: {name: t}\nspec: ";
  Desk desk;
  desk.unit("u", "-", cat(web("replicas: 3"), toy, "{size: 2}\n"));
  desk.live(cat(toy, "{size: 1}\n"));
  desk.connect();
  plan::make(desk.input);
  REQUIRE(desk.asked.size() == 2);
  CHECK(desk.asked[0].method == state::Method::kCreate);
  CHECK(desk.asked[1].method == state::Method::kJsonMerge);
  CHECK(yaml::emit_json(*yaml::find(*desk.asked[1].body, "spec")) == "{\"size\":2}");
}

TEST_CASE("an object in a namespace that is not there yet is asked about elsewhere",
          "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-",
            cat("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n", web("replicas: 1")));
  desk.live("");
  desk.connect();
  CHECK(desk.show_verified() == "create Namespace/x server\ncreate Deployment.apps/x/web stand-in");
  REQUIRE(desk.asked.size() == 2);
  CHECK(desk.asked[1].id.namespace_name == "default");
  CHECK(desk.asked[1].id.name.starts_with("plumb-"));
}

TEST_CASE("a namespace that nobody makes is a refusal", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 1"));
  desk.live("");
  desk.connect();
  desk.answer(kId, 404, R"({"kind":"Status","message":"namespaces \"x\" not found",
                           "details":{"name":"x","kind":"namespaces"}})");
  CHECK(desk.show_verified() == "none Deployment.apps/x/web server !no-namespace");
  CHECK(plan::exit_status(plan::make(desk.input), false) == 3);
}

TEST_CASE("an object of a kind that is not there yet is judged here", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-",
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
            "metadata: {name: as.t.test}\nspec: {group: t.test, names: {kind: A}}\n"
            "---\napiVersion: t.test/v1\nkind: A\nmetadata: {name: a}\n");
  desk.live("");
  desk.connect();
  desk.server.serves = [](const kube::ResourceId& id) { return id.group != "t.test"; };
  CHECK(desk.show_verified() ==
        "create CustomResourceDefinition.apiextensions.k8s.io/as.t.test server\n"
        "create A.t.test/a local");
}

TEST_CASE("a kind that the server does not have is a refusal", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", "---\napiVersion: t.test/v1\nkind: A\nmetadata: {name: a}\n");
  desk.live("");
  desk.connect();
  desk.server.serves = [](const kube::ResourceId&) { return false; };
  CHECK(desk.show_verified() == "none A.t.test/a local !unknown-kind");
  CHECK(desk.asked.empty());
}

TEST_CASE("an account that may only read gets the same plan, worked out here", "[plan][verify]") {
  Desk desk;
  desk.unit("u", web("replicas: 2"), web("replicas: 3"));
  desk.live(web("replicas: 2", "\"f:replicas\": {}"));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.server.may_write = [](const kube::ResourceId&) { return false; };
  CHECK(desk.show_verified() == "update Deployment.apps/x/web local git:spec.replicas");
  CHECK(desk.asked.empty());
}

TEST_CASE("no answer is never no change", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("paused: true, replicas: 1"));
  desk.live(web("paused: true, replicas: 1", std::string(kPaused)));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.answer(kId, 500, R"({"message":"Internal error occurred: failed calling webhook"})");
  CHECK(desk.show_verified() == "unknown Deployment.apps/x/web none !unverified");
  const plan::Plan plan = plan::make(desk.input);
  CHECK(plan::exit_status(plan, false) == 2);
  CHECK(plan::diff_status(plan) == 2);
}

TEST_CASE("a difference of which the server could not say more is shown, and not clear",
          "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 2"));
  desk.live(web("replicas: 1", std::string(kPaused)));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.answer(kId, 503, R"({"message":"no healthy upstream"})");
  const plan::Plan plan = plan::make(desk.input);
  CHECK(plan.environments[0].steps.at(0).verb == plan::Verb::kUpdate);
  CHECK(plan.environments[0].steps.at(0).verified == plan::Verified::kNone);
  CHECK(plan::exit_status(plan, false) == 2);
  CHECK(plan::diff_status(plan) == 2);
}

TEST_CASE("an object that moved while it was looked at is not known", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("paused: true, replicas: 1"));
  desk.live(web("paused: true, replicas: 1", std::string(kPaused)));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.becomes(kId, web("paused: true, replicas: 1"));
  CHECK(desk.show_verified() == "unknown Deployment.apps/x/web none !moved");
}

TEST_CASE("what the server refuses is blocked in its words", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 1"));
  desk.live("");
  desk.connect();
  desk.answer(kId, 403, R"({"message":"deployments is forbidden: exceeded quota: q, requested: 1",
                           "reason":"Forbidden"})");
  CHECK(desk.show_verified() == "none Deployment.apps/x/web server !server-quota");
}

TEST_CASE("a change that the server takes is not immutable, one that it refuses is",
          "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("selector: {matchLabels: {a: b}}"));
  desk.live(web("selector: {matchLabels: {a: c}}", "\"f:selector\": {}"));
  desk.environment().applier = {"argocd-controller", true};
  desk.connect();
  desk.answer(kId, 422, R"({"message":"invalid","details":{"causes":[{"field":"spec.selector",
      "message":"Invalid value: {}: field is immutable"}]}})");
  CHECK(desk.show().starts_with("replace Deployment.apps/x/web replacement !replace-immutable"));
  desk.becomes(kId, web("selector: {matchLabels: {a: b}}", "\"f:selector\": {}"));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web server git:spec.selector.matchLabels.a");
}

TEST_CASE("what the server would refuse is known without asking", "[plan][verify]") {
  const auto step = [](const std::string& head, const std::string& live) {
    Desk desk;
    desk.unit("u", "-", head);
    desk.live(live);
    const plan::Plan plan = plan::make(desk.input);
    REQUIRE(plan.environments[0].steps.size() == 1);
    return std::string(plan::verb_name(plan.environments[0].steps[0].verb));
  };
  const auto claim = [](const std::string& size, const std::string& phase) {
    return cat(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a, namespace: x}\n"
        "spec: {resources: {requests: {storage: ",
        size, "}}}\nstatus: {phase: ", phase, "}\n");
  };
  CHECK(step(claim("1Gi", "Bound"), claim("2Gi", "Bound")) == "none");
  CHECK(step(claim("3Gi", "Bound"), claim("2Gi", "Bound")) == "update");
  CHECK(step(claim("3Gi", "Pending"), claim("2Gi", "Pending")) == "none");
  const auto job = [](const std::string& spec) {
    return cat("---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: a, namespace: x}\nspec: {",
               spec, "}\n");
  };
  CHECK(step(job("completions: 2"), job("completions: 1")) == "replace");
  CHECK(step(job("completions: 2, completionMode: Indexed"),
             job("completions: 1, completionMode: Indexed")) == "update");
  const auto nightly = [](const std::string& image) {
    return cat(
        "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a, namespace: x}\nspec: "
        "{jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: ",
        image, "}]}}}}}\n");
  };
  CHECK(step(nightly("b"), nightly("a")) == "update");
  const auto pod = [](const std::string& container) {
    return cat(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n"
        "spec: {containers: [{name: c, ",
        container, "}]}\n");
  };
  CHECK(step(pod("image: b"), pod("image: a")) == "update");
  CHECK(step(pod("image: a, command: [x]"), pod("image: a")) == "replace");
  const auto volume = [](const std::string& spec) {
    return cat("---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {", spec,
               "}\n");
  };
  CHECK(step(volume("hostPath: {path: /b}"), volume("hostPath: {path: /a}")) == "none");
  CHECK(step(volume("capacity: {storage: 2Gi}"), volume("capacity: {storage: 1Gi}")) == "update");
}

TEST_CASE("an object of another tool is a takeover", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 1"));
  desk.live(
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x, "
      "annotations: {meta.helm.sh/release-name: shop}}\nspec: {replicas: 1}\n");
  CHECK(desk.show() ==
        "none Deployment.apps/x/web none !takeover !only-live "
        "drift:metadata.annotations.\"meta.helm.sh/release-name\"");
}

TEST_CASE("the number of an autoscaler is a warning", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 2"));
  desk.live(web("replicas: 5", "", entry("hpa", "\"f:replicas\": {}", ", subresource: scale")));
  CHECK(desk.show_verified() ==
        "update Deployment.apps/x/web local !autoscaled drift:spec.replicas(hpa)");
}

TEST_CASE("a number that was set by hand is no autoscaler's", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 2"));
  desk.live(web("replicas: 5", "", entry("kubectl", "\"f:replicas\": {}", ", subresource: scale")));
  CHECK(desk.show_verified() == "update Deployment.apps/x/web local drift:spec.replicas(kubectl)");
}

TEST_CASE("a version that the server lost is blocked with its replacement", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-",
            "---\napiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a, namespace: x}\n");
  desk.live("");
  desk.connect();
  desk.server.serves = [](const kube::ResourceId& id) { return id.version == "v1"; };
  CHECK(desk.show() == "none CronJob.batch/x/a blocked !removed-version");
}

TEST_CASE("versions that Kubernetes gives up are warned of, with and without a cluster",
          "[plan][verify]") {
  const auto object = [](std::string_view version, std::string_view kind) {
    return cat("---\napiVersion: ", version, "\nkind: ", kind, "\nmetadata: {name: ", lower(kind),
               ", namespace: x}\n");
  };
  const std::string endpoints = object("v1", "Endpoints");
  Desk desk;
  desk.unit("u", endpoints + object("batch/v1beta1", "CronJob") + object("batch/v1", "Job"),
            endpoints + object("batch/v1beta1", "CronJob"));
  const auto warnings = [](const Desk& one) {
    std::vector<std::string> all;
    for (const Diagnostic& warning : plan::make(one.input).diagnostics)
      all.push_back(cat(warning.code, ": ", warning.text));
    return all;
  };
  const std::vector<std::string> offline = warnings(desk);
  CHECK(offline ==
        std::vector<std::string>{
            "plan/deprecated-version: 'v1 Endpoints' is deprecated since release 1.33",
            "plan/removed-version: 'batch/v1beta1 CronJob' is not served since release 1.25"});
  // What the server says of the same is not said again.
  Desk asked;
  asked.unit("u", "-", endpoints);
  asked.live("");
  asked.connect();
  asked.becomes("Endpoints/x/endpoints", endpoints);
  asked.answers["Endpoints/x/endpoints"].warnings = {
      "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice", "another"};
  CHECK(warnings(asked) ==
        std::vector<std::string>{
            "plan/server-warning: the server warns of 'Endpoints/x/endpoints': another",
            "plan/deprecated-version: 'v1 Endpoints' is deprecated since release 1.33"});
}

TEST_CASE("custom kinds are known from what the server publishes", "[plan][verify]") {
  const std::string document = R"({"components":{"schemas":{"test.t.v1.A":{
    "x-kubernetes-group-version-kind":[{"group":"t.test","kind":"A","version":"v1"}],
    "properties":{"spec":{"properties":{"ports":{"x-kubernetes-list-type":"map",
      "x-kubernetes-list-map-keys":["port"],"items":{"properties":{"port":{"type":"integer"}}}}}}}}}}})";
  Desk desk;
  desk.environment().published.push_back(
      yaml::read_json(yaml::make_string(desk.memory, document)->text, {}, desk.memory));
  desk.environment().applier = {"argocd-controller", true};
  desk.unit("u", "-",
            "---\napiVersion: t.test/v1\nkind: A\nmetadata: {name: a}\n"
            "spec: {ports: [{port: 1}]}\n");
  desk.live(
      "---\napiVersion: t.test/v1\nkind: A\nmetadata: {name: a, managedFields: [{manager: "
      "argocd-controller, operation: Apply, apiVersion: t.test/v1, fieldsV1: {\"f:spec\": "
      "{\"f:ports\": {'k:{\"port\":1}': {\".\": {}, \"f:port\": {}}}}}}]}\n"
      "spec: {ports: [{port: 1}]}\n");
  CHECK(plan::make(desk.input).environments[0].proven == 1);
}

TEST_CASE("an object that live may hide is not made, and not asked about", "[plan][verify]") {
  Desk desk;
  desk.unit("u", "-", web("replicas: 1"));
  desk.live("");
  desk.states.back().gaps.push_back({"apps", "Deployment", "", "forbidden"});
  desk.connect();
  CHECK(desk.show_verified() == "unknown Deployment.apps/x/web none !not-listed");
  CHECK(desk.asked.empty());
}

TEST_CASE("a saved plan tells objects that moved from those that are others now",
          "[plan][verify]") {
  const auto document = [](const plan::Plan& plan) {
    std::string objects;
    for (const auto& [id, imprint] : plan.environments[0].imprints) {
      objects += cat(objects.empty() ? "" : ",", "{\"id\":\"", id, "\",\"uid\":\"", imprint.uid,
                     "\",\"resource_version\":\"", imprint.resource_version, "\",\"owned\":\"",
                     imprint.owned, "\"}");
    }
    return cat(R"({"format_version":"plumb.plan/v1alpha1","digest":")", plan.digest,
               R"(","environments":[{"name":"prod","cluster":")", plan.environments[0].cluster,
               R"(","steps":[],"objects":[)", objects, "]}]}");
  };
  const auto live = [](const std::string& uid, const std::string& version,
                       const std::string& rest) {
    return cat(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: x, "
        "uid: ",
        uid, ", resourceVersion: '", version, "'}\n", rest);
  };
  const auto plan_of = [&](Desk& desk, const std::string& text, const std::string& cluster = "c1") {
    desk.unit("u", "-", web("replicas: 1"));
    desk.live(text);
    desk.states.back().cluster = cluster;
    return plan::make(desk.input);
  };
  Desk first;
  const std::string saved = document(plan_of(first, live("u1", "7", "spec: {replicas: 1}\n")));
  const auto check = [&](const std::string& text, const std::string& cluster = "c1") {
    Desk desk;
    return plan::check(saved, {}, plan_of(desk, text, cluster));
  };
  const plan::Freshness same = check(live("u1", "7", "spec: {replicas: 1}\n"));
  CHECK(same.fresh);
  CHECK(same.moved.empty());
  const plan::Freshness moved =
      check(live("u1", "8", "spec: {replicas: 1}\nstatus: {readyReplicas: 1}\n"));
  CHECK(moved.fresh);
  CHECK(moved.moved == std::vector<std::string>{"prod: Deployment.apps/x/web"});
  CHECK(check(live("u1", "8", "spec: {replicas: 2}\n")).stale.size() == 1);
  CHECK_FALSE(check(live("u2", "9", "spec: {replicas: 1}\n")).fresh);
  CHECK(check(live("u1", "7", "spec: {replicas: 1}\n"), "c2").other_cluster);
}
