#include <algorithm>

#include "base/text.h"
#include "kustomize/edit/place.h"
#include "kustomize/file_names.h"
#include "kustomize/remote.h"
#include "kustomize/strict.h"

namespace plumb::kustomize {

namespace {

using files::EntryKind;
using yaml::Node;

constexpr std::string_view kMeta = "*?[";

// What a list of paths may name.
enum class Want : std::uint8_t { kFile, kDirectory, kBoth };

bool is_kustomization_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::ranges::find(kFileNames, name) != kFileNames.end();
}

bool is_pattern(const Root& root, std::string_view text) {
  if (text.find_first_of(kMeta) == text.npos || text.find('\n') != text.npos) return false;
  if (text.starts_with('/') || is_remote_file(text) || parse_remote(text)) return false;
  const auto path = root.directory.resolve(text);
  return !path || !files::lookup(*root.tree, *path);
}

bool part_matches(std::string_view part, std::string_view name, Span span) {
  if (name.starts_with('.') && !part.starts_with('.')) return false;
  try {
    return edit::matches(part, name);
  } catch (const Error& error) {
    fail("kustomize/pattern", span, cat(error.diagnostic().text, " '", part, "'"));
  }
}

// The paths of `directories`, each with what a part of a pattern matches in it.
std::vector<std::string> step_down(const Build& build, const Root& root,
                                   const std::vector<std::string>& directories,
                                   std::string_view part, Span span) {
  std::vector<std::string> found;
  for (const std::string& directory : directories) {
    const std::string start = directory.empty() ? "" : directory + "/";
    if (part.find_first_of(kMeta) == part.npos) {
      found.push_back(cat(start, part));
      continue;
    }
    const auto path = root.directory.resolve(directory);
    if (!path || files::lookup(*root.tree, *path) != EntryKind::kDirectory) continue;
    const auto entries = files::list(*root.tree, *path, span);
    if (!entries) continue;
    for (const files::Entry& entry : *entries)
      if (part_matches(part, entry.name, span)) found.push_back(cat(start, entry.name));
    if (found.size() > build.context.limits.objects)
      fail_limit(build.context.limits, &Limits::objects, span);
  }
  return found;
}

bool is_wanted(const Root& root, const std::string& text, Want want) {
  const auto path = root.directory.resolve(text);
  const auto kind = path ? files::lookup(*root.tree, *path) : std::nullopt;
  if (kind == EntryKind::kDirectory) return want != Want::kFile;
  return kind == EntryKind::kFile && want != Want::kDirectory && !is_kustomization_file(text);
}

std::vector<std::string> matching(const Build& build, const Root& root, const Node& pattern,
                                  Want want) {
  std::vector<std::string> found{""};
  for (const std::string_view part : split(pattern.text, '/'))
    if (!part.empty() && part != ".") found = step_down(build, root, found, part, pattern.span);
  std::erase_if(found, [&](const std::string& path) { return !is_wanted(root, path, want); });
  std::ranges::sort(found);
  if (found.empty())
    fail("kustomize/no-match", pattern.span, cat("nothing matches '", pattern.text, "'"),
         {{cat("patterns are looked for from '", absolute(build, root.directory), "'")}});
  return found;
}

// A list of paths.
Node* expanded(Build& build, const Root& root, const Node& list, Want want) {
  Node* const result = yaml::make_sequence(build.arena);
  result->span = list.span;
  for (Node* const item : list.items) {
    if (!item->is_scalar() || !is_pattern(root, item->text)) {
      result->items.push_back(build.arena, item);
      continue;
    }
    for (const std::string& path : matching(build, root, *item, want))
      result->items.push_back(
          build.arena, yaml::make_string_view(build.arena, build.arena.copy(path), item->span));
  }
  return result;
}

// A list of records that have a `path`.
Node* expanded_records(Build& build, const Root& root, const Node& list) {
  Node* const result = yaml::make_sequence(build.arena);
  result->span = list.span;
  for (Node* const item : list.items) {
    const Node* const pattern = yaml::find(*item, "path");
    if (pattern == nullptr || !is_pattern(root, pattern->text)) {
      result->items.push_back(build.arena, item);
      continue;
    }
    for (const std::string& path : matching(build, root, *pattern, Want::kFile)) {
      Node* const record = yaml::copy(build.arena, *item);
      yaml::set(build.arena, *record, "path",
                yaml::make_string_view(build.arena, build.arena.copy(path), pattern->span));
      result->items.push_back(build.arena, record);
    }
  }
  return result;
}

struct PathField {
  std::string_view name;
  Want want;
};
constexpr PathField kPathFields[] = {{"resources", Want::kBoth},
                                     {"bases", Want::kDirectory},
                                     {"components", Want::kDirectory},
                                     {"crds", Want::kFile},
                                     {"patchesStrategicMerge", Want::kFile}};

}  // namespace

const Node* expand_patterns(Build& build, const Root& root, const Node& fields) {
  Node* const result = yaml::copy(build.arena, fields);
  for (const PathField& field : kPathFields)
    if (const Node* const list = yaml::find(*result, field.name))
      yaml::set(build.arena, *result, field.name, expanded(build, root, *list, field.want));
  for (const std::string_view name : {"patches", "patchesJson6902"})
    if (const Node* const list = yaml::find(*result, name))
      yaml::set(build.arena, *result, name, expanded_records(build, root, *list));
  return result;
}

}  // namespace plumb::kustomize
