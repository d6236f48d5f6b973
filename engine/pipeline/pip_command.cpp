#include "pipeline/pip_command.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace plumb::pipeline {

namespace {

constexpr std::size_t kNone = std::string_view::npos;

// ---- words of a script ----

enum class TokenKind : std::uint8_t { kWord, kOperator, kRedirection };

struct Token {
  TokenKind kind = TokenKind::kWord;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string value;  // a word without its quotes, substitutions as they are written
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool ends_word(char c) { return is_blank(c) || contains("\n;&|()<>", std::string_view(&c, 1)); }

class ShellScanner {
 public:
  explicit ShellScanner(std::string_view text) : text_(text) {}

  // Nothing when a quote, a substitution or a here-document does not end.
  std::optional<std::vector<Token>> scan() {
    while (at_ < text_.size() && !broken_) scan_one();
    if (broken_) return {};
    return std::move(tokens_);
  }

 private:
  char here() const { return text_[at_]; }
  bool starts(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void scan_one() {
    if (is_blank(here())) {
      ++at_;
    } else if (starts("\\\n")) {
      at_ += 2;
    } else if (here() == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (here() == '\n') {
      add(TokenKind::kOperator, 1);
      skip_here_documents();
    } else if (here() == '<' || here() == '>') {
      scan_redirection();
    } else if (ends_word(here())) {
      add(TokenKind::kOperator, starts("&&") || starts("||") || starts(";;") ? 2 : 1);
    } else {
      scan_word();
    }
  }

  void add(TokenKind kind, std::size_t length) {
    tokens_.push_back({kind, at_, at_ + length, std::string(text_.substr(at_, length))});
    at_ += length;
  }

  void scan_redirection() {
    std::size_t length = 1;
    while (at_ + length < text_.size() && contains("<>&|-", text_.substr(at_ + length, 1)))
      ++length;
    const bool opens_document = starts("<<") && !starts("<<<");
    add(TokenKind::kRedirection, length);
    if (opens_document) awaits_delimiter_ = true;
  }

  void scan_word() {
    Token word{TokenKind::kWord, at_, at_, {}};
    while (at_ < text_.size() && !ends_word(here()) && !broken_) {
      if (starts("\\\n")) {
        at_ += 2;  // the next line goes on with the word, or stands beside it
        continue;
      }
      if (here() == '\'') {
        scan_single_quotes(word.value);
      } else if (here() == '"') {
        scan_double_quotes(word.value);
      } else if (here() == '$' || here() == '`') {
        scan_substitution(word.value);
      } else if (here() == '\\' && at_ + 1 < text_.size()) {
        word.value.push_back(text_[at_ + 1]);
        at_ += 2;
      } else {
        word.value.push_back(text_[at_++]);
      }
      word.end = at_;
    }
    if (awaits_delimiter_) delimiters_.push_back(word.value);
    awaits_delimiter_ = false;
    tokens_.push_back(std::move(word));
  }

  void scan_single_quotes(std::string& value) {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == kNone) return give_up();
    value.append(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
  }

  void scan_double_quotes(std::string& value) {
    ++at_;
    while (at_ < text_.size() && here() != '"' && !broken_) {
      if (here() == '$' || here() == '`') {
        scan_substitution(value);
      } else if (here() == '\\' && at_ + 1 < text_.size()) {
        if (!contains("$`\"\\\n", text_.substr(at_ + 1, 1))) value.push_back('\\');
        if (text_[at_ + 1] != '\n') value.push_back(text_[at_ + 1]);
        at_ += 2;
      } else {
        value.push_back(text_[at_++]);
      }
    }
    if (at_ >= text_.size()) return give_up();
    ++at_;
  }

  // $name, ${…}, $(…), `…`: kept as written.
  void scan_substitution(std::string& value) {
    const std::size_t begin = at_;
    if (here() == '`') {
      skip_to_closing('`', '`');
    } else if (starts("$(")) {
      ++at_;
      skip_to_closing('(', ')');
    } else if (starts("${")) {
      ++at_;
      skip_to_closing('{', '}');
    } else {
      ++at_;
    }
    value.append(text_.substr(begin, at_ - begin));
  }

  // From the opening character to behind its partner; quotes inside hide both.
  void skip_to_closing(char open, char close) {
    int depth = 1;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = here();
      if (c == '\\') {
        ++at_;
      } else if (c == '\'' && close != '`' && close != '}') {
        at_ = text_.find('\'', at_ + 1);
        if (at_ == kNone) break;
      } else if (c == close) {
        if (--depth == 0) {
          ++at_;
          return;
        }
      } else if (c == open) {
        ++depth;
      }
    }
    give_up();
  }

  void skip_here_documents() {
    for (const std::string& delimiter : delimiters_) {
      for (;;) {
        if (at_ >= text_.size()) return give_up();
        const std::size_t end = std::min(text_.find('\n', at_), text_.size());
        std::string_view line = text_.substr(at_, end - at_);
        at_ = std::min(end + 1, text_.size());
        while (line.starts_with('\t')) line.remove_prefix(1);
        if (line == delimiter) break;
      }
    }
    delimiters_.clear();
  }

  void give_up() {
    broken_ = true;
    at_ = text_.size();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool broken_ = false;
  bool awaits_delimiter_ = false;
  std::vector<std::string> delimiters_;
  std::vector<Token> tokens_;
};

// ---- simple commands ----

// The words of one command, without redirections and what stands before the command's name.
using Command = std::vector<const Token*>;

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == kNone || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// Words after which a command's name still comes.
bool precedes_command(std::string_view word) {
  static constexpr std::array<std::string_view, 14> kWords{
      "if", "then", "elif", "else", "while", "until",   "do",
      "!",  "{",    "time", "exec", "env",   "command", "sudo"};
  return is_assignment(word) || std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::vector<Command> commands_of(const std::vector<Token>& tokens) {
  std::vector<Command> commands(1);
  bool skip = false;  // the word behind a redirection
  for (const Token& token : tokens) {
    if (token.kind == TokenKind::kOperator) {
      commands.emplace_back();
    } else if (token.kind == TokenKind::kRedirection) {
      skip = true;
      continue;
    } else if (!skip && !(commands.back().empty() && precedes_command(token.value))) {
      commands.back().push_back(&token);
    }
    skip = false;
  }
  return commands;
}

// ---- pip ----

// "python3.11" is python with a version; "/venv/bin/pip3" is pip.
bool is_program(std::string_view word, std::string_view name) {
  word.remove_prefix(word.rfind('/') + 1);  // npos + 1 == 0
  if (!word.starts_with(name)) return false;
  return word.substr(name.size()).find_first_not_of("0123456789.") == kNone;
}

// General options of pip that take a value of their own word.
bool takes_value(std::string_view option) {
  static constexpr std::array<std::string_view, 10> kOptions{
      "--proxy", "--retries", "--timeout",     "--log",           "--cache-dir",
      "--cert",  "--python",  "--client-cert", "--exists-action", "--trusted-host"};
  return std::find(kOptions.begin(), kOptions.end(), option) != kOptions.end();
}

// The place behind "pip" or "python … -m pip"; npos when the command is another.
std::size_t behind_pip(const Command& command) {
  if (command.empty()) return kNone;
  if (is_program(command[0]->value, "pip")) return 1;
  if (!is_program(command[0]->value, "python")) return kNone;
  for (std::size_t i = 1; i + 1 < command.size() && command[i]->value.starts_with('-'); ++i)
    if (command[i]->value == "-m") return command[i + 1]->value == "pip" ? i + 2 : kNone;
  return kNone;
}

// The place of the word "install" in a `pip install`.
std::size_t install_index(const Command& command) {
  std::size_t at = behind_pip(command);
  if (at == kNone) return kNone;
  for (; at < command.size() && command[at]->value.starts_with('-'); ++at)
    if (takes_value(command[at]->value)) ++at;
  return at < command.size() && command[at]->value == "install" ? at : kNone;
}

// How many words the index flag at `at` takes: 0 when it is none.
std::size_t index_flag_words(const Command& command, std::size_t at) {
  static constexpr std::array<std::string_view, 4> kFlags{"--index-url", "--extra-index-url",
                                                          "--trusted-host", "--pypi-url"};
  const std::string_view word = command[at]->value;
  const std::size_t with_value = at + 1 < command.size() ? 2 : 1;
  if (word == "-i") return with_value;
  if (word.starts_with("-i")) return 1;
  for (const std::string_view flag : kFlags) {
    if (word == flag) return with_value;
    if (word.starts_with(flag) && word[flag.size()] == '=') return 1;
  }
  return 0;
}

std::string shell_quoted(std::string_view text) {
  const bool plain = text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-"
                         "[]") == kNone;
  return plain && !text.empty() ? std::string(text)
                                : cat('\'', replace_all(text, "'", "'\\''"), '\'');
}

// Names of packages compare without case and with '-', '_' and '.' the same.
std::string package_name(std::string_view name) {
  std::string out = lower(name);
  for (char& c : out)
    if (c == '_' || c == '.') c = '-';
  return out;
}

// The requirement with another version, or nothing when it is of no pinned package.
std::optional<std::string> pinned(std::string_view requirement, const PipFlags& flags) {
  const std::size_t name_end = std::min(requirement.find_first_of("[=<>!~ ;@"), requirement.size());
  const auto pin = flags.pins.find(package_name(requirement.substr(0, name_end)));
  if (pin == flags.pins.end()) return {};
  std::size_t head_end = name_end;
  if (name_end < requirement.size() && requirement[name_end] == '[')
    head_end = std::min(requirement.find(']', name_end), requirement.size() - 1) + 1;
  const std::size_t marker = requirement.find(';', head_end);
  const std::string_view rest = marker == kNone ? std::string_view() : requirement.substr(marker);
  return cat(requirement.substr(0, head_end), pin->second, rest);
}

// A word goes with the blanks before it.
TextEdit removal(std::string_view script, const Token& word) {
  std::size_t begin = word.begin;
  for (;;) {
    if (begin > 0 && is_blank(script[begin - 1])) {
      --begin;
    } else if (begin > 1 && script.substr(begin - 2, 2) == "\\\n") {
      begin -= 2;
    } else {
      return {begin, word.end - begin, {}};
    }
  }
}

std::vector<TextEdit> flag_edits(std::string_view script, const Command& command,
                                 std::size_t install, const PipFlags& flags) {
  std::vector<TextEdit> edits;
  if (flags.flags.empty()) return edits;
  std::string inserted;
  for (const auto& [flag, value] : flags.flags)
    inserted += cat(' ', flag, ' ', shell_quoted(value));
  edits.push_back({command[install]->end, 0, std::move(inserted)});
  for (std::size_t at = install + 1; at < command.size() && command[at]->value != "--"; ++at)
    for (std::size_t words = index_flag_words(command, at); words > 0; --words)
      edits.push_back(removal(script, *command[words == 1 ? at : at++]));
  // An edit that gives back what was there is none.
  const std::size_t end = edits.back().offset + edits.back().length;
  const bool same = apply_edits(script.substr(0, end), edits) == script.substr(0, end);
  return same ? std::vector<TextEdit>() : edits;
}

void add_pin_edits(std::vector<TextEdit>& edits, const Command& command, std::size_t install,
                   const PipFlags& flags) {
  for (std::size_t at = install + 1; at < command.size() && !flags.pins.empty(); ++at) {
    const Token& word = *command[at];
    const std::optional<std::string> requirement = pinned(word.value, flags);
    if (requirement && *requirement != word.value)
      edits.push_back({word.begin, word.end - word.begin, cat('\'', *requirement, '\'')});
  }
}

template <typename Visit>
void each_pip_call(std::string_view script, Visit visit) {
  const auto tokens = ShellScanner(script).scan();
  if (!tokens) return;
  for (const Command& command : commands_of(*tokens))
    if (const std::size_t install = install_index(command); install != kNone)
      visit(command, install);
}

bool is_shell(std::string_view word) {
  word.remove_prefix(word.rfind('/') + 1);
  return word == "sh" || word == "bash" || word == "dash" || word == "ash";
}

}  // namespace

std::size_t bootstrap_index(const std::vector<std::string_view>& command) {
  if (command.empty() || !is_shell(command[0])) return kNone;
  for (std::size_t i = 1; i + 1 < command.size(); ++i) {
    const std::string_view word = command[i];
    if (!word.starts_with('-') || word.starts_with("--")) return kNone;
    if (contains(word, "c")) return i + 1;
    if (word.ends_with('o')) ++i;  // the name of an option comes
  }
  return kNone;
}

bool runs_the_rest(std::string_view script) { return trim(script).ends_with("\"$0\" \"$@\""); }

std::vector<TextEdit> pip_edits(std::string_view script, const PipFlags& flags) {
  std::vector<TextEdit> edits;
  each_pip_call(script, [&](const Command& command, std::size_t install) {
    for (TextEdit& edit : flag_edits(script, command, install, flags))
      edits.push_back(std::move(edit));
    add_pin_edits(edits, command, install, flags);
  });
  std::stable_sort(edits.begin(), edits.end(),
                   [](const TextEdit& a, const TextEdit& b) { return a.offset < b.offset; });
  return edits;
}

std::size_t count_pip_calls(std::string_view script) {
  std::size_t calls = 0;
  each_pip_call(script, [&](const Command&, std::size_t) { ++calls; });
  return calls;
}

std::string apply_edits(std::string_view text, const std::vector<TextEdit>& edits) {
  std::string out;
  std::size_t at = 0;
  for (const TextEdit& edit : edits) {
    out.append(text.substr(at, edit.offset - at));
    out.append(edit.text);
    at = edit.offset + edit.length;
  }
  out.append(text.substr(at));
  return out;
}

}  // namespace plumb::pipeline
