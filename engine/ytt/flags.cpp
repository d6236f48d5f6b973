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
  bool commas = false;  // its argument is a list
  bool of_fmt = false;  // the command fmt has it, too
};

constexpr std::array kFlags = std::to_array<FlagRow>({
    {"file", 'f', nullptr, nullptr, &Flags::files, false, true},
    {"file-mark", 0, nullptr, nullptr, &Flags::file_marks},
    {"data-value", 'v', nullptr, nullptr, &Flags::values},
    {"data-value-yaml", 0, nullptr, nullptr, &Flags::yaml_values},
    {"data-value-file", 0, nullptr, nullptr, &Flags::file_values},
    {"data-values-file", 0, nullptr, nullptr, &Flags::values_files},
    {"data-values-env", 0, nullptr, nullptr, &Flags::env},
    {"data-values-env-yaml", 0, nullptr, nullptr, &Flags::env_yaml},
    {"data-values-inspect", 0, &Flags::inspect_values, nullptr, nullptr},
    {"data-values-schema-inspect", 0, &Flags::inspect_schema, nullptr, nullptr},
    {"dangerous-data-values-disable-validation", 0, &Flags::skip_validation, nullptr, nullptr},
    {"output", 'o', nullptr, nullptr, &Flags::outputs, true},
    {"output-files", 0, nullptr, &Flags::output_files, nullptr},
    {"dangerous-emptied-output-directory", 0, nullptr, &Flags::emptied_output_directory, nullptr},
    {"files-inspect", 0, &Flags::inspect_files, nullptr, nullptr},
    {"ignore-unknown-comments", 0, &Flags::ignore_unknown_comments, nullptr, nullptr},
    {"implicit-map-key-overrides", 0, &Flags::key_overrides, nullptr, nullptr},
    {"strict", 's', &Flags::strict, nullptr, nullptr, false, true},
    {"debug", 0, &Flags::debug, nullptr, nullptr, false, true},
    {"bulk-in", 0, nullptr, &Flags::bulk_in, nullptr},
    {"bulk-out", 0, &Flags::bulk_out, nullptr, nullptr},
    {"allow-symlink-destination", 0, nullptr, nullptr, &Flags::allowed_links, true},
    {"dangerous-allow-all-symlink-destinations", 0, &Flags::allow_all_links, nullptr, nullptr},
    {"help", 'h', &Flags::help, nullptr, nullptr, false, true},
    {"version", 0, &Flags::version, nullptr, nullptr},
});

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
      : words_(words), flags_(flags), rows_(kFlags.begin(), kFlags.end()) {
    if (flags.command != "fmt") return;
    std::erase_if(rows_, [](const FlagRow& row) { return !row.of_fmt; });
  }

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

}  // namespace

Flags read_flags(std::span<const std::string> words) {
  constexpr std::array<std::string_view, 7> kCommands{"template", "t",    "tpl",       "fmt",
                                                      "version",  "help", "completion"};
  Flags flags;
  if (!words.empty() &&
      std::find(kCommands.begin(), kCommands.end(), words[0]) != kCommands.end()) {
    flags.command = words[0] == "t" || words[0] == "tpl" ? "template" : words[0];
    words = words.subspan(1);
  }
  FlagReader(words, flags).run();
  return flags;
}

}  // namespace plumb::ytt
