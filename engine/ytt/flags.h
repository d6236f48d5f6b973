#pragma once
// What was typed behind `ytt`. Inside the module only.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::ytt {

struct Flags {
  std::string command;  // "template", "fmt", …; empty: none was named
  std::vector<std::string> files, file_marks;
  std::vector<std::string> values, yaml_values, file_values, values_files, env, env_yaml;
  std::vector<std::string> outputs, allowed_links;
  bool inspect_values = false, inspect_schema = false, inspect_files = false;
  bool skip_validation = false, ignore_unknown_comments = false, key_overrides = false;
  bool strict = false, debug = false, bulk_out = false, allow_all_links = false;
  bool help = false, version = false;
  std::string output_files, emptied_output_directory, bulk_in;
  std::vector<std::string> arguments;
};

// Throws ytt/option in the words of ytt's flag parser.
Flags read_flags(std::span<const std::string> words);

// The flags of a command, a line each, as its help shows them.
std::string describe_flags(std::string_view command);

}  // namespace plumb::ytt
