#include "report/report.h"

#include "base/text.h"
#include "report/formats.h"

namespace plumb::report {

namespace {

struct FormatRow {
  std::string_view name;
  Format format;
};
constexpr std::array kFormats{
    FormatRow{"text", Format::kText},         FormatRow{"json", Format::kJson},
    FormatRow{"markdown", Format::kMarkdown}, FormatRow{"github", Format::kGithub},
    FormatRow{"sarif", Format::kSarif},       FormatRow{"junit", Format::kJunit}};

[[noreturn]] void fail_format(Format format, std::string_view what, std::string_view list) {
  fail("report/format", {}, cat(what, " has no format '", format_name(format), "'"),
       {{cat("it has ", list)}}, {std::string(format_name(format))});
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  for (const FormatRow& row : kFormats) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

std::string_view format_name(Format format) {
  return kFormats[static_cast<std::size_t>(format)].name;
}

std::string write_plan(const plan::Plan& plan, Format format, const Context& context) {
  switch (format) {
    case Format::kText:
      return plan_text(plan, context);
    case Format::kJson:
      return plan_json(plan, context);
    case Format::kMarkdown:
      return join(plan_pages(plan, context), "\n");
    case Format::kGithub:
      return findings_github(findings_of(plan), context);
    case Format::kSarif:
      return findings_sarif(findings_of(plan), context);
    case Format::kJunit:
      return plan_junit(plan, context);
  }
  fail_format(format, "a plan", "text, json, markdown, github, sarif, junit");
}

std::string write_diff(const plan::Plan& plan, Format format, const Context& context) {
  switch (format) {
    case Format::kText:
      return diff_text(plan, context);
    case Format::kJson:
      return diff_json(plan, context);
    case Format::kMarkdown:
      return join(diff_pages(plan, context, kPageBytes), "\n");
    case Format::kGithub:
      return findings_github(differences_of(plan), context);
    default:
      fail_format(format, "a diff", "text, json, markdown, github");
  }
}

std::string write_findings(const Diagnostics& findings, const Checked& checked, Format format,
                           const Context& context) {
  switch (format) {
    case Format::kText:
      return findings_text(findings, checked, context);
    case Format::kJson:
      return findings_json(findings, checked, context);
    case Format::kMarkdown:
      return findings_markdown(findings, checked, context);
    case Format::kGithub:
      return findings_github(findings, context);
    case Format::kSarif:
      return findings_sarif(findings, context);
    case Format::kJunit:
      return findings_junit(findings, context);
  }
  fail_format(format, "validate", "text, json, markdown, github, sarif, junit");
}

std::string write_diagnostic(const Diagnostic& diagnostic, const Context& context) {
  Diagnostic shown = diagnostic;
  shown.text = context.masker.mask(shown.text);
  for (Note& note : shown.notes) note.text = context.masker.mask(note.text);
  std::string out;
  const std::string printed = format_diagnostic(shown, context.sources, context.color);
  // What is left are places, and the excerpts, which are indented.
  for (const std::string_view line : split(std::string_view(printed), '\n')) {
    const bool excerpt = line.starts_with("    ");
    out += cat(excerpt ? context.masker.mask(line) : context.masker.mask_name(line), '\n');
  }
  out.pop_back();  // the last piece is what follows the last line break: nothing
  return out;
}

std::string write_freshness(const plan::Freshness& freshness, Format format,
                            const Context& context) {
  if (format == Format::kText) return freshness_text(freshness, context);
  if (format == Format::kJson) return freshness_json(freshness, context);
  fail_format(format, "plan --check", "text, json");
}

}  // namespace plumb::report
