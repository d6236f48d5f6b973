#include "base/parallel.h"

#include <numeric>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

namespace plumb {

TEST_CASE("every index is worked on once, whatever the number of threads", "[base][parallel]") {
  for (unsigned jobs : {1U, 2U, 8U}) {
    std::vector<int> slots(1000);
    parallel_for(slots.size(), jobs, [&](std::size_t i) { slots[i] += static_cast<int>(i); });
    std::vector<int> expected(1000);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(slots == expected);
  }
}

TEST_CASE("the exception of the lowest index is thrown", "[base][parallel]") {
  const auto work = [](std::size_t i) {
    if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
  };
  for (unsigned jobs : {1U, 4U}) CHECK_THROWS_WITH(parallel_for(100, jobs, work), "1");
}

}  // namespace plumb
