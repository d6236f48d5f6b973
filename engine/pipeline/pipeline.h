#pragma once
// Compiled pipelines → the objects of a target.
//
// A unit `pipeline: DIR` holds any number of compiled versions (KFP IR with its optional platform
// document, Argo Workflows), manifests that wrap them already, and perhaps `pipeline.yaml`, which
// names and schedules them. What a document is, its content tells.
//
//   target         objects
//   kfp-releaser   Pipeline, PipelineVersion, RecurringRun of kfp.jackhoman.com/v1alpha1
//   kfp-native     Pipeline, PipelineVersion of pipelines.kubeflow.org/v2beta1
//   argo-workflow  the Workflows themselves
//   raw            what was there; IR becomes a file artifact
//
// The order of edits is fixed, so that one name never has two contents: load(), then
// rewrite_indexes(), then whatever else edits bodies, then finish(), which names the versions by
// their content and lets references follow. build() is all of it.
//
//   pipeline.yaml
//     name: churn                      # else the compiled pipeline's own
//     description: predicts who leaves
//     displayName: Churn               # kfp-native
//     schedules:                       # kfp-releaser
//     - {name: nightly, cron: "0 0 3 * * *", version: v1.0.1, parameters: {rows: "1000"}}

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "files/git.h"
#include "files/tree.h"
#include "kube/resource.h"
#include "pipeline/index.h"
#include "yaml/read.h"

namespace plumb::pipeline {

// A unit, as plumb.yaml says it.
struct Settings {
  std::string path;            // a directory, a file, or files: ".kale/*.pipeline.yaml"; from the
                               // root of the tree
  std::string target;          // empty: kfp-releaser
  std::string version_name;    // a pattern; empty: "{pipeline}-{hash8}" for what is wrapped here,
                               // and the names that manifests have already
  std::string namespace_name;  // empty: none is set
  std::string description;     // of the pipeline, before that of pipeline.yaml
  Span span;                   // the unit
  Span version_name_span;
  const yaml::Node* unit = nullptr;  // displayName and schedules, which win over pipeline.yaml's
};

// The keys target, versionName, description, displayName and schedules of a unit; others are not
// looked at. `path`: where its files are. Errors: pipeline/bad-meta.
Settings read_settings(std::string path, const yaml::Node& unit);

struct Input {
  const files::Tree& tree;
  // The documents of a file that is there (kKubernetesProfile); they must live as long as the
  // result.
  std::function<const yaml::Stream&(const files::Path&)> documents;
};

// A file of target raw: the documents of one compiled file.
struct CompiledFile {
  std::string name;
  std::vector<const yaml::Node*> documents;
};

struct Loaded {
  kube::ResourceSet set;
  std::vector<CompiledFile> files;
  std::set<kube::ResourceId> provisional;              // versions that load() named, by their file
  std::map<kube::ResourceId, std::string> file_names;  // the {file} of each version
  Diagnostics findings;
};

// Errors: pipeline/unknown-target, pipeline/no-files, pipeline/unknown-content, pipeline/needs-ir,
// pipeline/needs-workflow, pipeline/platform-in-workflow, pipeline/no-schedules, pipeline/bad-meta,
// pipeline/unknown-key, pipeline/unknown-version. Findings: pipeline/ir-in-workflow,
// pipeline/left-out.
// The objects are added to `into`.
Loaded load(const Settings& settings, const Input& input, kube::ResourceSet into = {});

RewriteCount rewrite_indexes(Loaded& loaded, const IndexUrls& urls);

// What git says, for {tag}, {describe} and {ref}.
struct Revisions {
  const files::Repository* repository = nullptr;  // null: these three are errors
  std::string revision = "HEAD";
};

// Names the versions and lets references follow, then sets the namespace. In a pattern: {pipeline},
// {file} (without its endings), {hash8} (of the content), {tag} (the one at the revision),
// {describe}, {ref} (the branch, else the tag). Names are lower case; what a name may not hold
// becomes '-'. Errors: pipeline/bad-version-name, pipeline/no-tag, pipeline/no-ref,
// pipeline/duplicate-version, files/no-tag. Findings: pipeline/same-version, of versions that are
// one.
void finish(Loaded& loaded, const Settings& settings, const Revisions& revisions);

struct Built {
  kube::ResourceSet set;
  std::map<std::string, std::string> files;  // artifacts: devpi.env, IR of target raw
  Diagnostics findings;
  RewriteCount rewritten;
};
// `urls`: null when the environment rewrites no index.
Built build(const Settings& settings, const Input& input, const Revisions& revisions,
            const IndexUrls* urls = nullptr, kube::ResourceSet into = {});

}  // namespace plumb::pipeline
