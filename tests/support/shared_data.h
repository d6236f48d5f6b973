#pragma once
// Data sets that stand beside the repository on machines that have them. Tests that need one pass
// without it.

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace plumb::test {

// The text of shared/PATH next to the checkout (or above it, for a worktree), or nothing.
inline std::optional<std::string> shared_file(const std::string& path) {
  for (const char* const up : {"/../../shared/", "/../../../shared/"}) {
    std::ifstream in(std::string(PLUMB_TESTS_DIR) + up + path, std::ios::binary);
    if (!in) continue;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  return std::nullopt;
}

}  // namespace plumb::test
