// What go-yaml v3 makes of texts that are on the edge: cases/go-verdicts.json holds [text,
// verdict], where a verdict is the documents as JSON, one a line, or "refused". The cases are ours;
// the verdicts were compared with go-yaml v3.0.1 itself, as were all 402 inputs of the YAML test
// suite. PLUMB_ACCEPT=1 writes the verdicts anew.

#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "real_files.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

constexpr JsonStyle kInOrder{.sorted_keys = false, .escape_html = false};

std::string verdict(const std::string& text) {
  SourceStore sources;
  Arena arena;
  Profile profile = kKustomizeProfile;
  profile.collections_as_keys = true;
  profile.reprinted = false;
  std::string out;
  try {
    for (const Document& document :
         read(sources, sources.add("case", text), profile, arena).documents)
      out += emit_json(*document.root, kInOrder) + "\n";
  } catch (const Error&) {
    return "refused";
  }
  return out;
}

}  // namespace

TEST_CASE("texts on the edge are taken, refused and understood as go-yaml does",
          "[yaml][read][go]") {
  const std::string path = std::string(PLUMB_TESTS_DIR) + "/yaml/cases/go-verdicts.json";
  const std::string json = read_file(path);
  Arena arena;
  const Node* const cases = read_json(json, {}, arena);
  REQUIRE(cases->items.size() > 100);
  std::string accepted;
  for (const Node* const each : cases->items) {
    const std::string text(each->items[0]->text);
    const std::string found = verdict(text);
    accepted +=
        cat(accepted.empty() ? "[\n" : ",\n", "[", emit_json(*make_string(arena, text), kInOrder),
            ", ", emit_json(*make_string(arena, found), kInOrder), "]");
    if (std::getenv("PLUMB_ACCEPT") != nullptr) continue;
    INFO(text);
    CHECK(found == each->items[1]->text);
  }
  if (std::getenv("PLUMB_ACCEPT") != nullptr) std::ofstream(path) << accepted << "\n]\n";
}

}  // namespace plumb::yaml
