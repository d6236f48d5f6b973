#include "render/mirrors.h"

#include <cstdlib>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::render {

namespace {

// "https://host/org/repo.git//dir" and "https://host/org/repo/dir" are the same place.
std::string plain(std::string_view url) {
  std::string text(url);
  if (text.starts_with("git::")) text.erase(0, 5);
  if (text.starts_with("ssh://")) text.replace(0, 6, "https://");
  if (!contains(text, "://")) {  // host:path
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos) text.replace(colon, 1, "/");
    text.insert(0, "https://");
  }
  if (const std::size_t user = text.find('@'); user != std::string::npos) {
    const std::size_t host = text.find("://") + 3;
    if (user > host && user < text.find('/', host)) text.erase(host, user + 1 - host);
  }
  const std::size_t scheme = text.find("://");
  const std::size_t from = scheme == std::string::npos ? 0 : scheme + 3;
  text =
      text.substr(0, from) + replace_all(replace_all(text.substr(from), ".git/", "/"), "//", "/");
  while (text.ends_with('/')) text.pop_back();
  if (text.ends_with(".git")) text.resize(text.size() - 4);
  return text;
}

// The path of `directory` below `root`; "" when it is the root, or elsewhere.
std::string below(const std::string& root, const std::string& directory) {
  const auto real = [](const std::string& path) {
    char* const text = realpath(path.c_str(), nullptr);
    std::string result = text != nullptr ? text : "";
    std::free(text);
    return result;
  };
  if (root.empty()) return {};
  const std::string above = real(root);
  const std::string path = real(directory);
  return path.starts_with(above + "/") ? path.substr(above.size() + 1) : std::string();
}

}  // namespace

std::optional<MirrorPlace> Mirrors::find(const kustomize::Remote& remote) {
  const std::string url =
      remote.directory.empty() ? remote.repository : cat(remote.repository, "/", remote.directory);
  if (auto place = find_listed(url, remote.ref)) return place;
  return network_ ? fetch(remote) : std::nullopt;
}

std::optional<MirrorPlace> Mirrors::fetch(const kustomize::Remote& remote) {
  const std::chrono::seconds timeout(remote.timeout_seconds);
  const files::Path name = *files::Path::parse("file");
  if (!remote.is_file) {
    const Fetched fetched = fetch_repository(*network_, remote.repository, remote.ref, timeout);
    const auto path = files::Path::parse(remote.directory);
    if (!path) return std::nullopt;
    return MirrorPlace{&open(fetched.repository, fetched.revision), *path};
  }
  const std::lock_guard lock(mutex_);
  std::unique_ptr<files::Tree>& tree = trees_[{remote.repository, "file"}];
  if (!tree) {
    const auto content = fetch_file(*network_, remote.repository, timeout);
    // A page about a repository is no file of objects.
    if (!content || trim(*content).starts_with('<')) return std::nullopt;
    auto memory = std::make_unique<files::MemoryTree>();
    memory->add_file(name, *content);
    tree = std::move(memory);
  }
  return MirrorPlace{tree.get(), name};
}

std::optional<MirrorPlace> Mirrors::find_listed(std::string_view url, std::string_view ref) {
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
  const std::string inside = below(repository->work_directory(), directory);
  if (!inside.empty() && ref.empty()) {
    // A directory of a checkout stands for files, too.
    tree = files::open_disk(directory, location);
    return *tree;
  }
  tree = repository->open(ref.empty() ? "HEAD" : ref, *files::Path::parse(inside));
  return *tree;
}

}  // namespace plumb::render
