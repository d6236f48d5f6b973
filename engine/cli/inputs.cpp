#include "base/text.h"
#include "cli/session.h"

namespace plumb::cli {

namespace {

std::string name_of(const render::Target& target) {
  return cat(target.environment->name, "/", target.unit->name);
}

// Does a change of this path change what the target is made from? A new file changes the
// directories above it.
bool touches(const files::Inputs& inputs, const files::Path& path) {
  if (inputs.files.contains(path) || inputs.missing.contains(path)) return true;
  return inputs.directories.contains(path.parent());
}

void print_inputs(Invocation& invocation, const Outcome& outcome) {
  const files::Inputs& inputs = outcome.rendered->inputs;
  std::string& out = invocation.process.out;
  out += cat(name_of(outcome.target), "\n");
  for (const files::Path& path : inputs.files) out += cat("  file ", path.text(), "\n");
  for (const files::Path& path : inputs.directories)
    out += cat("  directory ", path.is_root() ? "." : std::string_view(path.text()), "\n");
  for (const files::Path& path : inputs.missing) out += cat("  missing ", path.text(), "\n");
}

}  // namespace

int run_inputs(Invocation& invocation) {
  Session session(invocation);
  const bool affected = invocation.options.affected;
  const std::vector<std::string> units =
      affected ? std::vector<std::string>() : invocation.options.arguments;
  const std::vector<render::Target> targets = session.targets(session.head(), units);
  const std::vector<Outcome> outcomes = session.render_all(session.head(), targets, false);
  const bool failed = session.report_errors(outcomes);
  std::vector<files::Path> changed;
  for (const std::string& file :
       affected ? invocation.options.arguments : std::vector<std::string>()) {
    if (const auto path = files::Path().resolve(file)) changed.push_back(*path);
  }
  for (const Outcome& outcome : outcomes) {
    if (!affected) {
      if (outcome.rendered) print_inputs(invocation, outcome);
      continue;
    }
    // A target that failed may depend on anything.
    bool touched = !outcome.rendered;
    for (const files::Path& path : changed) {
      touched = touched || path.text() == "plumb.yaml" || touches(outcome.rendered->inputs, path);
    }
    if (touched) invocation.process.out += cat(name_of(outcome.target), "\n");
  }
  return failed ? kUnclear : kDone;
}

}  // namespace plumb::cli
