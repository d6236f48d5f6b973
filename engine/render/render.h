#pragma once
// One target — a unit in an environment — from its files to its resources.
//
// Rendering is pure: it reads files through a Tree, and nothing else. What it read is in
// Rendered::inputs.
//
//   Workspace workspace{sources, *tree, project};
//   Rendered web = render({&unit, &environment}, workspace);
//   emit(*web.set.resources[0].body, yaml::kPlumbOutput)

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "files/git.h"
#include "files/tree.h"
#include "kube/resource.h"
#include "project/project.h"
#include "render/mirrors.h"

namespace plumb::render {

struct Target {
  const project::Unit* unit = nullptr;
  const project::Environment* environment = nullptr;
};

// What all targets of one revision share; read-only while they render.
struct Workspace {
  SourceStore& sources;
  const files::Tree& tree;  // the project's directory at this revision
  const project::Project& project;
  std::string revision;      // "" for the working tree, for names that git gives
  bool keep_chains = false;  // explain, diff and plan ask for origins
  std::vector<std::pair<std::string, std::string>> values;  // -v KEY=VALUE, in order
  std::string
      root;  // the project's directory on disk: where mirrors and the repository are found from
  Mirrors& mirrors;  // for remote bases
};

// A file that is not an object: devpi.env, pip.conf.
struct FileArtifact {
  std::string name;
  std::string content;
};

struct Rendered {
  kube::ResourceSet set;
  std::vector<FileArtifact> files;
  files::Inputs inputs;
  Diagnostics warnings;
  std::vector<project::NotRendered> not_rendered;  // parts of the target, or the whole
  bool left_out = false;  // the whole target: a chart, a base without a mirror
};

// Throws Error where the target cannot be rendered; other targets are not affected. Objects come in
// apply order.
Rendered render(const Target& target, const Workspace& workspace);

// The units of an environment, in the order of the project: those it includes.
std::vector<Target> targets_of(const project::Project& project,
                               const project::Environment& environment);

}  // namespace plumb::render
