#pragma once
// Tokens → tree. Throws Fault at the first mistake.

#include "starlark/ast.h"

namespace plumb::starlark {

// The statements of a whole program. The text must outlive the arena's use.
Block parse_program(std::string_view text, Blocks blocks, Arena& arena);

}  // namespace plumb::starlark
