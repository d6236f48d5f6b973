// A schema's text → rules. One function per keyword, in one table; a keyword that is not in the
// table stops the compilation.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <unordered_map>

#include "base/suggest.h"
#include "base/text.h"
#include "kube/type_table.h"
#include "schema/program.h"
#include "schema/reference.h"

namespace plumb::schema {

namespace {

using yaml::Node;

// "kubernetes:v1.Container" is a type of the built-in table; "…?": whose own required fields may be
// missing.
constexpr std::string_view kBuiltIn = "kubernetes:";

[[noreturn]] void unusable(Span place, std::string why, std::vector<Note> notes = {}) {
  std::string argument = why;
  fail("schema/unusable", place, cat("this schema cannot be used: ", why), std::move(notes),
       {std::move(argument)});
}

class Compiler {
 public:
  Compiler(Schema& out, const Node& schema, const CompileOptions& options)
      : out_(out),
        structural_(options.dialect == Dialect::kStructural),
        keeps_unknown_(options.keeps_unknown),
        object_(options.root_is_object ? &schema : nullptr),
        references_(options.document == nullptr ? schema : *options.document, options.load) {}

  // `skeleton`: fields that are not named are findings (structural schemas, outside of anyOf, not
  // and the like).
  RuleId rule_of(const Node& schema, const std::string& base, bool skeleton);
  RuleId root(const Node& schema);

 private:
  struct Place {
    const Node& schema;
    const std::string& base;
    bool skeleton;
  };
  using Handler = void (Compiler::*)(Rule&, const Node&, const Place&);
  struct Keyword {
    std::string_view name;
    Handler handler;  // null: says nothing about validity
  };
  static const Keyword* keyword(std::string_view name);
  static std::vector<std::string_view> keyword_names();

  void compile_keywords(RuleId id, const Node& schema, const std::string& base, bool skeleton);
  void finish_structural(Rule& rule, const Place& place);
  RuleId sub(const Node& schema, const Place& place) {
    return rule_of(schema, place.base, place.skeleton);
  }
  RuleId junctor(const Node& schema, const Place& place) {
    return rule_of(schema, place.base, false);
  }
  std::vector<RuleId> junctors(const Node& list, const Place& place);
  const Regex* expression(const Node& pattern);
  std::uint64_t size_of(const Node& value);
  Bound bound_of(const Node& value);
  std::vector<std::string_view> texts_of(const Node& list);
  void expect(bool right, const Node& value, std::string_view what);

  void type(Rule&, const Node&, const Place&);
  void reference(Rule&, const Node&, const Place&);
  void built_in(Rule&, const Node&);
  void properties(Rule&, const Node&, const Place&);
  void pattern_properties(Rule&, const Node&, const Place&);
  void additional_properties(Rule&, const Node&, const Place&);
  void property_names(Rule&, const Node&, const Place&);
  void required(Rule&, const Node&, const Place&);
  void dependencies(Rule&, const Node&, const Place&);
  void items(Rule&, const Node&, const Place&);
  void prefix_items(Rule&, const Node&, const Place&);
  void additional_items(Rule&, const Node&, const Place&);
  void contains(Rule&, const Node&, const Place&);
  void min_contains(Rule&, const Node&, const Place&);
  void max_contains(Rule&, const Node&, const Place&);
  void unique_items(Rule&, const Node&, const Place&);
  void min_items(Rule&, const Node&, const Place&);
  void max_items(Rule&, const Node&, const Place&);
  void min_properties(Rule&, const Node&, const Place&);
  void max_properties(Rule&, const Node&, const Place&);
  void min_length(Rule&, const Node&, const Place&);
  void max_length(Rule&, const Node&, const Place&);
  void pattern(Rule&, const Node&, const Place&);
  void format(Rule&, const Node&, const Place&);
  void minimum(Rule&, const Node&, const Place&);
  void maximum(Rule&, const Node&, const Place&);
  void exclusive_minimum(Rule&, const Node&, const Place&);
  void exclusive_maximum(Rule&, const Node&, const Place&);
  void multiple_of(Rule&, const Node&, const Place&);
  void constant(Rule&, const Node&, const Place&);
  void enumeration(Rule&, const Node&, const Place&);
  void all_of(Rule&, const Node&, const Place&);
  void any_of(Rule&, const Node&, const Place&);
  void one_of(Rule&, const Node&, const Place&);
  void negation(Rule&, const Node&, const Place&);
  void condition(Rule&, const Node&, const Place&);
  void then(Rule&, const Node&, const Place&);
  void otherwise(Rule&, const Node&, const Place&);
  void nullable(Rule&, const Node&, const Place&);
  void int_or_string(Rule&, const Node&, const Place&);
  void preserve_unknown(Rule&, const Node&, const Place&);
  void embedded_resource(Rule&, const Node&, const Place&);
  void list_type(Rule&, const Node&, const Place&);
  void list_map_keys(Rule&, const Node&, const Place&);
  void validations(Rule&, const Node&, const Place&);

  Schema& out_;
  bool structural_;
  bool keeps_unknown_;
  const Node* object_;  // the schema that describes a whole object
  References references_;
  std::map<std::pair<const Node*, bool>, RuleId> done_;
  std::unordered_map<std::string_view, const Regex*> expressions_;
};

const Compiler::Keyword* Compiler::keyword(std::string_view name) {
  static constexpr std::array kKeywords{
      Keyword{"$anchor", nullptr},
      Keyword{"$comment", nullptr},
      Keyword{"$defs", nullptr},
      Keyword{"$id", nullptr},
      Keyword{"$ref", &Compiler::reference},
      Keyword{"$schema", nullptr},
      Keyword{"additionalItems", &Compiler::additional_items},
      Keyword{"additionalProperties", &Compiler::additional_properties},
      Keyword{"allOf", &Compiler::all_of},
      Keyword{"anyOf", &Compiler::any_of},
      Keyword{"const", &Compiler::constant},
      Keyword{"contains", &Compiler::contains},
      Keyword{"contentEncoding", nullptr},
      Keyword{"contentMediaType", nullptr},
      Keyword{"default", nullptr},
      Keyword{"definitions", nullptr},
      Keyword{"dependencies", &Compiler::dependencies},
      Keyword{"dependentRequired", &Compiler::dependencies},
      Keyword{"dependentSchemas", &Compiler::dependencies},
      Keyword{"deprecated", nullptr},
      Keyword{"description", nullptr},
      Keyword{"else", &Compiler::otherwise},
      Keyword{"enum", &Compiler::enumeration},
      Keyword{"example", nullptr},
      Keyword{"examples", nullptr},
      Keyword{"exclusiveMaximum", &Compiler::exclusive_maximum},
      Keyword{"exclusiveMinimum", &Compiler::exclusive_minimum},
      Keyword{"externalDocs", nullptr},
      Keyword{"format", &Compiler::format},
      Keyword{"id", nullptr},  // draft-04's $id; what refers to it by name finds nothing
      Keyword{"if", &Compiler::condition},
      Keyword{"items", &Compiler::items},
      Keyword{"maxContains", &Compiler::max_contains},
      Keyword{"maxItems", &Compiler::max_items},
      Keyword{"maxLength", &Compiler::max_length},
      Keyword{"maxProperties", &Compiler::max_properties},
      Keyword{"maximum", &Compiler::maximum},
      Keyword{"minContains", &Compiler::min_contains},
      Keyword{"minItems", &Compiler::min_items},
      Keyword{"minLength", &Compiler::min_length},
      Keyword{"minProperties", &Compiler::min_properties},
      Keyword{"minimum", &Compiler::minimum},
      Keyword{"multipleOf", &Compiler::multiple_of},
      Keyword{"not", &Compiler::negation},
      Keyword{"nullable", &Compiler::nullable},
      Keyword{"oneOf", &Compiler::one_of},
      Keyword{"pattern", &Compiler::pattern},
      Keyword{"patternProperties", &Compiler::pattern_properties},
      Keyword{"prefixItems", &Compiler::prefix_items},
      Keyword{"properties", &Compiler::properties},
      Keyword{"propertyNames", &Compiler::property_names},
      Keyword{"readOnly", nullptr},
      Keyword{"required", &Compiler::required},
      Keyword{"then", &Compiler::then},
      Keyword{"title", nullptr},
      Keyword{"type", &Compiler::type},
      Keyword{"uniqueItems", &Compiler::unique_items},
      Keyword{"writeOnly", nullptr},
      Keyword{"x-kubernetes-embedded-resource", &Compiler::embedded_resource},
      Keyword{"x-kubernetes-group-version-kind", nullptr},
      Keyword{"x-kubernetes-int-or-string", &Compiler::int_or_string},
      Keyword{"x-kubernetes-list-map-keys", &Compiler::list_map_keys},
      Keyword{"x-kubernetes-list-type", &Compiler::list_type},
      Keyword{"x-kubernetes-map-type", nullptr},
      Keyword{"x-kubernetes-patch-merge-key", nullptr},
      Keyword{"x-kubernetes-patch-strategy", nullptr},
      Keyword{"x-kubernetes-preserve-unknown-fields", &Compiler::preserve_unknown},
      Keyword{"x-kubernetes-validations", &Compiler::validations},
  };
  const auto at = std::lower_bound(
      kKeywords.begin(), kKeywords.end(), name,
      [](const Keyword& row, std::string_view wanted) { return row.name < wanted; });
  return at != kKeywords.end() && at->name == name ? &*at : nullptr;
}

// ---- rules ----

RuleId Compiler::rule_of(const Node& schema, const std::string& base, bool skeleton) {
  const auto [at, fresh] = done_.try_emplace({&schema, skeleton}, RuleId(out_.rules.size()));
  if (!fresh) return at->second;
  const RuleId id = at->second;
  out_.rules.emplace_back();
  if (schema.type == yaml::Type::kBoolean)
    out_.rules[id].never = !*yaml::as_boolean(schema);
  else if (schema.is_mapping())
    compile_keywords(id, schema, base, skeleton);
  else
    unusable(schema.span, "expected a schema, which is a mapping or a boolean");
  return id;
}

RuleId Compiler::root(const Node& schema) {
  const RuleId id = rule_of(schema, "", structural_ && !keeps_unknown_);
  if (object_ != nullptr) out_.rules[id].embedded = true;
  return id;
}

void Compiler::compile_keywords(RuleId id, const Node& schema, const std::string& base,
                                bool skeleton) {
  std::string here = base;
  const Node* const only_reference = yaml::find(schema, "$ref");
  const std::string_view own = yaml::text_at(schema, {"$id"});
  if (!own.empty() && !own.starts_with('#') && only_reference == nullptr) {
    here = resolve_uri(base, own);
    here.resize(std::min(here.find('#'), here.size()));
  }
  const Place place{schema, here, skeleton};
  Rule& rule = out_.rules[id];
  // Up to draft-07, and nobody's wish in structural schemas: a $ref hides what stands beside it.
  if (only_reference != nullptr && only_reference->is_string())
    return reference(rule, *only_reference, place);
  for (const yaml::Entry& entry : schema.entries) {
    const std::string_view name = entry.key->text;
    const Keyword* const known = keyword(name);
    if (known == nullptr) {
      if (name.starts_with("x-") && !name.starts_with("x-kubernetes-")) continue;
      unusable(entry.key->span, cat("unknown keyword '", name, "'"));
    }
    if (known->handler != nullptr) (this->*known->handler)(rule, *entry.value, place);
  }
  if (structural_) finish_structural(rule, place);
}

void Compiler::finish_structural(Rule& rule, const Place& place) {
  if (rule.int_or_string) rule.types = kIntegerBit | kStringBit;
  if (rule.nullable) rule.types |= kNullBit;
  const bool about_mappings = (rule.types & kMappingBit) != 0 && rule.types != kAnyType;
  if (place.skeleton && (about_mappings || !rule.properties.empty()) && !rule.preserve_unknown &&
      rule.additional == kNoRule && yaml::find(place.schema, "additionalProperties") == nullptr)
    rule.closed = true;
}

// ---- parts ----

void Compiler::expect(bool right, const Node& value, std::string_view what) {
  if (!right) unusable(value.span, cat("expected ", what));
}

std::vector<RuleId> Compiler::junctors(const Node& list, const Place& place) {
  expect(list.is_sequence(), list, "a list of schemas");
  std::vector<RuleId> rules;
  for (const Node* const item : list.items) rules.push_back(junctor(*item, place));
  return rules;
}

const Regex* Compiler::expression(const Node& pattern) {
  const auto found = expressions_.find(pattern.text);
  if (found != expressions_.end()) return found->second;
  if (const auto why = Regex::why_invalid(pattern.text))
    unusable(pattern.span, cat("the pattern is not one of RE2: ", *why));
  out_.expressions.emplace_back(pattern.text);
  return expressions_[pattern.text] = &out_.expressions.back();
}

std::uint64_t Compiler::size_of(const Node& value) {
  const auto number = yaml::as_float(value);
  expect(number && *number >= 0 && *number < 1e18, value, "a size");
  return static_cast<std::uint64_t>(*number);
}

Bound Compiler::bound_of(const Node& value) {
  expect(yaml::as_float(value).has_value(), value, "a number");
  const auto whole = yaml::as_integer(value);
  return {
      whole ? static_cast<long double>(*whole) : static_cast<long double>(*yaml::as_float(value)),
      value.text};
}

std::vector<std::string_view> Compiler::texts_of(const Node& list) {
  expect(list.is_sequence(), list, "a list of names");
  std::vector<std::string_view> texts;
  for (const Node* const item : list.items) texts.push_back(item->text);
  return texts;
}

// ---- keywords: any value ----

void Compiler::type(Rule& rule, const Node& value, const Place&) {
  struct Row {
    std::string_view name;
    std::uint8_t bits;
  };
  constexpr std::array kTypes{Row{"null", kNullBit},       Row{"boolean", kBooleanBit},
                              Row{"integer", kIntegerBit}, Row{"number", kIntegerBit | kNumberBit},
                              Row{"string", kStringBit},   Row{"array", kListBit},
                              Row{"object", kMappingBit}};
  rule.types = 0;
  const auto add = [&](const Node& name) {
    const auto row = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const Row& each) { return each.name == name.text; });
    if (name.text.empty() && structural_)
      rule.types = kAnyType;
    else if (row == kTypes.end())
      unusable(name.span, cat("unknown type '", name.text, "'"));
    else
      rule.types |= row->bits;
  };
  if (value.is_sequence())
    for (const Node* const item : value.items) add(*item);
  else
    add(value);
}

void Compiler::reference(Rule& rule, const Node& value, const Place& place) {
  if (!value.is_string()) unusable(value.span, "expected the address of a schema");
  if (value.text.starts_with(kBuiltIn)) return built_in(rule, value);
  const Target target = references_.find(place.base, value.text);
  if (target.node == nullptr)
    unusable(value.span, cat("'", value.text, "' leads to no schema that is here"));
  rule.reference = rule_of(*target.node, target.base, place.skeleton);
}

void Compiler::built_in(Rule& rule, const Node& value) {
  std::string_view name = value.text.substr(kBuiltIn.size());
  rule.built_in_partial = name.ends_with('?');
  if (rule.built_in_partial) name.remove_suffix(1);
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  rule.built_in =
      kube::find_struct(name.substr(0, dot), name.substr(std::min(dot + 1, name.size())));
  if (rule.built_in == nullptr) unusable(value.span, cat("there is no built-in type '", name, "'"));
  rule.types = kMappingBit;
}

void Compiler::constant(Rule& rule, const Node& value, const Place&) { rule.constant = &value; }

void Compiler::enumeration(Rule& rule, const Node& value, const Place&) {
  expect(value.is_sequence(), value, "a list of values");
  rule.enumeration = &value;
  const bool texts = std::all_of(value.items.begin(), value.items.end(),
                                 [](const Node* item) { return item->is_string(); });
  if (!texts) return;
  rule.string_values = texts_of(value);
  std::sort(rule.string_values.begin(), rule.string_values.end());
}

void Compiler::all_of(Rule& rule, const Node& value, const Place& place) {
  rule.all_of = junctors(value, place);
}

void Compiler::any_of(Rule& rule, const Node& value, const Place& place) {
  rule.any_of = junctors(value, place);
}

void Compiler::one_of(Rule& rule, const Node& value, const Place& place) {
  rule.one_of = junctors(value, place);
}

void Compiler::negation(Rule& rule, const Node& value, const Place& place) {
  rule.negated = junctor(value, place);
}

void Compiler::condition(Rule& rule, const Node& value, const Place& place) {
  rule.condition = junctor(value, place);
}

void Compiler::then(Rule& rule, const Node& value, const Place& place) {
  rule.then = junctor(value, place);
}

void Compiler::otherwise(Rule& rule, const Node& value, const Place& place) {
  rule.otherwise = junctor(value, place);
}

// ---- keywords: mappings ----

void Compiler::properties(Rule& rule, const Node& value, const Place& place) {
  expect(value.is_mapping(), value, "a mapping of names to schemas");
  const bool is_object = &place.schema == object_ ||
                         yaml::find(place.schema, "x-kubernetes-embedded-resource") != nullptr;
  for (const yaml::Entry& entry : value.entries) {
    const RuleId id = is_object && entry.key->text == "metadata" ? junctor(*entry.value, place)
                                                                 : sub(*entry.value, place);
    rule.properties.push_back({entry.key->text, id});
  }
  std::sort(rule.properties.begin(), rule.properties.end(),
            [](const Property& a, const Property& b) { return a.name < b.name; });
}

void Compiler::pattern_properties(Rule& rule, const Node& value, const Place& place) {
  expect(value.is_mapping(), value, "a mapping of patterns to schemas");
  for (const yaml::Entry& entry : value.entries)
    rule.patterns.emplace_back(expression(*entry.key), sub(*entry.value, place));
}

void Compiler::additional_properties(Rule& rule, const Node& value, const Place& place) {
  if (value.type == yaml::Type::kBoolean)
    rule.closed = !*yaml::as_boolean(value);
  else
    rule.additional = sub(value, place);
}

void Compiler::property_names(Rule& rule, const Node& value, const Place& place) {
  rule.names = junctor(value, place);
}

void Compiler::required(Rule& rule, const Node& value, const Place&) {
  rule.required = texts_of(value);
}

void Compiler::dependencies(Rule& rule, const Node& value, const Place& place) {
  expect(value.is_mapping(), value, "a mapping of names");
  for (const yaml::Entry& entry : value.entries) {
    Dependency dependency{entry.key->text, {}, kNoRule};
    if (entry.value->is_sequence())
      dependency.members = texts_of(*entry.value);
    else
      dependency.rule = junctor(*entry.value, place);
    rule.dependencies.push_back(std::move(dependency));
  }
}

void Compiler::min_properties(Rule& rule, const Node& value, const Place&) {
  rule.min_members = size_of(value);
}

void Compiler::max_properties(Rule& rule, const Node& value, const Place&) {
  rule.max_members = size_of(value);
}

// ---- keywords: lists ----

void Compiler::items(Rule& rule, const Node& value, const Place& place) {
  if (value.is_sequence())
    prefix_items(rule, value, place);
  else if (yaml::find(place.schema, "prefixItems") != nullptr)
    rule.beyond_tuple = sub(value, place);
  else
    rule.items = sub(value, place);
}

void Compiler::prefix_items(Rule& rule, const Node& value, const Place& place) {
  expect(value.is_sequence(), value, "a list of schemas");
  for (const Node* const item : value.items) rule.tuple.push_back(sub(*item, place));
}

void Compiler::additional_items(Rule& rule, const Node& value, const Place& place) {
  const Node* const tuple = yaml::find(place.schema, "items");
  if (tuple != nullptr && tuple->is_sequence()) rule.beyond_tuple = sub(value, place);
}

void Compiler::contains(Rule& rule, const Node& value, const Place& place) {
  rule.contains = junctor(value, place);
}

void Compiler::min_contains(Rule& rule, const Node& value, const Place&) {
  rule.min_contains = size_of(value);
}

void Compiler::max_contains(Rule& rule, const Node& value, const Place&) {
  rule.max_contains = size_of(value);
}

void Compiler::unique_items(Rule& rule, const Node& value, const Place&) {
  rule.unique = yaml::as_boolean(value).value_or(false);
}

void Compiler::min_items(Rule& rule, const Node& value, const Place&) {
  rule.min_items = size_of(value);
}

void Compiler::max_items(Rule& rule, const Node& value, const Place&) {
  rule.max_items = size_of(value);
}

// ---- keywords: strings and numbers ----

void Compiler::min_length(Rule& rule, const Node& value, const Place&) {
  rule.min_length = size_of(value);
}

void Compiler::max_length(Rule& rule, const Node& value, const Place&) {
  rule.max_length = size_of(value);
}

void Compiler::pattern(Rule& rule, const Node& value, const Place&) {
  rule.pattern = expression(value);
  rule.pattern_text = value.text;
}

void Compiler::format(Rule& rule, const Node& value, const Place&) { rule.format = value.text; }

void Compiler::minimum(Rule& rule, const Node& value, const Place&) {
  rule.minimum = bound_of(value);
}

void Compiler::maximum(Rule& rule, const Node& value, const Place&) {
  rule.maximum = bound_of(value);
}

// A number since draft 6; a boolean about `minimum` in draft 4 and in OpenAPI 3.0.
void Compiler::exclusive_minimum(Rule& rule, const Node& value, const Place&) {
  if (value.type == yaml::Type::kBoolean)
    rule.minimum_exclusive = *yaml::as_boolean(value);
  else
    rule.above = bound_of(value);
}

void Compiler::exclusive_maximum(Rule& rule, const Node& value, const Place&) {
  if (value.type == yaml::Type::kBoolean)
    rule.maximum_exclusive = *yaml::as_boolean(value);
  else
    rule.below = bound_of(value);
}

void Compiler::multiple_of(Rule& rule, const Node& value, const Place&) {
  rule.multiple_of = bound_of(value);
  expect(rule.multiple_of->value > 0, value, "a number above 0");
}

// ---- keywords: the structural dialect ----

void Compiler::nullable(Rule& rule, const Node& value, const Place&) {
  rule.nullable = yaml::as_boolean(value).value_or(false);
}

void Compiler::int_or_string(Rule& rule, const Node& value, const Place&) {
  rule.int_or_string = yaml::as_boolean(value).value_or(false);
}

void Compiler::preserve_unknown(Rule& rule, const Node& value, const Place&) {
  rule.preserve_unknown = yaml::as_boolean(value).value_or(false);
}

void Compiler::embedded_resource(Rule& rule, const Node& value, const Place&) {
  rule.embedded = yaml::as_boolean(value).value_or(false);
}

void Compiler::list_type(Rule& rule, const Node& value, const Place&) {
  expect(value.text == "atomic" || value.text == "set" || value.text == "map", value,
         "'atomic', 'set' or 'map'");
  if (value.text != "atomic")
    rule.list_type = value.text == "set" ? ListType::kSet : ListType::kMap;
}

void Compiler::list_map_keys(Rule& rule, const Node& value, const Place& place) {
  for (const std::string_view key : texts_of(value))
    rule.list_keys.emplace_back(
        key, yaml::text_at(place.schema, {"items", "properties", key, "default"}));
}

void Compiler::validations(Rule&, const Node& value, const Place&) {
  out_.cel_rules += value.items.size();
}

// The rules that a rule applies to the very node it is asked about.
std::vector<RuleId> applied_in_place(const Rule& rule) {
  std::vector<RuleId> rules = rule.all_of;
  rules.insert(rules.end(), rule.any_of.begin(), rule.any_of.end());
  rules.insert(rules.end(), rule.one_of.begin(), rule.one_of.end());
  for (const Dependency& dependency : rule.dependencies) rules.push_back(dependency.rule);
  for (const RuleId id : {rule.reference, rule.negated, rule.condition, rule.then, rule.otherwise})
    rules.push_back(id);
  std::erase(rules, kNoRule);
  return rules;
}

// A rule that applies itself to the same node would never end.
void refuse_endless(const Schema& schema, const Node& text) {
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Mark> marks(schema.rules.size(), Mark::kNew);
  std::vector<RuleId> stack;
  for (RuleId start = 0; start < schema.rules.size(); ++start) {
    stack.push_back(start);
    while (!stack.empty()) {
      const RuleId id = stack.back();
      if (marks[id] != Mark::kNew) {
        marks[id] = Mark::kDone;
        stack.pop_back();
        continue;
      }
      marks[id] = Mark::kOpen;
      for (const RuleId next : applied_in_place(schema.rules[id])) {
        if (marks[next] == Mark::kOpen) unusable(text.span, "it refers to itself without end");
        if (marks[next] == Mark::kNew) stack.push_back(next);
      }
    }
  }
}

}  // namespace

std::shared_ptr<const Schema> compile(const yaml::Node& schema, const CompileOptions& options) {
  auto compiled = std::make_shared<Schema>();
  compiled->dialect = options.dialect;
  compiled->root = Compiler(*compiled, schema, options).root(schema);
  refuse_endless(*compiled, schema);
  return compiled;
}

std::size_t unevaluated_rules(const Schema& schema) { return schema.cel_rules; }

}  // namespace plumb::schema
