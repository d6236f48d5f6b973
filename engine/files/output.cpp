#include "files/output.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "files/tree.h"

namespace plumb::files {

namespace {

constexpr std::string_view kManifestName = ".plumb-files";
constexpr std::string_view kManifestHead =
    "# plumb wrote these files: it replaces them, and removes those that are gone from its "
    "result\n";
constexpr int kTemporaryNamesMax = 1000;

[[noreturn]] void fail_unwritable(const std::string& path, int error) {
  const std::string cause = lower(std::generic_category().message(error));
  std::vector<Note> notes;
  if (error == ENOSPC || error == EDQUOT) notes.push_back({"make room; the old file is unchanged"});
  if (error == EACCES || error == EROFS) notes.push_back({"write somewhere else with '-o'"});
  fail("files/unwritable", {}, cat("cannot write '", path, "': ", cause), std::move(notes),
       {path, cause});
}

[[noreturn]] void fail_foreign(const std::string& path) {
  fail("files/foreign-file", {}, cat("'", path, "' is in the way and was not written by plumb"),
       {{"move it away, or choose another directory with '-o'"}}, {path});
}

// 0 or the error.
int write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t wrote = ::write(file, content.data(), content.size());
    if (wrote < 0 && errno != EINTR) return errno;
    if (wrote > 0) content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

int write_and_close(int file, std::string_view content) {
  const int error = write_all(file, content);
  if (::close(file) != 0 && error == 0) return errno;  // network file systems report quota here
  return error;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new file beside `path`, and its name.
std::pair<int, std::string> open_beside(const std::string& path, mode_t mode) {
  const std::string directory = parent_of(path);
  for (int attempt = 0; attempt < kTemporaryNamesMax; ++attempt) {
    std::string name = cat(directory, "/.plumb-", ::getpid(), "-", attempt, ".tmp");
    const int file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file >= 0) return {file, std::move(name)};
    if (errno != EEXIST) fail_unwritable(path, errno);
  }
  fail_unwritable(path, EEXIST);
}

void replace_file(const std::string& path, std::string_view content, mode_t mode) {
  const auto [file, temporary] = open_beside(path, mode);
  int error = write_and_close(file, content);
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  fail_unwritable(path, error);
}

// Pipes and devices such as /dev/stdout take the text as it comes.
void write_into(const std::string& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) fail_unwritable(path, errno);
  if (const int error = write_and_close(file, content)) fail_unwritable(path, error);
}

// Where the file behind links is; the path itself when there is none yet.
std::string behind_links(const std::string& path) {
  char real[PATH_MAX];
  return ::realpath(path.c_str(), real) ? std::string(real) : path;
}

// ---- a directory of files ----

std::string on_disk(const std::string& directory, const Path& path) {
  return path.is_root() ? directory : cat(directory, '/', path.text());
}

void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return;
  fail_unwritable(path, errno);
}

// With its parents.
void make_directories(const std::string& path) {
  struct stat found;
  if (::stat(path.c_str(), &found) == 0) {
    if (!S_ISDIR(found.st_mode)) fail_unwritable(path, ENOTDIR);
    return;
  }
  if (const std::string parent = parent_of(path); parent != path) make_directories(parent);
  make_directory(path);
}

std::string manifest_text(const std::set<Path>& paths) {
  std::string text(kManifestHead);
  for (const Path& path : paths) text += cat(path.text(), '\n');
  return text;
}

std::set<Path> read_manifest(const Tree& disk, const std::string& directory) {
  std::set<Path> paths;
  const auto text = disk.read_file(Path().child(kManifestName), Limits());
  if (!text) return paths;
  for (const std::string_view line : split(*text, '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    std::optional<Path> path = Path::parse(line);
    if (!path || path->text() != line)
      fail("files/bad-manifest", {},
           cat("'", directory, "/", kManifestName, "' names '", line, "', no path below it"),
           {{"remove the directory and write it again"}});
    paths.insert(*std::move(path));
  }
  return paths;
}

// What a run does to a directory: decided first, so that a foreign file stops it before anything
// is written.
struct Work {
  std::set<Path> owned;                     // by the manifest
  std::map<Path, std::string_view> wanted;  // what has to be there
  std::set<Path> kept;                      // owned, not wanted, and not to be touched
  std::set<Path> gone;                      // owned, and to be removed
  std::set<Path> directories;               // above what has to be there
};

std::map<Path, std::string_view> as_paths(const std::map<std::string, std::string>& files) {
  std::map<Path, std::string_view> paths;
  for (const auto& [name, content] : files) {
    const std::optional<Path> path = Path::parse(name);
    if (!path || path->text() != name || path->is_root() || name == kManifestName ||
        contains(name, "\n"))
      fail("files/bad-path", {}, cat("'", name, "' cannot be the name of a result file"));
    paths.emplace(*path, content);
  }
  return paths;
}

Work plan_work(const Tree& disk, const std::string& directory,
               const std::map<std::string, std::string>& files,
               const std::vector<std::string>& keep) {
  Work work{read_manifest(disk, directory), as_paths(files), {}, {}, {}};
  for (const auto& [path, content] : work.wanted)
    for (Path at = path.parent(); !at.is_root(); at = at.parent()) work.directories.insert(at);
  for (const Path& path : work.owned) {
    if (work.wanted.contains(path)) continue;
    bool is_kept = false;
    for (const std::string& prefix : keep) is_kept = is_kept || path.text().starts_with(prefix);
    (is_kept ? work.kept : work.gone).insert(path);
  }
  return work;
}

// Nothing but files that this run removes may stand where a directory or a file is needed.
void check_way(const Tree& disk, const std::string& directory, const Work& work, const Path& path) {
  for (Path at = path.parent(); !at.is_root(); at = at.parent()) {
    const auto kind = disk.kind_of(at);
    if (kind && *kind != EntryKind::kDirectory && !work.gone.contains(at))
      fail_foreign(on_disk(directory, at));
  }
  const auto kind = disk.kind_of(path);
  if (!kind || (*kind == EntryKind::kFile && work.owned.contains(path))) return;
  if (*kind != EntryKind::kDirectory) fail_foreign(on_disk(directory, path));
  for (const Path& inside : walk(disk, path))
    if (!work.gone.contains(inside)) fail_foreign(on_disk(directory, inside));
}

// Removes a file, and the directories that it leaves empty. Never through a link.
bool remove_file(const Tree& disk, const std::string& directory, const Path& path) {
  const auto kind = disk.kind_of(path);
  if (kind != EntryKind::kFile) return false;
  const std::string place = on_disk(directory, path);
  if (::unlink(place.c_str()) != 0 && errno != ENOENT) fail_unwritable(place, errno);
  for (Path at = path.parent(); !at.is_root(); at = at.parent())
    if (::rmdir(on_disk(directory, at).c_str()) != 0) break;
  return true;
}

bool has_content(const Tree& disk, const Path& path, std::string_view content) {
  Limits limits;
  limits.file_bytes = content.size();
  try {
    return disk.read_file(path, limits) == content;
  } catch (const Error&) {  // longer, or unreadable: it is replaced
    return false;
  }
}

// Whether a file that goes stands where a new one, or its directory, has to be.
bool is_in_the_way(const Work& work, const Path& gone) {
  if (work.directories.contains(gone)) return true;
  for (Path at = gone; !at.is_root(); at = at.parent())
    if (work.wanted.contains(at)) return true;
  return false;
}

}  // namespace

void write_atomically(const std::string& path, std::string_view content) {
  struct stat found;
  if (::stat(path.c_str(), &found) != 0) return replace_file(behind_links(path), content, 0666);
  if (S_ISDIR(found.st_mode)) fail_unwritable(path, EISDIR);
  if (!S_ISREG(found.st_mode)) return write_into(path, content);
  replace_file(behind_links(path), content, found.st_mode & 0777);
}

WriteSummary write_directory(const std::string& directory,
                             const std::map<std::string, std::string>& files,
                             const std::vector<std::string>& keep) {
  make_directories(directory);
  const std::unique_ptr<Tree> before = open_disk(directory);
  const Work work = plan_work(*before, directory, files, keep);
  for (const auto& [path, content] : work.wanted) check_way(*before, directory, work, path);

  // Until the end the manifest names old and new files, so a killed run leaves nothing ownerless.
  const std::string manifest = cat(directory, '/', kManifestName);
  std::set<Path> named = work.kept;
  for (const auto& [path, content] : work.wanted) named.insert(path);
  std::set<Path> both = named;
  both.insert(work.owned.begin(), work.owned.end());
  if (both != work.owned || work.owned.empty()) write_atomically(manifest, manifest_text(both));

  WriteSummary summary;
  for (const Path& path : work.gone)
    if (is_in_the_way(work, path)) summary.removed += remove_file(*before, directory, path);
  const std::unique_ptr<Tree> after = open_disk(directory);
  for (const auto& [path, content] : work.wanted) {
    if (has_content(*after, path, content)) {
      ++summary.unchanged;
      continue;
    }
    make_directories(on_disk(directory, path.parent()));
    replace_file(on_disk(directory, path), content, 0666);
    ++summary.written;
  }
  for (const Path& path : work.gone) summary.removed += remove_file(*after, directory, path);
  if (named != both) write_atomically(manifest, manifest_text(named));
  return summary;
}

}  // namespace plumb::files
