#pragma once
// Reads a mapping of settings: each key once, by its type, unknown ones refused with the nearest
// known name.
//
//   Settings settings(node, "unit 'web'");
//   const auto path = settings.text("kustomize");
//   settings.finish();   // throws project/unknown-key for what nobody asked for

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "project/project.h"
#include "yaml/node.h"

namespace plumb::project {

class Settings {
 public:
  // Not a mapping (or null): project/expected.
  Settings(const yaml::Node& node, std::string what);

  std::optional<Located> text(std::string_view key);
  std::vector<Located> texts(std::string_view key);  // a list, or one text
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key);
  std::map<std::string, std::string> text_map(std::string_view key);
  const yaml::Node* mapping(std::string_view key);
  const yaml::Node* sequence(std::string_view key);
  const yaml::Node* any(std::string_view key);
  void finish();

  Span place() const { return node_.span; }

 private:
  [[noreturn]] void fail_type(std::string_view key, const yaml::Node& found,
                              std::string_view expected) const;
  const yaml::Node& node_;
  std::string what_;
  std::vector<std::string_view> known_;
};

}  // namespace plumb::project
