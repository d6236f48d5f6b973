#include "kustomize/edit/place.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/build.h"

namespace plumb::kustomize::edit {

namespace {

constexpr std::string_view kMeta = "*?[\\";

std::string joined(std::string_view directory, std::string_view name) {
  return directory.empty() || directory == "." ? std::string(name) : cat(directory, '/', name);
}

// "./a//b/" is "a/b"; ".." stays.
std::string clean(std::string_view path) {
  std::string out;
  for (const std::string_view part : split(path, '/'))
    if (!part.empty() && part != ".") out += cat(out.empty() ? "" : "/", part);
  if (path.starts_with('/')) return "/" + out;
  return out.empty() ? "." : out;
}

bool is_hidden(std::string_view path) {
  return path.substr(path.rfind('/') + 1).starts_with('.') && path != "." && path != "..";
}

[[noreturn]] void fail_pattern() { fail("kustomize/edit", {}, "syntax error in pattern"); }

// At the '[' of a class: whether it has `c`; `pattern` goes on behind it.
bool take_class(std::string_view& pattern, char c) {
  pattern.remove_prefix(1);
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  const auto take_bound = [&] {
    if (pattern.empty() || pattern[0] == '-' || pattern[0] == ']') fail_pattern();
    if (pattern[0] == '\\') pattern.remove_prefix(1);
    if (pattern.empty()) fail_pattern();
    const char bound = pattern[0];
    pattern.remove_prefix(1);
    return bound;
  };
  bool found = false;
  for (bool first = true; first || !pattern.starts_with(']'); first = false) {
    const char low = take_bound();
    char high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      high = take_bound();
    }
    found = found || (low <= c && c <= high);
    if (pattern.empty()) fail_pattern();
  }
  pattern.remove_prefix(1);
  return found != negated;
}

// Whether the pattern's next piece, which is no '*', takes the first character of `name`.
bool take_one(std::string_view& pattern, char c) {
  if (pattern[0] == '[') return take_class(pattern, c) && c != '/';
  if (pattern[0] == '\\') {
    pattern.remove_prefix(1);
    if (pattern.empty()) fail_pattern();
  } else if (pattern[0] == '?') {
    pattern.remove_prefix(1);
    return c != '/';
  }
  const bool same = pattern[0] == c;
  pattern.remove_prefix(1);
  return same;
}

std::vector<std::string> glob_in(const Place& place, std::string_view directory,
                                 std::string_view pattern) {
  std::vector<std::string> found;
  const auto entries = files::list(place.tree, path_of(place, directory.empty() ? "." : directory));
  if (!entries) return found;
  for (const files::Entry& entry : *entries)
    if (matches(pattern, entry.name)) found.push_back(joined(clean(directory), entry.name));
  return found;
}

std::vector<std::string> glob_everything(const Place& place, const std::string& pattern) {
  if (pattern.find_first_of(kMeta) == std::string::npos)
    return exists(place, pattern) ? std::vector{pattern} : std::vector<std::string>();
  const std::size_t slash = pattern.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : pattern.substr(0, slash);
  const std::string name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  if (directory.find_first_of(kMeta) == std::string::npos) return glob_in(place, directory, name);
  std::vector<std::string> found;
  for (const std::string& each : glob_everything(place, directory))
    for (std::string& path : glob_in(place, each, name)) found.push_back(std::move(path));
  return found;
}

}  // namespace

files::Path path_of(const Place& place, std::string_view text) {
  const auto root = files::Path::parse(std::string_view(place.directory).substr(1));
  std::optional<files::Path> path;
  if (text.starts_with('/'))
    path = files::Path::parse(text.substr(1));
  else if (root)
    path = root->resolve(text);
  if (!path) fail("kustomize/edit", {}, cat("'", text, "' is no path on this machine"));
  return *path;
}

bool exists(const Place& place, std::string_view text) {
  const files::Path path = path_of(place, text);
  const auto parent = files::resolve(place.tree, path.parent());
  return parent && (path.is_root() || place.tree.kind_of(parent->child(path.name())));
}

// What a '*' has taken is given back one character at a time; only the last '*' has to, so this is
// linear in pattern times name.
bool matches(std::string_view pattern, std::string_view name) {
  std::string_view star_pattern, star_name;
  bool has_star = false;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      star_pattern = pattern;
      star_name = name;
      has_star = true;
      continue;
    }
    if (pattern.empty() && name.empty()) return true;
    std::string_view rest = pattern;
    if (!rest.empty() && !name.empty() && take_one(rest, name[0])) {
      pattern = rest;
      name.remove_prefix(1);
      continue;
    }
    if (!has_star || star_name.empty() || star_name[0] == '/') return false;
    star_name.remove_prefix(1);
    name = star_name;
    pattern = star_pattern;
  }
}

std::vector<std::string> glob(const Place& place, const std::string& pattern) {
  std::vector<std::string> found = glob_everything(place, pattern);
  if (!is_hidden(pattern)) std::erase_if(found, is_hidden);
  return found;
}

std::vector<std::string> glob_all(Place& place, const std::vector<std::string>& patterns) {
  std::vector<std::string> all;
  for (const std::string& pattern : patterns) {
    std::vector<std::string> found = glob(place, pattern);
    if (found.empty()) place.log.push_back(cat(pattern, " has no match"));
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

std::vector<std::string> glob_targets(const Place& place,
                                      const std::vector<std::string>& patterns) {
  std::vector<std::string> all;
  for (const std::string& pattern : patterns) {
    std::vector<std::string> found = glob(place, pattern);
    if (found.empty() && !is_url(pattern)) {
      const std::string absolute =
          pattern.starts_with('/') ? pattern : cat(place.directory, '/', pattern);
      fail("kustomize/edit", {},
           cat(pattern,
               " has no match: must build at directory: not a valid directory: "
               "evalsymlink failure on '",
               absolute, "' : lstat ", absolute, ": no such file or directory"));
    }
    if (found.empty()) found.push_back(pattern);  // remote: taken as it is, nothing is fetched
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace plumb::kustomize::edit
