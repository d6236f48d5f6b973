#include "diff/quantity.h"

#include <catch2/catch.hpp>

using namespace plumb::diff;

TEST_CASE("quantities are compared as amounts", "[diff][quantity]") {
  CHECK(same_quantity("1000m", "1"));
  CHECK(same_quantity("1.5Gi", "1536Mi"));
  CHECK(same_quantity("0.5Gi", "512Mi"));
  CHECK(same_quantity("1e9", "1G"));
  CHECK(same_quantity("2.0", "2"));
  CHECK(same_quantity("-1", "-1000m"));
  CHECK(same_quantity("8Ei", "8192Pi") == false);  // beyond 2^63
  CHECK(same_quantity("7Ei", "7168Pi"));
  CHECK_FALSE(same_quantity("1", "2"));
  CHECK_FALSE(same_quantity("1M", "1Mi"));
}

TEST_CASE("what is no quantity equals nothing", "[diff][quantity]") {
  for (const char* const text : {"", "m", "1.2.3", "1x", "--1", "1e", "abc"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quantity(text));
  }
}
