// For the terminal.
#include "base/text.h"

#include <algorithm>

#include "report/blocks.h"
#include "report/formats.h"

namespace plumb::report {

namespace {

std::string_view color_of(char mark) {
  switch (mark) {
    case '+':
      return "\x1b[32m";
    case '-':
      return "\x1b[31m";
    case '~':
      return "\x1b[33m";
    case '!':
      return "\x1b[1;31m";
    default:
      return "";
  }
}

void add_line(std::string& out, int indent, char mark, std::string_view text, bool color) {
  const std::string_view code = color ? color_of(mark) : std::string_view();
  out.append(static_cast<std::size_t>(indent), ' ');
  out += cat(code, mark, ' ', text, code.empty() ? "" : "\x1b[0m", '\n');
}

void add_blocks(std::string& out, const plan::EnvironmentPlan& environment, View view,
                const Context& context) {
  for (const Block& block : blocks_of(environment, view, context)) {
    add_line(out, 0, block.mark, block.title, context.color);
    for (const ShownLine& line : block.lines) {
      add_line(out, 4, line.mark, line.text, context.color);
    }
  }
}

void add_table(std::string& out, const std::vector<std::vector<std::string>>& rows) {
  if (rows.size() < 2) return;
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], utf8_length(row[i]));
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - utf8_length(row[i]), ' ');
      line += i < 2 ? cat("  ", row[i], gap) : cat("  ", gap, row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
}

void add_environment_head(std::string& out, const plan::EnvironmentPlan& environment,
                          std::size_t environments) {
  if (environments > 1) out += cat("\nenvironment ", environment.name, '\n');
}

}  // namespace

std::string plan_text(const plan::Plan& plan, const Context& context) {
  std::string out =
      cat("plan: ", context.masker.mask_name(sides_line(plan)), '\n',
          summary_line(plan::summarize(plan)), '\n', knowledge_line(plan::summarize(plan)));
  add_table(out, overview(plan));
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    for (const std::string& line : refusal_lines(environment, context)) {
      add_line(out, 0, line.starts_with("refused") ? '!' : ' ', line, context.color);
    }
  }
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    if (environment.steps.empty()) continue;
    out += plan.environments.size() > 1 ? "" : "\n";
    add_environment_head(out, environment, plan.environments.size());
    add_blocks(out, environment, View::kPlan, context);
  }
  if (!plan.complete) out += "\nthe plan is not complete\n";
  out += cat("\ndigest ", plan.digest, '\n');
  return out;
}

std::string diff_text(const plan::Plan& plan, const Context& context) {
  std::string out;
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    if (environment.steps.empty()) continue;
    add_environment_head(out, environment, plan.environments.size());
    add_blocks(out, environment, View::kDiff, context);
  }
  return out;
}

std::string findings_text(const Diagnostics& findings, const Checked& checked,
                          const Context& context) {
  std::string out;
  for (const Diagnostic& finding : findings) out += write_diagnostic(finding, context);
  std::vector<std::string> parts{
      count_of(count(findings, Severity::kError), "error"),
      count_of(count(findings, Severity::kWarning), "warning"),
      cat(count_of(checked.objects, "object"), " in ", count_of(checked.targets, "target"))};
  if (checked.without_schema > 0) parts.push_back(cat(checked.without_schema, " without a schema"));
  if (checked.not_rendered > 0) {
    parts.push_back(cat(count_of(checked.not_rendered, "unit"), " not rendered"));
  }
  return cat(out, join(parts, ", "), '\n');
}

std::string freshness_text(const plan::Freshness& freshness, const Context& context) {
  std::string out = freshness.fresh ? "the plan is fresh\n"
                                    : "the plan is stale: plan again, and have that approved\n";
  if (freshness.other_cluster) out += "it was made against another cluster\n";
  const auto add = [&](char mark, const std::vector<std::string>& ids, std::string_view words) {
    for (const std::string& id : ids) {
      add_line(out, 0, mark, cat(context.masker.mask_name(id), ": ", words), context.color);
    }
  };
  add('-', freshness.gone, "in the saved plan, and nothing is to do any more");
  add('+', freshness.added, "not in the saved plan");
  add('~', freshness.changed, "something else is to do than the saved plan says");
  add('!', freshness.stale, "live has another object of that name, or other values of ours");
  add(' ', freshness.moved, "written since, and the same in all that matters");
  return out;
}

}  // namespace plumb::report
