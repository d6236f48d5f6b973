#pragma once
// Why a field has its value: a chain of places, each with the layer that wrote there.
//
// Reading gives every node the span of its text, and that is its whole origin (Node::origin == 0).
// Whoever sets a value that another text asked for calls record(): the node's span becomes the
// place in that text (so findings point at the patch, not at the base), and, where chains are kept,
// a row {span, layer, previous} remembers what it replaced. bury() leaves a tombstone for a removed
// field. Chains cost a row a write and are kept for explain, diff and plan only; a plain render
// keeps the last place.
//
//   Origins origins(true);
//   LayerId patch = origins.layer(LayerKind::kPatch, "overlays/prod/replicas.yaml");
//   origins.record(*written, base_value, patch_node->span, patch);
//   origins.chain(*written) == {{base span, "base"}, {patch span, "patch"}}, the oldest first

#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "yaml/node.h"

namespace plumb::yaml {

using LayerId = std::uint32_t;  // 0: the document that was read

enum class LayerKind : std::uint8_t {
  kDocument,     // a manifest, as it was read
  kTemplate,     // a ytt template
  kDataValue,    // a data value or an environment's value behind an expression
  kOverlay,      // a ytt overlay
  kPatch,        // a kustomize patch
  kTransformer,  // a field of a kustomization: namespace, images, labels, …
  kGenerator,    // a configMapGenerator or secretGenerator
  kReplacement,
  kNameReference,  // a name that followed a renamed object
  kPipeline,       // what plumb makes from a compiled pipeline
  kIndexRewrite,   // a package index put into a pip call
  kDestination,    // a namespace that the unit or its Application gives
};
std::string_view layer_name(LayerKind kind);  // "document", "patch", "data value", …

struct Layer {
  LayerKind kind = LayerKind::kDocument;
  std::string name;  // what a person would look for: the file, the field of the kustomization,
                     // "builtin:devpi-index"
};

struct Origin {
  Span span;
  LayerId layer = 0;
  OriginId previous = 0;  // the value it replaced, or 0: it was not there before
  std::string_view text;  // a scalar's value as set by this row; empty for collections
};

// Belongs to one target and one thread. Texts must live as long as the target's arena.
class Origins {
 public:
  explicit Origins(bool keep_chains) : keep_chains_(keep_chains), rows_(1), layers_(1) {}

  bool keeps_chains() const { return keep_chains_; }
  LayerId layer(LayerKind kind, std::string_view name);  // the same id for the same arguments

  // `written` got its value because of the text at `span`. `before`: what stood there, or null. The
  // node's span becomes `span` unless that is empty.
  void record(Node& written, const Node* before, Span span, LayerId layer);
  // The same for a node and everything below it that has no place of its own.
  void record_tree(Node& written, const Node* before, Span span, LayerId layer);
  // `mapping` (or sequence) lost `key` because of the text at `span`.
  void bury(Arena& arena, Node& parent, std::string_view key, const Node* before, Span span,
            LayerId layer);

  // The rows behind a node (a tombstone), the oldest first. A node that nobody recorded has one:
  // its own span.
  std::vector<Origin> chain(const Node& node) const;
  std::vector<Origin> chain(OriginId id) const;
  const Layer& layer_of(const Origin& origin) const { return layers_[origin.layer]; }
  // The newest row: what is to blame.
  Origin last(const Node& node) const;

 private:
  OriginId id_of(const Node& node);
  bool keep_chains_;
  std::vector<Origin> rows_;   // row 0 is nobody's
  std::vector<Layer> layers_;  // layer 0 is the document
};

}  // namespace plumb::yaml
