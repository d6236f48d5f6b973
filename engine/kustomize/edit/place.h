#pragma once
// The directory in which an edit command runs.

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/source.h"
#include "files/tree.h"

namespace plumb::kustomize::edit {

struct Place {
  const files::Tree& tree;  // of the whole machine
  std::string directory;    // absolute, without links
  SourceStore& sources;
  Limits limits = {};
  std::vector<std::string> log = {};  // what is worth a remark; the command goes on
};

// `text` seen from the directory. It may not be there.
files::Path path_of(const Place& place, std::string_view text);
bool exists(const Place& place, std::string_view text);

// Whether `name` is what a pattern means, by Go's rules: `*` and `?` stop at slashes, `[a-z]` is a
// class, a backslash takes the next character as it is. Errors: kustomize/edit.
bool matches(std::string_view pattern, std::string_view name);

// The files that a pattern means, in order; a hidden one only where the pattern is one.
std::vector<std::string> glob(const Place& place, const std::string& pattern);
// The files of all patterns; a pattern without any is remarked upon.
std::vector<std::string> glob_all(Place& place, const std::vector<std::string>& patterns);
// The same, but what is no file must be a directory that can be built, or a URL. Errors:
// kustomize/edit.
std::vector<std::string> glob_targets(const Place& place, const std::vector<std::string>& patterns);

}  // namespace plumb::kustomize::edit
