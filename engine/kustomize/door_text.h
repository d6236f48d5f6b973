#pragma once
// How kustomize words what goes wrong: one row a code, from the code's arguments.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace plumb::kustomize {

// The text behind "Error: ", or nothing for what has no counterpart.
std::optional<std::string> door_text(const Diagnostic& diagnostic);
// `inner` with the words around it that kustomize has for what it was doing; see wording.h. `doing`
// must be a row of the table.
std::string door_text_around(const std::string& inner, std::string_view doing,
                             const std::vector<std::string>& arguments);
// A line of a warning, or nothing.
std::optional<std::string> door_warning(const Diagnostic& diagnostic);

}  // namespace plumb::kustomize
