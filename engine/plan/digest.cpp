#include "plan/digest.h"

#include "base/digest.h"
#include "base/text.h"
#include "yaml/emit.h"

namespace plumb::plan {

namespace {

// Texts one behind another, each with its length, so that no two lists read the same.
struct Recorder {
  std::string text;
  void add(std::string_view part) { text += cat(part.size(), ':', part); }
  void add(const yaml::Node* node) { add(node == nullptr ? "-" : yaml::emit_json(*node)); }
};

void record(Recorder& recorder, const diff::Change& change) {
  recorder.add(yaml::print_path(change.path));
  recorder.add(diff::kind_name(change.kind));
  recorder.add(diff::cause_name(change.cause));
  recorder.add(change.before);
  recorder.add(change.after);
}

}  // namespace

std::string digest_of(const Step& step) {
  Recorder recorder;
  recorder.add(step.id);
  recorder.add(step.resource.version);
  recorder.add(step.unit);
  recorder.add(verb_name(step.verb));
  recorder.add(risk_name(step.risk));
  recorder.add(step.previous ? kube::describe(*step.previous) : "");
  for (const std::string& id : step.after) recorder.add(id);
  for (const Reason& reason : step.reasons) recorder.add(reason.rule);
  for (const diff::Change& change : step.changes) {
    if (!change.only_live) record(recorder, change);
  }
  for (const std::string& consequence : step.consequences) recorder.add(consequence);
  if (step.verb == Verb::kCreate) recorder.add(step.after_body);
  return sha256_hex(recorder.text);
}

std::string digest_of(const Plan& plan) {
  Recorder recorder;
  for (const EnvironmentPlan& environment : plan.environments) {
    recorder.add(environment.name);
    for (const Step& step : environment.steps) {
      if (!leaves_alone(step)) recorder.add(step.digest);
    }
    for (const Refusal& refusal : environment.refusals) {
      recorder.add(refusal.unit);
      recorder.add(refusal.reason.rule);
    }
  }
  return sha256_hex(recorder.text);
}

}  // namespace plumb::plan
