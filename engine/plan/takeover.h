#pragma once
// Managers whom an applier takes over.
//
// Some tools make the fields of other managers their own before they apply server-side. What these
// alone own and head does not have goes then, and a dry run does not show it. Sources: kubectl 1.36
// on a real server, whose code Argo CD runs, too; Argo CD's and Flux' own tables.

#include "base/arena.h"
#include "project/project.h"
#include "yaml/node.h"
#include "yaml/path.h"

namespace plumb::plan {

// Whether an entry of managedFields is of somebody whom the applier takes over.
bool takes_over(const project::Applier& applier, const yaml::Node& entry);
// Whether it is the one that a server-side apply of his left.
bool is_own(const project::Applier& applier, const yaml::Node& entry);
// Whether it owns the note of what was applied last.
bool owns_note(const yaml::Node& entry);
// Live's managedFields; none where there are none.
const List<yaml::Node*>& entries_of(const yaml::Node& live);

// Whether live has fields of a manager whom the applier takes over.
bool has_taken_over(const yaml::Node& live, const project::Applier& applier);
// Whether the field belongs to the applier and those whom he takes over, and to nobody else.
bool is_all_his(const yaml::Node& live, const yaml::Path& path, const project::Applier& applier);
// What the server says an apply makes of live, without what goes with those managers; null where
// nothing goes.
const yaml::Node* without_taken_over(const yaml::Node& answer, const yaml::Node& live,
                                     const project::Applier& applier, Arena& arena);

}  // namespace plumb::plan
