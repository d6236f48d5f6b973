// nlohmann_json prints and compares what plumb prints as it does.

#include <random>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"
#include "yaml/real_files.h"

namespace plumb::yaml {

TEST_CASE("floats and strings are printed as nlohmann_json prints them", "[yaml][json]") {
  std::mt19937_64 random(5);
  std::vector<double> values{0.0,  -0.0, 1.0,  -1.5, 0.1,  1e-4,   1e-5,   123456789.5,
                             1e14, 1e15, 1e16, 1e17, 1e21, 1e-300, 5e-324, 1.7976931348623157e308};
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t bits = random();
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) values.push_back(value);
    values.push_back(static_cast<double>(static_cast<std::int64_t>(bits)) / 4096.0);
  }
  for (const double value : values) {
    CAPTURE(value);
    CHECK(format_nlohmann_float(value) == nlohmann::json(value).dump());
  }
  Arena arena;
  std::string all;
  for (char c = 1; c > 0; ++c) all.push_back(c);
  for (const std::string& text : {all, std::string("\x7F <&> / \\ \""),
                                  std::string("\xC3\xA9 \xE2\x80\xA8 \xF0\x9F\x98\x80")})
    CHECK(emit_json(*make_string(arena, text), kNlohmannJson) == nlohmann::json(text).dump());
}

TEST_CASE("JSON of real files and of the OpenAPI description is the same to nlohmann_json",
          "[yaml][json]") {
#ifdef NDEBUG
  constexpr std::size_t kBytesMax = 5'000'000;
#else
  constexpr std::size_t kBytesMax = 50'000;
#endif
  std::vector<RealFile> files = real_files(kBytesMax);
  for (RealFile& file : openapi_files(kBytesMax)) files.push_back(std::move(file));
  for (const RealFile& file : files) {
    if (!file.name.ends_with(".json")) continue;
    INFO(file.name);
    SourceStore sources;
    Arena arena;
    const Stream stream =
        read(sources, sources.add(file.name, file.text), kKubernetesProfile, arena);
    REQUIRE(stream.documents.size() == 1);
    const Node& tree = *stream.documents[0].root;
    const nlohmann::json expected = nlohmann::json::parse(file.text);
    CHECK((nlohmann::json::parse(emit_json(tree)) == expected));
    CHECK((emit_json(tree, kNlohmannJson) == expected.dump()));
    CHECK(
        (emit_json(tree, kNlohmannOrderedJson) == nlohmann::ordered_json::parse(file.text).dump()));
  }
}

}  // namespace plumb::yaml
