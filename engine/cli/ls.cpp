#include "base/text.h"
#include "cli/session.h"
#include "yaml/emit.h"

namespace plumb::cli {

namespace {

std::string describe_steps(const project::Unit& unit) {
  std::string out;
  for (const project::Step& step : unit.steps) {
    out += cat(out.empty() ? "" : ", then ", project::step_name(step.kind));
    for (const project::Located& path : step.paths)
      out += cat(" ", path.text.empty() ? "." : std::string_view(path.text));
  }
  return out;
}

std::string names_of(const std::vector<const project::Environment*>& environments) {
  std::string out;
  for (const project::Environment* one : environments)
    out += cat(out.empty() ? "" : ", ", one->name);
  return out;
}

std::vector<const project::Environment*> environments_of(
    const project::Unit& unit, const std::vector<const project::Environment*>& all) {
  std::vector<const project::Environment*> result;
  for (const project::Environment* one : all) {
    if (one->includes(unit.name)) result.push_back(one);
  }
  return result;
}

void print_text(Invocation& invocation, const project::Project& project,
                const std::vector<const project::Environment*>& environments) {
  std::string& out = invocation.process.out;
  out += cat("environments: ", names_of(environments), "\n");
  std::vector<const project::NotRendered*> missing;
  for (const project::Unit& unit : project.units) {
    if (unit.not_rendered) {
      missing.push_back(&*unit.not_rendered);
      out += cat(unit.name, ": not rendered\n");
    } else {
      out += cat(unit.name, ": ", describe_steps(unit), " (",
                 names_of(environments_of(unit, environments)), ")\n");
    }
    for (const project::NotRendered& row : unit.skipped) missing.push_back(&row);
  }
  if (missing.empty()) return;
  out += cat(missing.size(), " not rendered:\n");
  for (const project::NotRendered* row : missing) {
    const std::string place = invocation.sources.describe(row->place);
    out +=
        cat("  ", row->what, ": ", row->reason, place.empty() ? "" : cat(" (", place, ")"), "\n");
  }
}

yaml::Node* record(Arena& arena,
                   std::initializer_list<std::pair<std::string_view, yaml::Node*>> fields) {
  yaml::Node* const node = yaml::make_mapping(arena);
  for (const auto& [key, value] : fields) yaml::set(arena, *node, key, value);
  return node;
}

void print_json(Invocation& invocation, const project::Project& project,
                const std::vector<const project::Environment*>& environments) {
  Arena arena;
  yaml::Node* const units = yaml::make_sequence(arena);
  yaml::Node* const missing = yaml::make_sequence(arena);
  const auto add_missing = [&](const project::NotRendered& row) {
    yaml::append(arena, *missing,
                 record(arena, {{"what", yaml::make_string(arena, row.what)},
                                {"reason", yaml::make_string(arena, row.reason)}}));
  };
  for (const project::Unit& unit : project.units) {
    yaml::Node* const in = yaml::make_sequence(arena);
    for (const project::Environment* one : environments_of(unit, environments)) {
      yaml::append(arena, *in, record(arena, {{"name", yaml::make_string(arena, one->name)}}));
    }
    yaml::Node* const rendered =
        unit.not_rendered ? yaml::make_null(arena) : yaml::make_string(arena, describe_steps(unit));
    yaml::append(arena, *units,
                 record(arena, {{"name", yaml::make_string(arena, unit.name)},
                                {"rendered_by", rendered},
                                {"environments", in}}));
    if (unit.not_rendered) add_missing(*unit.not_rendered);
    for (const project::NotRendered& row : unit.skipped) add_missing(row);
  }
  yaml::Node* const names = yaml::make_sequence(arena);
  for (const project::Environment* one : environments) {
    yaml::append(arena, *names, record(arena, {{"name", yaml::make_string(arena, one->name)}}));
  }
  const yaml::Node* const root =
      record(arena, {{"format_version", yaml::make_string(arena, "plumb.ls/v1alpha1")},
                     {"environments", names},
                     {"units", units},
                     {"not_rendered", missing}});
  invocation.process.out +=
      yaml::emit_json(*root, {.sorted_keys = false, .escape_html = false, .indent = 2}) + "\n";
}

}  // namespace

int run_ls(Invocation& invocation) {
  Session session(invocation);
  session.targets(session.head(), {});  // checks the names of environments
  const auto environments = session.environments(session.head());
  if (invocation.options.format == "json") {
    print_json(invocation, session.head().project, environments);
  } else if (invocation.options.format == "text") {
    print_text(invocation, session.head().project, environments);
  } else {
    fail("cli/bad-value", {}, cat("ls prints text or json, not '", invocation.options.format, "'"));
  }
  return kDone;
}

}  // namespace plumb::cli
