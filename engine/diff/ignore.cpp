#include "diff/ignore.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "diff/managed.h"

namespace plumb::diff {

namespace {

using yaml::Node;
using Steps = std::vector<IgnoreStep>;
using Kind = IgnoreStep::Kind;

Steps read_pointer(std::string_view pointer) {
  Steps steps;
  if (pointer.starts_with('/')) pointer.remove_prefix(1);
  for (const std::string_view part : split(pointer, '/')) {
    steps.push_back({Kind::kKey, replace_all(replace_all(part, "~1", "/"), "~0", "~"), {}, 0});
  }
  return steps;
}

// A path of jq, from left to right.
class JqPath {
 public:
  explicit JqPath(std::string_view text) : text_(text) {}

  // Nothing when it says more than a path can.
  std::optional<Steps> read() {
    blanks();
    while (at_ < text_.size()) {
      if (!step()) return std::nullopt;
      blanks();
    }
    if (steps_.empty()) return std::nullopt;
    return std::move(steps_);
  }

 private:
  bool step() {
    if (take("|")) {
      blanks();
      return take("select(") ? select() : at_ < text_.size() && text_[at_] == '.';
    }
    if (take("[]")) {
      take("?");
      steps_.push_back({Kind::kAll, {}, {}, 0});
      return true;
    }
    if (take("[")) return bracket();
    if (take(".")) return at_ < text_.size() && text_[at_] == '[' ? true : key();
    return false;
  }

  bool key() {
    const std::optional<std::string> name =
        at_ < text_.size() && text_[at_] == '"' ? quoted() : word();
    if (!name) return false;
    take("?");
    steps_.push_back({Kind::kKey, *name, {}, 0});
    return true;
  }

  bool bracket() {
    if (at_ < text_.size() && text_[at_] == '"') {
      const std::optional<std::string> name = quoted();
      if (!name || !take("]")) return false;
      steps_.push_back({Kind::kKey, *name, {}, 0});
      return true;
    }
    const std::size_t close = text_.find(']', at_);
    if (close == std::string_view::npos) return false;
    const std::optional<std::int64_t> index = to_integer(text_.substr(at_, close - at_));
    if (!index || *index < 0) return false;
    steps_.push_back({Kind::kIndex, {}, {}, static_cast<std::size_t>(*index)});
    at_ = close + 1;
    return true;
  }

  // .name == "main") behind select(; it narrows the elements before it.
  bool select() {
    if (steps_.empty() || steps_.back().kind != Kind::kAll) return false;
    blanks();
    if (!take(".")) return false;
    const std::optional<std::string> field = word();
    blanks();
    if (!field || !take("==")) return false;
    blanks();
    const std::optional<std::string> value = quoted();
    blanks();
    if (!value || !take(")")) return false;
    steps_.back() = {Kind::kSelect, *field, *value, 0};
    return true;
  }

  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  std::optional<std::string> word() {
    const std::size_t end = std::min(text_.find_first_of(".[]|()? \"=,", at_), text_.size());
    if (end == at_) return std::nullopt;
    std::string name(text_.substr(at_, end - at_));
    at_ = end;
    return name;
  }
  std::optional<std::string> quoted() {
    if (!take("\"")) return std::nullopt;
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return std::nullopt;
    std::string name(text_.substr(at_, end - at_));
    at_ = end + 1;
    return name;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Steps steps_;
};

template <typename Work>
void each_text(const Node& rule, std::string_view key, Work work) {
  const Node* const list = yaml::find(rule, key);
  if (list == nullptr) return;
  for (const Node* const item : list->items) work(*item);
}

IgnoreRule read_rule(const Node& node, Diagnostics& findings) {
  IgnoreRule rule{std::string(yaml::text_at(node, {"group"})),
                  std::string(yaml::text_at(node, {"kind"})),
                  std::string(yaml::text_at(node, {"name"})),
                  std::string(yaml::text_at(node, {"namespace"})),
                  {},
                  {}};
  each_text(node, "jsonPointers",
            [&](const Node& item) { rule.paths.push_back(read_pointer(item.text)); });
  each_text(node, "managedFieldsManagers",
            [&](const Node& item) { rule.managers.emplace_back(item.text); });
  each_text(node, "jqPathExpressions", [&](const Node& item) {
    if (std::optional<Steps> steps = JqPath(item.text).read()) {
      rule.paths.push_back(std::move(*steps));
    } else {
      findings.push_back({Severity::kWarning,
                          "diff/jq-expression",
                          item.span,
                          cat("the expression '", item.text, "' is no path, and is passed over"),
                          {{"differences that it means are shown; jsonPointers are understood"}},
                          {std::string(item.text)}});
    }
  });
  return rule;
}

bool fits(std::string_view wanted, std::string_view is) { return wanted == "*" || wanted == is; }

bool concerns(const IgnoreRule& rule, const kube::ResourceId& id) {
  return fits(rule.group, id.group) && fits(rule.kind, id.kind) &&
         (rule.name.empty() || rule.name == id.name) &&
         (rule.namespace_name.empty() || rule.namespace_name == id.namespace_name);
}

// Whether a step of a rule names the child that a step of a change goes to.
bool names(const IgnoreStep& rule, const yaml::PathStep& step, const Node* parent,
           const Node* child) {
  if (step.kind == yaml::PathStep::Kind::kKey) {
    return rule.kind == Kind::kKey && rule.key == step.key;
  }
  if (rule.kind == Kind::kAll) return true;
  if (rule.kind == Kind::kSelect) {
    return child != nullptr && yaml::text_at(*child, {rule.key}) == rule.value;
  }
  const std::optional<std::int64_t> index =
      rule.kind == Kind::kIndex ? std::optional(static_cast<std::int64_t>(rule.index))
                                : to_integer(rule.key);
  if (!index || *index < 0) return false;
  const auto at = static_cast<std::size_t>(*index);
  if (step.kind == yaml::PathStep::Kind::kIndex) return step.index == at;
  return parent != nullptr && parent->is_sequence() && at < parent->items.size() &&
         parent->items[at] == child;
}

bool covers(const Steps& rule, const yaml::Path& path, const Node& live) {
  if (rule.size() > path.steps.size()) return false;
  const Node* at = &live;
  for (std::size_t i = 0; i < rule.size(); ++i) {
    const Node* const child = at == nullptr ? nullptr : yaml::find_step(*at, path.steps[i]);
    if (!names(rule[i], path.steps[i], at, child)) return false;
    at = child;
  }
  return true;
}

bool is_managed_by(const std::vector<std::string>& managers, const yaml::Path& path,
                   const Node& live) {
  return !managers.empty() && is_managed(live, path, [&](const Node& entry) {
    return std::ranges::find(managers, yaml::text_at(entry, {"manager"})) != managers.end();
  });
}

}  // namespace

std::vector<IgnoreRule> read_ignore_rules(const Node& application, Diagnostics& findings) {
  std::vector<IgnoreRule> rules;
  const Node* const list = yaml::find_path(application, {"spec", "ignoreDifferences"});
  if (list == nullptr) return rules;
  for (const Node* const item : list->items) rules.push_back(read_rule(*item, findings));
  return rules;
}

bool is_ignored(const std::vector<IgnoreRule>& rules, const kube::ResourceId& id,
                const Change& change, const Node& live) {
  return std::ranges::any_of(rules, [&](const IgnoreRule& rule) {
    if (!concerns(rule, id)) return false;
    return is_managed_by(rule.managers, change.path, live) ||
           std::ranges::any_of(
               rule.paths, [&](const Steps& steps) { return covers(steps, change.path, live); });
  });
}

}  // namespace plumb::diff
