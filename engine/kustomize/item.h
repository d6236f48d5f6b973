#pragma once
// The resources of a kustomization while it is built, with what is remembered of each.
//
// kustomize keeps this history in annotations of the object; here it is a struct. What such
// annotations in a user's file would do is imported by take_bookkeeping().

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/arena.h"
#include "kustomize/id.h"
#include "yaml/node.h"

namespace plumb::kustomize {

enum class Behavior : std::uint8_t { kUnspecified, kCreate, kReplace, kMerge };

// An id that a resource had; its group and version are always the current ones.
struct FormerId {
  std::string_view kind;
  std::string_view namespace_name;  // the effective one
  std::string_view name;
};

struct Item {
  yaml::Node* body = nullptr;
  std::vector<FormerId> former;  // the oldest first
  std::vector<std::string_view> prefixes, suffixes;
  std::vector<std::string_view> variables;  // vars whose value comes from here
  Behavior behavior = Behavior::kUnspecified;
  bool needs_hash = false;
  bool allow_name_change = false;  // of a patch
  bool allow_kind_change = false;
  bool from_helm = false;  // keeps the namespace that it has
  bool dropped = false;    // a patch deleted it
  // Where buildMetadata asks for annotations: the file, the records (provenance.h).
  std::shared_ptr<const std::string> file, origin;
  std::vector<std::shared_ptr<const std::string>> transformations;

  Id id() const { return id_of(*body); }
  Id former_id(std::size_t i) const;
  Id original_id() const { return former.empty() ? id() : former_id(0); }
};

// Remembers the current id.
void remember_id(Item& item);
// Whether the current or any former id is the same as `id`.
bool has_id(const Item& item, const Id& id);
bool same_ending(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b);

// An ordered list of resources with look-up by any id they have or had. Items keep their address.
class Items {
 public:
  std::vector<Item*>& list() { return list_; }
  const std::vector<Item*>& list() const { return list_; }
  std::size_t size() const { return list_.size(); }

  Item* make(yaml::Node* body);  // not in the list yet
  // Errors: kustomize/duplicate-id.
  void add(Item* item);
  void add_unchecked(Item* item);
  // All of another set, behind; that set is empty afterwards.
  void take(Items&& more);
  void replace(Item* old_item, Item* new_item);
  void drop(Item* item);  // it stays in the list until drop_deleted()
  void drop_deleted();

  // In the order of the list.
  std::vector<Item*> with_any_id(const Id& id) const;
  std::vector<Item*> with_current_id(const Id& id) const;
  // The items that have, or had, this name; a superset may come back where names changed.
  std::vector<Item*> named(std::string_view name) const;
  // To be called when an id changed.
  void note(Item* item);
  // When many changed.
  void reindex();

 private:
  // Too few for an index to pay.
  bool is_small() const { return list_.size() <= 8; }
  template <typename Meant>
  std::vector<Item*> scan(const Meant& meant) const;
  std::vector<Item*> in_order(std::vector<Item*> found) const;
  void build_index() const;
  void index(Item* item) const;
  std::vector<Item*> list_;
  std::deque<std::unique_ptr<std::deque<Item>>> stores_;
  bool any_dropped_ = false;
  mutable bool indexed_ = false;
  mutable std::unordered_map<std::size_t, std::vector<Item*>> by_id_;
  mutable std::unordered_map<std::string_view, std::vector<Item*>> by_name_;
  mutable std::unordered_map<const Item*, std::size_t> position_;
};

}  // namespace plumb::kustomize
