#include "diff/client_side.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/recorded.h"
#include "yaml/emit.h"

using namespace plumb;

namespace {

// The patch that an apply of `head` sends to `live`, without the note of what was applied.
std::string patch(const std::string& head, const std::string& live) {
  SourceStore sources;
  const kube::ResourceSet wanted = test::objects_of(sources, "head.yaml", head);
  const kube::ResourceSet runs = test::objects_of(sources, "live.yaml", live);
  const yaml::Node& before = *runs.resources.at(0).body;
  Arena arena;
  yaml::Node* const after =
      diff::apply_client_side(*wanted.resources.at(0).body, before, nullptr, arena);
  const yaml::Node* const changes = diff::merge_patch(before, *after, arena);
  const yaml::Node* const spec = changes == nullptr ? nullptr : yaml::find(*changes, "spec");
  return spec == nullptr ? "" : yaml::emit_json(*spec, {true, false, 0});
}

std::string service(const std::string& spec, const std::string& last = {}) {
  const std::string note =
      last.empty() ? ""
                   : cat(", annotations: {kubectl.kubernetes.io/last-applied-configuration: "
                         "'{\"spec\":",
                         last, "}'}");
  return cat("{apiVersion: v1, kind: Service, metadata: {name: a", note, "}, spec: ", spec, "}");
}

}  // namespace

TEST_CASE("what was applied last and is not wanted any more is removed", "[diff][client_side]") {
  CHECK(patch(service("{type: ClusterIP}"),
              service("{type: ClusterIP, sessionAffinity: ClientIP, clusterIP: 1.2.3.4}",
                      R"({"type":"ClusterIP","sessionAffinity":"ClientIP"})")) ==
        R"({"sessionAffinity":null})");
}

TEST_CASE("what live has and nobody applied stays", "[diff][client_side]") {
  CHECK(patch(service("{type: ClusterIP}"), service("{type: ClusterIP, clusterIP: 1.2.3.4}")) ==
        "");
}

TEST_CASE("elements of a list merge by their keys, those of others keep their places",
          "[diff][client_side]") {
  CHECK(
      patch(service("{ports: [{port: 80, name: a}, {port: 82, name: c}]}"),
            service("{ports: [{port: 80, protocol: TCP}, {port: 81, protocol: TCP}]}")) ==
      R"({"ports":[{"name":"a","port":80,"protocol":"TCP"},{"name":"c","port":82},{"port":81,"protocol":"TCP"}]})");
  CHECK(patch(service("{ports: [{port: 80}]}"),
              service("{ports: [{port: 80}, {port: 81}]}",
                      R"({"ports":[{"port":80},{"port":81}]})")) == R"({"ports":[{"port":80}]})");
}

TEST_CASE("a null asks for the removal of what live has", "[diff][client_side]") {
  CHECK(patch(service("{type: null, externalName: null}"), service("{type: NodePort}")) ==
        R"({"type":null})");
}

TEST_CASE("applying what was applied last changes nothing", "[diff][client_side]") {
  SourceStore sources;
  const kube::ResourceSet live = test::recorded(sources, "live-csa.yaml");
  const kube::ResourceSet desired = test::recorded(sources, "desired.yaml");
  diff::Catalogue catalogue;
  catalogue.add(live);
  for (std::size_t at = 0; at < live.resources.size(); ++at) {
    CAPTURE(kube::describe(live.resources[at].id));
    Arena arena;
    const yaml::Node& before = *live.resources[at].body;
    const yaml::Node* const after =
        diff::apply_client_side(*desired.resources[at].body, before, &catalogue, arena);
    diff::Options options;
    options.catalogue = &catalogue;
    options.live = true;  // a list that is replaced is filled in again
    const auto changes = diff::compare(before, *after, options, arena);
    for (const diff::Change& change : changes) UNSCOPED_INFO(yaml::print_path(change.path));
    CHECK(changes.empty());
  }
}
