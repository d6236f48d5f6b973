#include "render/builtin.h"

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"
#include "render/builtin_data.h"

namespace plumb::render {

namespace {

constexpr std::string_view kPrefix = "builtin:";

// The texts as a tree whose places show where they come from.
class BuiltinTree final : public files::Tree {
 public:
  BuiltinTree() {
    for (const EmbeddedText& one : builtin_texts()) {
      // What is shipped is named without telling templates and overlays apart.
      const std::string_view path = one.path.substr(one.path.find('/') + 1);
      texts_.add_file(*files::Path::parse(path), std::string(one.text));
    }
  }
  std::optional<files::EntryKind> kind_of(const files::Path& path) const override {
    return texts_.kind_of(path);
  }
  std::optional<std::string> read_file(const files::Path& path,
                                       const Limits& limits) const override {
    return texts_.read_file(path, limits);
  }
  std::optional<std::vector<files::Entry>> list_directory(const files::Path& path) const override {
    return texts_.list_directory(path);
  }
  std::optional<std::string> read_link(const files::Path& path) const override {
    return texts_.read_link(path);
  }
  std::string describe(const files::Path& path) const override { return cat(kPrefix, path.text()); }

 private:
  files::MemoryTree texts_;
};

}  // namespace

const files::Tree& builtin_tree() {
  static const BuiltinTree tree;
  return tree;
}

bool is_builtin(std::string_view name) { return name.starts_with(kPrefix); }

files::Path builtin_path(const project::Located& wanted) {
  const auto path = files::Path::parse(std::string_view(wanted.text).substr(kPrefix.size()));
  const bool found = path && !path->is_root() && path->parent().is_root() &&
                     builtin_tree().kind_of(*path) == files::EntryKind::kDirectory;
  if (found) return *path;
  std::vector<std::string> names{"builtin:devpi-index"};
  const auto entries = builtin_tree().list_directory(files::Path());
  for (const files::Entry& entry : *entries) names.push_back(cat(kPrefix, entry.name));
  std::vector<Note> notes = did_you_mean(wanted.text, names);
  notes.push_back({cat("plumb ships ", join(std::span<const std::string>(names), ", "))});
  fail("render/unknown-builtin", wanted.span, cat("plumb ships no '", wanted.text, "'"),
       std::move(notes), {wanted.text});
}

}  // namespace plumb::render
