#pragma once
// What runs, as somebody wrote it down: the objects that head is compared with.
//
//   parse_source("git:origin/main")      == {SourceKind::kGit, "origin/main"}
//   parse_source("live/dev")             == {SourceKind::kFile, "live/dev"}
//   read_tree(sources, tree, "live/dev") every object of the file, or of the directory's files
//
// Objects come as `kubectl get -o yaml` or `-o json` prints them: documents, or List kinds, which
// are unwrapped. A leading document may tell how much of the world the text is:
//
//   kind: Snapshot                      # apiVersion: plumb/v1, or none
//   complete: true                      # nothing else exists in its scope
//   scope: {namespaces: [team-a], kinds: [ConfigMap, Deployment.apps]}
//   time, cluster, namespace, gaps, seal # what `plumb snapshot` writes (snapshot.h)
//
// Without a scope a complete snapshot is of everything. git: and env: sources are rendered, which
// is not this module's work; it only reads their names. Clusters are read by cluster.h.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/source.h"
#include "files/tree.h"
#include "kube/resource.h"

namespace plumb::state {

enum class SourceKind : std::uint8_t {
  kGit,          // git:REV, the project at that revision
  kFile,         // file:PATH, a bare path, or - for standard input
  kEnvironment,  // env:NAME, another environment of head
  kEmpty,        // empty
  kCluster,      // cluster:CONTEXT, or cluster: the current context
};

struct StateSource {
  SourceKind kind = SourceKind::kEmpty;
  std::string argument;
};

// Errors: state/unknown-source (a scheme that is none), state/no-argument ("git:").
StateSource parse_source(std::string_view text, Span span = {});
std::string describe(const StateSource& source);  // as the user would write it

// The part of the world a complete snapshot shows; empty lists: all of it.
struct Scope {
  std::vector<std::string> namespaces;
  std::vector<std::string> kinds;  // "ConfigMap" or "Deployment.apps"
};

// What a server would not show: nobody knows what is there.
struct Gap {
  std::string group;
  std::string kind;
  std::string namespace_name;  // "": in every namespace
  std::string reason;
  std::set<std::string> names = {};  // of the objects; none: all of that kind
};

struct State {
  kube::ResourceSet set;  // owns the objects
  bool complete = false;  // what is in scope and not here does not exist
  Scope scope;
  std::string cluster;  // the identity of the cluster it was read from, or ""
  std::string time;     // when, RFC 3339, or ""
  // Where objects of namespaced kinds are that name no namespace.
  std::string own_namespace = "default";
  // The key of values that are sealed (kube/sealed.h); "" when none are.
  std::string seal;
  std::string seal_variable;  // where the rest of the key is to be found, or ""
  std::string seal_check;     // what the right key makes of kSealCheck, or ""
  // Of a state that was rendered from git: no server has filled anything in.
  bool rendered = false;
  std::vector<std::string> units;  // by resource: the unit that rendered it; else empty
  std::vector<Gap> gaps;           // of a cluster
  // Of a cluster: the CustomResourceDefinitions of the custom kinds in it, where `set` has none.
  kube::ResourceSet definitions;
};

// The gap that an object may lie in, or null: then what is not in the state does not exist.
const Gap* find_gap(const State& state, const kube::ResourceId& id);

// Whether an object belongs to what the scope shows.
bool covers(const Scope& scope, const kube::ResourceId& id);

// The objects of a text, in its order. Sources that hold a Secret are marked secret. Errors:
// state/not-objects (something that is no Kubernetes object), state/duplicate-object,
// state/snapshot (a Snapshot document that says something else than its fields), yaml/….
State read_text(SourceStore& sources, SourceId text, const Limits& limits = {});
// The same for a file, or for all .yaml, .yml and .json files below a directory. Error:
// state/not-found.
State read_tree(SourceStore& sources, const files::Tree& tree, const files::Path& path,
                const Limits& limits = {});

}  // namespace plumb::state
