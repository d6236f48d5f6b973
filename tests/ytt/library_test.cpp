#include <map>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "yaml/emit.h"
#include "ytt/ytt.h"

using namespace plumb;
using namespace plumb::ytt;

namespace {

// The documents that the files give, divided by "---", or the failure's text.
std::string rendered(const std::map<std::string, std::string>& files) {
  SourceStore sources;
  Arena arena;
  const Limits limits;
  Input input;
  for (const auto& [path, text] : files) input.files.push_back({path, sources.add(path, text)});
  try {
    std::string out;
    for (const yaml::Node* const document : render(input, arena, sources, limits).documents)
      out += (out.empty() ? "" : "---\n") + yaml::emit(*document, yaml::kYttOutput);
    return out;
  } catch (const Error& error) {
    return error.diagnostic().text;
  }
}

const std::string kLoads =
    "#@ load(\"@ytt:library\", \"library\")\n#@ load(\"@ytt:template\", \"template\")\n";
const std::string kShown = "#@ load(\"@ytt:data\", \"data\")\nname: #@ data.values.name\n";
const std::string kValues = "#@data/values\n---\nname: own\n";

}  // namespace

TEST_CASE("a library sees its own values, then those of code", "[ytt][library]") {
  CHECK(rendered({{"config.yml", kLoads + "#@ app = library.get(\"app\")\n"
                                          "--- #@ template.replace(app.eval())\n"
                                          "--- #@ template.replace(app.with_data_values({\"name\": "
                                          "\"code\"}).eval())\n"},
                  {"_ytt_lib/app/config.yml", kShown},
                  {"_ytt_lib/app/values.yml", kValues}}) == "name: own\n---\nname: code\n");
}

TEST_CASE("values are addressed to a library by its path, its alias or both", "[ytt][library]") {
  const std::string config = kLoads +
                             "--- #@ template.replace(library.get(\"app\").eval())\n"
                             "--- #@ template.replace(library.get(\"app\", alias=\"b\").eval())\n";
  const auto with = [&](const std::string& ref, const std::string& more = "") {
    return rendered({{"config.yml", config},
                     {"values.yml",
                      "#@library/ref \"" + ref + "\"\n#@data/values" + more + "\n---\nname: ref\n"},
                     {"_ytt_lib/app/config.yml", kShown},
                     {"_ytt_lib/app/values.yml", kValues}});
  };
  CHECK(with("@app") == "name: ref\n---\nname: ref\n");
  CHECK(with("@~b") == "name: own\n---\nname: ref\n");
  CHECK(with("@app~b", " after_library_module=True") == "name: own\n---\nname: ref\n");
  CHECK(with("@other").find("Data Value belonging to library '@other' on line values.yml:3") !=
        std::string::npos);
  CHECK(with("app").find("Expected library ref to start with '@'") != std::string::npos);
}

TEST_CASE("a library's symbols and values can be taken out of it", "[ytt][library]") {
  const std::map<std::string, std::string> library{{"_ytt_lib/app/f.star", "def f(): return 7\n"},
                                                   {"_ytt_lib/app/values.yml", kValues}};
  const auto with = [&](const std::string& expression) {
    auto files = library;
    files["config.yml"] = kLoads + "v: #@ " + expression + "\n";
    return rendered(files);
  };
  CHECK(with("library.get(\"app\").export(\"f\")()") == "v: 7\n");
  CHECK(with("library.get(\"app\").data_values().name") == "v: own\n");
  CHECK(with("library.get(\"app\").export(\"g\")")
            .find("Expected to find exported symbol 'g', but did not") != std::string::npos);
  CHECK(with("library.get(\"nope\")").find("Expected to find library 'nope'") != std::string::npos);
}
