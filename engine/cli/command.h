#pragma once
// What a command gets and what it is: a function and a row in commands.cpp.

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "cli/options.h"
#include "report/report.h"

namespace plumb::cli {

// Exit statuses, the same for every command.
enum Status : int { kDone = 0, kDifferent = 1, kUnclear = 2, kRefused = 3, kStale = 4 };

// The world outside: so that whole commands run in a test, in process.
struct Process {
  std::string working_directory;
  std::function<std::string()> read_stdin;
  std::function<std::optional<std::string>(std::string_view)> variable;  // an environment variable
  std::int64_t now = 0;  // the clock, seconds since 1970; 0: there is none
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
  std::string out;  // what goes to stdout, all or nothing
  std::string err;
};

// Where what was fetched is kept: $XDG_CACHE_HOME/plumb, or below the home directory.
std::string default_cache(const Process& process);

struct Invocation {
  Options options;
  Process& process;
  SourceStore& sources;
  bool color_out = false;
  bool color_err = false;
  report::Masker masker = report::Masker();  // knows every Secret that was rendered or read so far

  // Shows a diagnostic on stderr, without secrets.
  void report(const Diagnostic& diagnostic);
  // What --format asks for; report refuses what a result does not have.
  report::Format format() const;
  // For results on stdout.
  report::Context report_context() { return {sources, masker, color_out, process.now}; }
};

struct CommandRow {
  std::string_view name;
  std::string_view arguments;  // for the usage line
  std::string_view summary;
  std::string_view details;
  std::span<const std::string_view> options;  // long names
  int (*run)(Invocation& invocation);
  // The compatible doors read their own options: the words behind the name, as they are.
  int (*run_door)(std::span<const std::string> words, Process& process,
                  SourceStore& sources) = nullptr;
};
std::span<const CommandRow> command_rows();

// The program: words[0] is how it was called, so a link named `kustomize` is that door. Gives the
// exit status.
int run(const std::vector<std::string>& words, Process& process);

// One function a file: the commands.
int run_render(Invocation& invocation);
int run_ls(Invocation& invocation);
int run_inputs(Invocation& invocation);
int run_diff(Invocation& invocation);
int run_explain(Invocation& invocation);
int run_argocd(Invocation& invocation);
int run_help(Invocation& invocation);
int run_plan(Invocation& invocation);
int run_snapshot(Invocation& invocation);
int run_validate(Invocation& invocation);
int run_version(Invocation& invocation);
int run_completion(Invocation& invocation);

// The text of `plumb help COMMAND` and of the reference.
std::string describe_command(const CommandRow& row);
std::string describe_program();

// The compatible doors.
int run_kustomize(std::span<const std::string> words, Process& process, SourceStore& sources);
int run_ytt(std::span<const std::string> words, Process& process, SourceStore& sources);

}  // namespace plumb::cli
