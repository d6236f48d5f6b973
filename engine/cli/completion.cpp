#include "base/text.h"
#include "cli/command.h"

namespace plumb::cli {

namespace {

std::string words_of_commands() {
  std::string words;
  for (const CommandRow& row : command_rows()) words += cat(words.empty() ? "" : " ", row.name);
  return words;
}

std::string words_of_options(const CommandRow& row) {
  std::string words = "--directory --color --help";
  for (const std::string_view name : row.options) words += cat(" ", name);
  return words;
}

std::string bash() {
  std::string out =
      "_plumb() {\n  local word=${COMP_WORDS[COMP_CWORD]} words\n  case ${COMP_WORDS[1]} in\n";
  for (const CommandRow& row : command_rows()) {
    if (row.run_door == nullptr)
      out += cat("    ", row.name, ") words=\"", words_of_options(row), "\" ;;\n");
  }
  out += cat("  esac\n  if [ \"$COMP_CWORD\" = 1 ]; then words=\"", words_of_commands(),
             "\"; fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
             "complete -o default -F _plumb plumb\n");
  return out;
}

std::string zsh() {
  return cat("#compdef plumb\nautoload -U +X bashcompinit && bashcompinit\n", bash());
}

std::string fish() {
  std::string out = "complete -c plumb -f\n";
  for (const CommandRow& row : command_rows()) {
    out += cat("complete -c plumb -n __fish_use_subcommand -a ", row.name, " -d '", row.summary,
               "'\n");
    for (const OptionRow& option : option_rows()) {
      for (const std::string_view name : row.options) {
        if (name != option.name) continue;
        out += cat("complete -c plumb -n '__fish_seen_subcommand_from ", row.name, "' -l ",
                   name.substr(2), option.argument.empty() ? "" : " -r", " -d '",
                   replace_all(option.help, "'", "\\'"), "'\n");
      }
    }
  }
  return out;
}

}  // namespace

int run_completion(Invocation& invocation) {
  const std::vector<std::string>& arguments = invocation.options.arguments;
  const std::string shell = arguments.empty() ? "" : arguments[0];
  if (shell == "bash") {
    invocation.process.out += bash();
  } else if (shell == "zsh") {
    invocation.process.out += zsh();
  } else if (shell == "fish") {
    invocation.process.out += fish();
  } else {
    fail("cli/bad-value", {}, cat("expected bash, zsh or fish, got '", shell, "'"));
  }
  return kDone;
}

}  // namespace plumb::cli
