#include "files/tree.h"

#include <algorithm>

#include "base/text.h"

namespace plumb::files {

namespace {

constexpr int kLinksMax = 40;                     // in one path, as Linux has it
constexpr std::size_t kWalkFilesMax = 4'000'000;  // files below one directory

enum class Way : std::uint8_t { kArrived, kMissing, kOutside, kLoop };

struct Walked {
  Way way = Way::kArrived;
  Path path;           // where it arrived, or the link that went wrong
  std::string target;  // of the link that leads outside
};

// Follows `rest` part by part, so that '..' in a link is taken from where the link really is.
Walked follow(const Tree& tree, const Path& start) {
  Path at;
  std::string rest = start.text();
  Walked last;  // the last link, to be blamed when it leads outside
  int links = 0;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string part = rest.substr(0, slash);
    rest.erase(0, slash == std::string::npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (at.is_root()) return {Way::kOutside, last.path, last.target};
      at = at.parent();
      continue;
    }
    const Path next = at.child(part);
    const std::optional<EntryKind> kind = tree.kind_of(next);
    if (!kind) return {Way::kMissing, next, {}};
    if (*kind != EntryKind::kLink) {
      if (!rest.empty() && *kind != EntryKind::kDirectory) return {Way::kMissing, next, {}};
      at = next;
      continue;
    }
    if (++links > kLinksMax) return {Way::kLoop, start, {}};
    std::string target = tree.read_link(next).value_or("");
    if (target.empty()) return {Way::kMissing, next, {}};
    if (target.starts_with('/')) return {Way::kOutside, next, std::move(target)};
    last = {Way::kOutside, next, target};
    rest = rest.empty() ? std::move(target) : cat(target, '/', rest);
  }
  return {Way::kArrived, at, {}};
}

[[noreturn]] void fail_outside(const Tree& tree, const Walked& walked, Span mentioned) {
  const std::string link = tree.describe(walked.path);
  fail("files/outside", mentioned,
       cat("link '", link, "' leads outside its tree, to '", walked.target, "'"),
       {{"replace the link by a copy, or move its target into the tree"}}, {link, walked.target});
}

[[noreturn]] void fail_loop(const Tree& tree, const Walked& walked, Span mentioned) {
  const std::string path = tree.describe(walked.path);
  fail("files/link-loop", mentioned,
       cat("more than ", kLinksMax, " links on the way to '", path, "'"), {}, {path});
}

// Whether a walk names this link: a link that leads to nothing or to a directory is passed over,
// one that leads outside is named, so that whoever reads it gets the error.
bool is_walked_link(const Tree& tree, const Path& path) {
  const Walked walked = follow(tree, path);
  if (walked.way != Way::kArrived) return walked.way != Way::kMissing;
  return tree.kind_of(walked.path) == EntryKind::kFile;
}

std::vector<Entry> merge(std::vector<Entry> upper, const std::vector<Entry>& lower) {
  const std::size_t own = upper.size();
  for (const Entry& entry : lower) {
    const auto end = upper.begin() + static_cast<std::ptrdiff_t>(own);
    const auto found = std::lower_bound(
        upper.begin(), end, entry, [](const Entry& a, const Entry& b) { return a.name < b.name; });
    if (found == end || found->name != entry.name) upper.push_back(entry);
  }
  std::sort(upper.begin(), upper.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return upper;
}

class LayeredTree final : public Tree {
 public:
  LayeredTree(const Tree& upper, const Tree& lower) : upper_(upper), lower_(lower) {}

  std::optional<EntryKind> kind_of(const Path& path) const override {
    return of(path).kind_of(path);
  }
  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override {
    return of(path).read_file(path, limits);
  }
  std::optional<std::string> read_link(const Path& path) const override {
    return of(path).read_link(path);
  }
  std::string describe(const Path& path) const override { return of(path).describe(path); }

  std::optional<std::vector<Entry>> list_directory(const Path& path) const override {
    const Tree& tree = of(path);
    std::optional<std::vector<Entry>> entries = tree.list_directory(path);
    if (&tree == &lower_ || !entries) return entries;
    if (const auto below = lower_.list_directory(path); below && !hides(path.parent()))
      return merge(*std::move(entries), *below);
    return entries;
  }

 private:
  // The tree that has `path`.
  const Tree& of(const Path& path) const {
    return upper_.kind_of(path) || hides(path.parent()) ? upper_ : lower_;
  }
  // Whether something that is no directory stands in the upper tree on the way to `path`.
  bool hides(Path path) const {
    for (; !path.is_root(); path = path.parent())
      if (const auto kind = upper_.kind_of(path)) return *kind != EntryKind::kDirectory;
    return false;
  }

  const Tree& upper_;
  const Tree& lower_;
};

class Subtree final : public Tree {
 public:
  Subtree(const Tree& tree, Path directory) : tree_(tree), directory_(std::move(directory)) {}

  std::optional<EntryKind> kind_of(const Path& path) const override {
    return tree_.kind_of(inside(path));
  }
  std::optional<std::string> read_file(const Path& path, const Limits& limits) const override {
    return tree_.read_file(inside(path), limits);
  }
  std::optional<std::vector<Entry>> list_directory(const Path& path) const override {
    return tree_.list_directory(inside(path));
  }
  std::optional<std::string> read_link(const Path& path) const override {
    return tree_.read_link(inside(path));
  }
  std::string describe(const Path& path) const override { return tree_.describe(inside(path)); }

 private:
  Path inside(const Path& path) const {
    return path.is_root() ? directory_ : *directory_.resolve(path.text());
  }

  const Tree& tree_;
  Path directory_;
};

}  // namespace

std::optional<Path> resolve(const Tree& tree, const Path& path, Span mentioned) {
  Walked walked = follow(tree, path);
  if (walked.way == Way::kOutside) fail_outside(tree, walked, mentioned);
  if (walked.way == Way::kLoop) fail_loop(tree, walked, mentioned);
  if (walked.way == Way::kMissing) return {};
  return std::move(walked.path);
}

std::optional<EntryKind> lookup(const Tree& tree, const Path& path, Span mentioned) {
  const std::optional<Path> real = resolve(tree, path, mentioned);
  return real ? tree.kind_of(*real) : std::nullopt;
}

std::optional<std::string> read(const Tree& tree, const Path& path, const Limits& limits,
                                Span mentioned) {
  const std::optional<Path> real = resolve(tree, path, mentioned);
  return real ? tree.read_file(*real, limits) : std::nullopt;
}

std::optional<std::vector<Entry>> list(const Tree& tree, const Path& path, Span mentioned) {
  const std::optional<Path> real = resolve(tree, path, mentioned);
  return real ? tree.list_directory(*real) : std::nullopt;
}

std::vector<Path> walk(const Tree& tree, const Path& directory) {
  std::vector<Path> files;
  std::vector<Path> waiting{directory};
  while (!waiting.empty()) {
    const Path at = std::move(waiting.back());
    waiting.pop_back();
    for (const Entry& entry : tree.list_directory(at).value_or(std::vector<Entry>())) {
      const Path path = at.child(entry.name);
      if (entry.name == ".git") continue;
      if (entry.kind == EntryKind::kDirectory) waiting.push_back(path);
      if (entry.kind == EntryKind::kFile ||
          (entry.kind == EntryKind::kLink && is_walked_link(tree, path)))
        files.push_back(path);
      if (files.size() > kWalkFilesMax || waiting.size() > kWalkFilesMax)
        fail("files/too-many", {},
             cat("more than ", kWalkFilesMax, " files below '", tree.describe(directory), "'"));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::unique_ptr<Tree> layer(const Tree& upper, const Tree& lower) {
  return std::make_unique<LayeredTree>(upper, lower);
}

std::unique_ptr<Tree> subtree(const Tree& tree, const Path& directory) {
  return std::make_unique<Subtree>(tree, directory);
}

void Inputs::add(const Inputs& more) {
  files.insert(more.files.begin(), more.files.end());
  directories.insert(more.directories.begin(), more.directories.end());
  missing.insert(more.missing.begin(), more.missing.end());
}

// What is asked about a directory alone is not noted: what is found or not found in it is.
std::optional<EntryKind> RecordingTree::kind_of(const Path& path) const {
  const std::optional<EntryKind> kind = tree_.kind_of(path);
  if (kind == EntryKind::kDirectory) return kind;
  const std::lock_guard lock(mutex_);
  (kind ? inputs_.files : inputs_.missing).insert(path);
  return kind;
}

std::optional<std::string> RecordingTree::read_file(const Path& path, const Limits& limits) const {
  std::optional<std::string> content = tree_.read_file(path, limits);
  const std::lock_guard lock(mutex_);
  (content ? inputs_.files : inputs_.missing).insert(path);
  return content;
}

std::optional<std::vector<Entry>> RecordingTree::list_directory(const Path& path) const {
  std::optional<std::vector<Entry>> entries = tree_.list_directory(path);
  const std::lock_guard lock(mutex_);
  (entries ? inputs_.directories : inputs_.missing).insert(path);
  return entries;
}

std::optional<std::string> RecordingTree::read_link(const Path& path) const {
  std::optional<std::string> target = tree_.read_link(path);
  const std::lock_guard lock(mutex_);
  (target ? inputs_.files : inputs_.missing).insert(path);
  return target;
}

std::string RecordingTree::describe(const Path& path) const { return tree_.describe(path); }

Inputs RecordingTree::inputs() const {
  const std::lock_guard lock(mutex_);
  return inputs_;
}

}  // namespace plumb::files
