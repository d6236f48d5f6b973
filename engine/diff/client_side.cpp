#include "diff/client_side.h"

#include <utility>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/json_patch.h"
#include "diff/strategic_patch.h"
#include "yaml/emit.h"

namespace plumb::diff {

namespace {

using yaml::Node;

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

Node* texts_of(const Node* annotations, Arena& arena) {
  Node* const texts = yaml::make_mapping(arena);
  if (annotations == nullptr) return texts;
  for (const yaml::Entry& entry : annotations->entries) {
    if (entry.key->text == kLastApplied) continue;
    Node* const text = entry.value->is_null() ? yaml::make_string(arena, "") : entry.value;
    texts->entries.push_back(arena, {entry.key, text});
  }
  return texts;
}

}  // namespace

const Node* with_last_applied(const Node& head, Arena& arena) {
  Node* const object = yaml::copy_shallow(arena, head);
  const Node* const metadata = yaml::find(head, "metadata");
  Node* const names =
      metadata == nullptr ? yaml::make_mapping(arena) : yaml::copy_shallow(arena, *metadata);
  Node* const annotations = texts_of(yaml::find(std::as_const(*names), "annotations"), arena);
  yaml::set(arena, *names, "annotations", annotations);
  yaml::set(arena, *object, "metadata", names);
  const std::string note = cat(yaml::emit_json(*object), '\n');
  yaml::set(arena, *annotations, kLastApplied, yaml::make_string(arena, note));
  return object;
}

ClientSidePatch client_side_patch(const Node& head, const Node& live, const Catalogue* catalogue,
                                  Arena& arena) {
  const Shape shape = shape_of_object(catalogue, yaml::text_at(head, {"apiVersion"}),
                                      yaml::text_at(head, {"kind"}));
  const Sides sides{last_applied(live, arena), with_last_applied(head, arena), &live};
  if (shape.type != nullptr) return strategic_patch(sides, shape, arena);
  return {false, json_patch(sides, arena), {}};
}

}  // namespace plumb::diff
