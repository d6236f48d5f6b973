#pragma once
// What is known of each wanted object: proven from live, told by the server, or worked out here.

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "diff/shape.h"
#include "plan/plan.h"

namespace plumb::plan {

// An object of head, and the one that is there or null.
struct Candidate {
  const kube::ResourceId* id = nullptr;
  const yaml::Node* head = nullptr;
  const yaml::Node* live = nullptr;
};

struct Finding {
  Verified verified = Verified::kLocal;
  // What live would be, by the server; live itself where it is proven to stay. Null: nobody said.
  const yaml::Node* answer = nullptr;
  bool owner_only = false;      // the content stays, its owners change
  std::vector<Reason> reasons;  // why it is refused, or unknown
  bool is_refused = false;
  std::vector<std::string> warnings;  // of the server
  bool unseen = false;  // proven, and what admission would change now may not be looked at
};

// What holds for all objects of an environment.
struct Circumstances {
  const EnvironmentInput& environment;
  const diff::Catalogue& catalogue;
  std::set<std::string> new_namespaces;  // wanted, and not there yet
  std::set<std::string> new_kinds;       // "group/Kind" of definitions that are not there yet
};

// A finding for each candidate. The server is asked once for all.
std::vector<Finding> verify(std::span<const Candidate> candidates,
                            const Circumstances& circumstances, Arena& arena);

}  // namespace plumb::plan
