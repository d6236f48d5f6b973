#include "kustomize/wording.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/go_yaml_syntax.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::kustomize;

namespace {

std::string problem(std::string_view text) {
  const auto found = find_go_yaml_problem(text, 3);
  return found ? cat(found->words, " @", found->context.value_or(found->line)) : "none";
}

std::string rewritten(std::string_view text) {
  Arena arena;
  yaml::Profile profile = yaml::kKustomizeProfile;
  profile.reprinted = false;
  profile.merge_keys = yaml::MergeKeys::kKeep;
  const yaml::Document document = yaml::read_first(text, {}, profile, arena);
  return write_go_yaml(*document.root, {text, &document});
}

}  // namespace

TEST_CASE("the first problem of a text is the one that go-yaml meets", "[kustomize][wording]") {
  CHECK(problem("a: 1\nb: [x\n") == "did not find expected ',' or ']' @1");
  CHECK(problem("a:\n  b: 1\n c: 2\n") == "did not find expected key @0");
  CHECK(problem("a:\n- x\n  y: 1\n") == "mapping values are not allowed in this context @2");
  CHECK(problem("a\nb: 1\n") == "mapping values are not allowed in this context @1");
  CHECK(problem("a: 'x\n") == "found unexpected end of stream @0");
  CHECK(problem("a: *x\n") == "unknown anchor 'x' referenced @0");
  CHECK(problem("a: &x 1\nb: *x\n") == "none");
  CHECK(problem("? [a, b]\n: {c: d}\n") == "none");
}

TEST_CASE("a rewritten text keeps comments, styles, anchors and tags", "[kustomize][wording]") {
  for (const std::string_view text :
       {"a: [1, 2]\nb:\n- x\n- y: 1\n", "# top\na: 1 # one\n# two\nb: |\n  x\n  y\n",
        "b: &x {k: v}\nd: *x\n", "a: 'x'\nb: \"y\\tz\"\n", "a: !!str 1\nb: !own x\n"})
    CHECK(rewritten(text) == text);
  CHECK(rewritten("a:   1\nb: {c: }\n") == "a: 1\nb: {c: ''}\n");
}

TEST_CASE("a text is quoted as Go quotes it", "[kustomize][wording]") {
  CHECK(go_quoted("a\"b\\\n\t\x01") == "\"a\\\"b\\\\\\n\\t\\x01\"");
  CHECK(go_quoted("\xC2\xA0\xC3\xA9") == "\"\\u00a0\xC3\xA9\"");
}

TEST_CASE("words gather around an error", "[kustomize][wording]") {
  try {
    during("resources", [] {
      during(
          "file", [] { return Arguments{"a.yaml"}; },
          [] { fail("kustomize/no-metadata", {}, "nothing there"); });
    });
  } catch (const Error& error) {
    CHECK(
        words_of(error) ==
        "accumulating resources: accumulating resources from 'a.yaml': missing Resource metadata");
    CHECK(error.diagnostic().code == "kustomize/no-metadata");
  }
}
