#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/file_names.h"
#include "kustomize/go_yaml_text.h"
#include "kustomize/shape.h"
#include "kustomize/strict.h"
#include "kustomize/wording.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

struct Deprecation {
  std::string_view field, instead;
  bool experimental = false;
};
constexpr std::array kDeprecations{
    Deprecation{"bases", "resources"},
    Deprecation{"commonLabels", "labels"},
    Deprecation{"imageTags", "images"},
    Deprecation{"patchesJson6902", "patches"},
    Deprecation{"patchesStrategicMerge", "patches"},
    Deprecation{"vars", "replacements", true},
};

File find_file(Build& build, const Root& root, std::string& name) {
  std::optional<File> found;
  for (const std::string_view candidate : kFileNames) {
    if (!is_file(build, root, candidate)) continue;
    const File file = load_file(build, root, candidate, {});
    if (found)
      fail("kustomize/several-kustomizations", {file.source, 0, 0},
           cat("there are several kustomization files in '", absolute(build, root.directory), "'"),
           {{"the other one", {found->source, 0, 0}}}, {absolute(build, root.directory)});
    found = file;
    name = candidate;
  }
  if (!found)
    fail("kustomize/no-kustomization", {},
         cat("no kustomization.yaml in '", absolute(build, root.directory), "'"), {},
         {absolute(build, root.directory)});
  return *found;
}

void warn_deprecated(Build& build, const yaml::Node& fields) {
  if (build.context.warnings == nullptr) return;
  for (const Deprecation& row : kDeprecations) {
    const yaml::Entry* const entry = yaml::find_entry(fields, row.field);
    if (entry == nullptr) continue;
    build.context.warnings->push_back(
        {Severity::kWarning,
         "kustomize/deprecated-field",
         entry->key->span,
         cat("'", row.field, "' is deprecated in favour of '", row.instead, "'"),
         {},
         {std::string(row.field), std::string(row.instead),
          row.experimental ? "experimental" : ""}});
  }
}

bool is_default(const yaml::Node& value) {
  return value.is_scalar() && (value.text.empty() || value.is_null());
}

void check_not_empty(const yaml::Node& fields, Span span) {
  for (const yaml::Entry& entry : fields.entries) {
    const std::string_view name = entry.key->text;
    if (name == "kind" || name == "apiVersion" || is_default(*entry.value)) continue;
    const bool moved =
        name == "bases" || name == "imageTags" || name == "helmChartInflationGenerator";
    if (moved && yaml::is_empty(*entry.value)) continue;
    return;
  }
  fail("kustomize/empty-kustomization", span, "the kustomization is empty", {}, {});
}

void check_kind(Build& build, const Root& root, const yaml::Node& fields, Span span) {
  const std::string_view kind = yaml::text_at(fields, {"kind"});
  const std::string_view version = yaml::text_at(fields, {"apiVersion"});
  std::string problems;
  std::string text;
  if (!kind.empty() && kind != "Kustomization" && kind != "Component") {
    problems = "kind should be Kustomization or Component";
    text = cat("expected kind 'Kustomization' or 'Component', got '", kind, "'");
  }
  const std::string_view wanted =
      kind == "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
  if (!version.empty() && version != wanted) {
    if (!problems.empty()) problems += '\n';
    problems +=
        cat("apiVersion for ", kind.empty() ? "Kustomization" : kind, " should be ", wanted);
    if (text.empty()) text = cat("expected apiVersion '", wanted, "', got '", version, "'");
  }
  if (!problems.empty())
    fail("kustomize/kind", span, text, {}, {absolute(build, root.directory), problems});
}

// Whether literals of a Secret stand in the file.
bool holds_secrets(const yaml::Node& root) {
  for (const yaml::Entry& entry : root.entries)
    if (lower(entry.key->text) == "secretgenerator") return true;
  return false;
}

}  // namespace

namespace {

// What go-yaml v2 says of the keys of a mapping, and of what is below, that are there already.
void list_repeated(const yaml::Node& node, std::string_view text, std::vector<std::string>& found) {
  for (const yaml::Node* const item : node.items) list_repeated(*item, text, found);
  std::set<std::string_view> seen;
  for (const yaml::Entry& entry : node.entries) {
    list_repeated(*entry.value, text, found);
    if (seen.insert(entry.key->text).second) continue;
    const auto line = 1 + std::ranges::count(text.substr(0, entry.value->span.offset), '\n');
    found.push_back(
        cat("line ", line, ": key ", go_quoted(entry.key->text), " already set in map"));
  }
}

std::string repeated_words(Build& build, std::string_view text, Span whole, yaml::Profile profile) {
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  std::vector<std::string> found;
  list_repeated(*yaml::read_first(text, whole, profile, build.arena, build.context.limits).root,
                text, found);
  return cat("yaml: unmarshal errors:\n  ", join(found, "\n  "));
}

}  // namespace

yaml::Document read_go_yaml2(Build& build, std::string_view text, SourceId source,
                             const yaml::Profile& profile) {
  const Span whole{source, 0, static_cast<std::uint32_t>(text.size())};
  try {
    const yaml::Document document =
        yaml::read_first(text, whole, profile, build.arena, build.context.limits);
    require_json(*document.root);
    return document;
  } catch (const Error& error) {
    const Diagnostic& cause = error.diagnostic();
    if (!cause.code.starts_with("yaml/")) throw;
    if (cause.code == "yaml/duplicate-key")
      throw WordedError(error, repeated_words(build, text, whole, profile));
    throw WordedError(error, go_yaml_words(cause, text, GoYaml::kVersion2));
  }
}

const Kustomization& load_kustomization(Build& build, const Root& root) {
  const auto key = std::pair(root.tree, root.directory);
  if (const auto there = build.kustomizations.find(key); there != build.kustomizations.end()) {
    warn_deprecated(build, *there->second.fields);
    return there->second;
  }
  std::string name;
  const File file = find_file(build, root, name);
  SourceStore& sources = build.context.sources;
  const std::string_view text = sources.text(file.source);
  // A Secret's literals may stand in a text that does not even parse.
  if (contains(lower(text), "secretgenerator")) sources.mark_secret(file.source);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  const yaml::Document document =
      during("kustomization", [&] { return read_go_yaml2(build, text, file.source, profile); });
  const Span first_line{file.source, 0, 0};
  const yaml::Node* fields = nullptr;
  const bool secret = document.root->is_mapping() && holds_secrets(*document.root);
  fields = during("kustomization", [&] {
    return fit({build.arena, Strictness::kStrict, secret}, *document.root, kKustomizationShape);
  });
  warn_deprecated(build, *fields);
  check_not_empty(*fields, first_line);
  check_kind(build, root, *fields, first_line);
  if (build.options.strict) fields = expand_patterns(build, root, *fields);
  Kustomization result{fields, file.source, name, yaml::text_at(*fields, {"kind"}) == "Component"};
  return build.kustomizations.emplace(key, std::move(result)).first->second;
}

}  // namespace plumb::kustomize
