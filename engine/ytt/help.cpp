#include "ytt/help.h"

#include <array>

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/flags.h"

namespace plumb::ytt {
namespace {

struct Topic {
  std::string_view command, text, usage, more;
};

constexpr std::array kTopics = std::to_array<Topic>({
    {"",
     "ytt performs YAML templating.\n\nDocs: https://carvel.dev/ytt/docs/latest/\nDocs for data "
     "values: https://carvel.dev/ytt/docs/latest/ytt-data-values/",
     "  ytt [flags]\n  ytt [command]\n",
     "\nAvailable Commands:\n"
     "  completion  Generate the autocompletion script for the specified shell\n"
     "  fmt         Format YAML templates\n"
     "  help        Help about any command\n"
     "  template    Process YAML templates (deprecated; use top-level command -- e.g. `ytt -f-` "
     "instead of `ytt template -f-`)\n"
     "  version     Print version\n"
     "  website     Starts website HTTP server\n"},
    {"template",
     "Process YAML templates (deprecated; use top-level command -- e.g. `ytt -f-` instead of `ytt "
     "template -f-`)",
     "  ytt template [flags]\n", "\nAliases:\n  template, t, tpl\n"},
    {"fmt", "Format YAML templates", "  ytt fmt [flags]\n", ""},
    {"version", "Print version", "  ytt version [flags]\n", ""},
    {"help",
     "Help provides help for any command in the application.\nSimply type ytt help [path to "
     "command] for full details.",
     "  ytt help [command] [flags]\n", ""},
});

}  // namespace

std::string help_text(std::string_view command) {
  if (command == "completion" || command == "website")
    refuse_unsupported(cat("the command ", command));
  const Topic* topic = &kTopics[0];
  for (const Topic& each : kTopics)
    if (each.command == command) topic = &each;
  const std::string_view end = topic->command.empty()
                                   ? "\nUse \"ytt [command] --help\" for more information about a "
                                     "command.\n"
                                   : "";
  return cat(topic->text, "\n\nUsage:\n", topic->usage, topic->more, "\nFlags:\n",
             describe_flags(topic->command), end);
}

}  // namespace plumb::ytt
