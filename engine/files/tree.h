#pragma once
// Read-only trees of files: the disk, a git revision, memory, one tree over another.
//
// Rendering reads through a Tree only, so it can run on any revision without a checkout, and what
// it depends on is known exactly. A Tree does not change while it is in use and may be read by
// several threads at once.
//
// Symbolic links are entries of their own. resolve() follows them, inside the tree only: a link
// that leads outside is the error files/outside without a look at its target; a chain longer than
// 40 is files/link-loop.
//
//   MemoryTree tree{{"a/b.yaml", "x: 1\n"}};
//   tree.read(*Path::parse("a/b.yaml")) == "x: 1\n"
//   lookup(tree, *Path::parse("a"))      == EntryKind::kDirectory

#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "files/path.h"

namespace plumb::files {

enum class EntryKind : std::uint8_t {
  kFile,
  kDirectory,
  kLink,
  kOther /* socket, device, submodule */
};

struct Entry {
  std::string name;
  EntryKind kind = EntryKind::kFile;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// What can be asked of a tree. Paths are taken as they are: none of these follows a link in the
// last part or in between; use the free functions below. A path that is not there, or is of another
// kind, gives nothing.
class Tree {
 public:
  virtual ~Tree() = default;
  virtual std::optional<EntryKind> kind_of(const Path& path) const = 0;
  // The content of a file; larger than limits.file_bytes: the error base/limit. Unreadable:
  // files/unreadable.
  virtual std::optional<std::string> read_file(const Path& path, const Limits& limits) const = 0;
  // The entries of a directory by name, in byte order.
  virtual std::optional<std::vector<Entry>> list_directory(const Path& path) const = 0;
  // What a link says, unresolved.
  virtual std::optional<std::string> read_link(const Path& path) const = 0;
  // How a place in this tree is named to people: "a/b.yaml", "git:HEAD~1:a/b.yaml".
  virtual std::string describe(const Path& path) const = 0;
};

// Follows the links in `path`. The result names no link; nothing when something on the way is
// missing. Each look-up goes through kind_of and read_link, so a recording tree sees it.
// `mentioned`: the place that names the path, for errors.
std::optional<Path> resolve(const Tree& tree, const Path& path, Span mentioned = {});
// The kind behind all links, or nothing.
std::optional<EntryKind> lookup(const Tree& tree, const Path& path, Span mentioned = {});
// The content of a file behind all links, or nothing.
std::optional<std::string> read(const Tree& tree, const Path& path, const Limits& limits = {},
                                Span mentioned = {});
// The entries of the directory behind all links, or nothing.
std::optional<std::vector<Entry>> list(const Tree& tree, const Path& path, Span mentioned = {});

// All files below a directory, links to files included (links to directories are not walked, those
// that lead outside are named: reading them is the error), in byte order of their paths. `.git` is
// left out.
std::vector<Path> walk(const Tree& tree, const Path& directory);

// A directory of this machine. Refuses nothing but what the system refuses; links are read, not
// followed.
// `shown`: how people call the directory in messages; "" when its files are named by their paths
// below it.
std::unique_ptr<Tree> open_disk(const std::string& directory, std::string shown = {});

// A tree of texts, for tests and generated input; directories are implied by the paths.
class MemoryTree final : public Tree {
 public:
  MemoryTree() = default;
  explicit MemoryTree(std::map<std::string, std::string> texts);
  MemoryTree(std::initializer_list<std::pair<const std::string, std::string>> texts)
      : MemoryTree(std::map<std::string, std::string>(texts)) {}
  void add_file(const Path& path, std::string content);
  void add_link(const Path& path, std::string target);
  std::optional<EntryKind> kind_of(const Path& path) const override;
  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override;
  std::optional<std::vector<Entry>> list_directory(const Path& path) const override;
  std::optional<std::string> read_link(const Path& path) const override;
  std::string describe(const Path& path) const override;

 private:
  struct Item {
    EntryKind kind;
    std::string content;  // of a file, or where a link leads
  };
  void add(Item item, const Path& path);
  std::map<Path, Item> items_;
  std::map<Path, std::set<std::string>> directories_;
};

// `upper` where it has a path, else `lower`; directories are merged. Both must outlive the result.
std::unique_ptr<Tree> layer(const Tree& upper, const Tree& lower);
// The part of a tree below `directory`, seen as a tree. `tree` must outlive it.
std::unique_ptr<Tree> subtree(const Tree& tree, const Path& directory);

// What a target depends on: the files read, the directories listed, and the paths looked for and
// not found.
struct Inputs {
  std::set<Path> files;
  std::set<Path> directories;
  std::set<Path> missing;
  void add(const Inputs& more);
};

// Passes everything on to `tree` and notes what was asked. `tree` must outlive it. Safe for several
// threads.
class RecordingTree final : public Tree {
 public:
  explicit RecordingTree(const Tree& tree) : tree_(tree) {}
  std::optional<EntryKind> kind_of(const Path& path) const override;
  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override;
  std::optional<std::vector<Entry>> list_directory(const Path& path) const override;
  std::optional<std::string> read_link(const Path& path) const override;
  std::string describe(const Path& path) const override;
  Inputs inputs() const;

 private:
  const Tree& tree_;
  mutable std::mutex mutex_;
  mutable Inputs inputs_;
};

}  // namespace plumb::files
