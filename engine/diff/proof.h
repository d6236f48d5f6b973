#pragma once
// Whether an apply would change nothing, told from live alone.

#include <string>
#include <string_view>

#include "base/arena.h"
#include "diff/shape.h"
#include "yaml/node.h"

namespace plumb::diff {

// Who will apply, and how. A dry run has to be made in his name: what an apply removes depends on
// what its manager owns.
struct Applier {
  std::string manager;
  bool server_side = false;
};

// True: an apply of `head` by the applier leaves the content of live alone, whatever else it
// touches. `seal`: the key of values of live that are sealed. False: nobody knows without asking.
//
// Server-side: the manager's entry in managedFields, of head's apiVersion, is exactly what head
// would own, and every value is the one that live has, as the server spells it. Client-side: live
// notes that this very configuration was applied last, and every value is still there.
bool is_proven(const yaml::Node& head, const yaml::Node& live, const Applier& applier,
               const Catalogue* catalogue, std::string_view seal = {});

}  // namespace plumb::diff
