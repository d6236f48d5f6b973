#pragma once
// What runs in a cluster: read once, and asked what an apply would do. It never writes.
//
//   Cluster cluster(sources, world, find_connection(sources, world, "prod"), limits);
//   State live = cluster.read(query_for({&head, &base}, {}));
//   auto answers = cluster.dry_run({{{.id = id, .body = body, .manager = "argocd-controller"}}});
//
// One connection for all of it. Lists are consistent and come in pages; what the server does not
// let us see is in State::gaps. Errors: those of wire.h, and state/cluster-answer (something that
// is no answer of a Kubernetes API).

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "kube/resource.h"
#include "state/discovery.h"
#include "state/kubeconfig.h"
#include "state/method.h"
#include "state/mutators.h"
#include "state/state.h"
#include "state/wire.h"

namespace plumb::state {

// The kinds to look for, each where its objects are.
struct Query {
  struct Kind {
    std::string version;  // as head writes it
    // The names that matter, by namespace ("": the connection's own). None: everything there.
    std::map<std::string, std::set<std::string>> names;
  };
  std::map<std::pair<std::string, std::string>, Kind> kinds;  // by group and kind
  // Objects of any kind that carry all of these, wherever they are.
  std::map<std::string, std::string> labels;
  bool asks_access = false;  // learn at the same time whether we may patch what is looked for
};
// Everything that these sets have. The first that names a kind says its version. `whole`: other
// objects of their kinds matter, too.
Query query_for(std::span<const kube::ResourceSet* const> sets,
                const std::map<std::string, std::string>& labels, bool whole = true);

// What would be if this were applied.
struct DryRun {
  kube::ResourceId id;               // where it goes
  const yaml::Node* body = nullptr;  // the object, or the patch to it
  Method method = Method::kApply;
  std::string manager;  // in whose name: at most 128 bytes
  bool force = true;    // of kApply: take fields that others own
};

struct DryRunAnswer {
  int status = 0;                     // 0: none came
  const yaml::Node* body = nullptr;   // the object as it would be, or a Status; null: no JSON
  std::vector<std::string> warnings;  // what the server said beside it
  std::string error;                  // in the server's words, when the status is not 200 or 201
};

class Cluster {
 public:
  // `sources`, `world` and `limits` must outlive it.
  Cluster(SourceStore& sources, const World& world, Connection connection, const Limits& limits);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // "cluster:prod", as in the names of the sources that its answers become.
  std::string name() const;
  const Connection& connection() const { return *connection_; }
  // What tells this cluster from every other: the uid of its namespace kube-system; "" when we may
  // not see that.
  const std::string& identity();

  // Asked for once.
  const Discovery& served();
  State read(const Query& query);
  // In the order of `runs`, at most eight at a time, fewer when the server becomes slow. Bodies
  // live as long as the cluster.
  std::vector<DryRunAnswer> dry_run(std::span<const DryRun> runs);
  // Whether we may: may("patch", "apps", "deployments", "team-a"). False too when the review
  // fails. Asked for once.
  bool may(std::string_view verb, std::string_view group, std::string_view resource,
           std::string_view namespace_name);
  // The OpenAPI v3 document of a group-version, "apps/v1"; null when there is none, or none for us.
  // Asked for once.
  const yaml::Node* openapi(std::string_view api_version);
  // Admission that may change what is written. Asked for once.
  const Mutators& mutators();

  std::size_t requests() const { return wire_.requests(); }
  std::uint64_t bytes() const { return wire_.bytes(); }

 private:
  using Access = std::array<std::string, 4>;  // verb, group, resource, namespace
  void meet();
  void meet_versions(const std::vector<std::string>& versions, Discovery& discovery);
  void review(Access access);
  void review_all(const Query& query);
  const yaml::Node* get_if_there(const std::string& target);
  const yaml::Node& tree_of(const std::string& target, files::HttpResponse response);

  SourceStore& sources_;
  const Limits& limits_;
  std::unique_ptr<const Connection> connection_;
  Wire wire_;
  Arena arena_;  // of answers that are no state
  std::unique_ptr<Discovery> discovery_;
  std::string identity_;
  std::map<Access, bool> access_;
  std::optional<Mutators> mutators_;
  std::optional<const yaml::Node*> openapi_index_;  // nothing: not asked yet
  std::map<std::string, const yaml::Node*, std::less<>> openapi_;
};

// JSON that a server sent, of the named source. Error: state/cluster-answer.
yaml::Node& read_answer(SourceStore& sources, SourceId id, Arena& arena, const Limits& limits);
// What a server says of a status that is no success: the message of its Status, or its text.
std::string message_of(const files::HttpResponse& response);

}  // namespace plumb::state
