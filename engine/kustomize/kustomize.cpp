#include "kustomize/kustomize.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/custom_schema.h"
#include "kustomize/generate.h"
#include "kustomize/json_values.h"
#include "kustomize/name_reference.h"
#include "kustomize/order.h"
#include "kustomize/provenance.h"
#include "kustomize/scalar.h"
#include "kustomize/strict.h"
#include "kustomize/transform/transform.h"
#include "kustomize/variables.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

constexpr std::string_view kLocalConfig = "config.kubernetes.io/local-config";
constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
constexpr std::string_view kManager = "kustomize-v5.8.2";

// Annotations that kustomize takes for its own and removes.
constexpr std::array<std::string_view, 21> kBookkeeping{
    "internal.config.kubernetes.io/previousKinds",
    "internal.config.kubernetes.io/previousNames",
    "internal.config.kubernetes.io/previousNamespaces",
    "internal.config.kubernetes.io/prefixes",
    "internal.config.kubernetes.io/suffixes",
    "internal.config.kubernetes.io/allowNameChange",
    "internal.config.kubernetes.io/allowKindChange",
    "internal.config.kubernetes.io/refBy",
    "internal.config.kubernetes.io/generatorBehavior",
    "internal.config.kubernetes.io/needsHashSuffix",
    "internal.config.kubernetes.io/path",
    "internal.config.kubernetes.io/index",
    "internal.config.kubernetes.io/seqindent",
    "internal.config.kubernetes.io/id",
    "internal.config.kubernetes.io/annotations-migration-resource-id",
    "internal.config.kubernetes.io/helm-generated",
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.kubernetes.io/id",
    "config.kubernetes.io/origin",
    "alpha.config.kubernetes.io/transformations"};

void check_identity(const Item& item) {
  const Id id = item.id();
  if (id.gvk.kind.empty())
    fail("kustomize/no-kind", item.body->span, "the object has no kind any more", {}, {"{}"});
  if (id.name.empty() && !id.gvk.kind.ends_with("List"))
    fail("kustomize/no-name", item.body->span,
         cat("the ", id.gvk.kind, " has no metadata.name any more"), {}, {"{}"});
}

bool is_local(const Item& item) {
  const Node* const value = yaml::find_path(*item.body, {"metadata", "annotations", kLocalConfig});
  return value != nullptr && value->text != "false";
}

void drop_local(Items& items) {
  for (Item* const item : items.list()) {
    check_identity(*item);
    if (is_local(*item)) items.drop(item);
  }
  items.drop_deleted();
}

void add_managed_by(Build& build, Items& items) {
  const Mark writer{{}, build.origins.layer(yaml::LayerKind::kTransformer, "managed-by label")};
  for (Item* const item : items.list())
    visit_fields(build.arena, *item->body, {{}, "metadata/labels", true}, Make::kMapping,
                 [&](Node& map) { write_entry(build, map, kManagedBy, kManager, writer); });
}

// The texts that the trip to the printer changes.
void refold(Build& build, Node& node) {
  if (node.style == yaml::Style::kFolded && node.is_string()) {
    const std::string text = refolded(node.text);
    if (text != node.text) node.text = build.arena.copy(text);
  }
  for (Node* const item : node.items) refold(build, *item);
  for (const yaml::Entry& entry : node.entries) refold(build, *entry.value);
}

// Annotations are printed as strings, sorted, without kustomize's own.
void finish_annotations(Build& build, Item& item) {
  if (yaml::find(*item.body, "metadata") == nullptr)
    yaml::ensure_mapping(build.arena, *item.body, "metadata");
  Node* const annotations = yaml::find_path(*item.body, {"metadata", "annotations"});
  if (annotations == nullptr) return;
  if (annotations->is_mapping())
    for (const std::string_view name : kBookkeeping)
      while (yaml::remove(*annotations, name)) {
      }
}

bool asks_for(const Kustomization& file, std::string_view what) {
  const Node* const list = file.find("buildMetadata");
  return list != nullptr &&
         std::ranges::any_of(list->items, [&](const Node* item) { return item->text == what; });
}

kube::Resource resource_of(const Item& item) {
  kube::Resource resource{kube::id_of(*item.body), item.body, {}};
  for (std::size_t i = 0; i < item.former.size(); ++i) {
    const Id id = item.former_id(i);
    resource.former_ids.push_back({std::string(id.gvk.group), std::string(id.gvk.version),
                                   std::string(id.gvk.kind), std::string(id.namespace_name),
                                   std::string(id.name)});
  }
  return resource;
}

// An object is a map of texts: its own keys become what is written there, and null is none.
void settle_keys(Node& body) {
  for (std::uint32_t i = body.entries.size(); i-- > 0;) {
    Node& key = *body.entries[i].key;
    if (!key.is_scalar() || key.type == yaml::Type::kMerge) continue;
    if (key.is_null())
      body.entries.erase(i);
    else
      key.type = yaml::Type::kString;
  }
}

// What happens once, behind everything else.
void finish(Build& build, const Kustomization& file, Accumulated& all) {
  add_hashes(build, all.items);
  fix_name_references(build, all.items, all.tables().name_references);
  resolve_variables(build, all);
  drop_local(all.items);
  sort_items(build, file, all.items);
  if (build.options.managed_by_label || asks_for(file, "managedByLabel"))
    add_managed_by(build, all.items);
  const bool origins = asks_for(file, "originAnnotations");
  const bool transformations = asks_for(file, "transformerAnnotations");
  for (Item* const item : all.items.list()) {
    finish_annotations(build, *item);
    write_provenance(build, *item, origins, transformations);
    stringify_metadata(build.arena, *item->body, "annotations");
    refold(build, *item->body);
    if (!has_repeated_key(*item->body)) settle_keys(*item->body);
  }
}

}  // namespace

kube::ResourceSet build(const files::Tree& tree, const files::Path& directory,
                        const BuildOptions& options, const Context& context,
                        kube::ResourceSet further) {
  std::vector<Node*> objects;
  for (const kube::Resource& resource : further.resources) objects.push_back(resource.body);
  kube::ResourceSet result = std::move(further);
  result.resources.clear();
  Build build(options, context, *result.arena, *result.origins);
  const Root root = open_top(build, tree, directory);
  const Kustomization file = load_kustomization(build, root);
  if (options.strict) use_current_schema(build, root, objects);
  use_schema(build, root, file);
  const Node* const metadata = file.find("buildMetadata");
  build.tracks_origin = metadata != nullptr && !metadata->items.empty();
  Accumulated all;
  accumulate(build, root, file, all, objects);
  finish(build, file, all);
  for (const Item* const item : all.items.list()) result.resources.push_back(resource_of(*item));
  return result;
}

kube::ResourceSet build(const files::Tree& tree, const files::Path& directory,
                        const BuildOptions& options, const Context& context) {
  return build(tree, directory, options, context, kube::ResourceSet(context.keep_chains));
}

}  // namespace plumb::kustomize
