#include "yaml/edit.h"

#include <string>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::yaml {

namespace {

// What an edit is applied to, and what it gives. `value` is YAML.
struct Case {
  const char* before;
  const char* path;
  const char* value;
  const char* after;
};

const Node& node_of(SourceStore& sources, Arena& arena, const char* text) {
  return *read(sources, sources.add("value", text), kKustomizeProfile, arena).documents[0].root;
}

std::string edit_text(std::string_view text, Edit edit,
                      const Profile& profile = kKubernetesProfile) {
  SourceStore sources;
  const SourceId id = sources.add("in.yaml", std::string(text));
  try {
    return apply_edits(sources, id, profile, {edit});
  } catch (const Error& error) {
    return error.diagnostic().code + " " + sources.describe(error.diagnostic().span);
  }
}

void check_set(const Case& each) {
  SourceStore sources;
  Arena arena;
  CAPTURE(each.before, each.path, each.value);
  CHECK(edit_text(each.before, set_value(*parse_path(each.path),
                                         node_of(sources, arena, each.value))) == each.after);
}

void check_append(const Case& each) {
  SourceStore sources;
  Arena arena;
  CAPTURE(each.before, each.path, each.value);
  CHECK(edit_text(each.before, append_item(*parse_path(each.path),
                                           node_of(sources, arena, each.value))) == each.after);
}

std::string removed(const char* text, const char* path) {
  return edit_text(text, remove_node(*parse_path(path)));
}

}  // namespace

TEST_CASE("a scalar is replaced in its own quotes", "[yaml][edit]") {
  for (const Case& each : std::vector<Case>{
           {"a: 1 # one\nb: 2\n", "a", "3", "a: 3 # one\nb: 2\n"},
           {"a: 'x'\n", "a", "it's", "a: 'it''s'\n"},
           {"a: \"x\"\n", "a", "z", "a: \"z\"\n"},
           {"a: \"x\"\n", "a", "5", "a: 5\n"},
           {"a: x\n", "a", "'5'", "a: \"5\"\n"},
           {"a: x\n", "a", "'no'", "a: \"no\"\n"},
           {"a: x\n", "a", "'- b'", "a: '- b'\n"},
           {"a: x # c\n", "a", "\"l\\nm\\n\"", "a: | # c\n  l\n  m\n"},
           {"a: |  # c\n  l\n  m\nb: 1\n", "a", "\"n\\no\\n\"", "a: |  # c\n  n\n  o\nb: 1\n"},
           {"a: |-  # c\n  l\n  m\nb: 1\n", "a", "7", "a: 7  # c\nb: 1\n"},
           {"a: >-\n  l\n  m\nb: 1\n", "a", "n o", "a: >-\n  n o\nb: 1\n"},
           {"a: one\n  two # c\nb: 1\n", "a", "x", "a: x # c\nb: 1\n"},
           {"- a\n- 'b'\n", "[1]", "c", "- a\n- 'c'\n"},
           {"{a: b, c: [d, e]}\n", "c[1]", "'x, y'", "{a: b, c: [d, 'x, y']}\n"},
           {"{\"a\": \"b\", \"c\": 1}\n", "c", "x", "{\"a\": \"b\", \"c\": \"x\"}\n"},
           {"a: !!str 12\n", "a", "x", "a: x\n"},
           {"a: &k x\nb: 1\n", "a", "z", "a: &k z\nb: 1\n"},
           {"a: &k x\nb: *k\n", "b", "z", "a: &k x\nb: z\n"},
           {"a: 1\r\nb: 2\r\n", "b", "\"x\\ny\"", "a: 1\r\nb: |-\r\n  x\r\n  y\r\n"},
           {"a: 1\nb: 2", "b", "3", "a: 1\nb: 3"},
           {"'a b': 1\n\"c\": 2\n", "\"a b\"", "3", "'a b': 3\n\"c\": 2\n"},
           {"? a\n: b\n", "a", "c", "? a\n: c\n"},
           {"--- # x\na: 1\n...\n---\nb: 1\n", "a", "2", "--- # x\na: 2\n...\n---\nb: 1\n"},
           {"x\n", "", "z", "z\n"},
           {"--- x # c\n", "", "z", "--- z # c\n"},
       })
    check_set(each);
}

TEST_CASE("what has no value yet gets one", "[yaml][edit]") {
  for (const Case& each : std::vector<Case>{
           {"a:\nb: 1\n", "a", "x", "a: x\nb: 1\n"},
           {"a: # c\nb: 1\n", "a", "x", "a: x # c\nb: 1\n"},
           {"a: ~\n", "a", "x", "a: x\n"},
           {"a: &k\nb: 1\n", "a", "x", "a: &k x\nb: 1\n"},
           {"-\n- 1\n", "[0]", "x", "- x\n- 1\n"},
           {"{a: , b}\n", "b", "x", "{a: , b: x}\n"},
           {"{a: , b}\n", "a", "x", "{a: x, b}\n"},
           {"", "a.b", "x", "a:\n  b: x\n"},
           {"# only\n", "a", "x", "# only\na: x\n"},
           {"# only", "a", "x", "# only\na: x"},
           {"---\n---\nb: 1\n", "a", "x", "---\na: x\n---\nb: 1\n"},
           {"a: {}\n", "a.b", "x", "a:\n  b: x\n"},
           {"a: {} # c\n", "a.b", "x", "a: # c\n  b: x\n"},
           {"a: []\nb: 1\n", "a[0]", "x", "a:\n- x\nb: 1\n"},
           {"a:\n  # nothing\nb: 1\n", "a.c", "x", "a:\n  c: x\n  # nothing\nb: 1\n"},
           {"- {}\n", "[0].a", "x", "- a: x\n"},
           {"- {} # c\n", "[0].a", "x", "- # c\n  a: x\n"},
       })
    check_set(each);
}

TEST_CASE("a value becomes a collection, a collection another or a value", "[yaml][edit]") {
  for (const Case& each : std::vector<Case>{
           {"a: 1 # c\nb: 2\n", "a", "{x: [1, 2], z: {}}",
            "a: # c\n  x:\n  - 1\n  - 2\n  z: {}\nb: 2\n"},
           {"a:\n    x: 1 # c\nb: 2\n", "a", "[1, {k: v, w: 2}]",
            "a:\n    - 1\n    - k: v\n      w: 2\nb: 2\n"},
           {"a:\n- x\n- y\nb: 2\n", "a", "{k: v}", "a:\n  k: v\nb: 2\n"},
           {"a: # c\n  x: 1\n  y: 2 # d\nb: 2\n", "a", "z", "a: z # c\nb: 2\n"},
           {"- k: v\n  w: 1 # c\n- 2\n", "[0]", "z", "- z\n- 2\n"},
           {"- k: v\n  w: 1\n- 2\n", "[0]", "[z]", "- - z\n- 2\n"},
           {"- |\n  text\n- 2\n", "[0]", "{k: v}", "- k: v\n- 2\n"},
           {"{a: 1}\n", "a", "{x: [1, 'b:c']}", "{a: {x: [1, 'b:c']}}\n"},
           {"{\"a\": 1}\n", "a", "{x: [1, 'b:c']}", "{\"a\": {\"x\": [1, \"b:c\"]}}\n"},
           {"a: &k\n  x: 1\n", "a", "{z: 2}", "a: &k\n  z: 2\n"},
           {"a: &k x # c\n", "a", "{z: 2}", "a: &k # c\n  z: 2\n"},
           {"a: 1\n", "", "[x, z]", "- x\n- z\n"},
           {"--- 1\n", "", "[x, z]", "---\n- x\n- z\n"},
       })
    check_set(each);
}

TEST_CASE("a new key stands like its neighbours", "[yaml][edit]") {
  for (const Case& each : std::vector<Case>{
           {"a: 1 # c\n", "b", "2", "a: 1 # c\nb: 2\n"},
           {"a: 1", "b", "2", "a: 1\nb: 2"},
           {"a:\n    b: 1\n", "c.d", "2", "a:\n    b: 1\nc:\n    d: 2\n"},
           {"a:\n  - b\nc: 1\n", "d", "[x]", "a:\n  - b\nc: 1\nd:\n  - x\n"},
           {"a:\n- b\nc: 1\n", "d", "[x]", "a:\n- b\nc: 1\nd:\n- x\n"},
           {"a:\n  b: 1\n\n# of c\nc: 1\n", "a.d", "2", "a:\n  b: 1\n  d: 2\n\n# of c\nc: 1\n"},
           {"a: |\n  text", "b", "1", "a: |-\n  text\nb: 1"},
           {"a: |+\n  text\n\n", "b", "1", "a: |+\n  text\n\nb: 1\n"},
           {"a: 1\r\n", "b.c", "2", "a: 1\r\nb:\r\n  c: 2\r\n"},
           {"- k: v\n- 2\n", "[0].w", "1", "- k: v\n  w: 1\n- 2\n"},
           {"{a: 1}\n", "b", "2", "{a: 1, b: 2}\n"},
           {"{\"a\": 1}\n", "b", "x", "{\"a\": 1, \"b\": \"x\"}\n"},
           {"{\n  \"a\": 1\n}\n", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"},
           {"{\n  a: 1 # c\n}\n", "b", "2", "{\n  a: 1, # c\n  b: 2\n}\n"},
           {"a: {b: 1}\n", "a.c.d", "2", "a: {b: 1, c: {d: 2}}\n"},
           {"c:\n- name: a\n  v: 1\n", "c[name=b].v", "2",
            "c:\n- name: a\n  v: 1\n- name: b\n  v: 2\n"},
           {"a: 1\n", "metadata.labels.\"x/y\"", "z", "a: 1\nmetadata:\n  labels:\n    x/y: z\n"},
           {"x: &k {a: 1}\ny:\n  <<: *k\n  b: 1\n", "y.a", "2",
            "x: &k {a: 1}\ny:\n  <<: *k\n  b: 1\n  a: 2\n"},
       })
    check_set(each);
}

TEST_CASE("a new key takes its place in a given order", "[yaml][edit]") {
  constexpr std::string_view kOrder[] = {"apiVersion", "kind", "resources", "images"};
  SourceStore sources;
  Arena arena;
  Edit edit = set_value(*parse_path("resources"), node_of(sources, arena, "[a]"));
  edit.order = kOrder;
  CHECK(edit_text("kind: K\n# of images\nimages: []\n", edit) ==
        "kind: K\nresources:\n- a\n# of images\nimages: []\n");
  CHECK(edit_text("# of images\nimages: []\n", edit) ==
        "resources:\n- a\n# of images\nimages: []\n");
  CHECK(edit_text("x: 1\n", edit) == "x: 1\nresources:\n- a\n");
}

TEST_CASE("an item is appended, and its sequence made when there is none", "[yaml][edit]") {
  for (const Case& each : std::vector<Case>{
           {"kind: Kustomization\n", "resources", "a.yaml",
            "kind: Kustomization\nresources:\n- a.yaml\n"},
           {"resources:\n- a.yaml # c\n# - off.yaml\n\nimages: []\n", "resources", "b.yaml",
            "resources:\n- a.yaml # c\n- b.yaml\n# - off.yaml\n\nimages: []\n"},
           {"resources:\n  - a.yaml\n", "resources", "b.yaml",
            "resources:\n  - a.yaml\n  - b.yaml\n"},
           {"resources: []\n", "resources", "b.yaml", "resources:\n- b.yaml\n"},
           {"resources:\n", "resources", "b.yaml", "resources:\n- b.yaml\n"},
           {"resources: [a.yaml]\n", "resources", "b.yaml", "resources: [a.yaml, b.yaml]\n"},
           {"images:\n- name: a\n  newTag: \"1\"\n", "images", "{name: b, newTag: '2'}",
            "images:\n- name: a\n  newTag: \"1\"\n- name: b\n  newTag: \"2\"\n"},
           {"a:\n- |\n  x\n", "a", "z", "a:\n- |\n  x\n- z\n"},
           {"- - 1\n", "[0]", "2", "- - 1\n  - 2\n"},
           {"", "resources", "a", "resources:\n- a\n"},
       })
    check_append(each);
  SourceStore sources;
  Arena arena;
  const Node& x = node_of(sources, arena, "x");
  CHECK(edit_text("# head\n- a\n- b\n", insert_item({}, 0, x)) == "- x\n# head\n- a\n- b\n");
  CHECK(edit_text("- a # c\n- b\n", insert_item({}, 1, x)) == "- a # c\n- x\n- b\n");
  CHECK(edit_text("- - a\n  - b\n", insert_item(*parse_path("[0]"), 0, x)) ==
        "- - x\n  - a\n  - b\n");
  CHECK(edit_text("[a, b]\n", insert_item({}, 0, x)) == "[x, a, b]\n");
}

TEST_CASE("what is removed takes its own comments along", "[yaml][edit]") {
  CHECK(removed("a: 1\n# of b\nb: 2 # c\n  # inner\nc: 3\n", "b") == "a: 1\nc: 3\n");
  CHECK(removed("# file\n\n# of a\na: 1\nb: 2\n", "a") == "# file\n\nb: 2\n");
  CHECK(removed("a: 1\nb: 2", "b") == "a: 1\n");
  CHECK(removed("a:\n  x: 1\n  y: 2\nb: 1\n", "a.y") == "a:\n  x: 1\nb: 1\n");
  CHECK(removed("a:\n  x: 1 # c\nb: 1\n", "a.x") == "a: {}\nb: 1\n");
  CHECK(removed("a:\n- x\nb: 1\n", "a[0]") == "a: []\nb: 1\n");
  CHECK(removed("- k: v\n  w: 1\n- 2\n", "[0].k") == "- w: 1\n- 2\n");
  CHECK(removed("- k: v\n  # of w\n  w: 1\n- 2\n", "[0].k") == "- \n  # of w\n  w: 1\n- 2\n");
  CHECK(removed("- a\n- b\n- c\n", "[1]") == "- a\n- c\n");
  CHECK(removed("{a: 1, b: 2, c: 3}\n", "b") == "{a: 1, c: 3}\n");
  CHECK(removed("{a: 1, b: 2}\n", "b") == "{a: 1}\n");
  CHECK(removed("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b") == "{\n  \"a\": 1\n}\n");
  CHECK(removed("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a") == "{\n  \"b\": 2\n}\n");
  CHECK(removed("a: |+\n  x\n\nb: 1\n\nc: 2\n", "b") == "a: |+\n  x\n\nc: 2\n");
  CHECK(removed("a: 1\r\nb: 2\r\nc: 3\r\n", "b") == "a: 1\r\nc: 3\r\n");
  CHECK(removed("x: &k 1\na: *k\nb: *k\n", "a") == "x: &k 1\nb: *k\n");
}

TEST_CASE("a key is renamed and keeps its quotes", "[yaml][edit]") {
  const auto renamed = [](const char* text, const char* path, const char* name) {
    return edit_text(text, rename_key(*parse_path(path), name));
  };
  CHECK(renamed("a: 1 # c\nb: 2\n", "a", "x") == "x: 1 # c\nb: 2\n");
  CHECK(renamed("'a': 1\n", "a", "x") == "'x': 1\n");
  CHECK(renamed("a: 1\n", "a", "no") == "\"no\": 1\n");
  CHECK(renamed("{\"a\": 1}\n", "a", "x") == "{\"x\": 1}\n");
  CHECK(renamed("a: 1\nb: 2\n", "a", "b") == "yaml/edit-key in.yaml:2:1");
}

TEST_CASE("edits that a text cannot take are refused by name", "[yaml][edit]") {
  SourceStore sources;
  Arena arena;
  const Node& x = node_of(sources, arena, "x");
  CHECK(removed("a: 1\n", "b") == "yaml/edit-path in.yaml:1:1");
  CHECK(edit_text("a: 1\n", set_value(*parse_path("a.b"), x)) == "yaml/edit-path in.yaml:1:4");
  CHECK(edit_text("a: 1\n", append_item(*parse_path("a"), x)) == "yaml/edit-path in.yaml:1:4");
  CHECK(edit_text("a: [1]\n", set_value(*parse_path("a[3]"), x)) == "yaml/edit-path in.yaml:1:4");
  CHECK(edit_text("a: &k {b: 1}\nc: *k\n", set_value(*parse_path("c.b"), x)) ==
        "yaml/edit-shared in.yaml:1:7");
  CHECK(edit_text("a: &k {b: 1}\nc: *k\n", set_value(*parse_path("a.b"), x)) ==
        "yaml/edit-shared in.yaml:1:7");
  CHECK(removed("a: &k {b: 1}\nc: *k\n", "a") == "yaml/edit-shared in.yaml:1:7");
  CHECK(removed("x: &k {a: 1}\ny:\n  <<: *k\n  b: 1\n", "y.a") == "yaml/edit-shared in.yaml:3:3");
  CHECK(edit_text("a: [b: c]\n", set_value(*parse_path("a[0].d"), x)).substr(0, 14) ==
        "yaml/edit-form");
}

TEST_CASE("many edits are one call, in their order, over the documents of a stream",
          "[yaml][edit]") {
  SourceStore sources;
  Arena arena;
  const Node& x = node_of(sources, arena, "x");
  const Node& two = node_of(sources, arena, "2");
  Edit other = set_value(*parse_path("b"), two);
  other.document = 1;
  const SourceId id = sources.add("in.yaml", "r:\n- a # c\n---\nb: 1\n");
  CHECK(apply_edits(sources, id, kKubernetesProfile,
                    {append_item(*parse_path("r"), x), append_item(*parse_path("r"), two), other,
                     set_value(*parse_path("new.key"), x), remove_node(*parse_path("r[0]")),
                     rename_key(*parse_path("new"), "old")}) ==
        "r:\n- x\n- 2\nold:\n  key: x\n---\nb: 2\n");
}

TEST_CASE("a thousand edits of a long text are one pass", "[yaml][edit]") {
  std::string text, expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = cat("key", i);
    text += cat(key, ":\n  image: old # ", i, "\n");
    expected += cat(key, ":\n  image: ", i % 20 == 0 ? "new" : "old", " # ", i, "\n");
  }
  Arena arena;
  const Node& made = *make_string(arena, "new");
  std::vector<Edit> edits;
  for (int i = 0; i < 20'000; i += 20)
    edits.push_back(set_value({{key_step(cat("key", i)), key_step("image")}}, made));
  SourceStore sources;
  const SourceId id = sources.add("in.yaml", text);
  CHECK(apply_edits(sources, id, kKubernetesProfile, edits) == expected);
}

}  // namespace plumb::yaml
