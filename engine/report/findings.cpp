// Findings for continuous integration: GitHub's log, SARIF, JUnit.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/digest.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/json_writer.h"
#include "report/show.h"

namespace plumb::report {

namespace {

constexpr std::size_t kAnnotations = 10;  // of one level that GitHub shows for a step

std::string escape_message(std::string_view text) {
  return replace_all(replace_all(replace_all(text, "%", "%25"), "\r", "%0D"), "\n", "%0A");
}
std::string escape_property(std::string_view text) {
  return replace_all(replace_all(escape_message(text), ":", "%3A"), ",", "%2C");
}

std::string_view github_level(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "notice";
  }
  return "notice";
}

std::string message_of(const Diagnostic& finding, const Context& context) {
  std::string text = finding.text;
  for (const Note& note : finding.notes) text += cat("\n", note.text);
  return context.masker.mask(text);
}

// A path as GitHub wants it: relative, without "./".
std::string file_of(Span span, const Context& context) {
  std::string_view name = context.sources.get(span.source).name;
  while (name.starts_with("./")) name.remove_prefix(2);
  return context.masker.mask_name(name);
}

std::string annotation(const Diagnostic& finding, const Context& context) {
  std::string properties;
  if (finding.span.source != 0) {
    const Place place = context.sources.locate(finding.span);
    properties = cat("file=", escape_property(file_of(finding.span, context)), ",line=", place.line,
                     ",col=", place.column, ',');
  }
  return cat("::", github_level(finding.severity), ' ', properties,
             "title=", escape_property(finding.code),
             "::", escape_message(message_of(finding, context)), '\n');
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') {
      out.push_back(c);
    } else {
      out += "�";
    }
  }
  return out;
}

std::string_view sarif_level(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "note";
  }
  return "note";
}

void write_sarif_location(JsonWriter& json, const Diagnostic& finding, const Context& context) {
  if (finding.span.source == 0) return;
  const Place place = context.sources.locate(finding.span);
  json.key("locations");
  json.open_list(), json.open_object();
  json.key("physicalLocation");
  json.open_object();
  json.key("artifactLocation");
  json.open_object();
  json.member("uri", replace_all(file_of(finding.span, context), " ", "%20"));
  json.close_object();
  json.key("region");
  json.open_object();
  json.key("startLine"), json.number(place.line);
  json.key("startColumn"), json.number(place.column);
  json.close_object();
  json.close_object();
  json.close_object(), json.close_list();
}

void write_sarif_result(JsonWriter& json, const Diagnostic& finding, const Context& context) {
  json.open_object();
  json.key("ruleId"), json.word(finding.code);
  json.key("level"), json.word(sarif_level(finding.severity));
  json.key("message");
  json.open_object();
  json.member("text", message_of(finding, context));
  json.close_object();
  write_sarif_location(json, finding, context);
  // The same finding on another line is the same finding.
  const std::string file = finding.span.source == 0 ? "" : file_of(finding.span, context);
  json.key("partialFingerprints");
  json.open_object();
  json.key("plumb/v1");
  json.word(sha256_hex(cat(finding.code, '\n', file, '\n', context.masker.mask(finding.text)))
                .substr(0, 32));
  json.close_object();
  json.close_object();
}

std::string suite(std::string_view name, const std::vector<std::string>& cases,
                  std::size_t failures) {
  return cat("  <testsuite name=\"", xml(name), "\" tests=\"", cases.size(), "\" failures=\"",
             failures, "\">\n", join(cases, ""), "  </testsuite>\n");
}

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";

bool is_refused(const plan::Step& step) {
  return step.risk == plan::Risk::kBlocked ||
         std::ranges::any_of(step.reasons, [](const plan::Reason& reason) {
           return reason.refuses && reason.allowed.empty();
         });
}

std::string step_case(const plan::Step& step, const std::string& suite_name,
                      const Context& context) {
  const std::string head = cat("    <testcase classname=\"", xml(suite_name), "\" name=\"",
                               xml(context.masker.mask_name(step_title(step))), "\"");
  if (!is_refused(step)) return cat(head, "/>\n");
  std::string text;
  for (const plan::Reason& reason : step.reasons) text += cat(reason.text, "\n", reason.cure, "\n");
  return cat(head, ">\n      <failure message=\"", xml(step_word(step)), "\">",
             xml(context.masker.mask(text)), "</failure>\n    </testcase>\n");
}

void add_reason(Diagnostics& findings, const plan::Reason& reason, Span span) {
  if (!reason.refuses) return;
  const bool allowed = !reason.allowed.empty();
  Diagnostic finding{allowed ? Severity::kInfo : Severity::kError,
                     cat("plan/", reason.rule),
                     span,
                     reason.text,
                     {},
                     {}};
  finding.notes.push_back({allowed ? cat("allowed: ", reason.allowed) : reason.cure});
  findings.push_back(std::move(finding));
}

void add_step(Diagnostics& findings, const plan::Step& step) {
  for (const plan::Reason& reason : step.reasons) {
    add_reason(findings, reason, step.blame.span);
    if (!reason.refuses || findings.empty()) continue;
    for (const std::string& text : step.consequences) findings.back().notes.push_back({text});
  }
  for (const diff::Change& change : step.changes) {
    if (change.cause != diff::Cause::kDrift && change.cause != diff::Cause::kBoth) continue;
    findings.push_back({Severity::kWarning,
                        "plan/drift",
                        change.blame.span,
                        cat(kube::describe(step.resource), ": ", yaml::print_path(change.path),
                            " was changed in live"),
                        {},
                        {}});
  }
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "info";
  }
  return "info";
}

std::size_t count(const Diagnostics& findings, Severity severity) {
  return static_cast<std::size_t>(std::ranges::count(findings, severity, &Diagnostic::severity));
}

Diagnostics findings_of(const plan::Plan& plan) {
  Diagnostics findings = plan.diagnostics;
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    for (const plan::Refusal& refusal : environment.refusals) {
      add_reason(findings, refusal.reason, {});
    }
    for (const plan::Step& step : environment.steps) add_step(findings, step);
  }
  return findings;
}

Diagnostics differences_of(const plan::Plan& plan) {
  Diagnostics findings = plan.diagnostics;
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    for (const plan::Step& step : environment.steps) {
      const std::string_view what = step.after_body == nullptr ? "is not in head"
                                    : step.before == nullptr   ? "is new in head"
                                                               : "differs";
      Diagnostic finding{Severity::kInfo,
                         "diff/difference",
                         step.blame.span,
                         cat(environment.name, ": ", kube::describe(step.resource), ' ', what),
                         {},
                         {}};
      for (const diff::Change& change : step.changes) {
        finding.notes.push_back(
            {cat(yaml::print_path(change.path), ": ", diff::cause_name(change.cause))});
      }
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

std::string findings_github(const Diagnostics& findings, const Context& context) {
  std::string out;
  std::size_t more = 0;
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kInfo}) {
    std::size_t shown = 0;
    // The last of a full level makes room for the line that counts the rest.
    for (const Diagnostic& finding : findings) {
      if (finding.severity != severity) continue;
      const std::size_t room = severity == Severity::kInfo ? kAnnotations - 1 : kAnnotations;
      if (shown == room) {
        ++more;
        continue;
      }
      ++shown;
      out += annotation(finding, context);
    }
  }
  if (more > 0) out += cat("::notice title=plumb::", more, " more findings are not shown here\n");
  return out;
}

std::string findings_sarif(const Diagnostics& findings, const Context& context) {
  JsonWriter json(context.masker);
  json.open_object();
  json.key("$schema"), json.word("https://json.schemastore.org/sarif-2.1.0.json");
  json.key("version"), json.word("2.1.0");
  json.key("runs");
  json.open_list(), json.open_object();
  json.key("tool");
  json.open_object();
  json.key("driver");
  json.open_object();
  json.key("name"), json.word("plumb");
  json.key("rules");
  json.open_list();
  std::set<std::string> codes;
  for (const Diagnostic& finding : findings) codes.insert(finding.code);
  for (const std::string& code : codes) {
    json.open_object();
    json.key("id"), json.word(code);
    json.close_object();
  }
  json.close_list();
  json.close_object();
  json.close_object();
  json.key("results");
  json.open_list();
  for (const Diagnostic& finding : findings) write_sarif_result(json, finding, context);
  json.close_list();
  json.close_object(), json.close_list();
  json.close_object();
  return json.finish();
}

std::string findings_junit(const Diagnostics& findings, const Context& context) {
  std::map<std::string, std::vector<const Diagnostic*>> files;
  for (const Diagnostic& finding : findings) {
    const Span span = finding.span;
    files[span.source == 0 ? "plumb" : file_of(span, context)].push_back(&finding);
  }
  std::string out(kXmlHead);
  for (const auto& [file, list] : files) {
    std::vector<std::string> cases;
    std::size_t failures = 0;
    for (const Diagnostic* const finding : list) {
      const std::string place = context.masker.mask_name(context.sources.describe(finding->span));
      const std::string name =
          xml(place.empty() ? finding->code : cat(finding->code, " at ", place));
      const bool fails = finding->severity == Severity::kError;
      failures += fails ? 1 : 0;
      const std::string_view tag = fails ? "failure" : "system-out";
      cases.push_back(cat("    <testcase classname=\"", xml(file), "\" name=\"", name,
                          "\">\n      <", tag, '>', xml(message_of(*finding, context)), "</", tag,
                          ">\n    </testcase>\n"));
    }
    out += suite(file, cases, failures);
  }
  if (files.empty())
    out += suite("plumb", {"    <testcase classname=\"plumb\" name=\"validate\"/>\n"}, 0);
  return out + "</testsuites>\n";
}

std::string plan_junit(const plan::Plan& plan, const Context& context) {
  std::string out(kXmlHead);
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    std::map<std::string, std::vector<const plan::Step*>> units;
    for (const plan::Step& step : environment.steps) units[step.unit].push_back(&step);
    for (const auto& [unit, steps] : units) {
      const std::string name = cat(environment.name, '/', unit);
      std::vector<std::string> cases;
      for (const plan::Step* const step : steps) cases.push_back(step_case(*step, name, context));
      out += suite(name, cases,
                   static_cast<std::size_t>(std::ranges::count_if(
                       steps, [](const plan::Step* s) { return is_refused(*s); })));
    }
    std::vector<std::string> refused;
    for (const plan::Refusal& refusal : environment.refusals) {
      if (!refusal.reason.allowed.empty()) continue;
      refused.push_back(
          cat("    <testcase classname=\"", xml(environment.name), "\" name=\"",
              xml(cat(refusal.unit, ": ", refusal.reason.rule)), "\">\n      <failure>",
              xml(context.masker.mask(cat(refusal.reason.text, '\n', refusal.reason.cure))),
              "</failure>\n    </testcase>\n"));
    }
    if (!refused.empty()) out += suite(cat(environment.name, " guards"), refused, refused.size());
  }
  return out + "</testsuites>\n";
}

}  // namespace plumb::report
