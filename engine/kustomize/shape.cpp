#include "kustomize/shape.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"
#include "kustomize/go_value_text.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Type;

// ---- the shapes ----

constexpr FieldShape text(std::string_view name) { return {name}; }
constexpr FieldShape texts(std::string_view name) { return {name, Want::kString, true}; }
// A field of a struct inside the struct, `embedded`.
constexpr FieldShape exact(std::string_view embedded, std::string_view name, bool list = false) {
  return {name, Want::kString, list, nullptr, {}, true, embedded};
}
constexpr FieldShape inside(std::string_view embedded, FieldShape field) {
  field.embedded = embedded;
  return field;
}
constexpr FieldShape flag(std::string_view name) { return {name, Want::kBoolean}; }
constexpr FieldShape number(std::string_view name, std::string_view type_name) {
  return {name, Want::kInteger, false, nullptr, type_name};
}
constexpr FieldShape map(std::string_view name) { return {name, Want::kStringMap}; }
constexpr FieldShape record(std::string_view name, const RecordShape& shape) {
  return {name, Want::kRecord, false, &shape};
}
constexpr FieldShape records(std::string_view name, const RecordShape& shape) {
  return {name, Want::kRecord, true, &shape};
}
// A list of pointers, as Go calls its elements.
constexpr FieldShape pointers(std::string_view name, const RecordShape& shape,
                              std::string_view type_name) {
  return {name, Want::kRecord, true, &shape, type_name};
}
constexpr FieldShape any(std::string_view name) { return {name, Want::kAny}; }

constexpr std::array kMetadataFields{text("name"), text("namespace"), map("labels"),
                                     map("annotations")};
constexpr RecordShape kMetadataShape{"ObjectMeta", kMetadataFields};

constexpr std::string_view kGvk = "Gvk";
constexpr std::string_view kId = "ResId";
constexpr std::string_view kIdGvk = "ResId.Gvk";
constexpr std::array kFieldSpecFields{exact(kGvk, "group"), exact(kGvk, "version"),
                                      exact(kGvk, "kind"), text("path"), flag("create")};
constexpr std::array kLabelFields{map("pairs"), flag("includeSelectors"), flag("includeTemplates"),
                                  flag("includeVolumeClaimTemplates"),
                                  records("fields", kFieldSpecShape)};
constexpr RecordShape kLabelShape{"Label", kLabelFields};

constexpr std::array kSelectorFields{
    exact(kIdGvk, "group"),  exact(kIdGvk, "version"),   exact(kIdGvk, "kind"), exact(kId, "name"),
    exact(kId, "namespace"), text("annotationSelector"), text("labelSelector")};
constexpr std::array kPatchOptionFields{flag("allowNameChange"), flag("allowKindChange")};
constexpr RecordShape kPatchOptionShape{"PatchArgs", kPatchOptionFields};
constexpr std::array kPatchFields{text("path"), text("patch"), record("target", kSelectorShape),
                                  record("options", kPatchOptionShape)};

constexpr std::array kImageFields{text("name"), text("newName"), text("tagSuffix"), text("newTag"),
                                  text("digest")};
constexpr std::array kReplicaFields{text("name"), number("count", "int64")};

constexpr std::array kGeneratorOptionFields{map("labels"), map("annotations"),
                                            flag("disableNameSuffixHash"), flag("immutable")};
constexpr RecordShape kGeneratorOptionShape{"GeneratorOptions", kGeneratorOptionFields};
constexpr std::string_view kArgs = "GeneratorArgs";
constexpr std::string_view kPairs = "GeneratorArgs.KvPairSources";
constexpr std::array kGeneratorFields{
    exact(kArgs, "namespace"),    exact(kArgs, "name"),
    exact(kArgs, "behavior"),     exact(kPairs, "literals", true),
    exact(kPairs, "files", true), exact(kPairs, "envs", true),
    exact(kPairs, "env"),         inside(kArgs, record("options", kGeneratorOptionShape))};
constexpr std::array kSecretGeneratorFields{exact(kArgs, "namespace"),
                                            exact(kArgs, "name"),
                                            exact(kArgs, "behavior"),
                                            exact(kPairs, "literals", true),
                                            exact(kPairs, "files", true),
                                            exact(kPairs, "envs", true),
                                            exact(kPairs, "env"),
                                            inside(kArgs, record("options", kGeneratorOptionShape)),
                                            text("type")};

constexpr std::array kFieldOptionFields{text("delimiter"), number("index", "int"), text("encoding"),
                                        flag("create")};
constexpr RecordShape kFieldOptionShape{"FieldOptions", kFieldOptionFields};
constexpr std::array kSourceFields{exact(kIdGvk, "group"),
                                   exact(kIdGvk, "version"),
                                   exact(kIdGvk, "kind"),
                                   exact(kId, "name"),
                                   exact(kId, "namespace"),
                                   text("fieldPath"),
                                   record("options", kFieldOptionShape)};
constexpr RecordShape kSourceShape{"SourceSelector", kSourceFields};
constexpr std::array kTargetFields{record("select", kSelectorShape),
                                   pointers("reject", kSelectorShape, "*types.Selector"),
                                   texts("fieldPaths"), record("options", kFieldOptionShape)};
constexpr RecordShape kTargetShape{"TargetSelector", kTargetFields};
constexpr std::string_view kReplacement = "Replacement";
// One that stands in a file of its own is no struct inside a struct.
constexpr std::array kFileReplacementFields{
    record("source", kSourceShape), pointers("targets", kTargetShape, "*types.TargetSelector"),
    text("sourceValue")};
constexpr std::array kReplacementFields{
    inside(kReplacement, record("source", kSourceShape)),
    inside(kReplacement, pointers("targets", kTargetShape, "*types.TargetSelector")),
    inside(kReplacement, text("sourceValue")), text("path")};

constexpr std::array kObjectReferenceFields{text("apiVersion"),     exact(kGvk, "group"),
                                            exact(kGvk, "version"), exact(kGvk, "kind"),
                                            text("name"),           text("namespace")};
constexpr RecordShape kObjectReferenceShape{"Target", kObjectReferenceFields};
constexpr std::array kFieldReferenceFields{text("fieldPath")};
constexpr RecordShape kFieldReferenceShape{"FieldSelector", kFieldReferenceFields};
constexpr std::array kVariableFields{text("name"), record("objref", kObjectReferenceShape),
                                     record("fieldref", kFieldReferenceShape)};
constexpr RecordShape kVariableShape{"Var", kVariableFields};

constexpr std::array kLegacySortFields{texts("orderFirst"), texts("orderLast")};
constexpr RecordShape kLegacySortShape{"LegacySortOptions", kLegacySortFields};
constexpr std::array kSortFields{
    FieldShape{"order", Want::kString, false, nullptr, "types.SortOrder"},
    record("legacySortOptions", kLegacySortShape)};
constexpr RecordShape kSortShape{"SortOptions", kSortFields};

constexpr std::array kHelmGlobalFields{text("chartHome"), text("configHome")};
constexpr RecordShape kHelmGlobalShape{"HelmGlobals", kHelmGlobalFields};
constexpr std::array kHelmChartFields{
    text("name"),        text("version"),      text("repo"),
    text("releaseName"), text("namespace"),    texts("additionalValuesFiles"),
    text("valuesFile"),  any("valuesInline"),  text("valuesMerge"),
    flag("includeCRDs"), flag("skipHooks"),    texts("apiVersions"),
    text("kubeVersion"), text("nameTemplate"), flag("skipTests"),
    flag("debug"),       flag("devel")};
constexpr RecordShape kHelmChartShape{"HelmChart", kHelmChartFields};
constexpr std::array kHelmArgumentFields{
    text("chartName"),     text("chartVersion"), text("chartRepoUrl"), text("chartHome"),
    text("chartRepoName"), text("helmBin"),      text("helmHome"),     text("values"),
    any("valuesLocal"),    text("valuesMerge"),  text("releaseName"),  text("releaseNamespace"),
    texts("extraArgs")};
constexpr RecordShape kHelmArgumentShape{"HelmChartArgs", kHelmArgumentFields};

constexpr std::array kKustomizationFields{
    inside("TypeMeta", text("kind")),
    inside("TypeMeta", text("apiVersion")),
    record("metadata", kMetadataShape),
    map("openapi"),
    text("namePrefix"),
    text("nameSuffix"),
    text("namespace"),
    map("commonLabels"),
    records("labels", kLabelShape),
    map("commonAnnotations"),
    FieldShape{"patchesStrategicMerge", Want::kString, true, nullptr, "types.PatchStrategicMerge"},
    records("patchesJson6902", kPatchShape),
    records("patches", kPatchShape),
    records("images", kImageShape),
    records("imageTags", kImageShape),
    records("replacements", kReplacementShape),
    records("replicas", kReplicaShape),
    records("vars", kVariableShape),
    record("sortOptions", kSortShape),
    texts("resources"),
    texts("components"),
    texts("crds"),
    texts("bases"),
    records("configMapGenerator", kGeneratorShape),
    records("secretGenerator", kSecretGeneratorShape),
    record("helmGlobals", kHelmGlobalShape),
    records("helmCharts", kHelmChartShape),
    records("helmChartInflationGenerator", kHelmArgumentShape),
    record("generatorOptions", kGeneratorOptionShape),
    texts("configurations"),
    texts("generators"),
    texts("transformers"),
    texts("validators"),
    texts("buildMetadata")};

constexpr std::array kNameReferenceFields{exact(kGvk, "group"), exact(kGvk, "version"),
                                          exact(kGvk, "kind"),
                                          records("fieldSpecs", kFieldSpecShape)};
constexpr RecordShape kNameReferenceShape{"NameBackReferences", kNameReferenceFields};
constexpr std::array kConfigurationFields{records("namePrefix", kFieldSpecShape),
                                          records("nameSuffix", kFieldSpecShape),
                                          records("namespace", kFieldSpecShape),
                                          records("commonLabels", kFieldSpecShape),
                                          records("labels", kFieldSpecShape),
                                          records("templateLabels", kFieldSpecShape),
                                          records("volumeClaimTemplateLabels", kFieldSpecShape),
                                          records("commonAnnotations", kFieldSpecShape),
                                          records("nameReference", kNameReferenceShape),
                                          records("varReference", kFieldSpecShape),
                                          records("images", kFieldSpecShape),
                                          records("replicas", kFieldSpecShape)};

// ---- the check ----

std::string type_name(const FieldShape& field, bool element) {
  std::string name(field.type_name);
  if (name.empty()) {
    switch (field.want) {
      case Want::kString:
        name = "string";
        break;
      case Want::kBoolean:
        name = "bool";
        break;
      case Want::kInteger:
        name = "int";
        break;
      case Want::kStringMap:
        name = "map[string]string";
        break;
      case Want::kRecord:
        name = cat("types.", field.record->name);
        break;
      case Want::kAny:
        name = "map[string]interface {}";
        break;
    }
  }
  if (element && name.starts_with('*')) name.erase(0, 1);
  return field.list && !element ? cat("[]", name) : name;
}

std::string_view plain_name(const FieldShape& field, bool element) {
  if (field.list && !element) return "a list";
  switch (field.want) {
    case Want::kString:
      return "a string";
    case Want::kBoolean:
      return "true or false";
    case Want::kInteger:
      return "a whole number";
    default:
      return "a map";
  }
}

bool is_whole(const Node& value) {
  if (value.type == Type::kInteger) return yaml::as_integer(value).has_value();
  if (value.type != Type::kFloat) return false;
  const auto number = yaml::as_float(value);
  return number && std::isfinite(*number) && std::floor(*number) == *number;
}

class Fit {
 public:
  explicit Fit(const FitContext& context)
      : context_(context), converts_(context.strictness != Strictness::kStrict) {}

  Node* fit_record(const Node& value, const RecordShape& shape, const std::string& path) {
    Node* const result = yaml::make_mapping(context_.arena, value.span);
    for (const auto& [key, entry] : sorted_by_key(value)) {
      const FieldShape* const field = find_field(shape, key);
      if (field == nullptr) {
        if (context_.strictness != Strictness::kLenient) fail_unknown(*entry->key, key, shape);
        continue;
      }
      if (entry->value->is_null()) continue;
      std::string below = path;
      for (const std::string_view part : {field->embedded, field->name})
        if (!part.empty()) below += cat(below.empty() ? "" : ".", part);
      Node* const fitted = fit_inside(*entry->value, *field, below, shape);
      Node* const name = yaml::make_string_view(context_.arena, field->name, entry->key->span);
      yaml::remove(*result, field->name);
      result->entries.push_back(context_.arena, {name, fitted});
    }
    return result;
  }

 private:
  // The tools make JSON of a file first, which has its keys in order.
  static std::vector<std::pair<std::string, const yaml::Entry*>> sorted_by_key(const Node& value) {
    std::vector<std::pair<std::string, const yaml::Entry*>> entries;
    for (const yaml::Entry& entry : value.entries)
      entries.emplace_back(json_text(*entry.key), &entry);
    std::ranges::stable_sort(entries, {}, &std::pair<std::string, const yaml::Entry*>::first);
    return entries;
  }

  static const FieldShape* find_field(const RecordShape& shape, std::string_view key) {
    const std::string folded = lower(key);
    for (const FieldShape& field : shape.fields)
      if (field.name == key || lower(field.name) == folded) return &field;
    return nullptr;
  }

  [[noreturn]] void fail_unknown(const Node& key, const std::string& name,
                                 const RecordShape& shape) const {
    std::vector<std::string> names;
    for (const FieldShape& field : shape.fields) names.emplace_back(field.name);
    fail("kustomize/unknown-field", key.span, cat("unknown field '", name, "'"),
         did_you_mean(name, names), {name});
  }

  // Where the tool looks for the types of what is below a struct inside a struct it finds none, so
  // it converts nothing there.
  Node* fit_inside(const Node& value, const FieldShape& field, const std::string& path,
                   const RecordShape& shape) {
    const bool outside = converts_;
    converts_ = converts_ && field.embedded.empty();
    Node* const fitted = fit_field(value, field, path, shape);
    converts_ = outside;
    return fitted;
  }

  Node* fit_field(const Node& value, const FieldShape& field, const std::string& path,
                  const RecordShape& shape) {
    if (!field.list) return fit_value(value, field, path, shape, false);
    if (!value.is_sequence()) fail_type(value, field, path, shape, false);
    Node* const list = yaml::make_sequence(context_.arena, value.span);
    for (const Node* const item : value.items)
      yaml::append(context_.arena, *list, fit_value(*item, field, path, shape, true));
    return list;
  }

  Node* fit_value(const Node& value, const FieldShape& field, const std::string& path,
                  const RecordShape& shape, bool element) {
    switch (field.want) {
      case Want::kAny:
        if (context_.strictness == Strictness::kStrict && !value.is_mapping() && !value.is_null())
          fail_type(value, field, path, shape, element);
        return yaml::copy(context_.arena, value);
      case Want::kRecord:
        if (value.is_null()) return yaml::make_mapping(context_.arena, value.span);
        if (!value.is_mapping()) fail_type(value, field, path, shape, element);
        return fit_record(value, *field.record, path);
      case Want::kStringMap:
        return fit_string_map(value, field, path, shape, element);
      default:
        break;
    }
    if (!value.is_scalar()) fail_type(value, field, path, shape, element);
    if (value.is_null()) return make_default(field, value.span);
    const bool fits = field.want == Want::kString    ? json_kind(value) == "string"
                      : field.want == Want::kBoolean ? value.type == Type::kBoolean
                                                     : is_whole(value);
    const bool converts = converts_ && field.want == Want::kString && !field.exact;
    if (!fits && !converts) fail_type(value, field, path, shape, element);
    return make_scalar(value, field);
  }

  Node* make_default(const FieldShape& field, Span span) {
    if (field.want == Want::kBoolean) return yaml::make_boolean(context_.arena, false, span);
    if (field.want == Want::kInteger) return yaml::make_integer(context_.arena, 0, span);
    return yaml::make_string(context_.arena, "", span);
  }

  Node* make_scalar(const Node& value, const FieldShape& field) {
    if (field.want == Want::kBoolean)
      return yaml::make_boolean(context_.arena, yaml::as_boolean(value).value_or(false),
                                value.span);
    if (field.want == Want::kInteger)
      return yaml::make_integer(
          context_.arena, static_cast<std::int64_t>(yaml::as_float(value).value_or(0)), value.span);
    if (value.type == Type::kString) {
      Node* const text = yaml::make_string_view(context_.arena, value.text, value.span);
      text->style = value.style;
      return text;
    }
    return yaml::make_string(context_.arena, json_text(value), value.span);
  }

  Node* fit_string_map(const Node& value, const FieldShape& field, const std::string& path,
                       const RecordShape& shape, bool element) {
    if (!value.is_mapping()) fail_type(value, field, path, shape, element);
    Node* const result = yaml::make_mapping(context_.arena, value.span);
    constexpr FieldShape kEntry{""};
    for (const yaml::Entry& entry : value.entries) {
      const std::string key = json_text(*entry.key);
      Node* const fitted = fit_value(*entry.value, kEntry, path, shape, true);
      yaml::remove(*result, key);
      result->entries.push_back(context_.arena,
                                {yaml::make_string(context_.arena, key, entry.key->span), fitted});
    }
    return result;
  }

  [[noreturn]] void fail_type(const Node& value, const FieldShape& field, const std::string& path,
                              const RecordShape& shape, bool element) const {
    std::string found(json_kind(value));
    if (field.want == Want::kInteger && found == "number") found = cat("number ", json_text(value));
    const std::string found_text = !value.is_scalar() || context_.secret
                                       ? cat("a value of type ", json_kind(value))
                                       : cat("'", value.text, "'");
    std::vector<Note> notes;
    if (field.want == Want::kString && value.is_scalar())
      notes.push_back({"quote the value to make it a string"});
    fail("kustomize/field-type", value.span,
         cat("expected ", plain_name(field, element), " for '", path, "', got ", found_text),
         std::move(notes), {found, cat(shape.name, '.', path), type_name(field, element)});
  }

  const FitContext& context_;
  bool converts_;
};

}  // namespace

const RecordShape kFieldSpecShape{"FieldSpec", kFieldSpecFields};
const RecordShape kSelectorShape{"Selector", kSelectorFields};
const RecordShape kPatchShape{"Patch", kPatchFields};
const RecordShape kImageShape{"Image", kImageFields};
const RecordShape kReplicaShape{"Replica", kReplicaFields};
const RecordShape kGeneratorShape{"ConfigMapArgs", kGeneratorFields};
const RecordShape kSecretGeneratorShape{"SecretArgs", kSecretGeneratorFields};
const RecordShape kFileReplacementShape{"Replacement", kFileReplacementFields};
const RecordShape kReplacementShape{"ReplacementField", kReplacementFields};
const RecordShape kKustomizationShape{"Kustomization", kKustomizationFields};
const RecordShape kConfigurationShape{"TransformerConfig", kConfigurationFields};

void require_json(const Node& node) {
  for (const Node* const item : node.items) require_json(*item);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key->is_null())
      fail("kustomize/key-type", entry.key->span, "expected a string as key, got null",
           {{"quote the key"}},
           {cat("unsupported map key of type: %!s(<nil>), key: <nil>, value: ",
                go_value_text(*entry.value))});
    require_json(*entry.value);
  }
  if (!node.is_scalar() || node.type != Type::kFloat) return;
  const auto number = yaml::as_float(node);
  if (!number || std::isfinite(*number)) return;
  const std::string_view name = std::isnan(*number) ? "NaN" : *number > 0 ? "+Inf" : "-Inf";
  fail("kustomize/value-type", node.span, cat("'", node.text, "' cannot be written as JSON"), {},
       {cat("json: unsupported value: ", name)});
}

std::string_view json_kind(const Node& value) {
  if (value.is_mapping()) return "object";
  if (value.is_sequence()) return "array";
  switch (value.type) {
    case Type::kBoolean:
      return "bool";
    case Type::kInteger:
    case Type::kFloat:
      return "number";
    default:
      return "string";
  }
}

std::string json_text(const Node& scalar) {
  switch (scalar.type) {
    case Type::kBoolean:
      return yaml::as_boolean(scalar).value_or(false) ? "true" : "false";
    case Type::kInteger:
      return yaml::decimal(scalar.text);
    case Type::kFloat:
      return yaml::emit_json(scalar);
    case Type::kBinary:
      return base64_decode(scalar.text).value_or(std::string(scalar.text));
    default:
      return std::string(scalar.text);
  }
}

yaml::Node* fit(const FitContext& context, const yaml::Node& value, const RecordShape& shape) {
  if (!value.is_mapping()) {
    if (value.is_null()) return yaml::make_mapping(context.arena, value.span);
    fail("kustomize/field-type", value.span,
         cat("expected a map, got a value of type ", json_kind(value)), {},
         {std::string(json_kind(value)), "", cat("types.", shape.name)});
  }
  return Fit(context).fit_record(value, shape, {});
}

}  // namespace plumb::kustomize
