#include "render/mirrors.h"

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::render {

namespace {

// "https://host/org/repo.git//dir" and "https://host/org/repo/dir" are the same place.
std::string plain(std::string_view url) {
  std::string text(url);
  if (text.starts_with("git::")) text.erase(0, 5);
  const std::size_t scheme = text.find("://");
  const std::size_t from = scheme == std::string::npos ? 0 : scheme + 3;
  text =
      text.substr(0, from) + replace_all(replace_all(text.substr(from), ".git/", "/"), "//", "/");
  while (text.ends_with('/')) text.pop_back();
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  return text;
}

}  // namespace

std::optional<MirrorPlace> Mirrors::find(std::string_view url, std::string_view ref) {
  const std::string wanted = plain(url);
  const std::pair<const std::string, std::string>* best = nullptr;
  for (const auto& entry : mirrors_) {
    const std::string prefix = plain(entry.first);
    const bool fits =
        wanted == prefix || (wanted.starts_with(prefix) && wanted[prefix.size()] == '/');
    if (fits && (best == nullptr || entry.first.size() > best->first.size())) best = &entry;
  }
  if (best == nullptr) return std::nullopt;
  const std::string rest = wanted.substr(plain(best->first).size());
  const auto path = files::Path().resolve(rest.starts_with('/') ? std::string_view(rest).substr(1)
                                                                : std::string_view(rest));
  if (!path) return std::nullopt;
  return MirrorPlace{&open(best->second, ref), *path};
}

const files::Tree& Mirrors::open(const std::string& location, std::string_view ref) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<files::Tree>& tree = trees_[{location, std::string(ref)}];
  if (tree) return *tree;
  const std::string directory = location.starts_with('/') ? location : cat(root_, "/", location);
  std::unique_ptr<files::Repository>& repository = repositories_[location];
  if (!repository) {
    try {
      repository = files::open_repository(directory);
    } catch (const Error& error) {
      // A plain directory stands for files over https.
      if (error.diagnostic().code != "files/no-repository" || !ref.empty()) throw;
      tree = files::open_disk(directory, location);
      return *tree;
    }
  }
  tree = repository->open(ref.empty() ? "HEAD" : ref);
  return *tree;
}

}  // namespace plumb::render
