#include <catch2/catch.hpp>

#include "yaml/emit.h"
#include "yaml/read.h"
#include "ytt/ytt.h"

using namespace plumb;
using namespace plumb::ytt;

namespace {

struct World {
  SourceStore sources;
  Arena arena;
  Limits limits;
  Input input;

  void add(const std::string& path, const std::string& text) {
    input.files.push_back({path, sources.add(path, text)});
  }
  const yaml::Node* read(const std::string& name, const std::string& text) {
    return yaml::read(sources, sources.add(name, text), yaml::kKubernetesProfile, arena)
        .documents[0]
        .root;
  }
  Rendered run(yaml::Origins* origins = nullptr) {
    return render(input, arena, sources, limits, origins);
  }
};

}  // namespace

TEST_CASE("values of an environment reach templates, and results know their place",
          "[ytt][render]") {
  World world;
  world.add("config.yml", "#@ load(\"@ytt:data\", \"data\")\nname: #@ data.values.name\n");
  world.input.values = world.read("env/dev.yaml", "name: web\n");
  const Rendered out = world.run();
  REQUIRE(out.documents.size() == 1);
  CHECK(yaml::emit(*out.documents[0], yaml::kYttOutput) == "name: web\n");
  const yaml::Node* const value = yaml::find(*out.documents[0], "name");
  CHECK(world.sources.locate(value->span).line == 2);
}

TEST_CASE("a value made from a data value has a chain back to it", "[ytt][render]") {
  World world;
  world.add("config.yml",
            "#@ load(\"@ytt:data\", \"data\")\nname: #@ data.values.app.name + \"-x\"\nother: 1\n");
  world.input.values = world.read("env/dev.yaml", "app:\n  name: web\n");
  yaml::Origins origins(true);
  const Rendered out = world.run(&origins);
  const std::vector<yaml::Origin> chain = origins.chain(*yaml::find(*out.documents[0], "name"));
  REQUIRE(chain.size() == 2);
  CHECK(world.sources.describe(chain[0].span) == "env/dev.yaml:2:9");
  CHECK(world.sources.describe(chain[1].span) == "config.yml:2:10");
}

TEST_CASE("a failure has its place in the template", "[ytt][render]") {
  World world;
  world.add("config.yml", "a: 1\nb: #@ 1 + \"x\"\n");
  try {
    world.run();
    FAIL("it rendered");
  } catch (const Error& error) {
    CHECK(error.diagnostic().code == "starlark/type");
    CHECK(error.diagnostic().text == "unknown binary op: int + string");
    CHECK(world.sources.describe(error.diagnostic().span) == "config.yml:2:9");
  }
}

TEST_CASE("an endless template is stopped", "[ytt][render][limits]") {
  World world;
  world.limits.starlark_steps = 5'000'000;
  world.add("config.yml", "#@ while True:\n#@   x = 1\n#@ end\na: 1\n");
  CHECK_THROWS_WITH(world.run(), Catch::Contains("starlark_steps"));
}
