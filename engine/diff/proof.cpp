#include "diff/proof.h"

#include <algorithm>

#include "diff/compare.h"
#include "diff/owned_set.h"

namespace plumb::diff {

namespace {

using yaml::Node;

bool owns_the_same(const Node& head, const Node& live, const Applier& applier,
                   const Catalogue* catalogue, Arena& arena) {
  const Node* const wanted = owned_set(head, catalogue, arena);
  const Node* const entry = applied_entry(live, applier.manager);
  if (entry == nullptr) return wanted->entries.empty();
  const Node* const fields = yaml::find(*entry, "fieldsV1");
  return fields != nullptr &&
         yaml::text_at(*entry, {"apiVersion"}) == yaml::text_at(head, {"apiVersion"}) &&
         same_fields(*wanted, *fields);
}

// A null there asks for an empty value, not for none.
bool has_null_string_data(const Node& head) {
  const Node* const plain = yaml::find(head, "stringData");
  return plain != nullptr && yaml::text_at(head, {"kind"}) == "Secret" &&
         std::ranges::any_of(plain->entries,
                             [](const yaml::Entry& entry) { return entry.value->is_null(); });
}

bool was_applied_last(const Node& head, const Node& live, const Options& options, Arena& arena) {
  const Node* const last = last_applied(live, arena);
  return last != nullptr && compare(*last, head, options, arena).empty();
}

// Every value of head is the one that live has. What only live has does not matter, unless head
// names it: a null asks for its removal.
bool values_agree(const Node& head, const Node& live, Options options, Arena& arena) {
  options.live = true;
  const std::vector<Change> changes = compare(live, head, options, arena);
  return std::ranges::all_of(changes, [&](const Change& change) {
    return change.only_live && yaml::find_path(head, change.path) == nullptr;
  });
}

}  // namespace

bool is_proven(const Node& head, const Node& live, const Applier& applier,
               const Catalogue* catalogue, std::string_view seal) {
  if (has_null_string_data(head)) return false;
  Arena arena;
  Options options;
  options.seal = seal;
  options.catalogue = catalogue;
  options.as_written = true;
  const bool same = applier.server_side ? owns_the_same(head, live, applier, catalogue, arena)
                                        : was_applied_last(head, live, options, arena);
  return same && values_agree(head, live, options, arena);
}

}  // namespace plumb::diff
