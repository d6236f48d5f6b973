#include "ytt/door.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace plumb;
using namespace plumb::ytt;

namespace {

namespace fs = std::filesystem;

// A directory of files that is gone with the test.
class TestDirectory {
 public:
  explicit TestDirectory(const std::map<std::string, std::string>& files) {
    char name[] = "/tmp/plumb-ytt-XXXXXX";
    root_ = mkdtemp(name);
    for (const auto& [path, text] : files) {
      fs::create_directories((root_ / path).parent_path());
      std::ofstream(root_ / path) << text;
    }
  }
  ~TestDirectory() { fs::remove_all(root_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  DoorWorld run(const std::vector<std::string>& words, int expected = 0) const {
    DoorWorld world;
    world.working_directory = root_.string();
    world.read_stdin = [] { return std::string("a: 1\n"); };
    world.environment = [] { return std::vector<std::string>{"APP_a__b=x", "OTHER=1"}; };
    SourceStore sources;
    const int status = run_door(words, world, sources);
    INFO(world.err);
    CHECK(status == expected);
    return world;
  }
  std::string text(const std::string& path) const {
    std::ifstream in(root_ / path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  fs::path root_;
};

std::string rendered(const std::string& text, const std::vector<std::string>& more = {}) {
  const TestDirectory place({{"config.yml", text}});
  std::vector<std::string> words{"-f", "config.yml"};
  words.insert(words.end(), more.begin(), more.end());
  return place.run(words).out;
}

std::string failure(const std::string& text) {
  return TestDirectory({{"config.yml", text}}).run({"-f", "config.yml"}, 1).err;
}

}  // namespace

TEST_CASE("expressions give values, and loops and conditions give items", "[ytt][template]") {
  CHECK(rendered("#@ names = [\"a\", \"b\"]\nlist:\n#@ for name in names:\n- #@ name\n#@ end\n"
                 "#@ if/end len(names) > 5:\nmany: true\nsum: #@ 1 + 2\n") ==
        "list:\n- a\n- b\nsum: 3\n");
}

TEST_CASE("a function that holds nodes returns a fragment", "[ytt][template]") {
  CHECK(rendered("#@ def labels(name):\napp: #@ name\ntier: web\n#@ end\nlabels: #@ labels(\"x\")\n"
                 "count: #@ len(labels(\"y\"))\n") == "labels:\n  app: x\n  tier: web\ncount: 2\n");
}

TEST_CASE("template.replace puts items in the place of one", "[ytt][template]") {
  CHECK(rendered("#@ load(\"@ytt:template\", \"template\")\na: 1\n_: #@ template.replace({\"b\": "
                 "2})\nc: 3\n") == "a: 1\nb: 2\nc: 3\n");
}

TEST_CASE("strings can be text templates", "[ytt][text]") {
  CHECK(rendered("#@ x = \"y\"\n#@yaml/text-templated-strings\na(@= x @): b-(@= x @)-c\n") ==
        "ay: b-y-c\n");
}

TEST_CASE("functions come from other files", "[ytt][load]") {
  const TestDirectory place(
      {{"config.yml",
        "#@ load(\"lib.star\", \"twice\")\n#@ load(\"dir/f.lib.yml\", \"f\")\n"
        "a: #@ twice(2)\nb: #@ f()\n"},
       {"lib.star", "def twice(x):\n  return x * 2\nend\n"},
       {"dir/f.lib.yml", "#@ def f():\nc: 1\n#@ end\n"}});
  CHECK(place.run({"-f", "."}).out == "a: 4\nb:\n  c: 1\n");
}

TEST_CASE("data values come in layers, flags last", "[ytt][values]") {
  const TestDirectory place(
      {{"config.yml", "#@ load(\"@ytt:data\", \"data\")\n---\nall: #@ data.values\n"},
       {"values.yml", "#@data/values\n---\na: {b: 1, c: 2}\nd: [1]\n"},
       {"more.yml", "a: {c: 3}\nd: [2]\n"}});
  CHECK(place
            .run({"-f", "config.yml", "-f", "values.yml", "--data-values-file", "more.yml",
                  "--data-values-env", "APP", "--data-value-yaml", "a.n=5"})
            .out == "all:\n  a:\n    b: x\n    c: 3\n    \"n\": 5\n  d:\n  - 2\n");
}

TEST_CASE("overlays change what their matchers find", "[ytt][overlay]") {
  CHECK(rendered(R"(kind: A
items:
- name: x
  size: 1
- name: y
---
kind: B
---
#@ load("@ytt:overlay", "overlay")
#@overlay/match by=overlay.subset({"kind": "A"})
---
items:
#@overlay/match by="name"
- name: x
  size: 2
  #@overlay/match missing_ok=True
  new: true
#@overlay/match by="name"
#@overlay/remove
- name: y
- name: z
)") == "kind: A\nitems:\n- name: x\n  size: 2\n  new: true\n- name: z\n---\nkind: B\n");
}

TEST_CASE("a failure shows the lines that led to it", "[ytt][error]") {
  CHECK(
      failure("#@ def f():\n#@   return 1 + \"a\"\n#@ end\na: #@ f()\n") ==
      "ytt: Error: \n- unknown binary op: int + string\n    in f\n      config.yml:2 | #@   return "
      "1 + \"a\"\n    in <toplevel>\n      config.yml:4 | a: #@ f()\n");
  CHECK(failure("a: #@ true\n") ==
        "ytt: Error: \n- undefined: true (hint: use 'True' instead of 'true' for boolean "
        "assignment)\n    config.yml:1 | a: #@ true\n");
}

TEST_CASE("a failed overlay names the way to its item", "[ytt][error]") {
  CHECK(failure("a: 1\n---\n#@ load(\"@ytt:overlay\", \"overlay\")\n#@overlay/match "
                "by=overlay.all\n---\nb: 2\n") ==
        "ytt: Error: Overlaying (in following order: config.yml):\n  Document on line "
        "config.yml:5:\n    Map item (key 'b') on line config.yml:6:\n      Expected number of "
        "matched nodes to be 1, but was 0\n");
}

TEST_CASE("what is not supported is named", "[ytt][error]") {
  const TestDirectory place({{"config.yml", "a: 1\n"}, {"other.yml", "b: 1\n"}});
  CHECK(place.run({"-f", "config.yml", "--debug"}, 1).err.find("--debug") != std::string::npos);
}

TEST_CASE("a value that code made is shown as code where it breaks a schema", "[ytt][error]") {
  const TestDirectory place(
      {{"config.yml",
        "#@ load(\"@ytt:library\", \"library\")\n"
        "a: #@ library.get(\"app\").with_data_values({\"port\": \"abc\"}).data_values()\n"},
       {"_ytt_lib/app/schema.yml", "#@data/values-schema\n---\nport: 80\n"}});
  CHECK(
      place.run({"-f", "."}, 1)
          .err.find("Data value calculated:\n         #\n         # port: \"abc\"\n         #\n") !=
      std::string::npos);
}

TEST_CASE("files are written below the output directory", "[ytt][files]") {
  const TestDirectory place({{"in/a.yml", "a: #@ 1\n"}, {"in/t/b.txt", "x (@= \"y\" @)\n"}});
  CHECK(place.run({"-f", "in", "--output-files", "out"}).out ==
        "creating: out/t/b.txt\ncreating: out/a.yml\n");
  CHECK(place.text("out/a.yml") == "a: 1\n");
  CHECK(place.text("out/t/b.txt") == "x y\n");
}

TEST_CASE("files can be listed without being read as templates", "[ytt][files]") {
  const TestDirectory place({{"a.yml", "#@ nonsense(\n"}, {"_ytt_lib/x/b.yml", "a: 1\n"}});
  CHECK(place.run({"-f", ".", "--files-inspect"}).out == "- a.yml\n");
}

TEST_CASE("a schema gives defaults and holds data values to their types", "[ytt][schema]") {
  const TestDirectory place(
      {{"schema.yml",
        "#@data/values-schema\n---\nname: web\nport: 80\n#@schema/nullable\n"
        "host: \"\"\nlist:\n- \"\"\n"},
       {"config.yml", "#@ load(\"@ytt:data\", \"data\")\n---\nall: #@ data.values\n"}});
  CHECK(place.run({"-f", ".", "-v", "name=x"}).out ==
        "all:\n  name: x\n  port: 80\n  host: null\n  list: []\n");
  CHECK(
      place.run({"-f", ".", "-v", "prt=1"}, 1).err ==
      "ytt: Error: Overlaying data values (in following order: additional data values): \nOne or "
      "more data values were invalid\n====================================\n\nGiven data value is "
      "not declared in schema\n(data-value arg):\n    |\n  1 | prt=1\n    |\n\n    = found: prt\n "
      "   = expected: one of { host, list, name, port } (from schema.yml:2)\n    = hint: did you "
      "mean \"port\"?\n\n\n");
}

TEST_CASE("rules of data values are checked together at the end", "[ytt][validation]") {
  const TestDirectory place(
      {{"schema.yml",
        "#@data/values-schema\n---\n#@schema/validation min_len=2\nname: web\n"
        "#@schema/validation (\"a real port\", lambda v: v > 0)\nport: 80\n"},
       {"config.yml", "a: 1\n"}});
  CHECK(place.run({"-f", "."}).out == "a: 1\n");
  CHECK(
      place.run({"-f", ".", "-v", "name=x", "--data-value-yaml", "port=0"}, 1).err ==
      "ytt: Error: Validating final data values:\n  name\n    from: (data-value arg):1\n    - must "
      "be: length >= 2 (by: schema.yml:3)\n      found: length = 1\n\n  port\n    from: "
      "(data-value-yaml arg):1\n    - must be: a real port (by: schema.yml:5)\n\n\n");
}

TEST_CASE("strict reading refuses what a careful reader would take for something else",
          "[ytt][strict]") {
  using Case = std::pair<std::string, std::string>;
  for (const auto& [text, types] :
       {Case{"2015-01-01", "!!str or !!timestamp"}, Case{"yes", "!!str or !!bool"},
        Case{"0x1f", "!!str or !!int"}}) {
    const TestDirectory place({{"a.yml", "a: " + text + "\n"}});
    const std::string error = place.run({"-f", "a.yml", "--strict"}, 1).err;
    CHECK_THAT(error, Catch::Contains("Found '" + text + "' ambigious (could be " + types + ")"));
  }
}

TEST_CASE("a sequence that is a key shows its items as ytt's reader has them", "[ytt][read]") {
  CHECK(rendered("? [1, x]\n: f\n") ==
        "? - value: 1\n    line: 1\n  - value: x\n    line: 1\n: f\n");
  CHECK(rendered("---\n? [1]\n: f\n") == "? - value: 1\n    line: 1\n: f\n");
}

TEST_CASE("every command tells its flags", "[ytt][help]") {
  const TestDirectory place({{"a.yml", "a: 1\n"}, {"b.yml", "b: 1\n"}});
  CHECK(place.run({"help", "fmt"}).out ==
        "Format YAML templates\n\nUsage:\n  ytt fmt [flags]\n\nFlags:\n"
        "      --debug              Enable debug output\n"
        "  -f, --file stringArray   File (ie local path, HTTP URL, -) (can be specified multiple "
        "times)\n"
        "  -h, --help               help for fmt\n"
        "  -s, --strict             Configure to use _strict_ YAML subset\n");
  CHECK(place.run({"-f", "a.yml", "--help"}).out.starts_with("ytt performs YAML templating.\n"));
  CHECK(place.run({"t", "-h"}).out.find("\nAliases:\n  template, t, tpl\n") != std::string::npos);
  CHECK(place.run({"-f", "a.yml", "fmt"}).out == "a: 1\n");
  CHECK(place.run({"fmt", "--bulk-out"}, 1).err == "ytt: Error: unknown flag: --bulk-out\n");
  CHECK(place.run({"x", "y"}, 1).err ==
        "ytt: Error: command 'ytt' does not accept extra arguments 'x'\n");
}

TEST_CASE("mistakes of YAML are told as ytt tells them", "[ytt][error]") {
  const auto told = [](const std::string& text) {
    const std::string out = failure(text);
    return out.substr(out.find("yaml: ") + 6);
  };
  CHECK(told("a: \"\nb: 1\n") == "line 3: found unexpected end of stream\n");
  CHECK(told("a: 'x\n---\nb: 1\n") == "line 2: found unexpected document indicator\n");
  CHECK(told("a: 1\nb: {\n") == "line 2: did not find expected node content\n");
  CHECK(told("a: 1\n}\n") == "line 1: did not find expected key\n");
  CHECK(told("a: 1\n---\nb: \"\\q\"\n") == "line 3: found unknown escape character\n");
  CHECK(told("# x\n%FOO bar\n---\na: 1\n") == "line 2: found unknown directive name\n");
}

TEST_CASE("a text that starts without a marker has an empty document in front of the first marked",
          "[ytt][read]") {
  CHECK(failure("#! x\n---\na: #@ 1\n---\n#@ y =\n").find("__ytt_tpl2_start_node(7)") !=
        std::string::npos);
}

TEST_CASE("a fragment cannot be sliced", "[ytt][error]") {
  CHECK(failure("#@ def f():\n- 1\n#@ end\n---\nx: #@ f()[0:1]\n") ==
        "ytt: Error: \n- (p) yamlfragment.Slice: Not implemented\n");
}

TEST_CASE("bulk input that is no JSON, or of another form, is refused in the words of Go",
          "[ytt][files]") {
  const TestDirectory place({{"a.yml", "a: 1\n"}, {"b.yml", "b: 1\n"}});
  const auto told = [&](const std::string& text) {
    return place.run({"--bulk-in", text, "--bulk-out"}, 1).err;
  };
  CHECK(told("{") == "ytt: Error: unexpected end of JSON input\n");
  CHECK(told(" x") == "ytt: Error: invalid character 'x' looking for beginning of value\n");
  CHECK(told("[]") ==
        "ytt: Error: json: cannot unmarshal array into Go value of type template.BulkFiles\n");
  CHECK(told("{\"files\":[{\"name\":1}]}") ==
        "ytt: Error: json: cannot unmarshal number into Go struct field BulkFile.files.name of "
        "type string\n");
  CHECK(place.run({"--bulk-in", "{\"files\":null}"}).out.empty());
}
