// The disk as a tree. Only this file and output.cpp speak to the file system.

#include <algorithm>
#include <cerrno>
#include <shared_mutex>
#include <system_error>
#include <unordered_map>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "files/tree.h"

namespace plumb::files {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// Errors that only say that a path is not there, or is of another kind.
bool is_absence(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

EntryKind kind_of_mode(mode_t mode) {
  if (S_ISREG(mode)) return EntryKind::kFile;
  if (S_ISDIR(mode)) return EntryKind::kDirectory;
  return S_ISLNK(mode) ? EntryKind::kLink : EntryKind::kOther;
}

class DiskTree final : public Tree {
 public:
  DiskTree(std::string root, std::string shown) : root_(std::move(root)), shown_(std::move(shown)) {
    while (root_.size() > 1 && root_.ends_with('/')) root_.pop_back();
    if (root_.empty()) root_.push_back('.');
  }

  std::optional<EntryKind> kind_of(const Path& path) const override {
    if (const auto known = known_kind(path)) return known;
    if (!path.is_root() && !has_plain_parent(path)) return {};
    struct stat found;
    const std::string place = on_disk(path);
    if ((path.is_root() ? ::stat : ::lstat)(place.c_str(), &found) != 0) return absent(path, errno);
    const EntryKind kind = kind_of_mode(found.st_mode);
    remember(path, kind);
    return kind;
  }

  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override {
    if (path.is_root() || !has_plain_parent(path)) return {};
    const Descriptor file(
        ::open(on_disk(path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat found;
    if (file.number() < 0 && errno == ENXIO) return {};  // a socket, a pipe
    if (file.number() < 0 || ::fstat(file.number(), &found) != 0) return absent(path, errno);
    if (!S_ISREG(found.st_mode)) return {};
    return read_all(path, file, static_cast<std::uint64_t>(found.st_size), limits);
  }

  std::optional<std::vector<Entry>> list_directory(const Path& path) const override {
    if (kind_of(path) != EntryKind::kDirectory) return {};
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(on_disk(path).c_str()),
                                                        ::closedir);
    if (!directory) return absent(path, errno);
    std::vector<Entry> entries;
    errno = 0;
    while (const dirent* const found = ::readdir(directory.get())) {
      const std::string_view name = found->d_name;
      if (name != "." && name != "..")
        entries.push_back({std::string(name), kind_of(path, *found)});
      errno = 0;
    }
    if (errno != 0) return absent(path, errno);
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
  }

  std::optional<std::string> read_link(const Path& path) const override {
    if (path.is_root() || !has_plain_parent(path)) return {};
    char target[PATH_MAX];
    const ssize_t length = ::readlink(on_disk(path).c_str(), target, sizeof target);
    if (length < 0 && errno == EINVAL) return {};  // not a link
    if (length < 0) return absent(path, errno);
    return std::string(target, static_cast<std::size_t>(length));
  }

  std::string describe(const Path& path) const override {
    if (shown_.empty()) return path.is_root() ? "." : path.text();
    return path.is_root()  ? shown_
           : shown_ == "/" ? cat('/', path.text())
                           : cat(shown_, '/', path.text());
  }

 private:
  std::string on_disk(const Path& path) const {
    if (path.is_root()) return root_;
    return root_ == "/" ? cat('/', path.text()) : cat(root_, '/', path.text());
  }

  std::nullopt_t absent(const Path& path, int error) const {
    if (is_absence(error)) return std::nullopt;
    const std::string cause = std::generic_category().message(error);
    const std::string place = describe(path);
    fail("files/unreadable", {}, cat("cannot read '", place, "': ", lower(cause)), {},
         {place, cause});
  }

  // Some file systems tell no kind while listing.
  EntryKind kind_of(const Path& directory, const dirent& entry) const {
    if (entry.d_type == DT_REG) return EntryKind::kFile;
    if (entry.d_type == DT_DIR) return EntryKind::kDirectory;
    if (entry.d_type == DT_LNK) return EntryKind::kLink;
    if (entry.d_type != DT_UNKNOWN) return EntryKind::kOther;
    return kind_of(directory.child(entry.d_name)).value_or(EntryKind::kOther);
  }

  std::string read_all(const Path& path, const Descriptor& file, std::uint64_t size,
                       const Limits& limits) const {
    if (size > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, {});
    std::string content;
    content.resize(static_cast<std::size_t>(size) + 1);  // one more: a file that grew shows itself
    std::size_t filled = 0;
    for (;;) {
      const ssize_t got = ::read(file.number(), content.data() + filled, content.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) absent(path, errno);
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
      if (filled == size) break;  // less than was asked for: the end
      if (filled > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, {});
      if (filled == content.size()) content.resize(content.size() * 2);
    }
    content.resize(filled);
    return content;
  }

  // The system follows links on the way to a file, this tree does not: every directory on the way
  // must be one. What was seen is kept, so this costs nothing the second time.
  bool has_plain_parent(const Path& path) const {
    return kind_of(path.parent()) == EntryKind::kDirectory;
  }
  std::optional<EntryKind> known_kind(const Path& path) const {
    const std::shared_lock lock(mutex_);
    const auto known = kinds_.find(path.text());
    return known == kinds_.end() ? std::nullopt : std::optional(known->second);
  }
  void remember(const Path& path, EntryKind kind) const {
    const std::unique_lock lock(mutex_);
    kinds_.emplace(path.text(), kind);
  }

  std::string root_;
  std::string shown_;
  mutable std::shared_mutex mutex_;
  mutable std::unordered_map<std::string, EntryKind> kinds_;
};

}  // namespace

std::unique_ptr<Tree> open_disk(const std::string& directory, std::string shown) {
  return std::make_unique<DiskTree>(directory, std::move(shown));
}

}  // namespace plumb::files
