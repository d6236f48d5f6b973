#pragma once
// Schemas of data values: a type for every item, with defaults.
//
// A schema document is itself data values: each item's value says its type and its default. Layers
// of data values are given types (assign_types adds what they leave out) and checked.

#include <string>
#include <vector>

#include "ytt/node.h"
#include "ytt/values.h"

namespace plumb::ytt {

struct Validation;

struct Type {
  enum class Kind : std::uint8_t {
    kDocument,
    kMap,
    kMapItem,
    kArray,
    kArrayItem,
    kScalar,
    kAny,
    kNullable,
  };
  Kind kind = Kind::kAny;
  Place place;
  Node* key = nullptr;    // of a map item
  Type* value = nullptr;  // of documents, items, arrays (their items) and nullables
  List<Type*> items;      // of a map
  ytt::Kind scalar = ytt::Kind::kString;
  Node* otherwise = nullptr;  // the default
  const Validation* validation = nullptr;
};

// The type that a schema document describes. Throws ytt/schema in ytt's words.
Type* make_type(Thread& thread, const SourceStore& sources, Node& document);
// A document of the defaults.
Node* default_values(Arena& arena, const Type& document);

// Gives types to a document and adds the defaults of what it leaves out; then checks it. Throws
// ytt/schema with every violation.
void apply_schema(Arena& arena, const SourceStore& sources, const Type& type, Node& document);

}  // namespace plumb::ytt
