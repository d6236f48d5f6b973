#include <algorithm>
#include <array>

#include "base/diagnostic.h"
#include "base/suggest.h"
#include "base/text.h"
#include "state/state.h"

namespace plumb::state {

namespace {

struct SchemeRow {
  std::string_view name;
  SourceKind kind;
};
constexpr std::array kSchemes{
    SchemeRow{"git", SourceKind::kGit}, SchemeRow{"file", SourceKind::kFile},
    SchemeRow{"env", SourceKind::kEnvironment}, SchemeRow{"cluster", SourceKind::kCluster}};
// Names that are taken for sources of their own, so that nobody reads a file by mistake.
constexpr std::array<std::string_view, 4> kNotRead{"kfp", "devpi", "http", "https"};

[[noreturn]] void fail_scheme(std::string_view scheme, Span span) {
  const std::array<std::string_view, 5> known{"git", "file", "env", "cluster", "empty"};
  std::vector<Note> notes{
      {"a state is read from git:REV, file:PATH, env:NAME, cluster:CONTEXT or empty"}};
  if (const auto near = nearest(scheme, known))
    notes.push_back({cat("did you mean '", *near, "'?")});
  fail("state/unknown-source", span, cat("no state can be read from '", scheme, ":'"), notes,
       {std::string(scheme)});
}

bool is_scheme(std::string_view text) {
  return text.size() > 1 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

}  // namespace

StateSource parse_source(std::string_view text, Span span) {
  if (text == "empty") return {SourceKind::kEmpty, {}};
  if (text == "cluster") return {SourceKind::kCluster, {}};
  const std::size_t colon = text.find(':');
  const std::string_view scheme = text.substr(0, std::min(colon, text.size()));
  if (std::ranges::find(kNotRead, scheme) != kNotRead.end() && colon != std::string_view::npos)
    fail_scheme(scheme, span);
  if (colon == std::string_view::npos || !is_scheme(scheme)) {
    if (text.empty()) fail("state/no-argument", span, "expected a state source, got nothing");
    return {SourceKind::kFile, std::string(text)};
  }
  const auto row = std::ranges::find(kSchemes, scheme, &SchemeRow::name);
  if (row == kSchemes.end()) fail_scheme(scheme, span);
  if (colon + 1 == text.size()) {
    fail("state/no-argument", span, cat("expected something behind '", text, "'"));
  }
  return {row->kind, std::string(text.substr(colon + 1))};
}

std::string describe(const StateSource& source) {
  if (source.kind == SourceKind::kEmpty) return "empty";
  if (source.kind == SourceKind::kCluster && source.argument.empty()) return "cluster";
  const auto row = std::ranges::find(kSchemes, source.kind, &SchemeRow::kind);
  return cat(row->name, ':', source.argument);
}

bool covers(const Scope& scope, const kube::ResourceId& id) {
  const auto has = [](const std::vector<std::string>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  if (!scope.namespaces.empty() && !has(scope.namespaces, id.namespace_name)) return false;
  return scope.kinds.empty() || has(scope.kinds, id.kind) ||
         has(scope.kinds, cat(id.kind, '.', id.group));
}

const Gap* find_gap(const State& state, const kube::ResourceId& id) {
  const std::string& place = id.namespace_name.empty() ? state.own_namespace : id.namespace_name;
  for (const Gap& gap : state.gaps) {
    const bool here = gap.namespace_name.empty() || gap.namespace_name == place;
    const bool named = gap.names.empty() || gap.names.contains(id.name);
    if (here && named && gap.group == id.group && gap.kind == id.kind) return &gap;
  }
  return nullptr;
}

}  // namespace plumb::state
