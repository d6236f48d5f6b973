#pragma once
// Kustomizations: a directory with a kustomization.yaml → resources, byte for byte what
// kustomize 5.8.2 builds from it.
//
//   const Context context{.sources = sources};
//   kube::ResourceSet set = build(tree, *Path::parse("overlays/prod"), {}, context);
//   print(set) == the output of `kustomize build overlays/prod`
//
// Everything is read through the tree. What kustomize does and plumb does not (exec plugins, helm)
// is the error kustomize/unsupported, which names the feature; a remote base without a mirror is
// kustomize/remote. Every field that a patch, generator or transformer wrote has the place that
// asked for it (yaml/origin.h).
//
// How the pieces go together (the order of evaluation is kustomize's):
//
//   accumulate.cpp      resources, generators, components, transformers of one kustomization
//   kustomize.cpp       what happens once, at the top: hashes, name references, vars, order
//   transform/          one file a transformer
//   door.cpp            the command line of `plumb kustomize`

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/source.h"
#include "files/tree.h"
#include "kube/resource.h"

namespace plumb::kustomize {

enum class Reorder : std::uint8_t { kUnset, kLegacy, kNone };

struct BuildOptions {
  bool only_own_files = true;  // a kustomization may not load files from outside its directory
  Reorder reorder = Reorder::kUnset;
  bool managed_by_label = false;
  bool enable_helm = false;
  bool enable_plugins = false;
  // Not kustomize: a patch whose target matches nothing is the error kustomize/unmatched-target,
  // paths may be patterns, lists merge by the current types and by CRDs. Never for the door.
  bool strict = false;
};

// What a URL in a kustomization asks for.
struct Remote {
  std::string repository = {};  // "https://github.com/org/repo"; of a single file its URL
  std::string directory = {};   // in the repository
  std::string ref = {};         // "" for the default branch
  unsigned timeout_seconds = 27;
  bool submodules = true;
  bool is_file = false;
};

// Where that is on this side: a tree and the directory, or the file, in it.
struct Mirror {
  const files::Tree* tree = nullptr;
  files::Path directory;
};

struct Context {
  SourceStore& sources;
  Limits limits = {};
  bool keep_chains = false;
  // The absolute path of the tree's root, for kustomizations that name absolute paths; may be
  // empty.
  std::string tree_root = {};
  // Looks a remote base or file up; nothing where there is no copy of it.
  std::function<std::optional<Mirror>(const Remote& remote)> mirrors = {};
  // Where warnings go; may be null.
  Diagnostics* warnings = nullptr;
};

// Builds the kustomization in `directory`.
kube::ResourceSet build(const files::Tree& tree, const files::Path& directory,
                        const BuildOptions& options, const Context& context);

// The same with further resources, made by an earlier step, behind those that the kustomization
// lists. Their memory goes on to the result.
kube::ResourceSet build(const files::Tree& tree, const files::Path& directory,
                        const BuildOptions& options, const Context& context,
                        kube::ResourceSet further);

// The documents as kustomize prints them. Errors: kustomize/key-type, kustomize/value-type and
// others for what kustomize cannot print; with `sources` it is said as kustomize says it.
std::string print(const kube::ResourceSet& set, const SourceStore* sources = nullptr);

// `kustomize ARGUMENTS`: the compatible command line, in kustomize's own words. The exit status is
// the tool's.
struct DoorStreams {
  std::string out;
  std::string err;
};
// What the door finds remote bases with: made for a kustomization's directory, which says where the
// project's settings are looked for.
using MirrorsOf =
    std::function<decltype(Context::mirrors)(const std::string& directory, bool allow_network)>;
int run_door(std::span<const std::string> arguments, const std::string& working_directory,
             SourceStore& sources, DoorStreams& streams, const MirrorsOf& mirrors = {});

}  // namespace plumb::kustomize
