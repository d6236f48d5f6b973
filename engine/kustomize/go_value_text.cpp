#include "kustomize/go_value_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "base/base64.h"
#include "base/text.h"
#include "kustomize/json_values.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Type;

std::string float_text(const Node& node) {
  const double value = yaml::as_float(node).value_or(0);
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::string text = yaml::format_float(value);
  return text;
}

std::string scalar_text(const Node& node) {
  switch (node.type) {
    case Type::kNull:
      return "interface {}(nil)";
    case Type::kBoolean:
      return yaml::as_boolean(node).value_or(false) ? "true" : "false";
    case Type::kInteger:
      return yaml::decimal(node.text);
    case Type::kFloat:
      return float_text(node);
    case Type::kBinary:
      return go_quoted(base64_decode(node.text).value_or(""));
    default:
      return go_quoted(node.text);
  }
}

// Go sorts keys of several types by type first.
int rank(const Node& key) {
  switch (key.type) {
    case Type::kNull:
      return 0;
    case Type::kInteger:
      return 3;
    case Type::kFloat:
      return 2;
    case Type::kBoolean:
      return 4;
    default:
      return 1;
  }
}

bool before(const yaml::Entry& a, const yaml::Entry& b) {
  const Node& left = *a.key;
  const Node& right = *b.key;
  if (rank(left) != rank(right)) return rank(left) < rank(right);
  if (left.type == Type::kInteger || left.type == Type::kFloat)
    return yaml::as_float(left).value_or(0) < yaml::as_float(right).value_or(0);
  return left.text < right.text;
}

bool is_text_key(const Node& key) { return key.type == Type::kString || key.type == Type::kMerge; }

void write(std::string& out, const Node& node, bool top) {
  if (node.is_scalar()) {
    out += scalar_text(node);
    return;
  }
  if (node.is_sequence()) {
    out += "[]interface {}{";
    for (std::uint32_t i = 0; i < node.items.size(); ++i) {
      if (i > 0) out += ", ";
      write(out, *node.items[i], false);
    }
    out += '}';
    return;
  }
  std::vector<yaml::Entry> entries(node.entries.begin(), node.entries.end());
  const bool texts = top || std::ranges::all_of(entries, [](const yaml::Entry& entry) {
                       return is_text_key(*entry.key);
                     });
  std::ranges::sort(entries, before);
  out += texts ? "map[string]interface {}{" : "map[interface {}]interface {}{";
  bool first = true;
  for (const yaml::Entry& entry : entries) {
    if (!first) out += ", ";
    first = false;
    out += texts ? go_quoted(entry.key->text) : scalar_text(*entry.key);
    out += ':';
    write(out, *entry.value, false);
  }
  out += '}';
}

}  // namespace

std::string go_value_text(const Node& node) {
  std::string out;
  write(out, node, true);
  return out;
}

}  // namespace plumb::kustomize
