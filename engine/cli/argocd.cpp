// `plumb argocd generate`: the command of Argo CD's config management plugin.
//
// Argo CD runs it in the Application's directory of a private copy of the repository. What a person
// set in the Application arrives in the environment: variables as ARGOCD_ENV_NAME, parameters as
// JSON in ARGOCD_APP_PARAMETERS and each as PARAM_NAME. Argo CD prunes what stdout does not have,
// so whatever is missing is an error here.

#include <algorithm>

#include <limits.h>

#include "base/text.h"
#include "cli/session.h"
#include "yaml/read.h"

namespace plumb::cli {

namespace {

// What the Application asks for.
struct Wanted {
  std::vector<std::string> environments;
  std::vector<std::string> units;
  bool allow_empty = false;
};

std::string variable(const Invocation& invocation, std::string_view name) {
  return invocation.process.variable(name).value_or("");
}

// "devpi, churn" → two names
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (const std::string_view part : split(text, ',')) {
    const std::string name(trim(part));
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

std::vector<std::string> values_of(const yaml::Node& parameter) {
  if (const yaml::Node* const one = yaml::find(parameter, "string"))
    return names_in(one->is_null() ? "" : one->text);
  std::vector<std::string> values;
  if (const yaml::Node* const array = yaml::find(parameter, "array")) {
    for (const yaml::Node* const item : array->items) values.emplace_back(item->text);
  }
  return values;
}

bool is_true(std::string_view text) { return text == "true" || text == "1"; }

void take(Wanted& wanted, std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  if (name == "env") wanted.environments = values;
  if (name == "units") wanted.units = values;
  if (name == "allow-empty") wanted.allow_empty = is_true(values[0]);
}

void read_variables(Wanted& wanted, const Invocation& invocation) {
  for (const std::string_view prefix : {"ARGOCD_ENV_PLUMB_", "PARAM_"}) {
    take(wanted, "env", names_in(variable(invocation, cat(prefix, "ENV"))));
    take(wanted, "units", names_in(variable(invocation, cat(prefix, "UNITS"))));
    take(wanted, "allow-empty", names_in(variable(invocation, cat(prefix, "ALLOW_EMPTY"))));
  }
}

// [{"name": "env", "string": "dev"}, {"name": "units", "array": ["devpi"]}]
void read_parameters(Wanted& wanted, Invocation& invocation) {
  const std::string text = variable(invocation, "ARGOCD_APP_PARAMETERS");
  if (text.empty()) return;
  Arena arena;
  const SourceId source = invocation.sources.add("ARGOCD_APP_PARAMETERS", text);
  const yaml::Stream stream =
      yaml::read(invocation.sources, source, yaml::kKubernetesProfile, arena);
  const yaml::Node* const list = stream.documents.empty() ? nullptr : stream.documents[0].root;
  if (list == nullptr || list->is_null()) return;
  if (!list->is_sequence()) {
    fail("cli/bad-value", list->span, "expected a list of parameters in ARGOCD_APP_PARAMETERS");
  }
  for (const yaml::Node* const parameter : list->items) {
    take(wanted, yaml::text_at(*parameter, {"name"}), values_of(*parameter));
  }
}

// The command line says more than the Application, a parameter more than a variable.
Wanted read_wanted(Invocation& invocation) {
  Wanted wanted;
  read_variables(wanted, invocation);
  read_parameters(wanted, invocation);
  const Options& options = invocation.options;
  if (!options.environments.empty()) wanted.environments = options.environments;
  if (options.arguments.size() > 1)
    wanted.units.assign(options.arguments.begin() + 1, options.arguments.end());
  return wanted;
}

// The directory that the command runs in, from the project's.
std::string source_directory(const Invocation& invocation, const std::string& root) {
  char buffer[PATH_MAX];
  const char* const real = realpath(invocation.process.working_directory.c_str(), buffer);
  const std::string_view here = real == nullptr ? root : std::string_view(buffer);
  return here.size() > root.size() && here.starts_with(root) && here[root.size()] == '/'
             ? std::string(here.substr(root.size() + 1))
             : "";
}

bool is_below(std::string_view path, std::string_view directory) {
  return path == directory ||
         (path.starts_with(directory) && path.substr(directory.size())[0] == '/');
}

// Is the unit made from what lies in the directory?
bool lies_in(const project::Unit& unit, std::string_view directory) {
  return std::any_of(unit.steps.begin(), unit.steps.end(), [&](const project::Step& step) {
    return std::any_of(step.paths.begin(), step.paths.end(), [&](const project::Located& path) {
      const auto resolved = files::Path().resolve(path.text);
      return resolved && is_below(resolved->text(), directory);
    });
  });
}

// The units asked for; else those of the Application's directory, which is all at the root.
std::vector<render::Target> targets_for(Session& session, const Wanted& wanted,
                                        const std::string& directory) {
  std::vector<render::Target> targets = session.targets(session.head(), wanted.units);
  if (wanted.units.empty() && !directory.empty()) {
    std::erase_if(targets,
                  [&](const render::Target& target) { return !lies_in(*target.unit, directory); });
    if (targets.empty()) {
      fail("cli/argocd-units", {}, cat("no unit is made from what lies in '", directory, "'"),
           {{"name units in the Application: the variable PLUMB_UNITS, or the parameter 'units'"}});
    }
  }
  return targets;
}

void check_one_environment(Session& session) {
  const auto environments = session.environments(session.head());
  if (environments.size() == 1) return;
  std::vector<std::string> names;
  for (const project::Environment* one : environments) names.push_back(one->name);
  fail("cli/argocd-environment", {},
       cat("expected one environment, found ", join(std::span<const std::string>(names), ", ")),
       {{"name it in the Application: the variable PLUMB_ENV, or the parameter 'env'"}});
}

// The destination's namespace, for units that say none.
std::vector<project::Unit> with_namespace(std::vector<render::Target>& targets,
                                          const std::string& name) {
  std::vector<project::Unit> units;
  units.reserve(targets.size());
  for (render::Target& target : targets) {
    project::Unit& unit = units.emplace_back(*target.unit);
    if (!unit.namespace_name && !name.empty()) unit.namespace_name = project::Located{name, {}};
    target.unit = &unit;
  }
  return units;
}

std::size_t count_objects(const std::vector<Outcome>& outcomes) {
  std::size_t count = 0;
  for (const Outcome& outcome : outcomes) {
    if (outcome.rendered) count += outcome.rendered->set.resources.size();
  }
  return count;
}

// Pruning would delete what such a unit made before.
bool lacks_unit(const std::vector<Outcome>& outcomes) {
  return std::any_of(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) {
    return outcome.target.unit->not_rendered.has_value();
  });
}

}  // namespace

int run_argocd(Invocation& invocation) {
  const std::vector<std::string>& words = invocation.options.arguments;
  if (words.empty() || words[0] != "generate") {
    fail("cli/bad-value", {},
         words.empty() ? std::string("expected 'generate' behind 'argocd'")
                       : cat("expected 'generate' behind 'argocd', got '", words[0], "'"));
  }
  const Wanted wanted = read_wanted(invocation);
  invocation.options.environments = wanted.environments;
  Session session(invocation);
  std::vector<render::Target> targets =
      targets_for(session, wanted, source_directory(invocation, session.root()));
  check_one_environment(session);
  const std::vector<project::Unit> units =
      with_namespace(targets, variable(invocation, "ARGOCD_APP_NAMESPACE"));
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, false);
  const bool failed = session.report_errors(outcomes);
  const bool unclear = session.report_not_rendered(outcomes);
  if (failed || unclear || lacks_unit(outcomes)) return kUnclear;
  if (count_objects(outcomes) == 0 && !wanted.allow_empty) {
    fail("cli/argocd-empty", {}, "nothing was rendered, and Argo CD would prune the application",
         {{"if that is meant, set the variable PLUMB_ALLOW_EMPTY to true in the Application"}});
  }
  invocation.process.out += manifests_of(outcomes, invocation.options.verify_output);
  return kDone;
}

}  // namespace plumb::cli
