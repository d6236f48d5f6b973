#pragma once
// Base, head and live for `diff` and `plan`: what is asked for on the command line and in
// plumb.yaml, rendered and read.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/session.h"
#include "plan/plan.h"
#include "state/cluster.h"
#include "state/state.h"

namespace plumb::cli {

// Owns what a plan points into.
struct Comparison {
  std::vector<Outcome> head;
  std::vector<Outcome> base;
  std::vector<std::unique_ptr<Revision>> revisions;           // other than head
  std::vector<std::vector<Outcome>> rendered_live;            // live states that are rendered
  std::map<std::string, std::unique_ptr<state::State>> live;  // by environment
  // The cluster that an environment's live state was read from, to ask it more.
  std::map<std::string, std::shared_ptr<state::Cluster>> clusters;
  std::unique_ptr<state::World> world;
  std::map<std::string, plan::Server> servers;  // the same clusters, as a plan asks them
  plan::Input input;
  bool failed = false;   // a target failed: said on stderr already
  bool unclear = false;  // under --strict, or when named: something is not rendered
};

enum class LivePolicy : std::uint8_t {
  kUnlessBase,  // diff: --base alone compares with base, whatever plumb.yaml configures
  kConfigured,  // plan: live of plumb.yaml counts; none is needed when there is a base
};

// Errors: cli/no-live (neither a live state nor a base), cli/unknown-environment, those of state
// and files.
Comparison compare_sides(Invocation& invocation, Session& session, LivePolicy policy);

}  // namespace plumb::cli
