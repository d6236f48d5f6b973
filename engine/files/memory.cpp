#include "base/text.h"
#include "files/tree.h"

namespace plumb::files {

MemoryTree::MemoryTree(std::map<std::string, std::string> texts) {
  for (auto& [name, content] : texts) {
    const std::optional<Path> path = Path::parse(name);
    if (!path || path->is_root())
      fail("files/bad-path", {}, cat("'", name, "' names no file of a tree"));
    add_file(*path, std::move(content));
  }
}

void MemoryTree::add_file(const Path& path, std::string content) {
  add({EntryKind::kFile, std::move(content)}, path);
}

void MemoryTree::add_link(const Path& path, std::string target) {
  add({EntryKind::kLink, std::move(target)}, path);
}

void MemoryTree::add(Item item, const Path& path) {
  for (Path at = path; !at.is_root(); at = at.parent()) {
    if (at != path && items_.contains(at))
      fail("files/bad-path", {}, cat("'", at.text(), "' cannot be a file and a directory"));
    directories_[at.parent()].insert(std::string(at.name()));
  }
  if (directories_.contains(path))
    fail("files/bad-path", {}, cat("'", path.text(), "' cannot be a file and a directory"));
  items_.insert_or_assign(path, std::move(item));
}

std::optional<EntryKind> MemoryTree::kind_of(const Path& path) const {
  if (const auto item = items_.find(path); item != items_.end()) return item->second.kind;
  if (path.is_root() || directories_.contains(path)) return EntryKind::kDirectory;
  return {};
}

std::optional<std::string> MemoryTree::read_file(const Path& path, const Limits& limits) const {
  const auto item = items_.find(path);
  if (item == items_.end() || item->second.kind != EntryKind::kFile) return {};
  if (item->second.content.size() > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, {});
  return item->second.content;
}

std::optional<std::vector<Entry>> MemoryTree::list_directory(const Path& path) const {
  if (kind_of(path) != EntryKind::kDirectory) return {};
  std::vector<Entry> entries;
  const auto names = directories_.find(path);
  if (names == directories_.end()) return entries;  // the empty root
  for (const std::string& name : names->second)
    entries.push_back({name, *kind_of(path.child(name))});
  return entries;
}

std::optional<std::string> MemoryTree::read_link(const Path& path) const {
  const auto item = items_.find(path);
  if (item == items_.end() || item->second.kind != EntryKind::kLink) return {};
  return item->second.content;
}

std::string MemoryTree::describe(const Path& path) const {
  return path.is_root() ? "." : path.text();
}

}  // namespace plumb::files
