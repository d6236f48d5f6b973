// Fields that a kind does not have.

#include "diff/undeclared.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

std::string undeclared(const std::string& text, const diff::Catalogue* catalogue = nullptr) {
  static SourceStore sources;
  static Arena arena;
  const yaml::Node& object =
      *yaml::read(sources, sources.add("a.yaml", text), yaml::kKubernetesProfile, arena)
           .documents[0]
           .root;
  std::vector<std::string> paths;
  for (const yaml::Path& path : diff::undeclared_fields(object, catalogue)) {
    paths.push_back(yaml::print_path(path));
  }
  return join(paths, " ");
}

std::string definition(const std::string& schema) {
  return cat(
      "kind: CustomResourceDefinition\nspec: {group: a.test, names: {kind: Toy}, versions: [{name: "
      "v1, schema: {openAPIV3Schema: ",
      schema, "}}]}\n");
}

}  // namespace

TEST_CASE("a field that a built-in kind does not have is found wherever it is",
          "[diff][undeclared]") {
  CHECK(undeclared("apiVersion: apps/v1\nkind: Deployment\nmetadata: {nme: a, labels: {x: y}}\n"
                   "spec: {replcas: 1, template: {spec: {containers: [{name: a, imge: b, env: "
                   "[{name: A, value: b}], resources: {limits: {cpu: 1, x/y: 2}}}]}}}\n") ==
        "metadata.nme spec.replcas spec.template.spec.containers[0].imge");
  CHECK(undeclared("apiVersion: v1\nkind: ConfigMap\ndta: {}\ndata: {any: b}\nnothing: null\n") ==
        "dta");
  CHECK(undeclared("apiVersion: a.test/v1\nkind: Toy\nx: 1\n").empty());
}

TEST_CASE("a definition's schema is closed but where it says that it is not",
          "[diff][undeclared]") {
  SourceStore sources;
  Arena arena;
  const std::string text = definition(
      "{type: object, properties: {spec: {type: object, properties: {free: {type: object, "
      "x-kubernetes-preserve-unknown-fields: true}, map: {type: object, additionalProperties: "
      "{type: object, properties: {a: {type: string}}}}, list: {type: array, items: {type: object, "
      "properties: {b: {type: string}}}}, pod: {type: object, x-kubernetes-embedded-resource: "
      "true, "
      "x-kubernetes-preserve-unknown-fields: true}}}}}");
  diff::Catalogue catalogue;
  catalogue.add(*yaml::read(sources, sources.add("d.yaml", text), yaml::kKubernetesProfile, arena)
                     .documents[0]
                     .root);
  CHECK(undeclared(
            "apiVersion: a.test/v1\nkind: Toy\nmetadata: {name: a}\nextra: 1\nspec: {free: {x: "
            "1}, map: {any: {a: s, z: 1}}, list: [{b: s}, {c: s}], pod: {kind: Pod, y: 1}, "
            "more: 1}\n",
            &catalogue) == "extra spec.map.any.z spec.list[1].c spec.more");
}
