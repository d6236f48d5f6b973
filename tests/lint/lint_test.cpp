#include "lint/lint.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

using Lines = std::vector<std::string>;

class Bench {
 public:
  Bench& object(const std::string& text) { return into(rendered, "a.yaml", text); }
  Bench& is_live(const std::string& text) {
    knows_live = true;
    return into(live, "live.yaml", text);
  }
  // "2:3 lint/no-version there is no PipelineVersion 'v1'", a line a finding.
  Lines findings() {
    found.clear();
    lint::check(rendered, knows_live ? &live : nullptr, found);
    Lines lines;
    for (const Diagnostic& each : found) {
      const Place place = each.span.source == 0 ? Place{} : sources.locate(each.span);
      lines.push_back(cat(place.line, ':', place.column, ' ', each.code, ' ', each.text));
    }
    return lines;
  }
  std::string first_note() { return found.at(0).notes.at(0).text; }

  Diagnostics found;

 private:
  Bench& into(kube::ResourceSet& set, const std::string& name, const std::string& text) {
    const SourceId id = sources.add(name, text);
    for (const yaml::Document& document :
         yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena).documents)
      set.resources.push_back({kube::id_of(*document.root), document.root, {}});
    return *this;
  }
  SourceStore sources;
  kube::ResourceSet rendered, live;
  bool knows_live = false;
};

const std::string kPipeline = R"(apiVersion: kfp.jackhoman.com/v1alpha1
kind: Pipeline
metadata: {name: palindrome, namespace: ml}
spec: {description: words}
)";

// A version whose workflow needs `s` and has a default for `limit`.
const std::string kVersion = R"(apiVersion: kfp.jackhoman.com/v1alpha1
kind: PipelineVersion
metadata: {name: v1, namespace: ml}
spec:
  pipeline: palindrome
  workflow:
    apiVersion: argoproj.io/v1alpha1
    kind: Workflow
    metadata:
      generateName: p-
      annotations:
        pipelines.kubeflow.org/pipeline_spec: '{"inputs": [{"name": "s", "type": "String"}, {"name": "limit", "type": "Integer"}]}'
    spec:
      arguments: {parameters: [{name: s}, {name: limit, value: '3'}]}
)";

std::string run(const std::string& parameters, const std::string& cron = "0 0 3 * * *",
                const std::string& version = "v1") {
  return "apiVersion: kfp.jackhoman.com/v1alpha1\n"
         "kind: RecurringRun\n"
         "metadata: {name: racecar, namespace: ml}\n"
         "spec:\n"
         "  schedule: {cron: '" +
         cron + "'}\n  versionRef: " + version + "\n  parameters: " + parameters + "\n";
}

const std::string kGiven = "[{name: s, value: racecar}]";

}  // namespace

TEST_CASE("a pipeline, its version and its run have no findings", "[lint]") {
  Bench bench;
  CHECK(bench.object(kPipeline).object(kVersion).object(run(kGiven)).findings() == Lines{});
}

TEST_CASE("a run of a version that is not there is found", "[lint][references]") {
  Bench bench;
  bench.object(kPipeline).object(kVersion).object(run(kGiven, "0 0 3 * * *", "v2"));
  CHECK(bench.findings() == Lines{"6:15 lint/no-version there is no PipelineVersion 'v2'"});
}

TEST_CASE("what is live counts as there", "[lint][references]") {
  Bench bench;
  bench.object(run(kGiven)).is_live(kVersion);
  CHECK(bench.findings() == Lines{});
}

TEST_CASE("an object of another namespace is not there", "[lint][references]") {
  Bench bench;
  bench.object(replace_all(kPipeline, "namespace: ml", "namespace: other")).object(kVersion);
  CHECK(bench.findings() == Lines{"5:13 lint/no-pipeline there is no Pipeline 'palindrome'"});
  CHECK(bench.first_note() == "there is no Pipeline in namespace 'ml' at all");
}

TEST_CASE("a native version without its pipeline is found", "[lint][references]") {
  Bench bench;
  bench.object(R"(apiVersion: pipelines.kubeflow.org/v2beta1
kind: Pipeline
metadata: {name: churn, namespace: ml}
---
apiVersion: pipelines.kubeflow.org/v2beta1
kind: PipelineVersion
metadata: {name: churn-1, namespace: ml}
spec: {pipelineName: chrun, pipelineSpec: {}}
)");
  CHECK(bench.findings() == Lines{"8:22 lint/no-pipeline there is no Pipeline 'chrun'"});
  CHECK(bench.first_note() == "did you mean 'churn'?");
}

TEST_CASE("parameters of a run are those of its pipeline", "[lint][parameters]") {
  Bench bench;
  bench.object(kPipeline).object(kVersion);
  SECTION("unknown and missing") {
    bench.object(run("[{name: t, value: racecar}]"));
    CHECK(bench.findings() ==
          Lines{"7:23 lint/unknown-parameter the pipeline has no parameter 't'",
                "7:15 lint/missing-parameter the pipeline needs a parameter 's'"});
  }
  SECTION("of the wrong type") {
    bench.object(run("[{name: s, value: a}, {name: limit, value: many}]"));
    CHECK(bench.findings() ==
          Lines{"7:58 lint/parameter-type expected an integer for the parameter 'limit'"});
  }
  SECTION("filled in by the scheduler") {
    bench.object(run("[{name: s, value: a}, {name: limit, value: '[[Index]]'}]"));
    CHECK(bench.findings() == Lines{});
  }
}

TEST_CASE("parameters of the IR have types", "[lint][parameters]") {
  Bench bench;
  bench.object(kPipeline).object(R"(apiVersion: kfp.jackhoman.com/v1alpha1
kind: PipelineVersion
metadata: {name: v1, namespace: ml}
spec:
  pipeline: palindrome
  workflow:
    pipelineInfo: {name: palindrome}
    root:
      inputDefinitions:
        parameters:
          rows: {parameterType: NUMBER_INTEGER}
          names: {parameterType: LIST, isOptional: true}
          rate: {parameterType: NUMBER_DOUBLE, defaultValue: 0.5}
)");
  bench.object(
      run("[{name: rows, value: '10'}, {name: names, value: '{}'}, {name: rate, value: 1e-3}]"));
  CHECK(bench.findings() ==
        Lines{"7:64 lint/parameter-type expected a list in JSON for the parameter 'names'"});
}

TEST_CASE("five fields where the first means seconds are found", "[lint][schedules]") {
  Bench bench;
  bench.object(kPipeline).object(kVersion).object(run(kGiven, "*/5 * * * *"));
  CHECK(bench.findings() ==
        Lines{"5:20 lint/cron-seconds the first field means seconds here, so this runs at second "
              "'*/5' of minute '*'"});
  CHECK(bench.first_note() == "with seconds: '0 */5 * * * *'");
}

TEST_CASE("schedules are read in the dialect of their kind", "[lint][schedules]") {
  const auto cron_job = [](const std::string& schedule) {
    return "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: \"" +
           schedule + "\"}\n";
  };
  for (const char* const right : {"*/5 0-6 1,15 jan-MAR ?", "@daily", "@every 1h", "0 0 * * 6"}) {
    Bench bench;
    CHECK(bench.object(cron_job(right)).findings() == Lines{});
  }
  Bench six;
  CHECK(six.object(cron_job("0 0 3 * * *")).findings() ==
        Lines{"4:18 lint/cron-fields expected 5 fields, minutes first, got 6"});
  CHECK(six.first_note() == "without seconds: '0 3 * * *'");
  Bench bounds;
  CHECK(bounds.object(cron_job("60 24 0 * 7")).findings() ==
        Lines{"4:18 lint/bad-cron expected 0 to 59 for the minute, got '60'",
              "4:18 lint/bad-cron expected 0 to 23 for the hour, got '24'",
              "4:18 lint/bad-cron expected 1 to 31 for the day of month, got '0'",
              "4:18 lint/bad-cron expected 0 to 6 for the day of week, got '7'"});
  Bench word;
  CHECK(word.object(cron_job("@dayly")).findings().size() == 1);
}

TEST_CASE("a devpi index without +simple is found, wherever it stands", "[lint][indexes]") {
  const auto pod = [](const std::string& url) {
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n"
           "    args: [pip, install, --index-url, '" +
           url + "']\n";
  };
  for (const char* const right :
       {"https://pypi.org/simple", "http://host.docker.internal:3141/root/dev/+simple/",
        "https://nexus.example.org/repository/pypi/simple/"}) {
    Bench bench;
    CHECK(bench.object(pod(right)).findings() == Lines{});
  }
  Bench bench;
  CHECK(bench.object(pod("http://host.docker.internal:3141/root/dev/simple/")).findings() ==
        Lines{"7:39 lint/index-without-simple devpi has no index at "
              "'http://host.docker.internal:3141/root/dev/simple/'"});
  CHECK(bench.first_note() == "pip reads 'http://host.docker.internal:3141/root/dev/+simple/'");
}

TEST_CASE("an address where pip wants a host is found", "[lint][indexes]") {
  Bench bench;
  bench.object(R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: list
    args: [pip, install, --trusted-host, 'http://u:p@host:3141/root/dev/+simple/']
  - name: text
    args: [sh, -c, "pip install --trusted-host http://host:3141/a --trusted-host other:3141"]
  - name: right
    args: [pip, install, --trusted-host, 'host:3141']
)");
  CHECK(bench.findings() ==
        Lines{"7:42 lint/trusted-host expected a host behind --trusted-host, got an address",
              "9:20 lint/trusted-host expected a host behind --trusted-host, got an address"});
  CHECK(bench.first_note() == "pip wants 'host:3141'");
}

TEST_CASE("an index on the pod itself is found", "[lint][indexes]") {
  Bench bench;
  bench.object(R"(apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: list
    args: [pip, install, --index-url, 'http://localhost:3141/root/dev/+simple/']
  - name: text
    args: [sh, -c, "pip install --index-url http://127.0.0.1:3141/root/dev/+simple/"]
  - name: variable
    env: [{name: PIP_INDEX_URL, value: 'http://[::1]/simple'}, {name: URL, value: 'http://localhost'}]
)");
  CHECK(bench.findings() ==
        Lines{"7:39 lint/local-index 'localhost' is the pod itself, not the host of the index",
              "9:20 lint/local-index '127.0.0.1' is the pod itself, not the host of the index",
              "11:40 lint/local-index '[::1]' is the pod itself, not the host of the index"});
}

TEST_CASE("what stands behind a component's bootstrap is its author's", "[lint][indexes]") {
  const std::string call = "pip install --index-url http://localhost:3141/root/dev/+simple/ x";
  const auto count = [](const std::string& bootstrap, const std::string& source) {
    Bench bench;
    bench.object(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: main\n    "
        "command: [sh, -c, '" +
        bootstrap + " && \"$0\" \"$@\"', sh, -ec, writer, '" + source + "']\n");
    return bench.findings().size();
  };
  CHECK(count(call, "print(1)") == 1);
  CHECK(count("true", "# " + call) == 0);
}

TEST_CASE("images that may change under their name are found", "[lint][containers]") {
  const auto findings = [](const std::string& image) {
    Bench bench;
    return bench
        .object(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, "
            "image: '" +
            image + "'}]}\n")
        .findings();
  };
  for (const char* const right :
       {"nginx:1.27", "host:5000/nginx:1.27", "nginx@sha256:0123", "a:{{tag}}"})
    CHECK(findings(right) == Lines{});
  CHECK(findings("host:5000/nginx") ==
        Lines{"4:38 lint/floating-image the image 'host:5000/nginx' has no tag"});
  CHECK(findings("nginx:latest") ==
        Lines{"4:38 lint/floating-image the tag 'latest' may mean another image tomorrow"});
  CHECK(findings("a:1.2-dirty").size() == 1);
}

TEST_CASE("devpi needs memory", "[lint][containers]") {
  const auto findings = [](const std::string& resources) {
    Bench bench;
    return bench
        .object(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
            "  - {name: a, image: 'r/devpi:6', resources: " +
            resources + "}\n")
        .findings();
  };
  CHECK(findings("{limits: {memory: 2Gi}}") == Lines{});
  CHECK(findings("{limits: {memory: 512Mi}}") ==
        Lines{"6:64 lint/devpi-memory devpi was killed with limits like '512Mi'"});
  CHECK(findings("{}") ==
        Lines{"6:22 lint/devpi-memory devpi without a limit of memory takes what its node has"});
}

namespace {

std::string service(const std::string& name, const std::string& more = "") {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         ", namespace: ml}\nspec: {ports: [{port: 3141}]" + more + "}\n";
}

std::string reader(const std::string& image, const std::string& env, const std::string& more = "") {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ml}\nspec:\n  containers:\n"
         "  - {name: a, image: '" +
         image + "', env: [" + env + "], resources: {limits: {memory: 2Gi}}}\n" + more;
}

}  // namespace

TEST_CASE("variables that Services make are known", "[lint][containers]") {
  SECTION("one that a container sets too") {
    Bench bench;
    bench.object(service("devpi")).object(reader("a:1", "{name: DEVPI_PORT, value: '3141'}"));
    CHECK(
        bench.findings() ==
        Lines{"6:42 lint/service-variable 'DEVPI_PORT' is also what the Service 'devpi' puts into "
              "this pod"});
    CHECK(bench.found[0].severity == Severity::kInfo);
  }
  SECTION("one that a program reads") {
    Bench bench;
    bench.object(service("devpiserver")).object(reader("devpi:1", ""));
    CHECK(bench.findings() ==
          Lines{"6:22 lint/read-variable this program reads 'DEVPISERVER_PORT', which the Service "
                "'devpiserver' sets to an address"});
  }
  SECTION("not for headless Services, nor without links") {
    Bench headless;
    headless.object(service("devpi", ", clusterIP: None"))
        .object(reader("a:1", "{name: DEVPI_PORT, value: '3141'}"));
    CHECK(headless.findings() == Lines{});
    Bench unlinked;
    unlinked.object(service("devpi"))
        .object(
            reader("a:1", "{name: DEVPI_PORT, value: '3141'}", "  enableServiceLinks: false\n"));
    CHECK(unlinked.findings() == Lines{});
  }
}

TEST_CASE("values of secrets are found and not shown", "[lint][secrets]") {
  Bench bench;
  bench.object(
      "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: hunter2\n"
      "  b: op://vault/item/field\n");
  CHECK(bench.findings() ==
        Lines{"6:6 lint/unfilled-secret a reference to a vault is left where its value should be",
              "5:3 lint/literal-secret this Secret is rendered with its values"});
}

TEST_CASE("a rolling update over a volume of one node is found", "[lint][storage]") {
  const std::string claim =
      "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\n"
      "spec: {accessModes: [ReadWriteOnce]}\n";
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  strategy: {type: "
      "TYPE}\n"
      "  template: {spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}}\n";
  Bench rolling;
  rolling.object(claim).object(replace_all(deployment, "TYPE", "RollingUpdate"));
  CHECK(rolling.findings().size() == 1);
  Bench recreate;
  recreate.object(claim).object(replace_all(deployment, "TYPE", "Recreate"));
  CHECK(recreate.findings() == Lines{});
}

TEST_CASE("an object that is rendered twice is found", "[lint][duplicates]") {
  Bench bench;
  bench.object(kPipeline).object(kPipeline);
  CHECK(bench.findings() ==
        Lines{"2:7 lint/duplicate-object 'Pipeline/ml/palindrome' is rendered twice"});
}

TEST_CASE("a variable that is set twice is found", "[lint][containers]") {
  Bench bench;
  bench.object(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n"
      "    env: [{name: A, value: '1'}, {name: B}, {name: A}]\n");
  CHECK(bench.findings() == Lines{"7:52 lint/duplicate-variable the variable 'A' is set twice"});
}

TEST_CASE("parts that a compiled pipeline does not have are found", "[lint][tasks]") {
  Bench bench;
  bench.object(R"(apiVersion: pipelines.kubeflow.org/v2beta1
kind: Pipeline
metadata: {name: churn}
---
apiVersion: pipelines.kubeflow.org/v2beta1
kind: PipelineVersion
metadata: {name: v1}
spec:
  pipelineName: churn
  pipelineSpec:
    pipelineInfo: {name: churn}
    components:
      comp-train: {executorLabel: exec-trian}
    deploymentSpec:
      executors: {exec-train: {container: {image: a}}}
    root:
      inputDefinitions: {parameters: {rows: {parameterType: STRING}}}
      dag:
        tasks:
          train:
            componentRef: {name: comp-train}
            dependentTasks: [load]
            inputs: {parameters: {n: {componentInputParameter: row}}}
)");
  CHECK(bench.findings() ==
        Lines{"13:35 lint/dangling-task the pipeline has no executor 'exec-trian'",
              "22:30 lint/dangling-task the pipeline has no task 'load'",
              "23:64 lint/dangling-task the pipeline has no input parameter 'row'"});
}

TEST_CASE("each rule has a code and a meaning", "[lint]") {
  CHECK(lint::rules().size() == 21);
  for (const lint::RuleRow& row : lint::rules()) CHECK(row.code.starts_with("lint/"));
}
