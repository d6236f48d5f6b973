#pragma once
// The units of a repository that does not list them.
//
// By precedence: sources of Argo CD Applications, kustomizations that no other one uses, charts and
// helmfiles (listed, not rendered), ytt directories, compiled pipelines, plain manifests. What one
// of them claims is not looked at again.

#include "project/project.h"

namespace plumb::project {

// Fills project.units from the tree. Uses project.self_repos.
void discover(Project& project, const files::Tree& tree, SourceStore& sources, Arena& arena);

}  // namespace plumb::project
