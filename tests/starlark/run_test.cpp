#include <map>

#include <catch2/catch.hpp>

#include "starlark/starlark.h"

using namespace plumb;
using namespace plumb::starlark;

namespace {

struct World {
  Arena arena;
  Limits limits;
  std::unique_ptr<Thread> thread = std::make_unique<Thread>(arena, limits);

  Module* run_text(std::string_view text, Blocks blocks = Blocks::kEnd) {
    return run(*thread, *compile({"a.star", arena.copy(text), blocks, {}, nullptr}, arena));
  }
  std::string global(const Module* module, std::string_view name) {
    return to_text(*thread, find_global(*module, name));
  }
};

std::string failure(World& world, std::string_view text) {
  try {
    world.run_text(text);
  } catch (Error& error) {
    const std::string& message = error.diagnostic().text;
    return error.diagnostic().code + ": " + message.substr(0, message.find(" passed: "));
  }
  return "";
}

}  // namespace

TEST_CASE("a program's globals are its module", "[starlark][run]") {
  World world;
  const Module* const module = world.run_text("x = [1, 2]\ny = x + [3]\n");
  CHECK(world.global(module, "y") == "[1, 2, 3]");
  CHECK(!find_global(*module, "z").is_set());
}

TEST_CASE("blocks may be marked by indentation", "[starlark][run]") {
  World world;
  const Module* const module = world.run_text(
      "def f(n):\n  if n:\n    pass\n  else:\n    return 2\n  return 1\nx = [f(True), f(False)]\n",
      Blocks::kIndentation);
  CHECK(world.global(module, "x") == "[1, 2]");
}

TEST_CASE("a module's values are frozen when it has finished", "[starlark][run]") {
  World world;
  const Module* const module = world.run_text("x = [[1]]\ndef add():\n  x[0].append(2)\nend\n");
  CHECK_THROWS_WITH(call(*world.thread, find_global(*module, "add"), {}),
                    "append: cannot append to frozen list");
}

TEST_CASE("load binds names of another module, which are not passed on", "[starlark][run]") {
  World world;
  const Module* const library = world.run_text("x = 1\nname = 2\n");
  world.thread->load = [&](Thread&, std::string_view, const Program&) {
    return const_cast<Module*>(library);
  };
  const Module* const module = world.run_text(R"(load("l", "x", y="x"))"
                                              "\nz = x + y\n");
  CHECK(world.global(module, "z") == "2");
  CHECK(!find_global(*module, "x").is_set());
  CHECK(failure(world, R"(load("l", "nam"))") ==
        "starlark/load: load: name nam not found in module l (did you mean name?)");
}

TEST_CASE("a failure knows the calls that led to it", "[starlark][run]") {
  World world;
  try {
    world.run_text(
        "def inner():\n  return 1 + 'a'\nend\ndef outer():\n  return inner()\nend\nouter()\n");
    FAIL("it ran");
  } catch (RunError& error) {
    CHECK(error.diagnostic().code == "starlark/type");
    REQUIRE(error.frames().size() == 3);
    CHECK(error.frames()[0].function == "<toplevel>");
    CHECK(error.frames()[0].position.line == 7);
    CHECK(error.frames()[1].position.line == 5);
    CHECK(error.frames()[2].function == "inner");
    CHECK(error.frames()[2].position == Position{2, 12});
  }
}

TEST_CASE("a place in a program is a place in what was written", "[starlark][run]") {
  World world;
  SourceStore sources;
  const SourceId id = sources.add("t.yml", "a: #@ 1 + nope\n");
  const std::vector<CodeLine> lines{{{id, 6, 8}, 5}};
  try {
    compile({"t.yml", "set(1 + nope)", Blocks::kEnd, lines, nullptr}, world.arena,
            [](std::string_view name) { return name == "set" ? none() : Value{}; });
    FAIL("it compiled");
  } catch (CompileError& error) {
    CHECK(sources.describe(error.diagnostic().span) == "t.yml:1:11");
    CHECK(error.diagnostic().code == "starlark/undefined");
  }
}

TEST_CASE("every undefined name is reported", "[starlark][run]") {
  World world;
  try {
    world.run_text("x = foo\ny = bar\n");
    FAIL("it ran");
  } catch (CompileError& error) {
    REQUIRE(error.faults().size() == 2);
    CHECK(error.faults()[1].text == "undefined: bar");
  }
}

TEST_CASE("print writes lines to its host", "[starlark][run]") {
  World world;
  std::string out;
  world.thread->print = [&](std::string_view line) { out += std::string(line) + "|"; };
  world.run_text("print('a', 1, [2])\nprint(sep='', *['x', 'y'])\n");
  CHECK(out == "a 1 [2]|xy|");
}

TEST_CASE("runs are bounded in steps, calls, memory and nesting", "[starlark][run][limits]") {
  World world;
  world.limits.starlark_steps = 5'000'000;
  world.limits.memory_bytes = 64U << 20;
  CHECK(failure(world, "while True:\n  x = 1\nend\n") ==
        "base/limit: limit 'starlark_steps' (5000000)");
  World memory;
  memory.limits.memory_bytes = 64U << 20;
  CHECK(failure(memory, "x = 'a' * 1000\nwhile True:\n  x = x + x\nend\n") ==
        "base/limit: limit 'memory_bytes' (67108864)");
  World deep;
  CHECK(failure(deep, "def f(n):\n  return f(n + 1)\nend\nf(0)\n") ==
        "base/limit: limit 'starlark_depth' (1000)");
  World nested;
  CHECK(failure(nested, std::string(100'000, '(')) == "starlark/syntax: nested too deeply");
  CHECK(failure(nested, std::string(100'000, '-') + "1") == "starlark/syntax: nested too deeply");
  std::string sum = "x = 1";
  for (int i = 0; i < 300'000; ++i) sum += "+1";
  CHECK_THAT(failure(nested, sum), Catch::Contains("nested too deeply"));
}

TEST_CASE("values within values do not run away", "[starlark][run][limits]") {
  World world;
  world.limits.starlark_steps = 20'000'000;
  // A list within a list, a million times; and a tuple that doubles forty times.
  CHECK(failure(world, "x = []\nfor i in range(300000):\n  x = [x]\nend\nstr(x)\n") ==
        "base/limit: limit 'render_depth' (1000)");
  CHECK(failure(world, "x = (1,)\nfor i in range(60):\n  x = (x, x)\nend\n{x: 1}\n") ==
        "starlark/unhashable: the tuple is too large to be a key");
  World shared;
  shared.limits.starlark_steps = 5'000'000;
  CHECK(failure(shared, "x = (1,)\nfor i in range(60):\n  x = (x, x)\nend\nstr(x)\n") ==
        "base/limit: limit 'starlark_steps' (5000000)");
}
