#include "yaml/emit.h"

#include <string>

#include <catch2/catch.hpp>

#include "yaml/json.h"
#include "yaml/read.h"
#include "yaml/witness.h"

namespace plumb::yaml {

namespace {
std::string print(std::string_view text, const EmitProfile& profile,
                  const Profile& read_profile = kKustomizeProfile) {
  SourceStore sources;
  Arena arena;
  const Stream stream = read(sources, sources.add("a", std::string(text)), read_profile, arena);
  return emit(*stream.documents[0].root, profile);
}
}  // namespace

TEST_CASE("kustomize's output sorts keys naturally and quotes what YAML 1.1 would misread",
          "[yaml][emit]") {
  CHECK(print("b: 1\na10: yes\na2: 'no'\nA: 0x1F\nd: 2001-01-01\n", kKustomizeOutput) ==
        "A: 31\na2: \"no\"\na10: \"yes\"\nb: 1\nd: \"2001-01-01T00:00:00Z\"\n");
  CHECK(print("a: 1.0\nb: 1e6\nc: 123456789.5\nd: 1e21\n", kKustomizeOutput) ==
        "a: 1\nb: 1000000\nc: 1.234567895e+08\nd: 1e+21\n");
  CHECK(print("l:\n- - 1\n  - 2\n- k: v\n  w: [x]\n- {}\n- []\n", kKustomizeOutput) ==
        "l:\n- - 1\n  - 2\n- k: v\n  w:\n  - x\n- {}\n- []\n");
}

TEST_CASE("kustomize's output folds long lines behind column 80", "[yaml][emit]") {
  const std::string words =
      "word word word word word word word word word word word word word word word word word word";
  CHECK(print("k: " + words + "\n", kKustomizeOutput) ==
        "k: word word word word word word word word word word word word word word word word\n  "
        "word word\n");
}

TEST_CASE("strings take the plainest style that keeps them", "[yaml][emit]") {
  CHECK(print("a: \"x\\ny\\n\"\n", kYttOutput) == "a: |\n  x\n  y\n");
  CHECK(print("a: \"x \\ny\"\n", kYttOutput) == "a: \"x \\ny\"\n");
  CHECK(print("a: \"tab\\there\"\n", kYttOutput) == "a: \"tab\\there\"\n");
  CHECK(print("a: '- x'\nb: 'x: y'\nc: '#'\nd: ' x'\ne: a:b\n", kYttOutput) ==
        "a: '- x'\nb: 'x: y'\nc: '#'\nd: ' x'\ne: a:b\n");
  CHECK(print("a: \"\\n\"\nb: \"x\\n\\n\"\nc: \" x\\ny\"\n", kYttOutput) ==
        "a: |2+\n\nb: |+\n  x\n\nc: |2-\n   x\n  y\n");
  CHECK(print("a: \"\\U0001F600\"\n", kKustomizeOutput) == "a: \"\\U0001F600\"\n");
  CHECK(print("a: \"\\U0001F600\"\n", kPlumbOutput) == "a: \xF0\x9F\x98\x80\n");
}

TEST_CASE("plumb's output puts the head of a manifest first and keeps the order of the rest",
          "[yaml][emit]") {
  CHECK(print("spec:\n  b: 1\n  a: 2\nmetadata: {name: x}\nkind: K\napiVersion: v1\n", kPlumbOutput,
              kKubernetesProfile) ==
        "apiVersion: v1\nkind: K\nmetadata:\n  name: x\nspec:\n  b: 1\n  a: 2\n");
}

TEST_CASE("plumb's output quotes what any reader in the field would take for no string",
          "[yaml][emit]") {
  CHECK(print("a: '2022-02-01T23:07:09.496616'\nb: '='\nc: '12:30'\nd: '0o7'\ne: 2022-02-01x\n",
              kPlumbOutput) ==
        "a: \"2022-02-01T23:07:09.496616\"\nb: \"=\"\nc: \"12:30\"\nd: \"0o7\"\ne: 2022-02-01x\n");
}

TEST_CASE("long keys and keys of several lines become explicit", "[yaml][emit]") {
  const std::string key(129, 'k');
  CHECK(print("? " + key + "\n: v\n", kKustomizeOutput) == "? " + key + "\n: v\n");
  CHECK(print("\"a\\nb\": v\n", kKustomizeOutput) == "? |-\n  a\n  b\n: v\n");
}

TEST_CASE("what is no UTF-8 is base64, in lines of 70 when it is long", "[yaml][emit]") {
  CHECK(print("a: !!binary kJA=", kYttOutput) == "a: !!binary kJA=\n");
  CHECK(
      print("a: !!binary kJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQ",
            kYttOutput) ==
      "a: !!binary |\n  kJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ\n"
      "  CQ\n");
}

TEST_CASE("a literal that ends in a paragraph separator has ended its line", "[yaml][emit]") {
  CHECK(print("\"x\\ny\\P\"", kYttOutput) == "|\n  x\n  y\xE2\x80\xA9");
  CHECK(print("a: \"x\\ny\\P\"\nb: 1", kYttOutput) ==
        "a: |\n  x\n  y\xE2\x80\xA9"
        "b: 1\n");
}

TEST_CASE("JSON is printed as Go prints it", "[yaml][json]") {
  SourceStore sources;
  Arena arena;
  const Stream stream = read(sources, sources.add("a", "b: <a&b>\na: [1.0, 1e21, null, true]\n"),
                             kKustomizeProfile, arena);
  CHECK(emit_json(*stream.documents[0].root) ==
        R"({"a":[1,1e+21,null,true],"b":"\u003ca\u0026b\u003e"})");
}

TEST_CASE("JSON is read with numbers of any size", "[yaml][json]") {
  Arena arena;
  const Node* node = read_json(
      R"({"n": 123456789012345678901234567890, "f": 1.50, "e": "\ud83d\ude00"})", {}, arena);
  CHECK(find(*node, "n")->type == Type::kInteger);
  CHECK(find(*node, "n")->text == "123456789012345678901234567890");
  CHECK(find(*node, "f")->text == "1.50");
  CHECK(find(*node, "e")->text == "\xF0\x9F\x98\x80");
  CHECK_THROWS(read_json("{", {}, arena));
}

TEST_CASE("yaml-cpp reads what was emitted to the same data", "[yaml][witness]") {
  const std::string text =
      "a: 'yes'\nb: \"multi\\nline\\n\"\nc: [1, '1', 1.5, null, {}]\nd: {x: '', y: ' z '}\n'1': "
      "~\ne: \"\\ttab\"\n";
  SourceStore sources;
  Arena arena;
  const Stream stream = read(sources, sources.add("a", text), kKustomizeProfile, arena);
  const Node& root = *stream.documents[0].root;
  for (const EmitProfile* profile : {&kPlumbOutput, &kKustomizeOutput, &kYttOutput}) {
    const std::string emitted = emit(root, *profile);
    INFO(emitted);
    CHECK(find_difference(root, emitted) == std::nullopt);
    const Stream again = read(sources, sources.add("b", emitted), kKustomizeProfile, arena);
    CHECK(equal(root, *again.documents[0].root));
  }
  CHECK(find_difference(root, "a: no\n") != std::nullopt);
}

}  // namespace plumb::yaml
