#include "kustomize/name_reference.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "kustomize/provenance.h"
#include "kustomize/scalar.h"
#include "kustomize/transform/transform.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

std::uint64_t hash_of_parts(std::string_view kind, std::string_view name,
                            std::string_view namespace_name) {
  const std::hash<std::string_view> hash;
  return (hash(kind) * 1099511628211ULL + hash(name)) * 1099511628211ULL + hash(namespace_name);
}
constexpr std::string_view kAnyNamespace = "*";

std::string_view last_of(const std::vector<std::string_view>& texts) {
  return texts.empty() ? std::string_view() : texts.back();
}

// The resources that were renamed, by what they were called.
class Candidates {
 public:
  explicit Candidates(const Items& items) {
    for (std::size_t i = 0; i < items.list().size(); ++i) add(*items.list()[i], i);
    for (auto& [hash, same] : index_) {
      if (same.all.size() <= kMany) continue;
      for (const Entry* const entry : same.all) {
        same.by_prefix[last_of(entry->item->prefixes)].push_back(entry);
        same.by_suffix[last_of(entry->item->suffixes)].push_back(entry);
      }
    }
  }
  static constexpr std::size_t kMany = 8;

  struct Entry {
    Item* item;
    std::size_t position;
    Id id;
    std::string_view namespace_name;  // the effective one
    bool cluster_scoped;
  };

  // Those that were called the same.
  struct Namesakes {
    std::vector<const Entry*> all;
    // Of many: by the last prefix, by the last suffix; "" without one.
    std::unordered_map<std::string_view, std::vector<const Entry*>> by_prefix, by_suffix;
  };

  // Those with a former `kind` and `name`, in `namespace_name`; more may come back.
  const Namesakes* find(std::string_view kind, std::string_view name,
                        std::string_view namespace_name) const {
    const auto there = index_.find(hash_of_parts(kind, name, namespace_name));
    return there == index_.end() ? nullptr : &there->second;
  }

  // For each original namespace, the current ones of its resources: effective and as written.
  const std::map<std::string_view, std::set<std::pair<std::string_view, std::string_view>>>&
  namespaces() const {
    return namespaces_;
  }

 private:
  void add(Item& item, std::size_t position) {
    const Id id = item.id();
    const std::string_view original = effective_namespace(item.original_id());
    const std::string_view current = effective_namespace(id);
    namespaces_[original].emplace(current, id.namespace_name);
    if (item.former.empty()) return;
    entries_.push_back({&item, position, id, current, current == kNoNamespace});
    const Entry* const entry = &entries_.back();
    for (const FormerId& former : item.former)
      for (const std::string_view kind : {former.kind, std::string_view{}})
        for (const std::string_view place : {current, kAnyNamespace}) {
          Namesakes& same = index_[hash_of_parts(kind, former.name, place)];
          if (!same.all.empty() && same.all.back() == entry) continue;
          same.all.push_back(entry);
        }
  }

  std::deque<Entry> entries_;
  std::unordered_map<std::uint64_t, Namesakes> index_;
  std::map<std::string_view, std::set<std::pair<std::string_view, std::string_view>>> namespaces_;
};

using Entry = Candidates::Entry;

bool was_named(const Item& item, std::string_view name) {
  return std::ranges::any_of(item.former,
                             [&](const FormerId& former) { return former.name == name; });
}

// Group and version are always the current ones.
bool was_of(const Entry& entry, const Gvk& gvk) {
  return std::ranges::any_of(entry.item->former, [&](const FormerId& former) {
    return selects(gvk, {entry.id.gvk.group, entry.id.gvk.version, former.kind});
  });
}

// A resource whose fields may name others.
class Referrer {
 public:
  Referrer(Build& build, const Candidates& candidates, Item& item, yaml::LayerId layer)
      : build_(build), candidates_(candidates), item_(item), id_(item.id()), layer_(layer) {
    namespace_ = effective_namespace(id_);
    cluster_scoped_ = namespace_ == kNoNamespace;
    if (!cluster_scoped_ && id_.gvk.kind == "RoleBinding") find_subject_namespaces();
  }

  void fix(const FieldSpec& spec, const Gvk& target) {
    target_ = target;
    role_reference_ = std::nullopt;
    if (spec.path.ends_with("roleRef/name")) {
      const Node* const group = yaml::find_path(*item_.body, {"roleRef", "apiGroup"});
      const Node* const kind = yaml::find_path(*item_.body, {"roleRef", "kind"});
      if (group != nullptr && kind != nullptr) role_reference_ = Gvk{group->text, "", kind->text};
    }
    FieldSpec own = spec;
    own.gvk = {};  // the row was chosen already
    const auto place = [&] { return Arguments{std::string(spec.path), describe(item_.id())}; };
    during("name reference", place, [&] {
      visit_fields(build_.arena, *item_.body, own, Make::kNothing, [&](Node& node) { set(node); });
    });
  }

 private:
  void find_subject_namespaces() {
    const Node* const subjects = yaml::find(*item_.body, "subjects");
    if (subjects == nullptr) return;
    for (const Node* const subject : subjects->items) {
      const Node* const name = yaml::find(*subject, "namespace");
      if (name == nullptr || yaml::text_at(*subject, {"kind"}) != "ServiceAccount") continue;
      if (!name->is_string())
        fail("kustomize/subject-namespace", name->span, "expected the name of a namespace", {},
             {cat("Invalid Input: namespace is blank for resource \"", describe(id_), "\"\n")});
      subject_namespaces_.insert(name->text);
    }
  }

  bool sees(std::string_view effective, std::string_view written) const {
    return cluster_scoped_ || effective == kNoNamespace || effective == namespace_ ||
           subject_namespaces_.contains(written);
  }

  void set(Node& node) {
    if (node.is_null()) return;
    if (node.is_scalar()) return set_scalar(node);
    if (node.is_mapping()) return set_map(node);
    for (Node* const item : node.items) {
      if (item->is_null()) continue;
      if (item->is_scalar())
        set_scalar(*item);
      else if (item->is_mapping())
        set_map(*item);
    }
  }

  void set_scalar(Node& node) {
    const Entry* const found = choose(node.text, std::nullopt, false);
    if (found == nullptr || found->id.name == node.text) return;
    write_untagged(build_, node, found->id.name, writer(*found));
  }

  void set_map(Node& map) {
    Node* const name = yaml::find(map, "name");
    if (name == nullptr)
      fail("kustomize/reference-without-name", map.span,
           "expected a map with 'name' as a reference", {},
           {"path config error; no 'name' field in node"});
    const Node* const namespace_name = yaml::find(map, "namespace");
    std::optional<std::string_view> within;
    if (namespace_name != nullptr) within = namespace_name->text;
    const Entry* const found = choose(name->text, within, true);
    if (found == nullptr) return;
    const Mark mark = writer(*found);
    if (found->id.name != name->text) write_untagged(build_, *name, found->id.name, mark);
    if (found->id.namespace_name.empty()) return;
    Node* const there = yaml::find(map, "namespace");
    if (there == nullptr)
      write_entry(build_, map, "namespace", found->id.namespace_name, mark);
    else if (there->text != found->id.namespace_name)
      write_untagged(build_, *there, found->id.namespace_name, mark);
  }

  // What renamed the object is what changes the reference.
  Mark writer(const Entry& found) const {
    const Node* const name = yaml::find_path(*found.item->body, {"metadata", "name"});
    return {name != nullptr ? name->span : Span{}, layer_};
  }

  // Whether a resource that is seen was in this namespace at first.
  bool is_original(std::string_view name) const {
    const auto there = candidates_.namespaces().find(name);
    if (there == candidates_.namespaces().end()) return false;
    return std::ranges::any_of(there->second,
                               [&](const auto& now) { return sees(now.first, now.second); });
  }

  // Where what this resource sees may be.
  std::vector<const Candidates::Namesakes*> namesakes(std::string_view name) const {
    std::vector<const Candidates::Namesakes*> all;
    const auto add = [&](std::string_view place) {
      const auto* const found = candidates_.find(target_.kind, name, place);
      if (found != nullptr && std::ranges::find(all, found) == all.end()) all.push_back(found);
    };
    if (cluster_scoped_) {
      add(kAnyNamespace);
    } else {
      add(namespace_);
      add(kNoNamespace);
      for (const std::string_view place : subject_namespaces_)
        add(place.empty() ? kDefaultNamespace : place);
    }
    return all;
  }

  static void order(std::vector<const Entry*>& entries) {
    std::ranges::sort(entries, {}, &Entry::position);
    const auto rest = std::ranges::unique(entries);
    entries.erase(rest.begin(), rest.end());
  }

  // What fits; of many only those that the same kustomizations may have renamed.
  template <typename Fits>
  std::vector<const Entry*> fitting(std::string_view name, const Fits& fits_here) const {
    const bool renamed = !item_.prefixes.empty() || !item_.suffixes.empty();
    const auto lists = namesakes(name);
    std::vector<const Entry*> found;
    for (const auto* const list : lists)
      for (const Entry* const entry : list->all) {
        if (fits_here(*entry)) found.push_back(entry);
        if (found.size() > Candidates::kMany && renamed) return fitting_relatives(lists, fits_here);
      }
    order(found);
    return found;
  }

  // same_layers() holds only for what has the same last prefix (suffix), or none.
  template <typename Fits>
  std::vector<const Entry*> fitting_relatives(
      const std::vector<const Candidates::Namesakes*>& lists, const Fits& fits_here) const {
    const bool by_prefix = !item_.prefixes.empty();
    const std::string_view ending = last_of(by_prefix ? item_.prefixes : item_.suffixes);
    std::vector<const Entry*> found;
    for (const auto* const list : lists) {
      const auto& groups = by_prefix ? list->by_prefix : list->by_suffix;
      for (const std::string_view key : {ending, std::string_view()}) {
        const auto group = groups.find(key);
        if (group == groups.end()) continue;
        for (const Entry* const entry : group->second)
          if (fits_here(*entry) && same_layers(*entry->item, true)) found.push_back(entry);
      }
    }
    order(found);
    return found;
  }

  bool fits(const Entry& entry, std::string_view name, std::optional<std::string_view> within,
            bool by_original) const {
    const Item& item = *entry.item;
    if (!sees(entry.namespace_name, entry.id.namespace_name)) return false;
    if (within) {
      const std::string_view place =
          by_original ? effective_namespace(item.original_id()) : entry.namespace_name;
      if (place == kNoNamespace || place != *within) return false;
    }
    if (!was_named(item, name) || !was_of(entry, target_)) return false;
    if (role_reference_ && !was_of(entry, *role_reference_)) return false;
    return cluster_scoped_ || entry.cluster_scoped || entry.id.gvk.kind == "ServiceAccount" ||
           entry.namespace_name == namespace_;
  }

  const Entry* choose(std::string_view name, std::optional<std::string_view> within,
                      bool with_namespace) const {
    const bool by_original = within && is_original(*within);
    std::vector<const Entry*> found =
        fitting(name, [&](const Entry& entry) { return fits(entry, name, within, by_original); });
    if (found.size() == 1) return found.front();
    const auto keep = [&](bool allow_empty) {
      std::erase_if(found,
                    [&](const Entry* entry) { return !same_layers(*entry->item, allow_empty); });
    };
    keep(true);
    if (found.size() > 1) keep(false);
    if (found.empty()) return nullptr;
    const auto is_alike = [&](const Entry* entry) {
      return entry->id.name == found.front()->id.name &&
             (!with_namespace || entry->id.namespace_name == found.front()->id.namespace_name);
    };
    if (std::ranges::all_of(found, is_alike)) return found.front();
    fail_ambiguous(name, found);
  }

  // Whether the same kustomizations renamed both.
  bool same_layers(const Item& other, bool allow_empty) const {
    const auto alike = [&](const auto& a, const auto& b) {
      return (allow_empty && (a.empty() || b.empty())) || same_ending(a, b);
    };
    return alike(other.prefixes, item_.prefixes) && alike(other.suffixes, item_.suffixes);
  }

  [[noreturn]] void fail_ambiguous(std::string_view name,
                                   const std::vector<const Entry*>& found) const {
    std::string ids;
    std::vector<Note> notes;
    for (const Entry* const entry : found) {
      ids += cat(ids.empty() ? "" : ", ", describe(entry->id));
      notes.push_back({cat("it may be '", describe(entry->id), "'"), entry->item->body->span});
    }
    fail("kustomize/ambiguous-reference", item_.body->span,
         cat("'", describe(id_), "' names '", name, "', which several objects were called"),
         std::move(notes),
         {cat("found multiple possible referrals: ", ids, "\n", objects_shown(found))});
  }

  std::string objects_shown(const std::vector<const Entry*>& found) const {
    const auto shown = [](const Item& item) {
      Arena arena;
      return yaml::emit(*with_history(arena, item), yaml::kKustomizeOutput);
    };
    std::string text =
        cat("\n**** Too many possible referral targets to referrer:\n", shown(item_), "\n");
    for (std::size_t i = 0; i < found.size(); ++i)
      text += cat("--- possible referral ", i, ":\n", shown(*found[i]->item), "\n");
    return text;
  }

  Build& build_;
  const Candidates& candidates_;
  Item& item_;
  Id id_;
  yaml::LayerId layer_;
  std::string_view namespace_;
  bool cluster_scoped_ = false;
  std::set<std::string_view> subject_namespaces_;
  Gvk target_;
  std::optional<Gvk> role_reference_;
};

struct Row {
  Gvk target;
  const FieldSpec* spec;
};

}  // namespace

void fix_name_references(Build& build, Items& items, const std::vector<NameReference>& references) {
  std::unordered_map<std::string_view, std::vector<Row>> by_kind;
  std::vector<Row> of_any_kind;
  for (const NameReference& reference : references)
    for (const FieldSpec& spec : reference.referrers)
      (spec.gvk.kind.empty() ? of_any_kind : by_kind[spec.gvk.kind])
          .push_back({reference.gvk, &spec});
  const Candidates candidates(items);
  const yaml::LayerId layer =
      build.origins.layer(yaml::LayerKind::kNameReference, "name references");
  for (Item* const item : items.list()) {
    const Gvk gvk = item->original_id().gvk;
    const auto of_kind = by_kind.find(gvk.kind);
    if (of_any_kind.empty() && of_kind == by_kind.end()) continue;
    std::vector<const Row*> chosen;
    const auto choose = [&](const std::vector<Row>& rows) {
      for (const Row& row : rows)
        if (selects(row.spec->gvk, gvk)) chosen.push_back(&row);
    };
    choose(of_any_kind);
    if (of_kind != by_kind.end()) choose(of_kind->second);
    if (chosen.empty()) continue;  // what it holds may be anything
    Referrer referrer(build, candidates, *item, layer);
    for (const Row* const row : chosen) referrer.fix(*row->spec, row->target);
  }
}

}  // namespace plumb::kustomize
