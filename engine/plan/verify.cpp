#include "plan/verify.h"

#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "diff/client_side.h"
#include "diff/compare.h"
#include "diff/json_patch.h"
#include "diff/normalise.h"
#include "diff/owned_set.h"
#include "diff/proof.h"
#include "kube/type_table.h"
#include "plan/answer.h"
#include "plan/ownership.h"
#include "plan/takeover.h"

namespace plumb::plan {

namespace {

using yaml::Node;

// A namespace that every cluster has.
constexpr std::string_view kStandIn = "default";

Reason note(std::string rule, std::string text, std::string cure = {}) {
  return {std::move(rule), std::move(text), std::move(cure), false, {}};
}

class Verifier {
 public:
  Verifier(std::span<const Candidate> candidates, const Circumstances& around, Arena& arena)
      : candidates_(candidates), around_(around), input_(around.environment), arena_(arena) {
    findings_.resize(candidates.size());
  }

  std::vector<Finding> run() {
    for (std::size_t at = 0; at < candidates_.size(); ++at) sort_out(at);
    while (!asked_.empty()) ask();  // an answer may be a reason to ask once more
    return std::move(findings_);
  }

 private:
  struct Asked {
    std::size_t at = 0;  // the candidate
    Question question;
  };

  // Proof, a question, or what can be known here.
  void sort_out(std::size_t at) {
    const Candidate& one = candidates_[at];
    Finding& finding = findings_[at];
    if (input_.verify != Verify::kServer && is_proven(one) && !is_outdated(one, finding)) {
      finding.verified = Verified::kProof;
      finding.answer = one.live;
      return;
    }
    Question question;
    const bool patches = one.live != nullptr && !input_.applier.server_side;
    if (patches && !make_patch(one, question, finding)) return;
    if (input_.server == nullptr || input_.verify == Verify::kLocal) return;
    if (is_of_new_kind(*one.id)) return;
    if (!serves(*one.id)) return refuse_kind(finding, *one.id);
    if (!may_write(*one.id)) return;
    put(at, patches ? std::move(question) : question_of(one));
  }

  static void refuse_kind(Finding& finding, const kube::ResourceId& id) {
    const std::string version = id.api_version();
    const kube::Life* const life = kube::find_life(version, id.kind);
    if (life == nullptr || life->gone.empty()) {
      return refuse(finding, "unknown-kind",
                    cat("the server has no kind ", id.kind, " of ", version),
                    "apply its definition first, or write a version that the server has");
    }
    refuse(finding, "removed-version",
           cat(version, ' ', id.kind, " is gone since release ", life->gone.view(),
               ", and the server does not have it"),
           life->replacement.empty() ? std::string("nothing replaces it")
                                     : cat("write ", life->replacement_text()));
  }

  bool is_proven(const Candidate& one) const {
    const diff::Applier applier{input_.applier.manager, input_.applier.server_side};
    return one.live != nullptr && !has_taken_over(*one.live, input_.applier) &&
           diff::is_proven(*one.head, *one.live, applier, &around_.catalogue,
                           input_.live == nullptr ? std::string_view() : input_.live->seal);
  }
  // A webhook or a policy that came after the last apply may change what nobody else has.
  bool is_outdated(const Candidate& one, Finding& finding) const {
    const bool asks = input_.server != nullptr && input_.verify == Verify::kAuto;
    if (!asks || !input_.server->mutated_since) return false;
    const std::optional<std::string> since = input_.server->mutated_since(*one.id);
    finding.unseen = !since;
    return since && !since->empty() && *since >= last_write(*one.live, input_.applier);
  }
  bool is_of_new_kind(const kube::ResourceId& id) const {
    return around_.new_kinds.contains(cat(id.group, '/', id.kind));
  }
  bool serves(const kube::ResourceId& id) const {
    return !input_.server->serves || input_.server->serves(id);
  }
  bool may_write(const kube::ResourceId& id) const {
    return !input_.server->may_write || input_.server->may_write(id);
  }

  // The object as it is sent; where one is there, a client-side applier sends a patch instead.
  Question question_of(const Candidate& one) {
    const project::Applier& applier = input_.applier;
    if (applier.server_side) {
      return {*one.id, one.head, state::Method::kApply, applier.manager, applier.force};
    }
    return {*one.id, diff::with_last_applied(*one.head, arena_), state::Method::kCreate,
            applier.manager};
  }

  // What a client-side applier sends to an object that is there. False: he sends nothing.
  bool make_patch(const Candidate& one, Question& question, Finding& finding) {
    const diff::ClientSidePatch made =
        diff::client_side_patch(*one.head, *one.live, &around_.catalogue, arena_);
    if (!made.refusal.empty()) {
      refuse(finding, "no-patch", cat("a client-side apply makes no patch of it: ", made.refusal),
             "write the key that a list goes by into each of its elements");
    } else if (made.patch == nullptr) {
      finding.verified = Verified::kProof;
      finding.answer = one.live;
    }
    const auto method = made.strategic ? state::Method::kStrategicMerge : state::Method::kJsonMerge;
    question = {*one.id, made.patch, method, input_.applier.manager};
    return made.patch != nullptr;
  }

  void put(std::size_t at, Question question) {
    const bool stand_in = around_.new_namespaces.contains(question.id.namespace_name);
    if (stand_in) question = elsewhere(std::move(question));
    findings_[at].verified = stand_in ? Verified::kStandIn : Verified::kServer;
    asked_.push_back({at, std::move(question)});
  }

  // The same object in a namespace that is there, under a name that nobody has.
  Question elsewhere(Question question) {
    Node* const object = yaml::copy_shallow(arena_, *question.body);
    Node* const metadata = yaml::copy_shallow(arena_, *yaml::find(*question.body, "metadata"));
    const std::string name = cat("plumb-", sha256_hex(kube::describe(question.id)).substr(0, 16));
    yaml::set(arena_, *metadata, "name", yaml::make_string(arena_, name));
    yaml::set(arena_, *metadata, "namespace", yaml::make_string(arena_, kStandIn));
    yaml::set(arena_, *object, "metadata", metadata);
    question.body = object;
    question.id.name = name;
    question.id.namespace_name = kStandIn;
    return question;
  }

  void ask() {
    const std::vector<Asked> asked = std::exchange(asked_, {});
    std::vector<Question> questions;
    for (const Asked& one : asked) questions.push_back(one.question);
    const std::vector<Answer> answers = input_.server->ask(questions);
    const Answer none{0, nullptr, {}, "there was no answer"};
    for (std::size_t i = 0; i < asked.size(); ++i) {
      understand(asked[i], i < answers.size() ? answers[i] : none);
    }
  }

  void understand(const Asked& asked, const Answer& answer) {
    const std::size_t at = asked.at;
    Finding& finding = findings_[at];
    const bool stand_in = finding.verified == Verified::kStandIn;
    finding.warnings = answer.warnings;
    const Judgement judgement = judge(answer);
    switch (judgement.meaning) {
      case Meaning::kDone:
        if (!stand_in) accept(asked, *answer.body);
        return;
      case Meaning::kRefused:
        if (stand_in && judgement.rule != "server-invalid") {
          // Quotas and policies of another namespace: perhaps, perhaps not.
          finding.reasons.push_back(note("stand-in-refused", judgement.text));
          return;
        }
        if (judgement.rule == "server-conflict" && !asked.question.force) {
          return ask_forced(asked, judgement.text);
        }
        refuse(finding, judgement.rule, judgement.text, "");
        return;
      case Meaning::kNotAllowed:
        finding.verified = Verified::kLocal;
        finding.reasons.push_back(note("not-allowed", judgement.text));
        return;
      case Meaning::kNoNamespace:
        return no_namespace(at, judgement);
      case Meaning::kNoKind:
      case Meaning::kMoved:
      case Meaning::kUnknown:
        give_up(finding, judgement);
        return;
    }
  }

  // What would change is known from a forced apply alone.
  void ask_forced(Asked asked, std::string_view conflict) {
    findings_[asked.at].reasons.push_back(conflict_refusal(conflict));
    asked.question.force = true;
    asked_.push_back(std::move(asked));
  }

  void accept(const Asked& asked, const Node& body) {
    const Candidate& one = candidates_[asked.at];
    Finding& finding = findings_[asked.at];
    if (one.live == nullptr) return;
    if (version_of(*one.live) != version_of(body)) {
      give_up(finding, {Meaning::kMoved, {}, "it was changed while it was looked at"});
      return;
    }
    finding.answer = &body;
    finding.owner_only = owners_differ(*one.live, body);
    if (asked.question.method == state::Method::kApply) ask_without_taken_over(asked, body);
  }

  // What goes with the managers that the applier takes over is no part of the answer. Without it,
  // the server fills in again what has to be there.
  void ask_without_taken_over(Asked asked, const Node& body) {
    const Node& live = *candidates_[asked.at].live;
    const Node* const rest = without_taken_over(body, live, input_.applier, arena_);
    if (rest == nullptr) return;
    const diff::Sides sides{&live, with_system_fields(*rest, live), &live};
    const Node* const patch = diff::json_patch(sides, arena_);
    if (patch == nullptr) return;
    asked.question.method = state::Method::kJsonMerge;
    asked.question.body = patch;
    asked_.push_back(std::move(asked));
  }

  // With live's metadata where that is nobody's to write.
  const Node* with_system_fields(const Node& object, const Node& live) {
    Node* const copy = yaml::copy_shallow(arena_, object);
    const Node* const own = yaml::find(object, "metadata");
    const Node* const lives = yaml::find(live, "metadata");
    if (own == nullptr || lives == nullptr) return copy;
    Node* const metadata = yaml::copy_shallow(arena_, *own);
    for (const yaml::Entry& entry : lives->entries) {
      const std::string_view key = entry.key->text;
      if (diff::is_system_field(true, key)) yaml::set(arena_, *metadata, key, entry.value);
    }
    yaml::set(arena_, *copy, "metadata", metadata);
    return copy;
  }

  // An answer from another version of the object is about what nobody has seen.
  static std::string_view version_of(const Node& body) {
    return yaml::text_at(body, {"metadata", "resourceVersion"});
  }

  bool owners_differ(const Node& live, const Node& body) const {
    if (!input_.applier.server_side) {
      constexpr std::string_view kNote = "kubectl.kubernetes.io/last-applied-configuration";
      return yaml::text_at(live, {"metadata", "annotations", kNote}) !=
             yaml::text_at(body, {"metadata", "annotations", kNote});
    }
    const Node* const before = diff::applied_entry(live, input_.applier.manager);
    const Node* const after = diff::applied_entry(body, input_.applier.manager);
    if (before == nullptr || after == nullptr) return before != after;
    const Node* const had = yaml::find(*before, "fieldsV1");
    const Node* const has = yaml::find(*after, "fieldsV1");
    return had == nullptr || has == nullptr || !diff::same_fields(*had, *has);
  }

  void no_namespace(std::size_t at, const Judgement& judgement) {
    if (findings_[at].verified == Verified::kStandIn) return give_up(findings_[at], judgement);
    refuse(findings_[at], "no-namespace",
           cat("namespace '", candidates_[at].id->namespace_name,
               "' is not there, and nothing here makes it"),
           "render the Namespace, too, or make it before");
  }

  static void refuse(Finding& finding, std::string rule, std::string text, std::string cure) {
    finding.is_refused = true;
    finding.reasons.push_back({std::move(rule), std::move(text), std::move(cure), true, {}});
  }

  static void give_up(Finding& finding, const Judgement& judgement) {
    finding.verified = Verified::kNone;
    finding.reasons.push_back(note(
        judgement.meaning == Meaning::kMoved ? "moved" : "unverified",
        cat("the server could not say what would become of it: ", judgement.text), "plan again"));
  }

  std::span<const Candidate> candidates_;
  const Circumstances& around_;
  const EnvironmentInput& input_;
  Arena& arena_;
  std::vector<Finding> findings_;
  std::vector<Asked> asked_;
};

}  // namespace

std::vector<Finding> verify(std::span<const Candidate> candidates,
                            const Circumstances& circumstances, Arena& arena) {
  return Verifier(candidates, circumstances, arena).run();
}

}  // namespace plumb::plan
