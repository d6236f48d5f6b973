#include "schema/catalogue.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "schema/shipped.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::schema;

namespace {

// Reads documents as a render would leave them, and validates them.
class Bench {
 public:
  Bench& object(const std::string& text) {
    const SourceId id = sources.add("a.yaml", text);
    for (const yaml::Document& document :
         yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena).documents)
      set.resources.push_back({kube::id_of(*document.root), document.root, {}});
    return *this;
  }

  // "2:3 schema/unknown-field unknown field 'x'", a line a finding.
  std::vector<std::string> findings() {
    report = {};
    validate(set, make_catalogue(library, set, release), report);
    std::vector<std::string> lines;
    for (const Diagnostic& each : report.findings) {
      const Place place = each.span.source == 0 ? Place{} : sources.locate(each.span);
      lines.push_back(cat(place.line, ':', place.column, ' ', each.code, ' ', each.text));
    }
    return lines;
  }

  SourceStore sources;
  Library library;
  kube::ResourceSet set;
  Report report;
  std::string release;
};

using Lines = std::vector<std::string>;

const std::string kDeployment = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
)";

}  // namespace

TEST_CASE("an object that fits its built-in type has no findings", "[schema][catalogue]") {
  Bench bench;
  CHECK(bench.object(kDeployment).findings() == Lines{});
  CHECK(bench.report.validated == 1);
  CHECK(bench.report.invalid == 0);
}

TEST_CASE("an unknown field is found with the nearest name", "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kDeployment, "spec:\n  selector", "spec:\n  replcas: 2\n  selector"));
  CHECK(bench.findings() == Lines{"5:3 schema/unknown-field unknown field 'replcas'"});
  const Diagnostic& finding = bench.report.findings[0];
  REQUIRE(finding.notes.size() == 2);
  CHECK(finding.notes[0].text == "did you mean 'replicas'?");
  CHECK(finding.notes[1].text == "at spec.replcas of Deployment/web");
  CHECK(finding.arguments == Lines{"Deployment/web", "spec.replcas", "replcas"});
  CHECK(bench.report.invalid == 1);
}

TEST_CASE("a field one level too high is told where it belongs", "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kDeployment, "kind: Deployment", "kind: Deployment\nreplicas: 2"));
  CHECK(bench.findings() == Lines{"3:1 schema/unknown-field unknown field 'replicas'"});
  CHECK(bench.report.findings[0].notes[0].text == "'spec' has a field 'replicas'");
}

TEST_CASE("a missing field is found at its parent", "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kDeployment, "  selector: {matchLabels: {app: web}}\n", ""));
  CHECK(bench.findings() == Lines{"4:1 schema/required expected a field 'selector' in 'spec'"});
}

TEST_CASE("a missing field is found where a layer removed it", "[schema][catalogue]") {
  Bench bench;
  bench.object(kDeployment);
  yaml::Node& spec = *yaml::find(*bench.set.resources[0].body, "spec");
  const SourceId patch = bench.sources.add("patch.yaml", "spec:\n  selector: null\n");
  const yaml::Node* const before = yaml::find(spec, "selector");
  bench.set.origins->bury(*bench.set.arena, spec, "selector", before, Span{patch, 8, 8}, 0);
  yaml::remove(spec, "selector");
  CHECK(bench.findings() == Lines{"2:3 schema/required expected a field 'selector' in 'spec'"});
  CHECK(bench.report.findings[0].span.source == patch);
}

TEST_CASE("values of the wrong type are found where they stand", "[schema][catalogue]") {
  Bench bench;
  bench.object(kDeployment + R"(        ports: [{containerPort: "x"}, {containerPort: 70000}]
        env: [{name: A, value: 1}, {name: B, valueFrom: []}]
        resources: {limits: {cpu: 1, memory: 1.5Gi, a: 5 Gi}}
        imagePullPolicy: Sometimes
        command: ls
)");
  CHECK(
      bench.findings() ==
      Lines{"12:33 schema/type expected an integer, got a string",
            "12:55 schema/range expected 1 to 65535",
            "13:32 schema/type expected a string, got an integer",
            "13:46 schema/type expected a mapping, got a list",
            "14:56 schema/format expected a quantity, such as 500m or 1.5Gi",
            "15:26 schema/enum expected one of 'Always', 'Never', 'IfNotPresent', got 'Sometimes'",
            "16:18 schema/type expected a list, got a string"});
}

TEST_CASE("when quotes are all that is wrong, a note says so", "[schema][catalogue]") {
  Bench bench;
  bench.object(kDeployment +
               "        ports: [{containerPort: \"80\"}]\n        env: [{name: A, value: 1}]\n");
  CHECK(bench.findings().size() == 2);
  CHECK(bench.report.findings[0].notes[0].text == "without quotes it is an integer");
  CHECK(bench.report.findings[1].notes[0].text == "in quotes it is a string");
}

TEST_CASE("names and labels have forms", "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kDeployment, "metadata: {name: web}",
                           "metadata: {name: Web_1, labels: {a/b/c: x, ok.org/d: 'x y'}}") +
               "        ports: [{containerPort: 1, name: a-very-long-name}]\n");
  CHECK(
      bench.findings() ==
      Lines{"3:34 schema/name expected a name of letters, digits, '-', '_' and '.', at most 63, "
            "perhaps behind 'example.org/', got 'a/b/c'",
            "3:54 schema/name expected a value of letters, digits, '-', '_' and '.', at most 63, "
            "got 'x y'",
            "12:42 schema/name expected a name of lower-case letters, digits and '-', at most 15, "
            "got 'a-very-long-name'",
            "3:18 schema/name expected a name of lower-case letters, digits, '-' and '.', at most "
            "253, got 'Web_1'"});
}

TEST_CASE("null stands for absence", "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kDeployment, "metadata: {name: web}",
                           "metadata: {name: web, creationTimestamp: null}\nstatus: null"));
  CHECK(bench.findings() == Lines{});
}

TEST_CASE("two items of one key are a warning", "[schema][catalogue]") {
  Bench bench;
  bench.object(kDeployment +
               "        ports: [{containerPort: 1}, {containerPort: 1, protocol: TCP}]\n");
  CHECK(bench.findings() == Lines{"12:38 schema/duplicate-item '1/TCP' is in this list twice"});
  CHECK(bench.report.findings[0].severity == Severity::kWarning);
  CHECK(bench.report.invalid == 0);
}

TEST_CASE("kinds that are not served any more name their successor", "[schema][catalogue]") {
  Bench bench;
  bench.object(
      "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: {name: a}\nspec: {schedule: '* * * * "
      "*', jobTemplate: {spec: {template: {}}}}\n");
  CHECK(bench.findings() ==
        Lines{"2:1 schema/gone-kind 'CronJob' of 'batch/v1beta1' is not served since 1.25"});
  CHECK(bench.report.findings[0].notes[0].text == "'batch/v1' has taken its place");
  bench.release = "1.22";
  CHECK(bench.findings() ==
        Lines{"2:1 schema/deprecated-kind 'CronJob' of 'batch/v1beta1' is deprecated since 1.21"});
  CHECK(bench.report.findings[0].severity == Severity::kWarning);
  CHECK(bench.report.findings[0].notes.at(1).text == "1.25 will not serve it any more");
  bench.release = "1.20";
  CHECK(bench.findings() == Lines{});
}

TEST_CASE("kinds of another release are found", "[schema][catalogue]") {
  Bench bench;
  bench.object(
      "apiVersion: networking.k8s.io/v1\nkind: IPAddress\nmetadata: {name: a}\nspec: {parentRef: "
      "{name: a, resource: b}}\n");
  CHECK(bench.findings() == Lines{});
  bench.release = "1.30";
  CHECK(
      bench.findings() ==
      Lines{"2:1 schema/gone-kind 'IPAddress' of 'networking.k8s.io/v1' is first served in 1.33"});
}

TEST_CASE("a kind that its group does not have is found", "[schema][catalogue]") {
  Bench bench;
  bench.object("apiVersion: v1\nkind: Deployment\nmetadata: {name: a}\n");
  CHECK(bench.findings() == Lines{"2:1 schema/unknown-kind 'v1' has no kind 'Deployment'"});
  CHECK(bench.report.findings[0].notes[0].text == "'apps/v1' has it");
}

TEST_CASE("a version of a built-in group that is not known is a warning", "[schema][catalogue]") {
  Bench bench;
  bench.object("apiVersion: apps/v3\nkind: Deployment\nmetadata: {name: a}\n");
  CHECK(bench.findings() == Lines{"2:1 schema/unknown-kind 'apps/v3' has no kind 'Deployment'"});
  CHECK(bench.report.findings[0].severity == Severity::kWarning);
  CHECK(bench.report.no_schema == 1);
}

TEST_CASE("fields newer than the release are found", "[schema][catalogue]") {
  Bench bench;
  bench.object(kDeployment + "      hostnameOverride: a\n");
  CHECK(bench.findings() == Lines{});
  bench.release = "1.30";
  CHECK(bench.findings() ==
        Lines{"12:7 schema/gone-field this release has no field 'hostnameOverride'"});
}

TEST_CASE("an object without a schema is counted", "[schema][catalogue]") {
  Bench bench;
  bench.object("apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\n");
  CHECK(bench.findings() == Lines{});
  CHECK(bench.report.no_schema == 1);
  CHECK(bench.report.kinds_without_schema.at("example.org/v1 Thing") == 1);
}

namespace {

const std::string kCrd = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size]
            x-kubernetes-validations: [{rule: "self.size > 0"}]
            properties:
              size: {type: integer, minimum: 1}
              port: {x-kubernetes-int-or-string: true}
              note: {type: string, nullable: true}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              pod: {type: object, x-kubernetes-embedded-resource: true}
              items:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, required: [name], properties: {name: {type: string}}}
)";

std::string thing(const std::string& spec) {
  return "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: a}\nspec: " + spec + "\n";
}

}  // namespace

TEST_CASE("a definition in the set validates its objects", "[schema][catalogue]") {
  Bench bench;
  bench.object(kCrd);
  SECTION("what fits") {
    bench.object(thing("{size: 1, port: http, note: null, free: {a: 1}, items: [{name: a}]}"));
    CHECK(bench.findings() == Lines{});
    CHECK(bench.report.validated == 2);
    CHECK(bench.report.unevaluated_rules == 1);
  }
  SECTION("fields that are not named") {
    bench.object(thing("{size: 1, sise: 2, items: [{name: a, nam: b}]}"));
    CHECK(bench.findings() == Lines{"4:17 schema/unknown-field unknown field 'sise'",
                                    "4:44 schema/unknown-field unknown field 'nam'"});
  }
  SECTION("values out of bounds, and keys twice") {
    bench.object(thing("{size: 0, port: 1.5, items: [{name: a}, {name: a}]}"));
    CHECK(bench.findings() ==
          Lines{"4:14 schema/range expected a number of at least 1",
                "4:23 schema/type expected a string or an integer, got a number",
                "4:48 schema/duplicate-item 'a' is in this list twice"});
  }
  SECTION("null is absence unless it may be null") {
    bench.object(thing("{size: null, port: null}"));
    CHECK(bench.findings() == Lines{"4:1 schema/required expected a field 'size' in 'spec'"});
  }
  SECTION("an embedded object and metadata are objects") {
    bench.object(replace_all(thing("{size: 1, pod: {kind: Pod, metadata: {nam: x}}}"), "{name: a}",
                             "{name: a, lables: {}}"));
    CHECK(bench.findings() == Lines{"4:17 schema/required expected a field 'apiVersion' in 'pod'",
                                    "4:45 schema/unknown-field unknown field 'nam'",
                                    "3:21 schema/unknown-field unknown field 'lables'"});
  }
  SECTION("another version") {
    bench.object(replace_all(thing("{}"), "example.org/v1", "example.org/v2"));
    CHECK(bench.findings() ==
          Lines{"2:1 schema/unknown-version the definition of 'Thing' has no version 'v2'"});
  }
}

TEST_CASE("a schema that plumb does not understand is unusable, said once and counted",
          "[schema][catalogue]") {
  Bench bench;
  bench.object(replace_all(kCrd, "minimum: 1", "pattern: '(?=a)'"));
  bench.object(thing("{size: 1}")).object(thing("{size: 1}"));
  REQUIRE(bench.findings().size() == 1);
  CHECK(bench.findings()[0].starts_with("22:46 schema/unusable this schema cannot be used: "));
  CHECK(bench.report.unusable == 2);
  CHECK(bench.report.findings[0].severity == Severity::kWarning);
}

TEST_CASE("plumb's own schemas can all be used", "[schema][catalogue]") {
  Arena arena;
  for (const EmbeddedText& shipped : shipped_texts()) {
    const yaml::Node& document =
        *yaml::read_text(shipped.text, {}, yaml::kKubernetesProfile, arena).documents[0].root;
    for (const yaml::Entry& entry : yaml::find(document, "definitions")->entries) {
      INFO(shipped.path << ' ' << entry.key->text);
      CompileOptions options;
      options.dialect = Dialect::kStructural;
      options.document = &document;
      CHECK_NOTHROW(compile(*entry.value, options));
    }
  }
}

TEST_CASE("the domain's kinds have schemas", "[schema][catalogue]") {
  Bench bench;
  bench.object(R"(apiVersion: kfp.jackhoman.com/v1alpha1
kind: RecurringRun
metadata: {name: nightly}
spec: {schedule: {cron: 0 0 3 * * *}, versionref: v1}
)");
  CHECK(bench.findings() == Lines{"4:39 schema/unknown-field unknown field 'versionref'",
                                  "4:1 schema/required expected a field 'versionRef' in 'spec'"});
  CHECK(bench.report.findings[0].notes[0].text == "did you mean 'versionRef'?");
}
