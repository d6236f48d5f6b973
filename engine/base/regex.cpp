#include "base/regex.h"

#include <re2/re2.h>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb {

struct Regex::Compiled {
  re2::RE2 re;
  explicit Compiled(std::string_view pattern) : re(view(pattern), options()) {}
  static re2::StringPiece view(std::string_view text) { return {text.data(), text.size()}; }
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return options;
  }
};

Regex::Regex(std::string_view pattern) : compiled_(std::make_unique<Compiled>(pattern)) {
  if (!compiled_->re.ok()) {
    fail("base/regex", {},
         cat("'", pattern, "' is not a regular expression: ", compiled_->re.error()),
         {{"RE2 syntax: no look-around and no back-references"}},
         {std::string(pattern), compiled_->re.error()});
  }
}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

std::optional<std::string> Regex::why_invalid(std::string_view pattern) {
  const Compiled compiled(pattern);
  if (compiled.re.ok()) return std::nullopt;
  return compiled.re.error();
}

bool Regex::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(Compiled::view(text), compiled_->re);
}

bool Regex::matches_whole(std::string_view text) const {
  return re2::RE2::FullMatch(Compiled::view(text), compiled_->re);
}

int Regex::group_count() const { return compiled_->re.NumberOfCapturingGroups(); }

std::optional<int> Regex::group_number(std::string_view name) const {
  const auto& groups = compiled_->re.NamedCapturingGroups();
  const auto at = groups.find(std::string(name));
  return at == groups.end() ? std::nullopt : std::optional(at->second);
}

std::optional<std::vector<std::optional<std::string_view>>> Regex::find(std::string_view text,
                                                                        std::size_t from) const {
  std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(group_count()) + 1);
  if (!compiled_->re.Match(Compiled::view(text), from, text.size(), re2::RE2::UNANCHORED,
                           pieces.data(), static_cast<int>(pieces.size()))) {
    return std::nullopt;
  }
  std::vector<std::optional<std::string_view>> groups;
  for (const re2::StringPiece& piece : pieces) {
    if (piece.data() == nullptr) {
      groups.emplace_back(std::nullopt);
    } else {
      groups.emplace_back(std::string_view(piece.data(), piece.size()));
    }
  }
  return groups;
}

}  // namespace plumb
