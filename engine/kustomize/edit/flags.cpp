#include "kustomize/edit/flags.h"

#include <algorithm>
#include <optional>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::kustomize::edit {

namespace {

// What Go's strconv.ParseBool takes.
std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
    if (text == yes) return true;
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
    if (text == no) return false;
  return std::nullopt;
}

class Parser {
 public:
  Parser(std::span<const std::string> words, std::span<const FlagShape> shapes)
      : words_(words), shapes_(shapes) {}

  Words run() {
    for (; at_ < words_.size(); ++at_) {
      const std::string& word = words_[at_];
      if (word == "--") {
        out_.arguments.insert(out_.arguments.end(), words_.begin() + 1 + static_cast<long>(at_),
                              words_.end());
        break;
      }
      if (word.starts_with("--"))
        read_long(word);
      else if (word.size() > 1 && word[0] == '-')
        read_letters(word);
      else
        out_.arguments.push_back(word);
    }
    return std::move(out_);
  }

 private:
  void read_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (name == "help" || name == "stack-trace") {
      out_.help = out_.help || name == "help";
      return;
    }
    const auto shape = std::ranges::find(shapes_, name, &FlagShape::name);
    if (shape == shapes_.end()) fail("kustomize/edit", {}, cat("unknown flag: --", name));
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    take(*shape, cat("--", name), cat("--", name), value);
  }

  // "-f", "-fx", "-f=x", "-f x"; several switches in one word.
  void read_letters(const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      if (word[i] == 'h') {
        out_.help = true;
        continue;
      }
      const auto shape = std::ranges::find(shapes_, word[i], &FlagShape::letter);
      if (shape == shapes_.end())
        fail("kustomize/edit", {},
             cat("unknown shorthand flag: '", word.substr(i, 1), "' in ", word));
      std::optional<std::string> value;
      if (i + 1 < word.size() && word[i + 1] == '=') value = word.substr(i + 2);
      if (!value && shape->kind != FlagKind::kSwitch && i + 1 < word.size())
        value = word.substr(i + 1);
      take(*shape, cat("'", word.substr(i, 1), "' in ", word),
           cat("-", word.substr(i, 1), ", --", shape->name), value);
      if (value || shape->kind != FlagKind::kSwitch) return;
    }
  }

  void take(const FlagShape& shape, const std::string& asked, const std::string& shown,
            std::optional<std::string> value) {
    std::vector<std::string>& values = out_.flags[shape.name];
    if (shape.kind == FlagKind::kSwitch) {
      const auto on = parse_bool(value.value_or("true"));
      if (!on)
        fail("kustomize/edit", {},
             cat("invalid argument \"", *value, "\" for \"", shown,
                 "\" flag: strconv.ParseBool: parsing \"", *value, "\": invalid syntax"));
      values = {*on ? "true" : "false"};
      return;
    }
    if (!value) {
      if (++at_ >= words_.size())
        fail("kustomize/edit", {}, cat("flag needs an argument: ", asked));
      value = words_[at_];
    }
    if (shape.kind == FlagKind::kText) values.clear();
    if (shape.kind != FlagKind::kCommas) return values.push_back(*value);
    for (const std::string_view part : split(*value, ',')) values.emplace_back(part);
  }

  std::span<const std::string> words_;
  std::span<const FlagShape> shapes_;
  std::size_t at_ = 0;
  Words out_;
};

}  // namespace

bool Words::is_set(std::string_view name) const {
  const auto there = flags.find(name);
  return there != flags.end() && there->second.front() == "true";
}

std::string Words::text(std::string_view name) const {
  const auto there = flags.find(name);
  return there == flags.end() || there->second.empty() ? "" : there->second.back();
}

const std::vector<std::string>& Words::texts(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto there = flags.find(name);
  return there == flags.end() ? kNone : there->second;
}

Words parse_words(std::span<const std::string> words, std::span<const FlagShape> shapes) {
  return Parser(words, shapes).run();
}

}  // namespace plumb::kustomize::edit
