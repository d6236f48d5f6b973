#include "yaml/path.h"

#include <algorithm>

#include "base/diagnostic.h"
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

// path ::= '.'? ( key | '[' index ']' | '[' field? '=' value (',' …)* ']' ) ( '.' key | '[' … )*
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  std::size_t at = 0;         // where reading stopped
  std::string_view expected;  // what should stand there; empty: all was read

  Path read() {
    if (text_.starts_with('/')) return read_pointer();
    Path path;
    at = text_.starts_with('.') ? 1 : 0;
    while (at < text_.size() && expected.empty()) {
      read_step(path);
      if (expected.empty()) read_divider();
    }
    return path;
  }

 private:
  char peek() const { return at < text_.size() ? text_[at] : '\0'; }
  void miss(std::string_view what) {
    if (expected.empty()) expected = what;
  }

  void read_step(Path& path) {
    if (peek() == '[') {
      ++at;
      path.steps.push_back(read_bracket());
      return;
    }
    const bool quoted = peek() == '"';
    std::string key = read_name(".[");
    if (key.empty() && !quoted) return miss("a key");
    path.steps.push_back(key_step(key));
  }

  void read_divider() {
    if (peek() == '.') {
      if (++at == text_.size()) miss("a key");
    } else if (at < text_.size() && peek() != '[') {
      miss("'.' or '['");
    }
  }

  // What append_name wrote.
  std::string read_quoted() {
    std::string name;
    for (++at; at < text_.size(); ++at) {
      if (text_[at] == '"') {
        ++at;
        return name;
      }
      const bool escaped = text_[at] == '\\' && at + 1 < text_.size();
      if (escaped) ++at;
      name.push_back(escaped && text_[at] == 'n' ? '\n' : text_[at]);
    }
    miss("a closing '\"'");
    return name;
  }

  std::string read_name(std::string_view stops) {
    if (peek() == '"') return read_quoted();
    const std::size_t end = std::min(text_.find_first_of(stops, at), text_.size());
    std::string name(text_.substr(at, end - at));
    at = end;
    return name;
  }

  // "name=main,protocol=TCP]" behind the bracket.
  PathStep read_bracket() {
    const std::size_t close = text_.find(']', at);
    const auto index =
        close == std::string_view::npos ? std::nullopt : to_integer(text_.substr(at, close - at));
    if (index && *index >= 0) {
      at = close + 1;
      return index_step(static_cast<std::size_t>(*index));
    }
    PathStep step;
    step.kind = PathStep::Kind::kSelect;
    do {
      std::string field = read_name("=]");
      if (peek() != '=') {
        miss(peek() == ']' ? "a number, or '=' and a value" : "'=' and a value");
        return step;
      }
      ++at;
      std::string value = read_name(",]");
      step.selected.emplace_back(std::move(field), std::move(value));
    } while (accept(','));
    if (!accept(']')) miss("']'");
    return step;
  }
  bool accept(char c) {
    const bool found = peek() == c && expected.empty();
    at += found ? 1 : 0;
    return found;
  }

  // RFC 6901: '/' before each part; ~1 is a '/', ~0 a '~'.
  Path read_pointer() {
    Path path;
    for (const std::string_view part : split(text_.substr(1), '/')) {
      path.steps.push_back(key_step(replace_all(replace_all(part, "~1", "/"), "~0", "~")));
    }
    for (at = text_.find('~'); at < text_.size(); at = text_.find('~', at + 1)) {
      const char next = at + 1 < text_.size() ? text_[at + 1] : '\0';
      if (next != '0' && next != '1') {
        miss("'~0' or '~1'");
        return path;
      }
    }
    at = text_.size();
    return path;
  }

  std::string_view text_;
};

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
  PathReader reader(text);
  Path path = reader.read();
  if (!reader.expected.empty()) return std::nullopt;
  return path;
}

Path read_path(std::string_view text, Span place) {
  PathReader reader(text);
  Path path = reader.read();
  if (reader.expected.empty()) return path;
  const auto at = static_cast<std::uint32_t>(reader.at);
  const bool exact = place.length == text.size();
  const Span there = exact ? Span{place.source, place.offset + at, place.length - at} : place;
  const std::string_view found = text.substr(reader.at, 1);
  fail("yaml/path", there,
       cat("expected ", reader.expected, " in the path '", text, "', found ",
           found.empty() ? "its end" : cat("'", found, "'")),
       {}, {std::string(text)});
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
