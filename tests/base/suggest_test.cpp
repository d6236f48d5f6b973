#include "base/suggest.h"

#include <array>

#include <catch2/catch.hpp>

namespace plumb {

TEST_CASE("a typing mistake is answered with the name that was meant", "[base][suggest]") {
  const std::array<std::string_view, 2> fields{"replicas", "selector"};
  CHECK(nearest("replcas", fields) == "replicas");
  CHECK(nearest("relpicas", fields) == "replicas");
  CHECK(nearest("image", fields) == std::nullopt);
}

TEST_CASE("on a tie the first candidate wins", "[base][suggest]") {
  const std::array<std::string_view, 2> fields{"cat", "car"};
  CHECK(nearest("caz", fields) == "cat");
}

}  // namespace plumb
