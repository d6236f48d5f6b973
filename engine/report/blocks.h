#pragma once
// The body of a plan or a diff, an object at a time, before it becomes text or Markdown.

#include <string>
#include <vector>

#include "report/show.h"

namespace plumb::report {

struct Block {
  char mark = ' ';
  std::string title;
  std::vector<ShownLine> lines;
};

enum class View : std::uint8_t { kPlan, kDiff };

// The steps in their order. Three objects or more with the very same changes share a block, which
// stands where the first of them does and names them all.
std::vector<Block> blocks_of(const plan::EnvironmentPlan& environment, View view,
                             const Context& context);

// The overview: rows of a table, the first is its head.
std::vector<std::vector<std::string>> overview(const plan::Plan& plan);
// What is refused, as lines, with the way to allow it.
std::vector<std::string> refusal_lines(const plan::EnvironmentPlan& environment,
                                       const Context& context);

}  // namespace plumb::report
