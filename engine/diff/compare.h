#pragma once
// Two trees, or base, head and live, → what differs.
//
//   Arena arena;
//   compare(*old_pod, *new_pod, {}, arena)
//     → [spec.containers[name=main].image: replace "web:1" by "web:2"]
//
// Lists are compared by the keys that the type table or a CRD gives; without any, by the elements'
// names where those are unique, else by position. Quantities are compared as quantities, null as
// absent, JSON in annotations as JSON, numbers by value; a field with its default is no field.

#include <span>
#include <vector>

#include "base/arena.h"
#include "diff/change.h"
#include "diff/shape.h"
#include "yaml/node.h"
#include "yaml/origin.h"

namespace plumb::diff {

struct Options {
  const Catalogue* catalogue = nullptr;    // the schemas of custom kinds
  const yaml::Origins* origins = nullptr;  // of the tree `after` (head)
  // `before` is what a server answered: what it fills in, and what only it has, is no removal.
  bool live = false;
  // Of three sides: live was rendered from git, no server has touched it. Without a base, git
  // moved.
  bool rendered_live = false;
  bool exact = false;  // data only: no defaults, no quantities, null is a value
  // Where the server keeps a text as it was written, its spelling counts: JSON in annotations,
  // amounts in kinds without a schema.
  bool as_written = false;
  // Both sides came from a server, which has filled in all there is to fill in: no defaults, and
  // null is a value; lists still go by their keys and quantities by their amount.
  bool stored = false;
  std::string_view seal;     // the key of values of `before` that are sealed (kube/sealed.h)
  std::string_view manager;  // whose server-side applies count as git; empty: anybody's
  bool keep_server = false;  // list what the server filled in too, with the cause kServer
};

// What turns `before` into `after`, in an order in which apply() can take it. Nodes of the changes
// belong to the trees or to the arena, which must live as long as the result.
std::vector<Change> compare(const yaml::Node& before, const yaml::Node& after,
                            const Options& options, Arena& arena);

// An object in git before, in git now, and as it runs; null: not there. All three as objects.
struct Sides {
  const yaml::Node* base = nullptr;
  const yaml::Node* head = nullptr;
  const yaml::Node* live = nullptr;
};

// What turns live into head (base into head where there is no live), each change with its cause.
// Head must be there, and one of the others. Without base, the configuration that kubectl noted on
// the live object stands in; without that too, what the applier owns in live (options.manager) is
// what git said then, and what live does not have is new in git if he has applied the object. Of
// all else nobody can tell who moved, and the cause is kDrift.
std::vector<Change> compare(const Sides& sides, const Options& options, Arena& arena);

// What a server, or the rules of a client-side apply, would make of live: `answer`, a whole object.
// Each change has the cause and the place of what git or live changed there; kServer where neither
// did. What only live has is listed with `only_live`, what git drops and the answer keeps with
// `residue`. Live and head must be there.
std::vector<Change> compare_answer(const Sides& sides, const yaml::Node& answer,
                                   const Options& options, Arena& arena);

// What kubectl noted on the object when it applied it; null when there is nothing to read.
const yaml::Node* last_applied(const yaml::Node& live, Arena& arena);

// Does to `node` what the changes say, in its own copy. For tests, and for showing what would be.
yaml::Node* apply(Arena& arena, const yaml::Node& node, std::span<const Change> changes);

}  // namespace plumb::diff
