#pragma once
// Remote bases and files on this side: `mirrors` of plumb.yaml, URL prefix → git repository or
// directory.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "files/git.h"
#include "files/tree.h"

namespace plumb::render {

// Where a URL lies: a tree, and the path in it.
struct MirrorPlace {
  const files::Tree* tree = nullptr;
  files::Path path;
};

// Shared by all targets of a command; safe for several threads.
class Mirrors {
 public:
  // `mirrors`: as written in plumb.yaml; paths are relative to `root`.
  Mirrors(std::map<std::string, std::string> mirrors, std::string root)
      : mirrors_(std::move(mirrors)), root_(std::move(root)) {}

  // The longest prefix of `url` that is listed (".git" and "//" in between do not count), at `ref`
  // if it is a repository. Nothing: no entry. Errors are those of files/git.h.
  std::optional<MirrorPlace> find(std::string_view url, std::string_view ref);

 private:
  const files::Tree& open(const std::string& location, std::string_view ref);
  std::map<std::string, std::string> mirrors_;
  std::string root_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<files::Repository>> repositories_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<files::Tree>> trees_;
};

}  // namespace plumb::render
