#include "cli/comparison.h"
#include "report/report.h"

namespace plumb::cli {

int run_diff(Invocation& invocation) {
  const report::Format format = invocation.format();
  Session session(invocation);
  const Comparison comparison = compare_sides(invocation, session, LivePolicy::kUnlessBase);
  const plan::Plan plan = plan::make(comparison.input);
  invocation.process.out += report::write_diff(plan, format, invocation.report_context());
  for (const Diagnostic& diagnostic : plan.diagnostics) invocation.report(diagnostic);
  if (comparison.failed && !invocation.options.keep_going) invocation.process.out.clear();
  if (comparison.failed || comparison.unclear) return kUnclear;
  return plan::diff_status(plan);
}

}  // namespace plumb::cli
