#include "render/manifests.h"

#include <algorithm>

#include "base/regex.h"
#include "base/text.h"
#include "render/path.h"
#include "yaml/read.h"

namespace plumb::render {

namespace {

using files::EntryKind;
using files::Path;

bool is_manifest_name(const Path& path) {
  return path.extension() == "yaml" || path.extension() == "yml" || path.extension() == "json";
}

std::string glob_pattern(std::string_view glob) {
  std::string pattern;
  int braces = 0;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const char c = glob[i];
    switch (c) {
      case '*':
        // `**` goes over directories, `*` stays in one.
        if (i + 1 < glob.size() && glob[i + 1] == '*') {
          pattern += ".*";
          ++i;
        } else {
          pattern += "[^/]*";
        }
        break;
      case '?':
        pattern += "[^/]";
        break;
      case '{':
        pattern += "(?:";
        ++braces;
        break;
      case '}':
        pattern += braces > 0 ? ")" : "\\}";
        braces -= braces > 0 ? 1 : 0;
        break;
      case ',':
        pattern += braces > 0 ? "|" : ",";
        break;
      case '[':
      case ']':
      case '-':
        pattern.push_back(c);
        break;
      default:
        if (contains("\\.+()^$|", glob.substr(i, 1))) pattern.push_back('\\');
        pattern.push_back(c);
    }
  }
  return pattern;
}

std::vector<Path> manifest_files(const project::Step& step, const files::Tree& tree,
                                 const Path& directory) {
  std::vector<Path> paths;
  if (step.recurse) {
    for (Path& path : files::walk(tree, directory)) paths.push_back(std::move(path));
  } else {
    const auto entries = files::list(tree, directory, step.place);
    if (!entries) return paths;
    for (const files::Entry& entry : *entries) {
      if (entry.kind != EntryKind::kDirectory) paths.push_back(directory.child(entry.name));
    }
  }
  std::erase_if(paths, [&](const Path& path) {
    if (!is_manifest_name(path)) return true;
    const std::string name = path.relative_to(directory);
    if (step.include && !matches_glob(step.include->text, name)) return true;
    return step.exclude && matches_glob(step.exclude->text, name);
  });
  return paths;
}

// A kustomization or plumb.yaml lying among manifests is a tool's file, not an object to apply.
bool is_tool_file(const yaml::Node& root) {
  const std::string_view api_version = yaml::text_at(root, {"apiVersion"});
  return api_version.starts_with("kustomize.config.k8s.io/") || api_version == "plumb/v1";
}

void add_file(const project::Step& step, const files::Tree& tree, const Path& path,
              SourceStore& sources, const Limits& limits, kube::ResourceSet& set) {
  auto text = files::read(tree, path, limits, step.place);
  if (!text) return;  // a link that leads nowhere
  const SourceId id = sources.add(tree.describe(path), std::move(*text));
  if (contains(sources.text(id), "Secret")) sources.mark_secret(id);
  const yaml::Stream stream = yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena, limits);
  std::size_t objects = 0;
  const yaml::Node* stranger = nullptr;
  for (const yaml::Document& document : stream.documents) {
    if (document.root->is_null() || is_tool_file(*document.root)) continue;
    if (add_objects(*document.root, set)) {
      ++objects;
    } else if (stranger == nullptr) {
      stranger = document.root;
    }
  }
  if (stranger == nullptr || (step.objects_only && objects == 0)) return;
  fail("render/not-an-object", {stranger->span.source, stranger->span.offset, 0},
       cat("expected a Kubernetes object, found ",
           stranger->is_mapping() ? "a mapping without apiVersion, kind or a name"
                                  : "something else"),
       {{"an object has apiVersion, kind and metadata.name"}});
}

}  // namespace

bool matches_glob(std::string_view glob, std::string_view name) {
  const std::string pattern = cat("^(?:", glob_pattern(glob), ")$");
  if (Regex::why_invalid(pattern)) return false;
  return Regex(pattern).matches(name);
}

bool add_objects(const yaml::Node& root, kube::ResourceSet& set) {
  if (root.is_mapping() && yaml::text_at(root, {"kind"}).ends_with("List")) {
    const yaml::Node* const items = yaml::find(root, "items");
    if (items != nullptr && items->is_sequence()) {
      return std::all_of(items->items.begin(), items->items.end(),
                         [&](const yaml::Node* item) { return add_objects(*item, set); });
    }
  }
  if (!kube::is_object(root)) return false;
  yaml::Node* const body = yaml::copy(*set.arena, root);
  set.resources.push_back({kube::id_of(*body), body, {}});
  return true;
}

void add_manifests(const project::Step& step, const files::Tree& tree, SourceStore& sources,
                   const Limits& limits, kube::ResourceSet& set) {
  const Path path = existing_path(tree, step.paths[0]);
  if (files::lookup(tree, path) == EntryKind::kFile) {
    add_file(step, tree, path, sources, limits, set);
    return;
  }
  for (const Path& file : manifest_files(step, tree, path))
    add_file(step, tree, file, sources, limits, set);
}

}  // namespace plumb::render
