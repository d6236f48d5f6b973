#pragma once
// What schemas cannot say: references between objects, schedules, addresses.
//
//   Diagnostics findings;
//   check(rendered, &live, findings);
//
// One rule is one function and one row of the table in lint.cpp; its code is a heading of
// docs/reference/diagnostics/lint.md. An object that is referred to may be rendered or live. A
// finding stands at the value that is to blame, in the file that wrote it.

#include <span>
#include <string_view>

#include "base/diagnostic.h"
#include "kube/resource.h"

namespace plumb::lint {

// `live`: what is there already, or null when it is not known; then only what is rendered counts.
void check(const kube::ResourceSet& rendered, const kube::ResourceSet* live, Diagnostics& findings);

struct RuleRow {
  std::string_view code;  // "lint/no-version"
  std::string_view meaning;
};
// The rules, for documentation and for settings that mute one.
std::span<const RuleRow> rules();

}  // namespace plumb::lint
