#include "base/text.h"
#include "cli/comparison.h"
#include "files/output.h"
#include "report/report.h"

namespace plumb::cli {

namespace {

std::string absolute(const Invocation& invocation, const std::string& path) {
  return path.starts_with('/') ? path : cat(invocation.process.working_directory, "/", path);
}

int check_saved(Invocation& invocation, const plan::Plan& plan, report::Format format) {
  const std::string path = absolute(invocation, *invocation.options.check);
  const std::size_t slash = path.rfind('/');
  const auto tree = files::open_disk(path.substr(0, std::max<std::size_t>(slash, 1)));
  const auto text =
      files::read(*tree, files::Path().resolve(path.substr(slash + 1)).value_or(files::Path()));
  if (!text) fail("cli/no-file", {}, cat("no file '", *invocation.options.check, "'"));
  const SourceId id = invocation.sources.add(*invocation.options.check, *text);
  const std::string now =
      report::write_plan(plan, report::Format::kJson, invocation.report_context());
  const plan::Freshness freshness = plan::check(*text, {id, 0, 0}, plan, now);
  invocation.process.out += report::write_freshness(freshness, format, invocation.report_context());
  return freshness.fresh ? kDone : kStale;
}

}  // namespace

int run_plan(Invocation& invocation) {
  const report::Format format = invocation.format();
  Session session(invocation);
  const Comparison comparison = compare_sides(invocation, session, LivePolicy::kConfigured);
  const plan::Plan plan = plan::make(comparison.input);
  for (const Diagnostic& diagnostic : plan.diagnostics) invocation.report(diagnostic);
  if (comparison.failed && !invocation.options.keep_going) return kUnclear;
  if (invocation.options.check) return check_saved(invocation, plan, format);
  if (invocation.options.output) {
    const std::string document =
        report::write_plan(plan, report::Format::kJson, invocation.report_context());
    files::write_atomically(absolute(invocation, *invocation.options.output), document);
  }
  invocation.process.out += report::write_plan(plan, format, invocation.report_context());
  if (comparison.failed || comparison.unclear) return kUnclear;
  return plan::exit_status(plan, invocation.options.exit_code);
}

}  // namespace plumb::cli
