#pragma once
// What the targets around doors share: limits that fit the fuzzer, an input of several texts, and
// what is asked of every Error, whatever it says.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/limits.h"
#include "base/text.h"

namespace plumb::fuzz {

inline constexpr std::size_t kBytesMax = 20'000;

inline Limits small_limits() {
  Limits limits;
  limits.read_depth = 200;  // the fuzzer's stack is the system's
  limits.alias_nodes = 10'000;
  limits.objects = 1'000;
  limits.answer_bytes = 1 << 20;
  return limits;
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The texts between lines of `%%`; at least `count`, the last ones empty.
inline std::vector<std::string> parts_of(std::string_view text, std::size_t count) {
  constexpr std::string_view kBreak = "\n%%\n";
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = std::min(text.find(kBreak), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) break;
    text.remove_prefix(end + kBreak.size());
  }
  if (parts.size() < count) parts.resize(count);
  return parts;
}

// Every code that the reference explains.
inline const std::set<std::string, std::less<>>& documented_codes() {
  static const std::set<std::string, std::less<>> kCodes = [] {
    std::set<std::string, std::less<>> codes;
    for (const auto& entry : std::filesystem::directory_iterator(PLUMB_DIAGNOSTICS_DIR)) {
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);)
        if (line.starts_with("### ")) codes.insert(replace_all(line.substr(4), "`", ""));
    }
    return codes;
  }();
  return kCodes;
}

// A diagnostic has a code that the reference explains, and moves no cursor. Gives it as it is
// printed.
inline std::string check_diagnostic(const Diagnostic& diagnostic, const SourceStore& sources) {
  require(documented_codes().contains(diagnostic.code));
  std::string printed = format_diagnostic(diagnostic, sources);
  for (const char c : printed)
    require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
  return printed;
}

// Does the work; what it says when it ends in an Error.
inline std::optional<std::string> error_of(const SourceStore& sources,
                                           const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    std::string printed = check_diagnostic(error.diagnostic(), sources);
    for (const Diagnostic& further : error.further()) printed += check_diagnostic(further, sources);
    return printed;
  }
  return std::nullopt;
}

}  // namespace plumb::fuzz
