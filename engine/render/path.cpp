#include "render/path.h"

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"

namespace plumb::render {

files::Path existing_path(const files::Tree& tree, const project::Located& wanted) {
  const auto path = files::Path().resolve(wanted.text);
  if (!path) {
    fail("render/outside", wanted.span, cat("'", wanted.text, "' lies outside the project"),
         {{"paths are relative to plumb.yaml"}}, {wanted.text});
  }
  if (files::lookup(tree, *path, wanted.span)) return *path;
  // What lies where it should be, to tell a typing mistake from a missing directory.
  std::vector<std::string> names;
  if (const auto entries = files::list(tree, path->parent())) {
    for (const files::Entry& entry : *entries) names.push_back(entry.name);
  }
  fail("render/no-path", wanted.span, cat("no file or directory '", path->text(), "'"),
       did_you_mean(path->name(), names), {path->text()});
}

}  // namespace plumb::render
