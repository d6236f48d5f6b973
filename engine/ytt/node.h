#pragma once
// The tree that templates make and overlays change.
//
// ytt's items (of maps, of arrays, documents) are nodes of their own: they have a place, comments
// and annotations. So this is another tree than yaml::Node; read.h makes it from one, and
// to_yaml() gives one back.
//
// A null value is a null pointer. A collection that code made (a dict, a list) is `plain` until an
// overlay touches it: it is handed to code as a dict or list, where a fragment would be handed over
// else. Integers remember whether YAML or code made them: as keys they are never equal.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/list.h"
#include "base/source.h"
#include "starlark/object.h"
#include "yaml/node.h"

namespace plumb::ytt {

enum class Kind : std::uint8_t {
  kBool,
  kInt,     // read from YAML
  kInt64,   // made by code
  kUint64,  // beyond 63 bits
  kFloat,
  kString,
  kMap,
  kArray,
  kDocumentSet,
  kMapItem,
  kArrayItem,
  kDocument,
  kTextRoot,  // of a text template: its pieces
  kTextPiece,
};

// Where a node stands: in which file, as messages name it, and on which line.
struct Place {
  std::string_view file;
  std::uint32_t line = 0;
  bool known = false;
  Span span;  // the same in the sources; empty for what no text made
};
// "config.yml:3"; "config.yml:?" when the line is not known.
std::string compact(const Place& place);
// "line config.yml:3"
std::string describe(const Place& place);

struct Comment {
  std::string_view text;  // behind the '#'
  Place place;
};

struct Annotation {
  std::string_view name;  // "overlay/match"
  std::string_view content;
  Place place;
  std::span<const starlark::Value> positional = {};
  std::span<const starlark::NamedArgument> named = {};
};

struct Type;  // of a schema

struct Node {
  Kind kind = Kind::kString;
  bool plain = false;
  bool injected = false;  // a document that only carries comments
  Place place;
  union {
    std::int64_t integer = 0;
    std::uint64_t unsigned_integer;
    double real;
  };
  std::string_view text;
  Node* key = nullptr;    // of map items
  Node* value = nullptr;  // of items and documents
  List<Node*> items;      // of collections
  List<Comment> comments;
  List<Annotation> annotations;
  const Type* type = nullptr;        // of the schema, once assigned
  const void* validation = nullptr;  // rules of an annotation
  std::uint32_t read = 0;            // 1 + the number of the data value that code read to make it

  bool is(Kind other) const { return kind == other; }
  bool is_item() const { return kind >= Kind::kMapItem && kind <= Kind::kDocument; }
  bool is_collection() const { return kind >= Kind::kMap && kind <= Kind::kDocumentSet; }
  bool is_map() const { return kind == Kind::kMap; }
  bool is_array() const { return kind == Kind::kArray; }
};

// ---- making ----

Node* make(Arena& arena, Kind kind, const Place& place = {});
Node* make_text(Arena& arena, std::string_view text);  // the text must outlive the arena
Node* make_bool(Arena& arena, bool value);
Node* make_int(Arena& arena, std::int64_t value, Kind kind = Kind::kInt);
Node* make_float(Arena& arena, double value);
Node* make_item(Arena& arena, Node* key, Node* value, const Place& place);
Node* make_array_item(Arena& arena, Node* value, const Place& place);
// Everything below anew; annotations' values are shared.
Node* copy(Arena& arena, const Node* node);

// ---- looking ----

// "map item", "integer", "null", … as messages call it.
std::string_view type_text(const Node* node);
// Go's name of its type, as panics print it: "*yamlmeta.Map", "int64", "<nil>".
std::string_view go_type(const Node* node);
// Equal in type and value, as keys must be.
bool same(const Node* a, const Node* b);
Node* find_item(const Node& map, const Node* key);
Node* find_item(const Node& map, std::string_view key);
const Annotation* find_annotation(const Node& node, std::string_view name);
// The key as Go's %s prints it: what is no string becomes "%!s(int=1)".
std::string key_text(const Node* key);
// A document without a value, or with an empty one.
bool is_empty_document(const Node& document);

// ---- changing ----

void remove_annotations(Node& node, std::string_view prefix);
// Dicts and lists that code made become maps and arrays with items, in place; items without a
// place get `place`.
void settle(Node* node, const Place& place);
// Maps of a plain file: of equal keys the last value stays, at the place of the first.
void override_keys(Node* node);

// ---- printing ----

yaml::Node* to_yaml(Arena& arena, const Node* node);
// Documents, divided by "---\n"; empty ones are left out.
std::string print_documents(Arena& arena, std::span<Node* const> documents);
std::string print_value(Arena& arena, const Node* value);

}  // namespace plumb::ytt
