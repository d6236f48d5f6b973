#pragma once
// Values and places of a plan as text, masked.

#include <string>
#include <string_view>

#include "report/report.h"

namespace plumb::report {

// "a.yaml:3", or "" where nothing is known.
std::string place_of(Span span, const Context& context);
// "a.yaml:3 (patch overlays/prod)", the end of a line about a change.
std::string blame_of(const diff::Blame& blame, const Context& context);

// How long ago an RFC 3339 time was: "2 d ago"; the time itself when `now` is 0 or it cannot be
// read.
std::string age_text(std::string_view time, std::int64_t now);

// The value of a field: compact JSON, masked; a mark where the field is secret by its place.
std::string value_text(const yaml::Node& value, const plan::Step& step, const yaml::Path& path,
                       const Context& context);
// A copy of the value with marks for what is secret.
const yaml::Node* masked(Arena& arena, const yaml::Node& value, const plan::Step& step,
                         const yaml::Path& path, const Context& context);
bool is_sensitive(const plan::Step& step, const diff::Change& change, const Context& context);

struct ShownLine {
  char mark = ' ';  // '+', '-', '~', ' ': as in a diff
  std::string text;
};
// A change as lines: one, or one and the lines of a longer value below it. The first ends with the
// place that is to blame.
std::vector<ShownLine> change_lines(const plan::Step& step, const diff::Change& change,
                                    const Context& context);

// "update", "blocked", "drift"; what a step is called in an overview.
std::string_view step_word(const plan::Step& step);
char step_mark(const plan::Step& step);  // + ~ - ± !
// "Deployment/team-a/web", with what it was called before.
std::string step_title(const plan::Step& step);
// "2 to create, 1 to update; 1 blocked; 12 unchanged".
std::string summary_line(const plan::Summary& summary);
// "known: 18 by live itself, 2 by asking the server, 1 worked out here"; "" without a server.
std::string knowledge_line(const plan::Summary& summary);
std::string sides_line(
    const plan::Plan& plan);  // "base git:main, head working tree, no live state"

}  // namespace plumb::report
