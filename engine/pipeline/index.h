#pragma once
// The package index of an environment: its addresses, and putting it into compiled pipelines.
//
//   values:   devpi: {flavor: kind}
//   index_urls(values).install_url == "http://host.docker.internal:3141/root/dev/+simple/"
//   index_urls(values).publish_url == "http://localhost:3141/root/dev/"
//
// A devpi index is reached by two names: pods reach it by one that depends on the kind of cluster
// (its flavor), the workstation by another. devpi serves pip below "+simple/", always.
//
//   flavor                host of pods
//   kind, docker-desktop  host.docker.internal
//   k3d                   host.k3d.internal
//   minikube              192.168.49.1
//   podman, minikube-crio host.containers.internal
//   tunnel                `host`, which has to be given
//   in-cluster            SERVICE.NAMESPACE.svc.CLUSTERDOMAIN, devpi.devpi.svc.cluster.local
//   external              `host`, which has to be given; https without a port unless told otherwise
//
// Keys of the block: flavor (else cluster.flavor), host, port (3141), scheme (http), index
// (root/dev), publish (a whole URL), service, namespace, clusterDomain (else cluster.domain),
// extraIndexes (["https://pypi.org/simple"]), pins ({package: "==1.0"}), match (an executor's name
// with '*' and '?').

#include <map>
#include <string>
#include <vector>

#include "base/arena.h"
#include "kube/resource.h"
#include "yaml/node.h"
#include "yaml/origin.h"

namespace plumb::pipeline {

struct IndexUrls {
  std::string install_url;                 // for pods
  std::string publish_url;                 // for the workstation
  std::vector<std::string> extra_urls;     // further indexes, in order
  std::vector<std::string> trusted_hosts;  // host[:port] of each plain-http index not on this host
  std::map<std::string, std::string> pins;
  std::string match;  // executors whose bootstrap is edited; empty: all
  Span span;          // the block that says so
};

// From an environment's values, a mapping with the block `devpi`. Errors: pipeline/no-index (no
// block, no flavor), pipeline/unknown-flavor, pipeline/no-host (names the key), pipeline/bad-index,
// pipeline/unknown-key.
IndexUrls index_urls(const yaml::Node& values);

// The file `devpi.env`, for `set -a; . devpi.env` before a notebook is compiled.
std::string devpi_env(const IndexUrls& urls);

struct RewriteCount {
  std::size_t calls = 0;    // pip calls in bootstraps
  std::size_t changed = 0;  // bootstraps that are different now
};

// Puts the index into every bootstrap of an object: compiled IR, Argo Workflows (with their copies
// as JSON in annotations and parameters), bare or wrapped in PipelineVersions and the like. Other
// objects are given back as they are. Nothing of `body` is written: what changes is copied into
// `arena`, and the changed texts name urls.span as their origin. Running it again changes nothing.
const yaml::Node* rewrite_indexes(Arena& arena, yaml::Origins& origins, const yaml::Node& body,
                                  const IndexUrls& urls, RewriteCount* count = nullptr);
// The overlay `builtin:devpi-index`: all objects of a set.
RewriteCount rewrite_indexes(kube::ResourceSet& set, const IndexUrls& urls);

}  // namespace plumb::pipeline
