#include "kustomize/embedded.h"

#include <algorithm>

#include "base/text.h"
#include "kustomize/scalar.h"

namespace plumb::kustomize {

namespace {

bool is_view_of(std::string_view text, std::string_view part) {
  return std::greater_equal<>()(part.data(), text.data()) &&
         std::less_equal<>()(part.data() + part.size(), text.data() + text.size());
}

void place_tree(const Placement& placement, yaml::Node& node) {
  node.span = placement.place(node.span);
  for (yaml::Node* const item : node.items) place_tree(placement, *item);
  for (const yaml::Entry& entry : node.entries) {
    entry.key->span = placement.place(entry.key->span);
    place_tree(placement, *entry.value);
  }
}

}  // namespace

Placement::Placement(const SourceStore& sources, const yaml::Node& scalar) : scalar_(scalar.span) {
  if (scalar.span.source == 0) return;
  const std::string_view source = sources.text(scalar.span.source);
  if (is_view_of(source, scalar.text) && !contains(scalar.text, "\n")) {
    lines_.push_back({0, static_cast<std::uint32_t>(scalar.text.size()),
                      static_cast<std::uint32_t>(scalar.text.data() - source.data())});
    return;
  }
  if (scalar.style != yaml::Style::kLiteral) return;
  std::size_t at = source.find('\n', scalar.span.offset);
  std::uint32_t in_text = 0;
  for (const std::string_view line : split(scalar.text, '\n')) {
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(source.find('\n', at + 1), source.size());
    std::string_view there = source.substr(at + 1, end - at - 1);
    if (there.ends_with('\r')) there.remove_suffix(1);
    if (!there.ends_with(line)) break;
    const std::size_t from = at + 1 + there.size() - line.size();
    lines_.push_back(
        {in_text, static_cast<std::uint32_t>(line.size()), static_cast<std::uint32_t>(from)});
    in_text += static_cast<std::uint32_t>(line.size()) + 1;
    at = end == source.size() ? std::string_view::npos : end;
  }
}

Span Placement::place(Span span) const {
  const auto after = std::ranges::upper_bound(lines_, span.offset, {}, &Line::in_text);
  if (after == lines_.begin()) return scalar_;
  const Line& line = *std::prev(after);
  const std::uint32_t column = span.offset - line.in_text;
  if (column > line.length) return scalar_;
  return {scalar_.source, line.in_source + column, std::min(span.length, line.length - column)};
}

std::vector<yaml::Node*> read_embedded(
    Build& build, const yaml::Node& scalar,
    const std::function<std::vector<yaml::Node*>(std::string_view text, Span place)>& read) {
  const Placement placement(build.context.sources, scalar);
  const Span place{scalar.span.source, 0, static_cast<std::uint32_t>(scalar.text.size())};
  try {
    std::vector<yaml::Node*> nodes = read(scalar.text, place);
    for (yaml::Node* const node : nodes) place_tree(placement, *node);
    return nodes;
  } catch (Error& error) {
    Diagnostic& diagnostic = error.diagnostic();
    if (diagnostic.span.source == place.source) diagnostic.span = placement.place(diagnostic.span);
    for (Note& note : diagnostic.notes)
      if (note.span.source != 0) note.span = placement.place(note.span);
    throw;
  }
}

}  // namespace plumb::kustomize
