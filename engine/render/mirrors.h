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
#include "kustomize/kustomize.h"
#include "render/fetch.h"

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
  // `network`: what is not listed may be fetched, into its cache.
  Mirrors(std::map<std::string, std::string> mirrors, std::string root,
          std::optional<FetchSettings> network = std::nullopt)
      : mirrors_(std::move(mirrors)), root_(std::move(root)), network_(std::move(network)) {}

  // The longest prefix of the URL that is listed (".git", "//", users and the short form host:path
  // do not count), at the ref if it is a repository. Nothing: no entry. Errors are those of
  // files/git.h and fetch.h.
  std::optional<MirrorPlace> find(const kustomize::Remote& remote);

 private:
  std::optional<MirrorPlace> find_listed(std::string_view url, std::string_view ref);
  std::optional<MirrorPlace> fetch(const kustomize::Remote& remote);
  const files::Tree& open(const std::string& location, std::string_view ref);
  std::map<std::string, std::string> mirrors_;
  std::string root_;
  std::optional<FetchSettings> network_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<files::Repository>> repositories_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<files::Tree>> trees_;
};

}  // namespace plumb::render
