// What kustomize makes of input that is unusual: proven against runs of the real program.

#include <catch2/catch.hpp>

#include "base/text.h"
#include "kustomize/kustomize.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

using Texts = std::map<std::string, std::string>;

// What is printed, or the error's code.
std::string built(const Texts& texts) {
  SourceStore sources;
  const files::MemoryTree tree(texts);
  const Context context{.sources = sources};
  try {
    return print(build(tree, {}, {}, context), &sources);
  } catch (const Error& error) {
    return std::string(error.diagnostic().code);
  }
}

const std::string kHead = "kind: X\napiVersion: v1\nmetadata: {name: a}\n";
std::string object(const std::string& text) {
  return built({{"kustomization.yaml", "resources: [r.yaml]\n"}, {"r.yaml", text}});
}
std::string patched(const std::string& patch) {
  return built({{"kustomization.yaml", "resources: [r.yaml]\npatches: [{path: p.yaml}]\n"},
                {"r.yaml", kHead},
                {"p.yaml", kHead + patch}});
}
std::string configured(const std::string& config, const std::string& text) {
  return built({{"kustomization.yaml", "resources: [r.yaml]\ntransformers: [t.yaml]\n"},
                {"r.yaml", text},
                {"t.yaml", "apiVersion: builtin\nmetadata: {name: t}\n" + config}});
}
std::string generated(const std::string& config) {
  return built({{"kustomization.yaml", "generators: [g.yaml]\n"},
                {"g.yaml",
                 "apiVersion: builtin\nkind: IAMPolicyGenerator\nmetadata: {name: g}\n" + config}});
}

}  // namespace

TEST_CASE("a value with a tag of somebody else is its text", "[kustomize][oddities]") {
  CHECK(contains(object(kHead + "a: !!g 123\nb: !g\nc: ! 1\n"), "a: \"123\"\n"));
  CHECK(contains(object(kHead + "a: !!g 123\nb: !g\nc: ! 1\n"), "b: \"\"\nc: 1\n"));
}

TEST_CASE("an object's own keys are texts", "[kustomize][oddities]") {
  CHECK(contains(object(kHead + "5.0: x\n"), "\"5.0\": x\n"));
  CHECK(contains(object(kHead + "true: x\n"), "\"true\": x\n"));
}

TEST_CASE("null as a key is there twice, or empty, or not at all", "[kustomize][oddities]") {
  CHECK(object(kHead + "~: x\n") == "kustomize/duplicate-key");
  CHECK(object(kHead + "z:\n- null: x\n") == "kustomize/duplicate-key");
  CHECK(contains(object(kHead + "? \n: x\n"), "\"\": x\n"));
  CHECK(!contains(patched("~: x\n"), "x"));
  CHECK(patched("? \n: x\n") == "kube/merge-kind");
}

TEST_CASE("annotations that are there twice become one map", "[kustomize][oddities]") {
  CHECK(contains(object("kind: X\napiVersion: v1\nmetadata:\n  name: a\n  annotations: {a: b, z: "
                        "z}\n  annotations: {a: d, y: 5}\n"),
                 "    a: b\n    \"y\": \"5\"\n    z: z\n"));
  CHECK(contains(
      object("kind: X\napiVersion: v1\nmetadata:\n  name: a\n  annotations:\n  annotations: {c: "
             "d}\n"),
      "    c: d\n"));
}

TEST_CASE("a separator needs a line break of its own", "[kustomize][oddities]") {
  const std::string more = "...\nkind: Y\napiVersion: v1\nmetadata: {name: b}\n";
  CHECK(object(kHead + "---\n---\n" + more) == object(kHead));
  CHECK(object(kHead + "---\n" + more).starts_with("yaml/"));
}

TEST_CASE("a tab behind a document in brackets is no token", "[kustomize][oddities]") {
  CHECK(object("{kind: X, apiVersion: v1, metadata: {name: a}}\n\t\n").starts_with("yaml/"));
}

TEST_CASE("nothing is converted in what is inlined in a configuration", "[kustomize][oddities]") {
  const std::string replacement =
      "kind: ReplacementTransformer\nreplacements:\n- source: {kind: X, options: {delimiter: 1}}\n"
      "  targets: []\n";
  CHECK(configured(replacement, kHead) == "kustomize/field-type");
  CHECK(contains(configured("kind: AnnotationsTransformer\nannotations: {a: 1}\nfieldSpecs: "
                            "[{path: metadata/annotations, create: true}]\n",
                            kHead),
                 "a: \"1\"\n"));
}

TEST_CASE("labels are set one by one", "[kustomize][oddities]") {
  const std::string out = configured(
      "kind: LabelTransformer\nlabels: {a: b, c: d}\nfieldSpecs:\n- path: spec/s\n- path: "
      "spec/s/t\n  create: true\n",
      kHead);
  CHECK(contains(out, "  s:\n    c: d\n    t:\n      a: b\n      c: d\n"));
}

TEST_CASE("a part of a path is counted from behind the slash", "[kustomize][oddities]") {
  const auto added = [](const std::string& text) {
    return configured(
        "kind: ValueAddTransformer\nvalue: new\ntargets: [{fieldPath: s, filePathPosition: 2}]\n",
        kHead + text);
  };
  CHECK(contains(added("s: a/b\n"), "s: a/new/b\n"));
  CHECK(contains(added("s: /a/b\n"), "s: /a/new/b\n"));
  CHECK(contains(added("s: a//b/../c\n"), "s: a/new/c\n"));
  CHECK(contains(added(""), "s: new\n"));
}

TEST_CASE("an IAM policy is read from the text that it makes", "[kustomize][oddities]") {
  const std::string account = "serviceAccount: {name: n, projectId: p}\n";
  CHECK(contains(generated("cloud: gke\nkubernetesService: {name: 'a #b'}\n" + account),
                 "  name: a\n"));
  CHECK(generated("cloud: gke\nkubernetesService: {name: k}\n").starts_with("yaml/"));
  CHECK(generated("cloud: gke\nkubernetesService: {name: 5}\n" + account) ==
        "kustomize/field-type");
}

TEST_CASE("a replacement takes the first of repeated keys in a text", "[kustomize][oddities]") {
  const auto replaced = [](const std::string& text) {
    return built({{"kustomization.yaml",
                   "resources: [r.yaml]\nreplacements:\n- source: {kind: X, fieldPath: "
                   "metadata.name}\n  targets: [{select: {kind: X}, fieldPaths: [s.u.v]}]\n"},
                  {"r.yaml", kHead + text}});
  };
  CHECK(contains(replaced("s: |\n  u:\n    v: 1\n    v: 2\n"), "    v: !!int a\n    v: 2\n"));
  CHECK(replaced("s: |\n  u:\n  u:\n    v: 2\n") == "kustomize/replacement");
}

TEST_CASE("a var's value is what Go's functions take from its text", "[kustomize][oddities]") {
  const auto with = [](const std::string& value) {
    return built({{"kustomization.yaml",
                   "resources: [r.yaml]\nconfigurations: [c.yaml]\nvars: [{name: V, objref: {kind: "
                   "X, name: a, apiVersion: v1}, fieldref: {fieldPath: s}}]\n"},
                  {"c.yaml", "varReference: [{path: t, kind: X}]\n"},
                  {"r.yaml", kHead + "s: " + value + "\nt: $(V)\n"}});
  };
  CHECK(with("0o17") == "kustomize/variable-value");
  CHECK(with("1_000") == "kustomize/variable-value");
  CHECK(with(".inf") == "kustomize/variable-value");
  CHECK(contains(with("017"), "t: 17\n"));
  CHECK(contains(with("True"), "t: true\n"));
  CHECK(contains(with("~"), "t: \"~\"\n"));
  CHECK(contains(with("2001-01-01"), "t: \"2001-01-01\"\n"));
}

TEST_CASE("a date that something else was written over cannot be printed",
          "[kustomize][oddities]") {
  CHECK(built({{"kustomization.yaml",
                "resources: [r.yaml]\nreplacements:\n- source: {kind: X, fieldPath: "
                "metadata.name}\n  targets: [{select: {kind: X}, fieldPaths: [s]}]\n"},
               {"r.yaml", kHead + "s: 2001-01-01\n"}}) == "kustomize/value-type");
}

TEST_CASE("a patch that holds nothing is passed over where there are others",
          "[kustomize][oddities]") {
  const auto with = [](const std::string& patches) {
    return built(
        {{"kustomization.yaml", "resources: [r.yaml]\npatchesStrategicMerge: [" + patches + "]\n"},
         {"r.yaml", kHead},
         {"p.yaml", kHead + "s: 2\n"}});
  };
  CHECK(contains(with("'', p.yaml"), "s: 2\n"));
  CHECK(contains(with("p.yaml, '#a'"), "s: 2\n"));
  CHECK(with("''").starts_with("kustomize/"));
}

TEST_CASE("a namespace that is null is none", "[kustomize][oddities]") {
  CHECK(built({{"kustomization.yaml", "resources: [r.yaml]\npatches: [{path: p.yaml}]\n"},
               {"r.yaml", "kind: X\napiVersion: v1\nmetadata: {name: a, namespace: null}\n"},
               {"p.yaml", kHead + "s: 2\n"}}) ==
        "apiVersion: v1\nkind: X\nmetadata:\n  name: a\ns: 2\n");
}

TEST_CASE("only what may refer to others is looked at for that", "[kustomize][oddities]") {
  const std::string binding =
      "kind: RoleBinding\nmetadata: {name: a}\nsubjects: [{kind: ServiceAccount, name: s, "
      "namespace: null}]\n";
  CHECK(contains(object(binding), "namespace: null\n"));
  CHECK(object("apiVersion: rbac.authorization.k8s.io/v1\n" + binding) ==
        "kustomize/subject-namespace");
}

TEST_CASE("the metadata of a list may be null", "[kustomize][oddities]") {
  CHECK(contains(object("kind: XList\napiVersion: v1\nmetadata: null\n"), "metadata: null\n"));
}
