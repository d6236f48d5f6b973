#pragma once
// A plan's input, written as YAML streams: one environment.

#include <deque>
#include <map>

#include "base/text.h"
#include "plan/plan.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/path.h"
#include "yaml/read.h"

namespace plumb::test {

struct Desk {
  SourceStore sources;
  std::deque<kube::ResourceSet> sets;
  std::deque<state::State> states;
  plan::Input input;
  // A server that answers by the object's id, and what it was asked.
  Arena memory;
  plan::Server server;
  std::map<std::string, plan::Answer> answers;
  std::vector<plan::Question> asked;

  Desk() { input.environments.emplace_back().name = "prod"; }
  plan::EnvironmentInput& environment() { return input.environments[0]; }

  const kube::ResourceSet* set(const std::string& text) {
    kube::ResourceSet& set = sets.emplace_back();
    const SourceId id = sources.add("a.yaml", text);
    for (const yaml::Document& document :
         yaml::read(sources, id, yaml::kKubernetesProfile, *set.arena).documents) {
      if (kube::is_object(*document.root)) {
        set.resources.push_back({kube::id_of(*document.root), document.root, {}});
      }
    }
    return &set;
  }
  void unit(const std::string& name, const std::string& base, const std::string& head) {
    plan::UnitInput unit;
    unit.name = name;
    if (base != "-") {
      unit.base = set(base);
      input.has_base = true;
    }
    if (head != "-") unit.head = set(head);
    environment().units.push_back(unit);
  }
  void live(const std::string& text) {
    states.push_back(state::read_text(sources, sources.add("live.yaml", text)));
    environment().live = &states.back();
  }

  // Live can be asked from now on. Objects without an answer of their own are as they are asked.
  void connect() {
    server.ask = [this](std::span<const plan::Question> questions) {
      std::vector<plan::Answer> result;
      for (const plan::Question& question : questions) {
        asked.push_back(question);
        // The question's own body goes with the plan.
        const std::string text = yaml::emit_json(*question.body);
        asked.back().body = yaml::read_json(yaml::make_string(memory, text)->text, {}, memory);
        const auto found = answers.find(kube::describe(question.id));
        result.push_back(found != answers.end() ? found->second
                                                : plan::Answer{201, question.body, {}, {}});
      }
      return result;
    };
    environment().server = &server;
  }
  void answer(const std::string& id, int status, const std::string& json) {
    plan::Answer& answer = answers[id];
    answer.status = status;
    answer.body = yaml::read_json(yaml::make_string(memory, json)->text, {}, memory);
  }
  // The object that the server says would be there.
  void becomes(const std::string& id, const std::string& object) {
    answers[id] = {200, set(object)->resources.at(0).body, {}, {}};
  }

  // A line a step: verb, id, risk, then reasons, paths of changes.
  static std::string show(const plan::Plan& plan) {
    std::string out;
    for (const plan::Step& step : plan.environments[0].steps) {
      if (!out.empty()) out += "\n";
      out += cat(plan::verb_name(step.verb), ' ', step.id, ' ', plan::risk_name(step.risk));
      for (const plan::Reason& reason : step.reasons) out += cat(" !", reason.rule);
      for (const diff::Change& change : step.changes) {
        out += cat(' ', diff::cause_name(change.cause), ':', yaml::print_path(change.path));
      }
    }
    return out;
  }
  std::string show() { return show(plan::make(input)); }
  // With how it is known, and what only live has or git left behind.
  std::string show_verified() {
    const plan::Plan plan = plan::make(input);
    std::string out;
    for (const plan::Step& step : plan.environments[0].steps) {
      if (!out.empty()) out += "\n";
      out += cat(plan::verb_name(step.verb), ' ', step.id, ' ', plan::verified_name(step.verified));
      for (const plan::Reason& reason : step.reasons) out += cat(" !", reason.rule);
      for (const diff::Change& change : step.changes) {
        const std::string_view mark = change.residue ? "residue" : change.only_live ? "live" : "";
        out += cat(' ', mark.empty() ? diff::cause_name(change.cause) : mark, ':',
                   yaml::print_path(change.path));
        if (!change.writer.manager.empty()) out += cat('(', change.writer.manager, ')');
      }
    }
    return out;
  }
  std::vector<std::string> refusals() {
    std::vector<std::string> rules;
    const plan::Plan plan = plan::make(input);
    for (const plan::Refusal& refusal : plan.environments[0].refusals) {
      if (refusal.reason.allowed.empty()) rules.push_back(refusal.reason.rule);
    }
    return rules;
  }
};

}  // namespace plumb::test
