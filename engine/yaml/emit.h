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

struct EmitProfile {
  std::string_view name;
  KeyOrder keys;
  int fold_width;           // columns; 0: never
  bool typed_numbers;       // numbers as Go prints their value (1.0 → 1); else as written
  bool timestamps_rfc3339;  // a kTimestamp becomes the quoted RFC 3339 string
  bool quote_yaml11;        // quote strings that YAML 1.1 takes for something else
  bool quote_yaml12;        // … that YAML 1.2 does
};
extern const EmitProfile kPlumbOutput;
extern const EmitProfile kKustomizeOutput;
extern const EmitProfile kYttOutput;

std::string emit(const Node& node, const EmitProfile& profile);
void emit_to(std::string& out, const Node& node, const EmitProfile& profile);

struct JsonStyle {
  bool sorted_keys = true;
  bool escape_html = true;  // < > & as \u003c …, as Go's encoder does by default
  int indent = 0;           // 0: compact
};
// JSON as Go's encoding/json prints it. Timestamps and binaries are strings; keys that are no
// strings become their text. .inf and .nan: the error yaml/json-number.
std::string emit_json(const Node& node, const JsonStyle& style = {});

// A float as Go's %g with the shortest digits prints it in YAML ("1e+06", ".inf").
std::string format_float(double value);
// -1, 0, 1 by go-yaml v2's natural order of keys.
int compare_natural(std::string_view a, std::string_view b);

}  // namespace plumb::yaml
