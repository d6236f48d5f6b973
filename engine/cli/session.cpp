#include "cli/session.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <limits.h>
#include <sys/stat.h>

#include "base/parallel.h"
#include "base/suggest.h"
#include "base/text.h"

namespace plumb::cli {

namespace {

bool exists(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0;
}

bool is_directory(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string real_path(const std::string& path) {
  char buffer[PATH_MAX];
  return realpath(path.c_str(), buffer) == nullptr ? path : std::string(buffer);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// The nearest directory upward with a plumb.yaml, within the repository.
std::string find_root(const std::string& start) {
  for (std::string at = start;; at = parent_of(at)) {
    if (exists(at + "/plumb.yaml")) return at;
    if (at == "/" || exists(at + "/.git")) return start;
  }
}

}  // namespace

Session::Session(Invocation& invocation) : invocation_(invocation) {
  std::string start = invocation.process.working_directory;
  const std::string& wanted = invocation.options.directory;
  if (!wanted.empty()) start = wanted.starts_with('/') ? wanted : cat(start, "/", wanted);
  if (!is_directory(start)) fail("cli/no-directory", {}, cat("no directory '", wanted, "'"));
  root_ = find_root(real_path(start));
}

const files::Repository& Session::repository() {
  if (!repository_) repository_ = files::open_repository(root_);
  return *repository_;
}

std::unique_ptr<Revision> Session::open(std::string_view source, std::string_view option) {
  auto revision = std::make_unique<Revision>();
  if (source.empty()) {
    revision->tree = files::open_disk(root_);
  } else if (source.starts_with("git:") && source.size() > 4) {
    revision->name = source.substr(4);
    std::string prefix;
    const std::string top = repository().work_directory();
    if (!top.empty()) {
      const std::string real_top = real_path(top);
      if (root_.size() > real_top.size())
        prefix = root_.substr(real_top.size() + (real_top == "/" ? 0 : 1));
    }
    revision->tree =
        repository().open(revision->name, files::Path().resolve(prefix).value_or(files::Path()));
  } else {
    fail("cli/bad-source", {}, cat("expected git:REV for '", option, "', got '", source, "'"));
  }
  revision->project = project::load(*revision->tree, invocation_.sources, revision->arena);
  return revision;
}

const Revision& Session::head() {
  if (!head_) {
    head_ = open(invocation_.options.head.value_or(""), "--head");
    invocation_.masker = report::Masker(head_->project.sensitive);
  }
  return *head_;
}

std::vector<const project::Environment*> Session::environments(const Revision& revision) const {
  std::vector<const project::Environment*> result;
  for (const project::Environment& environment : revision.project.environments) {
    const auto& asked = invocation_.options.environments;
    if (asked.empty() || std::find(asked.begin(), asked.end(), environment.name) != asked.end()) {
      result.push_back(&environment);
    }
  }
  return result;
}

namespace {

void check_environment_names(const Options& options, const project::Project& project) {
  std::vector<std::string> names;
  for (const project::Environment& environment : project.environments)
    names.push_back(environment.name);
  for (const std::string& asked : options.environments) {
    if (project.find_environment(asked) != nullptr) continue;
    std::vector<Note> notes = did_you_mean(asked, names);
    if (notes.empty())
      notes.push_back({cat("environments: ", join(std::span<const std::string>(names), ", "))});
    fail("cli/unknown-environment", {}, cat("no environment '", asked, "'"), std::move(notes),
         {asked});
  }
}

void check_unit_names(const std::vector<std::string>& units, const project::Project& project) {
  std::vector<std::string> names;
  for (const project::Unit& unit : project.units) names.push_back(unit.name);
  for (const std::string& asked : units) {
    if (project.find_unit(asked) != nullptr) continue;
    std::vector<Note> notes = did_you_mean(asked, names);
    if (notes.empty()) notes.push_back({"`plumb ls` lists the units"});
    fail("cli/unknown-unit", {}, cat("no unit '", asked, "'"), std::move(notes), {asked});
  }
}

}  // namespace

std::vector<render::Target> Session::targets(const Revision& revision,
                                             const std::vector<std::string>& units) const {
  if (&revision == head_.get()) {
    check_environment_names(invocation_.options, revision.project);
    check_unit_names(units, revision.project);
  }
  if (&revision == head_.get() && revision.project.units.empty()) {
    fail("cli/no-units", {revision.project.source, 0, 0},
         "nothing to render: no unit is listed, and none is found",
         {{"plumb finds Argo CD Applications, kustomizations, ytt directories, compiled pipelines "
           "and manifests"},
          {"list units in plumb.yaml, or start plumb in the directory that has them"}});
  }
  std::vector<render::Target> result;
  for (const project::Environment* environment : environments(revision)) {
    for (const render::Target& target : render::targets_of(revision.project, *environment)) {
      if (units.empty() ||
          std::find(units.begin(), units.end(), target.unit->name) != units.end()) {
        result.push_back(target);
      }
    }
  }
  return result;
}

std::optional<render::FetchSettings> Session::network() const {
  if (!invocation_.options.allow_network) return std::nullopt;
  return render::FetchSettings{default_cache(invocation_.process)};
}

render::Mirrors& Session::mirrors(const Revision& revision) {
  const std::map<std::string, std::string>& listed = revision.project.mirrors;
  return mirrors_.try_emplace(listed, listed, root_, network()).first->second;
}

unsigned Session::jobs() const {
  return invocation_.options.jobs != 0 ? invocation_.options.jobs : processor_count();
}

std::vector<Outcome> Session::render_all(const Revision& revision,
                                         const std::vector<render::Target>& targets,
                                         bool keep_chains) {
  const render::Workspace workspace{
      invocation_.sources,        *revision.tree, revision.project, revision.name, keep_chains,
      invocation_.options.values, root_,          mirrors(revision)};
  std::vector<Outcome> outcomes(targets.size());
  parallel_for(targets.size(), jobs(), [&](std::size_t i) {
    outcomes[i].target = targets[i];
    try {
      outcomes[i].rendered = render::render(targets[i], workspace);
    } catch (Error& error) {
      Diagnostic diagnostic = std::move(error.diagnostic());
      diagnostic.notes.push_back({cat("while rendering target '", targets[i].environment->name, "/",
                                      targets[i].unit->name, "'")});
      outcomes[i].error = std::move(diagnostic);
      outcomes[i].further_errors = error.further();
    }
  });
  for (const Outcome& outcome : outcomes) {
    if (outcome.rendered) invocation_.masker.add(outcome.rendered->set);
  }
  return outcomes;
}

bool Session::report_errors(const std::vector<Outcome>& outcomes) {
  bool failed = false;
  for (const Outcome& outcome : outcomes) {
    if (outcome.rendered) {
      for (const Diagnostic& warning : outcome.rendered->warnings) invocation_.report(warning);
    }
    if (!outcome.error) continue;
    invocation_.report(*outcome.error);
    for (const Diagnostic& further : outcome.further_errors) invocation_.report(further);
    failed = true;
  }
  return failed;
}

bool Session::report_nothing(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.error || outcome.rendered->left_out) return false;
    if (!outcome.rendered->set.resources.empty() || !outcome.rendered->files.empty()) return false;
  }
  invocation_.report({Severity::kError,
                      "cli/nothing",
                      {},
                      cat(count_of(outcomes.size(), "target"), ", and not one object"),
                      {{"`plumb inputs` shows what was read"}},
                      {}});
  return true;
}

bool Session::report_not_rendered(const std::vector<Outcome>& outcomes) {
  std::set<std::string> lines;
  bool named = false;
  const std::vector<std::string>& asked = invocation_.options.arguments;
  for (const Outcome& outcome : outcomes) {
    if (!outcome.rendered) continue;
    for (const project::NotRendered& row : outcome.rendered->not_rendered) {
      const std::string place = invocation_.sources.describe(row.place);
      lines.insert(
          cat("  ", row.what, ": ", row.reason, place.empty() ? "" : cat(" (", place, ")"), "\n"));
    }
    const project::Unit& unit = *outcome.target.unit;
    named = named || (outcome.rendered->left_out &&
                      std::find(asked.begin(), asked.end(), unit.name) != asked.end());
  }
  if (lines.empty()) return false;
  invocation_.process.err += cat(lines.size(), " not rendered:\n");
  for (const std::string& line : lines) invocation_.process.err += line;
  return named || invocation_.options.strict;
}

}  // namespace plumb::cli
