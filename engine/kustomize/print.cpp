// What kustomize can print, and the print itself.

#include <algorithm>
#include <map>
#include <vector>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/go_value_text.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/json_values.h"
#include "kustomize/kustomize.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"
#include "yaml/read.h"
#include "yaml/tag.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Type;

void check_number(const Node& node) {
  const auto value = yaml::as_float(node);
  if (value && (*value != *value || *value - *value != 0))
    fail("kustomize/value-type", node.span, cat("'", node.text, "' cannot be printed as JSON"), {},
         {cat("json: unsupported value: ", *value != *value ? "NaN"
                                           : *value > 0     ? "+Inf"
                                                            : "-Inf")});
}

// A value that was set in the place of another keeps that one's type, and may not be of it.
void check_type(const Node& node) {
  switch (node.type) {
    case Type::kInteger:
    case Type::kFloat:
    case Type::kBoolean:
    case Type::kNull:
    case Type::kTimestamp:
      break;
    default:
      return;
  }
  const Type resolved = yaml::resolve(node.text, yaml::Resolution::kGoYaml3);
  const bool fits = resolved == node.type ||
                    (node.type == Type::kFloat && resolved == Type::kInteger) ||
                    yaml::resolve(node.text, yaml::Resolution::kGoYaml2) == node.type;
  if (fits) return;
  fail("kustomize/value-type", node.span,
       cat("'", node.text, "' stands where a value of type ", yaml::short_tag(node.type).substr(2),
           " was"),
       {},
       {cat("yaml: cannot decode ", yaml::short_tag(resolved), " `", node.text, "` as a ",
            yaml::short_tag(node.type))});
}

void check_text(const Node& node) {
  if (node.text.find('\x7f') != std::string_view::npos)
    fail("kustomize/value-type", node.span, "control characters cannot be printed", {},
         {"yaml: control characters are not allowed"});
}

void check(const Node& node, bool top) {
  if (node.is_scalar()) {
    if (node.type == Type::kFloat) check_number(node);
    check_type(node);
    if (node.is_string()) check_text(node);
    return;
  }
  for (const Node* const item : node.items) check(*item, false);
  for (const yaml::Entry& entry : node.entries) {
    const Node& key = *entry.key;
    if (!top && key.type != Type::kString && key.type != Type::kMerge)
      fail("kustomize/key-type", key.span, cat("expected a string as key, got '", key.text, "'"),
           {{"quote the key"}}, {"json: unsupported type: map[interface {}]interface {}"});
    check(*entry.value, false);
  }
}

}  // namespace

namespace {

// Kustomize shows the whole object when it cannot make JSON of it.
void require_printable(const Node& body, const SourceStore* sources) {
  require_readable_when_written(body);
  try {
    require_unique_when_written(body, sources);
  } catch (const Error& error) {
    rethrow_during(error, "printing", {"map[string]interface {}(nil)"});
  }
  try {
    check(body, true);
  } catch (const Error& error) {
    const bool read =
        words_of(error).starts_with("json:");  // what cannot even be read has no value
    rethrow_during(error, "printing",
                   {read ? go_value_text(body) : std::string("map[string]interface {}(nil)")});
  }
}

}  // namespace

std::string print(const kube::ResourceSet& set, const SourceStore* sources) {
  std::string out;
  for (const kube::Resource& resource : set.resources) {
    require_printable(*resource.body, sources);
    if (!out.empty()) out += "---\n";
    yaml::emit_to(out, *resource.body, yaml::kKustomizeOutput);
  }
  return out;
}

}  // namespace plumb::kustomize
