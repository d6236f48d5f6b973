#include "diff/managed.h"

#include <algorithm>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/json.h"

namespace plumb::diff {

namespace {

using yaml::Node;

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

}  // namespace

bool is_managed(const Node& live, const yaml::Path& path,
                const std::function<bool(const Node& entry)>& counts) {
  const Node* const entries = yaml::find_path(live, {"metadata", "managedFields"});
  if (entries == nullptr) return false;
  return std::ranges::any_of(
      entries->items, [&](const Node* entry) { return counts(*entry) && owns(*entry, path); });
}

bool is_applied(const Node& live, const yaml::Path& path, std::string_view manager) {
  return is_managed(live, path, [&](const Node& entry) {
    return yaml::text_at(entry, {"operation"}) == "Apply" &&
           yaml::find(entry, "subresource") == nullptr &&
           (manager.empty() || yaml::text_at(entry, {"manager"}) == manager);
  });
}

Writer last_writer(const Node& live, const yaml::Path& path, std::string_view applier) {
  Writer last;
  is_managed(live, path, [&](const Node& entry) {
    const std::string_view manager = yaml::text_at(entry, {"manager"});
    const std::string_view time = yaml::text_at(entry, {"time"});
    if (manager == applier || !owns(entry, path)) return false;
    if (last.manager.empty() || last.time < time) last = {std::string(manager), std::string(time)};
    return false;
  });
  return last;
}

bool is_scaled(const Node& live, const yaml::Path& path) {
  return is_managed(live, path, [](const Node& entry) {
    return yaml::text_at(entry, {"subresource"}) == "scale";
  });
}

}  // namespace plumb::diff
