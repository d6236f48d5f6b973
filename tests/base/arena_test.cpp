#include "base/arena.h"

#include <catch2/catch.hpp>

#include "base/list.h"

namespace plumb {

TEST_CASE("what an arena gives stays valid while it grows", "[base][arena]") {
  Arena arena;
  List<int> numbers;
  std::vector<std::string_view> words;
  for (int i = 0; i < 10'000; ++i) {
    numbers.push_back(arena, i);
    words.push_back(arena.copy(std::to_string(i)));
  }
  for (int i = 0; i < 10'000; ++i) {
    REQUIRE(numbers[static_cast<std::size_t>(i)] == i);
    REQUIRE(words[static_cast<std::size_t>(i)] == std::to_string(i));
  }
}

TEST_CASE("a piece larger than a block has a block of its own", "[base][arena]") {
  Arena arena;
  arena.make<int>(1);
  auto* large = arena.array<double>(1 << 20);
  CHECK(reinterpret_cast<std::uintptr_t>(large) % alignof(double) == 0);
  CHECK(large[(1 << 20) - 1] == 0.0);
  CHECK(*arena.make<int>(7) == 7);
}

TEST_CASE("a list inserts and erases in place", "[base][list]") {
  Arena arena;
  List<int> list;
  for (int i : {1, 2, 4}) list.push_back(arena, i);
  list.insert(arena, 2, 3);
  CHECK(std::vector(list.begin(), list.end()) == std::vector{1, 2, 3, 4});
  list.erase(0);
  CHECK(std::vector(list.begin(), list.end()) == std::vector{2, 3, 4});
}

}  // namespace plumb
