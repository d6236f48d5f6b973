#include <array>

#include "base/text.h"
#include "kustomize/build.h"

namespace plumb::kustomize {

namespace {

using files::EntryKind;
using files::Path;

constexpr std::array<std::string_view, 9> kUrlStarts{
    "http://", "https://", "ssh://",      "git://",     "file://",
    "git::",   "git@",     "github.com/", "github.com:"};

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
  const std::size_t query = text.find('?');
  std::string_view ref;
  for (const std::string_view parameter :
       split(query == std::string_view::npos ? std::string_view{} : text.substr(query + 1), '&')) {
    if (parameter.starts_with("ref=")) ref = parameter.substr(4);
    if (parameter.starts_with("version=")) ref = parameter.substr(8);
  }
  const std::string_view url = text.substr(0, query);
  fail("kustomize/remote", mentioned,
       cat("'", url, "' is remote and has no mirror",
           ref.empty() ? "" : cat(" for ref '", ref, "'")),
       {{cat("plumb renders without network; add a local copy to plumb.yaml: mirrors: {\"", url,
             "\": ../mirrors/", url.substr(url.rfind('/') + 1),
             "}, a git repository or a directory")}},
       {std::string(text), std::string(ref)});
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

bool is_url(std::string_view text) {
  for (const std::string_view start : kUrlStarts)
    if (text.starts_with(start)) return true;
  return contains(text, "://") || contains(text, ".git/") || contains(text, "?ref=") ||
         contains(text, "/_git/");
}

bool is_file(const Build& build, const Root& root, std::string_view text) {
  const auto path = path_named(build, root, text);
  return path && files::lookup(*root.tree, *path) == EntryKind::kFile;
}

File load_file(Build& build, const Root& root, std::string_view text, Span mentioned, bool secret) {
  if (text.starts_with("http://") || text.starts_with("https://")) fail_remote(text, mentioned);
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
  if (build.options.only_own_files && !real->parent().is_within(root.directory))
    fail("kustomize/outside", mentioned,
         cat("'", text, "' is not in or below '", absolute(build, root.directory), "'"),
         {{"a kustomization may load files of its own directory only; "
           "'--load-restrictor LoadRestrictionsNone' lifts that"}},
         {join_shown(build, root, text), absolute(build, root.directory)});
  const auto key = std::pair(root.tree, *real);
  if (const auto there = build.files.find(key); there != build.files.end()) {
    if (secret) build.context.sources.mark_secret(there->second.source);
    return there->second;
  }
  auto content = root.tree->read_file(*real, build.context.limits);
  if (!content) fail_no_file(build, root, text, mentioned);
  SourceStore& sources = build.context.sources;
  std::string name =
      build.context.tree_root.empty() ? root.tree->describe(*real) : absolute(build, *real);
  const SourceId id = secret ? sources.add_secret(std::move(name), std::move(*content))
                             : sources.add(std::move(name), std::move(*content));
  return build.files.emplace(key, File{id, *real}).first->second;
}

Root open_root(Build& build, const Root& root, std::string_view text, Span mentioned) {
  if (text.empty())
    fail("kustomize/no-base", mentioned, "expected the path of a directory, got ''", {},
         {"", "new root cannot be empty"});
  if (is_url(text)) {
    if (build.context.mirrors) {
      const std::size_t query = text.find('?');
      std::string_view ref;
      if (query != std::string_view::npos)
        for (const std::string_view parameter : split(text.substr(query + 1), '&'))
          if (parameter.starts_with("ref=")) ref = parameter.substr(4);
      if (const auto mirror = build.context.mirrors(text.substr(0, query), ref))
        return {mirror->tree, mirror->directory, &root, true, std::string(text)};
    }
    fail_remote(text, mentioned);
  }
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
  std::uint64_t depth = 0;
  for (const Root* visited = &root; visited != nullptr; visited = visited->parent) {
    if (++depth > build.context.limits.include_depth)
      fail_limit(build.context.limits, &Limits::include_depth, mentioned);
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
