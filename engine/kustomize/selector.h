#pragma once
// Which resources a patch or a replacement is for.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "kustomize/item.h"

namespace plumb::kustomize {

// A requirement of Kubernetes' label selectors: "app=web", "tier in (a, b)", "!canary".
struct LabelRequirement {
  enum class Operator : std::uint8_t { kIn, kNotIn, kExists, kNotExists, kGreater, kLess };
  std::string key;
  Operator op = Operator::kExists;
  std::vector<std::string> values;
};
// Errors: kustomize/label-selector (argument: the text that tools print).
std::vector<LabelRequirement> parse_label_selector(std::string_view text, Span span);
// `labels`: a map of strings, or null.
bool matches_labels(const std::vector<LabelRequirement>& requirements, const yaml::Node* labels);

// Group, version, kind, name and namespace are regular expressions for the whole text; empty ones
// match everything.
class Selector {
 public:
  // `target` must outlive it. Errors: kustomize/selector-regex.
  explicit Selector(const yaml::Node& target);

  bool matches_gvk(const Gvk& gvk) const;
  bool matches_name(std::string_view name) const { return name_.matches(name); }
  bool matches_namespace(std::string_view name) const { return namespace_.matches(name); }
  // Errors: kustomize/label-selector.
  bool matches_metadata(const yaml::Node& body) const;
  // The name, if only one can match.
  std::optional<std::string_view> literal_name() const;

 private:
  struct Part {
    std::string_view text;
    std::optional<Regex> regex;
    bool literal = true;
    explicit Part(const yaml::Node& target, std::string_view field);
    bool matches(std::string_view value) const;
  };
  Part group_, version_, kind_, name_, namespace_;
  // Read when the first object is held against it: one that meets nothing may be wrong.
  struct Requirements {
    const yaml::Node* text = nullptr;
    mutable std::optional<std::vector<LabelRequirement>> parsed = std::nullopt;
    bool match(const yaml::Node* labels) const;
  };
  Requirements labels_, annotations_;
};

// As patches select: by the name and effective namespace a resource has or had at first.
std::vector<Item*> select(const Items& items, const Selector& selector);

}  // namespace plumb::kustomize
