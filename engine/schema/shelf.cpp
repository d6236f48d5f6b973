#include "schema/shelf.h"

#include "base/text.h"

namespace plumb::schema {

namespace {

std::string key_of(std::string_view api_version, std::string_view kind) {
  return cat(api_version, ' ', kind);
}

// Before apiextensions v1, fields that no schema named were kept unless a CRD said otherwise.
bool keeps_unknown_fields(const yaml::Node& crd) {
  const yaml::Node* const field = yaml::find_path(crd, {"spec", "preserveUnknownFields"});
  if (field != nullptr) return yaml::as_boolean(*field).value_or(false);
  return yaml::text_at(crd, {"apiVersion"}) == "apiextensions.k8s.io/v1beta1";
}

}  // namespace

void Shelf::add(std::string_view group, std::string_view version, std::string_view kind,
                const yaml::Node* schema, CompileOptions options) {
  auto item = std::make_unique<ShelfItem>();
  item->schema = schema;
  item->options = std::move(options);
  items_[key_of(group.empty() ? std::string(version) : cat(group, '/', version), kind)] =
      std::move(item);
}

void Shelf::add_crd(const yaml::Node& crd) {
  if (yaml::text_at(crd, {"kind"}) != "CustomResourceDefinition") return;
  const std::string_view group = yaml::text_at(crd, {"spec", "group"});
  const std::string_view kind = yaml::text_at(crd, {"spec", "names", "kind"});
  const yaml::Node* const common = yaml::find_path(crd, {"spec", "validation", "openAPIV3Schema"});
  CompileOptions options;
  options.dialect = Dialect::kStructural;
  options.root_is_object = true;
  options.keeps_unknown = keeps_unknown_fields(crd);
  const auto add_version = [&](std::string_view name, const yaml::Node* schema) {
    versions_[key_of(group, kind)].emplace_back(name);
    add(group, name, kind, schema != nullptr ? schema : common, options);
  };
  const yaml::Node* const versions = yaml::find_path(crd, {"spec", "versions"});
  if (versions == nullptr || !versions->is_sequence() || versions->items.empty())
    return add_version(yaml::text_at(crd, {"spec", "version"}), nullptr);
  for (const yaml::Node* const version : versions->items)
    add_version(yaml::text_at(*version, {"name"}),
                yaml::find_path(*version, {"schema", "openAPIV3Schema"}));
}

bool Shelf::add_described(const yaml::Node& schema, const CompileOptions& options) {
  const yaml::Node* const kinds = yaml::find(schema, "x-kubernetes-group-version-kind");
  if (kinds == nullptr || !kinds->is_sequence()) return false;
  for (const yaml::Node* const kind : kinds->items)
    add(yaml::text_at(*kind, {"group"}), yaml::text_at(*kind, {"version"}),
        yaml::text_at(*kind, {"kind"}), &schema, options);
  return !kinds->items.empty();
}

std::size_t Shelf::add_definitions(const yaml::Node& document, Dialect dialect) {
  CompileOptions options;
  options.dialect = dialect;
  options.document = &document;
  options.root_is_object = dialect == Dialect::kStructural;
  document_ = &document;
  std::size_t count = add_described(document, options) ? 1 : 0;
  for (const yaml::Node* const definitions :
       {yaml::find(document, "definitions"), yaml::find(document, "$defs"),
        yaml::find_path(document, {"components", "schemas"})})
    if (definitions != nullptr)
      for (const yaml::Entry& entry : definitions->entries)
        count += add_described(*entry.value, options) ? 1 : 0;
  return count;
}

std::shared_ptr<const Schema> Shelf::named(std::string_view definition) const {
  const yaml::Node* const schema =
      document_ == nullptr ? nullptr : yaml::find_path(*document_, {"definitions", definition});
  if (schema == nullptr) return nullptr;
  CompileOptions options;
  options.dialect = Dialect::kStructural;
  options.document = document_;
  return compile(*schema, options);
}

const ShelfItem* Shelf::find(std::string_view api_version, std::string_view kind) const {
  const auto found = items_.find(key_of(api_version, kind));
  return found == items_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Shelf::versions(std::string_view group, std::string_view kind) const {
  const auto found = versions_.find(key_of(group, kind));
  return found == versions_.end() ? std::vector<std::string>() : found->second;
}

const Schema* compiled(const ShelfItem& item) {
  std::call_once(item.once, [&] {
    try {
      item.compiled = compile(*item.schema, item.options);
    } catch (const Error& error) {
      item.why_not = error.diagnostic();
    }
  });
  return item.compiled.get();
}

}  // namespace plumb::schema
