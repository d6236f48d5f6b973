// Programs in cases/*.star, in chunks parted by lines of `---`. A line that must fail ends in
// `### "regular expression"` of the message; a chunk without one must run to its end. Blocks end
// with `end`; assertions are the host's eq(a, b).

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/regex.h"
#include "base/text.h"
#include "starlark/starlark.h"

using namespace plumb;
using namespace plumb::starlark;

namespace {

Value assert_equal(Thread& thread, const Builtin&, const Arguments& arguments) {
  const auto& values = arguments.positional;
  if (values.size() != 2) fail("test/eq", {}, "eq takes two values");
  const std::string left = to_text(thread, values[0]), right = to_text(thread, values[1]);
  if (left != right || !equal(thread, values[0], values[1]))
    fail("test/eq", {}, cat("found ", left, ", expected ", right));
  return none();
}

struct Failure {
  std::vector<std::uint32_t> lines;  // of the calls that led to it
  std::string text;
};

Failure run_chunk(const std::string& text) {
  Arena arena;
  Limits limits;
  limits.starlark_steps = 10'000'000;
  Thread thread(arena, limits);
  const Value eq = make_builtin(arena, "eq", assert_equal);
  try {
    const Program* const program =
        compile({"case", text, Blocks::kEnd, {}, nullptr}, arena,
                [&](std::string_view name) { return name == "eq" ? eq : Value{}; });
    run(thread, *program);
  } catch (CompileError& error) {
    return {{error.faults()[0].position.line}, error.faults()[0].text};
  } catch (RunError& error) {
    std::vector<std::uint32_t> lines;
    for (const Frame& frame : error.frames()) lines.push_back(frame.position.line);
    return {lines, error.diagnostic().text};
  }
  return {};
}

struct Expected {
  std::uint32_t line = 0;
  std::string pattern;
};

Expected expectation(const std::string& chunk) {
  std::istringstream lines(chunk);
  std::string line;
  for (std::uint32_t number = 1; std::getline(lines, line); ++number)
    if (const std::size_t at = line.find("### \""); at != std::string::npos)
      return {number, line.substr(at + 5, line.rfind('"') - at - 5)};
  return {};
}

void check_chunk(const std::string& name, const std::string& chunk, std::uint32_t first_line) {
  const Expected expected = expectation(chunk);
  const Failure failure = run_chunk(chunk);
  INFO(name << ", chunk at line " << first_line << ": " << failure.text);
  if (expected.pattern.empty()) {
    CHECK(failure.text == "");
    return;
  }
  CHECK(Regex(expected.pattern).matches(failure.text));
  // Mistakes of syntax are reported where the scanner stood, which may be the line below.
  CHECK(std::any_of(failure.lines.begin(), failure.lines.end(), [&](std::uint32_t line) {
    return line == expected.line || line == expected.line + 1;
  }));
}

}  // namespace

TEST_CASE("the language does what its cases say", "[starlark][cases]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(PLUMB_TESTS_DIR "/starlark/cases"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(!files.empty());
  for (const auto& file : files) {
    std::ifstream in(file);
    std::string line, chunk;
    std::uint32_t number = 0, first = 1;
    while (std::getline(in, line)) {
      ++number;
      if (line != "---") {
        chunk += line + "\n";
        continue;
      }
      check_chunk(file.filename(), chunk, first);
      chunk.clear();
      first = number + 1;
    }
    check_chunk(file.filename(), chunk, first);
  }
}
