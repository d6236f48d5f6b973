#include "diff/sequence.h"

#include <random>

#include <catch2/catch.hpp>

using namespace plumb::diff;

namespace {

using Numbers = std::vector<std::uint32_t>;

// The length of a longest common subsequence, the slow way.
std::size_t longest_common(const Numbers& a, const Numbers& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const std::uint32_t x : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = x == b[j] ? diagonal + 1 : std::max(row[j + 1], row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

void check(const Numbers& a, const Numbers& b, bool shortest) {
  const auto pairs = align(a, b);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    REQUIRE(a[pairs[i].first] == b[pairs[i].second]);
    if (i > 0)
      REQUIRE((pairs[i - 1].first < pairs[i].first && pairs[i - 1].second < pairs[i].second));
  }
  if (shortest) REQUIRE(pairs.size() == longest_common(a, b));
}

}  // namespace

TEST_CASE("an alignment is rising, equal, and longest", "[diff][sequence]") {
  std::mt19937 random(3);
  for (int round = 0; round < 400; ++round) {
    Numbers a(random() % 300), b(random() % 300);
    const std::uint32_t letters = 1 + static_cast<std::uint32_t>(random() % 40);
    for (auto& x : a) x = static_cast<std::uint32_t>(random() % letters);
    for (auto& x : b) x = static_cast<std::uint32_t>(random() % letters);
    check(a, b, true);
  }
}

TEST_CASE("long sequences that share little still take linear time", "[diff][sequence]") {
  std::mt19937 random(5);
  Numbers a(60'000), b(60'000);
  for (auto& x : a) x = static_cast<std::uint32_t>(random() % 1000);
  for (auto& x : b) x = static_cast<std::uint32_t>(random() % 1000);
  check(a, b, false);
}
