// The JSON Schema Test Suite (Debian: json-schema-test-suite), where it is installed.

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "schema/json_schema.h"
#include "yaml/json.h"

using namespace plumb;
using namespace plumb::schema;

namespace {

const std::filesystem::path kSuite = "/usr/share/json-schema-test-suite";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Totals {
  int right = 0, wrong = 0, unusable = 0;
};

class Runner {
 public:
  Totals totals;

  void run_file(const std::filesystem::path& path) {
    for (const yaml::Node* const group : yaml::read_json(keep(text_of(path)), {}, arena_)->items)
      run_group(path.stem().string(), *group);
  }

 private:
  std::string_view keep(const std::string& text) { return arena_.copy(text); }

  const yaml::Node* load(std::string_view uri) {
    constexpr std::string_view kRemotes = "http://localhost:1234/";
    if (uri.starts_with(kRemotes)) {
      const auto path = kSuite / "remotes" / uri.substr(kRemotes.size());
      if (!std::filesystem::exists(path)) return nullptr;
      return yaml::read_json(keep(text_of(path)), {}, arena_);
    }
    return nullptr;
  }

  void run_group(const std::string& file, const yaml::Node& group) {
    std::shared_ptr<const Schema> schema;
    INFO(file << ": " << yaml::text_at(group, {"description"}));
    CompileOptions options;
    options.load = [this](std::string_view uri) { return load(uri); };
    try {
      schema = compile(*yaml::find(group, "schema"), options);
    } catch (const Error&) {
      // The suite asks that unknown keywords be passed over, and refers to the meta-schema, which
      // is not here.
      ++totals.unusable;
      return;
    }
    for (const yaml::Node* const test : yaml::find(group, "tests")->items) {
      const bool wanted = *yaml::as_boolean(*yaml::find(*test, "valid"));
      const yaml::Node& data = *yaml::find(*test, "data");
      INFO(yaml::text_at(*test, {"description"}));
      const bool right = fits(data, *schema) == wanted && check(data, *schema).empty() == wanted;
      CHECK(right);
      ++(right ? totals.right : totals.wrong);
    }
  }

  Arena arena_;
};

}  // namespace

TEST_CASE("drafts 4, 6 and 7 are what their test suites say", "[schema][suite]") {
  if (!std::filesystem::exists(kSuite)) return;
  struct Draft {
    const char* name;
    int right, unusable;  // at least, at most
  };
  for (const Draft& draft :
       {Draft{"draft4", 299, 9}, Draft{"draft6", 395, 4}, Draft{"draft7", 413, 4}}) {
    Runner runner;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(kSuite / "tests" / draft.name))
      if (entry.path().extension() == ".json") files.insert(entry.path());
    for (const auto& file : files) runner.run_file(file);
    INFO(draft.name);
    CHECK(runner.totals.wrong == 0);
    CHECK(runner.totals.right >= draft.right);
    CHECK(runner.totals.unusable <= draft.unusable);
  }
}
