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

// What describes a value to people.
struct Documentation {
  std::string_view title, description;  // empty: none
  bool deprecated = false;
  bool has_example = false;
  std::string_view example_description;
  Node* example = nullptr;
};

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
  const Documentation* documentation = nullptr;  // of documents and items
};

// The type that a schema document describes. Throws ytt/schema in ytt's words.
Type* make_type(Thread& thread, const SourceStore& sources, Node& document);
// A document of the defaults.
Node* default_values(Arena& arena, const Type& document);

// Gives types to a document and adds the defaults of what it leaves out; then checks it. Throws
// ytt/schema with every violation.
void apply_schema(Arena& arena, const SourceStore& sources, const Type& type, Node& document);

// The schema as an OpenAPI v3 document. Without a type anything goes.
Node* make_openapi(Arena& arena, const Type* type);

}  // namespace plumb::ytt
