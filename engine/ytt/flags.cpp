#include "ytt/flags.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

struct FlagRow {
  std::string_view name;
  char letter;
  bool Flags::* toggle;
  std::string Flags::* text;
  std::vector<std::string> Flags::* list;
  std::string_view help;
  bool commas = false;             // its argument is a list
  std::string_view fmt_help = {};  // the command fmt has it, too
};

// In the order of --help, with its texts.
constexpr std::array kFlags = std::to_array<FlagRow>({
    {"allow-symlink-destination", 0, nullptr, nullptr, &Flags::allowed_links,
     "File paths to which symlinks are allowed (can be specified multiple times)", true},
    {"bulk-in", 0, nullptr, &Flags::bulk_in, nullptr, "Accept files in bulk format", false},
    {"bulk-out", 0, &Flags::bulk_out, nullptr, nullptr, "Output files in bulk format", false},
    {"dangerous-allow-all-symlink-destinations", 0, &Flags::allow_all_links, nullptr, nullptr,
     "Symlinks to all destinations are allowed", false},
    {"dangerous-data-values-disable-validation", 0, &Flags::skip_validation, nullptr, nullptr,
     "Skip validating data values (not recommended: may result in templates failing or invalid "
     "output)",
     false},
    {"dangerous-emptied-output-directory", 0, nullptr, &Flags::emptied_output_directory, nullptr,
     "Delete given directory, and then create it with output files", false},
    {"data-value", 'v', nullptr, nullptr, &Flags::values,
     "Set specific data value to given value, as string (format: all.key1.subkey=123) (can be "
     "specified multiple times)",
     false},
    {"data-value-file", 0, nullptr, nullptr, &Flags::file_values,
     "Set specific data value to contents of a file (format: [@lib1:]all.key1.subkey={file path, "
     "HTTP URL, or '-' (i.e. stdin)}) (can be specified multiple times)",
     false},
    {"data-value-yaml", 0, nullptr, nullptr, &Flags::yaml_values,
     "Set specific data value to given value, parsed as YAML (format: all.key1.subkey=true) (can "
     "be specified multiple times)",
     false},
    {"data-values-env", 0, nullptr, nullptr, &Flags::env,
     "Extract data values (as strings) from prefixed env vars (format: PREFIX for "
     "PREFIX_all__key1=str) (can be specified multiple times)",
     false},
    {"data-values-env-yaml", 0, nullptr, nullptr, &Flags::env_yaml,
     "Extract data values (parsed as YAML) from prefixed env vars (format: PREFIX for "
     "PREFIX_all__key1=true) (can be specified multiple times)",
     false},
    {"data-values-file", 0, nullptr, nullptr, &Flags::values_files,
     "Set multiple data values via plain YAML files (format: [@lib1:]{file path, HTTP URL, or '-' "
     "(i.e. stdin)}) (can be specified multiple times)",
     false},
    {"data-values-inspect", 0, &Flags::inspect_values, nullptr, nullptr,
     "Determine the final data values (applying any overlays) and display that result", false},
    {"data-values-schema-inspect", 0, &Flags::inspect_schema, nullptr, nullptr,
     "Determine the complete schema for data values (applying any overlays) and display the result "
     "(only OpenAPI v3.0 is supported, see --output)",
     false},
    {"debug", 0, &Flags::debug, nullptr, nullptr, "Enable debug output", false,
     "Enable debug output"},
    {"file", 'f', nullptr, nullptr, &Flags::files,
     "File(s) to process {filepath, HTTP URL, or '-' (i.e. stdin)} (can be specified multiple "
     "times)",
     false, "File (ie local path, HTTP URL, -) (can be specified multiple times)"},
    {"file-mark", 0, nullptr, nullptr, &Flags::file_marks,
     "File mark (ie change file path, mark as non-template) (format: file:key=value) (can be "
     "specified multiple times)",
     false},
    {"files-inspect", 0, &Flags::inspect_files, nullptr, nullptr,
     "Determine the set of files that would be processed and display that result", false},
    {"help", 'h', &Flags::help, nullptr, nullptr, "help for ", false, "help for "},
    {"ignore-unknown-comments", 0, &Flags::ignore_unknown_comments, nullptr, nullptr,
     "Configure whether unknown comments are considered as errors (comments that do not start with "
     "'#@' or '#!')",
     false},
    {"implicit-map-key-overrides", 0, &Flags::key_overrides, nullptr, nullptr,
     "Configure whether implicit map keys overrides are allowed", false},
    {"output", 'o', nullptr, nullptr, &Flags::outputs,
     "Configure output format. Can specify file format (yaml, json, pos) and/or schema type "
     "(openapi-v3) (can be specified multiple times) (default [yaml])",
     true},
    {"output-files", 0, nullptr, &Flags::output_files, nullptr,
     "Add output files to given directory", false},
    {"strict", 's', &Flags::strict, nullptr, nullptr, "Configure to use _strict_ YAML subset",
     false, "Configure to use _strict_ YAML subset"},
    {"version", 0, &Flags::version, nullptr, nullptr, "version for ", false},
});

// What the command has. The commands that print something have --help only.
std::vector<FlagRow> rows_of(std::string_view command) {
  std::vector<FlagRow> out;
  for (FlagRow row : kFlags) {
    const bool all = command.empty() || command == "template";
    if (!all && command != "fmt" && row.name != "help") continue;
    if (command == "fmt" && row.fmt_help.empty()) continue;
    if (row.name == "version" && !command.empty()) continue;
    if (command == "fmt") row.help = row.fmt_help;
    out.push_back(row);
  }
  return out;
}

[[noreturn]] void refuse_flag(std::string text) { refuse("ytt/option", std::move(text)); }

bool parse_bool(const FlagRow& row, std::string_view value) {
  constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(kTrue.begin(), kTrue.end(), value) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), value) != kFalse.end()) return false;
  const std::string shown =
      row.letter != 0 ? cat("-", row.letter, ", --", row.name) : cat("--", row.name);
  refuse_flag(cat("invalid argument \"", value, "\" for \"", shown,
                  "\" flag: strconv.ParseBool: parsing \"", value, "\": invalid syntax"));
}

void apply(Flags& flags, const FlagRow& row, std::string_view value) {
  if (row.toggle != nullptr) {
    flags.*row.toggle = parse_bool(row, value);
  } else if (row.text != nullptr) {
    flags.*row.text = value;
  } else if (row.commas) {
    for (const std::string_view part : split(value, ',')) (flags.*row.list).emplace_back(part);
  } else {
    (flags.*row.list).emplace_back(value);
  }
}

class FlagReader {
 public:
  FlagReader(std::span<const std::string> words, Flags& flags)
      : words_(words), flags_(flags), rows_(rows_of(flags.command)) {}

  void run() {
    for (; at_ < words_.size(); ++at_) {
      const std::string_view word = words_[at_];
      if (word == "--") {
        for (++at_; at_ < words_.size(); ++at_) flags_.arguments.push_back(words_[at_]);
        return;
      }
      if (word.starts_with("--")) {
        long_flag(word.substr(2));
      } else if (word.starts_with('-') && word.size() > 1) {
        letters(word.substr(1));
      } else {
        flags_.arguments.emplace_back(word);
      }
    }
  }

 private:
  void long_flag(std::string_view word) {
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const auto row = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const FlagRow& each) { return each.name == name; });
    if (row == rows_.end()) refuse_flag(cat("unknown flag: --", name));
    if (equals != std::string_view::npos) return apply(flags_, *row, word.substr(equals + 1));
    if (row->toggle != nullptr) return apply(flags_, *row, "true");
    if (at_ + 1 == words_.size()) refuse_flag(cat("flag needs an argument: --", name));
    apply(flags_, *row, words_[++at_]);
  }

  void letters(std::string_view word) {
    for (std::size_t i = 0; i < word.size(); ++i) {
      const char letter = word[i];
      const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const FlagRow& each) {
        return each.letter != 0 && each.letter == letter;
      });
      if (row == rows_.end()) refuse_flag(cat("unknown shorthand flag: '", letter, "' in -", word));
      std::string_view rest = word.substr(i + 1);
      if (row->toggle != nullptr && !rest.starts_with('=')) {
        apply(flags_, *row, "true");
        continue;
      }
      if (rest.starts_with('=')) return apply(flags_, *row, rest.substr(1));
      if (!rest.empty()) return apply(flags_, *row, rest);
      if (at_ + 1 == words_.size())
        refuse_flag(cat("flag needs an argument: '", letter, "' in -", word));
      return apply(flags_, *row, words_[++at_]);
    }
  }

  std::span<const std::string> words_;
  Flags& flags_;
  std::vector<FlagRow> rows_;  // of the command
  std::size_t at_ = 0;
};

bool is_command(std::string_view word) {
  constexpr std::array<std::string_view, 8> kCommands{"template", "t",    "tpl",        "fmt",
                                                      "version",  "help", "completion", "website"};
  return std::find(kCommands.begin(), kCommands.end(), word) != kCommands.end();
}

// Whether the next word belongs to the flag.
bool takes_next(std::string_view word) {
  if (word.find('=') != std::string_view::npos) return false;
  for (const FlagRow& row : kFlags) {
    const bool named = word.starts_with("--")
                           ? word.substr(2) == row.name
                           : word.size() == 2 && row.letter != 0 && word[1] == row.letter;
    if (named) return row.toggle == nullptr;
  }
  return false;
}

// The first word that is no flag may be a command: its place, or the number of words.
std::size_t find_command(std::span<const std::string> words) {
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at] == "--") break;
    if (words[at].size() < 2 || words[at][0] != '-')
      return is_command(words[at]) ? at : words.size();
    if (takes_next(words[at])) ++at;
  }
  return words.size();
}

std::string type_of(const FlagRow& row) {
  if (row.toggle != nullptr) return {};
  return row.text != nullptr ? " string" : row.commas ? " strings" : " stringArray";
}

}  // namespace

Flags read_flags(std::span<const std::string> words) {
  Flags flags;
  const std::size_t at = find_command(words);
  std::vector<std::string> rest(words.begin(), words.end());
  if (at < rest.size()) {
    const std::string& word = rest[at];
    flags.command = word == "t" || word == "tpl" ? "template" : word;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
  }
  FlagReader(rest, flags).run();
  return flags;
}

std::string describe_flags(std::string_view command) {
  std::vector<std::pair<std::string, std::string>> lines;
  std::size_t width = 0;
  for (const FlagRow& row : rows_of(command)) {
    std::string head = row.letter != 0 ? cat("  -", row.letter, ", ") : "      ";
    head += cat("--", row.name, type_of(row));
    const bool own = row.help.ends_with(" for ");
    lines.emplace_back(std::move(head), cat(row.help, !own              ? ""
                                                      : command.empty() ? "ytt"
                                                                        : command));
    width = std::max(width, lines.back().first.size());
  }
  std::string out;
  for (const auto& [head, help] : lines)
    out += cat(head, std::string(width + 3 - head.size(), ' '), help, "\n");
  return out;
}

}  // namespace plumb::ytt
