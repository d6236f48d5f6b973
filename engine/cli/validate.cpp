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

// One finding, one line: an object rendered for three environments is wrong once. Each target reads
// its templates for itself, so a place is a name and an offset.
void remove_repeated(Diagnostics& findings, const SourceStore& sources) {
  std::set<std::tuple<std::string, std::uint32_t, std::string, std::string>> seen;
  std::erase_if(findings, [&](const Diagnostic& one) {
    const std::string name = one.span.source == 0 ? "" : sources.get(one.span.source).name;
    return !seen.emplace(name, one.span.offset, one.code, one.text).second;
  });
}

std::string kinds_text(const std::map<std::string, std::size_t>& kinds) {
  std::string out;
  for (const auto& [kind, count] : kinds) out += cat(out.empty() ? "" : ", ", kind);
  return out;
}

}  // namespace

int run_validate(Invocation& invocation) {
  const report::Format format = invocation.format();
  Session session(invocation);
  const std::vector<render::Target> targets =
      session.targets(session.head(), invocation.options.arguments);
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, false);
  const bool failed = session.report_errors(outcomes) || session.report_nothing(outcomes);
  const bool unclear = session.report_not_rendered(outcomes);

  const schema::Library library;
  schema::Report checks;
  for (auto& [environment, set] : sets_by_environment(outcomes)) {
    schema::validate(set, schema::make_catalogue(library, set), checks);
    lint::check(set, nullptr, checks.findings);
  }
  remove_repeated(checks.findings, invocation.sources);

  const auto count = [&](Severity severity) {
    return std::count_if(checks.findings.begin(), checks.findings.end(),
                         [&](const Diagnostic& one) { return one.severity == severity; });
  };
  report::Checked checked{targets.size(), checks.validated + checks.no_schema + checks.unusable,
                          checks.no_schema, 0};
  for (const Outcome& outcome : outcomes)
    checked.not_rendered += outcome.rendered ? outcome.rendered->not_rendered.size() : 0;
  invocation.process.out +=
      report::write_findings(checks.findings, checked, format, invocation.report_context());
  if (checks.no_schema > 0) {
    invocation.process.err += cat("no schema for ", kinds_text(checks.kinds_without_schema), "\n");
  }
  if (checks.unusable > 0) {
    std::string kinds;
    for (const std::string& kind : checks.unusable_kinds)
      kinds += cat(kinds.empty() ? "" : ", ", kind);
    invocation.process.err += cat(count_of(checks.unusable, "object"),
                                  " not validated, the schema cannot be used: ", kinds, "\n");
  }
  if (checks.unevaluated_rules > 0) {
    invocation.process.err +=
        cat(count_of(checks.unevaluated_rules, "CEL rule"), " of definitions not evaluated\n");
  }
  if (failed && !invocation.options.keep_going) invocation.process.out.clear();
  if (failed || unclear) return kUnclear;
  const bool doubtful =
      count(Severity::kWarning) > 0 || checks.no_schema > 0 || checks.unusable > 0;
  const bool strict = invocation.options.strict && doubtful;
  return count(Severity::kError) > 0 || strict ? kDifferent : kDone;
}

}  // namespace plumb::cli
