#include "schema/check_type.h"

#include <cmath>
#include <limits>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "schema/format.h"

namespace plumb::schema {

namespace {

using kube::FieldInfo;
using kube::FieldKind;
using kube::TypeInfo;
using kube::ValueType;

void check_value(const ValueType& value, const FieldInfo& field, const Frame& frame,
                 TypeCheck& check);

void wrong_type(std::string_view expected, const Frame& frame, TypeCheck& check) {
  add_wrong_type(check.findings, frame, expected);
}

void wrong_format(std::string_view expected, const Frame& frame, TypeCheck& check) {
  check.findings.add("schema/format", frame, place_of_value(frame), cat("expected ", expected), {},
                     {std::string(expected)});
}

bool is_text(const yaml::Node& node) {
  return node.is_scalar() &&
         (node.type == yaml::Type::kString || node.type == yaml::Type::kTimestamp ||
          node.type == yaml::Type::kBinary || node.type == yaml::Type::kMerge);
}

// ---- scalars ----

void check_integer(std::int64_t low, std::int64_t high, const FieldInfo& field, const Frame& frame,
                   TypeCheck& check) {
  const yaml::Node& node = *frame.node;
  if (node.type != yaml::Type::kInteger && node.type != yaml::Type::kFloat)
    return wrong_type("an integer", frame, check);
  std::optional<std::int64_t> number = yaml::as_integer(node);
  if (node.type == yaml::Type::kFloat) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const double real = *yaml::as_float(node);
    if (!(std::abs(real) <= kExact) || real != std::trunc(real))
      return wrong_type("an integer", frame, check);
    number = static_cast<std::int64_t>(real);
  }
  if (field.has_range) {
    low = field.minimum;
    high = field.maximum;
  }
  if (!number || *number < low || *number > high)
    check.findings.add("schema/range", frame, place_of_value(frame),
                       cat("expected ", low, " to ", high), {}, {cat(low), cat(high)});
}

void check_text(const FieldInfo& field, const Frame& frame, TypeCheck& check) {
  if (!is_text(*frame.node)) return wrong_type("a string", frame, check);
  if (field.enumeration.empty() || frame.node->text.empty()) return;
  std::vector<std::string_view> values;
  for (const kube::TableText& value : field.enumeration.list()) {
    if (value == frame.node->text) return;
    values.push_back(value);
  }
  check.findings.add(
      "schema/enum", frame, place_of_value(frame),
      cat("expected one of '", join(values, "', '"), "', got '", frame.node->text, "'"),
      did_you_mean(frame.node->text, values));
}

void check_int_or_string(const Frame& frame, TypeCheck& check) {
  if (frame.node->type != yaml::Type::kInteger && !is_text(*frame.node))
    wrong_type("an integer or a string", frame, check);
}

void check_quantity(const Frame& frame, TypeCheck& check) {
  const yaml::Node& node = *frame.node;
  if (node.type == yaml::Type::kInteger || node.type == yaml::Type::kFloat) return;
  if (!is_text(node)) return wrong_type("a quantity", frame, check);
  if (!is_quantity(node.text)) wrong_format("a quantity, such as 500m or 1.5Gi", frame, check);
}

void check_formatted(bool (*fits)(std::string_view), std::string_view expected, const Frame& frame,
                     TypeCheck& check) {
  if (!is_text(*frame.node)) return wrong_type("a string", frame, check);
  // A plain date was a date for the profile that read it; the server gets its RFC 3339 form.
  if (frame.node->type == yaml::Type::kString && !fits(frame.node->text))
    wrong_format(expected, frame, check);
}

// ---- forms ----

void wrong_form(std::string_view expected, std::string_view text, const Frame& frame, Span place,
                TypeCheck& check) {
  if (check.placeholders && contains(text, "{{")) return;
  check.findings.add("schema/name", frame, place, cat("expected ", expected, ", got '", text, "'"),
                     {}, {std::string(expected), std::string(text)});
}

constexpr std::string_view kQualifiedName =
    "a name of letters, digits, '-', '_' and '.', at most 63, perhaps behind 'example.org/'";

void check_map_form(kube::Form form, const Frame& frame, TypeCheck& check) {
  for (const yaml::Entry& entry : frame.node->entries) {
    const Frame member = member_frame(frame, entry);
    const std::string_view key = entry.key->text;
    if (form == kube::Form::kDataKeys) {
      if (!is_data_key(key))
        wrong_form("a key of letters, digits, '-', '_' and '.'", key, member, place_of_key(member),
                   check);
      continue;
    }
    if (!is_qualified_name(key))
      wrong_form(kQualifiedName, key, member, place_of_key(member), check);
    if (form == kube::Form::kLabels && is_text(*entry.value) && !is_label_value(entry.value->text))
      wrong_form("a value of letters, digits, '-', '_' and '.', at most 63", entry.value->text,
                 member, place_of_value(member), check);
  }
}

void check_form(kube::Form form, const Frame& frame, TypeCheck& check) {
  const yaml::Node& node = *frame.node;
  if (node.is_mapping()) return check_map_form(form, frame, check);
  if (!is_text(node) || node.text.empty()) return;
  const bool port = form == kube::Form::kPortName;
  if (port ? is_port_name(node.text) : is_dns_label(node.text)) return;
  wrong_form(port ? "a name of lower-case letters, digits and '-', at most 15"
                  : "a name of lower-case letters, digits and '-', at most 63",
             node.text, frame, place_of_value(frame), check);
}

// ---- collections ----

std::string key_of_item(const yaml::Node& item, const FieldInfo& list, const TypeInfo* type) {
  std::string key;
  for (const kube::TableText& part : list.map_keys.list()) {
    const yaml::Node* const value = yaml::find(item, part);
    if (value != nullptr && value->is_scalar())
      key += value->text;
    else if (const FieldInfo* const field = type == nullptr ? nullptr : type->field(part))
      key += field->fallback;
    key += '\0';
  }
  return key;
}

// Server-side apply refuses two items of one key; other ways of writing take them, so it is a
// warning.
void check_duplicate_items(const FieldInfo& list, const Frame& frame, TypeCheck& check) {
  if (list.topology != kube::Topology::kMap || frame.node->items.size() < 2) return;
  std::unordered_set<std::string> seen;
  const TypeInfo* const type = list.value().element()->type();
  for (std::size_t i = 0; i < frame.node->items.size(); ++i) {
    const yaml::Node& item = *frame.node->items[i];
    std::string key = key_of_item(item, list, type);
    if (seen.insert(key).second) continue;
    const Frame at = item_frame(frame, i, item);
    const std::string shown =
        replace_all(key.substr(0, key.size() - 1), std::string_view("\0", 1), "/");
    check.findings.add("schema/duplicate-item", at, place_of_key(at),
                       cat("'", shown, "' is in this list twice"), {}, {shown}, Severity::kWarning);
  }
}

void check_list(const ValueType& element, const FieldInfo& field, const Frame& frame,
                TypeCheck& check) {
  if (!frame.node->is_sequence()) return wrong_type("a list", frame, check);
  for (std::size_t i = 0; i < frame.node->items.size(); ++i) {
    const Frame item = item_frame(frame, i, *frame.node->items[i]);
    check_value(element, field, item, check);
  }
  check_duplicate_items(field, frame, check);
}

void check_map(const ValueType& element, const FieldInfo& field, const Frame& frame,
               TypeCheck& check) {
  if (!frame.node->is_mapping()) return wrong_type("a mapping", frame, check);
  for (const yaml::Entry& entry : frame.node->entries)
    if (!entry.value->is_null()) check_value(element, field, member_frame(frame, entry), check);
}

void check_value(const ValueType& value, const FieldInfo& field, const Frame& frame,
                 TypeCheck& check) {
  constexpr std::int64_t kLow = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t kHigh = std::numeric_limits<std::int32_t>::max();
  if (check.placeholders && is_text(*frame.node) && contains(frame.node->text, "{{")) return;
  switch (value.kind) {
    case FieldKind::kString:
      return check_text(field, frame, check);
    case FieldKind::kInteger32:
      return check_integer(kLow, kHigh, field, frame, check);
    case FieldKind::kInteger64:
      return check_integer(std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max(), field, frame, check);
    case FieldKind::kNumber:
      if (!yaml::as_float(*frame.node)) wrong_type("a number", frame, check);
      return;
    case FieldKind::kBoolean:
      if (frame.node->type != yaml::Type::kBoolean) wrong_type("a boolean", frame, check);
      return;
    case FieldKind::kIntOrString:
      return check_int_or_string(frame, check);
    case FieldKind::kQuantity:
      return check_quantity(frame, check);
    case FieldKind::kBytes:
      return check_formatted(is_base64, "base64", frame, check);
    case FieldKind::kTime:
    case FieldKind::kMicroTime:
      return check_formatted(is_date_time, "a time, such as 2026-01-31T10:00:00Z", frame, check);
    case FieldKind::kStruct:
      return check_struct(*value.type(), frame, check);
    case FieldKind::kStructOrAny:
      if (frame.node->is_mapping()) check_struct(*value.type(), frame, check);
      return;
    case FieldKind::kFreeObject:
      if (!frame.node->is_mapping()) wrong_type("a mapping", frame, check);
      return;
    case FieldKind::kList:
      return check_list(*value.element(), field, frame, check);
    case FieldKind::kMap:
      return check_map(*value.element(), field, frame, check);
    case FieldKind::kAny:
      return;
  }
}

// ---- structs ----

// The one member of `type` whose own type has the field: the usual slip of indentation.
std::string_view member_with(const TypeInfo& type, std::string_view name) {
  for (const FieldInfo& field : type.fields())
    if (const TypeInfo* const inner = field.value().type())
      if (inner->field(name) != nullptr) return field.name;
  return {};
}

std::vector<Note> notes_on_unknown(const TypeInfo& type, std::string_view name) {
  std::vector<std::string_view> known;
  for (const FieldInfo& field : type.fields()) known.push_back(field.name);
  std::vector<Note> notes = did_you_mean(name, known);
  if (!notes.empty()) return notes;
  const std::string_view member = member_with(type, name);
  if (!member.empty()) notes.push_back({cat("'", member, "' has a field '", name, "'")});
  return notes;
}

void unknown_field(const TypeInfo& type, const Frame& frame, TypeCheck& check) {
  check.findings.add("schema/unknown-field", frame, place_of_key(frame),
                     cat("unknown field '", frame.key, "'"), notes_on_unknown(type, frame.key),
                     {std::string(frame.key)});
}

// Whether the release has the field; says so when it does not.
bool check_release(const FieldInfo& field, const Frame& frame, TypeCheck& check) {
  const bool early = !field.since.empty() && !check.release.empty() &&
                     compare_releases(check.release, field.since) < 0;
  const bool late = !field.until.empty() &&
                    (check.release.empty() || compare_releases(check.release, field.until) > 0);
  if (!early && !late) return true;
  check.findings.add(
      "schema/gone-field", frame, place_of_key(frame),
      cat("this release has no field '", frame.key, "'"),
      {{early ? cat("first in ", field.since.view()) : cat("last in ", field.until.view())}},
      {std::string(frame.key)}, early ? Severity::kError : Severity::kWarning);
  return false;
}

void check_field(const FieldInfo& field, const Frame& frame, TypeCheck& check) {
  check_value(field.value(), field, frame, check);
  if (field.form != kube::Form::kNone) check_form(field.form, frame, check);
}

void check_required(const TypeInfo& type, const Frame& frame, TypeCheck& check) {
  for (const FieldInfo& field : type.fields()) {
    if (!field.required) continue;
    const yaml::Node* const value = yaml::find(*frame.node, field.name);
    if (value != nullptr && !value->is_null()) continue;
    check.findings.add("schema/required", frame, place_of_missing(frame, field.name),
                       frame.key.empty() && !frame.is_item
                           ? cat("expected a field '", field.name.view(), "'")
                           : cat("expected a field '", field.name.view(), "' in '",
                                 frame.is_item ? path_of(frame) : std::string(frame.key), "'"),
                       {}, {std::string(field.name.view())});
  }
}

}  // namespace

void check_struct(const TypeInfo& type, const Frame& frame, TypeCheck& check) {
  if (!frame.node->is_mapping()) return wrong_type("a mapping", frame, check);
  const bool partial = std::exchange(check.partial, false);
  for (const yaml::Entry& entry : frame.node->entries) {
    const Frame member = member_frame(frame, entry);
    const FieldInfo* const field = type.field(entry.key->text);
    if (field == nullptr)
      unknown_field(type, member, check);
    else if (!entry.value->is_null() && check_release(*field, member, check))
      check_field(*field, member, check);
  }
  if (!partial) check_required(type, frame, check);
}

}  // namespace plumb::schema
