#include "ytt/schema_annotations.h"

#include <array>

#include "base/text.h"
#include "ytt/error.h"
#include "ytt/schema_report.h"

namespace plumb::ytt {
namespace {

constexpr std::string_view kPair =
    "2-tuple containing description (string) and example value (of expected type)";

struct Fault {
  std::string description, found, expected;
  std::vector<std::string> hints = {};
};

[[noreturn]] void refuse_annotation(const SourceStore& sources, const Node& node,
                                    std::vector<Place> annotations, Fault fault) {
  Violation violation;
  violation.place = node.place;
  violation.annotations = std::move(annotations);
  violation.description = std::move(fault.description);
  violation.found = std::move(fault.found);
  violation.expected = std::move(fault.expected);
  violation.hints = std::move(fault.hints);
  refuse_schema(sources, "Invalid schema", {violation});
}

std::string by(const Annotation& annotation) {
  return cat(" (by ", compact(annotation.place), ")");
}

// An annotation that is written wrongly: "2 values" found where `expected` should be.
[[noreturn]] void refuse_syntax(const SourceStore& sources, const Node& node,
                                const Annotation& annotation, std::string_view found,
                                std::string_view expected, std::vector<std::string> hints = {}) {
  refuse_annotation(sources, node, {annotation.place},
                    {cat("syntax error in @", annotation.name, " annotation"), std::string(found),
                     std::string(expected), std::move(hints)});
}

void check_one_value(const SourceStore& sources, const Node& node, const Annotation& annotation,
                     std::string_view expected, std::vector<std::string> hints) {
  const std::string where = cat(" in @", annotation.name, by(annotation));
  if (!annotation.named.empty())
    refuse_syntax(sources, node, annotation, cat("keyword argument", where), expected,
                  std::move(hints));
  const std::size_t count = annotation.positional.size();
  if (count == 0) refuse_syntax(sources, node, annotation, cat("missing value", where), expected);
  if (count > 1) refuse_syntax(sources, node, annotation, cat(count, " values", where), expected);
}

const Annotation* text_annotation(const SourceStore& sources, const Node& node,
                                  std::string_view name) {
  const Annotation* const annotation = find_annotation(node, name);
  if (annotation == nullptr) return nullptr;
  check_one_value(sources, node, *annotation, "string",
                  {"this annotation only accepts one argument: a string."});
  if (!annotation->positional[0].is_string())
    refuse_syntax(sources, node, *annotation,
                  cat("Non-string value in @", annotation->name, by(*annotation)), "string");
  return annotation;
}

void check_example(const SourceStore& sources, const Node& node, const Annotation& annotation,
                   const Value& example) {
  const std::string at = cat(" @schema/examples (at ", compact(annotation.place), ")");
  const std::string in = cat(" in @schema/examples", by(annotation));
  if (!example.is(starlark::Kind::kTuple))
    refuse_syntax(sources, node, annotation, cat(starlark::type_name(example), " for", at), kPair);
  const std::size_t size = example.items().size();
  if (size < 2) refuse_syntax(sources, node, annotation, cat("empty tuple", in), kPair);
  if (size > 2) refuse_syntax(sources, node, annotation, cat(size, "-tuple argument", in), kPair);
  if (!example.items()[0].is_string())
    refuse_syntax(sources, node, annotation,
                  cat(starlark::type_name(example.items()[0]), " value for", at), kPair);
}

const Annotation* examples_annotation(const SourceStore& sources, const Node& node) {
  const Annotation* const annotation = find_annotation(node, "schema/examples");
  if (annotation == nullptr) return nullptr;
  const std::string where = cat(" in @schema/examples", by(*annotation));
  if (!annotation->named.empty())
    refuse_syntax(sources, node, *annotation, cat("keyword argument", where), kPair);
  if (annotation->positional.empty())
    refuse_syntax(sources, node, *annotation, cat("missing value", where), kPair);
  for (const Value& example : annotation->positional)
    check_example(sources, node, *annotation, example);
  return annotation;
}

}  // namespace

bool is_any_type(const SourceStore& sources, const Node& node) {
  const Annotation* const annotation = find_annotation(node, "schema/type");
  if (annotation == nullptr) return false;
  if (annotation->named.empty())
    refuse_annotation(sources, node, {annotation->place},
                      {"expected @schema/type annotation to have keyword argument and value",
                       "missing keyword argument and value" + by(*annotation),
                       "valid keyword argument and value",
                       {"Supported key-value pairs are 'any=True', 'any=False'"}});
  bool out = false;
  for (const starlark::NamedArgument& argument : annotation->named) {
    const bool known = argument.name == "any";
    if (known && argument.value.is(starlark::Kind::kBool)) {
      out = argument.value.integer != 0;
      continue;
    }
    refuse_annotation(sources, node, {annotation->place},
                      {"unknown @schema/type annotation keyword argument",
                       cat(known ? go_type_of(argument.value) : argument.name, by(*annotation)),
                       known ? "starlark.Bool" : "A valid kwarg",
                       {"Supported kwargs are 'any'"}});
  }
  return out;
}

bool is_nullable(const SourceStore& sources, const Node& node) {
  const Annotation* const annotation = find_annotation(node, "schema/nullable");
  if (annotation != nullptr && !annotation->named.empty())
    refuse_annotation(sources, node, {annotation->place},
                      {"expected @schema/nullable annotation to not contain any keyword arguments",
                       "keyword argument in @schema/nullable" + by(*annotation),
                       "starlark.Bool",
                       {"Supported kwargs are 'any'"}});
  return annotation != nullptr;
}

const Documentation* read_documentation(Thread& thread, const SourceStore& sources,
                                        const Node& node) {
  const Annotation* const title = text_annotation(sources, node, "schema/title");
  const Annotation* const description = text_annotation(sources, node, "schema/desc");
  const Annotation* const deprecated = text_annotation(sources, node, "schema/deprecated");
  if (deprecated != nullptr && node.is(Kind::kDocument))
    refuse_annotation(sources, node, {deprecated->place},
                      {"@schema/deprecated not supported on a document",
                       {},
                       {},
                       {"do you mean to deprecate the entire schema document?",
                        "use schema/deprecated on individual keys."}});
  const Annotation* const examples = examples_annotation(sources, node);
  if (title == nullptr && description == nullptr && deprecated == nullptr && examples == nullptr)
    return nullptr;
  auto* const out = thread.arena().make<Documentation>();
  if (title != nullptr) out->title = title->positional[0].string();
  if (description != nullptr) out->description = description->positional[0].string();
  out->deprecated = deprecated != nullptr;
  if (examples == nullptr) return out;
  const std::span<const Value> first = examples->positional[0].items();
  out->has_example = true;
  out->example_description = first[0].string();
  out->example = copy(thread.arena(), to_node(thread, first[1]));
  return out;
}

const Value& default_argument(const SourceStore& sources, const Node& node,
                              const Annotation& annotation, std::string_view wanted) {
  check_one_value(sources, node, annotation, wanted,
                  {"this annotation only accepts one argument: the default value.",
                   "value must be in Starlark format, e.g.: {'key': 'value'}, True."});
  return annotation.positional[0];
}

// ytt shows one report within another here.
void refuse_default_of_item(const SourceStore& sources, const Node& item) {
  const Annotation* const annotation = find_annotation(item, "schema/default");
  if (annotation == nullptr) return;
  constexpr std::string_view kWhat = "Invalid schema - @schema/default not supported on array item";
  Violation violation;
  violation.place = item.place;
  violation.annotations = {annotation->place};
  violation.hints = {"do you mean to set a default value for the array?",
                     "set an array's default by annotating its parent."};
  Diagnostic diagnostic;
  diagnostic.code = "ytt/schema";
  diagnostic.span = item.place.span;
  diagnostic.text = cat("\nInvalid schema\n==============\n",
                        print_violations(sources, kWhat, {violation}), " \n\n");
  set_summary(diagnostic, std::string(kWhat));
  throw Error(std::move(diagnostic));
}

void refuse_annotations_below(const SourceStore& sources, const Node* node) {
  if (node == nullptr) return;
  std::vector<Place> places;
  std::vector<std::string> names;
  for (const std::string_view name : {"schema/nullable", "schema/type", "schema/default"})
    if (const Annotation* const annotation = find_annotation(*node, name)) {
      places.push_back(annotation->place);
      names.push_back(cat("@", name));
    }
  if (!names.empty())
    refuse_annotation(
        sources, *node, std::move(places),
        {"Schema was specified within an \"any type\" fragment",
         cat(join(std::span<const std::string>(names), ", "), " annotation(s)"),
         "no '@schema/...' on nodes within a node annotated '@schema/type any=True'",
         {"an \"any type\" fragment has no constraints; nested schema annotations conflict and are "
          "disallowed"}});
  refuse_annotations_below(sources, node->value);
  for (const Node* const item : node->items) refuse_annotations_below(sources, item);
}

}  // namespace plumb::ytt
