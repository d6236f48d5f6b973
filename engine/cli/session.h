#pragma once
// What commands have in common: finding the project, its revisions, rendering the targets that were
// asked for.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "cli/command.h"
#include "files/git.h"
#include "files/tree.h"
#include "project/project.h"
#include "render/render.h"

namespace plumb::cli {

// The project at one revision.
struct Revision {
  std::string name;  // "" for the working tree, else what git was asked for
  std::unique_ptr<files::Tree> tree;
  Arena arena;
  project::Project project;
};

// One target, rendered or failed.
struct Outcome {
  render::Target target;
  std::optional<render::Rendered> rendered;
  std::optional<Diagnostic> error;
  Diagnostics further_errors;  // of the text that the error is about
};

// All objects in one order, whatever unit they come from, as a stream of YAML. `verify`: read it
// again with another reader; a difference is render/verify.
std::string manifests_of(const std::vector<Outcome>& outcomes, bool verify);

class Session {
 public:
  explicit Session(Invocation& invocation);

  // Where plumb.yaml is, or the working directory.
  const std::string& root() const { return root_; }
  // The working tree, or --head.
  const Revision& head();
  // git:REV, parsed from an option's value.
  std::unique_ptr<Revision> open(std::string_view source, std::string_view option);
  const files::Repository& repository();

  // -e, or all of the project. Unknown: cli/unknown-environment.
  std::vector<const project::Environment*> environments(const Revision& revision) const;
  // The UNITs named, in the environments asked for. Unknown: cli/unknown-unit.
  std::vector<render::Target> targets(const Revision& revision,
                                      const std::vector<std::string>& units) const;
  // All of them, --jobs at a time; slot i belongs to target i.
  std::vector<Outcome> render_all(const Revision& revision,
                                  const std::vector<render::Target>& targets, bool keep_chains);
  // Reports the errors of targets; whether there was one.
  bool report_errors(const std::vector<Outcome>& outcomes);
  // Says so when everything rendered, to nothing; whether it did.
  bool report_nothing(const std::vector<Outcome>& outcomes);
  // "3 not rendered: …" on stderr; whether the status has to be kUnclear because of it.
  bool report_not_rendered(const std::vector<Outcome>& outcomes);
  unsigned jobs() const;
  std::optional<render::FetchSettings> network() const;  // asked for with --allow-network
  render::Mirrors& mirrors(const Revision& revision);

 private:
  Invocation& invocation_;
  std::string root_;
  std::unique_ptr<files::Repository> repository_;
  std::unique_ptr<Revision> head_;
  // By what plumb.yaml says of them: one for all targets, and for all revisions that say the same.
  std::map<std::map<std::string, std::string>, render::Mirrors> mirrors_;
};

}  // namespace plumb::cli
