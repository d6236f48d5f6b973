#pragma once
// Plain manifests: files of objects in a directory.

#include "kube/resource.h"
#include "project/project.h"
#include "render/render.h"

namespace plumb::render {

// Adds the objects of a file or of a directory's .yaml, .yml and .json files to the set. Lists are
// unwrapped. A document that is no object is render/not-an-object; with step.objects_only a file
// that holds none is passed over.
void add_manifests(const project::Step& step, const files::Tree& tree, SourceStore& sources,
                   const Limits& limits, kube::ResourceSet& set);

// The objects of one document, appended to the set as copies of its own: the document itself, or
// the items of a List. False: it is no object and no List.
bool add_objects(const yaml::Node& root, kube::ResourceSet& set);

// Argo CD's globs over names: '*', '?', '[…]' and {a,b}. matches_glob("{a,b}*.yaml", "ab.yaml") ==
// true
bool matches_glob(std::string_view glob, std::string_view name);

}  // namespace plumb::render
