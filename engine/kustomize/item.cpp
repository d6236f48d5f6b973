#include "kustomize/item.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::kustomize {

Id Item::former_id(std::size_t i) const {
  const Gvk now = gvk_of(*body);
  return {{now.group, now.version, former[i].kind}, former[i].namespace_name, former[i].name};
}

void remember_id(Item& item) {
  const Id id = item.id();
  item.former.push_back({id.gvk.kind, effective_namespace(id), id.name});
}

bool has_id(const Item& item, const Id& id) {
  if (same(item.id(), id)) return true;
  for (std::size_t i = 0; i < item.former.size(); ++i)
    if (same(item.former_id(i), id)) return true;
  return false;
}

bool same_ending(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const auto& shorter = a.size() <= b.size() ? a : b;
  const auto& longer = a.size() <= b.size() ? b : a;
  if (shorter.empty()) return longer.empty();
  return std::equal(shorter.rbegin(), shorter.rend(), longer.rbegin());
}

Item* Items::make(yaml::Node* body) {
  if (stores_.empty()) stores_.push_back(std::make_unique<std::deque<Item>>());
  Item& item = stores_.front()->emplace_back();
  item.body = body;
  return &item;
}

void Items::add(Item* item) {
  const Id id = item->id();
  const std::vector<Item*> there = with_current_id(id);
  if (!there.empty())
    fail("kustomize/duplicate-id", item->body->span,
         cat("'", id.gvk.kind, "/", id.name, "' is there twice"),
         {{"the other one", there.front()->body->span}}, {describe(id)});
  add_unchecked(item);
}

void Items::add_unchecked(Item* item) {
  list_.push_back(item);
  if (indexed_) {
    position_[item] = list_.size() - 1;
    index(item);
  }
}

void Items::take(Items&& more) {
  for (Item* const item : more.list_) add(item);
  for (auto& store : more.stores_) stores_.push_back(std::move(store));
  more.list_.clear();
  more.stores_.clear();
  more.indexed_ = false;
}

void Items::replace(Item* old_item, Item* new_item) {
  std::ranges::replace(list_, old_item, new_item);
  reindex();
}

void Items::drop(Item* item) {
  item->dropped = true;
  any_dropped_ = true;
}

void Items::drop_deleted() {
  if (!any_dropped_) return;
  any_dropped_ = false;
  std::erase_if(list_, [](const Item* item) { return item->dropped; });
  reindex();
}

void Items::reindex() { indexed_ = false; }

void Items::note(Item* item) {
  if (!indexed_) return;
  const auto there = by_id_.find(hash_of(item->id()));
  if (there != by_id_.end() && std::ranges::find(there->second, item) != there->second.end())
    return;
  index(item);
}

void Items::index(Item* item) const {
  const auto put = [&](const Id& id) {
    auto& same_hash = by_id_[hash_of(id)];
    if (std::ranges::find(same_hash, item) == same_hash.end()) same_hash.push_back(item);
    auto& same_name = by_name_[id.name];
    if (same_name.empty() || same_name.back() != item) same_name.push_back(item);
  };
  put(item->id());
  for (std::size_t i = 0; i < item->former.size(); ++i) put(item->former_id(i));
}

void Items::build_index() const {
  if (indexed_) return;
  by_id_.clear();
  by_name_.clear();
  position_.clear();
  for (std::size_t i = 0; i < list_.size(); ++i) {
    position_[list_[i]] = i;
    index(list_[i]);
  }
  indexed_ = true;
}

std::vector<Item*> Items::in_order(std::vector<Item*> found) const {
  std::ranges::sort(found, {}, [&](const Item* item) { return position_.at(item); });
  const auto rest = std::ranges::unique(found);
  found.erase(rest.begin(), rest.end());
  return found;
}

template <typename Meant>
std::vector<Item*> Items::scan(const Meant& meant) const {
  std::vector<Item*> found;
  for (Item* const item : list_)
    if (!item->dropped && meant(*item)) found.push_back(item);
  return found;
}

std::vector<Item*> Items::with_any_id(const Id& id) const {
  if (is_small()) return scan([&](const Item& item) { return has_id(item, id); });
  build_index();
  std::vector<Item*> found;
  const auto same_hash = by_id_.find(hash_of(id));
  if (same_hash != by_id_.end())
    for (Item* const item : same_hash->second)
      if (!item->dropped && has_id(*item, id)) found.push_back(item);
  return in_order(std::move(found));
}

std::vector<Item*> Items::with_current_id(const Id& id) const {
  if (is_small()) return scan([&](const Item& item) { return same(item.id(), id); });
  build_index();
  std::vector<Item*> found;
  const auto same_hash = by_id_.find(hash_of(id));
  if (same_hash != by_id_.end())
    for (Item* const item : same_hash->second)
      if (!item->dropped && same(item->id(), id)) found.push_back(item);
  return in_order(std::move(found));
}

std::vector<Item*> Items::named(std::string_view name) const {
  build_index();
  const auto same_name = by_name_.find(name);
  if (same_name == by_name_.end()) return {};
  std::vector<Item*> found;
  for (Item* const item : same_name->second)
    if (!item->dropped) found.push_back(item);
  return in_order(std::move(found));
}

}  // namespace plumb::kustomize
