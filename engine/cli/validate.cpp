#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "cli/session.h"
#include "lint/lint.h"
#include "schema/catalogue.h"

namespace plumb::cli {

namespace {

// The objects of one environment, of all its units: references and definitions go across units.
std::map<std::string, kube::ResourceSet> sets_by_environment(const std::vector<Outcome>& outcomes) {
  std::map<std::string, kube::ResourceSet> sets;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.rendered) continue;
    kube::ResourceSet& set = sets[outcome.target.environment->name];
    const auto& resources = outcome.rendered->set.resources;
    set.resources.insert(set.resources.end(), resources.begin(),
                         resources.end());  // bodies stay the targets' own
  }
  return sets;
}

// One finding, one line: an object rendered for three environments is wrong once.
void remove_repeated(Diagnostics& findings) {
  std::set<std::tuple<SourceId, std::uint32_t, std::string, std::string>> seen;
  std::erase_if(findings, [&](const Diagnostic& one) {
    return !seen.emplace(one.span.source, one.span.offset, one.code, one.text).second;
  });
}

std::string kinds_text(const std::map<std::string, std::size_t>& kinds) {
  std::string out;
  for (const auto& [kind, count] : kinds) out += cat(out.empty() ? "" : ", ", kind);
  return out;
}

}  // namespace

int run_validate(Invocation& invocation) {
  Session session(invocation);
  const std::vector<render::Target> targets =
      session.targets(session.head(), invocation.options.arguments);
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, false);
  const bool failed = session.report_errors(outcomes) || session.report_nothing(outcomes);
  const bool unclear = session.report_not_rendered(outcomes);

  const schema::Library library;
  schema::Report report;
  for (auto& [environment, set] : sets_by_environment(outcomes)) {
    schema::validate(set, schema::make_catalogue(library, set), report);
    lint::check(set, nullptr, report.findings);
  }
  remove_repeated(report.findings);

  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const Diagnostic& finding : report.findings) {
    (finding.severity == Severity::kError ? errors : warnings) +=
        finding.severity == Severity::kInfo ? 0 : 1;
    invocation.process.out += format_diagnostic(finding, invocation.sources, invocation.color_out);
  }
  invocation.process.err +=
      cat(count_of(report.validated, "object"), " validated, ", count_of(errors, "error"), ", ",
          count_of(warnings, "warning"), ", ", report.no_schema, " without a schema\n");
  if (report.no_schema > 0) {
    invocation.process.err += cat("no schema for ", kinds_text(report.kinds_without_schema), "\n");
  }
  if (failed || unclear) return kUnclear;
  const bool strict =
      invocation.options.strict && (warnings > 0 || report.no_schema > 0 || report.unusable > 0);
  return errors > 0 || strict ? kDifferent : kDone;
}

}  // namespace plumb::cli
