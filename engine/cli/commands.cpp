#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "base/text.h"
#include "cli/command.h"

namespace plumb::cli {

namespace {

using Names = std::string_view;
constexpr std::array<Names, 9> kRenderOptions{"--env",    "--output",        "--head",
                                              "--value",  "--jobs",          "--keep-going",
                                              "--strict", "--allow-network", "--verify-output"};
constexpr std::array<Names, 3> kLsOptions{"--env", "--head", "--format"};
constexpr std::array<Names, 5> kInputsOptions{"--env", "--head", "--affected", "--jobs", "--value"};
constexpr std::array<Names, 7> kValidateOptions{"--env",        "--head",   "--format", "--jobs",
                                                "--keep-going", "--strict", "--value"};
constexpr std::array<Names, 12> kDiffOptions{
    "--verify", "--env",        "--head",   "--base",  "--live",    "--format",
    "--jobs",   "--keep-going", "--strict", "--value", "--timeout", "--allow-incomplete"};
constexpr std::array<Names, 16> kPlanOptions{
    "--verify", "--allow",     "--env",        "--head",
    "--base",   "--live",      "--format",     "--jobs",
    "--check",  "--output",    "--keep-going", "--strict",
    "--value",  "--exit-code", "--timeout",    "--allow-incomplete"};
constexpr std::array<Names, 9> kSnapshotOptions{"--env",   "--head",    "--base",
                                                "--live",  "--jobs",    "--output",
                                                "--value", "--timeout", "--allow-incomplete"};
constexpr std::array<Names, 4> kExplainOptions{"--env", "--head", "--jobs", "--value"};
constexpr std::array<Names, 4> kArgocdOptions{"--env", "--value", "--jobs", "--verify-output"};
constexpr std::array<Names, 0> kNoOptions{};

constexpr std::array kRows{
    CommandRow{"render", "[-e ENV] [UNIT…]", "resolved manifests",
               "Renders units of one environment to stdout, or of several into a directory:\n"
               "DIR/ENV/UNIT/NAMESPACE/KIND.GROUP-NAME.yaml, and DIR/ENV/UNIT/files/ for files "
               "that are no objects.",
               kRenderOptions, run_render},
    CommandRow{
        "validate", "[-e ENV] [UNIT…]", "findings at the source line that caused them",
        "Holds every object against its schema: the built-in types of Kubernetes, definitions in "
        "the same render,\n"
        "plumb's schemas of pipelines and Argo. Objects of a kind without a schema are counted.",
        kValidateOptions, run_validate},
    CommandRow{"diff", "[-e ENV] [UNIT…]", "field differences with causes",
               "Compares head with what runs (--live, or live: of plumb.yaml), or with --base "
               "git:REV. Each difference has its\n"
               "cause (git, drift, both) and the file, line and layer behind it. Status 1 when "
               "something differs.",
               kDiffOptions, run_diff},
    CommandRow{"plan", "[-e ENV] [UNIT…]",
               "what would be done, in which order, and what speaks against it",
               "Makes the steps that turn live into head, judged against base. With --base and no "
               "live state it plans base → head.\n"
               "-o FILE saves the plan; --check FILE says whether a saved one still holds (status "
               "4 when not). A guard that\n"
               "refuses gives status 3, after the plan is printed.",
               kPlanOptions, run_plan},
    CommandRow{
        "snapshot", "-e ENV", "what runs, as a file for machines that may not reach it",
        "Writes the live objects of an environment, those that it renders or that carry its "
        "mark, with what a comparison\n"
        "needs; values of Secrets are sealed: a change of one still shows, and no value does. "
        "live: file:PATH reads it back.",
        kSnapshotOptions, run_snapshot},
    CommandRow{"explain", "-e ENV KIND/NAME [PATH]", "where the value of a field comes from",
               "Shows the places that set a field, the oldest first, each with its layer: a "
               "document, a patch, a data value, …\n"
               "PATH is written with keys: spec.template.spec.containers[name=main].image. Without "
               "one: all fields.",
               kExplainOptions, run_explain},
    CommandRow{"ls", "[-e ENV]", "units, environments and what is not rendered, and why",
               "Lists the units of the project, how each is rendered, and what is not rendered "
               "with the reason.",
               kLsOptions, run_ls},
    CommandRow{"inputs", "[-e ENV] [UNIT… | --affected FILE…]", "what each target depends on",
               "Prints the files that each target read, the directories it listed and the paths it "
               "looked for in vain.\n"
               "With --affected: the targets that the named files touch, a line each, ENV/UNIT.",
               kInputsOptions, run_inputs},
    CommandRow{"argocd", "generate [UNIT…]", "the command of Argo CD's config management plugin",
               "Prints rendered objects only. The environment comes from the Application: the "
               "variable PLUMB_ENV or the parameter `env`;\n"
               "units from PLUMB_UNITS or `units`, else those that lie in the Application's "
               "directory. Objects without a namespace get\n"
               "the destination's. Rendering nothing is an error unless PLUMB_ALLOW_EMPTY is true.",
               kArgocdOptions, run_argocd},
    CommandRow{"kustomize", "build [DIR]",
               "what `kustomize build` prints, byte for byte; edit, create",
               "The options of `kustomize build`. A link named `kustomize` does the same.",
               kNoOptions, nullptr, run_kustomize},
    CommandRow{"ytt", "-f FILE…", "what `ytt` prints, byte for byte",
               "The flags of `ytt template`. A link named `ytt` does the same.", kNoOptions,
               nullptr, run_ytt},
    CommandRow{"completion", "SHELL", "a completion script for bash, zsh or fish", "", kNoOptions,
               run_completion},
    CommandRow{"version", "", "the version of plumb", "", kNoOptions, run_version},
    CommandRow{"help", "[COMMAND]", "this, or what a command does", "", kNoOptions, run_help},
};

const CommandRow* find_command(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(),
                                  [&](const CommandRow& row) { return row.name == name; });
  return found == kRows.end() ? nullptr : &*found;
}

const CommandRow& command_for(std::string_view name) {
  if (const CommandRow* const row = find_command(name)) return *row;
  std::vector<std::string_view> names;
  for (const CommandRow& row : kRows) names.push_back(row.name);
  std::vector<Note> notes = did_you_mean(name, std::span<const std::string_view>(names));
  if (notes.empty()) notes.push_back({"`plumb help` lists the commands"});
  fail("cli/unknown-command", {}, cat("unknown command '", name, "'"), std::move(notes));
}

bool use_color(const std::string& when, bool terminal, const Process& process) {
  if (when == "always") return true;
  if (when == "never" || !terminal) return false;
  const auto no_color = process.variable("NO_COLOR");
  return !no_color || no_color->empty();
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t shown = utf8_length(text);
  if (shown < width) out.append(width - shown, ' ');
  return out;
}

int run_command(const CommandRow& row, std::span<const std::string> words, Process& process,
                SourceStore& sources) {
  Invocation invocation{
      parse_options(words, row.options), process, sources, false, false, report::Masker()};
  const std::string& when = invocation.options.color;
  invocation.color_out = use_color(when, process.stdout_is_terminal, process);
  invocation.color_err = use_color(when, process.stderr_is_terminal, process);
  if (invocation.options.help) {
    process.out += describe_command(row);
    return kDone;
  }
  try {
    return row.run(invocation);
  } catch (const Error& error) {
    // Here, because only the invocation knows the secrets that an error may quote.
    process.out.clear();
    invocation.report(error.diagnostic());
    for (const Diagnostic& further : error.further()) invocation.report(further);
    return kUnclear;
  }
}

// Where the command stands: behind the options that all commands have.
std::size_t command_index(const std::vector<std::string>& words) {
  std::size_t at = 1;
  while (at < words.size()) {
    const std::string_view word = words[at];
    if (word == "-C" || word == "--directory" || word == "--color") {
      at += 2;
    } else if ((word.starts_with("-C") && word.size() > 2) || word.starts_with("--directory=") ||
               word.starts_with("--color=")) {
      at += 1;
    } else {
      break;
    }
  }
  return std::min(at, words.size());
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::span<const CommandRow> command_rows() { return kRows; }

void Invocation::report(const Diagnostic& diagnostic) {
  process.err += report::write_diagnostic(diagnostic, {sources, masker, color_err});
}

report::Format Invocation::format() const {
  if (const auto format = report::parse_format(options.format)) return *format;
  fail("cli/bad-value", {}, cat("no format '", options.format, "'"),
       {{"text, json, markdown, github, sarif, junit"}});
}

int run(const std::vector<std::string>& words, Process& process) {
  SourceStore sources;
  try {
    const std::span<const std::string> all(words);
    const CommandRow* const door = words.empty() ? nullptr : find_command(base_name(words[0]));
    if (door != nullptr && door->run_door != nullptr)
      return door->run_door(all.subspan(1), process, sources);
    if (words.size() < 2) {
      process.err += describe_program();
      return kUnclear;
    }
    const std::size_t at = command_index(words);
    std::string_view name = at < words.size() ? std::string_view(words[at]) : "help";
    if (name == "-h" || name == "--help") name = "help";
    if (name == "--version") name = "version";
    const CommandRow& row = command_for(name);
    if (row.run_door != nullptr) return row.run_door(all.subspan(at + 1), process, sources);
    // `plumb -C DIR render` is `plumb render -C DIR`.
    std::vector<std::string> rest(words.begin() + 1,
                                  words.begin() + static_cast<std::ptrdiff_t>(at));
    if (at < words.size())
      rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
    return run_command(row, rest, process, sources);
  } catch (const Error& error) {
    process.err += format_diagnostic(error.diagnostic(), sources,
                                     use_color("auto", process.stderr_is_terminal, process));
    return kUnclear;
  }
}

std::string describe_program() {
  std::string out =
      "plumb renders, validates, compares and plans what a repository of manifests runs.\n\n"
      "usage: plumb COMMAND [-e ENV]… [UNIT…] [options]\n\ncommands:\n";
  for (const CommandRow& row : kRows) out += cat("  ", pad(row.name, 12), row.summary, "\n");
  return out + "\n`plumb help COMMAND` tells more.\n";
}

std::string describe_command(const CommandRow& row) {
  std::string out = cat("usage: plumb ", row.name, row.arguments.empty() ? "" : " ", row.arguments,
                        "\n\n", row.summary, "\n");
  if (!row.details.empty()) out += cat("\n", row.details, "\n");
  out += "\noptions:\n";
  for (const OptionRow& option : option_rows()) {
    const bool common =
        option.name == "--directory" || option.name == "--color" || option.name == "--help";
    if (!common &&
        std::find(row.options.begin(), row.options.end(), option.name) == row.options.end())
      continue;
    const std::string left = cat(option.letter.empty() ? "    " : cat(option.letter, ", "),
                                 option.name, option.argument.empty() ? "" : " ", option.argument);
    out += cat("  ", pad(left, 28), option.help, "\n");
  }
  return out;
}

int run_help(Invocation& invocation) {
  const std::vector<std::string>& arguments = invocation.options.arguments;
  invocation.process.out +=
      arguments.empty() ? describe_program() : describe_command(command_for(arguments[0]));
  return kDone;
}

int run_version(Invocation& invocation) {
  invocation.process.out += "plumb " PLUMB_VERSION "\n";
  return kDone;
}

}  // namespace plumb::cli
