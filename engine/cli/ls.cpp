#include <map>
#include <set>

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

// A unit as it came out, over all environments asked for.
struct Row {
  const project::Unit* unit = nullptr;
  std::map<std::string, std::size_t> kinds;  // → objects
  bool left_out = false;
};

struct Listing {
  std::vector<Row> rows;
  std::vector<project::NotRendered> not_rendered;
};

Listing list_units(const project::Project& project, const std::vector<Outcome>& outcomes) {
  Listing listing;
  std::set<std::string> told;
  for (const project::Unit& unit : project.units) {
    Row row{&unit, {}, false};
    for (const Outcome& outcome : outcomes) {
      if (outcome.target.unit != &unit || !outcome.rendered) continue;
      row.left_out = row.left_out || outcome.rendered->left_out;
      for (const kube::Resource& resource : outcome.rendered->set.resources)
        ++row.kinds[resource.id.kind];
      for (const project::NotRendered& one : outcome.rendered->not_rendered) {
        if (told.insert(cat(one.what, "\n", one.reason)).second)
          listing.not_rendered.push_back(one);
      }
    }
    listing.rows.push_back(std::move(row));
  }
  return listing;
}

std::string kinds_text(const Row& row) {
  std::string out;
  for (const auto& [kind, count] : row.kinds) out += cat(out.empty() ? "" : ", ", kind, " ", count);
  return out.empty() ? "no objects" : out;
}

void print_text(Invocation& invocation, const Listing& listing,
                const std::vector<const project::Environment*>& environments) {
  std::string& out = invocation.process.out;
  out += cat("environments: ", names_of(environments), "\n");
  for (const Row& row : listing.rows) {
    if (row.left_out) {
      out += cat(row.unit->name, ": not rendered\n");
      continue;
    }
    out += cat(row.unit->name, ": ", describe_steps(*row.unit), " (",
               names_of(environments_of(*row.unit, environments)), ")\n  ", kinds_text(row), "\n");
  }
  if (listing.not_rendered.empty()) return;
  out += cat(listing.not_rendered.size(), " not rendered:\n");
  for (const project::NotRendered& row : listing.not_rendered) {
    const std::string place = invocation.sources.describe(row.place);
    out += cat("  ", row.what, ": ", row.reason, place.empty() ? "" : cat(" (", place, ")"), "\n");
  }
}

yaml::Node* record(Arena& arena,
                   std::initializer_list<std::pair<std::string_view, yaml::Node*>> fields) {
  yaml::Node* const node = yaml::make_mapping(arena);
  for (const auto& [key, value] : fields) yaml::set(arena, *node, key, value);
  return node;
}

void print_json(Invocation& invocation, const Listing& listing,
                const std::vector<const project::Environment*>& environments) {
  Arena arena;
  const auto text = [&](std::string_view value) { return yaml::make_string(arena, value); };
  yaml::Node* const units = yaml::make_sequence(arena);
  for (const Row& row : listing.rows) {
    yaml::Node* const in = yaml::make_sequence(arena);
    for (const project::Environment* one : environments_of(*row.unit, environments)) {
      yaml::append(arena, *in, record(arena, {{"name", text(one->name)}}));
    }
    yaml::Node* const kinds = yaml::make_sequence(arena);
    for (const auto& [kind, count] : row.kinds) {
      yaml::append(arena, *kinds,
                   record(arena, {{"kind", text(kind)},
                                  {"objects",
                                   yaml::make_integer(arena, static_cast<std::int64_t>(count))}}));
    }
    yaml::append(arena, *units,
                 record(arena, {{"name", text(row.unit->name)},
                                {"rendered_by", row.left_out ? yaml::make_null(arena)
                                                             : text(describe_steps(*row.unit))},
                                {"environments", in},
                                {"kinds", kinds}}));
  }
  yaml::Node* const missing = yaml::make_sequence(arena);
  for (const project::NotRendered& row : listing.not_rendered) {
    yaml::append(arena, *missing,
                 record(arena, {{"what", text(row.what)}, {"reason", text(row.reason)}}));
  }
  yaml::Node* const names = yaml::make_sequence(arena);
  for (const project::Environment* one : environments)
    yaml::append(arena, *names, record(arena, {{"name", text(one->name)}}));
  const yaml::Node* const root = record(arena, {{"format_version", text("plumb.ls/v1alpha1")},
                                                {"environments", names},
                                                {"units", units},
                                                {"not_rendered", missing}});
  invocation.process.out +=
      yaml::emit_json(*root, {.sorted_keys = false, .escape_html = false, .indent = 2}) + "\n";
}

}  // namespace

int run_ls(Invocation& invocation) {
  const std::string& format = invocation.options.format;
  if (format != "text" && format != "json") {
    fail("cli/bad-value", {}, cat("ls prints text or json, not '", format, "'"));
  }
  Session session(invocation);
  const Revision& head = session.head();
  const std::vector<Outcome> outcomes = session.render_all(head, session.targets(head, {}), false);
  const bool failed = session.report_errors(outcomes);
  const Listing listing = list_units(head.project, outcomes);
  if (format == "json") {
    print_json(invocation, listing, session.environments(head));
  } else {
    print_text(invocation, listing, session.environments(head));
  }
  return failed ? kUnclear : kDone;
}

}  // namespace plumb::cli
