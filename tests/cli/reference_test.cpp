// Pages of docs/reference that are made from the program's tables. PLUMB_ACCEPT=1 writes them anew.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "base/text.h"
#include "cli/command.h"
#include "files/tree.h"
#include "project/project.h"

namespace plumb::cli {

namespace {

std::string page_path(std::string_view name) {
  return cat(PLUMB_TESTS_DIR, "/../docs/reference/", name);
}

std::string read_page(std::string_view name) {
  std::ifstream in(page_path(name), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void check_page(std::string_view name, const std::string& expected) {
  if (std::getenv("PLUMB_ACCEPT") != nullptr) {
    std::ofstream(page_path(name), std::ios::binary) << expected;
  }
  INFO(cat("docs/reference/", name, " is not what the tables say; write it with PLUMB_ACCEPT=1"));
  CHECK(read_page(name) == expected);
}

// In a cell of a table, '|' would end it.
std::string cell(std::string_view text) {
  return replace_all(replace_all(std::string(text), "|", "\\|"), "\n", " ");
}

std::string option_names(const OptionRow& option) {
  std::string out = option.letter.empty() ? "" : cat("`", option.letter, "`, ");
  return out + cat("`", option.name, option.argument.empty() ? "" : " ", option.argument, "`");
}

std::string commands_of(std::string_view option) {
  if (option == "--directory" || option == "--color" || option == "--help") return "all";
  std::string out;
  for (const CommandRow& row : command_rows()) {
    if (std::find(row.options.begin(), row.options.end(), option) != row.options.end())
      out += cat(out.empty() ? "" : ", ", row.name);
  }
  return out;
}

std::string commands_page() {
  std::string out =
      "# Commands\n\n"
      "`plumb COMMAND [-e ENV]… [UNIT…] [options]`; no `-e` means all environments, no UNIT all "
      "units. Results go to\nstdout, all or nothing; everything else goes to stderr. This page is "
      "made from the program's tables.\n\n"
      "| command | what it does |\n| --- | --- |\n";
  for (const CommandRow& row : command_rows())
    out += cat("| [`", row.name, "`](#", row.name, ") | ", cell(row.summary), " |\n");
  out += "\n## Options\n\n| option | meaning | commands |\n| --- | --- | --- |\n";
  for (const OptionRow& option : option_rows()) {
    out += cat("| ", option_names(option), " | ", cell(option.help), " | ",
               commands_of(option.name), " |\n");
  }
  for (const CommandRow& row : command_rows()) {
    out += cat("\n## ", row.name, "\n\n```\nplumb ", row.name, row.arguments.empty() ? "" : " ",
               row.arguments, "\n```\n\n", row.details.empty() ? row.summary : row.details, "\n");
  }
  return out;
}

std::string limits_page() {
  const Limits defaults;
  std::string out =
      "# Limits\n\n"
      "Every bound on input has a name. Passing one is the error `base/limit`, which names it. All "
      "can be set in plumb.yaml:\n\n"
      "```yaml\nlimits: {starlark_steps: 5000000}\n```\n\n"
      "The doors `ytt` and `kustomize` keep those on memory and on nesting only. This page is made "
      "from the program's table.\n\n"
      "| name | default | bounds |\n| --- | --- | --- |\n";
  for (const LimitRow& row : limit_rows()) {
    out += cat("| `", row.name, "` | ", std::to_string(defaults.*row.field), " | ", row.meaning,
               " |\n");
  }
  return out;
}

// The first ```yaml block of a page.
std::string first_yaml(const std::string& page) {
  const std::size_t start = page.find("```yaml\n");
  const std::size_t end = page.find("\n```", start);
  REQUIRE(end != std::string::npos);
  return page.substr(start + 8, end - start - 7);
}

}  // namespace

TEST_CASE("the page of commands says what the tables say", "[cli][reference]") {
  check_page("commands.md", commands_page());
}

TEST_CASE("the page of limits says what the table says", "[cli][reference]") {
  check_page("limits.md", limits_page());
}

TEST_CASE("the plumb.yaml of the reference is understood, key by key", "[cli][reference]") {
  const std::string page = read_page("plumb-yaml.md");
  const std::string text = first_yaml(page);
  const files::MemoryTree tree{{"plumb.yaml", text}};
  SourceStore sources;
  Arena arena;
  const project::Project project = project::load(tree, sources, arena);
  CHECK(project.units.size() == 6);
  CHECK(project.environments.size() == 3);
  CHECK_FALSE(project.find_environment("prod")->owned.empty());
}

}  // namespace plumb::cli
