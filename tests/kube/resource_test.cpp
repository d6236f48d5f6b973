#include "kube/resource.h"

#include <catch2/catch.hpp>

using namespace plumb;
using namespace plumb::kube;

namespace {

yaml::Node* make_object(Arena& arena, std::string_view api_version, std::string_view kind,
                        std::string_view name) {
  yaml::Node* const body = yaml::make_mapping(arena);
  yaml::set(arena, *body, "apiVersion", yaml::make_string(arena, api_version));
  yaml::set(arena, *body, "kind", yaml::make_string(arena, kind));
  yaml::set(arena, *yaml::ensure_mapping(arena, *body, "metadata"), "name",
            yaml::make_string(arena, name));
  return body;
}

}  // namespace

TEST_CASE("an id is what the body says", "[kube][resource]") {
  Arena arena;
  const yaml::Node* const body = make_object(arena, "apps/v1", "Deployment", "web");
  CHECK(is_object(*body));
  CHECK(id_of(*body) == ResourceId{"apps", "v1", "Deployment", "", "web"});
  CHECK(id_of(*body).api_version() == "apps/v1");
  CHECK(describe(id_of(*body)) == "Deployment/web");
}

TEST_CASE("what others need is applied first", "[kube][resource]") {
  std::vector<Resource> resources;
  for (const char* const kind : {"Application", "Deployment", "Namespace", "ConfigMap"})
    resources.push_back({{"", "v1", kind, "", "x"}, nullptr, {}});
  sort_for_apply(resources);
  std::vector<std::string> kinds;
  for (const Resource& resource : resources) kinds.push_back(resource.id.kind);
  CHECK(kinds == std::vector<std::string>{"Namespace", "ConfigMap", "Deployment", "Application"});
}
