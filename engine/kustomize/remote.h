#pragma once
// URLs in kustomizations, taken apart as kustomize does.
//
//   parse_remote("github.com/org/repo/deploy?ref=v1")
//       == Remote{"https://github.com/org/repo", "deploy", "v1"}
//   parse_remote("git@host:org/repo.git//deploy")->repository == "git@host:org/repo.git"
//   parse_remote("../base") == nullopt
//
// Where the repository ends is said by `_git/`, `//` or `.git`, else it is the first two parts of
// the path. Queries: ref (or version), timeout (seconds, or "1m30s"), submodules.

#include <optional>
#include <string>
#include <string_view>

#include "kustomize/kustomize.h"

namespace plumb::kustomize {

// Nothing for what is a path, also for a URL whose path leaves its repository.
std::optional<Remote> parse_remote(std::string_view text);
// A single file: http:// or https://.
bool is_remote_file(std::string_view text);

}  // namespace plumb::kustomize
