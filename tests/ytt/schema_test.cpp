#include <catch2/catch.hpp>

#include "yaml/emit.h"
#include "ytt/door.h"

using namespace plumb;
using namespace plumb::ytt;

namespace {

// What `ytt` prints about a schema that comes from standard input.
DoorWorld inspected(const std::string& schema, const std::vector<std::string>& more = {}) {
  DoorWorld world;
  world.working_directory = "/";
  world.read_stdin = [&] { return "#@data/values-schema\n---\n" + schema; };
  std::vector<std::string> words{"-f", "-", "--data-values-schema-inspect", "-o", "openapi-v3"};
  words.insert(words.end(), more.begin(), more.end());
  SourceStore sources;
  run_door(words, world, sources);
  return world;
}

std::string properties(const std::string& schema) {
  const std::string out = inspected(schema).out;
  return out.substr(out.find("properties:\n") + 12);
}

bool fails(const std::string& schema, const std::string& why) {
  return inspected(schema).err.find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("a schema is shown as an OpenAPI document", "[ytt][schema]") {
  CHECK(properties("#@schema/title \"T\"\n#@schema/nullable\n#@schema/default 2.5\na: 1.0\n") ==
        "        a:\n          title: T\n          type: number\n          format: float\n"
        "          nullable: true\n          default: 2.5\n");
  CHECK(properties("#@schema/examples (\"e\", [1])\nl:\n- 0\n") ==
        "        l:\n          type: array\n          x-example-description: e\n"
        "          example:\n          - 1\n          items:\n            type: integer\n"
        "            default: 0\n          default: []\n");
  CHECK(inspected("a: 1\n", {"-o", "json"}).out.starts_with("{\"components\":"));
}

TEST_CASE("without a schema anything goes", "[ytt][schema]") {
  DoorWorld world;
  world.working_directory = "/";
  world.read_stdin = [] { return std::string("a: 1\n"); };
  SourceStore sources;
  const std::vector<std::string> words{"-f", "-", "--data-values-schema-inspect", "-o",
                                       "openapi-v3"};
  CHECK(run_door(words, world, sources) == 0);
  CHECK(world.out.ends_with("dataValues:\n      nullable: true\n      default: null\n"));
}

TEST_CASE("malformed annotations of a schema say what was expected", "[ytt][schema]") {
  CHECK(fails("#@schema/title 1\na: 1\n", "Non-string value in @schema/title (by stdin.yml:3)"));
  CHECK(fails("#@schema/type any=1\na: 1\n", "expected: starlark.Bool"));
  CHECK(fails("#@schema/examples (\"a\", \"b\")\na: 1\n", "@schema/examples has wrong type"));
  CHECK(fails("a:\n#@schema/default 1\n- 1\n", "@schema/default not supported on array item"));
  CHECK(fails("#@schema/type any=True\na:\n  #@schema/default 1\n  b: 1\n",
              "found: @schema/default annotation(s)"));
}
