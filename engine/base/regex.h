#pragma once
// Regular expressions in RE2's syntax, which is Go's (door: re2). Linear in the text, whatever the
// pattern.
//
//   const Regex name("^[a-z]+$");
//   name.matches("abc") == true

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

class Regex {
 public:
  // Throws Error base/regex (arguments: pattern, cause) when the pattern is not valid.
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  // Why a pattern is refused, or nothing.
  static std::optional<std::string> why_invalid(std::string_view pattern);

  // Whether it matches somewhere in the text; use ^ and $ to anchor.
  bool matches(std::string_view text) const;
  bool matches_whole(std::string_view text) const;
  // The first match at or after `from`: the whole and its groups; a group that took no part is
  // nullopt. The views point into `text`.
  std::optional<std::vector<std::optional<std::string_view>>> find(std::string_view text,
                                                                   std::size_t from = 0) const;
  int group_count() const;
  // The number of the group (?P<name>…), or nothing.
  std::optional<int> group_number(std::string_view name) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace plumb
