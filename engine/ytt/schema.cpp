#include "ytt/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/starlark.h"
#include "starlark/unicode.h"
#include "yaml/emit.h"
#include "ytt/error.h"
#include "ytt/validation.h"

namespace plumb::ytt {
namespace {

struct Violation {
  std::vector<Place> annotations;
  Place place;
  std::string calculated;  // the item, where code made it: it stands nowhere
  std::string description, expected, found;
  std::vector<std::string> hints;
};
using Violations = std::vector<Violation>;

// ---- the report ----

class Report {
 public:
  Report(const SourceStore& sources, const Violations& violations) : sources_(sources) {
    for (const Violation& each : violations) width_ = std::max(width_, number(each.place).size());
  }

  std::string write(std::string_view summary, const Violations& violations) {
    std::string out = cat("\n", summary, "\n", std::string(summary.size(), '='), "\n");
    for (const Violation& each : violations) add(out, each);
    return out + "\n";
  }

 private:
  static std::string number(const Place& place) { return place.known ? cat(place.line) : "?"; }

  std::string pad(std::string_view mark, std::string_view number = "") const {
    return cat("  ", std::string(width_ - std::min(width_, number.size()), ' '), number, " ", mark);
  }

  std::string_view line_of(const Place& place) const {
    return place.span.source == 0 ? std::string_view()
                                  : sources_.line(place.span.source, place.line);
  }

  static bool next_to(const Place& a, const Place& b) {
    return a.known && b.known && a.file == b.file && a.line <= b.line + 1 && b.line <= a.line + 1;
  }

  void add(std::string& out, const Violation& violation) const {
    if (!violation.description.empty()) out += cat("\n", violation.description);
    if (violation.calculated.empty()) {
      add_lines(out, violation);
    } else {
      const std::string gutter = pad("#");
      out += cat("\nData value calculated:\n", gutter, "\n", gutter, " ", violation.calculated,
                 "\n", gutter, "\n\n");
    }
    if (!violation.found.empty()) out += cat(pad("="), " found: ", violation.found);
    out.push_back('\n');
    if (!violation.expected.empty()) out += cat(pad("="), " expected: ", violation.expected);
    for (const std::string& hint : violation.hints) out += cat("\n", pad("="), " hint: ", hint);
    out.push_back('\n');
  }

  void add_lines(std::string& out, const Violation& violation) const {
    out += cat("\n", violation.place.file, ":\n", pad("|"));
    std::vector<Place> places = violation.annotations;
    std::stable_sort(places.begin(), places.end(),
                     [](const Place& a, const Place& b) { return a.line < b.line; });
    places.push_back(violation.place);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (i > 0 && !next_to(places[i], places[i - 1])) out += cat("\n", pad("|"), " ...");
      out += cat("\n", pad("|", number(places[i])), " ", line_of(places[i]));
    }
    out += cat("\n", pad("|"), "\n\n");
  }

  const SourceStore& sources_;
  std::size_t width_ = 0;
};

[[noreturn]] void refuse_schema(const SourceStore& sources, std::string_view summary,
                                const Violations& violations) {
  Diagnostic diagnostic;
  diagnostic.code = "ytt/schema";
  diagnostic.span = violations[0].place.span;
  diagnostic.text = Report(sources, violations).write(summary, violations);
  const Violation& first = violations[0];
  set_summary(diagnostic, cat(first.description.empty() ? summary : first.description,
                              first.found.empty() ? "" : ": found ", first.found,
                              first.expected.empty() ? "" : ", expected ", first.expected));
  throw Error(std::move(diagnostic));
}

// ---- names of types ----

std::string_view scalar_name(Kind kind) {
  switch (kind) {
    case Kind::kString:
      return "string";
    case Kind::kFloat:
      return "float";
    case Kind::kBool:
      return "boolean";
    default:
      return "integer";
  }
}

std::string_view name_of(const Type& type) {
  switch (type.kind) {
    case Type::Kind::kDocument:
      return "document";
    case Type::Kind::kMap:
      return "map";
    case Type::Kind::kArray:
      return "array";
    case Type::Kind::kScalar:
      return scalar_name(type.scalar);
    case Type::Kind::kAny:
      return "any";
    case Type::Kind::kNullable:
      return "null";
    default:
      return name_of(*type.value);
  }
}

// A value as Go prints it in its own syntax; collections, which Go prints by their addresses, are
// named only.
std::string go_text(const Node* value) {
  if (value == nullptr) return "<nil>";
  switch (value->kind) {
    case Kind::kBool:
      return value->integer != 0 ? "true" : "false";
    case Kind::kUint64:
      return cat(value->unsigned_integer);
    case Kind::kFloat:
      return yaml::format_float(value->real);
    case Kind::kString:
      return starlark::quote(value->text);
    case Kind::kMap:
    case Kind::kArray:
      return cat("&", go_type(value).substr(1), "{...}");
    default:
      return cat(value->integer);
  }
}

// The item as the report shows it when it stands in no file.
std::string calculated_text(const Node& item) {
  if (item.place.known || !item.is_item()) return {};
  return cat(item.key == nullptr ? "-" : cat(key_text(item.key), ":"), " ", go_text(item.value));
}

Violation mismatch(const Node& found, const Type& expected) {
  Violation out;
  out.place = found.place;
  out.calculated = calculated_text(found);
  out.expected =
      cat(expected.place.known ? name_of(expected) : "", " (by ", compact(expected.place), ")");
  out.found = type_text(found.is_item() ? found.value : &found);
  return out;
}

bool holds_node(const Node* value) { return value != nullptr && value->is_collection(); }

// ---- giving types ----

class Assigner {
 public:
  explicit Assigner(Arena& arena) : arena_(arena) {}
  Violations violations;

  void item(const Type& type, Node& node) {
    node.type = &type;
    if (holds_node(node.value)) value(*type.value, *node.value);
  }

  void value(const Type& type, Node& node) {
    switch (type.kind) {
      case Type::Kind::kAny:
        return;
      case Type::Kind::kNullable:
        return value(*type.value, node);
      case Type::Kind::kMap:
        if (node.is_map()) return map(type, node);
        break;
      case Type::Kind::kArray:
        if (!node.is_array()) break;
        node.type = &type;
        for (Node* const each : node.items) item(*type.value, *each);
        return;
      default:
        break;
    }
    violations.push_back(mismatch(node, type));
  }

 private:
  void map(const Type& type, Node& node) {
    node.type = &type;
    std::vector<bool> found(type.items.size(), false);
    for (Node* const each : node.items) {
      for (std::uint32_t i = 0; i < type.items.size(); ++i) {
        if (!same(each->key, type.items[i]->key)) continue;
        found[i] = true;
        item(*type.items[i], *each);
        break;
      }
    }
    for (std::uint32_t i = 0; i < type.items.size(); ++i) {
      if (found[i]) continue;
      const Type& missing = *type.items[i];
      Node* const made = make_item(arena_, missing.key, missing.otherwise, missing.place);
      item(missing, *made);
      node.items.push_back(arena_, made);
    }
  }

  Arena& arena_;
};

// ---- checking ----

class Checker {
 public:
  Violations violations;

  void node(const Node* node) {
    if (node == nullptr) return;
    if (node->type != nullptr) check(*node->type, *node);
    if (node->is_item() && holds_node(node->value)) this->node(node->value);
    for (const Node* const item : node->items) this->node(item);
  }

  // A value that is no collection, in the item that holds it.
  void scalar(const Type& type, const Node& holder) {
    const Node* const value = holder.value;
    switch (type.kind) {
      case Type::Kind::kAny:
        return;
      case Type::Kind::kNullable:
        if (value != nullptr) scalar(*type.value, holder);
        return;
      case Type::Kind::kScalar:
        if (value != nullptr && fits(type.scalar, value->kind)) return;
        break;
      default:
        break;
    }
    violations.push_back(mismatch(holder, type));
  }

 private:
  static bool fits(Kind wanted, Kind found) {
    const bool integer = found == Kind::kInt || found == Kind::kInt64 || found == Kind::kUint64;
    if (integer) return wanted == Kind::kInt || wanted == Kind::kFloat;
    return wanted == found;
  }

  void check(const Type& type, const Node& node) {
    if (type.kind == Type::Kind::kMap) return keys(type, node);
    if (node.is_item() && !holds_node(node.value)) scalar(*type.value, node);
  }

  void keys(const Type& type, const Node& node) {
    for (const Node* const item : node.items) {
      const bool known = std::any_of(type.items.begin(), type.items.end(),
                                     [&](const Type* each) { return same(each->key, item->key); });
      if (!known) violations.push_back(unexpected_key(type, *item));
    }
  }

  static Violation unexpected_key(const Type& type, const Node& item) {
    Violation out;
    out.description = "Given data value is not declared in schema";
    out.place = item.place;
    out.calculated = calculated_text(item);
    out.found = item.key != nullptr && item.key->is(Kind::kString) ? std::string(item.key->text)
                                                                   : key_text(item.key);
    std::vector<std::string> keys;
    for (const Type* const each : type.items) keys.push_back(key_text(each->key));
    std::sort(keys.begin(), keys.end());
    const std::string from = cat(" (from ", compact(type.place), ")");
    if (keys.size() == 1) {
      out.expected = cat("a map item with the key named \"", keys[0], "\"", from);
    } else if (keys.size() > 1 && keys.size() <= 9) {
      out.expected = cat("one of { ", join(keys, ", "), " }", from);
    } else {
      out.expected = cat("a key declared in map", from);
    }
    const std::string_view near = starlark::nearest_name(out.found, {keys.begin(), keys.end()});
    if (!near.empty()) out.hints.push_back(cat("did you mean \"", near, "\"?"));
    return out;
  }
};

// ---- making types ----

class TypeMaker {
 public:
  TypeMaker(Thread& thread, const SourceStore& sources)
      : thread_(thread), arena_(thread.arena()), sources_(sources) {}

  Type* item(Type::Kind kind, Node& node) {
    Type* const value = value_type(node);
    check_documentation(node, *value);
    Type* const out = make_type(kind, node.place);
    out->key = node.key;
    out->value = value;
    out->otherwise = default_of(node, *value);
    out->validation = validation_of(node);
    set_default(*value, out->otherwise);
    return out;
  }

 private:
  Type* make_type(Type::Kind kind, const Place& place) {
    Type* const out = arena_.make<Type>();
    out->kind = kind;
    out->place = place;
    return out;
  }

  const Validation* validation_of(const Node& node) {
    const Annotation* const annotation = find_annotation(node, "schema/validation");
    if (annotation == nullptr) return nullptr;
    return explaining("Invalid @schema/validation annotation - ",
                      [&] { return make_validation(thread_, *annotation); });
  }

  // What only documents a value is not kept, but it must be well formed.
  void check_documentation(const Node& node, const Type& type) {
    for (const std::string_view name : {"schema/title", "schema/desc", "schema/deprecated"}) {
      const Annotation* const annotation = find_annotation(node, name);
      if (annotation == nullptr) continue;
      const bool text = annotation->named.empty() && annotation->positional.size() == 1 &&
                        annotation->positional[0].is_string();
      const bool misplaced = name == "schema/deprecated" && node.is(Kind::kDocument);
      if (!text || misplaced) refuse_unsupported(cat("@", name, " in this form"), node.place.span);
    }
    const Annotation* const examples = find_annotation(node, "schema/examples");
    if (examples == nullptr) return;
    bool fits = examples->named.empty() && !examples->positional.empty();
    for (const Value& each : examples->positional)
      fits = fits && is_example(each, type, node.place);
    if (!fits) refuse_unsupported("@schema/examples in this form", node.place.span);
  }

  bool is_example(const Value& example, const Type& type, const Place& place) {
    if (!example.is(starlark::Kind::kTuple) || example.items().size() != 2 ||
        !example.items()[0].is_string())
      return false;
    Node* const value = copy(arena_, to_node(thread_, example.items()[1]));
    settle(value, place);
    return violations_of(type, value).empty();
  }

  static bool is_any(const Node& node) {
    const Annotation* const annotation = find_annotation(node, "schema/type");
    if (annotation == nullptr) return false;
    if (annotation->named.empty()) refuse_unsupported("@schema/type without any=", node.place.span);
    for (const starlark::NamedArgument& argument : annotation->named)
      if (argument.name != "any" || !argument.value.is(starlark::Kind::kBool))
        refuse_unsupported("@schema/type with other arguments than any=", node.place.span);
    return annotation->named.back().value.integer != 0;
  }

  Type* value_type(Node& node) {
    if (is_any(node)) {
      refuse_annotations_below(node.value);
      Type* const out = make_type(Type::Kind::kAny, node.place);
      out->otherwise = node.value;
      return out;
    }
    if (node.value == nullptr) refuse_null(node);
    Type* const inferred = infer(*node.value, node.place);
    const Annotation* const nullable = find_annotation(node, "schema/nullable");
    if (nullable == nullptr) return inferred;
    if (!nullable->named.empty())
      refuse_unsupported("@schema/nullable with arguments", node.place.span);
    Type* const out = make_type(Type::Kind::kNullable, node.place);
    out->value = inferred;
    return out;
  }

  static void refuse_annotations_below(const Node* node) {
    if (node == nullptr) return;
    for (const Annotation& each : node->annotations)
      if (each.name == "schema/type" || each.name == "schema/nullable" ||
          each.name == "schema/default")
        refuse_unsupported(cat("@", each.name, " below @schema/type any=True"), node->place.span);
    refuse_annotations_below(node->value);
    for (const Node* const item : node->items) refuse_annotations_below(item);
  }

  [[noreturn]] void refuse_null(const Node& node) const {
    Violation violation;
    violation.place = node.place;
    violation.expected = "non-null value";
    violation.found = "null value";
    violation.hints = {"in YAML, omitting a value implies null.",
                       "to set the default value to null, annotate with @schema/nullable.",
                       "to allow any value, annotate with @schema/type any=True."};
    refuse_schema(sources_, "Invalid schema - null value not allowed here", {violation});
  }

  Type* infer(Node& value, const Place& place) {
    if (value.is_map()) {
      Type* const out = make_type(Type::Kind::kMap, value.place);
      for (Node* const each : value.items)
        out->items.push_back(arena_, item(Type::Kind::kMapItem, *each));
      return out;
    }
    if (value.is_array()) return array(value);
    Type* const out = make_type(Type::Kind::kScalar, place);
    const bool integer = value.is(Kind::kInt64) || value.is(Kind::kUint64);
    out->scalar = integer ? Kind::kInt : value.kind;
    out->otherwise = &value;
    return out;
  }

  Type* array(Node& value) {
    if (value.items.size() != 1) {
      Violation violation;
      violation.place = value.place;
      violation.expected = "exactly 1 array item, of the desired type";
      violation.found = cat(value.items.size(), " array items");
      violation.hints = {"in schema, the one item of the array implies the type of its elements.",
                         "in schema, the default value for an array is always an empty list.",
                         "default values can be overridden via a data values overlay."};
      refuse_schema(sources_, "Invalid schema - wrong number of items in array definition",
                    {violation});
    }
    if (find_annotation(*value.items[0], "schema/default") != nullptr)
      refuse_unsupported("@schema/default on array items", value.items[0]->place.span);
    Type* const out = make_type(Type::Kind::kArray, value.place);
    out->value = item(Type::Kind::kArrayItem, *value.items[0]);
    out->otherwise = make(arena_, Kind::kArray, Place{});
    return out;
  }

  Node* own_default(const Type& type) {
    switch (type.kind) {
      case Type::Kind::kNullable:
        return nullptr;
      case Type::Kind::kAny:
        return copy(arena_, type.otherwise);
      case Type::Kind::kMap: {
        Node* const out = make(arena_, Kind::kMap, type.place);
        for (const Type* const each : type.items)
          out->items.push_back(arena_, make_item(arena_, each->key, each->otherwise, each->place));
        return out;
      }
      default:
        return type.otherwise;
    }
  }

  static void set_default(Type& type, Node* value) {
    if (type.kind == Type::Kind::kNullable) return set_default(*type.value, value);
    if (type.kind != Type::Kind::kMap) type.otherwise = value;
  }

  Node* default_of(const Node& node, Type& type) {
    const Annotation* const annotation = find_annotation(node, "schema/default");
    if (annotation == nullptr) return own_default(type);
    if (annotation->positional.size() != 1 || !annotation->named.empty())
      refuse_unsupported("@schema/default without exactly one value", node.place.span);
    Node* const value = copy(arena_, to_node(thread_, annotation->positional[0]));
    settle(value, node.place);
    Violations violations = violations_of(type, value);
    if (violations.empty()) return value;
    for (Violation& each : violations) {
      each.annotations = {annotation->place};
      each.found += cat(" (at ", compact(annotation->place), ")");
    }
    refuse_schema(sources_, "Invalid schema - @schema/default is wrong type", violations);
  }

  Violations violations_of(const Type& type, Node* value) {
    if (!holds_node(value)) {
      Checker checker;
      checker.scalar(type, *make_item(arena_, nullptr, value, type.place));
      return checker.violations;
    }
    Assigner assigner(arena_);
    assigner.value(type, *value);
    if (!assigner.violations.empty()) return assigner.violations;
    Checker checker;
    checker.node(value);
    return checker.violations;
  }

  Thread& thread_;
  Arena& arena_;
  const SourceStore& sources_;
};

}  // namespace

Type* make_type(Thread& thread, const SourceStore& sources, Node& document) {
  return TypeMaker(thread, sources).item(Type::Kind::kDocument, document);
}

Node* default_values(Arena& arena, const Type& document) {
  Node* const out = make(arena, Kind::kDocument, document.place);
  out->value = copy(arena, document.otherwise);
  return out;
}

void apply_schema(Arena& arena, const SourceStore& sources, const Type& type, Node& document) {
  constexpr std::string_view kSummary = "One or more data values were invalid";
  Assigner assigner(arena);
  assigner.item(type, document);
  if (!assigner.violations.empty()) refuse_schema(sources, kSummary, assigner.violations);
  Checker checker;
  checker.node(&document);
  if (!checker.violations.empty()) refuse_schema(sources, kSummary, checker.violations);
}

}  // namespace plumb::ytt
