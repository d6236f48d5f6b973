#pragma once
// Base, head and live → what would be done, in which order, and what speaks against it.
//
//   Input input;                       // rendered sets, a unit at a time, for each environment
//   Plan plan = make(input);
//   plan.environments[0].steps[0].verb == Verb::kCreate
//   exit_status(plan, false)           // 0, 2 or 3, by the contract
//
// What is made here is plain data: report prints it. The plan points into the sets it was made
// from, which must outlive it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "diff/change.h"
#include "kube/resource.h"
#include "plan/server.h"
#include "project/project.h"
#include "state/state.h"

namespace plumb::plan {

// ---- what goes in ----

struct UnitInput {
  std::string name;
  std::string application;                  // the Argo CD Application that applies it, or ""
  const kube::ResourceSet* base = nullptr;  // null: not there at base, or base was not asked for
  const kube::ResourceSet* head = nullptr;  // null: the unit is gone, or see the next two
  std::string not_rendered;                 // why it has no head: it is left alone, and counted
  bool failed = false;                      // likewise, and the plan is not complete
};

struct EnvironmentInput {
  std::string name;
  std::vector<UnitInput> units;
  bool all_units = true;  // false: only some were asked for, so nothing else is judged as gone
  const state::State* live = nullptr;
  project::Selector owned;
  project::Guards guards;
  project::Applier applier;
  const Server* server = nullptr;  // where live was read, if it can be asked; else null
  Verify verify = Verify::kAuto;
  // OpenAPI documents of live, for custom kinds whose definitions are not among the objects.
  std::vector<const yaml::Node*> published;
};

struct Input {
  std::vector<EnvironmentInput> environments;
  bool keeps_imprints = true;  // for a plan that is saved, or held against a saved one
  bool has_base = false;
  std::string base;  // how the sides were named by the user: "git:origin/main", or ""
  std::string head;
  std::string live;
  std::string project;
  std::vector<project::Allowance> allow;  // for this run
  bool allow_incomplete = false;          // objects that live may not show do not change the status
};

// ---- what comes out ----

enum class Verb : std::uint8_t {
  kCreate,
  kUpdate,
  kReplace,  // delete and create: the server refuses the change in place
  kDelete,
  kNone,     // nothing will be done: blocked, or only live differs
  kUnknown,  // nobody could tell whether anything would change
};
std::string_view verb_name(Verb verb);

enum class Risk : std::uint8_t {
  kNone,         // metadata and the like
  kChange,       // settings
  kRollout,      // pods are replaced
  kReplacement,  // the object is away for a while
  kDestructive,  // data or versions are lost
  kBlocked,      // it cannot be done like this
};
std::string_view risk_name(Risk risk);

// How it is known what an object would become.
enum class Verified : std::uint8_t {
  kProof,    // live itself shows that an apply changes nothing
  kServer,   // the server was asked, in the name of the applier
  kStandIn,  // the server was asked about an object like it, for its namespace is not there yet
  kLocal,    // against a live state, on this machine
  kNone,     // no live state: base stands in, drift is unknown; or the server could not say
};
std::string_view verified_name(Verified verified);

// Why a step is what it is. Those with a rule that refuses give status 3 unless they are allowed.
struct Reason {
  std::string rule;  // "delete-claim", "immutable-version", "missing-in-live"
  std::string text;
  std::string cure;  // how to go on, or ""
  bool refuses = false;
  std::string allowed;  // the reason somebody gave for allowing it, or ""
};

struct Step {
  std::string id;      // unique within the environment, the same in every run
  std::string system;  // "kubernetes", or "kfp" where the pipeline service follows
  std::string unit;
  Verb verb = Verb::kNone;
  kube::ResourceId resource;
  std::optional<kube::ResourceId> previous;  // the name it had, where that changed
  std::vector<std::string> after;            // ids of steps that come before this one
  Risk risk = Risk::kNone;
  Verified verified = Verified::kLocal;
  std::vector<Reason> reasons;
  std::vector<diff::Change> changes;
  std::vector<std::string> consequences;
  diff::Blame blame;                       // of the object: where it stands, or stood
  const yaml::Node* before = nullptr;      // live, or base
  const yaml::Node* after_body = nullptr;  // head
  std::string digest;                      // of this step alone
};

// A guard that speaks of a whole target.
struct Refusal {
  std::string unit;
  Reason reason;
};

struct LeftAlone {
  std::string unit;
  std::string reason;
};

// What an object of live was when the plan was made.
struct Imprint {
  std::string uid;
  std::string resource_version;
  std::string owned;  // digest of the values that are the applier's; "" when it was not there
};

struct EnvironmentPlan {
  std::string name;
  std::string cluster;  // the identity of the one that live was read from, or ""
  std::map<std::string, Imprint> imprints;  // of live, for each object of head by step id
  std::vector<Step> steps;                  // in an order in which they can be done
  std::vector<Refusal> refusals;
  std::size_t unchanged = 0;
  std::size_t proven = 0;  // objects of head that live itself shows to stay as they are
  std::size_t asked = 0;   // objects of head that the server was asked about
  std::size_t local = 0;   // objects of head that were compared here, though there is a server
  std::size_t untold = 0;  // objects of head that the server was asked about and could not tell
  // Objects, by step id, whose content stays and whose owners an apply would write anew.
  std::vector<std::string> owner_only;
  std::size_t others = 0;  // live objects of somebody else
  std::vector<LeftAlone> left_alone;
};

struct Summary {
  std::size_t create = 0, update = 0, replace = 0, remove = 0, blocked = 0;
  std::size_t drift = 0;  // objects that somebody changed in live
  std::size_t unchanged = 0, others = 0, refused = 0, left_alone = 0;
  std::size_t proven = 0, asked = 0, local = 0, untold = 0, owner_only = 0;
  std::size_t unknown = 0;  // objects of which nobody could tell
};

struct Plan {
  std::string digest;  // 64 hexadecimal digits over what would be done; the same for the same
  std::string base, head, live, project;
  bool complete = true;
  bool has_live = false;
  bool allow_incomplete = false;
  std::vector<EnvironmentPlan> environments;
  Diagnostics diagnostics;
  std::vector<std::unique_ptr<Arena>> memory;  // of nodes that were made while comparing
};

// Error: plan/cycle (steps that wait for one another). Objects that two units of an environment
// both render are the error plan/two-owners.
Plan make(const Input& input);

// Whether an object has all labels and annotations of a mark; never for an empty one.
bool carries_mark(const yaml::Node& body, const project::Selector& mark);

Summary summarize(const EnvironmentPlan& environment);
Summary summarize(const Plan& plan);
// Whether nothing is done and nothing was to be done: others changed live, or keep what git
// dropped. Such a step tells, and is no part of what is approved: digests leave it out.
bool leaves_alone(const Step& step);
// Whether a step would write something, or is refused.
bool is_empty(const Plan& plan);
// 2: not complete; 3: refused; 1: something to do, and `exit_code` asked; else 0.
int exit_status(const Plan& plan, bool exit_code);
// For `plumb diff`: 2: not complete; 1: something differs; else 0.
int diff_status(const Plan& plan);

// ---- saved plans ----

// What a saved plan and a new one do not have in common, by step id; `fresh` when nothing that
// matters.
struct Freshness {
  bool fresh = true;
  bool other_cluster = false;
  std::vector<std::string> gone;     // the saved plan has it, nothing is to do any more
  std::vector<std::string> added;    // to do now, and not in the saved plan
  std::vector<std::string> changed;  // to do otherwise than the saved plan says
  std::vector<std::string> stale;    // objects made anew, or with other values that are ours
  std::vector<std::string> moved;    // written since, and equivalent
};
// `saved`: a plan document as plumb writes it; `document`: `now` as plumb would write it, or "" if
// nothing shall be held against it. Errors: plan/unknown-format; plan/damaged: `saved` does not say
// what its digest stands for.
Freshness check(std::string_view saved, Span place, const Plan& now,
                std::string_view document = {});

}  // namespace plumb::plan
