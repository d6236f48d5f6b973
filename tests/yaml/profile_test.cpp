// The tables of docs/reference/profiles.md are made from the program. PLUMB_ACCEPT=1 writes them
// anew.

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::yaml {

namespace {

const std::string kPage = std::string(PLUMB_TESTS_DIR) + "/../docs/reference/profiles.md";

std::string type_name(Type type) {
  switch (type) {
    case Type::kNull:
      return "null";
    case Type::kBoolean:
      return "boolean";
    case Type::kInteger:
      return "integer";
    case Type::kFloat:
      return "float";
    case Type::kTimestamp:
      return "date";
    case Type::kMerge:
      return "merge key";
    default:
      return "text";
  }
}

std::string types_row(std::string_view written) {
  std::string row = cat("| `", written, "` |");
  for (const Resolution resolution :
       {Resolution::kKubernetes, Resolution::kGoYaml2, Resolution::kGoYaml3, Resolution::kYtt,
        Resolution::kJson, Resolution::kStrict})
    row += cat(' ', type_name(resolve(written, resolution)), " |");
  return row;
}

std::string printed_row(std::string_view value) {
  SourceStore sources;
  Arena arena;
  const SourceId id = sources.add("value", cat("k: ", value, "\n"));
  const Node& root = *read(sources, id, kKustomizeProfile, arena).documents[0].root;
  std::string row = cat("| `", value, "` |");
  for (const EmitProfile* const profile : {&kPlumbOutput, &kKustomizeOutput, &kYttOutput}) {
    const std::string text = emit(root, *profile);
    row += cat(" `", trim(std::string_view(text).substr(3)), "` |");
  }
  for (const JsonStyle* const style : {&kGoJson, &kNlohmannJson})
    row += cat(" `", emit_json(*find(root, "k"), *style), "` |");
  return row;
}

// The page with each row of the table between the marks made anew from its first cell.
std::string with_table(const std::string& page, std::string_view mark,
                       const std::function<std::string(std::string_view)>& make_row) {
  const std::string open = cat("<!-- ", mark, " -->\n");
  const std::size_t from = page.find(open) + open.size();
  const std::size_t to = page.find(cat("<!-- /", mark, " -->"));
  std::string table;
  for (const std::string_view line : split(std::string_view(page).substr(from, to - from), '\n')) {
    if (line.empty()) continue;
    const bool row = line.starts_with("| `");
    table += row ? make_row(line.substr(3, line.find("` |") - 3)) : std::string(line);
    table += '\n';
  }
  return cat(std::string_view(page).substr(0, from), table, std::string_view(page).substr(to));
}

}  // namespace

TEST_CASE("the page on profiles says what the program does", "[yaml][profile]") {
  std::ostringstream text;
  text << std::ifstream(kPage).rdbuf();
  const std::string page = text.str();
  const std::string made = with_table(with_table(page, "types", types_row), "printed", printed_row);
  if (std::getenv("PLUMB_ACCEPT") != nullptr) std::ofstream(kPage) << made;
  CHECK(made == page);
}

}  // namespace plumb::yaml
