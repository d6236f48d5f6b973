#pragma once
// The annotations @schema/… of a schema's items. Each is refused in ytt's words when it is
// malformed. Inside the module only.

#include <string_view>

#include "ytt/node.h"
#include "ytt/schema.h"
#include "ytt/values.h"

namespace plumb::ytt {

bool is_any_type(const SourceStore& sources, const Node& node);
bool is_nullable(const SourceStore& sources, const Node& node);
// Title, description, deprecation and examples, or null when there are none. Whether examples are
// of the right type is not checked.
const Documentation* read_documentation(Thread& thread, const SourceStore& sources,
                                        const Node& node);
// The one value of @schema/default. `wanted`: what it has to be.
const Value& default_argument(const SourceStore& sources, const Node& node,
                              const Annotation& annotation, std::string_view wanted);

// Refuses @schema/default on the item of an array.
void refuse_default_of_item(const SourceStore& sources, const Node& item);
// Refuses annotations that say a type below @schema/type any=True.
void refuse_annotations_below(const SourceStore& sources, const Node* node);

}  // namespace plumb::ytt
