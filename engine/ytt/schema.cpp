#include "ytt/schema.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/starlark.h"
#include "starlark/unicode.h"
#include "yaml/emit.h"
#include "ytt/error.h"
#include "ytt/schema_annotations.h"
#include "ytt/schema_report.h"
#include "ytt/validation.h"

namespace plumb::ytt {
namespace {

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
    const Documentation* const documentation = read_documentation(thread_, sources_, node);
    check_examples(node, *value);
    Type* const out = make_type(kind, node.place);
    out->key = node.key;
    out->value = value;
    out->otherwise = default_of(node, *value);
    out->validation = validation_of(node);
    out->documentation = documentation;
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

  // Examples must be of the type.
  void check_examples(const Node& node, const Type& type) {
    const Annotation* const annotation = find_annotation(node, "schema/examples");
    if (annotation == nullptr) return;
    for (const Value& example : annotation->positional)
      check_value(*annotation, example.items()[1], type, node.place,
                  "Invalid schema - @schema/examples has wrong type", "by");
  }

  Type* value_type(Node& node) {
    if (is_any_type(sources_, node)) {
      refuse_annotations_below(sources_, node.value);
      Type* const out = make_type(Type::Kind::kAny, node.place);
      out->otherwise = node.value;
      return out;
    }
    if (node.value == nullptr) refuse_null(node);
    Type* const inferred = infer(*node.value, node.place);
    if (!is_nullable(sources_, node)) return inferred;
    Type* const out = make_type(Type::Kind::kNullable, node.place);
    out->value = inferred;
    return out;
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
    refuse_default_of_item(sources_, *value.items[0]);
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
    const std::string wanted = cat(name_of(type), " (by ", compact(type.place), ")");
    const Value& value = default_argument(sources_, node, *annotation, wanted);
    return check_value(*annotation, value, type, node.place,
                       "Invalid schema - @schema/default is wrong type", "at");
  }

  // The value as a node with the defaults of what it leaves out; of another type it is refused.
  Node* check_value(const Annotation& annotation, const Value& given, const Type& type,
                    const Place& place, std::string_view summary, std::string_view preposition) {
    Node* const value = copy(arena_, to_node(thread_, given));
    settle(value, place);
    Violations violations = violations_of(type, value);
    if (violations.empty()) return value;
    for (Violation& each : violations) {
      each.annotations = {annotation.place};
      each.found += cat(" (", preposition, " ", compact(annotation.place), ")");
    }
    refuse_schema(sources_, summary, violations);
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
