#include "yaml/origin.h"

#include <algorithm>

namespace plumb::yaml {

std::string_view layer_name(LayerKind kind) {
  switch (kind) {
    case LayerKind::kDocument:
      return "document";
    case LayerKind::kTemplate:
      return "template";
    case LayerKind::kDataValue:
      return "data value";
    case LayerKind::kOverlay:
      return "overlay";
    case LayerKind::kPatch:
      return "patch";
    case LayerKind::kTransformer:
      return "transformer";
    case LayerKind::kGenerator:
      return "generator";
    case LayerKind::kReplacement:
      return "replacement";
    case LayerKind::kNameReference:
      return "name reference";
    case LayerKind::kPipeline:
      return "pipeline";
    case LayerKind::kIndexRewrite:
      return "index rewrite";
    case LayerKind::kDestination:
      return "destination";
  }
  return "document";
}

LayerId Origins::layer(LayerKind kind, std::string_view name) {
  for (LayerId id = static_cast<LayerId>(layers_.size()); id-- > 1;) {
    if (layers_[id].kind == kind && layers_[id].name == name) return id;
  }
  layers_.push_back({kind, std::string(name)});
  return static_cast<LayerId>(layers_.size() - 1);
}

OriginId Origins::id_of(const Node& node) {
  if (node.origin != 0) return node.origin;
  rows_.push_back({node.span, 0, 0, node.text});
  return static_cast<OriginId>(rows_.size() - 1);
}

void Origins::record(Node& written, const Node* before, Span span, LayerId layer) {
  if (keep_chains_) {
    const OriginId previous = before == nullptr ? 0 : id_of(*before);
    rows_.push_back({span.source != 0 ? span : written.span, layer, previous, written.text});
    written.origin = static_cast<OriginId>(rows_.size() - 1);
  }
  if (span.source != 0) written.span = span;
}

void Origins::record_tree(Node& written, const Node* before, Span span, LayerId layer) {
  record(written, before, written.span.source != 0 ? written.span : span, layer);
  for (Node* const item : written.items) record_tree(*item, nullptr, span, layer);
  for (const Entry& entry : written.entries) record_tree(*entry.value, nullptr, span, layer);
}

void Origins::bury(Arena& arena, Node& parent, std::string_view key, const Node* before, Span span,
                   LayerId layer) {
  if (parent.decoration == nullptr) parent.decoration = arena.make<Decoration>();
  Tombstone stone{arena.copy(key), 0, span};
  if (keep_chains_) {
    const OriginId previous = before == nullptr ? 0 : id_of(*before);
    rows_.push_back({span, layer, previous, {}});
    stone.origin = static_cast<OriginId>(rows_.size() - 1);
  }
  parent.decoration->removed.push_back(arena, stone);
}

std::vector<Origin> Origins::chain(OriginId id) const {
  std::vector<Origin> chain;
  for (; id != 0 && id < rows_.size(); id = rows_[id].previous) chain.push_back(rows_[id]);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::vector<Origin> Origins::chain(const Node& node) const {
  if (node.origin == 0) return {{node.span, 0, 0, node.text}};
  return chain(node.origin);
}

Origin Origins::last(const Node& node) const {
  if (node.origin == 0 || node.origin >= rows_.size()) return {node.span, 0, 0, node.text};
  return rows_[node.origin];
}

}  // namespace plumb::yaml
