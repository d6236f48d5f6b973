#pragma once
// Names → slots, before anything runs.
//
// A name assigned anywhere in a function is local to all of it; comprehensions have a scope of
// their own; names of the file become the module's globals, except loaded ones, which other modules
// do not see. At the top level a name must be bound above its use; inside functions anywhere in
// the file. Statements are allowed at the top level and globals may be assigned again.
//
// Source of the rules: the Starlark specification, with ytt's dialect flags.

#include <functional>
#include <string_view>
#include <vector>

#include "starlark/ast.h"

namespace plumb::starlark {

// A name from outside the program, or an unset value.
using LookUp = std::function<Value(std::string_view name)>;

struct Resolved {
  FunctionCode* top_level = nullptr;
  std::vector<Binding*> globals;  // by slot; exported
  std::vector<Fault> faults;      // by discovery; none: the program can run
};

// Fills in every binding and FunctionCode below `block`.
Resolved resolve(Block block, const LookUp& outside, Arena& arena);

// The candidate a mistyped name was most likely meant to be, or "": case and underscores do not
// count, up to half of the letters may be wrong.
std::string_view nearest_name(std::string_view name, std::vector<std::string_view> candidates);

}  // namespace plumb::starlark
