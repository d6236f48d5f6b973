#include "plan/plan.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "plan/desk.h"

using namespace plumb;
using namespace plumb::plan;
using plumb::test::Desk;

namespace {

std::string config(std::string_view name, std::string_view value = "1") {
  return cat("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ", name,
             ", namespace: x}\ndata: {v: '", value, "'}\n");
}

std::string version(std::string_view name, std::string_view image, std::string_view time = "1") {
  return cat(
      "---\napiVersion: kfp.jackhoman.com/v1alpha1\nkind: PipelineVersion\nmetadata: {name: ", name,
      ", namespace: x}\nspec: {pipeline: p, description: d, workflow: {apiVersion: "
      "argoproj.io/v1alpha1, kind: Workflow, metadata: {generateName: p-, annotations: "
      "{pipelines.kubeflow.org/pipeline_compilation_time: '",
      time, "'}}, spec: {templates: [{name: a, container: {image: '", image, "'}}]}}}\n");
}

const std::string kClaim =
    "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: x}\n"
    "spec: {resources: {requests: {storage: 10Gi}}}\n";

}  // namespace

TEST_CASE("steps follow from base, head and live", "[plan][steps]") {
  Desk desk;
  desk.unit("u", config("a") + config("b") + config("c") + config("d"),
            config("a") + config("b", "2") + config("new") + config("d"));
  desk.live(config("a") + config("b") + config("c") + config("d", "9") + config("foreign"));
  CHECK(desk.show() ==
        "update ConfigMap/x/b change git:data.v\n"
        "update ConfigMap/x/d change drift:data.v\n"
        "create ConfigMap/x/new change\n"
        "delete ConfigMap/x/c change !removed");
  const Plan plan = make(desk.input);
  CHECK(plan.environments[0].unchanged == 1);
  CHECK(plan.environments[0].others == 1);
  CHECK(summarize(plan).drift == 1);
  CHECK(exit_status(plan, true) == 1);
  CHECK(exit_status(plan, false) == 0);
}

TEST_CASE("without a live state base stands in, and nothing is verified", "[plan][steps]") {
  Desk desk;
  desk.unit("u", config("a"), config("a", "2"));
  const Plan plan = make(desk.input);
  CHECK(Desk::show(plan) == "update ConfigMap/x/a change git:data.v");
  CHECK(plan.environments[0].steps[0].verified == Verified::kNone);
}

TEST_CASE("the same sides make no step, and the same plan has the same digest", "[plan][digest]") {
  Desk desk;
  desk.unit("u", config("a"), "# moved\n" + config("a"));
  CHECK(make(desk.input).environments[0].steps.empty());
  CHECK(is_empty(make(desk.input)));

  Desk one, two, three;
  one.unit("u", config("a"), config("a", "2"));
  two.unit("u", config("a"), "# a comment moves every line\n" + config("a", "2"));
  three.unit("u", config("a"), config("a", "3"));
  CHECK(make(one.input).digest == make(two.input).digest);
  CHECK(make(one.input).digest != make(three.input).digest);
}

TEST_CASE("only what is ours is deleted", "[plan][ownership]") {
  Desk desk;
  desk.unit("u", "-", config("a"));
  const std::string marked =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: x, labels: {team: "
      "ml}}\n";
  const std::string tracked =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: t, namespace: x, annotations: "
      "{argocd.argoproj.io/tracking-id: 'app:/ConfigMap:x/t'}}\n";
  desk.live(config("a") + config("foreign") + marked + tracked);
  CHECK(desk.show() == "");
  CHECK(make(desk.input).environments[0].others == 3);
  desk.environment().owned.labels["team"] = "ml";
  CHECK(desk.show() == "delete ConfigMap/x/m change !removed");
  desk.environment().units[0].application = "app";
  CHECK(contains(desk.show(), "delete ConfigMap/x/t"));
  desk.environment().all_units = false;
  CHECK(desk.show() == "delete ConfigMap/x/t change !removed");
}

TEST_CASE("a live state that was rendered is git's own", "[plan][ownership]") {
  Desk desk;
  desk.unit("u", "-", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: '1'}\n");
  desk.live("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: '1', w: '1'}\n" +
            config("b") + config("c"));
  desk.states[0].rendered = true;
  desk.states[0].units = {"u", "u", "elsewhere"};
  desk.environment().all_units = false;
  CHECK(desk.show() ==
        "update ConfigMap/a change git:data.w\ndelete ConfigMap/x/b change !removed");
  CHECK(make(desk.input).environments[0].others == 1);
  desk.environment().all_units = true;
  CHECK(contains(desk.show(), "delete ConfigMap/x/c"));
}

TEST_CASE("hooks and autoscaled replicas are no drift", "[plan][steps]") {
  const std::string hook =
      "---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: m, annotations: "
      "{argocd.argoproj.io/hook: PreSync}}\nspec: {template: {spec: {containers: [{name: m}]}}}\n";
  const auto web = [](std::string_view replicas) {
    return cat("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {", replicas,
               "template: {spec: {containers: [{name: m}]}}}\n");
  };
  const std::string scaler =
      "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: w}\nspec: "
      "{maxReplicas: 9, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: w}}\n";
  Desk desk;
  desk.unit("u", "-", hook + web("") + scaler);
  desk.live(web("replicas: 5, ") + scaler);
  CHECK(desk.show() == "");
  Desk without;
  without.unit("u", "-", web(""));
  without.live(web("replicas: 5, "));
  CHECK(without.show() == "none Deployment.apps/w none !only-live drift:spec.replicas");
  CHECK(is_empty(make(without.input)));
}

TEST_CASE("a complete snapshot says that the rest is gone", "[plan][ownership]") {
  Desk desk;
  desk.unit("u", "-", config("a"));
  desk.live("apiVersion: plumb/v1\nkind: Snapshot\ncomplete: true\nscope: {kinds: [ConfigMap]}\n" +
            config("a") + config("b") + kClaim);
  CHECK(desk.show() == "delete ConfigMap/x/b change !removed");
  // A unit that could not be rendered may be the one that has it.
  desk.unit("chart", "-", "-");
  desk.environment().units[1].not_rendered = "a Helm chart";
  CHECK(desk.show() == "");
}

TEST_CASE("a version's content under its name is blocked, with a new name", "[plan][versions]") {
  Desk desk;
  desk.unit("u", version("p-1", "x:1"), version("p-1", "x:2"));
  const Plan plan = make(desk.input);
  CHECK(contains(Desk::show(plan),
                 "none PipelineVersion.kfp.jackhoman.com/x/p-1 blocked "
                 "!immutable-version"));
  CHECK(contains(plan.environments[0].steps[0].reasons[0].cure, "name it 'p-"));
  CHECK(exit_status(plan, false) == 3);
}

TEST_CASE("when a pipeline was compiled is no change", "[plan][versions]") {
  Desk desk;
  desk.unit("u", version("p-1", "x:1", "2026-01-01"), version("p-1", "x:1", "2026-02-02"));
  CHECK(desk.show() == "");
}

TEST_CASE("a version that a recurring run names stays", "[plan][versions]") {
  Desk desk;
  const std::string run =
      "---\napiVersion: kfp.jackhoman.com/v1alpha1\nkind: RecurringRun\nmetadata: {name: r, "
      "namespace: x}\nspec: {versionRef: p-1, schedule: {cron: '0 0 0 * * *'}}\n";
  desk.unit("u", version("p-1", "x:1") + run, run);
  CHECK(contains(desk.show(), "!version-in-use"));
}

TEST_CASE("a recurring run is replaced, a label on it is not", "[plan][versions]") {
  const auto run = [](std::string_view cron, std::string_view label) {
    return cat(
        "apiVersion: kfp.jackhoman.com/v1alpha1\nkind: RecurringRun\nmetadata: {name: r, "
        "labels: {a: '",
        label, "'}}\nspec: {versionRef: v, schedule: {cron: '", cron, "'}}\n");
  };
  Desk desk;
  desk.unit("u", run("1", "1"), run("2", "1"));
  CHECK(desk.show() ==
        "replace RecurringRun.kfp.jackhoman.com/r replacement !replace-run git:spec.schedule.cron");
  CHECK(exit_status(make(desk.input), false) == 0);
  Desk other;
  other.unit("u", run("1", "1"), run("1", "2"));
  CHECK(contains(other.show(), "update RecurringRun"));
}

TEST_CASE("fields that the server keeps block or replace", "[plan][immutable]") {
  const auto stateful = [](std::string_view size) {
    return cat(
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: "
        "s, selector: {matchLabels: {a: b}}, volumeClaimTemplates: [{metadata: {name: d}, "
        "spec: {resources: {requests: {storage: ",
        size, "}}}}]}\n");
  };
  Desk desk;
  desk.unit("u", stateful("1Gi"), stateful("2Gi"));
  CHECK(contains(desk.show(), "none StatefulSet.apps/db blocked !immutable-field"));
  const auto job = [](std::string_view image) {
    return cat(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: m}\nspec: {template: {spec: "
        "{containers: [{name: m, image: '",
        image, "'}]}}}\n");
  };
  Desk jobs;
  jobs.unit("u", job("m:1"), job("m:2"));
  CHECK(contains(jobs.show(), "replace Job.batch/m replacement !replace-immutable"));
  CHECK(exit_status(make(jobs.input), false) == 3);
  jobs.input.allow.push_back({"replace-immutable", "Job/m", "it may run again", {}});
  CHECK(exit_status(make(jobs.input), false) == 0);
  Desk frozen;
  const std::string head =
      "apiVersion: v1\nkind: ConfigMap\nimmutable: true\nmetadata: {name: c}\n";
  frozen.unit("u", head + "data: {a: '1'}\n", head + "data: {a: '2'}\n");
  CHECK(contains(frozen.show(), "replace ConfigMap/c replacement !replace-immutable"));
}

TEST_CASE("an address of a Service may not change, and may be left to the server",
          "[plan][immutable]") {
  const auto service = [](std::string_view address) {
    return cat("apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {", address,
               "selector: {a: b}}\n");
  };
  Desk other;
  other.unit("u", service("clusterIP: 10.0.0.1, "), service("clusterIP: 10.0.0.2, "));
  CHECK(contains(other.show(), "Service/s blocked !immutable-field"));
  Desk left;
  left.unit("u", service("clusterIP: 10.0.0.1, "), service(""));
  CHECK(contains(left.show(), "update Service/s change"));
}

TEST_CASE("deletions that lose data are refused unless allowed with a reason", "[plan][guards]") {
  Desk desk;
  desk.unit("u", kClaim + config("a"), config("a"));
  Plan plan = make(desk.input);
  const Step& step = plan.environments[0].steps[0];
  CHECK(step.risk == Risk::kDestructive);
  CHECK(contains(step.consequences[0], "10Gi"));
  CHECK(contains(step.reasons[1].cure, "--allow delete-claim=PersistentVolumeClaim/data"));
  CHECK(exit_status(plan, false) == 3);
  desk.environment().guards.allow.push_back(
      {"delete-claim", "PersistentVolumeClaim/data", "moved to S3", {}});
  plan = make(desk.input);
  CHECK(plan.environments[0].steps[0].reasons[1].allowed == "moved to S3");
  CHECK(exit_status(plan, false) == 0);
}

TEST_CASE("the versions that a pipeline's deletion loses are listed", "[plan][guards]") {
  Desk desk;
  const std::string pipeline =
      "---\napiVersion: kfp.jackhoman.com/v1alpha1\nkind: Pipeline\nmetadata: {name: p, namespace: "
      "x}\nspec: {description: d}\n";
  desk.unit("u",
            pipeline + version("p-1", "x") + version("p-2", "x") + config("a") + config("b") +
                config("c") + config("d") + config("e") + config("f"),
            config("a") + config("b") + config("c") + config("d") + config("e") + config("f"));
  const Plan plan = make(desk.input);
  // Versions go before their pipeline.
  CHECK(plan.environments[0].steps[2].resource.kind == "Pipeline");
  CHECK(plan.environments[0].steps[2].consequences ==
        std::vector<std::string>{"its versions are lost: p-1, p-2"});
}

TEST_CASE("many deletions and an empty target are refused with the number", "[plan][guards]") {
  Desk desk;
  std::string many;
  for (int i = 0; i < 9; ++i) many += config(cat("c", i));
  desk.unit("u", many, config("c0"));
  CHECK(desk.refusals() == std::vector<std::string>{"deletions"});
  CHECK(contains(make(desk.input).environments[0].refusals[0].reason.text, "8 of 9 objects"));
  desk.environment().guards.deletions = 8;
  CHECK(desk.refusals().empty());
  Desk empty;
  empty.unit("u", config("a"), "");
  CHECK(empty.refusals() == std::vector<std::string>{"empty-target"});
  CHECK(exit_status(make(empty.input), false) == 3);
}

TEST_CASE("what is needed comes first, and goes last", "[plan][order]") {
  const std::string all =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: x}\nspec: {template: "
      "{metadata: {labels: {app: w}}, spec: {serviceAccountName: s, containers: [{name: c, "
      "envFrom: "
      "[{configMapRef: {name: a}}]}]}}}\n"
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: w, namespace: x}\nspec: {selector: "
      "{app: w}}\n"
      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s, namespace: x}\n"
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n" +
      config("a");
  Desk desk;
  desk.unit("u", "-", all);
  desk.live("");
  CHECK(desk.show() ==
        "create Namespace/x change\ncreate ServiceAccount/x/s change\ncreate ConfigMap/x/a change\n"
        "create Service/x/w change\ncreate Deployment.apps/x/w change");
  CHECK(make(desk.input).environments[0].steps[4].after ==
        std::vector<std::string>{"ConfigMap/x/a", "Namespace/x", "Service/x/w",
                                 "ServiceAccount/x/s"});
  Desk gone;
  gone.unit("u", all, "-");
  const Plan plan = make(gone.input);
  CHECK(plan.environments[0].steps.front().id == "Deployment.apps/x/w");
  CHECK(plan.environments[0].steps.back().id == "Namespace/x");
}

TEST_CASE("a renamed object comes before the old one goes", "[plan][order]") {
  Desk desk;
  desk.unit("u", config("c-1"), config("c-2", "2"));
  const kube::ResourceId plain{"", "v1", "ConfigMap", "x", "c"};
  desk.sets[0].resources[0].former_ids.push_back(plain);
  desk.sets[1].resources[0].former_ids.push_back(plain);
  const Plan plan = make(desk.input);
  REQUIRE(plan.environments[0].steps.size() == 2);
  const Step& created = plan.environments[0].steps[0];
  CHECK(created.previous->name == "c-1");
  CHECK(plan.environments[0].steps[1].after == std::vector<std::string>{"ConfigMap/x/c-2"});
}

TEST_CASE("steps that wait for one another are an error that shows them", "[plan][order]") {
  const auto claim = [](std::string_view name, std::string_view of) {
    return cat("---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: ", name,
               ", namespace: x}\nspec: {dataSource: {kind: PersistentVolumeClaim, name: ", of,
               "}}\n");
  };
  Desk desk;
  desk.unit("u", "", claim("a", "b") + claim("b", "a"));
  try {
    make(desk.input);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.diagnostic().code == "plan/cycle");
    CHECK(contains(error.diagnostic().text, "'PersistentVolumeClaim/x/a' needs"));
  }
}

TEST_CASE("two units that render one object make the plan incomplete", "[plan][ownership]") {
  Desk desk;
  desk.unit("u", "-", config("a"));
  desk.unit("v", "-", config("a"));
  desk.live("");
  const Plan plan = make(desk.input);
  CHECK(plan.diagnostics.at(0).code == "plan/two-owners");
  CHECK(exit_status(plan, false) == 2);
}

TEST_CASE("a saved plan is fresh until something else is to do", "[plan][check]") {
  Desk desk;
  desk.unit("u", config("a") + config("b"), config("a", "2") + config("b", "2"));
  const Plan plan = make(desk.input);
  std::string saved =
      cat(R"({"format_version": "plumb.plan/v1alpha1", "digest": ")", plan.digest,
          R"(", "environments": [{"name": "prod", "steps": [{"id": "ConfigMap/x/a", "digest": ")",
          plan.environments[0].steps[0].digest, R"("}]}]})");
  CHECK(check(saved, {}, plan).fresh);
  Desk other;
  other.unit("u", config("a") + config("b"), config("a", "3") + config("b", "2"));
  const Freshness freshness = check(saved, {}, make(other.input));
  CHECK_FALSE(freshness.fresh);
  CHECK(freshness.changed == std::vector<std::string>{"prod: ConfigMap/x/a"});
  CHECK(freshness.added == std::vector<std::string>{"prod: ConfigMap/x/b"});
  CHECK_THROWS_AS(check("{}", {}, plan), Error);
}
