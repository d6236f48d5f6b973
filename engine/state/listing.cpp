// Reading a cluster: one list for each kind, in pages, all at once.

#include <algorithm>
#include <tuple>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kube/type_table.h"
#include "state/cluster.h"
#include "yaml/read.h"

namespace plumb::state {

namespace {

using yaml::Node;

constexpr unsigned kPage = 2000;        // objects in one answer
constexpr unsigned kRestarts = 3;       // when the pages of a list expire while it is read
constexpr std::size_t kNamespaces = 4;  // up to so many are asked one by one
constexpr unsigned kRetries = 4;

// One list: a kind, in one namespace or in all.
struct Listing {
  const ServedKind* kind = nullptr;
  std::string namespace_name;           // "": everywhere
  std::string selector;                 // of labels, or ""
  std::vector<std::string> namespaces;  // asked one by one when all at once is not allowed
  unsigned restarts = 0;
  std::vector<Node*> items = {};
  std::string refused = {};  // why it is not complete, or ""
};

std::string selector_of(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> terms;
  for (const auto& [name, value] : labels) terms.push_back(cat(name, '=', value));
  return join(std::span<const std::string>(terms), ",");
}

// Kinds that only look back, or show one thing twice.
bool is_passing(const ServedKind& kind) {
  return kind.kind == "Event" || kind.kind == "ComponentStatus" || kind.kind == "Lease" ||
         kind.group.ends_with("metrics.k8s.io");
}

class Reading {
 public:
  Reading(const std::string& name, SourceStore& sources, Wire& wire, const Discovery& discovery,
          const Limits& limits)
      : name_(name), sources_(sources), wire_(wire), discovery_(discovery), limits_(limits) {}

  State read(const Query& query) {
    for (const auto& [key, wanted] : query.kinds) add_kind(key.first, key.second, wanted);
    if (!query.labels.empty()) add_marked(selector_of(query.labels));
    for (std::size_t i = 0; i < listings_.size(); ++i) ask(i, {});
    ask_for_definitions(query);
    wire_.run();
    for (Listing& listing : listings_) gather(listing);
    return std::move(state_);
  }

 private:
  // ---- what to ask for ----

  void add_kind(const std::string& group, const std::string& kind, const Query::Kind& wanted) {
    const ServedKind* served = discovery_.find(group, kind, wanted.version);
    if (served == nullptr) served = discovery_.find(group, kind);
    if (served == nullptr) {
      if (discovery_.is_stale(group))
        state_.gaps.push_back(
            {group, kind, {}, cat("the server of API group '", group, "' does not answer")});
      return;
    }
    std::set<std::string> namespaces;
    for (const std::string& name : wanted.namespaces)
      namespaces.insert(name.empty() ? wire_.connection().namespace_name : name);
    std::vector<std::string> places(namespaces.begin(), namespaces.end());
    if (!served->namespaced) {
      listings_.push_back({served, {}, {}, {}});
    } else if (places.size() > kNamespaces) {
      listings_.push_back({served, {}, {}, std::move(places)});
    } else {
      for (std::string& place : places) listings_.push_back({served, std::move(place), {}, {}});
    }
  }

  // Every kind once, in its preferred version, for what carries the mark.
  void add_marked(const std::string& selector) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const ServedKind& kind : discovery_.kinds) {
      if (!kind.listable || is_passing(kind) || !seen.emplace(kind.group, kind.kind).second)
        continue;
      const bool whole = std::any_of(listings_.begin(), listings_.end(), [&](const Listing& one) {
        return one.kind->group == kind.group && one.kind->kind == kind.kind &&
               one.namespace_name.empty() && one.selector.empty();
      });
      if (!whole) listings_.push_back({&kind, {}, selector, {}});
    }
  }

  // ---- asking ----

  void ask(std::size_t index, std::string_view token) {
    const Listing& listing = listings_[index];
    std::string target = cat(target_of(*listing.kind, listing.namespace_name), "?limit=", kPage);
    if (!listing.selector.empty())
      target += cat("&labelSelector=", percent_encode(listing.selector));
    if (!token.empty()) target += cat("&continue=", percent_encode(token));
    wire_.submit({.url = std::move(target),
                  .headers = {{"Accept", "application/json"}},
                  .retries = kRetries},
                 [this, index](files::HttpResponse response) { take(index, std::move(response)); });
  }

  // What the server fills into objects of custom kinds is in their definitions.
  void ask_for_definitions(const Query& query) {
    constexpr std::string_view kGroup = "apiextensions.k8s.io";
    constexpr std::string_view kKind = "CustomResourceDefinition";
    const ServedKind* const definition = discovery_.find(kGroup, kKind, "v1");
    if (definition == nullptr || query.kinds.contains({std::string(kGroup), std::string(kKind)}))
      return;
    std::set<std::string> names;
    for (const Listing& listing : listings_) {
      const ServedKind& kind = *listing.kind;
      const std::string version = cat(kind.group, '/', kind.version);
      if (contains(kind.group, ".") && kube::find_type(version, kind.kind) == nullptr)
        names.insert(cat(kind.resource, '.', kind.group));
    }
    for (const std::string& name : names)
      wire_.submit({.url = target_of(*definition, {}, name),
                    .headers = {{"Accept", "application/json"}},
                    .retries = kRetries},
                   [this, name](files::HttpResponse response) {
                     if (response.status == 200) take_definition(name, std::move(response.body));
                   });
  }

  void take_definition(const std::string& name, std::string text) {
    const SourceId id =
        sources_.add(cat(name_, "/customresourcedefinitions/", name), std::move(text));
    Node& body = read_answer(sources_, id, *state_.definitions.arena, limits_);
    state_.definitions.resources.push_back({kube::id_of(body), &body, {}});
  }

  void take(std::size_t index, files::HttpResponse response) {
    if (response.status == 200) return take_page(index, std::move(response.body));
    Listing& listing = listings_[index];
    if (response.status == 410 && listing.restarts < kRestarts) {
      ++listing.restarts;
      listing.items.clear();
      return ask(index, {});
    }
    if (response.status == 403 && !listing.namespaces.empty()) return ask_one_by_one(index);
    listing.refused = message_of(response);
  }

  void ask_one_by_one(std::size_t index) {
    const ServedKind* const kind = listings_[index].kind;
    for (std::string& name : std::exchange(listings_[index].namespaces, {})) {
      listings_.push_back({kind, std::move(name), {}, {}});
      ask(listings_.size() - 1, {});
    }
  }

  void take_page(std::size_t index, std::string text) {
    const ServedKind& kind = *listings_[index].kind;
    const SourceId id =
        sources_.add(cat(name_, target_of(kind, listings_[index].namespace_name)), std::move(text));
    if (kind.kind == "Secret" && kind.group.empty()) sources_.mark_secret(id);
    Node& page = read_answer(sources_, id, *state_.set.arena, limits_);
    Node* const items = yaml::find(page, "items");
    if (items == nullptr || !(items->is_sequence() || items->is_null()))
      fail("state/cluster-answer", {}, cat("expected a list from ", sources_.get(id).name),
           {{"something else than a Kubernetes API may answer there: a proxy, a login page"}});
    std::vector<Node*>& all = listings_[index].items;
    all.insert(all.end(), items->items.begin(), items->items.end());
    if (all.size() > limits_.objects) fail_limit(limits_, &Limits::objects, {});
    const std::string_view token = yaml::text_at(page, {"metadata", "continue"});
    if (!token.empty()) ask(index, token);
  }

  // ---- what came ----

  void gather(Listing& listing) {
    const ServedKind& kind = *listing.kind;
    if (!listing.refused.empty())
      state_.gaps.push_back({kind.group, kind.kind, listing.namespace_name, listing.refused});
    Arena& arena = *state_.set.arena;
    for (Node* const item : listing.items) {
      // Only objects of custom kinds say what they are.
      if (yaml::find(*item, "kind") == nullptr)
        yaml::set(arena, *item, "kind", yaml::make_string(arena, kind.kind));
      if (yaml::find(*item, "apiVersion") == nullptr)
        yaml::set(
            arena, *item, "apiVersion",
            yaml::make_string(
                arena, kind.group.empty() ? kind.version : cat(kind.group, '/', kind.version)));
      kube::Resource resource{kube::id_of(*item), item, {}};
      const kube::ResourceId& at = resource.id;
      if (seen_.emplace(at.group, at.kind, at.namespace_name, at.name).second)
        state_.set.resources.push_back(std::move(resource));
    }
  }

  const std::string name_;
  SourceStore& sources_;
  Wire& wire_;
  const Discovery& discovery_;
  const Limits& limits_;
  std::vector<Listing> listings_;
  State state_;
  std::set<std::tuple<std::string, std::string, std::string, std::string>> seen_;
};

}  // namespace

State Cluster::read(const Query& query) {
  if (query.asks_access) review_all(query);
  return Reading(name(), sources_, wire_, served(), limits_).read(query);
}

}  // namespace plumb::state
