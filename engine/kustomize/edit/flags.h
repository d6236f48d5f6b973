#pragma once
// The words of an edit command: flags and arguments, as kustomize's flag reader takes them.
//
//   constexpr FlagShape kFlags[] = {{"namespace", 0, FlagKind::kText}};
//   const Words words = parse_words(rest, kFlags);
//   words.text("namespace"), words.arguments

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::kustomize::edit {

enum class FlagKind : std::uint8_t {
  kSwitch,
  kText,    // the last one counts
  kTexts,   // each one counts
  kCommas,  // each one counts, and is a list divided by commas
};

struct FlagShape {
  std::string_view name;
  char letter = 0;  // "-f"; 0: none
  FlagKind kind = FlagKind::kText;
};

struct Words {
  std::vector<std::string> arguments;
  std::map<std::string_view, std::vector<std::string>> flags;  // by FlagShape::name
  bool help = false;

  bool is_set(std::string_view name) const;  // a switch that is on
  std::string text(std::string_view name) const;
  const std::vector<std::string>& texts(std::string_view name) const;
};

// Errors: kustomize/edit, in kustomize's words. `shapes` must outlive the result.
Words parse_words(std::span<const std::string> words, std::span<const FlagShape> shapes);

}  // namespace plumb::kustomize::edit
