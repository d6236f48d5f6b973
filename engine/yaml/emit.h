#pragma once
// Documents → text, by profile.
//
//   emit(*node, kPlumbOutput)      what `plumb render` prints (contract: 2 spaces, no folding,
//   source order) emit(*node, kKustomizeOutput)  the bytes of `kustomize build`: natural key order,
//   folding at 80, YAML 1.1 quoting emit(*node, kYttOutput)        the bytes of `ytt`: source
//   order, no folding
//
// Each ends in a line break; documents are divided by the caller ("---\n").

#include <string>
#include <string_view>

#include "yaml/node.h"

namespace plumb::yaml {

enum class KeyOrder : std::uint8_t {
  kSource,
  kNatural,   // go-yaml v2's: letters after other characters, digit runs as numbers
  kManifest,  // apiVersion, kind, metadata first, then source order
};

enum class Numbers : std::uint8_t {
  kAsWritten,    // where any YAML reader understands them so, else their value
  kGo,           // as Go's %g prints the value: 1.0 → 1, 1000000.0 → 1e+06
  kGoAfterJson,  // the same after a way through JSON: 1000000.0 → 1000000
};

// What a plain text must not be taken for, or it is quoted.
enum class Quoting : std::uint8_t {
  kGo,         // what go-yaml v2 would read as no string
  kAnyReader,  // and what another reader in the field would: `<<`, `=`, dates of every form
};

// One row is one style: see docs/reference/profiles.md.
struct EmitProfile {
  std::string_view name;
  KeyOrder keys;
  int fold_width;  // columns; 0: never
  Numbers numbers;
  Quoting quoting;
  bool go_printable;        // tabs and characters beyond U+FFFF count as unprintable, as in go-yaml
  bool rfc3339;             // dates are printed in full: 2001-01-01 → "2001-01-01T00:00:00Z"
  int indent = 2;           // columns of one level
  int sequence_indent = 0;  // how far the items of a key's sequence stand behind the key
  bool keep_breaks = true;  // may a literal block end in empty lines (`|+`)? Else it is quoted
  bool comments = false;    // comments that attach_comments() gave to nodes
};
extern const EmitProfile kPlumbOutput;
extern const EmitProfile kKustomizeOutput;
extern const EmitProfile kYttOutput;

std::string emit(const Node& node, const EmitProfile& profile);
void emit_to(std::string& out, const Node& node, const EmitProfile& profile);

// Gives every scalar below the node the type and text that it would have if it were printed with
// the profile and read again by a YAML 1.1 reader, so that a tool's result can go on without being
// printed. The nodes must be the caller's own.
void settle(Arena& arena, Node& node, const EmitProfile& profile);

// How JSON is printed; a row of data, too.
struct JsonStyle {
  bool sorted_keys = true;
  bool escape_html = true;  // < > & as \u003c …, as Go's encoder does by default
  int indent = 0;           // 0: compact
  // Otherwise as nlohmann_json prints: floats always with a dot or an exponent (1.0, 1e+21),
  // U+2028 and U+2029 as they are.
  bool as_go = true;
};
// Go's json.Marshal, and an Encoder with SetEscapeHTML(false).
extern const JsonStyle kGoJson;
extern const JsonStyle kGoJsonPlain;
// nlohmann_json's dump() of an object with sorted keys, and of an ordered one.
extern const JsonStyle kNlohmannJson;
extern const JsonStyle kNlohmannOrderedJson;

// Timestamps and binaries are strings; keys that are no strings become their text. .inf and .nan:
// the error yaml/json-number.
std::string emit_json(const Node& node, const JsonStyle& style = {});

// A float as Go's %g with the shortest digits prints it in YAML ("1e+06", ".inf").
std::string format_float(double value);
// A finite float as Go's encoding/json prints it ("1000000", "1e+21", "1e-7").
std::string format_json_float(double value);
// A finite float as nlohmann_json prints it ("1.0", "1e+21", "1e-07").
std::string format_nlohmann_float(double value);
// -1, 0, 1 by go-yaml v2's natural order of keys.
int compare_natural(std::string_view a, std::string_view b);

}  // namespace plumb::yaml
