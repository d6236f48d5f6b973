#include "ytt/schema_report.h"

#include <algorithm>

#include "base/diagnostic.h"
#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

class Report {
 public:
  Report(const SourceStore& sources, const Violations& violations) : sources_(sources) {
    for (const Violation& each : violations) width_ = std::max(width_, number(each.place).size());
  }

  std::string write(std::string_view summary, const Violations& violations) {
    std::string out = cat("\n", summary, "\n", std::string(summary.size(), '='), "\n");
    for (const Violation& each : violations) add(out, each);
    return out + "\n";
  }

 private:
  static std::string number(const Place& place) { return place.known ? cat(place.line) : "?"; }

  std::string pad(std::string_view mark, std::string_view number = "") const {
    return cat("  ", std::string(width_ - std::min(width_, number.size()), ' '), number, " ", mark);
  }

  std::string_view line_of(const Place& place) const {
    return place.span.source == 0 ? std::string_view()
                                  : sources_.line(place.span.source, place.line);
  }

  static bool next_to(const Place& a, const Place& b) {
    return a.known && b.known && a.file == b.file && a.line <= b.line + 1 && b.line <= a.line + 1;
  }

  void add(std::string& out, const Violation& violation) const {
    if (!violation.description.empty()) out += cat("\n", violation.description);
    if (violation.calculated.empty()) {
      add_lines(out, violation);
    } else {
      const std::string gutter = pad("#");
      out += cat("\nData value calculated:\n", gutter, "\n", gutter, " ", violation.calculated,
                 "\n", gutter, "\n\n");
    }
    if (!violation.found.empty()) out += cat(pad("="), " found: ", violation.found);
    out.push_back('\n');
    if (!violation.expected.empty()) out += cat(pad("="), " expected: ", violation.expected);
    for (const std::string& hint : violation.hints) out += cat("\n", pad("="), " hint: ", hint);
    out.push_back('\n');
  }

  void add_lines(std::string& out, const Violation& violation) const {
    out += cat("\n", violation.place.file, ":\n", pad("|"));
    std::vector<Place> places = violation.annotations;
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.line < b.line; });
    places.push_back(violation.place);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (i > 0 && !next_to(places[i], places[i - 1])) out += cat("\n", pad("|"), " ...");
      out += cat("\n", pad("|", number(places[i])), " ", line_of(places[i]));
    }
    out += cat("\n", pad("|"), "\n\n");
  }

  const SourceStore& sources_;
  std::size_t width_ = 0;
};

}  // namespace

std::string print_violations(const SourceStore& sources, std::string_view summary,
                             const Violations& violations) {
  return Report(sources, violations).write(summary, violations);
}

void refuse_schema(const SourceStore& sources, std::string_view summary,
                   const Violations& violations) {
  Diagnostic diagnostic;
  diagnostic.code = "ytt/schema";
  diagnostic.span = violations[0].place.span;
  diagnostic.text = print_violations(sources, summary, violations);
  const Violation& first = violations[0];
  set_summary(diagnostic, cat(first.description.empty() ? summary : first.description,
                              first.found.empty() ? "" : ": found ", first.found,
                              first.expected.empty() ? "" : ", expected ", first.expected));
  throw Error(std::move(diagnostic));
}

}  // namespace plumb::ytt
