#pragma once
// Writing results: never half a file, never beside what was asked for.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::files {

// Writes beside `path` and renames. Fails with files/unwritable (a full disk, no permission),
// leaving the old file.
void write_atomically(const std::string& path, std::string_view content);

struct WriteSummary {
  std::size_t written = 0;  // new or changed
  std::size_t unchanged = 0;
  std::size_t removed = 0;
};

// Makes `directory` hold `files` (relative path → content). The directory carries a manifest,
// `.plumb-files`, of what plumb wrote: files of earlier runs that are gone now are removed, files
// of others are never touched; one of theirs in the way is the error files/foreign-file. `keep`:
// prefixes ("dev/web/") whose earlier files stay although they are not in `files`: targets that
// failed.
WriteSummary write_directory(const std::string& directory,
                             const std::map<std::string, std::string>& files,
                             const std::vector<std::string>& keep = {});

}  // namespace plumb::files
