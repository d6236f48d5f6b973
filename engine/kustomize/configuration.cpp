// `configurations`: field tables of the user; `crds`: field tables from the schemas of custom
// kinds.

#include <algorithm>
#include <set>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/shape.h"
#include "kustomize/transform/transform.h"
#include "kustomize/wording.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

struct TableRow {
  std::string_view field;
  std::vector<FieldSpec> FieldTables::* table;
};

constexpr TableRow kTableRows[] = {
    {"namePrefix", &FieldTables::name_prefix},
    {"nameSuffix", &FieldTables::name_suffix},
    {"namespace", &FieldTables::namespaces},
    {"commonLabels", &FieldTables::common_labels},
    {"labels", &FieldTables::labels},
    {"templateLabels", &FieldTables::template_labels},
    {"volumeClaimTemplateLabels", &FieldTables::volume_claim_template_labels},
    {"commonAnnotations", &FieldTables::common_annotations},
    {"varReference", &FieldTables::variables},
    {"images", &FieldTables::images},
    {"replicas", &FieldTables::replicas},
};

const Node* read_file(Build& build, const Root& root, const Node& path,
                      yaml::DuplicateKeys duplicates) {
  const File file = load_file(build, root, path.text, path.span);
  const std::string_view text = build.context.sources.text(file.source);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = duplicates;
  return during("configuration text",
                [&] { return read_go_yaml2(build, text, file.source, profile).root; });
}

FieldTables tables_of(Build& build, const Node& root) {
  const Node* const fields = during("configuration", [&] {
    return fit({build.arena, Strictness::kKnown}, root, kConfigurationShape);
  });
  FieldTables tables;
  for (const TableRow& row : kTableRows)
    merge_field_specs(tables.*row.table, field_specs_of(yaml::find(*fields, row.field)));
  if (const Node* const references = yaml::find(*fields, "nameReference"))
    for (const Node* const reference : references->items)
      tables.name_references.push_back(
          {{yaml::text_at(*reference, {"group"}), yaml::text_at(*reference, {"version"}),
            yaml::text_at(*reference, {"kind"})},
           field_specs_of(yaml::find(*reference, "fieldSpecs"))});
  return tables;
}

// ---- crds ----

// A file of schemas: name → {Schema: {properties…}}.
class CrdWalk {
 public:
  CrdWalk(Build& build, const Node& types) : build_(build), types_(types) {}

  FieldTables run() {
    for (const yaml::Entry& entry : types_.entries) {
      const Node* const properties = properties_of(entry.key->text);
      if (properties == nullptr || yaml::find(*properties, "kind") == nullptr ||
          yaml::find(*properties, "apiVersion") == nullptr ||
          yaml::find(*properties, "metadata") == nullptr)
        continue;
      const std::string_view name = entry.key->text;
      gvk_ = {"", "", name.substr(name.rfind('.') + 1)};
      walk(name, "");
    }
    return std::move(tables_);
  }

 private:
  const Node* properties_of(std::string_view type) const {
    const Node* const found = yaml::find(types_, type);
    if (found == nullptr) return nullptr;
    const Node* const schema = yaml::find(*found, "Schema");
    const Node* const properties = schema != nullptr ? yaml::find(*schema, "properties") : nullptr;
    return properties != nullptr && properties->is_mapping() ? properties : nullptr;
  }

  std::string_view join_path(std::string_view path, std::string_view name) {
    return build_.arena.copy(path.empty() ? std::string(name) : cat(path, '/', name));
  }

  void walk(std::string_view type, std::string_view path) {
    if (!open_.insert(type).second) return;
    if (const Node* const properties = properties_of(type)) {
      for (const yaml::Entry& entry : properties->entries)
        property(entry.key->text, *entry.value, path);
    }
    open_.erase(type);
  }

  void property(std::string_view name, const Node& schema, std::string_view path) {
    const std::string_view here = join_path(path, name);
    if (yaml::find(schema, "x-kubernetes-annotation") != nullptr)
      tables_.common_annotations.push_back({gvk_, here, false});
    if (yaml::find(schema, "x-kubernetes-label-selector") != nullptr)
      tables_.common_labels.push_back({gvk_, here, false});
    if (yaml::find(schema, "x-kubernetes-identity") != nullptr)
      tables_.name_prefix.push_back({gvk_, here, false});
    const std::string_view version = yaml::text_at(schema, {"x-kubernetes-object-ref-api-version"});
    const std::string_view kind = yaml::text_at(schema, {"x-kubernetes-object-ref-kind"});
    if (!version.empty() && !kind.empty()) {
      std::string_view key = yaml::text_at(schema, {"x-kubernetes-object-ref-name-key"});
      if (key.empty()) key = "name";
      merge_field_tables(tables_,
                         with_reference({"", version, kind}, {gvk_, join_path(here, key), false}));
    }
    const std::string_view reference = yaml::text_at(schema, {"$ref"});
    if (!reference.empty()) walk(reference, here);
  }

  static FieldTables with_reference(const Gvk& target, const FieldSpec& spec) {
    FieldTables tables;
    tables.name_references.push_back({target, {spec}});
    return tables;
  }

  Build& build_;
  const Node& types_;
  Gvk gvk_;
  std::set<std::string_view> open_;
  FieldTables tables_;
};

}  // namespace

FieldTables load_configurations(Build& build, const Root& root, const Node& paths) {
  FieldTables tables;
  for (const Node* const path : paths.items)
    merge_field_tables(
        tables, tables_of(build, *read_file(build, root, *path, yaml::DuplicateKeys::kError)));
  return tables;
}

FieldTables load_crds(Build& build, const Root& root, const Node& paths) {
  FieldTables tables;
  for (const Node* const path : paths.items) {
    const Node* const types = during(
        "crd", [&] { return Arguments{std::string(path->text)}; },
        [&] { return read_file(build, root, *path, yaml::DuplicateKeys::kLastWins); });
    merge_field_tables(tables, CrdWalk(build, *types).run());
  }
  return tables;
}

}  // namespace plumb::kustomize
