#pragma once
// The anchors of one document, by name. A document may have a hundred thousand of them, so they
// stand in one array, in order, and a table of numbers leads to them.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace plumb::yaml {

struct Anchor {
  std::string_view name;
  Node* node = nullptr;
  std::uint64_t nodes = 0;  // how many nodes an alias of it stands for
  bool open = false;        // its content is still being read
};

class AnchorTable {
 public:
  std::size_t size() const { return anchors_.size(); }
  const std::vector<Anchor>& all() const { return anchors_; }

  // Null when there is none.
  Anchor* find(std::string_view name) {
    if (anchors_.empty()) return nullptr;
    const Slot& slot = slot_of(name, hash_of(name));
    return slot.number == 0 ? nullptr : &anchors_[slot.number - 1];
  }

  // The one of that name, new when there was none. Until the next is made.
  Anchor& get(std::string_view name) {
    if (slots_.size() < 2 * (anchors_.size() + 1)) grow();
    const std::uint32_t hash = hash_of(name);
    Slot& slot = slot_of(name, hash);
    if (slot.number == 0) {
      anchors_.push_back({name, nullptr, 0, false});
      slot = {hash, static_cast<std::uint32_t>(anchors_.size())};
    }
    return anchors_[slot.number - 1];
  }

  // In time that does not depend on how many there once were.
  void clear() {
    anchors_.clear();
    slots_.clear();
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  // of the anchor, from 1; 0: free
  };
  static constexpr std::size_t kSlotsMin = 16;

  static std::uint32_t hash_of(std::string_view name) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>()(name));
  }

  // Where the name is, or would be put.
  Slot& slot_of(std::string_view name, std::uint32_t hash) {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
      Slot& slot = slots_[at];
      const bool same = slot.hash == hash && slot.number != 0;
      if (slot.number == 0 || (same && anchors_[slot.number - 1].name == name)) return slot;
    }
  }

  void grow() {
    std::vector<Slot> old(std::max(kSlotsMin, 2 * slots_.size()));
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.number == 0) continue;
      std::size_t at = slot.hash & mask;
      while (slots_[at].number != 0) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  std::vector<Anchor> anchors_;
  std::vector<Slot> slots_;  // a power of two, at least half of them free
};

}  // namespace plumb::yaml
