#include "base/regex.h"

#include <catch2/catch.hpp>

#include "base/diagnostic.h"

namespace plumb {

TEST_CASE("a pattern matches, finds groups and refuses what RE2 refuses", "[base][regex]") {
  const Regex regex("([a-z]+)=(x)?(\\d+)");
  CHECK(regex.matches("  key=12 "));
  CHECK_FALSE(regex.matches_whole("  key=12 "));
  const auto groups = regex.find("  key=12 ");
  REQUIRE(groups);
  CHECK((*groups)[0] == "key=12");
  CHECK((*groups)[1] == "key");
  CHECK((*groups)[2] == std::nullopt);
  CHECK((*groups)[3] == "12");
  CHECK_THROWS_AS(Regex("(?=a)"), Error);
  CHECK(Regex::why_invalid("a("));
}

}  // namespace plumb
