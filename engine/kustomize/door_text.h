#pragma once
// How kustomize words what goes wrong: one row a code, from the code's arguments.

#include <optional>
#include <string>

#include "base/diagnostic.h"

namespace plumb::kustomize {

// The text behind "Error: ", or nothing for what has no counterpart.
std::optional<std::string> door_text(const Diagnostic& diagnostic);
// A line of a warning, or nothing.
std::optional<std::string> door_warning(const Diagnostic& diagnostic);

}  // namespace plumb::kustomize
