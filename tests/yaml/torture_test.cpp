#include "yaml/torture.h"

#include <algorithm>
#include <ctime>

#include <catch2/catch.hpp>

#include "base/parallel.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

struct Reading {
  std::string code;  // "" when it was read
  double seconds = 0;
  std::size_t bytes = 0;  // of the arena
};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

Reading read_once(const std::string& text) {
  SourceStore sources;
  const SourceId id = sources.add("in", text);
  Arena arena;
  Reading reading;
  const double start = processor_seconds();
  try {
    read(sources, id, kKubernetesProfile, arena);
  } catch (const Error& error) {
    reading.code = error.diagnostic().code;
  }
  reading.seconds = processor_seconds() - start;
  reading.bytes = arena.bytes();
  return reading;
}

// The quickest of some readings, because other programs disturb each of them.
Reading read_some(const std::string& text) {
  Reading best = read_once(text);
  for (int i = 0; i < 2 && best.seconds > 0.002; ++i) {
    best.seconds = std::min(best.seconds, read_once(text).seconds);
  }
  return best;
}

#ifdef NDEBUG
constexpr double kSecondsMax = 1.0;
constexpr bool kMeasured = true;
#else
constexpr double kSecondsMax = 60.0;  // sanitizers have another measure of time
constexpr bool kMeasured = false;
#endif
// A sixteenth of the text takes a sixteenth of the time; tables that outgrow a cache and fresh
// memory take somewhat more, and the square would be 256 times.
constexpr std::size_t kFraction = 16;
constexpr double kRatioMax = 64;
constexpr double kMeasurable = 0.02;  // seconds; below this a ratio says nothing

}  // namespace

TEST_CASE("no text takes more than its share of time", "[yaml][read][limits]") {
  run_with_deep_stack([] {
    for (const torture::Input& input : torture::inputs()) {
      INFO(input.name);
      const Reading whole = read_some(input.make(input.size));
      CHECK(whole.code == input.ends);
      CHECK(whole.seconds < kSecondsMax);
      if (!kMeasured || whole.seconds < kMeasurable || !input.ends.empty()) continue;
      const Reading part = read_some(input.make(input.size / kFraction));
      CHECK(whole.seconds < kRatioMax * part.seconds);
    }
  });
}

}  // namespace plumb::yaml
