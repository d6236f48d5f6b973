// Names of versions, and what follows them.

#include <algorithm>
#include <array>
#include <optional>

#include "base/suggest.h"
#include "base/text.h"
#include "pipeline/content.h"
#include "pipeline/forms.h"
#include "pipeline/pipeline.h"
#include "pipeline/references.h"

namespace plumb::pipeline {

namespace {

using yaml::Node;

constexpr std::string_view kDefaultPattern = "{pipeline}-{hash8}";
constexpr std::array<std::string_view, 6> kVariables{"pipeline", "file",     "hash8",
                                                     "tag",      "describe", "ref"};

struct Namer {
  const Settings& settings;
  const Revisions& revisions;
  const Loaded& loaded;
  std::map<std::string, std::string, std::less<>> said;  // what git said already
};

// The value for an object under any of the ids that it has had.
template <typename Map>
auto find_by_ids(const Map& map, const kube::Resource& resource) {
  auto found = map.find(resource.id);
  for (auto id = resource.former_ids.begin(); found == map.end() && id != resource.former_ids.end();
       ++id)
    found = map.find(*id);
  return found;
}

const files::Repository& repository(const Namer& namer, std::string_view variable) {
  if (!namer.revisions.repository)
    fail("pipeline/no-ref", namer.settings.version_name_span,
         cat("'{", variable, "}' needs a git repository"), {{"use '{hash8}' or '{file}'"}});
  return *namer.revisions.repository;
}

std::string only_tag(const Namer& namer) {
  const std::vector<std::string> tags = repository(namer, "tag").tags_at(namer.revisions.revision);
  if (tags.size() == 1) return tags[0];
  std::vector<Note> notes{{"tag the commit, or use '{describe}' or '{hash8}'"}};
  if (!tags.empty()) notes = {{cat("there are ", join(tags, ", "))}};
  fail("pipeline/no-tag", namer.settings.version_name_span,
       cat("expected one tag at '", namer.revisions.revision, "', found ",
           tags.empty() ? "none" : "several"),
       std::move(notes), {namer.revisions.revision});
}

std::string reference_name(const Namer& namer) {
  const files::Repository& git = repository(namer, "ref");
  const std::string& revision = namer.revisions.revision;
  if (revision != "HEAD") return revision;
  if (std::string branch = git.head_branch(); !branch.empty()) return branch;
  const std::vector<std::string> tags = git.tags_at(revision);
  if (tags.size() == 1) return tags[0];
  fail("pipeline/no-ref", namer.settings.version_name_span,
       "'{ref}' needs a branch, and the checkout is on none",
       {{"check out a branch or a tag, or use '{hash8}'"}});
}

const std::string& said_by_git(Namer& namer, std::string_view variable) {
  const auto known = namer.said.find(variable);
  if (known != namer.said.end()) return known->second;
  std::string text;
  if (variable == "tag") text = only_tag(namer);
  if (variable == "ref") text = reference_name(namer);
  if (variable == "describe")
    text = repository(namer, variable).describe_revision(namer.revisions.revision);
  return namer.said.emplace(variable, std::move(text)).first->second;
}

std::string value_of(Namer& namer, std::string_view variable, const kube::Resource& version) {
  const Node& body = *version.body;
  if (variable == "hash8") return content_hash(body).substr(0, 8);
  if (variable == "pipeline") {
    const std::string_view name = yaml::text_at(body, {"spec", "pipeline"});
    return std::string(name.empty() ? yaml::text_at(body, {"spec", "pipelineName"}) : name);
  }
  if (variable == "file") {
    const auto file = find_by_ids(namer.loaded.file_names, version);
    return file == namer.loaded.file_names.end() ? version.id.name : file->second;
  }
  if (std::find(kVariables.begin(), kVariables.end(), variable) == kVariables.end())
    fail("pipeline/bad-version-name", namer.settings.version_name_span,
         cat("unknown '{", variable, "}' in a version's name"), did_you_mean(variable, kVariables),
         {std::string(variable)});
  return said_by_git(namer, variable);
}

std::string name_by_pattern(Namer& namer, std::string_view pattern, const kube::Resource& version) {
  std::string name;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    name += lower(rest.substr(0, open));
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    if (close == std::string_view::npos)
      fail("pipeline/bad-version-name", namer.settings.version_name_span,
           cat("no '}' behind '{' in '", pattern, "'"));
    name += object_name(value_of(namer, rest.substr(open + 1, close - open - 1), version));
    rest.remove_prefix(close + 1);
  }
  if (!is_object_name(name))
    fail("pipeline/bad-version-name", namer.settings.version_name_span,
         cat("version name '", name, "' is no name of an object"),
         {{"at most 253 lower-case letters, digits, '-' and '.', letters or digits at the ends"}},
         {name});
  return name;
}

// Versions of manifests keep their names unless a pattern is given.
std::optional<std::string> new_name(Namer& namer, const kube::Resource& resource) {
  if (!is_version(*resource.body)) return {};
  if (!namer.settings.version_name.empty())
    return name_by_pattern(namer, namer.settings.version_name, resource);
  if (find_by_ids(namer.loaded.provisional, resource) == namer.loaded.provisional.end()) return {};
  return name_by_pattern(namer, kDefaultPattern, resource);
}

// Writes one text of the metadata; the body is copied on the way.
void set_metadata(kube::ResourceSet& set, kube::Resource& resource, std::string_view key,
                  const std::string& text, Span span, yaml::LayerId layer) {
  Arena& arena = *set.arena;
  const Node* const metadata = yaml::find(*resource.body, "metadata");
  const Node* const before = metadata ? yaml::find(*metadata, key) : nullptr;
  Node* const written = yaml::make_string(arena, text, before ? before->span : span);
  set.origins->record(*written, before, span, layer);
  Node* const own = metadata ? yaml::copy_shallow(arena, *metadata) : yaml::make_mapping(arena);
  yaml::set(arena, *own, key, written);
  resource.body = yaml::copy_shallow(arena, *resource.body);
  yaml::set(arena, *resource.body, "metadata", own);
  resource.former_ids.push_back(resource.id);
  resource.id = kube::id_of(*resource.body);
}

[[noreturn]] void fail_duplicate(const Settings& settings, const kube::Resource& version,
                                 const kube::Resource& other) {
  fail("pipeline/duplicate-version", settings.version_name_span,
       cat("two versions would be named '", version.id.name, "'"),
       {{"the first", other.body->span},
        {"the second", version.body->span},
        {"put '{hash8}' or '{file}' into 'versionName'"}},
       {version.id.name});
}

// Versions of the same name are one if their content is.
void merge_versions(Loaded& loaded, const Settings& settings) {
  std::map<kube::ResourceId, const kube::Resource*> seen;
  std::vector<kube::Resource> kept;
  kept.reserve(loaded.set.resources.size());  // `seen` points into it
  for (kube::Resource& resource : loaded.set.resources) {
    const auto known = is_version(*resource.body) ? seen.find(resource.id) : seen.end();
    if (known == seen.end()) {
      kept.push_back(std::move(resource));
      seen.emplace(kept.back().id, &kept.back());
      continue;
    }
    if (!same_content(*known->second->body, *resource.body))
      fail_duplicate(settings, resource, *known->second);
    loaded.findings.push_back({Severity::kInfo,
                               "pipeline/same-version",
                               resource.body->span,
                               cat("version '", resource.id.name, "' is here twice"),
                               {{"the other", known->second->body->span}},
                               {resource.id.name}});
  }
  loaded.set.resources = std::move(kept);
}

void name_versions(Loaded& loaded, const Settings& settings, const Revisions& revisions) {
  Namer namer{settings, revisions, loaded, {}};
  const yaml::LayerId layer = loaded.set.origins->layer(yaml::LayerKind::kPipeline, "versionName");
  std::map<kube::ResourceId, std::string> renamed;
  for (kube::Resource& resource : loaded.set.resources) {
    const std::optional<std::string> name = new_name(namer, resource);
    if (!name || *name == resource.id.name) continue;
    renamed.emplace(resource.id, *name);
    set_metadata(loaded.set, resource, "name", *name, settings.version_name_span, layer);
  }
  merge_versions(loaded, settings);
  rewrite_references(loaded.set, renamed,
                     loaded.set.origins->layer(yaml::LayerKind::kNameReference, "versionName"));
}

bool is_pipeline_kind(const kube::ResourceId& id) {
  return id.group == kReleaserGroup || id.group == kNativeGroup ||
         (id.group == "argoproj.io" && id.kind == "Workflow");
}

}  // namespace

void finish(Loaded& loaded, const Settings& settings, const Revisions& revisions) {
  name_versions(loaded, settings, revisions);
  if (settings.namespace_name.empty()) return;
  const yaml::LayerId layer = loaded.set.origins->layer(yaml::LayerKind::kDestination, "namespace");
  for (kube::Resource& resource : loaded.set.resources)
    if (is_pipeline_kind(resource.id) && resource.id.namespace_name != settings.namespace_name)
      set_metadata(loaded.set, resource, "namespace", settings.namespace_name, settings.span,
                   layer);
}

}  // namespace plumb::pipeline
