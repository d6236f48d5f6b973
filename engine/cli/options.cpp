#include "cli/options.h"

#include <algorithm>
#include <array>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"

namespace plumb::cli {

namespace {

unsigned parse_jobs(std::string_view value) {
  const auto number = to_integer(value);
  if (!number || *number < 1 || *number > 1024) {
    fail("cli/bad-value", {},
         cat("expected a number from 1 to 1024 for '--jobs', got '", value, "'"));
  }
  return static_cast<unsigned>(*number);
}

std::chrono::seconds parse_timeout(std::string_view value) {
  const std::string_view digits = value.ends_with('s') ? value.substr(0, value.size() - 1) : value;
  const auto number = to_integer(digits);
  if (!number || *number < 1 || *number > 86'400)
    fail("cli/bad-value", {},
         cat("expected a number of seconds from 1 to 86400 for '--timeout', got '", value, "'"));
  return std::chrono::seconds(*number);
}

std::pair<std::string, std::string> parse_pair(std::string_view value, std::string_view form,
                                               std::string_view option) {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    fail("cli/bad-value", {}, cat("expected ", form, " for '", option, "', got '", value, "'"));
  }
  return {std::string(value.substr(0, equals)), std::string(value.substr(equals + 1))};
}

std::string parse_color(std::string_view value) {
  if (value != "auto" && value != "always" && value != "never") {
    fail("cli/bad-value", {},
         cat("expected auto, always or never for '--color', got '", value, "'"));
  }
  return std::string(value);
}

std::string parse_verify(std::string_view value) {
  if (value != "auto" && value != "server" && value != "local") {
    fail("cli/bad-value", {},
         cat("expected auto, server or local for '--verify', got '", value, "'"));
  }
  return std::string(value);
}

constexpr std::array kRows{
    OptionRow{"--env", "-e", "ENV", "an environment; all when it is not given",
              [](Options& o, std::string_view v) { o.environments.emplace_back(v); }},
    OptionRow{"--directory", "-C", "DIR", "work there; plumb.yaml is searched upward from it",
              [](Options& o, std::string_view v) { o.directory = v; }},
    OptionRow{"--output", "-o", "PATH", "write there instead of to stdout",
              [](Options& o, std::string_view v) { o.output = v; }},
    OptionRow{"--format", "", "FORMAT", "text, json, markdown, github, sarif or junit",
              [](Options& o, std::string_view v) { o.format = v; }},
    OptionRow{"--head", "", "SOURCE", "the desired state: git:REV instead of the working tree",
              [](Options& o, std::string_view v) { o.head = v; }},
    OptionRow{"--base", "", "SOURCE", "what git said before: git:REV",
              [](Options& o, std::string_view v) { o.base = v; }},
    OptionRow{"--live", "", "SOURCE",
              "what runs: git:REV, file:PATH, env:NAME, cluster:CONTEXT or empty",
              [](Options& o, std::string_view v) { o.live = v; }},
    OptionRow{"--value", "-v", "KEY=VALUE", "a value for this run, over the environment's",
              [](Options& o, std::string_view v) {
                o.values.push_back(parse_pair(v, "KEY=VALUE", "-v"));
              }},
    OptionRow{"--jobs", "", "N", "work on N targets at a time",
              [](Options& o, std::string_view v) { o.jobs = parse_jobs(v); }},
    OptionRow{"--color", "", "WHEN", "auto, always or never",
              [](Options& o, std::string_view v) { o.color = parse_color(v); }},
    OptionRow{"--keep-going", "", "", "print the good targets although others failed",
              [](Options& o, std::string_view) { o.keep_going = true; }},
    OptionRow{"--strict", "", "",
              "warnings, kinds without a schema and what is not rendered count as errors",
              [](Options& o, std::string_view) { o.strict = true; }},
    OptionRow{"--allow-network", "", "",
              "fetch remote bases that have no mirror, once, into $XDG_CACHE_HOME/plumb",
              [](Options& o, std::string_view) { o.allow_network = true; }},
    OptionRow{"--verify-output", "", "",
              "read what is printed again with another reader and compare",
              [](Options& o, std::string_view) { o.verify_output = true; }},
    OptionRow{"--exit-code", "", "", "status 1 when the plan has steps",
              [](Options& o, std::string_view) { o.exit_code = true; }},
    OptionRow{"--check", "", "FILE", "say whether a saved plan still holds",
              [](Options& o, std::string_view v) { o.check = v; }},
    OptionRow{"--allow", "", "RULE=RESOURCE",
              "let a guard through in this run: delete-claim=PersistentVolumeClaim/data",
              [](Options& o, std::string_view v) {
                o.allow.push_back(parse_pair(v, "RULE=RESOURCE", "--allow"));
              }},
    OptionRow{"--timeout", "", "SECONDS", "how long all talk with a cluster may take; 60",
              [](Options& o, std::string_view v) { o.timeout = parse_timeout(v); }},
    OptionRow{"--allow-incomplete", "", "",
              "kinds that a cluster does not let us list do not make the status 2",
              [](Options& o, std::string_view) { o.allow_incomplete = true; }},
    OptionRow{"--verify", "", "HOW",
              "auto: ask a live server about what live does not prove; server: about everything; "
              "local: about nothing",
              [](Options& o, std::string_view v) { o.verify = parse_verify(v); }},
    OptionRow{"--affected", "", "", "the targets that the named files touch",
              [](Options& o, std::string_view) { o.affected = true; }},
    OptionRow{"--help", "-h", "", "what the command does and its options",
              [](Options& o, std::string_view) { o.help = true; }},
};

const OptionRow* find_row(std::string_view name) {
  const auto found = std::find_if(kRows.begin(), kRows.end(), [&](const OptionRow& row) {
    return row.name == name || (!row.letter.empty() && row.letter == name);
  });
  return found == kRows.end() ? nullptr : &*found;
}

const OptionRow& row_for(std::string_view name, std::span<const std::string_view> allowed) {
  const OptionRow* const row = find_row(name);
  const bool known =
      row != nullptr &&
      (row->name == "--help" || row->name == "--color" || row->name == "--directory" ||
       std::find(allowed.begin(), allowed.end(), row->name) != allowed.end());
  if (known) return *row;
  if (row != nullptr) fail("cli/other-command", {}, cat("this command has no option '", name, "'"));
  std::vector<std::string_view> names;
  for (const OptionRow& one : kRows) names.push_back(one.name);
  fail("cli/unknown-option", {}, cat("unknown option '", name, "'"),
       did_you_mean(name, std::span<const std::string_view>(names)));
}

}  // namespace

std::span<const OptionRow> option_rows() { return kRows; }

Options parse_options(std::span<const std::string> words,
                      std::span<const std::string_view> allowed) {
  Options options;
  bool only_arguments = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (only_arguments || word == "-" || !word.starts_with('-')) {
      options.arguments.emplace_back(word);
      continue;
    }
    if (word == "--") {
      only_arguments = true;
      continue;
    }
    // --name=value, --name value, -nvalue, -n value
    const bool is_long = word.starts_with("--");
    const std::size_t equals = is_long ? word.find('=') : std::string_view::npos;
    const std::string_view name = is_long ? word.substr(0, equals) : word.substr(0, 2);
    const OptionRow& row = row_for(name, allowed);
    std::optional<std::string_view> value;
    if (equals != std::string_view::npos) value = word.substr(equals + 1);
    if (!is_long && word.size() > 2) value = word.substr(2);
    if (row.argument.empty()) {
      if (value) fail("cli/bad-value", {}, cat("'", name, "' takes no value, got '", *value, "'"));
      row.apply(options, {});
      continue;
    }
    if (!value) {
      if (i + 1 == words.size())
        fail("cli/missing-argument", {}, cat("expected ", row.argument, " behind '", name, "'"));
      value = words[++i];
    }
    row.apply(options, *value);
  }
  return options;
}

}  // namespace plumb::cli
