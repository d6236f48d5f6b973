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

// Head with its own configuration as an annotation, from which the next apply tells what was
// dropped.
const Node* with_note(const Node& head, Arena& arena) {
  Node* const object = yaml::copy_shallow(arena, head);
  const Node* const metadata = yaml::find(head, "metadata");
  Node* const names =
      metadata == nullptr ? yaml::make_mapping(arena) : yaml::copy_shallow(arena, *metadata);
  const Node* const annotations = yaml::find(std::as_const(*names), "annotations");
  Node* const notes = annotations == nullptr || !annotations->is_mapping()
                          ? yaml::make_mapping(arena)
                          : yaml::copy_shallow(arena, *annotations);
  yaml::remove(*notes, kLastApplied);
  yaml::set(arena, *names, "annotations", notes);
  yaml::set(arena, *object, "metadata", names);
  const std::string note = cat(yaml::emit_json(*object), '\n');
  yaml::set(arena, *notes, kLastApplied, yaml::make_string(arena, note));
  return object;
}

}  // namespace

ClientSidePatch client_side_patch(const Node& head, const Node& live, const Catalogue* catalogue,
                                  Arena& arena) {
  const Shape shape = shape_of_object(catalogue, yaml::text_at(head, {"apiVersion"}),
                                      yaml::text_at(head, {"kind"}));
  const Sides sides{last_applied(live, arena), with_note(head, arena), &live};
  if (shape.type != nullptr) return strategic_patch(sides, shape, arena);
  return {false, json_patch(sides, arena), {}};
}

}  // namespace plumb::diff
