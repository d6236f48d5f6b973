#include "kustomize/scalar.h"

#include <map>

#include "yaml/read.h"

namespace plumb::kustomize {

bool is_quoted(yaml::Style style) {
  return style == yaml::Style::kSingleQuoted || style == yaml::Style::kDoubleQuoted ||
         style == yaml::Style::kLiteral || style == yaml::Style::kFolded;
}

yaml::Node* make_untagged(Arena& arena, std::string_view text, Span span) {
  yaml::Node* const node = yaml::make_string_view(arena, text, span);
  node->type = yaml::resolve(text, yaml::Resolution::kGoYaml3);
  return node;
}

yaml::Node* make_string(Arena& arena, std::string_view text, Span span) {
  return yaml::make_string_view(arena, text, span);
}

void set_untagged(yaml::Node& scalar, std::string_view text) {
  set_typed(scalar, text,
            is_quoted(scalar.style) ? yaml::Type::kString
                                    : yaml::resolve(text, yaml::Resolution::kGoYaml3));
}

void set_string(yaml::Node& scalar, std::string_view text) {
  set_typed(scalar, text, yaml::Type::kString);
}

void set_typed(yaml::Node& scalar, std::string_view text, yaml::Type type) {
  scalar.kind = yaml::Kind::kScalar;
  scalar.text = text;
  scalar.type = is_quoted(scalar.style) ? yaml::Type::kString : type;
  scalar.decoration = nullptr;
}

void set_string_entry(Arena& arena, yaml::Node& map, std::string_view key, std::string_view text,
                      Span span) {
  const yaml::Entry* const there = yaml::find_entry(map, key);
  yaml::Node* const value = make_string(arena, text, span);
  if (there != nullptr) {
    value->style = there->value->is_scalar() ? there->value->style : yaml::Style::kPlain;
    const_cast<yaml::Entry*>(there)->value = value;
    return;
  }
  map.entries.push_back(arena, {make_untagged(arena, arena.copy(key), span), value});
}

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Whether go-yaml writes the text as a block at all; else it is quoted and stays what it is.
bool can_fold(std::string_view text) {
  if (text.empty() || text.find('\n') == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends = i + 1 == text.size() || text[i + 1] == '\n';
    if (text[i] == ' ' && ends) return false;
    if (text[i] == '\t' || text[i] == '\r') return false;
  }
  return true;
}

}  // namespace

std::string refolded(std::string_view text) {
  if (!can_fold(text)) return std::string(text);
  // The writer looks at the text's first character where it should look at the next line's.
  std::size_t first = 0;
  while (first < text.size() && text[first] == '\n') ++first;
  const bool extra = first < text.size() && !is_blank(text[first]);
  std::string out;
  bool after_break = true;
  bool indented_line = true;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\n') {
      if (after_break) indented_line = is_blank(text[i]);
      out += text[i++];
      after_break = false;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && text[end] == '\n') ++end;
    std::size_t breaks = end - i;
    if (!after_break && !indented_line && extra) ++breaks;
    const bool next_indented = end < text.size() && is_blank(text[end]);
    const bool folds = !after_break && !indented_line && !next_indented && end < text.size();
    if (folds) --breaks;
    if (folds && breaks == 0)
      out += ' ';
    else if (end == text.size())
      out.append(end - i == 1 ? 1 : breaks, '\n');
    else
      out.append(breaks, '\n');
    i = end;
    after_break = true;
  }
  return out;
}

void stringify_metadata(Arena& arena, yaml::Node& body, std::string_view field) {
  yaml::Node* const metadata = yaml::find(body, "metadata");
  if (metadata == nullptr || !metadata->is_mapping()) return;
  yaml::Node* const map = yaml::find(*metadata, field);
  if (map == nullptr) return;
  std::map<std::string_view, const yaml::Entry*> sorted;
  // What was read first stands last among the repeated.
  for (std::uint32_t i = metadata->entries.size(); i-- > 0;) {
    const yaml::Entry& candidate = metadata->entries[i];
    if (candidate.key->text != field) continue;
    std::map<std::string_view, const yaml::Entry*> own;
    for (const yaml::Entry& entry : candidate.value->entries)
      own.try_emplace(entry.key->text, &entry);
    sorted.merge(own);
  }
  if (sorted.empty()) {
    while (yaml::remove(*metadata, field)) {
    }
    return;
  }
  yaml::Node* const result =
      map->is_mapping() ? yaml::copy_shallow(arena, *map) : yaml::make_mapping(arena, map->span);
  result->entries = {};
  result->style = yaml::Style::kBlock;
  for (const auto& [key, entry] : sorted) {
    yaml::Node* const value = yaml::copy_shallow(arena, *entry->value);
    value->kind = yaml::Kind::kScalar;
    value->type = yaml::Type::kString;
    value->items = {};
    value->entries = {};
    value->style = yaml::Style::kPlain;
    if (!entry->value->is_scalar()) value->text = {};
    result->entries.push_back(arena, {make_untagged(arena, key, entry->key->span), value});
  }
  while (yaml::remove(*metadata, field)) {
  }
  yaml::set(arena, *metadata, field, result);
}

}  // namespace plumb::kustomize
