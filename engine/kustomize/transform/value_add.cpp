// ValueAddTransformer: a value put into fields of selected resources. It has no field in
// kustomization files.

#include "base/text.h"
#include "kustomize/field_path.h"
#include "kustomize/scalar.h"
#include "kustomize/selector.h"
#include "kustomize/transform/transform.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// "a/b" is a, b; "/a" is an empty part and a; "" is nothing.
std::vector<std::string> path_parts(std::string_view path) {
  std::vector<std::string> parts;
  if (path.empty()) return parts;
  for (const std::string_view part : split(path, '/')) parts.emplace_back(part);
  while (parts.size() > 1 && parts[0].empty() && parts[1].empty()) parts.erase(parts.begin());
  return parts;
}

// The parts without empty ones, "." and what ".." takes back.
std::string joined(const std::vector<std::string>& parts) {
  std::vector<std::string> kept;
  for (const std::string& part : parts) {
    if (part.empty() || part == ".") continue;
    const bool back = part == ".." && !kept.empty() && kept.back() != "..";
    if (back)
      kept.pop_back();
    else
      kept.push_back(part);
  }
  return join(kept, "/");
}

// The position counts from 1 and from behind the slash of an absolute path.
std::string with_component(std::string_view path, std::string_view component,
                           std::int64_t position) {
  std::vector<std::string> parts = path_parts(path);
  auto at = std::min<std::size_t>(static_cast<std::size_t>(position - 1), parts.size());
  const bool absolute = !parts.empty() && parts[0].empty();
  if (absolute && at < parts.size()) ++at;
  parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at), std::string(component));
  return absolute ? cat("/", joined(parts)) : joined(parts);
}

}  // namespace

namespace {

[[noreturn]] void fail_value_add(const Node& place, std::string text, std::string cause) {
  fail("kustomize/bad-value", place.span, std::move(text), {}, {std::move(cause)});
}

void check(const Node& config, const Node* targets) {
  if (targets == nullptr || targets->items.empty())
    fail_value_add(config, "expected 'targets'", "must specify at least one target");
  for (const Node* const target : targets->items) {
    if (yaml::text_at(*target, {"fieldPath"}).empty())
      fail_value_add(*target, "the target has no 'fieldPath'", "fieldPath cannot be empty");
    const Node* const position = yaml::find(*target, "filePathPosition");
    if (position != nullptr && yaml::as_integer(*position).value_or(0) < 0)
      fail_value_add(*position, "expected a position from 0",
                     cat("value of FilePathPosition (", position->text, ") cannot be negative"));
  }
}

// The value, or the name of the directory.
const Node* value_of(const Step& step, const Node& config) {
  const Node* const value = yaml::find(config, "value");
  Arena& arena = step.build.arena;
  if (value != nullptr && !trim(value->text).empty())
    return yaml::make_string(arena, trim(value->text), value->span);
  const std::string directory = absolute(step.build, step.root.directory);
  return yaml::make_string(arena, directory.substr(directory.rfind('/') + 1), config.span);
}

}  // namespace

void value_add_from_config(const Step& step, const Node& config) {
  Build& build = step.build;
  const Node* const targets = yaml::find(config, "targets");
  configuring(step, "ValueAddTransformer", config, [&] { check(config, targets); });
  const Node* const value = value_of(step, config);
  const Mark writer = mark(step, yaml::LayerKind::kTransformer, "ValueAddTransformer", value->span);
  for (const Node* const target : targets->items) {
    const Node* const selector = yaml::find(*target, "selector");
    const Node empty;
    const Node* const position = yaml::find(*target, "filePathPosition");
    const std::int64_t at = position != nullptr ? yaml::as_integer(*position).value_or(0) : 0;
    const FieldSpec spec{{}, yaml::text_at(*target, {"fieldPath"}), true};
    for (Item* const item : select(step.items, Selector(selector != nullptr ? *selector : empty))) {
      visit_fields(build.arena, *item->body, spec, Make::kScalar, [&](Node& node) {
        require_scalar(node);
        const std::string text =
            at > 0 ? with_component(node.text, value->text, at) : std::string(value->text);
        write_untagged(build, node, build.arena.copy(text), writer);
      });
    }
  }
  step.items.reindex();
}

}  // namespace plumb::kustomize
