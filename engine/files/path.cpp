#include "files/path.h"

#include "base/text.h"

namespace plumb::files {

namespace {

// Walks `parts` from `base`, a normal path; false when that leaves the tree.
bool append_parts(std::string& base, std::string_view parts) {
  while (!parts.empty()) {
    const std::size_t slash = parts.find('/');
    const std::string_view part = parts.substr(0, slash);
    parts.remove_prefix(slash == std::string_view::npos ? parts.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (base.empty()) return false;
      const std::size_t last = base.rfind('/');
      base.resize(last == std::string::npos ? 0 : last);
      continue;
    }
    if (!base.empty()) base.push_back('/');
    base.append(part);
  }
  return true;
}

}  // namespace

std::optional<Path> Path::parse(std::string_view text) { return Path().resolve(text); }

std::optional<Path> Path::resolve(std::string_view relative) const {
  if (relative.starts_with('/') || relative.find('\0') != std::string_view::npos) return {};
  std::string text = text_;
  if (!append_parts(text, relative)) return {};
  return Path(std::move(text));
}

Path Path::child(std::string_view name) const {
  return Path(text_.empty() ? std::string(name) : cat(text_, '/', name));
}

Path Path::parent() const {
  const std::size_t slash = text_.rfind('/');
  return Path(slash == std::string::npos ? std::string() : text_.substr(0, slash));
}

std::string_view Path::name() const {
  const std::string_view text = text_;
  return text.substr(text.rfind('/') + 1);  // npos + 1 == 0
}

std::string_view Path::extension() const {
  const std::string_view last = name();
  const std::size_t dot = last.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return last.substr(dot + 1);
}

bool Path::is_within(const Path& directory) const {
  if (directory.is_root() || text_ == directory.text_) return true;
  return text_.size() > directory.text_.size() && text_.starts_with(directory.text_) &&
         text_[directory.text_.size()] == '/';
}

std::string Path::relative_to(const Path& directory) const {
  std::string climb;
  Path common = directory;
  while (!is_within(common)) {
    climb += climb.empty() ? ".." : "/..";
    common = common.parent();
  }
  std::string_view below = text_;
  below.remove_prefix(common.text_.size());
  if (below.starts_with('/')) below.remove_prefix(1);
  if (climb.empty()) return below.empty() ? "." : std::string(below);
  return below.empty() ? climb : cat(climb, '/', below);
}

}  // namespace plumb::files
