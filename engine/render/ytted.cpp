#include "render/ytted.h"

#include <map>

#include "base/text.h"
#include "render/builtin.h"
#include "render/manifests.h"
#include "render/path.h"
#include "ytt/ytt.h"

namespace plumb::render {

namespace {

// Files that ytt takes from a directory: all of them; what a file is, its name and content tell.
std::vector<files::Path> files_below(const files::Tree& tree, const files::Path& path) {
  if (files::lookup(tree, path) == files::EntryKind::kFile) return {path};
  std::vector<files::Path> found = files::walk(tree, path);
  std::erase_if(found, [](const files::Path& file) { return file.name() == "README.md"; });
  return found;
}

SourceId add_source(const files::Tree& tree, const files::Path& path, const Workspace& workspace,
                    Span place) {
  auto text = files::read(tree, path, workspace.project.limits, place);
  const SourceId id = workspace.sources.add(tree.describe(path), text.value_or(""));
  if (contains(workspace.sources.text(id), "kind: Secret")) workspace.sources.mark_secret(id);
  return id;
}

// The elements of a list, to find what one was before: it stood in the same text, or had the same
// name, or the same position.
class ItemIndex {
 public:
  explicit ItemIndex(const yaml::Node& list) : list_(list) {
    for (const yaml::Node* const item : list.items) {
      if (item->span.length > 0)
        by_place_.emplace(std::pair(item->span.source, item->span.offset), item);
      if (const std::string_view name = yaml::text_at(*item, {"name"}); !name.empty())
        by_name_.emplace(name, item);
    }
  }

  const yaml::Node* like(const yaml::Node& item, std::size_t index) const {
    const auto place = by_place_.find({item.span.source, item.span.offset});
    if (place != by_place_.end() && item.span.length > 0) return place->second;
    const std::string_view name = yaml::text_at(item, {"name"});
    const auto named = by_name_.find(name);
    if (named != by_name_.end()) return named->second;
    return name.empty() && index < list_.items.size() ? list_.items[index] : nullptr;
  }

 private:
  const yaml::Node& list_;
  std::map<std::pair<SourceId, std::uint32_t>, const yaml::Node*> by_place_;
  std::map<std::string_view, const yaml::Node*> by_name_;
};

// ytt gives new trees. What an overlay left alone keeps its origin; what it wrote gets a row that
// remembers what stood there.
class OriginCarrier {
 public:
  OriginCarrier(kube::ResourceSet& set, const SourceStore& sources, std::string_view step)
      : set_(set), sources_(sources), step_(step) {}

  void carry(yaml::Node& now, const yaml::Node* before) {
    if (before != nullptr && now.kind == before->kind && now.span == before->span &&
        now.text == before->text) {
      now.origin = before->origin;
    } else if (now.is_scalar() && now.origin == 0 && now.span.source != 0) {
      set_.origins->record(now, before, now.span, layer_of(now.span));
    }
    if (before == nullptr) before = &kNothing;
    for (const yaml::Entry& entry : now.entries)
      carry(*entry.value, yaml::find(*before, entry.key->text));
    const ItemIndex items(*before);
    for (std::size_t i = 0; i < now.items.size(); ++i)
      carry(*now.items[i], items.like(*now.items[i], i));
    for (const yaml::Entry& entry : before->entries) {
      if (now.is_mapping() && yaml::find(now, entry.key->text) == nullptr) {
        set_.origins->bury(*set_.arena, now, entry.key->text, entry.value, {},
                           set_.origins->layer(yaml::LayerKind::kOverlay, step_));
      }
    }
  }

 private:
  yaml::LayerId layer_of(Span span) {
    return set_.origins->layer(yaml::LayerKind::kOverlay, sources_.get(span.source).name);
  }

  inline static const yaml::Node kNothing{};
  kube::ResourceSet& set_;
  const SourceStore& sources_;
  std::string_view step_;
};

void add_files(ytt::Input& input, const project::Located& wanted, const files::Tree& project_tree,
               const Workspace& workspace) {
  const bool shipped = is_builtin(wanted.text);
  const files::Tree& tree = shipped ? builtin_tree() : project_tree;
  const files::Path path = shipped ? builtin_path(wanted) : existing_path(tree, wanted);
  for (const files::Path& file : files_below(tree, path)) {
    const std::string name = file == path ? std::string(file.name()) : file.relative_to(path);
    input.files.push_back({name, add_source(tree, file, workspace, wanted.span)});
  }
}

}  // namespace

void ytt_set(const std::vector<project::Located>& paths,
             const std::optional<project::Located>& values_file, const yaml::Node* values,
             const files::Tree& tree, const Workspace& workspace, kube::ResourceSet& set) {
  ytt::Input input;
  for (const project::Located& path : paths) add_files(input, path, tree, workspace);
  if (values_file) {
    const files::Path path = existing_path(tree, *values_file);
    input.values_files.push_back(
        {path.text(), add_source(tree, path, workspace, values_file->span)});
  }
  if (values != nullptr && !values->entries.empty()) input.values = values;
  for (const kube::Resource& resource : set.resources) input.documents.push_back(resource.body);
  const ytt::Rendered rendered = ytt::render(input, *set.arena, workspace.sources,
                                             workspace.project.limits, set.origins.get());
  std::map<kube::ResourceId, const yaml::Node*> before;
  for (const kube::Resource& resource : set.resources) before[resource.id] = resource.body;
  set.resources.clear();
  for (const yaml::Node* const document : rendered.documents) {
    if (document->is_null() || add_objects(*document, set)) continue;
    fail("render/not-an-object", document->span,
         cat("expected a Kubernetes object, found ",
             document->is_mapping() ? "a mapping without apiVersion, kind or a name"
                                    : "something else"),
         {{"an object has apiVersion, kind and metadata.name"}});
  }
  if (!set.origins->keeps_chains() || before.empty()) return;
  OriginCarrier carrier(set, workspace.sources, paths[0].text);
  for (kube::Resource& resource : set.resources) {
    const auto found = before.find(resource.id);
    carrier.carry(*resource.body, found == before.end() ? nullptr : found->second);
  }
}

}  // namespace plumb::render
