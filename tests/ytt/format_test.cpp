#include <catch2/catch.hpp>

#include "ytt/door.h"

using namespace plumb;
using namespace plumb::ytt;

namespace {

struct Result {
  int status;
  std::string out, err;
};

Result formatted(const std::string& text, std::vector<std::string> words = {"fmt", "-f", "-"}) {
  DoorWorld world;
  world.working_directory = "/";
  world.read_stdin = [&] { return text; };
  SourceStore sources;
  const int status = run_door(words, world, sources);
  return {status, world.out, world.err};
}

}  // namespace

TEST_CASE("sequences stand behind their key, scalars are written in one way", "[ytt][format]") {
  CHECK(formatted("a:\n- {b: 0x1f}\n- [x, 'y z']\nc: \"l1\\nl2\"\n").out ==
        "a:\n  - b: 31\n  - - x\n    - y z\nc: |-\n  l1\n  l2\n");
}

TEST_CASE("an item with comments above it has room on both sides", "[ytt][format]") {
  CHECK(formatted("a: 1\n# one\n\n# two\nb:\n  # in\n  c: 1\n  d: 2 # here\n").out ==
        "a: 1\n\n# one\n# two\nb:\n  # in\n  c: 1\n\n  d: 2 # here\n");
  CHECK(formatted("- # x\n  # y\n  a: 1\n").out == "- # x\n  # y\n  a: 1\n");
}

TEST_CASE("a block text's own comment stands on the line of its key", "[ytt][format]") {
  CHECK(formatted("a:\n  b: \"x\\n\\ny\\n\" # c\n").out ==
        "a:\n  b: # c\n    |\n    x\n  \n    y\n");
  CHECK(formatted("a: | # no comment\n  x\n").out == "a: |\n  x\n");
}

TEST_CASE("an empty sequence in a sequence leaves its dash open", "[ytt][format]") {
  CHECK(formatted("a:\n- []\n- b: 1\n").out == "a:\n  - - b: 1\n");
  CHECK(formatted("- []\n# x\n- 1\n").out == "-\n# x\n- 1\n");
}

TEST_CASE("what stands behind everything goes to a document of its own", "[ytt][format]") {
  CHECK(formatted("a: 1\n#@ end\n").out == "a: 1\n\n#@ end\n---\n");
  CHECK(formatted("# x\n---\na: 1\n---\nb: 1\n").out == "\n# x\n---\na: 1\n\n---\nb: 1\n");
}

TEST_CASE("what cannot be formatted is refused", "[ytt][format]") {
  CHECK(formatted("--- |\n  x\n").err ==
        "ytt: Error: a block text as a whole document cannot be formatted\n");
  CHECK(formatted("", {"fmt", "x"}).err ==
        "ytt: Error: command 'ytt fmt' does not accept extra arguments 'x'\n");
  CHECK(formatted("", {"fmt", "-o", "json"}).status == 1);
}
