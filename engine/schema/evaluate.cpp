// Rules against a tree. One walk serves both questions: with a place to put findings it says all
// that is wrong, without one it stops at the first.

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/suggest.h"
#include "base/text.h"
#include "kube/type_table.h"
#include "schema/check_type.h"
#include "schema/data.h"
#include "schema/finding.h"
#include "schema/format.h"
#include "schema/program.h"

namespace plumb::schema {

namespace {

using yaml::Node;

std::uint8_t bits_of(const Node& node) {
  if (node.is_mapping()) return kMappingBit;
  if (node.is_sequence()) return kListBit;
  switch (node.type) {
    case yaml::Type::kNull:
      return kNullBit;
    case yaml::Type::kBoolean:
      return kBooleanBit;
    case yaml::Type::kInteger:
      return kIntegerBit | kNumberBit;
    case yaml::Type::kFloat: {
      const double value = yaml::as_float(node).value_or(0.5);
      return value == std::trunc(value) && std::isfinite(value) ? kIntegerBit | kNumberBit
                                                                : kNumberBit;
    }
    default:
      return kStringBit;
  }
}

std::string names_of(std::uint8_t types) {
  struct Row {
    std::uint8_t bit;
    std::string_view name;
  };
  constexpr std::array kNames{Row{kMappingBit, "a mapping"},  Row{kListBit, "a list"},
                              Row{kStringBit, "a string"},    Row{kNumberBit, "a number"},
                              Row{kIntegerBit, "an integer"}, Row{kBooleanBit, "a boolean"},
                              Row{kNullBit, "null"}};
  if ((types & kNumberBit) != 0) types &= static_cast<std::uint8_t>(~kIntegerBit);
  std::vector<std::string_view> names;
  for (const Row& row : kNames)
    if ((types & row.bit) != 0) names.push_back(row.name);
  return join(names, " or ");
}

// Alternatives within alternatives cost a power of their depth, in any validator that does not
// remember each pair of rule and node; real schemas stay far below.
constexpr std::uint64_t kMaxSteps = 50'000'000;
// How deep reasons within reasons are looked for when no alternative fits.
constexpr int kMaxExplanations = 4;

struct Effort {
  std::uint64_t steps = 0;
};

class Evaluation {
 public:
  Evaluation(const Schema& schema, Findings& findings, Effort& effort, int explanations = 0)
      : schema_(schema),
        structural_(schema.dialect == Dialect::kStructural),
        findings_(findings),
        effort_(effort),
        explanations_(explanations),
        quiet_(findings.out == nullptr) {}

  // Whether the rule holds; when it does not, the findings say why.
  bool apply(RuleId id, const Frame& frame);

 private:
  bool done() const { return quiet_ && findings_.count != 0; }
  bool fits(RuleId id, const Frame& frame) const;
  bool is_absent(const Node& value, RuleId rule) const;
  void add(std::string_view code, const Frame& frame, std::string text,
           std::vector<Note> notes = {}, std::vector<std::string> arguments = {}) {
    findings_.add(code, frame, place_of_value(frame), std::move(text), std::move(notes),
                  std::move(arguments));
  }

  void apply_mapping(const Rule& rule, const Frame& frame);
  void apply_member(const Rule& rule, const Frame& member);
  void unknown_member(const Rule& rule, const Frame& member);
  void apply_required(const Rule& rule, const Frame& frame);
  void missing(const Frame& frame, std::string_view name, std::vector<Note> notes = {});
  void apply_dependencies(const Rule& rule, const Frame& frame);
  void apply_object(const Frame& frame);
  void apply_list(const Rule& rule, const Frame& frame);
  void apply_contains(const Rule& rule, const Frame& frame);
  void apply_uniqueness(const Rule& rule, const Frame& frame);
  void apply_list_keys(const Rule& rule, const Frame& frame);
  void apply_string(const Rule& rule, const Frame& frame);
  void apply_number(const Rule& rule, const Frame& frame);
  void apply_size(std::string_view code, std::uint64_t size, std::uint64_t low, std::uint64_t high,
                  std::string_view unit, const Frame& frame);
  void apply_values(const Rule& rule, const Frame& frame);
  void apply_junctors(const Rule& rule, const Frame& frame);
  void apply_any_of(const Rule& rule, const Frame& frame);
  void apply_one_of(const Rule& rule, const Frame& frame);
  void explain_none(const std::vector<RuleId>& branches, const Frame& frame);

  const Schema& schema_;
  bool structural_;
  Findings& findings_;
  Effort& effort_;
  int explanations_;  // how many are being made around this one
  bool quiet_;
};

bool Evaluation::fits(RuleId id, const Frame& frame) const {
  Findings silent;
  return Evaluation(schema_, silent, effort_).apply(id, frame);
}

bool Evaluation::apply(RuleId id, const Frame& frame) {
  const Rule& rule = schema_.rules[id];
  const std::size_t before = findings_.count;
  if (++effort_.steps > kMaxSteps)
    fail("schema/too-complex", place_of_value(frame),
         cat("this takes more than ", kMaxSteps, " steps to validate"),
         {{"the alternatives of its schema multiply with its depth"}});
  if (rule.reference != kNoRule) return apply(rule.reference, frame);
  if (rule.never) {
    add("schema/forbidden", frame, "nothing is allowed here");
    return false;
  }
  const Node& node = *frame.node;
  if (rule.built_in != nullptr) {
    TypeCheck check{findings_, {}, true, rule.built_in_partial};
    check_struct(*rule.built_in, frame, check);
    return findings_.count == before;
  }
  const std::uint8_t bits = bits_of(node);
  if (node.is_null() && rule.nullable) return true;
  if ((rule.types & bits) == 0) {
    add_wrong_type(findings_, frame, names_of(rule.types));
    return false;
  }
  if ((bits & kMappingBit) != 0)
    apply_mapping(rule, frame);
  else if ((bits & kListBit) != 0)
    apply_list(rule, frame);
  else if ((bits & kStringBit) != 0)
    apply_string(rule, frame);
  else if ((bits & kNumberBit) != 0)
    apply_number(rule, frame);
  if (!done()) apply_values(rule, frame);
  if (!done()) apply_junctors(rule, frame);
  return findings_.count == before;
}

// ---- mappings ----

// The API server drops a null that is not `nullable` before it validates.
bool Evaluation::is_absent(const Node& value, RuleId id) const {
  if (!structural_ || !value.is_null()) return false;
  while (schema_.rules[id].reference != kNoRule) id = schema_.rules[id].reference;
  return !schema_.rules[id].nullable;
}

void Evaluation::apply_mapping(const Rule& rule, const Frame& frame) {
  for (const yaml::Entry& entry : frame.node->entries) {
    apply_member(rule, member_frame(frame, entry));
    if (done()) return;
  }
  apply_required(rule, frame);
  if (!rule.dependencies.empty()) apply_dependencies(rule, frame);
  if (rule.embedded) apply_object(frame);
  apply_size("schema/size", frame.node->entries.size(), rule.min_members, rule.max_members,
             "members", frame);
}

void Evaluation::apply_member(const Rule& rule, const Frame& member) {
  const auto at = std::lower_bound(
      rule.properties.begin(), rule.properties.end(), member.key,
      [](const Property& property, std::string_view key) { return property.name < key; });
  bool known = false;
  if (at != rule.properties.end() && at->name == member.key) {
    known = true;
    if (!is_absent(*member.node, at->rule)) apply(at->rule, member);
  }
  for (const auto& [pattern, id] : rule.patterns) {
    if (!pattern->matches(member.key)) continue;
    known = true;
    apply(id, member);
  }
  if (rule.names != kNoRule) {
    Node name;
    name.type = yaml::Type::kString;
    name.text = member.key;
    name.span = member.key_span;
    Frame frame = member;
    frame.node = &name;
    apply(rule.names, frame);
  }
  if (known) return;
  if (rule.additional != kNoRule) {
    if (!is_absent(*member.node, rule.additional)) apply(rule.additional, member);
  } else if (rule.closed) {
    unknown_member(rule, member);
  }
}

void Evaluation::unknown_member(const Rule& rule, const Frame& member) {
  if (rule.embedded &&
      (member.key == "apiVersion" || member.key == "kind" || member.key == "metadata"))
    return;
  std::vector<Note> notes;
  if (!quiet_) {
    std::vector<std::string_view> known;
    for (const Property& property : rule.properties) known.push_back(property.name);
    notes = did_you_mean(member.key, known);
  }
  findings_.add("schema/unknown-field", member, place_of_key(member),
                cat("unknown field '", member.key, "'"), std::move(notes),
                {std::string(member.key)});
}

void Evaluation::missing(const Frame& frame, std::string_view name, std::vector<Note> notes) {
  const std::string where = quiet_ ? std::string() : path_of(frame);
  findings_.add("schema/required", frame, place_of_missing(frame, name),
                where.empty() ? cat("expected a field '", name, "'")
                              : cat("expected a field '", name, "' in '",
                                    frame.is_item ? where : std::string(frame.key), "'"),
                std::move(notes), {std::string(name)});
}

void Evaluation::apply_required(const Rule& rule, const Frame& frame) {
  for (const std::string_view name : rule.required) {
    const Node* const value = yaml::find(*frame.node, name);
    if (value == nullptr || (structural_ && value->is_null())) missing(frame, name);
    if (done()) return;
  }
}

void Evaluation::apply_dependencies(const Rule& rule, const Frame& frame) {
  for (const Dependency& dependency : rule.dependencies) {
    if (yaml::find(*frame.node, dependency.name) == nullptr) continue;
    for (const std::string_view member : dependency.members)
      if (yaml::find(*frame.node, member) == nullptr)
        missing(frame, member, {{cat("because '", dependency.name, "' is there")}});
    if (dependency.rule != kNoRule) apply(dependency.rule, frame);
  }
}

void Evaluation::apply_object(const Frame& frame) {
  for (const std::string_view name : {"apiVersion", "kind"}) {
    const yaml::Entry* const entry = yaml::find_entry(*frame.node, name);
    if (entry == nullptr)
      missing(frame, name);
    else if (bits_of(*entry->value) != kStringBit)
      add_wrong_type(findings_, member_frame(frame, *entry), "a string");
  }
  const yaml::Entry* const metadata = yaml::find_entry(*frame.node, "metadata");
  if (metadata == nullptr || metadata->value->is_null()) return;
  TypeCheck check{findings_, {}};
  check_struct(*kube::find_struct("meta/v1", "ObjectMeta"), member_frame(frame, *metadata), check);
}

// ---- lists ----

void Evaluation::apply_list(const Rule& rule, const Frame& frame) {
  const List<Node*>& items = frame.node->items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const RuleId id = rule.items != kNoRule   ? rule.items
                      : i < rule.tuple.size() ? rule.tuple[i]
                      : !rule.tuple.empty()   ? rule.beyond_tuple
                                              : kNoRule;
    if (id != kNoRule) apply(id, item_frame(frame, i, *items[i]));
    if (done()) return;
  }
  if (rule.contains != kNoRule) apply_contains(rule, frame);
  if (rule.unique || rule.list_type == ListType::kSet) apply_uniqueness(rule, frame);
  if (rule.list_type == ListType::kMap) apply_list_keys(rule, frame);
  apply_size("schema/size", items.size(), rule.min_items, rule.max_items, "items", frame);
}

void Evaluation::apply_contains(const Rule& rule, const Frame& frame) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < frame.node->items.size(); ++i)
    if (fits(rule.contains, item_frame(frame, i, *frame.node->items[i]))) ++count;
  if (count < rule.min_contains || count > rule.max_contains)
    add("schema/contains", frame,
        count < rule.min_contains
            ? cat("expected ", count_of(rule.min_contains, "fitting item"), " or more, got ", count)
            : cat("expected ", count_of(rule.max_contains, "fitting item"), " or fewer, got ",
                  count));
}

void Evaluation::apply_uniqueness(const Rule& rule, const Frame& frame) {
  (void)rule;
  const auto twins = find_twins(frame.node->items);
  if (!twins) return;
  const Frame second = item_frame(frame, twins->second, *frame.node->items[twins->second]);
  const Frame first = item_frame(frame, twins->first, *frame.node->items[twins->first]);
  add("schema/duplicate-item", second, "this item is in the list twice",
      {{"first here", place_of_value(first)}});
}

void Evaluation::apply_list_keys(const Rule& rule, const Frame& frame) {
  std::unordered_map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < frame.node->items.size(); ++i) {
    const Node& item = *frame.node->items[i];
    std::string key;
    for (const auto& [name, fallback] : rule.list_keys) {
      const Node* const value = yaml::find(item, name);
      key += cat(key.empty() ? "" : "/", value != nullptr ? value->text : fallback);
    }
    const auto [first, fresh] = seen.try_emplace(std::move(key), i);
    if (fresh) continue;
    const Frame other = item_frame(frame, first->second, *frame.node->items[first->second]);
    add("schema/duplicate-item", item_frame(frame, i, item),
        cat("'", first->first, "' is in this list twice"), {{"first here", place_of_key(other)}},
        {first->first});
  }
}

// ---- scalars ----

void Evaluation::apply_size(std::string_view code, std::uint64_t size, std::uint64_t low,
                            std::uint64_t high, std::string_view unit, const Frame& frame) {
  if (size < low)
    add(code, frame, cat("expected ", low, " ", unit, " or more, got ", size));
  else if (size > high)
    add(code, frame, cat("expected ", high, " ", unit, " or fewer, got ", size));
}

void Evaluation::apply_string(const Rule& rule, const Frame& frame) {
  const std::string_view text = frame.node->text;
  if (rule.min_length != 0 || text.size() > rule.max_length)
    apply_size("schema/size", utf8_length(text), rule.min_length, rule.max_length, "characters",
               frame);
  if (rule.pattern != nullptr && !rule.pattern->matches(text))
    add("schema/pattern", frame, cat("expected a text that matches ", rule.pattern_text), {},
        {std::string(rule.pattern_text)});
  if (!rule.format.empty() && frame.node->type == yaml::Type::kString &&
      !fits_format(rule.format, text).value_or(true))
    add("schema/format", frame, cat("expected the format '", rule.format, "'"), {},
        {std::string(rule.format)});
}

void Evaluation::apply_number(const Rule& rule, const Frame& frame) {
  const auto whole = yaml::as_integer(*frame.node);
  const long double value = whole ? static_cast<long double>(*whole)
                                  : static_cast<long double>(*yaml::as_float(*frame.node));
  const auto out_of_range = [&](std::string_view how, const Bound& bound) {
    add("schema/range", frame, cat("expected a number ", how, " ", bound.text), {},
        {std::string(how), std::string(bound.text)});
  };
  if (rule.minimum &&
      (rule.minimum_exclusive ? value <= rule.minimum->value : value < rule.minimum->value))
    out_of_range(rule.minimum_exclusive ? "above" : "of at least", *rule.minimum);
  if (rule.maximum &&
      (rule.maximum_exclusive ? value >= rule.maximum->value : value > rule.maximum->value))
    out_of_range(rule.maximum_exclusive ? "below" : "of at most", *rule.maximum);
  if (rule.above && value <= rule.above->value) out_of_range("above", *rule.above);
  if (rule.below && value >= rule.below->value) out_of_range("below", *rule.below);
  if (rule.multiple_of) {
    const long double ratio = value / rule.multiple_of->value;
    if (!(std::abs(ratio - std::round(ratio)) <= 1e-9L * std::max(1.0L, std::abs(ratio) * 1e-6L)))
      out_of_range("that is a multiple of", *rule.multiple_of);
  }
  const bool small = whole && *whole >= INT32_MIN && *whole <= INT32_MAX;
  if (rule.format == "int32" && !small && (bits_of(*frame.node) & kIntegerBit) != 0)
    add("schema/range", frame, "expected an integer of 32 bits");
}

// ---- any value ----

void Evaluation::apply_values(const Rule& rule, const Frame& frame) {
  const Node& node = *frame.node;
  if (rule.constant != nullptr && !same_data(node, *rule.constant))
    add("schema/enum", frame,
        rule.constant->is_scalar() ? cat("expected '", rule.constant->text, "'")
                                   : std::string("expected another value"));
  if (rule.enumeration == nullptr) return;
  const List<Node*>& values = rule.enumeration->items;
  if (!rule.string_values.empty()) {
    if (node.is_scalar() && bits_of(node) == kStringBit &&
        std::binary_search(rule.string_values.begin(), rule.string_values.end(), node.text))
      return;
  } else if (std::any_of(values.begin(), values.end(),
                         [&](const Node* value) { return same_data(node, *value); })) {
    return;
  }
  if (quiet_) return add("schema/enum", frame, {});
  std::vector<std::string_view> shown;
  for (const Node* const value : values) shown.push_back(value->is_scalar() ? value->text : "…");
  add("schema/enum", frame, cat("expected one of '", join(shown, "', '"), "'"),
      did_you_mean(node.text, shown));
}

// ---- combinations ----

void Evaluation::apply_junctors(const Rule& rule, const Frame& frame) {
  for (const RuleId id : rule.all_of) {
    apply(id, frame);
    if (done()) return;
  }
  if (!rule.any_of.empty()) apply_any_of(rule, frame);
  if (!rule.one_of.empty()) apply_one_of(rule, frame);
  if (rule.negated != kNoRule && fits(rule.negated, frame))
    add("schema/not", frame, "this is what the schema rules out");
  if (rule.condition == kNoRule) return;
  const RuleId branch = fits(rule.condition, frame) ? rule.then : rule.otherwise;
  if (branch != kNoRule) apply(branch, frame);
}

void Evaluation::apply_any_of(const Rule& rule, const Frame& frame) {
  const bool any = std::any_of(rule.any_of.begin(), rule.any_of.end(),
                               [&](RuleId id) { return fits(id, frame); });
  if (!any) explain_none(rule.any_of, frame);
}

void Evaluation::apply_one_of(const Rule& rule, const Frame& frame) {
  const auto count = std::count_if(rule.one_of.begin(), rule.one_of.end(),
                                   [&](RuleId id) { return fits(id, frame); });
  if (count == 0) explain_none(rule.one_of, frame);
  if (count > 1)
    add("schema/one-of", frame,
        cat("expected to fit one of ", rule.one_of.size(), " alternatives, fits ",
            static_cast<std::size_t>(count)));
}

// Of alternatives none of which fits, the one that was probably meant: a branch of another type is
// not, and of the rest the one with the fewest findings.
void Evaluation::explain_none(const std::vector<RuleId>& branches, const Frame& frame) {
  if (quiet_ || explanations_ == kMaxExplanations)
    return add("schema/any-of", frame,
               quiet_ ? std::string() : cat("none of ", branches.size(), " alternatives fits"));
  std::uint8_t types = 0;
  const Diagnostics* best = nullptr;
  std::deque<Diagnostics> tries;
  for (RuleId id : branches) {
    while (schema_.rules[id].reference != kNoRule) id = schema_.rules[id].reference;
    types |= schema_.rules[id].types;
    if ((schema_.rules[id].types & bits_of(*frame.node)) == 0) continue;
    Findings attempt{&tries.emplace_back(), findings_.subject, 0};
    Evaluation(schema_, attempt, effort_, explanations_ + 1).apply(id, frame);
    if (best == nullptr || tries.back().size() < best->size()) best = &tries.back();
  }
  if (best == nullptr) return add_wrong_type(findings_, frame, names_of(types));
  const bool several = tries.size() > 1;
  for (Diagnostic finding : *best) {
    ++findings_.count;
    if (several)
      finding.notes.push_back(
          {cat("or one of ", branches.size() - 1, " other forms that do not fit either")});
    findings_.out->push_back(std::move(finding));
  }
}

}  // namespace

void check(const yaml::Node& node, const Schema& schema, std::string_view subject,
           Diagnostics& findings) {
  Findings collected{&findings, subject, 0};
  Effort effort;
  Evaluation(schema, collected, effort).apply(schema.root, root_frame(node));
}

Diagnostics check(const yaml::Node& node, const Schema& schema) {
  Diagnostics findings;
  check(node, schema, {}, findings);
  return findings;
}

bool fits(const yaml::Node& node, const Schema& schema) {
  Findings silent;
  Effort effort;
  return Evaluation(schema, silent, effort).apply(schema.root, root_frame(node));
}

}  // namespace plumb::schema
