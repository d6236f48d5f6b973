#pragma once
// Git revisions as trees (door: libgit2, opened on first use).
//
// Blobs are read from the object database: no checkout, no working tree needed, bare repositories
// too. The owner of a checkout is not examined: CI and Argo CD read checkouts of other users.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "files/tree.h"

namespace plumb::files {

struct Revision {
  std::string commit;  // 40 hexadecimal digits
  std::string tree;    // likewise
};

class Repository {
 public:
  virtual ~Repository() = default;
  // Where the working tree's root is on disk; empty for a bare repository.
  virtual const std::string& work_directory() const = 0;
  // Errors: files/no-revision (with near branch and tag names), files/unreadable-object (shallow or
  // partial clones).
  virtual Revision resolve(std::string_view revision, Span mentioned = {}) const = 0;
  // The revision's files below `directory`; shown as "git:REVISION:PATH".
  virtual std::unique_ptr<Tree> open(std::string_view revision, const Path& directory = {},
                                     Span mentioned = {}) const = 0;
  // Tags that point at the revision, sorted; `git describe --tags` of it; the branch HEAD is on.
  virtual std::vector<std::string> tags_at(std::string_view revision) const = 0;
  virtual std::string describe_revision(std::string_view revision) const = 0;
  virtual std::string head_branch() const = 0;  // empty when detached
  virtual std::vector<std::string> remote_urls() const = 0;
};

// The repository that contains `directory` (searched upward, or bare at `directory`). Not one:
// files/no-repository. The library missing: files/no-libgit2, naming the package.
std::unique_ptr<Repository> open_repository(const std::string& directory, Span mentioned = {});

}  // namespace plumb::files
