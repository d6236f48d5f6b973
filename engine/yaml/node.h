#pragma once
// The one tree: specs, templates, values, manifests, patches, schemas and JSON are all Nodes.
//
// A Node is small, trivially destructible and lives in an Arena. A document that was read is
// immutable and shared by targets and revisions (it is handed out as const); what a target changes
// it copies first, into its own arena (copy()).
//
// The type of a scalar was resolved by the profile it was read with and stays with it, so trees go
// from one stage to the next without being printed and parsed again. A number keeps its text:
// `text` is what was written, integers of any size survive.
//
//   Arena arena;
//   Node* pod = make_mapping(arena);
//   set(arena, *pod, "kind", make_string(arena, "Pod"));
//   find(*pod, "kind")->text == "Pod"

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/list.h"
#include "base/source.h"

namespace plumb::yaml {

enum class Kind : std::uint8_t { kScalar, kSequence, kMapping };

// What a scalar is. Collections are kCollection, unless a tag made them something else, which
// `decoration->tag` tells.
enum class Type : std::uint8_t {
  kNull,
  kBoolean,  // `text` as written; as_boolean() gives the value
  kInteger,  // any size; as_integer() where it fits
  kFloat,    // with .inf and .nan
  kString,
  kTimestamp,  // plain text that the profile takes for a date
  kBinary,     // !!binary: `text` is the base64
  kMerge,      // the plain key `<<`
  kCollection,
};

enum class Style : std::uint8_t {
  kPlain,
  kSingleQuoted,
  kDoubleQuoted,
  kLiteral,
  kFolded,
  kBlock,
  kFlow
};

struct Node;

struct Entry {
  Node* key = nullptr;  // usually a scalar
  Node* value = nullptr;
};

// A comment, from its '#' to the end of its line.
struct Comment {
  Span span;
  std::string_view text;  // behind the '#'
  bool own_line = false;  // nothing but blanks before it
};

// A place in the table of origins of the target (origin.h); 0: the node comes from where it was
// read.
using OriginId = std::uint32_t;

// A field that a layer removed: what is left to say why it is not there.
struct Tombstone {
  std::string_view key;  // of the mapping; in a sequence the element's keyed name, "name=main"
  OriginId origin = 0;
  Span span;  // the text that removed it
};

// What few nodes have.
struct Decoration {
  std::string_view
      tag;  // as resolved: "tag:yaml.org,2002:str", "!local"; empty when none was written
  std::string_view anchor;  // without '&'
  std::string_view alias;   // this node came from *alias; its content is the anchor's
  List<Comment> head;       // comments on lines of their own before the node
  List<Comment> line;       // behind it
  List<Comment> foot;       // after it, before a blank line
  List<Tombstone> removed;
};

struct Node {
  Kind kind = Kind::kScalar;
  Type type = Type::kNull;
  Style style = Style::kPlain;
  bool shared =
      false;  // stands in more than one place of its document (an anchor): copy before writing
  OriginId origin = 0;
  Span span;  // the text of the value, without its tag and anchor; empty for what no text made
  std::string_view
      text;  // scalars: the value, unescaped and joined; a view into the Source where it can be
  List<Node*> items;    // sequences
  List<Entry> entries;  // mappings, in order; keys may repeat where the profile allows
  Decoration* decoration = nullptr;

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_mapping() const { return kind == Kind::kMapping; }
  bool is_null() const { return type == Type::kNull; }
  bool is_string() const { return type == Type::kString; }
};

struct Document {
  Node* root = nullptr;    // a null scalar when the document is empty
  Span span;               // from its `---`, or its first line, to the next marker or the end
  Span marker;             // the `---`; empty when there is none
  bool empty = false;      // nothing but comments
  List<Comment> comments;  // all of the document, by place
};

// ---- looking ----

// The value of a key, by the key's text; the last one where a key repeats. Null: not a mapping, or
// not there.
const Node* find(const Node& mapping, std::string_view key);
Node* find(Node& mapping, std::string_view key);
const Entry* find_entry(const Node& mapping, std::string_view key);
// The value behind several keys: find_path(pod, {"metadata", "name"}).
const Node* find_path(const Node& node, std::initializer_list<std::string_view> keys);
Node* find_path(Node& node, std::initializer_list<std::string_view> keys);
// The text of a scalar behind keys, or "" when it is not there or not a scalar.
std::string_view text_at(const Node& node, std::initializer_list<std::string_view> keys);

std::optional<bool> as_boolean(const Node& node);
std::optional<std::int64_t> as_integer(const Node& node);  // a kInteger that fits
std::optional<double> as_float(const Node& node);          // a kInteger or kFloat
// Is this what a null, an empty mapping or an empty sequence is?
bool is_empty(const Node& node);

// The same data: kinds, values by type (1 and 0x1 are equal, 1 and "1" are not), order of items;
// the order of keys, style and places do not count.
bool equal(const Node& a, const Node& b);

// ---- making ----

Node* make_null(Arena& arena, Span span = {});
Node* make_boolean(Arena& arena, bool value, Span span = {});
Node* make_integer(Arena& arena, std::int64_t value, Span span = {});
// `text` is copied; make_string_view keeps the view, which must live as long as the arena.
Node* make_string(Arena& arena, std::string_view text, Span span = {});
Node* make_string_view(Arena& arena, std::string_view text, Span span = {});
Node* make_sequence(Arena& arena, Span span = {});
Node* make_mapping(Arena& arena, Span span = {});

// The whole tree anew, in `arena`; texts are shared, so their owners must live as long. Shared
// parts are copied once per place.
Node* copy(Arena& arena, const Node& node);
// One node without its children's children: lists are new, what they name is the same.
Node* copy_shallow(Arena& arena, const Node& node);

// ---- changing; the node must be the caller's own ----

void append(Arena& arena, Node& sequence, Node* item);
// Puts the value under the key: in place of the old value, or at the end. The key is a string,
// copied.
void set(Arena& arena, Node& mapping, std::string_view key, Node* value);
// Whether it was there.
bool remove(Node& mapping, std::string_view key);
// The mapping (sequence) under the key, made when it is absent or null. Null when something else is
// in the way.
Node* ensure_mapping(Arena& arena, Node& mapping, std::string_view key);
Node* ensure_sequence(Arena& arena, Node& mapping, std::string_view key);

}  // namespace plumb::yaml
