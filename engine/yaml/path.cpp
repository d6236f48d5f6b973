#include "yaml/path.h"

#include <algorithm>

#include "base/text.h"

namespace plumb::yaml {

namespace {

constexpr std::string_view kQuoted = ".[]=,\"\\ \t\n\r";

void append_name(std::string& out, std::string_view name) {
  if (!name.empty() && name.find_first_of(kQuoted) == std::string_view::npos && name[0] != '/') {
    out.append(name);
    return;
  }
  out.push_back('"');
  for (const char c : name) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// Reads what append_name wrote and moves behind it.
std::optional<std::string> read_quoted(std::string_view text, std::size_t& at) {
  std::string name;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      ++at;
      return name;
    }
    if (text[at] == '\\' && at + 1 < text.size()) {
      ++at;
      name.push_back(text[at] == 'n' ? '\n' : text[at]);
    } else {
      name.push_back(text[at]);
    }
  }
  return std::nullopt;
}

std::optional<std::string> read_name(std::string_view text, std::size_t& at,
                                     std::string_view stops) {
  if (at < text.size() && text[at] == '"') return read_quoted(text, at);
  const std::size_t end = std::min(text.find_first_of(stops, at), text.size());
  std::string name(text.substr(at, end - at));
  at = end;
  return name;
}

// "name=main,protocol=TCP]" behind the bracket.
std::optional<PathStep> read_bracket(std::string_view text, std::size_t& at) {
  PathStep step;
  const std::size_t close = text.find(']', at);
  if (close == std::string_view::npos) return std::nullopt;
  if (const auto index = to_integer(text.substr(at, close - at)); index && *index >= 0) {
    at = close + 1;
    return index_step(static_cast<std::size_t>(*index));
  }
  step.kind = PathStep::Kind::kSelect;
  while (true) {
    std::optional<std::string> field = read_name(text, at, "=]");
    if (!field || at >= text.size() || text[at] != '=') return std::nullopt;
    std::optional<std::string> value = read_name(text, ++at, ",]");
    if (!value || at >= text.size()) return std::nullopt;
    step.selected.emplace_back(std::move(*field), std::move(*value));
    const char end = text[at++];
    if (end == ']') return step;
    if (end != ',') return std::nullopt;
  }
}

std::optional<Path> parse_pointer(std::string_view text) {
  Path path;
  for (const std::string_view part : split(text.substr(1), '/')) {
    path.steps.push_back(key_step(replace_all(replace_all(part, "~1", "/"), "~0", "~")));
  }
  return path;
}

bool is_selected(const Node& item, const PathStep& step) {
  for (const auto& [field, value] : step.selected) {
    if (field.empty()) {
      if (!item.is_scalar() || item.text != value) return false;
      continue;
    }
    const Node* const found = find(item, field);
    if (found == nullptr || !found->is_scalar() || found->text != value) return false;
  }
  return true;
}

std::size_t position_of(const Node& sequence, const PathStep& step) {
  if (step.kind == PathStep::Kind::kIndex) return step.index;
  if (step.kind == PathStep::Kind::kKey) {
    const auto index = to_integer(step.key);
    return index && *index >= 0 ? static_cast<std::size_t>(*index) : sequence.items.size();
  }
  std::size_t at = 0;
  while (at < sequence.items.size() && !is_selected(*sequence.items[at], step)) ++at;
  return at;
}

}  // namespace

PathStep key_step(std::string_view key) {
  PathStep step;
  step.key = key;
  return step;
}

PathStep index_step(std::size_t index) {
  PathStep step;
  step.kind = PathStep::Kind::kIndex;
  step.index = index;
  return step;
}

std::string print_step(const PathStep& step) {
  std::string out;
  if (step.kind == PathStep::Kind::kKey) {
    append_name(out, step.key);
    return out;
  }
  if (step.kind == PathStep::Kind::kIndex) return cat('[', step.index, ']');
  for (const auto& [field, value] : step.selected) {
    out.push_back(out.empty() ? '[' : ',');
    if (!field.empty()) append_name(out, field);
    out.push_back('=');
    append_name(out, value);
  }
  out.push_back(']');
  return out;
}

std::string print_path(const Path& path) {
  std::string out;
  for (const PathStep& step : path.steps) {
    if (!out.empty() && step.kind == PathStep::Kind::kKey) out.push_back('.');
    out.append(print_step(step));
  }
  return out;
}

std::optional<Path> parse_path(std::string_view text) {
  if (text.starts_with('/')) return parse_pointer(text);
  Path path;
  std::size_t at = text.starts_with('.') ? 1 : 0;
  while (at < text.size()) {
    if (text[at] == '[') {
      std::optional<PathStep> step = read_bracket(text, ++at);
      if (!step) return std::nullopt;
      path.steps.push_back(std::move(*step));
    } else {
      const bool quoted = text[at] == '"';
      const std::optional<std::string> key = read_name(text, at, ".[");
      if (!key || (key->empty() && !quoted)) return std::nullopt;
      path.steps.push_back(key_step(*key));
    }
    if (at < text.size() && text[at] == '.') {
      if (++at == text.size()) return std::nullopt;
    } else if (at < text.size() && text[at] != '[') {
      return std::nullopt;
    }
  }
  return path;
}

const Node* find_step(const Node& node, const PathStep& step) {
  if (node.is_mapping()) {
    return step.kind == PathStep::Kind::kKey ? find(node, step.key) : nullptr;
  }
  if (!node.is_sequence()) return nullptr;
  const std::size_t at = position_of(node, step);
  return at < node.items.size() ? node.items[at] : nullptr;
}

Node* find_step(Node& node, const PathStep& step) {
  return const_cast<Node*>(find_step(std::as_const(node), step));
}

const Node* find_path(const Node& node, const Path& path, std::size_t* found) {
  const Node* at = &node;
  std::size_t steps = 0;
  for (const PathStep& step : path.steps) {
    at = find_step(*at, step);
    if (at == nullptr) break;
    ++steps;
  }
  if (found != nullptr) *found = steps;
  return at;
}

std::string json_pointer(const Node& node, const Path& path) {
  std::string out;
  const Node* at = &node;
  for (const PathStep& step : path.steps) {
    out.push_back('/');
    if (step.kind == PathStep::Kind::kKey) {
      out.append(replace_all(replace_all(step.key, "~", "~0"), "/", "~1"));
    } else if (at != nullptr && at->is_sequence() && position_of(*at, step) < at->items.size()) {
      out.append(cat(position_of(*at, step)));
    } else if (step.kind == PathStep::Kind::kIndex) {
      out.append(cat(step.index));
    } else {
      out.push_back('-');
    }
    if (at != nullptr) at = find_step(*at, step);
  }
  return out;
}

}  // namespace plumb::yaml
