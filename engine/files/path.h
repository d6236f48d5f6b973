#pragma once
// A path that cannot leave its tree.
//
// A Path is relative to the root of a Tree, its parts divided by '/', without empty parts, '.',
// '..' or a leading or trailing
// '/'. The root is the empty path. It compares and hashes as text.
//
//   Path::parse("a/./b//c")             == "a/b/c"
//   Path("a/b").resolve("../c.yaml")    == "a/c.yaml"
//   Path("a").resolve("../../c")        == nullopt: outside the tree
//   Path("a").resolve("/etc/passwd")    == nullopt: absolute

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace plumb::files {

class Path {
 public:
  Path() = default;  // the root
  // Absolute, climbing out of the root, or with a NUL byte: nothing.
  static std::optional<Path> parse(std::string_view text);

  // `relative` as seen from this directory; nothing when that is outside the tree or absolute.
  std::optional<Path> resolve(std::string_view relative) const;
  // One part more; `name` must be one plain part.
  Path child(std::string_view name) const;
  Path parent() const;            // the root's is the root
  std::string_view name() const;  // the last part; empty for the root
  // "yaml" for "a/b.tar.yaml"; empty when there is no dot behind the first character of the name.
  std::string_view extension() const;
  bool is_root() const { return text_.empty(); }
  bool is_within(const Path& directory) const;  // the same, or below
  // As a relative path from `directory`, with ".." where needed; "." for the same.
  std::string relative_to(const Path& directory) const;

  const std::string& text() const { return text_; }
  friend auto operator<=>(const Path&, const Path&) = default;

 private:
  explicit Path(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace plumb::files
