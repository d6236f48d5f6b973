#include "kustomize/custom_schema.h"

#include <map>

#include "base/text.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

constexpr std::string_view kBuiltInVersion = "v1.21.2";

class SchemaReader {
 public:
  SchemaReader(Build& build, const Node& root, CustomSchema& into)
      : build_(build), into_(into), definitions_(yaml::find(root, "definitions")) {}

  void read() {
    if (definitions_ == nullptr) return;
    for (const yaml::Entry& entry : definitions_->entries) {
      const Node* const gvks = yaml::find(*entry.value, "x-kubernetes-group-version-kind");
      if (gvks == nullptr) continue;
      for (const Node* const gvk : gvks->items) {
        const Gvk kind{yaml::text_at(*gvk, {"group"}), yaml::text_at(*gvk, {"version"}),
                       yaml::text_at(*gvk, {"kind"})};
        into_.roots.push_back(
            {build_.arena.copy(api_version(kind)), kind.kind, type_of(*entry.value)});
      }
    }
  }

 private:
  const Node& resolved(const Node& schema) const {
    const Node* at = &schema;
    for (std::uint64_t links = 0; links < build_.context.limits.include_depth; ++links) {
      const std::string_view reference = yaml::text_at(*at, {"$ref"});
      if (reference.empty()) return *at;
      constexpr std::string_view kStart = "#/definitions/";
      const Node* const next = definitions_ != nullptr && reference.starts_with(kStart)
                                   ? yaml::find(*definitions_, reference.substr(kStart.size()))
                                   : nullptr;
      if (next == nullptr) return *at;
      at = next;
    }
    return *at;
  }

  // A definition of Kubernetes' own, where those are known.
  static bool is_built_in(std::string_view reference) {
    return reference.starts_with("#/definitions/io.k8s.api.") ||
           reference.starts_with("#/definitions/io.k8s.apimachinery.");
  }

  std::uint16_t type_of(const Node& schema) {
    const std::string_view reference = yaml::text_at(schema, {"$ref"});
    const std::string_view name = reference.substr(reference.rfind('/') + 1);
    if (build_.options.strict && is_built_in(reference)) return kube::kubernetes_type_named(name);
    if (build_.built_in_schema_used && is_built_in(reference))
      return kube::kustomize_type_named(name);
    const Node& target = resolved(schema);
    if (const auto there = known_.find(&target); there != known_.end()) return there->second;
    const auto type = static_cast<std::uint16_t>(into_.types.size() + 1);
    if (into_.types.size() >= UINT16_MAX - 1)
      fail("kustomize/unsupported", target.span, "the schema has too many types", {},
           {"a schema with more than 65,534 types"});
    known_.emplace(&target, type);
    into_.types.push_back({type, {}});
    std::vector<kube::MergeField> fields;
    if (const Node* const properties = yaml::find(target, "properties"))
      for (const yaml::Entry& entry : properties->entries)
        fields.push_back(field_of(entry.key->text, *entry.value));
    into_.fields.push_back(std::move(fields));
    into_.types[type - 1u].fields = into_.fields.back();
    return type;
  }

  kube::MergeField field_of(std::string_view name, const Node& property) {
    const Node& schema = resolved(property);
    kube::MergeField field{name, 0, false, {}, {}};
    bool merges = false;
    for (const std::string_view strategy :
         split(yaml::text_at(schema, {"x-kubernetes-patch-strategy"}), ','))
      merges = merges || strategy == "merge";
    const Node* const items = yaml::find(schema, "items");
    if (!merges) {
      field.type = type_of(schema);
      return field;
    }
    field.merges = true;
    if (items != nullptr) field.type = type_of(*items);
    field.key = yaml::text_at(schema, {"x-kubernetes-patch-merge-key"});
    const Node* const keys = yaml::find(schema, "x-kubernetes-list-map-keys");
    if (build_.options.strict) {
      field.keys = exact_keys(field.key, keys, items);
      return field;
    }
    if (keys != nullptr && !keys->items.empty()) {
      field.key = keys->items[0]->text;
      if (keys->items.size() > 1) field.second_key = keys->items[1]->text;
      if (keys->items.size() > 2)
        fail("kustomize/unsupported", keys->span, "a list with more than two keys is not supported",
             {}, {"x-kubernetes-list-map-keys of more than two keys"});
    }
    return field;
  }

  std::span<const kube::MergeKey> exact_keys(std::string_view merge_key, const Node* list,
                                             const Node* items) {
    std::vector<kube::MergeKey>& keys = into_.keys.emplace_back();
    const Node& element = items != nullptr ? resolved(*items) : no_schema_;
    const auto add = [&](std::string_view key) {
      keys.push_back({key, yaml::text_at(element, {"properties", key, "default"})});
    };
    if (list != nullptr)
      for (const Node* const key : list->items) add(key->text);
    if (keys.empty() && !merge_key.empty()) add(merge_key);
    return keys;
  }

  Build& build_;
  CustomSchema& into_;
  const Node* definitions_;
  Node no_schema_;
  std::map<const Node*, std::uint16_t> known_;
};

void check_version(const Node& openapi) {
  const Node* const version = yaml::find(openapi, "version");
  if (version == nullptr || version->text == kBuiltInVersion) return;
  fail("kustomize/bad-value", version->span,
       cat("there is no built-in schema '", version->text, "'"),
       {{cat("there is '", kBuiltInVersion, "'")}},
       {"the specified OpenAPI version is not built in"});
}

}  // namespace

void use_schema(Build& build, const Root& root, const Kustomization& file) {
  const Node* const openapi = file.find("openapi");
  if (openapi == nullptr) return;
  const Node* const path = yaml::find(*openapi, "path");
  if (path == nullptr) {
    check_version(*openapi);
    if (yaml::find(*openapi, "version") != nullptr) build.schema_chosen = true;
    return;
  }
  const File loaded = load_file(build, root, path->text, path->span);
  if (yaml::find(*openapi, "version") != nullptr)
    fail("kustomize/bad-value", openapi->span, "expected 'path' or 'version', got both", {},
         {"builtin version and custom schema provided, cannot use both"});
  if (build.schema_chosen) return;
  build.schema_chosen = true;
  const std::string_view text = build.context.sources.text(loaded.source);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  const yaml::Document document =
      yaml::read_first(text, {loaded.source, 0, static_cast<std::uint32_t>(text.size())}, profile,
                       build.arena, build.context.limits);
  if (build.options.strict) {
    CustomSchema& all = *build.schema;
    const std::vector<kube::MergeRoot> known = std::move(all.roots);
    all.roots.clear();
    SchemaReader(build, *document.root, all).read();
    all.roots.insert(all.roots.end(), known.begin(), known.end());
    all.table = {all.types, all.roots};
    return;
  }
  build.schema = std::make_shared<CustomSchema>();
  CustomSchema& schema = *build.schema;
  // What kustomize has loaded by now stays, and is what it was.
  if (build.built_in_schema_used) {
    const kube::MergeTable& built_in = kube::kKustomizeMergeTable;
    schema.types.assign(built_in.types.begin(), built_in.types.end());
    schema.roots.assign(built_in.roots.begin(), built_in.roots.end());
  }
  SchemaReader(build, *document.root, schema).read();
  build.schema->table = {build.schema->types, build.schema->roots};
  build.merge_table = &build.schema->table;
}

}  // namespace plumb::kustomize
