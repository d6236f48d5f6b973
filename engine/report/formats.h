#pragma once
// One function for each result in each format; report.h chooses.

#include <string>
#include <vector>

#include "report/report.h"

namespace plumb::report {

std::string plan_text(const plan::Plan& plan, const Context& context);
std::string diff_text(const plan::Plan& plan, const Context& context);
std::string findings_text(const Diagnostics& findings, const Checked& checked,
                          const Context& context);
std::string freshness_text(const plan::Freshness& freshness, const Context& context);

std::string plan_json(const plan::Plan& plan, const Context& context);
std::string diff_json(const plan::Plan& plan, const Context& context);
std::string findings_json(const Diagnostics& findings, const Checked& checked,
                          const Context& context);
std::string freshness_json(const plan::Freshness& freshness, const Context& context);

std::vector<std::string> diff_pages(const plan::Plan& plan, const Context& context,
                                    std::size_t limit);
std::string findings_markdown(const Diagnostics& findings, const Checked& checked,
                              const Context& context);

// Lines for GitHub's log: ::error file=…,line=…::text. A step shows ten of each level; what is more
// is counted in a last line.
std::string findings_github(const Diagnostics& findings, const Context& context);
std::string findings_sarif(const Diagnostics& findings, const Context& context);  // SARIF 2.1.0
std::string findings_junit(const Diagnostics& findings, const Context& context);
// A suite for each unit in an environment, a case for each object that is not unchanged.
std::string plan_junit(const plan::Plan& plan, const Context& context);

// What speaks against a plan, as findings: refusals, blocked steps, losses, drift, and the plan's
// own diagnostics.
Diagnostics findings_of(const plan::Plan& plan);

// Each object that differs, as a finding that says which fields and who moved.
Diagnostics differences_of(const plan::Plan& plan);

std::string_view severity_name(Severity severity);  // "error", "warning", "info"
std::size_t count(const Diagnostics& findings, Severity severity);

}  // namespace plumb::report
