#pragma once
// What go-yaml finds wrong with a text, and where it says it is.
//
// plumb's own reader has found an error already; this is asked only for the words of it. go-yaml
// works on tokens, looks a few of them ahead, and reports what it meets first, which is often
// another thing at another line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::kustomize {

struct GoYamlProblem {
  std::string words;     // "did not find expected key"
  bool scanner = false;  // noticed while looking for tokens: lines count from one more
  bool has_line = true;  // some problems are told without a line
  std::optional<std::size_t> context;  // the line, from 0, where the unfinished thing began
  std::size_t line = 0;                // where it was noticed
};

// The first problem in the first document of `text`; nothing when there is none. `lookahead`: how
// many tokens are read before one is used (1 in version 2, 3 in version 3).
std::optional<GoYamlProblem> find_go_yaml_problem(std::string_view text, std::size_t lookahead);

}  // namespace plumb::kustomize
