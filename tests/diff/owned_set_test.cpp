#include "diff/owned_set.h"

#include <map>

#include <catch2/catch.hpp>

#include "diff/recorded.h"
#include "yaml/emit.h"
#include "yaml/json.h"

using namespace plumb;

TEST_CASE("the owned set of every recorded object is the one the server wrote down",
          "[diff][owned_set]") {
  SourceStore sources;
  const kube::ResourceSet desired = test::recorded(sources, "desired.yaml");
  if (desired.resources.empty()) return;  // the recordings are not part of the repository
  const kube::ResourceSet live = test::recorded(sources, "live-ssa.yaml");
  REQUIRE(live.resources.size() == desired.resources.size());
  diff::Catalogue catalogue;
  catalogue.add(live);
  std::size_t equal = 0;
  for (std::size_t at = 0; at < desired.resources.size(); ++at) {
    const kube::Resource& wanted = desired.resources[at];
    CAPTURE(kube::describe(wanted.id));
    REQUIRE(kube::describe(wanted.id) == kube::describe(live.resources[at].id));
    Arena arena;
    const yaml::Node* const computed = diff::owned_set(*wanted.body, &catalogue, arena);
    const yaml::Node* const entry = diff::applied_entry(*live.resources[at].body, "plumb");
    if (entry == nullptr) {
      CHECK(computed->entries.empty());
    } else {
      const yaml::Node* const recorded = yaml::find(*entry, "fieldsV1");
      CAPTURE(yaml::emit_json(*computed), yaml::emit_json(*recorded));
      CHECK(diff::same_fields(*computed, *recorded));
    }
    ++equal;
  }
  CHECK(equal == 53);
}

namespace {

std::string owned(const std::string& text) {
  SourceStore sources;
  const kube::ResourceSet set = test::objects_of(sources, "object.yaml", text);
  Arena arena;
  return yaml::emit_json(*diff::owned_set(*set.resources.at(0).body, nullptr, arena),
                         {true, false, 0});
}

}  // namespace

TEST_CASE("a missing list key takes its default", "[diff][owned_set]") {
  CHECK(
      owned("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}") ==
      R"({"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}}}})");
}

TEST_CASE("an empty keyed list is owned by nobody, an empty atomic one by its path",
          "[diff][owned_set]") {
  CHECK(owned("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: []}}") == "{}");
  CHECK(owned("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {externalIPs: []}}") ==
        R"({"f:spec":{"f:externalIPs":{}}})");
}

TEST_CASE("what no schema declares owns its path and what is inside", "[diff][owned_set]") {
  CHECK(
      owned("{apiVersion: x.test/v1, kind: X, metadata: {name: a}, spec: {a: {b: [1]}, c: {}}}") ==
      R"({"f:spec":{".":{},"f:a":{".":{},"f:b":{}},"f:c":{}}})");
}

TEST_CASE("names and the status of built-in kinds are owned by nobody", "[diff][owned_set]") {
  CHECK(owned("{apiVersion: v1, kind: Namespace, metadata: {name: a}, status: {phase: Active}}") ==
        "{}");
}

TEST_CASE("keys of elements are the same in whatever order and spelling", "[diff][owned_set]") {
  Arena arena;
  const auto json = [&](std::string_view text) { return yaml::read_json(text, {}, arena); };
  CHECK(diff::same_fields(*json(R"({"k:{\"name\":\"a\\u003cb\"}":{},"f:x":{}})"),
                          *json(R"({"f:x":{},"k:{\"name\":\"a<b\"}":{}})")));
  CHECK_FALSE(diff::same_fields(*json(R"({"f:x":{}})"), *json(R"({"f:x":{".":{}}})")));
}

TEST_CASE("fields of one set go, but for those that another set has", "[diff][owned_set]") {
  Arena arena;
  const auto json = [&](std::string_view text) { return yaml::read_json(text, {}, arena); };
  const auto rest = [&](std::string_view object, std::string_view fields, std::string_view kept) {
    const yaml::Node* const left =
        diff::without_fields(*json(object), *json(fields), *json(kept), arena);
    return left == nullptr ? "" : yaml::emit_json(*left);
  };
  CHECK(rest(R"({"a":1,"b":2})", R"({"f:a":{},"f:b":{}})", R"({"f:b":{}})") == R"({"b":2})");
  CHECK(rest(R"({"a":1})", R"({"f:a":{}})", R"({"f:a":{}})").empty());
  CHECK(rest(R"({"m":{"x":1,"y":2}})", R"({"f:m":{".":{},"f:x":{}}})", "{}") == "{}");
  CHECK(rest(R"({"m":{"x":1,"y":2}})", R"({"f:m":{".":{},"f:x":{}}})", R"({"f:m":{"f:y":{}}})") ==
        R"({"m":{"y":2}})");
  CHECK(rest(R"({"s":{"x":1}})", R"({"f:s":{"f:x":{}}})", "{}") == "{}");
  CHECK(rest(R"({"l":[{"name":"a"},{"name":"b"}]})",
             R"({"f:l":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}})",
             "{}") == R"({"l":[{"name":"b"}]})");
}

TEST_CASE("elements that are called alike keep their order", "[diff][owned_set]") {
  const std::string twice = owned(
      "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, name: x}, "
      "{port: 80, protocol: TCP, targetPort: 1}, {port: 80}]}}");
  Arena arena;
  const yaml::Node& set = *yaml::read_json(twice, {}, arena);
  CHECK(diff::same_fields(set, *yaml::read_json(twice, {}, arena)));
  CHECK(diff::same_fields(*diff::united(set, set, arena), set));
}

TEST_CASE("a long list is looked through once", "[diff][owned_set]") {
  constexpr int kElements = 20'000;
  Arena arena;
  yaml::Node* const list = yaml::make_sequence(arena);
  yaml::Node* const fields = yaml::make_mapping(arena);
  for (int i = 0; i < kElements; ++i) {
    yaml::Node* const item = yaml::make_mapping(arena);
    const std::string name = "n" + std::to_string(i);
    yaml::set(arena, *item, "name", yaml::make_string(arena, name));
    yaml::append(arena, *list, item);
    fields->entries.push_back(arena, {yaml::make_string(arena, "k:{\"name\":\"" + name + "\"}"),
                                      yaml::make_mapping(arena)});
  }
  const yaml::Node* const values = diff::owned_values(*list, *fields, arena);
  CHECK(values->entries.size() == kElements);
  fields->entries[0].key = yaml::make_string(arena, "k:{\"name\":\"other\"}");
  CHECK(diff::owned_values(*list, *fields, arena)->entries.size() == kElements - 1);
}
