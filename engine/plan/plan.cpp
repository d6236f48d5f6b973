#include "plan/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/digest.h"
#include "base/text.h"
#include "diff/compare.h"
#include "diff/ignore.h"
#include "diff/managed.h"
#include "diff/owned_set.h"
#include "diff/undeclared.h"
#include "kube/type_table.h"
#include "plan/digest.h"
#include "plan/guards.h"
#include "plan/judge.h"
#include "plan/marks.h"
#include "plan/order.h"
#include "plan/ownership.h"
#include "plan/verify.h"
#include "yaml/emit.h"
#include "yaml/path.h"

namespace plumb::plan {

namespace {

using kube::Resource;
using kube::ResourceId;
using kube::ResourceSet;
using yaml::Node;

constexpr std::string_view kSyncOptions = "argocd.argoproj.io/sync-options";

// The version is no part of what an object is.
using Key = std::tuple<std::string, std::string, std::string, std::string>;
Key key_of(const ResourceId& id) { return {id.group, id.kind, id.namespace_name, id.name}; }

struct Held {
  const UnitInput* unit = nullptr;
  const ResourceSet* set = nullptr;
  const Resource* resource = nullptr;
};
using Holdings = std::map<Key, Held>;

std::string step_id(const ResourceId& id) {
  const std::string kind = id.group.empty() ? id.kind : cat(id.kind, '.', id.group);
  return id.namespace_name.empty() ? cat(kind, '/', id.name)
                                   : cat(kind, '/', id.namespace_name, '/', id.name);
}

std::string_view system_of(const ResourceId& id) {
  const bool kfp = id.group == "kfp.jackhoman.com" || id.group == "pipelines.kubeflow.org";
  return kfp ? "kfp" : "kubernetes";
}

diff::Blame blame_of(const Node& body, const ResourceSet& set) {
  const yaml::Origin origin = set.origins->last(body);
  const yaml::Layer& layer = set.origins->layer_of(origin);
  const std::string_view kind = yaml::layer_name(layer.kind);
  return {origin.span.source != 0 ? origin.span : body.span,
          layer.name.empty() ? std::string(kind) : cat(kind, ' ', layer.name)};
}

bool has_all(const Node* present, const std::map<std::string, std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& pair) {
    const Node* const value = present == nullptr ? nullptr : yaml::find(*present, pair.first);
    return value != nullptr && value->text == pair.second;
  });
}

// Objects that controllers make and nobody renders: those with an owner, and what each namespace
// gets by itself.
bool is_made_by_controller(const Resource& resource) {
  const Node* const owners = yaml::find_path(*resource.body, {"metadata", "ownerReferences"});
  if (owners != nullptr && !owners->items.empty()) return true;
  const ResourceId& id = resource.id;
  return (id.kind == "ConfigMap" && id.name == "kube-root-ca.crt") ||
         (id.kind == "ServiceAccount" && id.name == "default") || id.kind == "Event" ||
         id.kind == "Endpoints" || id.kind == "EndpointSlice" || id.kind == "Lease" ||
         (id.kind == "Service" && id.namespace_name == "default" && id.name == "kubernetes");
}

// Objects that are not there between two runs: Argo CD's and Helm's hooks, and what the server
// names. Live says nothing of them; base stands in.
bool is_passing(const Node& body) {
  const Node* const notes = yaml::find_path(body, {"metadata", "annotations"});
  const bool hook = notes != nullptr && (yaml::find(*notes, "argocd.argoproj.io/hook") != nullptr ||
                                         yaml::find(*notes, "helm.sh/hook") != nullptr);
  return hook || yaml::text_at(body, {"metadata", "name"}).empty();
}

class Maker {
 public:
  Maker(const Input& run, const EnvironmentInput& input, Plan& plan)
      : run_(run), input_(input), plan_(plan), arena_(*plan.memory.back()) {
    result_.name = input.name;
  }

  EnvironmentPlan make() {
    gather();
    verify_head();
    warn_of_versions();
    imprint();
    for (const auto& [key, held] : head_) write_step(key, held);
    for (const auto& [key, held] : base_) {
      if (!head_.contains(key)) delete_step(key, held);
    }
    if (input_.live != nullptr) {
      for (const Resource& resource : input_.live->set.resources) {
        if (claimed_.contains(&resource)) continue;
        input_.live->rendered ? judge_rendered(resource) : judge_other(resource);
      }
    }
    order(result_);
    guard(result_, input_, run_, counts());
    for (Step& step : result_.steps) step.digest = digest_of(step);
    return std::move(result_);
  }

 private:
  // ---- what is there ----

  void gather() {
    for (const UnitInput& unit : input_.units) {
      if (unit.failed) plan_.complete = false;
      if (unit.failed || !unit.not_rendered.empty()) {
        result_.left_alone.push_back(
            {unit.name, unit.failed ? std::string("it failed") : unit.not_rendered});
        hidden_ = true;
      }
      if (unit.head != nullptr) hold(head_, unit, *unit.head, true);
      if (unit.base != nullptr) hold(base_, unit, *unit.base, false);
      if (unit.head != nullptr) catalogue_.add(*unit.head);
    }
    if (input_.live != nullptr) {
      catalogue_.add(input_.live->set);
      catalogue_.add(input_.live->definitions);
      for (const Node* const document : input_.published) catalogue_.add_published(*document);
      for (const Resource& resource : input_.live->set.resources) {
        live_.emplace(key_of(resource.id), &resource);
        around_.present.push_back(resource.body);
      }
    } else {
      for (const auto& [key, held] : base_) around_.present.push_back(held.resource->body);
    }
    for (const auto& [key, held] : head_) around_.wanted.push_back(held.resource->body);
    read_ignore_rules();
    for (const Node* const body : around_.present) note_scaled(*body);
    for (const Node* const body : around_.wanted) note_scaled(*body);
    for (const auto& [key, held] : base_) {
      if (head_.contains(key)) continue;
      former_.emplace(key, &held);
      for (const ResourceId& id : held.resource->former_ids) former_.emplace(key_of(id), &held);
    }
  }

  // Of the Applications that are among the objects of head.
  void read_ignore_rules() {
    for (const auto& [key, held] : head_) {
      const ResourceId& id = held.resource->id;
      if (id.kind != "Application" || id.group != "argoproj.io") continue;
      std::vector<diff::IgnoreRule> rules =
          diff::read_ignore_rules(*held.resource->body, plan_.diagnostics);
      if (!rules.empty()) ignore_.emplace(id.name, std::move(rules));
    }
  }

  // The workload whose number of pods an autoscaler sets.
  void note_scaled(const Node& body) {
    if (yaml::text_at(body, {"kind"}) != "HorizontalPodAutoscaler") return;
    const Node* const target = yaml::find_path(body, {"spec", "scaleTargetRef"});
    if (target == nullptr) return;
    const auto [group, version] = kube::split_api_version(yaml::text_at(*target, {"apiVersion"}));
    scaled_.insert(Key(group, yaml::text_at(*target, {"kind"}),
                       yaml::text_at(body, {"metadata", "namespace"}),
                       yaml::text_at(*target, {"name"})));
  }

  void hold(Holdings& holdings, const UnitInput& unit, const ResourceSet& set, bool is_head) {
    for (const Resource& resource : set.resources) {
      const auto [seen, fresh] =
          holdings.emplace(key_of(resource.id), Held{&unit, &set, &resource});
      if (fresh || !is_head || seen->second.unit == &unit) continue;
      plan_.complete = false;
      plan_.diagnostics.push_back(
          {Severity::kError,
           "plan/two-owners",
           resource.body->span,
           cat("'", kube::describe(resource.id), "' is rendered by '", unit.name, "' and by '",
               seen->second.unit->name, "' in environment '", input_.name, "'"),
           {{"the other one", seen->second.resource->body->span}},
           {}});
    }
  }

  const Resource* find_live(const ResourceId& id) const {
    auto found = live_.find(key_of(id));
    if (found == live_.end() && id.namespace_name.empty()) {
      found = live_.find(Key(id.group, id.kind, input_.live->own_namespace, id.name));
    }
    return found == live_.end() ? nullptr : found->second;
  }

  // ---- what is known ----

  // Where live does not show whether the object is there, or null.
  const state::Gap* gap_of(const ResourceId& id) const {
    return input_.live == nullptr ? nullptr : state::find_gap(*input_.live, id);
  }

  // Whether live was told by a server, not rendered from git.
  bool is_running() const { return input_.live != nullptr && !input_.live->rendered; }

  void verify_head() {
    if (!is_running()) return;
    Circumstances around{input_, catalogue_, {}, {}};
    std::vector<Candidate> candidates;
    std::vector<const Node*> heads;
    for (const auto& [key, held] : head_) {
      const Resource& wanted = *held.resource;
      const Resource* const live = find_live(wanted.id);
      if (live == nullptr && gap_of(wanted.id) != nullptr) continue;
      if (live == nullptr || redefines(*wanted.body, *live->body)) note_new(*wanted.body, around);
      if (live == nullptr && is_passing(*wanted.body)) continue;
      const Node* const runs = live == nullptr ? nullptr : live->body;
      if (runs != nullptr) warn_of_method(wanted, *runs);
      candidates.push_back({&wanted.id, &sent(*wanted.body, runs, held), runs});
      heads.push_back(wanted.body);
    }
    std::vector<Finding> findings = verify(candidates, around, arena_);
    if (std::ranges::any_of(findings, &Finding::unseen)) note_unseen();
    for (std::size_t at = 0; at < candidates.size(); ++at) {
      count(findings[at]);
      warn(*heads[at], findings[at]);
      refuse_undeclared(*heads[at], findings[at]);
      findings_.emplace(heads[at], std::move(findings[at]));
    }
  }

  void note_unseen() {
    plan_.diagnostics.push_back(
        {Severity::kInfo,
         "plan/unseen-admission",
         {},
         cat("environment '", input_.name,
             "': this account may not list what changes objects at admission; what came after "
             "the last apply of a proven object is not seen"),
         {{"let it list mutatingwebhookconfigurations, mutatingadmissionpolicies and "
           "mutatingadmissionpolicybindings, or plan with --verify=server"}},
         {}});
  }

  // Of an applier that works otherwise than plumb was told: what he drops would seem to stay.
  void warn_of_method(const Resource& wanted, const Node& live) {
    if (input_.applier.server_side) return;
    if (diff::applied_entry(live, input_.applier.manager) == nullptr) return;
    if (yaml::find_path(live, {"metadata", "annotations",
                               "kubectl.kubernetes.io/last-applied-configuration"}) != nullptr ||
        !warned_.insert("plan/other-method").second) {
      return;
    }
    plan_.diagnostics.push_back(
        {Severity::kWarning,
         "plan/other-method",
         wanted.body->span,
         cat("'", input_.applier.manager, "' applies '", kube::describe(wanted.id),
             "' server-side in live, and environment '", input_.name, "' says client-side"),
         {{"write the applier that it is: argocd-ssa, flux, kubectl-ssa, or {manager: NAME, "
           "method: "
           "server-side}"}},
         {}});
  }

  // An object of git as the unit's applier sends it.
  const Node& sent(const Node& body, const Node* live, const Held& held) const {
    return as_sent(body, live, input_.applier, held.unit->application, arena_);
  }

  // What live has of each object of head now, for a later look whether the plan still holds.
  void imprint() {
    if (!is_running() || !run_.keeps_imprints) return;
    result_.cluster = input_.live->cluster;
    for (const auto& [key, held] : head_) {
      const Resource* const live = find_live(held.resource->id);
      Imprint& imprint = result_.imprints[step_id(held.resource->id)];
      if (live == nullptr) continue;
      const Node& body = *live->body;
      imprint.uid = yaml::text_at(body, {"metadata", "uid"});
      imprint.resource_version = yaml::text_at(body, {"metadata", "resourceVersion"});
      imprint.owned = digest_of_owned(*held.resource->body, body);
    }
  }

  // Over what head says and what the applier has said before.
  std::string digest_of_owned(const Node& head, const Node& live) const {
    Arena arena;
    const Node* fields = diff::owned_set(head, &catalogue_, arena);
    if (const Node* const entry = diff::applied_entry(live, input_.applier.manager)) {
      if (const Node* const had = yaml::find(*entry, "fieldsV1")) {
        fields = diff::united(*fields, *had, arena);
      }
    }
    return sha256_hex(yaml::emit_json(*diff::owned_values(live, *fields, arena)));
  }

  // What no server has to be asked about.
  void refuse_undeclared(const Node& head, Finding& finding) const {
    if (finding.verified != Verified::kLocal && finding.verified != Verified::kNone) return;
    std::vector<std::string> fields;
    for (const yaml::Path& path : diff::undeclared_fields(head, &catalogue_)) {
      fields.push_back(yaml::print_path(path));
    }
    if (fields.empty() || finding.is_refused) return;
    finding.is_refused = true;
    finding.reasons.push_back({"unknown-field",
                               cat("its kind has no field ", join(fields, ", ")),
                               "take it out, or write the field that was meant",
                               true,
                               {}});
  }

  // Whether a definition has other schemas than the one in live: the server does not know them yet.
  bool redefines(const Node& head, const Node& live) const {
    if (yaml::text_at(head, {"kind"}) != "CustomResourceDefinition") return false;
    diff::Options options;
    options.live = true;
    Arena arena;
    return std::ranges::any_of(diff::compare(live, head, options, arena), [](const auto& change) {
      return !change.only_live && yaml::print_path(change.path).starts_with("spec.versions");
    });
  }

  // What does not exist until this plan is done.
  static void note_new(const Node& body, Circumstances& around) {
    const ResourceId id = kube::id_of(body);
    if (id.kind == "Namespace" && id.group.empty()) around.new_namespaces.insert(id.name);
    if (id.kind != "CustomResourceDefinition") return;
    around.new_kinds.insert(cat(yaml::text_at(body, {"spec", "group"}), '/',
                                yaml::text_at(body, {"spec", "names", "kind"})));
  }

  void count(const Finding& finding) {
    result_.proven += finding.verified == Verified::kProof ? 1 : 0;
    result_.asked +=
        finding.verified == Verified::kServer || finding.verified == Verified::kStandIn ? 1 : 0;
    if (input_.server == nullptr) return;
    result_.local += finding.verified == Verified::kLocal ? 1 : 0;
    result_.untold += finding.verified == Verified::kNone ? 1 : 0;
  }

  // Versions of kinds that a release deprecates, or stops serving: each once.
  void warn_of_versions() {
    std::set<const kube::Life*> told;
    for (const auto& [key, held] : head_) {
      const ResourceId& id = held.resource->id;
      const kube::Life* const life = kube::find_life(id.api_version(), id.kind);
      if (life == nullptr || finding_of(*held.resource->body).is_refused) continue;
      const bool gone = life->is_gone_in({});
      if ((!gone && !life->is_deprecated_in({})) || !told.insert(life).second) continue;
      plan_.diagnostics.push_back(
          {Severity::kWarning,
           gone ? "plan/removed-version" : "plan/deprecated-version",
           held.resource->body->span,
           cat("'", id.api_version(), ' ', id.kind, "' is ",
               gone ? "not served since release " : "deprecated since release ",
               gone ? life->gone.view() : life->deprecated.view()),
           notes_of(*life),
           {}});
    }
  }

  static std::vector<Note> notes_of(const kube::Life& life) {
    std::vector<Note> notes;
    if (!life.replacement.empty()) notes.push_back({cat("write ", life.replacement_text())});
    if (!life.gone.empty() && !life.is_gone_in({}))
      notes.push_back({cat("release ", life.gone.view(), " will not serve it any more")});
    return notes;
  }

  // The server warns of what is warned of already, with or without it.
  static bool is_told(const ResourceId& id, const std::string& warning) {
    return kube::find_life(id.api_version(), id.kind) != nullptr &&
           warning.starts_with(cat(id.api_version(), ' ', id.kind, " is deprecated in "));
  }

  void warn(const Node& body, const Finding& finding) {
    for (const std::string& warning : finding.warnings) {
      if (is_told(kube::id_of(body), warning)) continue;
      if (!warned_.insert(warning).second) continue;
      plan_.diagnostics.push_back(
          {Severity::kWarning,
           "plan/server-warning",
           body.span,
           cat("the server warns of '", kube::describe(kube::id_of(body)), "': ", warning),
           {},
           {}});
    }
  }

  // Of an object of head; what is known without asking when nothing was looked up.
  const Finding& finding_of(const Node& head) const {
    static const Finding kUnasked;
    const auto found = findings_.find(&head);
    return found == findings_.end() ? kUnasked : found->second;
  }

  // ---- steps ----

  Step step_for(const ResourceId& id, const std::string& unit) const {
    Step step;
    step.id = step_id(id);
    step.system = system_of(id);
    step.unit = unit;
    step.resource = id;
    step.verified = input_.live != nullptr ? Verified::kLocal : Verified::kNone;
    return step;
  }

  void write_step(const Key& key, const Held& held) {
    const Resource& wanted = *held.resource;
    Step step = step_for(wanted.id, held.unit->name);
    step.after_body = wanted.body;
    step.blame = blame_of(*wanted.body, *held.set);
    const auto old = base_.find(key);
    const Node* const base = old == base_.end() ? nullptr : old->second.resource->body;
    const Resource* const live = input_.live == nullptr ? nullptr : find_live(wanted.id);
    if (live != nullptr) claimed_.insert(live);
    const bool passing =
        input_.live != nullptr && !input_.live->rendered && is_passing(*wanted.body);
    if (passing && live == nullptr && base == nullptr) {
      ++result_.unchanged;
      return;
    }
    step.before = live != nullptr ? live->body : input_.live == nullptr || passing ? base : nullptr;
    const Finding& finding = finding_of(*wanted.body);
    if (is_running()) step.verified = finding.verified;
    const state::Gap* const gap = live == nullptr ? gap_of(wanted.id) : nullptr;
    if (gap != nullptr) {
      leave_unknown(step, *gap);
    } else if (step.before == nullptr) {
      create(step, wanted, base, held);
    } else if (!update(step, base, live, held)) {
      ++result_.unchanged;
      if (finding.owner_only) result_.owner_only.push_back(step.id);
      return;
    }
    add_findings(step, finding);
    result_.steps.push_back(std::move(step));
  }

  // It may be there or not, as it is or otherwise.
  static void leave_unknown(Step& step, const state::Gap& gap) {
    step.verb = Verb::kUnknown;
    step.verified = Verified::kNone;
    step.reasons.push_back(
        {"not-listed", cat("live does not show it: ", gap.reason), {}, false, {}});
  }

  // What the server said against it, or that it said nothing.
  static void add_findings(Step& step, const Finding& finding) {
    // What plumb knows by itself of a refusal is told with a cure.
    const bool known = step.risk == Risk::kBlocked || step.verb == Verb::kReplace;
    for (const Reason& reason : finding.reasons) {
      const bool same = contains(reason.text, "immutable") || contains(reason.text, "Forbidden");
      if (!known || !reason.refuses || !same) step.reasons.push_back(reason);
    }
    if (!finding.is_refused || known) return;
    step.verb = Verb::kNone;
    step.risk = Risk::kBlocked;
  }

  diff::Options options_for(const Held& held) const {
    diff::Options options;
    options.catalogue = &catalogue_;
    options.origins = held.set->origins.get();
    options.rendered_live = input_.live != nullptr && input_.live->rendered;
    if (input_.live != nullptr) options.seal = input_.live->seal;
    options.manager = input_.applier.manager;
    return options;
  }

  void create(Step& step, const Resource& wanted, const Node* base, const Held& held) {
    step.verb = Verb::kCreate;
    step.risk = Risk::kChange;
    if (base != nullptr) {
      step.reasons.push_back(
          {"missing-in-live", "git had it before, and live does not have it", {}, false, {}});
    }
    const Held* const old = base == nullptr ? former_of(wanted) : nullptr;
    if (old == nullptr) return;
    step.previous = old->resource->id;
    step.changes = diff::compare(*old->resource->body, *wanted.body, options_for(held), arena_);
  }

  // The object of base that this one was, under another name.
  const Held* former_of(const Resource& wanted) const {
    for (const ResourceId& id : wanted.former_ids) {
      const auto found = former_.find(key_of(id));
      if (found != former_.end()) return found->second;
    }
    return nullptr;
  }

  std::vector<diff::Change> changes_of(const Step& step, const Node* base, const Node* live,
                                       const Held& held) {
    diff::Sides sides{base, step.after_body, live};
    if (is_running() && live != nullptr) {
      sides.head = &sent(*sides.head, live, held);
      if (base != nullptr) sides.base = &sent(*base, live, held);
    }
    const diff::Options options = options_for(held);
    const Finding& finding = finding_of(*step.after_body);
    std::vector<diff::Change> changes =
        live != nullptr && finding.answer != nullptr
            ? diff::compare_answer(sides, *finding.answer, options, arena_)
            : diff::compare(sides, options, arena_);
    std::erase_if(changes, [](const diff::Change& change) { return change.is_volatile; });
    if (live == nullptr || !is_running()) return changes;
    if (finding.answer == nullptr) mark_residue(changes, *live, input_.applier);
    name_writers(changes, *live, input_.applier);
    return changes;
  }

  // Whether there is anything to say.
  bool update(Step& step, const Node* base, const Resource* live, const Held& held) {
    step.changes = changes_of(step, base, live == nullptr ? nullptr : live->body, held);
    if (live != nullptr) leave_out_ignored(step, *live->body, held.unit->application);
    const bool scaled = scaled_.contains(key_of(step.resource));
    std::erase_if(step.changes, [&](const diff::Change& change) {
      return is_left_to_autoscaler(change, *step.before, scaled);
    });
    if (is_running()) note_owners(step, held);
    const Finding& finding = finding_of(*step.after_body);
    if (step.changes.empty() && step.reasons.empty() && finding.reasons.empty()) return false;
    judge_update(step, finding.answer != nullptr);
    explain_nothing(step, finding);
    return true;
  }

  // What an object's owners in live mean for an apply.
  void note_owners(Step& step, const Held& held) const {
    const Node& live = *step.before;
    const Node& head = sent(*step.after_body, &live, held);
    if (std::optional<Reason> reason = going(live)) step.reasons.push_back(std::move(*reason));
    if (std::optional<Reason> reason =
            taken_over(head, live, input_.applier, held.unit->application)) {
      step.reasons.push_back(std::move(*reason));
    }
    const bool scaled = scaled_.contains(key_of(step.resource));
    if (std::optional<Reason> reason = autoscaled(step.changes, live, scaled)) {
      step.reasons.push_back(std::move(*reason));
    }
    // Where the server was asked it has said whether it refuses.
    const bool told = !input_.applier.force && step.verified == Verified::kServer;
    if (std::optional<Reason> reason = conflicts(step.changes, live, input_.applier);
        reason && !told) {
      step.reasons.push_back(std::move(*reason));
    }
  }

  // Why a step with differences does nothing, or may do something.
  static void explain_nothing(Step& step, const Finding& finding) {
    if (step.verb != Verb::kNone || step.risk == Risk::kBlocked || finding.is_refused) return;
    const bool told = std::ranges::any_of(step.changes, [](const diff::Change& change) {
      return !change.only_live && !change.residue;
    });
    if (told) {
      step.verb = Verb::kUpdate;
      step.risk = Risk::kChange;
      step.reasons.push_back({"server-effect",
                              "nobody asked for this; the server does it at every apply",
                              {},
                              false,
                              {}});
      return;
    }
    if (finding.verified == Verified::kNone) {
      step.verb = Verb::kUnknown;
      return;
    }
    const bool residue = std::ranges::any_of(step.changes, &diff::Change::residue);
    if (residue) {
      step.reasons.push_back({"residue",
                              "git dropped these fields; they stay, for others own them, too",
                              "remove them by hand if nobody needs them",
                              false,
                              {}});
    }
    if (std::ranges::any_of(step.changes, &diff::Change::only_live)) {
      step.reasons.push_back({"only-live",
                              "only live has these fields; an apply leaves them as they are",
                              {},
                              false,
                              {}});
    }
  }

  // What live alone changed, and the unit's Application says it does not mind.
  void leave_out_ignored(Step& step, const Node& live, const std::string& application) const {
    const auto rules = ignore_.find(application);
    if (rules == ignore_.end()) return;
    std::erase_if(step.changes, [&](const diff::Change& change) {
      return change.cause == diff::Cause::kDrift &&
             diff::is_ignored(rules->second, step.resource, change, live);
    });
  }

  bool is_left_alone(const UnitInput& unit) const {
    return unit.failed || !unit.not_rendered.empty();
  }

  void delete_step(const Key&, const Held& held) {
    if (is_left_alone(*held.unit)) return;
    const ResourceId& id = held.resource->id;
    const Resource* const live = input_.live == nullptr ? nullptr : find_live(id);
    if (input_.live != nullptr && live == nullptr) return note_gone(id, held);
    if (live != nullptr) claimed_.insert(live);
    add_deletion(id, held.unit->name, live != nullptr ? *live->body : *held.resource->body,
                 blame_of(*held.resource->body, *held.set), "base rendered it, head does not");
  }

  // What git dropped and live does not show: gone already, or nobody knows.
  void note_gone(const ResourceId& id, const Held& held) {
    const state::Gap* const gap = gap_of(id);
    if (gap == nullptr) return;
    Step step = step_for(id, held.unit->name);
    step.blame = blame_of(*held.resource->body, *held.set);
    leave_unknown(step, *gap);
    step.reasons.push_back({"removed", "base rendered it, head does not", {}, false, {}});
    result_.steps.push_back(std::move(step));
  }

  void add_deletion(const ResourceId& id, const std::string& unit, const Node& body,
                    diff::Blame blame, std::string why) {
    Step step = step_for(id, unit);
    step.before = &body;
    step.blame = std::move(blame);
    step.reasons.push_back({"removed", std::move(why), {}, false, {}});
    judge_delete(step, around_);
    const std::string_view options = yaml::text_at(body, {"metadata", "annotations", kSyncOptions});
    if (contains(options, "Prune=false") || contains(options, "Delete=false")) {
      step.verb = Verb::kNone;
      step.risk = Risk::kNone;
      step.reasons = {{"kept", cat("its annotation says ", options), {}, false, {}}};
    }
    result_.steps.push_back(std::move(step));
  }

  // An object of live that neither base nor head names: ours by a mark, or somebody else's.
  void judge_other(const Resource& resource) {
    if (is_made_by_controller(resource)) {
      ++result_.others;
      return;
    }
    const diff::Blame blame{resource.body->span, {}};
    if (const UnitInput* const unit = unit_of_mark(resource)) {
      add_deletion(resource.id, unit->name, *resource.body, blame,
                   cat("its tracking mark names application '", unit->application, "'"));
    } else if (may_judge_all() && carries_mark(*resource.body, input_.owned)) {
      add_deletion(resource.id, "", *resource.body, blame,
                   "it carries the environment's ownership mark");
    } else if (may_judge_all() && input_.live->complete &&
               state::covers(input_.live->scope, resource.id)) {
      add_deletion(resource.id, "", *resource.body, blame,
                   "the snapshot is complete and head does not have it");
    } else {
      ++result_.others;
    }
  }

  // An object of a live state that was rendered: its unit is known.
  void judge_rendered(const Resource& resource) {
    const auto at = static_cast<std::size_t>(&resource - input_.live->set.resources.data());
    const std::string name = at < input_.live->units.size() ? input_.live->units[at] : "";
    const auto unit = std::ranges::find(input_.units, name, &UnitInput::name);
    const bool is_gone = unit == input_.units.end() && input_.all_units;
    if (is_gone || (unit != input_.units.end() && !is_left_alone(*unit))) {
      add_deletion(resource.id, name, *resource.body, {resource.body->span, {}},
                   "live rendered it, head does not");
    } else {
      ++result_.others;
    }
  }

  // Without every unit nobody knows whether an object is missing from head.
  bool may_judge_all() const { return input_.all_units && !hidden_; }

  const UnitInput* unit_of_mark(const Resource& resource) const {
    const std::string_view application = tracking_application(*resource.body);
    if (application.empty()) return nullptr;
    for (const UnitInput& unit : input_.units) {
      if (unit.application == application && !is_left_alone(unit)) return &unit;
    }
    return nullptr;
  }

  std::vector<TargetCount> counts() const {
    std::vector<TargetCount> counts;
    for (const UnitInput& unit : input_.units) {
      TargetCount count{unit.name, 0, 0, unit.head == nullptr};
      if (unit.base != nullptr) count.before = unit.base->resources.size();
      if (unit.head != nullptr) count.head = unit.head->resources.size();
      if (unit.base == nullptr) count.before = count_before(unit.name, count.head);
      counts.push_back(std::move(count));
    }
    for (const std::string& unit : units_outside()) {
      // Marked objects of no unit are measured by all that is there; units that are gone go whole.
      const bool marked = unit.empty();
      counts.push_back({unit, marked ? around_.present.size() : count_before(unit, 0),
                        marked ? around_.wanted.size() : 0, true});
    }
    return counts;
  }

  // Units of steps that the input does not have.
  std::set<std::string> units_outside() const {
    std::set<std::string> units;
    for (const Step& step : result_.steps) units.insert(step.unit);
    for (const UnitInput& unit : input_.units) units.erase(unit.name);
    return units;
  }

  // Without base: what is in head and not made now, and what goes.
  std::size_t count_before(const std::string& unit, std::size_t head) const {
    std::size_t created = 0, deleted = 0;
    for (const Step& step : result_.steps) {
      if (step.unit != unit) continue;
      created += step.verb == Verb::kCreate ? 1 : 0;
      deleted += step.verb == Verb::kDelete ? 1 : 0;
    }
    return head - std::min(head, created) + deleted;
  }

  const Input& run_;
  const EnvironmentInput& input_;
  Plan& plan_;
  Arena& arena_;
  EnvironmentPlan result_;
  Holdings head_;
  Holdings base_;
  std::map<Key, const Resource*> live_;
  std::map<Key, const Held*> former_;  // objects of base that are gone, by all their names
  std::set<const Resource*> claimed_;  // of live
  std::set<Key> scaled_;               // workloads with an autoscaler
  std::map<std::string, std::vector<diff::IgnoreRule>> ignore_;  // by Application
  diff::Catalogue catalogue_;
  std::map<const Node*, Finding> findings_;  // by object of head
  std::set<std::string> warned_;
  Surroundings around_;
  bool hidden_ = false;  // a unit's objects are not known
};

bool is_refused(const Reason& reason) { return reason.refuses && reason.allowed.empty(); }

bool writes(const Step& step) { return step.verb != Verb::kNone && step.verb != Verb::kUnknown; }

}  // namespace

Plan make(const Input& input) {
  Plan plan;
  plan.base = input.base;
  plan.head = input.head;
  plan.live = input.live;
  plan.project = input.project;
  for (const EnvironmentInput& environment : input.environments) {
    plan.has_live = plan.has_live || environment.live != nullptr;
    plan.memory.push_back(std::make_unique<Arena>());
    plan.environments.push_back(Maker(input, environment, plan).make());
  }
  plan.allow_incomplete = input.allow_incomplete;
  plan.digest = digest_of(plan);
  return plan;
}

bool carries_mark(const Node& body, const project::Selector& mark) {
  return !mark.empty() && has_all(yaml::find_path(body, {"metadata", "labels"}), mark.labels) &&
         has_all(yaml::find_path(body, {"metadata", "annotations"}), mark.annotations);
}

Summary summarize(const EnvironmentPlan& environment) {
  Summary summary;
  for (const Step& step : environment.steps) {
    summary.create += step.verb == Verb::kCreate ? 1 : 0;
    summary.update += step.verb == Verb::kUpdate ? 1 : 0;
    summary.replace += step.verb == Verb::kReplace ? 1 : 0;
    summary.remove += step.verb == Verb::kDelete ? 1 : 0;
    summary.unknown += step.verb == Verb::kUnknown ? 1 : 0;
    summary.blocked += step.risk == Risk::kBlocked ? 1 : 0;
    summary.refused += std::ranges::any_of(step.reasons, is_refused) ? 1 : 0;
    summary.drift += std::ranges::any_of(step.changes, [](const diff::Change& change) {
      return !change.writer.is_applier &&
             (change.cause == diff::Cause::kDrift || change.cause == diff::Cause::kBoth);
    });
  }
  for (const Refusal& refusal : environment.refusals) summary.refused += is_refused(refusal.reason);
  summary.unchanged = environment.unchanged;
  summary.proven = environment.proven;
  summary.asked = environment.asked;
  summary.local = environment.local;
  summary.untold = environment.untold;
  summary.owner_only = environment.owner_only.size();
  summary.others = environment.others;
  summary.left_alone = environment.left_alone.size();
  return summary;
}

Summary summarize(const Plan& plan) {
  Summary total;
  for (const EnvironmentPlan& environment : plan.environments) {
    const Summary one = summarize(environment);
    for (const auto field :
         {&Summary::create, &Summary::update, &Summary::replace, &Summary::remove,
          &Summary::blocked, &Summary::drift, &Summary::unchanged, &Summary::others,
          &Summary::refused, &Summary::left_alone, &Summary::proven, &Summary::asked,
          &Summary::owner_only, &Summary::unknown, &Summary::local, &Summary::untold}) {
      total.*field += one.*field;
    }
  }
  return total;
}

bool leaves_alone(const Step& step) {
  return step.verb == Verb::kNone && step.risk != Risk::kBlocked;
}

bool is_empty(const Plan& plan) {
  return std::ranges::none_of(plan.environments, [](const EnvironmentPlan& environment) {
    return std::ranges::any_of(environment.steps, [](const Step& step) {
      return writes(step) || step.risk == Risk::kBlocked;
    });
  });
}

namespace {
// Whether the server was asked about it and could not say; what differs is shown all the same.
bool is_unanswered(const Step& step) {
  return step.verified == Verified::kNone &&
         std::ranges::any_of(step.reasons, [](const Reason& why) {
           return why.rule == "unverified" || why.rule == "moved";
         });
}

// Whether it is known of every object what becomes of it, or allowed that it is not.
bool is_clear(const Plan& plan) {
  return plan.complete && std::ranges::none_of(plan.environments, [&](const auto& environment) {
           return std::ranges::any_of(environment.steps, [&](const Step& step) {
             const bool allowed = plan.allow_incomplete && !step.reasons.empty() &&
                                  step.reasons.front().rule == "not-listed";
             return (step.verb == Verb::kUnknown && !allowed) || is_unanswered(step);
           });
         });
}
}  // namespace

int exit_status(const Plan& plan, bool exit_code) {
  if (!is_clear(plan)) return 2;
  if (summarize(plan).refused > 0) return 3;
  return exit_code && !is_empty(plan) ? 1 : 0;
}

namespace {
// Not an object that is the same on both sides, and about which there is something to say.
bool is_difference(const Step& step) {
  const bool one_sided = step.before == nullptr || step.after_body == nullptr;
  return step.verb != Verb::kUnknown && (one_sided || !step.changes.empty());
}
}  // namespace

int diff_status(const Plan& plan) {
  if (!is_clear(plan)) return 2;
  const bool differs = std::ranges::any_of(plan.environments, [](const auto& environment) {
    return std::ranges::any_of(environment.steps, is_difference);
  });
  return differs ? 1 : 0;
}

std::string_view verb_name(Verb verb) {
  switch (verb) {
    case Verb::kCreate:
      return "create";
    case Verb::kUpdate:
      return "update";
    case Verb::kReplace:
      return "replace";
    case Verb::kDelete:
      return "delete";
    case Verb::kNone:
      return "none";
    case Verb::kUnknown:
      return "unknown";
  }
  return "none";
}

std::string_view risk_name(Risk risk) {
  switch (risk) {
    case Risk::kNone:
      return "none";
    case Risk::kChange:
      return "change";
    case Risk::kRollout:
      return "rollout";
    case Risk::kReplacement:
      return "replacement";
    case Risk::kDestructive:
      return "destructive";
    case Risk::kBlocked:
      return "blocked";
  }
  return "none";
}

std::string_view verified_name(Verified verified) {
  switch (verified) {
    case Verified::kProof:
      return "proof";
    case Verified::kServer:
      return "server";
    case Verified::kStandIn:
      return "stand-in";
    case Verified::kLocal:
      return "local";
    case Verified::kNone:
      return "none";
  }
  return "none";
}

}  // namespace plumb::plan
