#pragma once
// How schemas and violations of them are told: the lines, what was found, what was expected. Inside
// the module only.

#include <string>
#include <string_view>
#include <vector>

#include "ytt/node.h"

namespace plumb::ytt {

struct Violation {
  std::vector<Place> annotations;
  Place place;
  std::string calculated;  // the item, where code made it: it stands nowhere
  std::string description, expected, found;
  std::vector<std::string> hints;
};
using Violations = std::vector<Violation>;

std::string print_violations(const SourceStore& sources, std::string_view summary,
                             const Violations& violations);
// Throws ytt/schema with the report.
[[noreturn]] void refuse_schema(const SourceStore& sources, std::string_view summary,
                                const Violations& violations);

}  // namespace plumb::ytt
