#include "plan/order.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "plan/needs.h"

namespace plumb::plan {

namespace {

using yaml::Node;

const Node* body_of(const Step& step) {
  return step.after_body != nullptr ? step.after_body : step.before;
}

bool is_deletion(const Step& step) { return step.after_body == nullptr; }

// How others name the object of a step.
Need name_of(const Step& step) {
  const kube::ResourceId& id = step.resource;
  if (id.kind == "CustomResourceDefinition" && body_of(step) != nullptr) {
    return {std::string(yaml::text_at(*body_of(step), {"spec", "group"})), id.kind, "",
            std::string(yaml::text_at(*body_of(step), {"spec", "names", "kind"}))};
  }
  return {id.group, id.kind, id.namespace_name, id.name};
}

using Index = std::multimap<Need, std::size_t>;

// The steps that a need names; a need without a group takes any.
template <typename Work>
void each_needed(const Index& index, const Need& need, Work work) {
  const auto [first, last] = index.equal_range(need);
  for (auto at = first; at != last; ++at) work(at->second);
}

class Orderer {
 public:
  explicit Orderer(std::vector<Step>& steps) : steps_(steps), before_(steps.size()) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      Index& index = is_deletion(steps[i]) ? deleted_ : written_;
      Need name = name_of(steps[i]);
      index.emplace(name, i);
      if (!name.group.empty() && name.kind != "CustomResourceDefinition") {
        name.group.clear();  // references that say no group
        index.emplace(std::move(name), i);
      }
      if (steps[i].resource.kind == "Service") note_service(i);
    }
  }

  void run() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (is_deletion(steps_[i])) {
        edges_of_deletion(i);
      } else {
        edges_of_writing(i);
      }
    }
    name_edges();
    sort();
  }

 private:
  void put_after(std::size_t later, std::size_t earlier) {
    if (later != earlier) before_[later].insert(earlier);
  }

  void edges_of_writing(std::size_t i) {
    const Step& step = steps_[i];
    for (const Need& need : needs_of(*step.after_body)) {
      each_needed(written_, need, [&](std::size_t needed) { put_after(i, needed); });
    }
    each_service_of(*step.after_body, step.resource.namespace_name,
                    [&](std::size_t service) { put_after(i, service); });
    if (step.before != nullptr) {
      // What it used until now goes only when it does not use it any more.
      for (const Need& need : needs_of(*step.before)) {
        each_needed(deleted_, need, [&](std::size_t gone) { put_after(gone, i); });
      }
    }
    if (step.previous) {
      const kube::ResourceId& old = *step.previous;
      each_needed(deleted_, {old.group, old.kind, old.namespace_name, old.name},
                  [&](std::size_t gone) { put_after(gone, i); });
    }
  }

  void edges_of_deletion(std::size_t i) {
    if (steps_[i].before == nullptr) return;
    for (const Need& need : needs_of(*steps_[i].before)) {
      each_needed(deleted_, need, [&](std::size_t needed) { put_after(needed, i); });
    }
  }

  // Services by one pair of their selector, so that a workload's labels find them.
  using Pair = std::tuple<std::string, std::string, std::string>;
  void note_service(std::size_t i) {
    if (is_deletion(steps_[i])) return;
    const Node* const selector = yaml::find_path(*steps_[i].after_body, {"spec", "selector"});
    if (selector == nullptr || selector->entries.empty()) return;
    const yaml::Entry& entry = selector->entries[0];
    services_.emplace(Pair(steps_[i].resource.namespace_name, entry.key->text, entry.value->text),
                      i);
  }

  template <typename Work>
  void each_service_of(const Node& body, const std::string& namespace_name, Work work) {
    if (services_.empty() || pod_spec_of(body) == nullptr) return;
    const Node* const labels = yaml::find_path(body, {"spec", "template", "metadata", "labels"});
    if (labels == nullptr) return;
    for (const yaml::Entry& label : labels->entries) {
      const auto [first, last] =
          services_.equal_range(Pair(namespace_name, label.key->text, label.value->text));
      for (auto at = first; at != last; ++at) {
        if (selects(*steps_[at->second].after_body, body)) work(at->second);
      }
    }
  }

  void name_edges() {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      for (const std::size_t earlier : before_[i]) steps_[i].after.push_back(steps_[earlier].id);
      std::ranges::sort(steps_[i].after);
    }
  }

  // Writing by rank, then deleting by falling rank; names decide between equals.
  auto priority(std::size_t i) const {
    const Step& step = steps_[i];
    const int rank = kube::apply_rank(step.resource);
    const bool deletes = is_deletion(step);
    return std::tuple(deletes, deletes ? -rank : rank, std::string_view(step.resource.kind),
                      std::string_view(step.resource.namespace_name),
                      std::string_view(step.resource.name), i);
  }

  void sort() {
    std::vector<std::size_t> waiting(steps_.size());
    std::vector<std::vector<std::size_t>> later(steps_.size());
    std::set<decltype(priority(0))> ready;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      waiting[i] = before_[i].size();
      for (const std::size_t earlier : before_[i]) later[earlier].push_back(i);
      if (waiting[i] == 0) ready.insert(priority(i));
    }
    std::vector<std::size_t> sorted;
    while (!ready.empty()) {
      const std::size_t i = std::get<5>(*ready.begin());
      ready.erase(ready.begin());
      sorted.push_back(i);
      for (const std::size_t next : later[i]) {
        if (--waiting[next] == 0) ready.insert(priority(next));
      }
    }
    if (sorted.size() < steps_.size()) fail_cycle(waiting);
    std::vector<Step> result;
    result.reserve(sorted.size());
    for (const std::size_t i : sorted) result.push_back(std::move(steps_[i]));
    steps_ = std::move(result);
  }

  // Every step that still waits has one before it that waits too; following those must come back.
  [[noreturn]] void fail_cycle(const std::vector<std::size_t>& waiting) const {
    std::size_t at = 0;
    while (waiting[at] == 0) ++at;
    std::vector<std::size_t> way;
    while (std::ranges::find(way, at) == way.end()) {
      way.push_back(at);
      at = *std::ranges::find_if(before_[at], [&](std::size_t i) { return waiting[i] > 0; });
    }
    std::string text;
    for (auto step = std::ranges::find(way, at); step != way.end(); ++step) {
      text += cat("'", steps_[*step].id, "' needs ");
    }
    text += cat("'", steps_[at].id, "'");
    fail("plan/cycle", steps_[at].blame.span, cat("steps wait for one another: ", text),
         {{"take one of the references away, or apply that object in two steps"}});
  }

  std::vector<Step>& steps_;
  std::vector<std::set<std::size_t>> before_;  // what comes before each step
  Index written_;
  Index deleted_;
  std::multimap<Pair, std::size_t> services_;
};

}  // namespace

void order(EnvironmentPlan& environment) { Orderer(environment.steps).run(); }

}  // namespace plumb::plan
