#include <map>
#include <set>

#include "base/text.h"
#include "kustomize/custom_schema.h"
#include "kustomize/strict.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// Schemas of custom kinds become types of a merge table. A part that leads to no merging list is
// no type: CRDs are large.
class Schemas {
 public:
  Schemas(Build& build, CustomSchema& into) : build_(build), into_(into) {}

  // An object of kind CustomResourceDefinition, of v1 or v1beta1.
  void add_crd(const Node& crd) {
    const std::string_view kind = yaml::text_at(crd, {"spec", "names", "kind"});
    const std::string_view group = yaml::text_at(crd, {"spec", "group"});
    const Node* const shared = yaml::find_path(crd, {"spec", "validation", "openAPIV3Schema"});
    const Node* const versions = yaml::find_path(crd, {"spec", "versions"});
    if (versions == nullptr) {
      if (shared != nullptr)
        add_root(group, yaml::text_at(crd, {"spec", "version"}), kind, *shared);
      return;
    }
    for (const Node* const version : versions->items) {
      const Node* const own = yaml::find_path(*version, {"schema", "openAPIV3Schema"});
      if (own == nullptr && shared == nullptr) continue;
      add_root(group, yaml::text_at(*version, {"name"}), kind, own != nullptr ? *own : *shared);
    }
  }

  // A file of `crds`: name → {Schema: …}. Without a group and version a kind is known by its name.
  void add_definitions(const Node& definitions) {
    definitions_ = &definitions;
    named_.clear();
    for (const yaml::Entry& entry : definitions.entries) {
      const Node* const schema = yaml::find(*entry.value, "Schema");
      const Node* const properties =
          schema != nullptr ? yaml::find(*schema, "properties") : nullptr;
      if (properties == nullptr || yaml::find(*properties, "kind") == nullptr ||
          yaml::find(*properties, "apiVersion") == nullptr)
        continue;
      const std::string_view name = entry.key->text;
      const std::uint16_t type = type_of(*schema);
      const Node* const gvks = yaml::find(*schema, "x-kubernetes-group-version-kind");
      if (gvks == nullptr) into_.roots.push_back({"*", name.substr(name.rfind('.') + 1), type});
      if (gvks != nullptr)
        for (const Node* const gvk : gvks->items)
          add_root(yaml::text_at(*gvk, {"group"}), yaml::text_at(*gvk, {"version"}),
                   yaml::text_at(*gvk, {"kind"}), type);
    }
    definitions_ = nullptr;
  }

 private:
  void add_root(std::string_view group, std::string_view version, std::string_view kind,
                const Node& schema) {
    add_root(group, version, kind, type_of(schema, true));
  }
  void add_root(std::string_view group, std::string_view version, std::string_view kind,
                std::uint16_t type) {
    into_.roots.push_back({build_.arena.copy(api_version(Gvk{group, version, kind})), kind, type});
  }

  std::uint16_t new_type(const Node& schema) {
    if (into_.types.size() >= UINT16_MAX - 1)
      fail("kustomize/unsupported", schema.span, "the schemas have too many types that merge", {},
           {"schemas with more than 65,534 types"});
    const auto type = static_cast<std::uint16_t>(into_.types.size() + 1);
    into_.types.push_back({type, {}});
    return type;
  }

  std::uint16_t filled(std::uint16_t type, std::vector<kube::MergeField> fields) {
    into_.fields.push_back(std::move(fields));
    into_.types[type - 1u].fields = into_.fields.back();
    return type;
  }

  std::uint16_t type_of(const Node& schema, bool is_object = false) {
    const std::string_view reference = yaml::text_at(schema, {"$ref"});
    if (!reference.empty()) return type_named(reference);
    std::vector<kube::MergeField> fields = fields_of(schema);
    if (is_object) {
      std::erase_if(fields, [](const kube::MergeField& field) { return field.name == "metadata"; });
      fields.push_back({"metadata", object_meta_, false, {}});
    }
    return fields.empty() ? std::uint16_t{0} : filled(new_type(schema), std::move(fields));
  }

  // A definition may lead to itself: it has its number before it is read.
  std::uint16_t type_named(std::string_view reference) {
    if (const auto known = named_.find(reference); known != named_.end()) return known->second;
    const Node* const found =
        definitions_ != nullptr ? yaml::find(*definitions_, reference) : nullptr;
    const Node* const schema = found != nullptr ? yaml::find(*found, "Schema") : nullptr;
    if (schema == nullptr)
      return kube::kubernetes_type_named(reference.substr(reference.rfind('/') + 1));
    const std::uint16_t type = named_[reference] = new_type(*schema);
    return filled(type, fields_of(*schema));
  }

  std::vector<kube::MergeField> fields_of(const Node& schema) {
    std::vector<kube::MergeField> fields;
    const Node* const properties = yaml::find(schema, "properties");
    if (properties == nullptr) return fields;
    for (const yaml::Entry& entry : properties->entries) {
      const kube::MergeField field = field_of(entry.key->text, *entry.value);
      if (field.merges || field.type != 0) fields.push_back(field);
    }
    return fields;
  }

  kube::MergeField field_of(std::string_view name, const Node& schema) {
    const Node* const items = yaml::find(schema, "items");
    if (items == nullptr) return {name, type_of(schema), false, {}};
    const std::span<const kube::MergeKey> keys = keys_of(schema, *items);
    if (keys.empty()) return {name, 0, false, {}};
    return {name, type_of(*items), true, keys[0].name, {}, keys};
  }

  // x-kubernetes-list-map-keys tell elements apart; without them x-kubernetes-patch-merge-key does.
  std::span<const kube::MergeKey> keys_of(const Node& list, const Node& items) {
    std::vector<kube::MergeKey>& keys = into_.keys.emplace_back();
    const auto add = [&](std::string_view key) {
      keys.push_back({key, yaml::text_at(items, {"properties", key, "default"})});
    };
    const Node* const map_keys = yaml::find(list, "x-kubernetes-list-map-keys");
    if (yaml::text_at(list, {"x-kubernetes-list-type"}) == "map" && map_keys != nullptr)
      for (const Node* const key : map_keys->items) add(key->text);
    const std::string_view merge_key = yaml::text_at(list, {"x-kubernetes-patch-merge-key"});
    if (keys.empty() && !merge_key.empty()) add(merge_key);
    return keys;
  }

  Build& build_;
  CustomSchema& into_;
  const Node* definitions_ = nullptr;
  std::map<std::string_view, std::uint16_t> named_;
  std::uint16_t object_meta_ =
      kube::kubernetes_type_named("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
};

bool is_crd(const Node& object) {
  return yaml::text_at(object, {"kind"}) == "CustomResourceDefinition";
}

// Finds the CRDs of a build before anything is merged. What cannot be read is passed over: the
// build itself will say so.
class CrdSearch {
 public:
  CrdSearch(Build& build, Schemas& schemas) : build_(build), schemas_(schemas) {}

  void search(const Root& root) {
    if (!visited_.emplace(root.tree, root.directory).second) return;
    const Kustomization* file = nullptr;
    quietly([&] { file = &load_kustomization(build_, root); });
    if (file == nullptr) return;
    for (const std::string_view field : {"resources", "bases", "components"})
      if (const Node* const list = file->find(field))
        for (const Node* const path : list->items) quietly([&] { search_path(root, *path); });
    if (const Node* const list = file->find("crds"))
      for (const Node* const path : list->items) quietly([&] { search_definitions(root, *path); });
  }

 private:
  template <typename Work>
  void quietly(const Work& work) {
    try {
      work();
    } catch (const Error&) {
    }
  }

  void search_path(const Root& root, const Node& path) {
    const bool file = is_file(build_, root, path.text) || has_remote_file(build_, path.text);
    if (file) return search_file(load_file(build_, root, path.text, path.span));
    const Root below = open_root(build_, root, path.text, path.span);
    search(below);
  }

  void search_file(const File& file) {
    if (!contains(build_.context.sources.text(file.source), "CustomResourceDefinition")) return;
    if (!files_.insert(file.source).second) return;
    for (const Node* const object : read_objects(build_, file.source))
      if (is_crd(*object)) schemas_.add_crd(*object);
  }

  void search_definitions(const Root& root, const Node& path) {
    const File file = load_file(build_, root, path.text, path.span);
    const std::string_view text = build_.context.sources.text(file.source);
    yaml::Profile profile = yaml::kKustomizationProfile;
    profile.duplicates = yaml::DuplicateKeys::kLastWins;
    const yaml::Document document =
        yaml::read_first(text, {file.source, 0, static_cast<std::uint32_t>(text.size())}, profile,
                         build_.arena, build_.context.limits);
    if (is_crd(*document.root)) return search_file(file);
    if (files_.insert(file.source).second) schemas_.add_definitions(*document.root);
  }

  Build& build_;
  Schemas& schemas_;
  std::set<std::pair<const files::Tree*, files::Path>> visited_;
  std::set<SourceId> files_;
};

}  // namespace

void use_current_schema(Build& build, const Root& root, const std::vector<Node*>& further) {
  const kube::MergeTable& current = kube::kubernetes_merge_table();
  build.schema = std::make_shared<CustomSchema>();
  CustomSchema& schema = *build.schema;
  schema.types.assign(current.types.begin(), current.types.end());
  schema.roots.assign(current.roots.begin(), current.roots.end());
  Schemas schemas(build, schema);
  Diagnostics* const warnings = build.context.warnings;
  const std::size_t said = warnings != nullptr ? warnings->size() : 0;
  CrdSearch(build, schemas).search(root);
  if (warnings != nullptr)  // the build says them again
    warnings->erase(warnings->begin() + static_cast<std::ptrdiff_t>(said), warnings->end());
  for (const Node* const object : further)
    if (is_crd(*object)) schemas.add_crd(*object);
  schema.table = {schema.types, schema.roots};
  build.merge_table = &schema.table;
}

}  // namespace plumb::kustomize
