#pragma once
// Kubernetes' built-in types: fields, merge keys, list keys, defaults, scope, the releases that
// have them.
//
// The table is schemas/kubernetes.types (which says what its columns mean and how it is made),
// compiled into read-only data: nothing is parsed, allocated or locked at run time, and pointers
// into it are valid forever. One table serves validation, merging, diffing and order.
//
//   const TypeInfo* deployment = find_type("apps/v1", "Deployment");
//   deployment->scope                                      == Scope::kNamespaced
//   const FieldInfo* spec = deployment->field("spec");
//   const FieldInfo* replicas = spec->value().type()->field("replicas");
//   replicas->value().kind == FieldKind::kInteger32, replicas->fallback == "1"
//   find_type("v1", "Pod")->field("spec")->value().type()->field("containers")->merge_key == "name"
//
// A release is named as in "1.33". `since` is the first of the releases the table was made from
// (oldest 1.21) that has the thing, or "" when the oldest has it; `until` the last, or "" when the
// newest has it. kustomize's strategic merge knows what 1.21 knows: merges_in("1.21").

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace plumb::kube {

// A text of the table.
struct TableText {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::string_view view() const;
  operator std::string_view() const { return view(); }
  bool empty() const { return length == 0; }
  friend bool operator==(const TableText& a, std::string_view b) { return a.view() == b; }
};

// A stretch of the table's list of texts.
struct TableTexts {
  std::uint16_t first = 0;
  std::uint16_t count = 0;
  std::span<const TableText> list() const;
  bool empty() const { return count == 0; }
};

enum class FieldKind : std::uint8_t {
  kString,
  kInteger32,
  kInteger64,
  kNumber,
  kBoolean,
  kIntOrString,
  kQuantity,
  kBytes,        // base64
  kTime,         // RFC 3339
  kMicroTime,    // with microseconds
  kStruct,       // a type of this table
  kStructOrAny,  // … when it is a mapping, else anything
  kFreeObject,   // a mapping with any content (an embedded object, managed fields)
  kList,
  kMap,  // keys are strings
  kAny,
};

struct TypeInfo;

// What a field, an item of a list or a value of a map is.
struct ValueType {
  FieldKind kind = FieldKind::kAny;
  std::uint16_t index = 0;           // into the table's types or value types
  const TypeInfo* type() const;      // of kStruct and kStructOrAny; else null
  const ValueType* element() const;  // of kList and kMap; else null
};

// How server-side apply and merging treat a list (or an atomic map or struct).
enum class Topology : std::uint8_t {
  kNone,  // nothing is said: lists are atomic, maps and structs granular
  kAtomic,
  kSet,
  kMap,  // by map_keys
};

// The grammar of a text, or of a map's keys (and values).
enum class Form : std::uint8_t {
  kNone,
  kLabels,       // qualified names → label values
  kAnnotations,  // qualified names → anything
  kDataKeys,     // [-._A-Za-z0-9]+ → anything
  kLabel,        // a DNS label: [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63
  kPortName,     // of IANA: at most 15, a letter in it
};

struct FieldInfo {
  TableText name;
  std::uint16_t value_index = 0;
  bool required = false;
  bool immutable = false;     // the server refuses a change
  bool deprecated = false;    // in favour of another field
  bool merges = false;        // a strategic merge patch merges this list (by merge_key, or values)
  bool retain_keys = false;   // … and a patch's struct drops the members it does not name
  bool has_fallback = false;  // the server puts `fallback` when the field is not there
  bool has_range = false;
  Topology topology = Topology::kNone;
  Form form = Form::kNone;
  TableText merge_key;    // empty for a list of scalars
  TableText merge_since;  // the release that began to merge, when later than `since`
  TableText fallback;     // plain text: 1, 25%, TCP; an object as JSON: {}
  TableTexts map_keys;
  TableTexts enumeration;  // of a string, or of a list's strings; empty: anything
  std::int32_t minimum = 0;
  std::int32_t maximum = 0;
  TableText since;
  TableText until;

  const ValueType& value() const;
  // Whether strategic merge of that release merges this list; false for a field it did not have.
  bool merges_in(std::string_view release) const;
};

enum class Scope : std::uint8_t { kUnknown, kNamespaced, kCluster };

struct TypeInfo {
  TableText api_version;  // "apps/v1", "v1"; "meta/v1" for the types all groups share
  TableText name;         // "Deployment", "DeploymentSpec"
  std::uint32_t first_field = 0;
  std::uint16_t field_count = 0;
  Scope scope = Scope::kUnknown;  // of kinds
  bool is_kind = false;           // an object with apiVersion, kind and metadata
  bool is_list = false;           // the List of a kind
  bool is_atomic = false;         // server-side apply replaces it as a whole
  TableText since;
  TableText until;

  std::span<const FieldInfo> fields() const;  // by name, in byte order
  const FieldInfo* field(std::string_view field_name) const;
};

// The kind, Lists included, or null.
const TypeInfo* find_type(std::string_view api_version, std::string_view kind);
// The kind or the type of a part: find_struct("v1", "PodSpec").
const TypeInfo* find_struct(std::string_view api_version, std::string_view name);
// By apiVersion and kind.
std::span<const TypeInfo> all_kinds();

// A kind that a release deprecates, and one stops serving: CronJob of batch/v1beta1, deprecated in
// 1.21, gone in 1.25, for batch/v1.
struct Life {
  TableText api_version;
  TableText kind;              // "*": every other kind of the group-version
  TableText deprecated;        // empty: nobody said
  TableText gone;              // empty: no release is named
  TableText replacement;       // an apiVersion; empty when nothing replaces it
  TableText replacement_kind;  // when it is another one

  // In a release; "": in the newest that the table was made from.
  bool is_deprecated_in(std::string_view release) const;
  bool is_gone_in(std::string_view release) const;
  // "apps/v1", "discovery.k8s.io/v1 EndpointSlice", or "".
  std::string replacement_text() const;
};
// Null for a kind that is here to stay, or that nobody knows.
const Life* find_life(std::string_view api_version, std::string_view kind);

// Releases as numbers: compare_releases("1.9", "1.21") < 0.
std::strong_ordering compare_releases(std::string_view a, std::string_view b);
// The releases the table was made from, the oldest first.
std::span<const TableText> table_releases();

}  // namespace plumb::kube
