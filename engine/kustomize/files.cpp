#include <array>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/remote.h"

namespace plumb::kustomize {

namespace {

using files::EntryKind;
using files::Path;

// The path in the tree that a text in a kustomization names; nothing when it is outside.
std::optional<Path> path_named(const Build& build, const Root& root, std::string_view text) {
  if (!text.starts_with('/')) return root.directory.resolve(text);
  const std::string& tree_root = build.context.tree_root;
  if (tree_root.empty() || !text.starts_with(tree_root)) return std::nullopt;
  text.remove_prefix(tree_root.size());
  while (text.starts_with('/')) text.remove_prefix(1);
  return Path::parse(text);
}

std::string join_shown(const Build& build, const Root& root, std::string_view text) {
  if (text.starts_with('/')) return std::string(text);
  if (const auto path = root.directory.resolve(text)) return absolute(build, *path);
  return cat(absolute(build, root.directory), '/', text);
}

[[noreturn]] void fail_remote(std::string_view text, Span mentioned) {
  const auto remote = parse_remote(text);
  const std::string url = remote ? remote->repository : std::string(text.substr(0, text.find('?')));
  const std::string ref = remote ? remote->ref : std::string();
  std::string name = url.substr(url.find_last_of("/:") + 1);
  fail("kustomize/remote", mentioned,
       cat("'", url, "' is remote and has no mirror",
           ref.empty() ? "" : cat(" for ref '", ref, "'")),
       {{cat("plumb renders without network; add a local copy to plumb.yaml: mirrors: {\"", url,
             "\": ../mirrors/", name, "}, a git repository or a directory")}},
       {std::string(text), ref});
}

// "lstat /abs/missing: no such file or directory": what is wrong with the first part of a path that
// cannot be followed.
std::string lstat_problem(const Build& build, const Root& root, std::string_view text) {
  constexpr std::string_view kMissing = ": no such file or directory";
  const auto path = path_named(build, root, text);
  if (!path) return cat("lstat ", join_shown(build, root, text), kMissing);
  Path at;
  for (const std::string_view part : split(path->text(), '/')) {
    const Path next = at.child(part);
    const auto kind = root.tree->kind_of(next);
    if (!kind) {
      const bool below_file = root.tree->kind_of(at) == EntryKind::kFile;
      return cat("lstat ", absolute(build, next), below_file ? ": not a directory" : kMissing);
    }
    if (kind != EntryKind::kLink) {
      at = next;
      continue;
    }
    const auto real = files::resolve(*root.tree, next);
    const auto aim = at.resolve(root.tree->read_link(next).value_or(""));
    if (!real) return cat("lstat ", absolute(build, aim.value_or(next)), kMissing);
    at = *real;
  }
  return cat("lstat ", absolute(build, at), kMissing);
}

[[noreturn]] void fail_no_file(const Build& build, const Root& root, std::string_view text,
                               Span mentioned) {
  fail("kustomize/no-file", mentioned, cat("no file '", text, "'"), {},
       {join_shown(build, root, text), build.options.only_own_files ? "" : "unrestricted",
        lstat_problem(build, root, text)});
}

// What a mirror cannot give (a ref that does not exist) is told at the place that asks for it.
std::optional<Mirror> find_mirror(Build& build, const Remote& remote, Span mentioned) {
  try {
    return build.context.mirrors(remote);
  } catch (Error& error) {
    if (error.diagnostic().span.source == 0) error.diagnostic().span = mentioned;
    throw;
  }
}

// A part of a directory that contains ".." without being it: a slip of indentation joins two
// entries of a list so.
bool is_ambiguous(std::string_view text) {
  for (const std::string_view part : split(text, '/'))
    if (part != ".." && contains(part, "..")) return true;
  return false;
}

}  // namespace

std::string absolute(const Build& build, const Path& path) {
  const std::string& root = build.context.tree_root;
  if (root.empty()) return path.is_root() ? "." : path.text();
  if (path.is_root()) return root;
  return cat(root, root.ends_with('/') ? "" : "/", path.text());
}

bool is_file(const Build& build, const Root& root, std::string_view text) {
  const auto path = path_named(build, root, text);
  return path && files::lookup(*root.tree, *path) == EntryKind::kFile;
}

namespace {

std::optional<Mirror> find_remote_file(Build& build, std::string_view url, Span mentioned) {
  if (!build.context.mirrors) return std::nullopt;
  Remote remote;
  remote.repository = url;
  remote.is_file = true;
  const auto mirror = find_mirror(build, remote, mentioned);
  if (!mirror || files::lookup(*mirror->tree, mirror->directory) != EntryKind::kFile)
    return std::nullopt;
  return mirror;
}

// A file of a tree as a source; each is read once.
File load_from(Build& build, const files::Tree& tree, const Path& path, std::string name,
               bool secret) {
  const auto key = std::pair(&tree, path);
  SourceStore& sources = build.context.sources;
  if (const auto there = build.files.find(key); there != build.files.end()) {
    if (secret) sources.mark_secret(there->second.source);
    return there->second;
  }
  auto content = tree.read_file(path, build.context.limits);
  if (!content) return {};
  const SourceId id = secret ? sources.add_secret(std::move(name), std::move(*content))
                             : sources.add(std::move(name), std::move(*content));
  return build.files.emplace(key, File{id, path}).first->second;
}

}  // namespace

bool has_remote_file(Build& build, std::string_view url) {
  return is_remote_file(url) && find_remote_file(build, url, {}).has_value();
}

File load_file(Build& build, const Root& root, std::string_view text, Span mentioned, bool secret) {
  if (is_remote_file(text)) {
    const auto mirror = find_remote_file(build, text, mentioned);
    if (!mirror) fail_remote(text, mentioned);
    const auto real = files::resolve(*mirror->tree, mirror->directory, mentioned);
    return load_from(build, *mirror->tree, *real, std::string(text), secret);
  }
  const auto path = path_named(build, root, text);
  if (!path)
    fail("kustomize/outside", mentioned, cat("'", text, "' is outside of the project"), {},
         {join_shown(build, root, text), absolute(build, root.directory)});
  const auto real = files::resolve(*root.tree, *path, mentioned);
  if (!real) fail_no_file(build, root, text, mentioned);
  if (root.tree->kind_of(*real) != EntryKind::kFile)
    fail("kustomize/no-file", mentioned, cat("'", text, "' is a directory, not a file"), {},
         {join_shown(build, root, text),
          build.options.only_own_files ? "directory" : "unrestricted directory"});
  if ((build.options.only_own_files || root.remote) && !real->parent().is_within(root.directory))
    fail("kustomize/outside", mentioned,
         cat("'", text, "' is not in or below '", absolute(build, root.directory), "'"),
         {{"a kustomization may load files of its own directory only; "
           "'--load-restrictor LoadRestrictionsNone' lifts that"}},
         {join_shown(build, root, text), absolute(build, root.directory)});
  std::string name = build.context.tree_root.empty() || root.remote ? root.tree->describe(*real)
                                                                    : absolute(build, *real);
  const File file = load_from(build, *root.tree, *real, std::move(name), secret);
  if (file.source == 0) fail_no_file(build, root, text, mentioned);
  return file;
}

namespace {

void check_depth(const Build& build, const Root& root, Span mentioned) {
  std::uint64_t depth = 0;
  for (const Root* visited = &root; visited != nullptr; visited = visited->parent)
    if (++depth > build.context.limits.include_depth)
      fail_limit(build.context.limits, &Limits::include_depth, mentioned);
}

// A base behind a URL: the directory in a mirror of its repository.
Root open_remote(Build& build, const Root& root, std::string_view text, const Remote& remote,
                 Span mentioned) {
  check_depth(build, root, mentioned);
  for (const Root* visited = &root; visited != nullptr; visited = visited->parent)
    if (visited->url.starts_with(text) && !visited->url.empty())
      fail("kustomize/cycle", mentioned, cat("'", text, "' leads to itself"), {},
           {std::string(text), visited->url, "URI"});
  const auto mirror = build.context.mirrors ? find_mirror(build, remote, mentioned) : std::nullopt;
  if (!mirror) fail_remote(text, mentioned);
  const auto real = files::resolve(*mirror->tree, mirror->directory, mentioned);
  const std::string place = mirror->tree->describe(mirror->directory);
  if (!real) {
    for (Path at = mirror->directory; !at.is_root(); at = at.parent())
      if (mirror->tree->kind_of(at) == EntryKind::kOther)
        fail("kustomize/remote", mentioned,
             cat("'", at.text(), "' is a submodule, whose files a mirror does not have"),
             {{"list the submodule's own repository as a base"}}, {std::string(text), remote.ref});
    fail("kustomize/no-base", mentioned, cat("no directory '", place, "' for '", text, "'"), {},
         {place, "", cat("lstat ", place, ": no such file or directory")});
  }
  if (mirror->tree->kind_of(*real) != EntryKind::kDirectory)
    fail("kustomize/no-base", mentioned, cat("'", place, "' is a file, not a directory"), {},
         {place, cat("'", place, "' refers to file; expecting directory")});
  return {mirror->tree, *real, &root, true, std::string(text), std::string(text)};
}

}  // namespace

Root open_root(Build& build, const Root& root, std::string_view text, Span mentioned) {
  if (text.empty())
    fail("kustomize/no-base", mentioned, "expected the path of a directory, got ''", {},
         {"", "new root cannot be empty"});
  if (const auto remote = parse_remote(text))
    return open_remote(build, root, text, *remote, mentioned);
  if (text.starts_with('/'))
    fail("kustomize/no-base", mentioned, cat("expected a relative path, got '", text, "'"), {},
         {std::string(text), cat("new root '", text, "' cannot be absolute")});
  if (is_ambiguous(text))
    fail("kustomize/ambiguous-path", mentioned,
         cat("'", text, "' has a part that contains '..' and more"),
         {{"two entries of a list may have been joined by a slip of indentation"}},
         {std::string(text)});
  const auto path = path_named(build, root, text);
  if (!path)
    fail("kustomize/outside", mentioned, cat("'", text, "' is outside of the project"), {},
         {join_shown(build, root, text), absolute(build, root.directory)});
  const auto real = files::resolve(*root.tree, *path, mentioned);
  if (!real)
    fail("kustomize/no-base", mentioned, cat("no file or directory '", text, "'"), {},
         {join_shown(build, root, text), "", lstat_problem(build, root, text)});
  if (root.tree->kind_of(*real) != EntryKind::kDirectory)
    fail("kustomize/no-base", mentioned, cat("'", text, "' is a file, not a directory"), {},
         {join_shown(build, root, text), "file"});
  check_depth(build, root, mentioned);
  for (const Root* visited = &root; visited != nullptr; visited = visited->parent) {
    if (visited->tree == root.tree && visited->directory.is_within(*real))
      fail("kustomize/cycle", mentioned,
           cat("'", text, "' contains '", absolute(build, visited->directory), "', which led here"),
           {}, {absolute(build, *real), absolute(build, visited->directory)});
  }
  return {root.tree, *real, &root, root.remote,
          root.shown.empty() ? std::string(text) : cat(root.shown, '/', text)};
}

Root open_top(Build& build, const files::Tree& tree, const Path& directory) {
  const auto real = files::resolve(tree, directory);
  if (!real)
    fail("kustomize/no-base", {}, cat("no directory '", absolute(build, directory), "'"), {},
         {absolute(build, directory)});
  if (tree.kind_of(*real) != EntryKind::kDirectory)
    fail("kustomize/no-base", {}, cat("'", absolute(build, directory), "' is not a directory"), {},
         {absolute(build, directory), "file"});
  return {&tree, *real, nullptr, false, {}};
}

}  // namespace plumb::kustomize
