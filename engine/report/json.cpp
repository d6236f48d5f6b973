// The machine formats of plans, differences, findings and checks; their schemas lie in schemas/.
#include "base/text.h"
#include "plan/judge.h"
#include "report/formats.h"
#include "report/json_writer.h"
#include "report/show.h"
#include "yaml/path.h"

namespace plumb::report {

namespace {

using yaml::Node;

void write_value(JsonWriter& json, const Node& value) {
  if (value.is_mapping()) {
    json.open_object();
    for (const yaml::Entry& entry : value.entries) {
      json.key(entry.key->text);
      write_value(json, *entry.value);
    }
    return json.close_object();
  }
  if (value.is_sequence()) {
    json.open_list();
    for (const Node* const item : value.items) write_value(json, *item);
    return json.close_list();
  }
  json.value(value);
}

void write_source(JsonWriter& json, const diff::Blame& blame, const Context& context) {
  json.key("source");
  if (blame.span.source == 0) return json.null();
  const Place place = context.sources.locate(blame.span);
  json.open_object();
  json.named("file", context.sources.get(blame.span.source).name);
  json.key("line"), json.number(place.line);
  json.key("column"), json.number(place.column);
  json.named("layer", blame.layer.empty() ? "document" : blame.layer);
  json.close_object();
}

void write_id(JsonWriter& json, std::string_view key, const kube::ResourceId& id) {
  json.key(key);
  json.open_object();
  json.named("group", id.group);
  json.named("version", id.version);
  json.named("kind", id.kind);
  json.named("namespace", id.namespace_name);
  json.named("name", id.name);
  json.close_object();
}

void write_side(JsonWriter& json, std::string_view key, const Node* value, const plan::Step& step,
                const diff::Change& change, const Context& context) {
  if (value == nullptr) return;
  Arena arena;
  json.key(key);
  write_value(json, *masked(arena, *value, step, change.path, context));
}

void write_writer(JsonWriter& json, const diff::Writer& writer) {
  json.key("writer");
  if (writer.manager.empty()) return json.null();
  json.open_object();
  json.named("manager", writer.manager);
  json.member("time", writer.time);
  json.close_object();
}

void write_change(JsonWriter& json, const plan::Step& step, const diff::Change& change,
                  const Context& context) {
  json.open_object();
  json.named("path", yaml::print_path(change.path));
  json.named("pointer",
             yaml::json_pointer(step.after_body != nullptr ? *step.after_body : *step.before,
                                change.path));
  json.key("op"), json.word(diff::kind_name(change.kind));
  write_side(json, "before", change.before, step, change, context);
  write_side(json, "after", change.after, step, change, context);
  json.key("cause"), json.word(diff::cause_name(change.cause));
  json.key("only_live"), json.boolean(change.only_live);
  json.key("residue"), json.boolean(change.residue);
  write_writer(json, change.writer);
  json.key("sensitive"), json.boolean(is_sensitive(step, change, context));
  json.key("forces_replace");
  json.boolean(step.after_body != nullptr && plan::forces_replace(*step.after_body, change));
  write_source(json, change.blame, context);
  json.close_object();
}

void write_changes(JsonWriter& json, const plan::Step& step, const Context& context) {
  json.key("changes");
  json.open_list();
  for (const diff::Change& change : step.changes) write_change(json, step, change, context);
  json.close_list();
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.open_list();
  for (const std::string& text : texts) json.text(text);
  json.close_list();
}

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key);
  json.open_list();
  for (const std::string& name : names) json.name(name);
  json.close_list();
}

void write_reason(JsonWriter& json, const plan::Reason& reason) {
  json.open_object();
  json.key("rule"), json.word(reason.rule);
  json.member("text", reason.text);
  json.key("refuses"), json.boolean(reason.refuses && reason.allowed.empty());
  json.key("cure");
  reason.cure.empty() ? json.null() : json.text(reason.cure);
  json.key("allowed");
  reason.allowed.empty() ? json.null() : json.text(reason.allowed);
  json.close_object();
}

void write_step(JsonWriter& json, const plan::Step& step, const Context& context) {
  json.open_object();
  json.named("id", step.id);
  json.key("digest"), json.word(step.digest);
  json.key("system"), json.word(step.system);
  json.named("unit", step.unit);
  json.key("verb"), json.word(plan::verb_name(step.verb));
  write_id(json, "resource", step.resource);
  if (step.previous) write_id(json, "previous", *step.previous);
  write_names(json, "after", step.after);
  json.key("risk"), json.word(plan::risk_name(step.risk));
  json.key("verified"), json.word(plan::verified_name(step.verified));
  json.key("reasons");
  json.open_list();
  for (const plan::Reason& reason : step.reasons) write_reason(json, reason);
  json.close_list();
  write_changes(json, step, context);
  write_texts(json, "consequences", step.consequences);
  write_source(json, step.blame, context);
  json.close_object();
}

void write_summary(JsonWriter& json, const plan::Summary& summary) {
  json.key("summary");
  json.open_object();
  json.key("create"), json.number(summary.create);
  json.key("update"), json.number(summary.update);
  json.key("replace"), json.number(summary.replace);
  json.key("delete"), json.number(summary.remove);
  json.key("blocked"), json.number(summary.blocked);
  json.key("refused"), json.number(summary.refused);
  json.key("drift"), json.number(summary.drift);
  json.key("unchanged"), json.number(summary.unchanged);
  json.key("others"), json.number(summary.others);
  json.key("not_rendered"), json.number(summary.left_alone);
  json.key("unknown"), json.number(summary.unknown);
  json.key("proven"), json.number(summary.proven);
  json.key("asked"), json.number(summary.asked);
  json.key("local"), json.number(summary.local);
  json.key("untold"), json.number(summary.untold);
  json.key("owner_only"), json.number(summary.owner_only);
  json.close_object();
}

// Live as the plan saw it.
void write_imprints(JsonWriter& json, const plan::EnvironmentPlan& environment) {
  json.key("objects");
  json.open_list();
  for (const auto& [id, imprint] : environment.imprints) {
    json.open_object();
    json.named("id", id);
    json.key("uid"), json.word(imprint.uid);
    json.key("resource_version"), json.word(imprint.resource_version);
    json.key("owned"), json.word(imprint.owned);
    json.close_object();
  }
  json.close_list();
}

void write_optional(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  text.empty() ? json.null() : json.name(text);
}

void write_inputs(JsonWriter& json, const plan::Plan& plan) {
  json.key("inputs");
  json.open_object();
  write_optional(json, "base", plan.base);
  write_optional(json, "head", plan.head);
  write_optional(json, "live", plan.live);
  write_optional(json, "project", plan.project);
  json.close_object();
}

void write_place(JsonWriter& json, Span span, const Context& context) {
  json.key("file");
  if (span.source == 0) {
    json.null();
    json.key("line"), json.null();
    json.key("column"), json.null();
    return;
  }
  const Place place = context.sources.locate(span);
  json.name(context.sources.get(span.source).name);
  json.key("line"), json.number(place.line);
  json.key("column"), json.number(place.column);
}

void write_diagnostic(JsonWriter& json, const Diagnostic& diagnostic, const Context& context) {
  json.open_object();
  json.key("severity"), json.word(severity_name(diagnostic.severity));
  json.key("code"), json.word(diagnostic.code);
  write_place(json, diagnostic.span, context);
  json.member("text", diagnostic.text);
  json.key("notes");
  json.open_list();
  for (const Note& note : diagnostic.notes) {
    json.open_object();
    json.member("text", note.text);
    write_place(json, note.span, context);
    json.close_object();
  }
  json.close_list();
  json.close_object();
}

void write_diagnostics(JsonWriter& json, std::string_view key, const Diagnostics& diagnostics,
                       const Context& context) {
  json.key(key);
  json.open_list();
  for (const Diagnostic& diagnostic : diagnostics) write_diagnostic(json, diagnostic, context);
  json.close_list();
}

void write_ignored(JsonWriter& json, const plan::Plan& plan) {
  json.key("ignored");
  json.open_list();
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    for (const plan::LeftAlone& unit : environment.left_alone) {
      json.open_object();
      json.named("environment", environment.name);
      json.named("unit", unit.unit);
      json.member("reason", unit.reason);
      json.close_object();
    }
  }
  json.close_list();
}

void write_refusals(JsonWriter& json, const plan::EnvironmentPlan& environment) {
  json.key("refusals");
  json.open_list();
  for (const plan::Refusal& refusal : environment.refusals) {
    json.open_object();
    json.named("unit", refusal.unit);
    json.key("reason");
    write_reason(json, refusal.reason);
    json.close_object();
  }
  json.close_list();
}

void begin(JsonWriter& json, std::string_view version) {
  json.open_object();
  json.key("format_version"), json.word(version);
}

std::string_view difference_of(const plan::Step& step) {
  if (step.after_body == nullptr) return "removed";
  return step.before == nullptr ? "added" : "changed";
}

}  // namespace

std::string plan_json(const plan::Plan& plan, const Context& context) {
  JsonWriter json(context.masker);
  begin(json, "plumb.plan/v1alpha1");
  json.key("digest"), json.word(plan.digest);
  write_inputs(json, plan);
  json.key("complete"), json.boolean(plan.complete);
  write_summary(json, plan::summarize(plan));
  json.key("environments");
  json.open_list();
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    json.open_object();
    json.named("name", environment.name);
    write_summary(json, plan::summarize(environment));
    write_refusals(json, environment);
    json.key("steps");
    json.open_list();
    for (const plan::Step& step : environment.steps) write_step(json, step, context);
    json.close_list();
    write_optional(json, "cluster", environment.cluster);
    write_names(json, "owner_only", environment.owner_only);
    write_imprints(json, environment);
    json.close_object();
  }
  json.close_list();
  write_ignored(json, plan);
  write_diagnostics(json, "diagnostics", plan.diagnostics, context);
  json.close_object();
  return json.finish();
}

std::string diff_json(const plan::Plan& plan, const Context& context) {
  JsonWriter json(context.masker);
  begin(json, "plumb.diff/v1alpha1");
  write_inputs(json, plan);
  json.key("complete"), json.boolean(plan.complete);
  json.key("environments");
  json.open_list();
  for (const plan::EnvironmentPlan& environment : plan.environments) {
    json.open_object();
    json.named("name", environment.name);
    json.key("unchanged"), json.number(environment.unchanged);
    json.key("others"), json.number(environment.others);
    json.key("objects");
    json.open_list();
    for (const plan::Step& step : environment.steps) {
      json.open_object();
      json.named("unit", step.unit);
      json.key("difference"), json.word(difference_of(step));
      write_id(json, "resource", step.resource);
      if (step.previous) write_id(json, "previous", *step.previous);
      write_changes(json, step, context);
      write_source(json, step.blame, context);
      json.close_object();
    }
    json.close_list();
    json.close_object();
  }
  json.close_list();
  write_ignored(json, plan);
  write_diagnostics(json, "diagnostics", plan.diagnostics, context);
  json.close_object();
  return json.finish();
}

std::string findings_json(const Diagnostics& findings, const Checked& checked,
                          const Context& context) {
  JsonWriter json(context.masker);
  begin(json, "plumb.validate/v1alpha1");
  json.key("summary");
  json.open_object();
  for (const Severity severity : {Severity::kError, Severity::kWarning, Severity::kInfo}) {
    json.key(cat(severity_name(severity), 's')), json.number(count(findings, severity));
  }
  json.key("targets"), json.number(checked.targets);
  json.key("objects"), json.number(checked.objects);
  json.key("without_schema"), json.number(checked.without_schema);
  json.key("not_rendered"), json.number(checked.not_rendered);
  json.close_object();
  write_diagnostics(json, "findings", findings, context);
  json.close_object();
  return json.finish();
}

std::string freshness_json(const plan::Freshness& freshness, const Context& context) {
  JsonWriter json(context.masker);
  begin(json, "plumb.check/v1alpha1");
  json.key("fresh"), json.boolean(freshness.fresh);
  write_names(json, "gone", freshness.gone);
  write_names(json, "added", freshness.added);
  write_names(json, "changed", freshness.changed);
  json.key("other_cluster"), json.boolean(freshness.other_cluster);
  write_names(json, "stale", freshness.stale);
  write_names(json, "moved", freshness.moved);
  json.close_object();
  return json.finish();
}

}  // namespace plumb::report
