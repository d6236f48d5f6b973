#pragma once
// Results as people and programs read them.
//
//   Context context{sources, masker};
//   write_plan(plan, Format::kText, context)       for the terminal
//   write_plan(plan, Format::kJson, context)       schemas/plumb.plan.schema.json
//   write_diff(plan, Format::kMarkdown, context)   for a pull request
//   write_findings(diagnostics, {}, Format::kSarif, context)
//
// Every text goes through the masker, so it must know all Secrets of base, head and live before the
// first call. Formats that a result does not have are the error report/format, with the list.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "plan/plan.h"
#include "report/masker.h"

namespace plumb::report {

enum class Format : std::uint8_t { kText, kJson, kMarkdown, kGithub, kSarif, kJunit };
std::optional<Format> parse_format(std::string_view name);
std::string_view format_name(Format format);

struct Context {
  const SourceStore& sources;
  Masker& masker;
  bool color = false;    // ANSI colours, in kText only
  std::int64_t now = 0;  // seconds since 1970, for "2 d ago"; 0: the times themselves are shown
};

// The steps of a plan, with an overview before them. json: the plan document
// (plumb.plan/v1alpha1); github, sarif and junit: what speaks against it.
std::string write_plan(const plan::Plan& plan, Format format, const Context& context);
// The same comparison as field differences, without verbs, order and guards. json:
// plumb.diff/v1alpha1.
std::string write_diff(const plan::Plan& plan, Format format, const Context& context);

// What `validate` looked at.
struct Checked {
  std::size_t targets = 0;
  std::size_t objects = 0;
  std::size_t without_schema = 0;
  std::size_t not_rendered = 0;
};
// Findings of validate, or of any command. json: plumb.validate/v1alpha1.
std::string write_findings(const Diagnostics& findings, const Checked& checked, Format format,
                           const Context& context);
// One diagnostic for stderr, masked.
std::string write_diagnostic(const Diagnostic& diagnostic, const Context& context);
// What `plan --check` says; json: plumb.check/v1alpha1.
std::string write_freshness(const plan::Freshness& freshness, Format format,
                            const Context& context);

// A comment of a pull request holds 65,536 characters: a Markdown result is cut into pages of at
// most `limit` bytes, the overview on the first, objects whole where they fit.
constexpr std::size_t kPageBytes = 60'000;
std::vector<std::string> plan_pages(const plan::Plan& plan, const Context& context,
                                    std::size_t limit = kPageBytes);

}  // namespace plumb::report
