#include "cli/options.h"

#include <array>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace plumb::cli {

namespace {
Options parse(std::vector<std::string> words) {
  constexpr std::array<std::string_view, 4> kAllowed{"--env", "--format", "--keep-going",
                                                     "--value"};
  return parse_options(words, kAllowed);
}
std::string code_of(std::vector<std::string> words) {
  try {
    parse(std::move(words));
  } catch (const Error& error) {
    return error.diagnostic().code;
  }
  return "";
}
}  // namespace

TEST_CASE("options are read in every way people write them", "[cli][options]") {
  const Options options = parse(
      {"-e", "dev", "web", "--env=prod", "-elaptop", "--keep-going", "-v", "a=b=c", "--", "-x"});
  CHECK(options.environments == std::vector<std::string>{"dev", "prod", "laptop"});
  CHECK(options.arguments == std::vector<std::string>{"web", "-x"});
  CHECK(options.keep_going);
  CHECK(options.values == std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}});
}

TEST_CASE("a wrong option is told by what is wrong with it", "[cli][options]") {
  CHECK(code_of({"--fromat", "json"}) == "cli/unknown-option");
  CHECK(code_of({"--format"}) == "cli/missing-argument");
  CHECK(code_of({"--keep-going=yes"}) == "cli/bad-value");
  CHECK(code_of({"-v", "novalue"}) == "cli/bad-value");
  CHECK(code_of({"--exit-code"}) == "cli/other-command");
}

}  // namespace plumb::cli
