#pragma once
// Whose the fields of a live object are, and what that means for an apply.

#include <optional>
#include <string_view>
#include <vector>

#include "diff/change.h"
#include "plan/plan.h"

namespace plumb::plan {

// Names who wrote what drifted, what stays and what an apply takes away from somebody.
void name_writers(std::vector<diff::Change>& changes, const yaml::Node& live,
                  const project::Applier& applier);

// Marks what git drops and an apply leaves: a server-side applier removes what only he owns, a
// client-side one what he noted. Objects whose owners nobody wrote down are left as they are.
void mark_residue(std::vector<diff::Change>& changes, const yaml::Node& live,
                  const project::Applier& applier);

// The object belongs to another tool, by the marks that tools leave: "takeover". `head` as it is
// sent (plan/marks.h); `application`: the Argo CD Application of its unit, or "".
std::optional<Reason> taken_over(const yaml::Node& head, const yaml::Node& live,
                                 const project::Applier& applier, std::string_view application);

// Live is being deleted: "going".
std::optional<Reason> going(const yaml::Node& live);

// The number of pods that only live says, and an autoscaler wrote: there is nothing to tell.
// `scaled`: as below.
bool is_left_to_autoscaler(const diff::Change& change, const yaml::Node& live, bool scaled);

// The number of pods is written by an autoscaler and by git: "autoscaled". `scaled`: an autoscaler
// among the objects names the workload.
std::optional<Reason> autoscaled(const std::vector<diff::Change>& changes, const yaml::Node& live,
                                 bool scaled);

// What a server-side apply takes from other managers, if it is forced; if it is not, it is refused:
// "conflict".
std::optional<Reason> conflicts(const std::vector<diff::Change>& changes, const yaml::Node& live,
                                const project::Applier& applier);
// What such a refusal says; `text`: which fields, and whose.
Reason conflict_refusal(std::string_view text);

// When the applier last wrote the object, by its managedFields (RFC 3339); "" when nobody knows.
std::string_view last_write(const yaml::Node& live, const project::Applier& applier);

}  // namespace plumb::plan
