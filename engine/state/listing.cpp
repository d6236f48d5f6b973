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
// Up to so many objects of a kind are asked for by name: more than that, a list costs less. What is
// in a whole cluster is more than what is in a namespace, and not ours.
constexpr std::size_t kNamesInNamespace = 2;
constexpr std::size_t kNamesInCluster = 16;
constexpr unsigned kRetries = 4;

constexpr std::string_view kCure =
    "something else than a Kubernetes API may answer there: a proxy, a login page";

// One list: a kind, in one namespace or in all.
struct Listing {
  const ServedKind* kind = nullptr;
  std::string namespace_name = {};           // "": everywhere
  std::string selector = {};                 // of labels, or ""
  std::string name = {};                     // of the only object that matters, or ""
  std::vector<std::string> namespaces = {};  // asked one by one when all at once is not allowed
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
    ask_for_definitions();
    state_.own_namespace = wire_.connection().namespace_name;
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
    const Places places = places_of(*served, wanted);
    if (places.size() > kNamespaces) {
      std::vector<std::string> one_by_one;
      for (const auto& [place, names] : places) one_by_one.push_back(place);
      if (!add_named(*served, places, kNamesInCluster))
        listings_.push_back({.kind = served, .namespaces = std::move(one_by_one)});
      return;
    }
    for (const auto& place : places)
      if (!add_named(*served, {place}, place.first.empty() ? kNamesInCluster : kNamesInNamespace))
        listings_.push_back({.kind = served, .namespace_name = place.first});
  }

  // By namespace, "" for kinds that are in none, the names that matter there; none: all.
  using Places = std::map<std::string, std::set<std::string>>;

  Places places_of(const ServedKind& kind, const Query::Kind& wanted) const {
    Places places;
    std::set<std::string> whole;
    for (const auto& [given, names] : wanted.names) {
      const std::string& own = given.empty() ? wire_.connection().namespace_name : given;
      const std::string& place = kind.namespaced ? own : std::string();
      places[place].insert(names.begin(), names.end());
      if (names.empty()) whole.insert(place);
    }
    for (const std::string& place : whole) places[place].clear();
    return places;
  }

  // False when there are too many.
  bool add_named(const ServedKind& kind, const Places& places, std::size_t most) {
    std::size_t count = 0;
    for (const auto& [place, names] : places) count += names.empty() ? most + 1 : names.size();
    if (count > most) return false;
    for (const auto& [place, names] : places)
      for (const std::string& name : names)
        listings_.push_back({.kind = &kind, .namespace_name = place, .name = name});
    return true;
  }

  // Every kind once, in its preferred version, for what carries the mark.
  void add_marked(const std::string& selector) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const ServedKind& kind : discovery_.kinds) {
      if (!kind.listable || is_passing(kind) || !seen.emplace(kind.group, kind.kind).second)
        continue;
      const bool whole = std::any_of(listings_.begin(), listings_.end(), [&](const Listing& one) {
        return one.kind->group == kind.group && one.kind->kind == kind.kind &&
               one.namespace_name.empty() && one.selector.empty() && one.name.empty();
      });
      if (!whole) listings_.push_back({.kind = &kind, .selector = selector});
    }
  }

  // ---- asking ----

  void ask(std::size_t index, std::string_view token) {
    const Listing& listing = listings_[index];
    std::string target = cat(target_of(*listing.kind, listing.namespace_name), "?limit=", kPage);
    if (!listing.selector.empty())
      target += cat("&labelSelector=", percent_encode(listing.selector));
    if (!listing.name.empty())
      target += cat("&fieldSelector=", percent_encode(cat("metadata.name=", listing.name)));
    if (!token.empty()) target += cat("&continue=", percent_encode(token));
    wire_.submit({.url = std::move(target),
                  .headers = {{"Accept", "application/json"}},
                  .retries = kRetries},
                 [this, index](files::HttpResponse response) { take(index, std::move(response)); });
  }

  // What the server fills into objects of custom kinds is in their definitions.
  void ask_for_definitions() {
    constexpr std::string_view kGroup = "apiextensions.k8s.io";
    constexpr std::string_view kKind = "CustomResourceDefinition";
    const ServedKind* const definition = discovery_.find(kGroup, kKind, "v1");
    if (definition == nullptr) return;
    std::set<std::string> names, known;
    for (const Listing& listing : listings_) {
      const ServedKind& kind = *listing.kind;
      const std::string version = cat(kind.group, '/', kind.version);
      if (kind.group == kGroup && kind.kind == kKind && listing.selector.empty()) {
        if (listing.name.empty()) return;
        known.insert(listing.name);
      }
      if (contains(kind.group, ".") && kube::find_type(version, kind.kind) == nullptr)
        names.insert(cat(kind.resource, '.', kind.group));
    }
    for (const std::string& name : known) names.erase(name);
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
    if (response.status == 403 && !listing.name.empty()) get(index);
  }

  // Some accounts may look at objects, and list none.
  void get(std::size_t index) {
    const Listing& listing = listings_[index];
    wire_.submit({.url = target_of(*listing.kind, listing.namespace_name, listing.name),
                  .headers = {{"Accept", "application/json"}},
                  .retries = kRetries},
                 [this, index](files::HttpResponse response) {
                   if (response.status == 200) take_object(index, std::move(response.body));
                   if (response.status == 404) listings_[index].refused.clear();
                 });
  }

  void take_object(std::size_t index, std::string text) {
    Node& body = read_source(index, std::move(text));
    if (!kube::is_object(body))
      fail("state/cluster-answer", {},
           cat("expected an object from ", sources_.get(body.span.source).name),
           {{std::string(kCure)}});
    listings_[index].items.push_back(&body);
    listings_[index].refused.clear();
  }

  // What a server sent of a kind, as a tree of the state.
  Node& read_source(std::size_t index, std::string text) {
    const ServedKind& kind = *listings_[index].kind;
    const SourceId id =
        sources_.add(cat(name_, target_of(kind, listings_[index].namespace_name)), std::move(text));
    if (kind.kind == "Secret" && kind.group.empty()) sources_.mark_secret(id);
    return read_answer(sources_, id, *state_.set.arena, limits_);
  }

  void ask_one_by_one(std::size_t index) {
    const ServedKind* const kind = listings_[index].kind;
    for (std::string& name : std::exchange(listings_[index].namespaces, {})) {
      listings_.push_back({.kind = kind, .namespace_name = std::move(name)});
      ask(listings_.size() - 1, {});
    }
  }

  void take_page(std::size_t index, std::string text) {
    Node& page = read_source(index, std::move(text));
    Node* const items = yaml::find(page, "items");
    if (items == nullptr || !(items->is_sequence() || items->is_null()))
      fail("state/cluster-answer", {},
           cat("expected a list from ", sources_.get(page.span.source).name),
           {{std::string(kCure)}});
    std::vector<Node*>& all = listings_[index].items;
    all.insert(all.end(), items->items.begin(), items->items.end());
    if (all.size() > limits_.objects) fail_limit(limits_, &Limits::objects, {});
    const std::string_view token = yaml::text_at(page, {"metadata", "continue"});
    if (!token.empty()) ask(index, token);
  }

  // ---- what came ----

  void gather(Listing& listing) {
    const ServedKind& kind = *listing.kind;
    if (!listing.refused.empty()) note_gap(listing);
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

  // Objects that are refused for one reason are one gap.
  void note_gap(const Listing& listing) {
    const ServedKind& kind = *listing.kind;
    Gap gap{kind.group, kind.kind, listing.namespace_name, listing.refused};
    if (!listing.name.empty()) gap.names.insert(listing.name);
    Gap* const last = state_.gaps.empty() ? nullptr : &state_.gaps.back();
    const bool same = last != nullptr && last->group == gap.group && last->kind == gap.kind &&
                      last->namespace_name == gap.namespace_name && last->reason == gap.reason;
    if (same && !last->names.empty() && !gap.names.empty()) {
      last->names.merge(gap.names);
    } else {
      state_.gaps.push_back(std::move(gap));
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
