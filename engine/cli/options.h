#pragma once
// Every option, once: the table makes parsing, help, completion and docs/reference/cli.md.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plumb::cli {

struct Options {
  std::string directory;              // -C
  std::optional<std::string> output;  // -o
  std::string format = "text";
  std::optional<std::string> head;
  std::optional<std::string> base;
  std::optional<std::string> live;
  std::vector<std::string> environments;                    // -e
  std::vector<std::pair<std::string, std::string>> values;  // -v
  unsigned jobs = 0;                                        // 0: as many as processors
  std::string color = "auto";
  bool keep_going = false;
  bool strict = false;
  bool allow_network = false;
  bool verify_output = false;
  bool exit_code = false;
  std::optional<std::string> check;  // a saved plan
  std::vector<std::pair<std::string, std::string>>
      allow;                         // guards let through in this run: rule, resource
  std::chrono::seconds timeout{60};  // of talking to a cluster
  bool allow_incomplete = false;     // what a cluster does not show changes no status
  std::string verify = "auto";
  bool affected = false;
  bool help = false;
  std::vector<std::string> arguments;  // what is no option
};

struct OptionRow {
  std::string_view name;      // "--format"
  std::string_view letter;    // "-C", or ""
  std::string_view argument;  // "PATH", or "" for a switch
  std::string_view help;
  void (*apply)(Options& options, std::string_view value);
};
std::span<const OptionRow> option_rows();

// Reads the words behind the command. `allowed`: the names of the options this command has. Errors:
// cli/unknown-option, cli/missing-argument, cli/bad-value, cli/other-command.
Options parse_options(std::span<const std::string> words,
                      std::span<const std::string_view> allowed);

}  // namespace plumb::cli
