// The schemas of plumb's machine formats, with plumb's own validator.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "schema/json_schema.h"
#include "yaml/json.h"

using namespace plumb;

TEST_CASE("the published schemas of machine formats can be used", "[schema][published]") {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(PLUMB_TESTS_DIR) + "/../schemas")) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    Arena arena;
    const std::string kept = text.str();
    const yaml::Node& document = *yaml::read_json(kept, {}, arena);
    INFO(entry.path().string());
    std::shared_ptr<const schema::Schema> compiled;
    CHECK_NOTHROW(compiled = schema::compile(document));
    if (compiled != nullptr) CHECK_FALSE(schema::fits(*yaml::make_null(arena), *compiled));
    ++count;
  }
  CHECK(count >= 5);
}
