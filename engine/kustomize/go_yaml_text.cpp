#include "kustomize/go_yaml_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kustomize/go_yaml_syntax.h"

namespace plumb::kustomize {

namespace {

// What is found in the text itself, or in the tree made of it: told without a line.
struct Row {
  std::string_view code, words;  // % is the name in question
};
constexpr std::array kRows{
    Row{"yaml/alias-cycle", "anchor '%' value contains itself"},
    Row{"yaml/control-character", "control characters are not allowed"},
    Row{"yaml/encoding", "invalid leading UTF-8 octet"},
    Row{"yaml/unknown-anchor", "unknown anchor '%' referenced"},
};

std::string with_line(const GoYamlProblem& problem, GoYaml version) {
  if (!problem.has_line) return cat("yaml: ", problem.words);
  const std::size_t context = problem.context.value_or(0);
  const std::size_t counted = problem.scanner ? 1 : 0;
  std::size_t line = 0;
  if (version == GoYaml::kVersion3) {
    if (context > 0)
      line = context + counted;
    else if (problem.line > 0)
      line = problem.line + counted;
  } else {
    line = problem.line > 0 ? problem.line + counted : context;
  }
  return line == 0 ? cat("yaml: ", problem.words) : cat("yaml: line ", line, ": ", problem.words);
}

}  // namespace

std::string go_yaml_words(const Diagnostic& diagnostic, std::string_view text, GoYaml version) {
  const auto row = std::ranges::find(kRows, diagnostic.code, &Row::code);
  const bool unreadable =
      diagnostic.code == "yaml/control-character" || diagnostic.code == "yaml/encoding";
  if (!unreadable)
    if (const auto problem = find_go_yaml_problem(text, version == GoYaml::kVersion3 ? 3 : 1))
      return with_line(*problem, version);
  if (row == kRows.end()) return diagnostic.text;
  const std::string name = diagnostic.arguments.empty() ? "" : diagnostic.arguments.front();
  return cat("yaml: ", replace_all(row->words, "%", name));
}

}  // namespace plumb::kustomize
