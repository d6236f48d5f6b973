#pragma once
// What a repository says about itself: plumb.yaml, or what can be seen without one.
//
//   Project project = load(tree, sources, arena, limits);
//   project.units[0].name == "devpi"; project.environments[0].name == "laptop"
//
// plumb.yaml lies at the root of the tree. Without `units:` they are discovered (discover.h);
// without `environments:` there is one, `default`. An unknown key is the error project/unknown-key
// with the nearest known name.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "base/source.h"
#include "files/tree.h"
#include "yaml/node.h"

namespace plumb::project {

// A text with the place where it was written.
struct Located {
  std::string text;
  Span span;
};

enum class StepKind : std::uint8_t { kManifests, kYtt, kKustomize, kPipeline, kTemplate };
std::string_view step_name(StepKind kind);  // "manifests", "ytt", …: the key in plumb.yaml

// One way of making resources. Each step's result is the next one's input.
struct Step {
  StepKind kind = StepKind::kManifests;
  Span place;
  std::vector<Located>
      paths;  // manifests, kustomize, pipeline: one; ytt: files and directories; template: its name
  std::optional<Located> values;  // ytt: a file of data values
  bool recurse = false;           // manifests: directories below, too
  bool strict = false;            // kustomize: what users asked kustomize for (kustomize.h)
  bool objects_only =
      false;  // manifests: files that hold no object are passed over (discovered units)
  std::optional<Located> include;  // manifests: Argo CD's globs over file names
  std::optional<Located> exclude;
  const yaml::Node* settings = nullptr;  // pipeline: target, versionName, …, as written
};

// Something that is there and is not rendered, with the reason: "a Helm chart", "another
// repository".
struct NotRendered {
  std::string what;
  std::string reason;
  Span place;
};

struct Unit {
  std::string name;
  Span place;
  std::vector<Step> steps;                // empty when not_rendered is set
  std::optional<Located> namespace_name;  // for namespaced objects that say none
  std::string application;                // the Argo CD Application it came from, or ""
  std::optional<NotRendered> not_rendered;
  std::vector<NotRendered> skipped;  // parts of it, such as templates of secrets
};

struct Selector {
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  bool empty() const { return labels.empty() && annotations.empty(); }
};

struct Allowance {
  std::string rule;      // "delete-claim"
  std::string resource;  // "PersistentVolumeClaim/data"
  std::string reason;
  Span place;
};

struct Guards {
  std::optional<std::int64_t> deletions;
  std::vector<Allowance> allow;
};

// Who applies what is rendered, and how. What an apply removes, and which conflicts it meets, is
// decided by this.
struct Applier {
  std::string manager = "argocd-controller";  // the field manager he writes as
  bool server_side = false;  // false: a patch against the last applied configuration
  bool force = true;         // server-side: takes fields that others own; else he is refused
};

struct Environment {
  std::string name;
  Span place;
  std::optional<Located> values;
  std::vector<Located> overlays;
  std::optional<Located> live;
  std::vector<Located> units;  // empty: all
  Selector owned;
  Applier applier;
  Guards guards;
  bool includes(std::string_view unit) const;
};

struct Project {
  std::string name;
  SourceId source = 0;  // plumb.yaml, or 0
  std::map<std::string, std::string> mirrors;
  std::vector<Unit> units;
  std::vector<Environment> environments;
  std::vector<std::string> self_repos;
  std::vector<std::string> sensitive;
  Limits limits;
  bool discovered = false;

  const Unit* find_unit(std::string_view unit) const;
  const Environment* find_environment(std::string_view environment) const;
};

// Trees that settings refer to live in `arena`.
Project load(const files::Tree& tree, SourceStore& sources, Arena& arena);

}  // namespace plumb::project
