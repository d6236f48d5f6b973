#include "diff/ignore.h"

#include <algorithm>
#include <optional>

#include "base/arena.h"
#include "base/text.h"
#include "yaml/json.h"

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

// ---- managers ----

// Whether the JSON of an element's keys, or of its value, names what a step selects.
bool is_element(std::string_view json, const yaml::PathStep& step) {
  Arena arena;
  try {
    const Node& key = *yaml::read_json(json, {}, arena);
    return std::ranges::all_of(step.selected, [&](const auto& pair) {
      return pair.first.empty() ? key.is_scalar() && key.text == pair.second
                                : yaml::text_at(key, {pair.first}) == pair.second;
    });
  } catch (const Error&) {
    return false;  // no server wrote this
  }
}

// The child of a fieldsV1 tree that a step of a path goes to, or null.
const Node* owned_child(const Node& fields, const yaml::PathStep& step) {
  if (step.kind == yaml::PathStep::Kind::kKey) return yaml::find(fields, cat("f:", step.key));
  for (const yaml::Entry& entry : fields.entries) {
    const std::string_view name = entry.key->text;
    if (step.kind == yaml::PathStep::Kind::kIndex) {
      if (name == cat("i:", step.index)) return entry.value;
      continue;
    }
    if (!name.starts_with("k:") && !name.starts_with("v:")) continue;
    if (is_element(name.substr(2), step)) return entry.value;
  }
  return nullptr;
}

bool owns(const Node& entry, const yaml::Path& path) {
  const Node* at = yaml::find(entry, "fieldsV1");
  for (const yaml::PathStep& step : path.steps) {
    if (at == nullptr) return false;
    at = owned_child(*at, step);
    if (at != nullptr && at->entries.empty()) return true;  // a leaf: all below belongs to it
  }
  return at != nullptr;
}

bool is_managed_by(const std::vector<std::string>& managers, const yaml::Path& path,
                   const Node& live) {
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  if (entries == nullptr || managers.empty()) return false;
  return std::ranges::any_of(entries->items, [&](const Node* entry) {
    const std::string_view manager = yaml::text_at(*entry, {"manager"});
    return std::ranges::find(managers, manager) != managers.end() && owns(*entry, path);
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
