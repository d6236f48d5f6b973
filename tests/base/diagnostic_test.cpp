#include "base/diagnostic.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

namespace plumb {

TEST_CASE("a diagnostic shows place, line, caret and cure", "[base][diagnostic]") {
  SourceStore sources;
  const SourceId id = sources.add("overlays/prod/kustomization.yaml", "resources: []\nimges:\n");
  Diagnostic diagnostic{Severity::kError,        "kustomize/unknown-field",    {id, 14, 5},
                        "unknown field 'imges'", {{"did you mean 'images'?"}}, {}};
  CHECK(format_diagnostic(diagnostic, sources) ==
        "overlays/prod/kustomization.yaml:2:1: error: unknown field 'imges' "
        "[kustomize/unknown-field]\n"
        "    imges:\n"
        "    ^^^^^\n"
        "note: did you mean 'images'?\n");
}

TEST_CASE("no line of a secret source is quoted", "[base][diagnostic]") {
  SourceStore sources;
  const SourceId id = sources.add_secret("db.env", "PASSWORD=canary\n");
  const Diagnostic diagnostic{Severity::kError, "x/y", {id, 0, 8}, "bad line", {}, {}};
  CHECK(format_diagnostic(diagnostic, sources) == "db.env:1:1: error: bad line [x/y]\n");
}

TEST_CASE("what a text says does not move the cursor", "[base][diagnostic]") {
  SourceStore sources;
  const SourceId id = sources.add("a\x1b.yaml", "k\x1b[2J: 1\n");
  const Diagnostic diagnostic{Severity::kError, "x/y", {id, 0, 1}, "no '\x1b[2J' and no\rline",
                              {{"a\tb\x7f"}},   {}};
  CHECK(format_diagnostic(diagnostic, sources) ==
        "a .yaml:1:1: error: no ' [2J' and no line [x/y]\n    k [2J: 1\n    ^\nnote: a b \n");
}

TEST_CASE("carets stand under characters, not bytes, and long lines are cut",
          "[base][diagnostic]") {
  SourceStore sources;
  const SourceId id = sources.add("a", "\xC3\xA4: \xC3\xB6\n");
  CHECK(format_diagnostic({Severity::kWarning, "x/y", {id, 4, 2}, "t", {}, {}}, sources) ==
        "a:1:5: warning: t [x/y]\n    \xC3\xA4: \xC3\xB6\n       ^\n");
  const SourceId wide = sources.add("b", std::string(100'000, 'x'));
  CHECK(
      format_diagnostic({Severity::kError, "x/y", {wide, 50'000, 3}, "t", {}, {}}, sources).size() <
      600);
}

TEST_CASE("a limit names itself and how to raise it", "[base][limits]") {
  const Limits limits;
  try {
    fail_limit(limits, &Limits::read_depth, {});
  } catch (const Error& error) {
    CHECK(error.diagnostic().code == "base/limit");
    CHECK(error.diagnostic().arguments == std::vector<std::string>{"read_depth", "10000"});
  }
}

TEST_CASE("places are found from both ends of a line", "[base][source]") {
  SourceStore sources;
  const SourceId id = sources.add("a.yaml", "a: 1\nb: 2\n");
  CHECK(sources.locate({id, 5, 1}) == Place{2, 1});
  CHECK(sources.locate({id, 4, 0}) == Place{1, 5});
  CHECK(sources.locate({id, 10, 0}) == Place{3, 1});
  CHECK(sources.text_of({id, 5, 1}) == "b");
  CHECK(sources.line(id, 2) == "b: 2");
}

}  // namespace plumb
