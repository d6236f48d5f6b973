#include "yaml/read.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/parallel.h"
#include "yaml/emit.h"

namespace plumb::yaml {

namespace {

// A stream as compact JSON, a document a line.
std::string read_as_json(std::string_view text, const Profile& profile = kKubernetesProfile) {
  SourceStore sources;
  Arena arena;
  std::string out;
  try {
    const Stream stream = read(sources, sources.add("in.yaml", std::string(text)), profile, arena);
    for (const Document& document : stream.documents) {
      out += emit_json(*document.root, {.sorted_keys = false, .escape_html = false}) + "\n";
    }
  } catch (const Error& error) {
    return error.diagnostic().code + " " + sources.describe(error.diagnostic().span);
  }
  return out;
}

}  // namespace

TEST_CASE("block and flow collections nest in every way", "[yaml][read]") {
  CHECK(read_as_json("a: 1\nb:\n- x\n- y: 2\n  z: [1, {k: v}]\nc:\n  - - 1\n    - 2\n") ==
        R"({"a":1,"b":["x",{"y":2,"z":[1,{"k":"v"}]}],"c":[[1,2]]})"
        "\n");
  CHECK(read_as_json("? a\n: b\n? - x\n  - y\n", kKubernetesProfile) ==
        "yaml/collection-key in.yaml:3:3");
  CHECK(read_as_json("{a: 1, b, 'c': \"d\", ? e : f}") == R"({"a":1,"b":null,"c":"d","e":"f"})"
                                                          "\n");
  CHECK(read_as_json("[a: 1, b]") == "[{\"a\":1},\"b\"]\n");
}

TEST_CASE("scalars fold, keep and chomp their lines", "[yaml][read]") {
  CHECK(read_as_json("a: one\n  two\n\n  three\n") == "{\"a\":\"one two\\nthree\"}\n");
  CHECK(read_as_json("a: |\n  x\n   y\n\nb: >-\n  p\n  q\n\n  r\n") ==
        R"({"a":"x\n y\n","b":"p q\nr"})"
        "\n");
  CHECK(read_as_json("a: |+\n  x\n\nb: |2\n    y\n") == "{\"a\":\"x\\n\\n\",\"b\":\"  y\\n\"}\n");
  CHECK(read_as_json("a: \"x\\\n   y \\u00e4\\n\"\nb: 'it''s\n  ok'\n") ==
        "{\"a\":\"xy \xC3\xA4\\n\",\"b\":\"it's ok\"}\n");
}

TEST_CASE("a stream has documents, markers and comments", "[yaml][read]") {
  CHECK(read_as_json("---\na: 1\n...\n---\n# nothing\n---\n- b\n") == "{\"a\":1}\nnull\n[\"b\"]\n");
  SourceStore sources;
  Arena arena;
  const Stream stream =
      read(sources, sources.add("a", "# head\na: 1 # line\n"), kYttTemplateProfile, arena);
  REQUIRE(stream.documents.size() == 1);
  REQUIRE(stream.documents[0].comments.size() == 2);
  CHECK(stream.documents[0].comments[0].text == " head");
  CHECK(stream.documents[0].comments[0].own_line);
  CHECK(stream.documents[0].comments[1].text == " line");
  CHECK_FALSE(stream.documents[0].comments[1].own_line);
}

TEST_CASE("a span slices to the text of its node", "[yaml][read]") {
  SourceStore sources;
  Arena arena;
  const Stream stream =
      read(sources,
           sources.add("a", "key: 'it''s'\nlist:\n- 1\n- two words\nmap: {x: y}\npair: [k: v w]\n"),
           kKubernetesProfile, arena);
  const Node& root = *stream.documents[0].root;
  CHECK(sources.text_of(find(root, "key")->span) == "'it''s'");
  CHECK(sources.text_of(find(root, "list")->span) == "- 1\n- two words");
  CHECK(sources.text_of(find(root, "list")->items[1]->span) == "two words");
  CHECK(sources.text_of(find(root, "map")->span) == "{x: y}");
  CHECK(sources.text_of(find(root, "pair")->items[0]->span) == "k: v w");
  CHECK(sources.text_of(root.entries[1].key->span) == "list");
}

TEST_CASE("plain scalars resolve by profile", "[yaml][read]") {
  struct Row {
    const char* text;
    Type yaml11, core;
  };
  for (const Row& row :
       {Row{"yes", Type::kBoolean, Type::kString}, Row{"true", Type::kBoolean, Type::kBoolean},
        Row{"~", Type::kNull, Type::kNull}, Row{"0x1F", Type::kInteger, Type::kInteger},
        Row{"1_000", Type::kInteger, Type::kInteger}, Row{"017", Type::kInteger, Type::kInteger},
        Row{"08", Type::kFloat, Type::kFloat}, Row{"1e3", Type::kFloat, Type::kFloat},
        Row{"1e400", Type::kString, Type::kString}, Row{".inf", Type::kFloat, Type::kFloat},
        Row{"2001-01-01", Type::kTimestamp, Type::kTimestamp},
        Row{"1:30", Type::kString, Type::kString}, Row{"2001-13-01", Type::kString, Type::kString},
        Row{"<<", Type::kMerge, Type::kMerge},
        Row{"18446744073709551616", Type::kFloat, Type::kFloat}}) {
    INFO(row.text);
    CHECK(resolve(row.text, Resolution::kGoYaml2) == row.yaml11);
    CHECK(resolve(row.text, Resolution::kGoYaml3) == row.core);
  }
  CHECK(resolve("18446744073709551616", Resolution::kKubernetes) == Type::kInteger);
  CHECK(decimal("-0b101") == "-5");
}

TEST_CASE("aliases and merge keys give what their anchors hold", "[yaml][read]") {
  CHECK(read_as_json("base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3\n") ==
        R"({"base":{"x":1,"y":2},"d":{"x":1,"y":3}})"
        "\n");
  CHECK(read_as_json("a: &x [*x]\n") == "yaml/alias-cycle in.yaml:1:8");
  CHECK(read_as_json("a: *x\n") == "yaml/unknown-anchor in.yaml:1:4");
  CHECK(read_as_json("<<: [{a: 1}]\n", kYttPlainProfile) == "yaml/merge in.yaml:1:1");
}

TEST_CASE("an alias that names no anchor is answered with the near one", "[yaml][read]") {
  SourceStore sources;
  Arena arena;
  try {
    read(sources, sources.add("a", "x: &defaults 1\ny: *default\n"), kKubernetesProfile, arena);
    FAIL("read without an error");
  } catch (const Error& error) {
    CHECK(error.diagnostic().notes.at(0).text == "did you mean 'defaults'?");
  }
}

TEST_CASE("mistakes are told at their place", "[yaml][read]") {
  CHECK(read_as_json("a: 1\na: 2\n") == "yaml/duplicate-key in.yaml:2:1");
  CHECK(read_as_json("a: b: c\n") == "yaml/mapping-place in.yaml:1:5");
  CHECK(read_as_json("a:\n\tb: 1\n") == "yaml/tab in.yaml:2:1");
  CHECK(read_as_json("a: 'x\n") == "yaml/unclosed-quote in.yaml:1:4");
  CHECK(read_as_json("a: [1, 2\n") == "yaml/expected-comma in.yaml:2:1");
  CHECK(read_as_json("a: - b\n") == "yaml/sequence-place in.yaml:1:4");
  CHECK(read_as_json("a:\n  b: 1\n c: 2\n") == "yaml/expected-key in.yaml:3:2");
  CHECK(read_as_json("a: \"\\q\"\n") == "yaml/escape in.yaml:1:5");
  CHECK(read_as_json("a: \xFF\n") == "yaml/encoding in.yaml:1:4");
  CHECK(read_as_json("a: \x01\n") == "yaml/control-character in.yaml:1:4");
  CHECK(read_as_json("%YAML 1.2\n---\na\n") == "yaml/version in.yaml:1:1");
  CHECK(read_as_json("%TAG !%79! x\n---\na\n") == "yaml/directive in.yaml:1:1");
  CHECK(read_as_json("!!int x\n") == "yaml/tag-value in.yaml:1:7");
}

TEST_CASE("a tree takes at most six bytes a byte of a dense text", "[yaml][read][limits]") {
  for (const std::size_t lines : {300U, 3'000U, 30'000U, 300'000U}) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i)  // 24 bytes a node
      text += "field_number_" + std::to_string(1'000'000 + i) + ": its value too # and why\n";
    SourceStore sources;
    Arena arena;
    read(sources, sources.add("in", text), kKubernetesProfile, arena);
    INFO(lines);
    CHECK(arena.bytes() <= 6 * text.size());
  }
}

TEST_CASE("deep, wide and self-referring input ends in a result or a named limit",
          "[yaml][read][limits]") {
  run_with_deep_stack([] {
    CHECK(read_as_json(std::string(20'000, '[')).starts_with("base/limit"));
    std::string maps;
    for (std::size_t i = 0; i < 5'000; ++i) maps += std::string(i, ' ') + "a:\n";
    CHECK(read_as_json(maps).size() > 5'000);
    std::string wide;
    for (int i = 0; i < 100'000; ++i) wide += "k" + std::to_string(i) + ": 1\n";
    CHECK(read_as_json(wide).size() > 100'000);
    std::string bomb = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 40; ++i) {
      const std::string below = "*a" + std::to_string(i - 1);
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + below + ", " + below +
              "]\n";
    }
    CHECK(read_as_json(bomb).starts_with("base/limit"));
  });
}

}  // namespace plumb::yaml
