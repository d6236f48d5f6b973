#pragma once
// The texts of `ytt help`. Inside the module only.

#include <string>
#include <string_view>

namespace plumb::ytt {

// Of a command; empty: of ytt itself, and so for a name that is no command. Error:
// ytt/unsupported, for commands that plumb does not have.
std::string help_text(std::string_view command);

}  // namespace plumb::ytt
