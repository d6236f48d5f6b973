#include "pipeline/meta.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/suggest.h"
#include "base/text.h"

namespace plumb::pipeline {

namespace {

using yaml::Node;

constexpr std::array<std::string_view, 4> kMetaKeys{"name", "description", "displayName",
                                                    "schedules"};
constexpr std::array<std::string_view, 4> kScheduleKeys{"name", "cron", "version", "parameters"};

void check_keys(const Node& mapping, std::span<const std::string_view> known) {
  for (const yaml::Entry& entry : mapping.entries) {
    const std::string_view key = entry.key->text;
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail("pipeline/unknown-key", entry.key->span, cat("unknown key '", key, "'"),
           did_you_mean(key, known), {std::string(key)});
  }
}

const Node* text_of(const Node& mapping, std::string_view key) {
  const Node* const value = yaml::find(mapping, key);
  if (!value || value->is_null()) return nullptr;
  if (!value->is_scalar())
    fail("pipeline/bad-meta", value->span, cat("expected a text for '", key, "'"));
  return value;
}

const Node* required(const Node& mapping, std::string_view key) {
  const Node* const value = text_of(mapping, key);
  if (!value) fail("pipeline/bad-meta", mapping.span, cat("a schedule needs '", key, "'"));
  return value;
}

void add_parameter(Schedule& schedule, std::string_view name, const Node* value) {
  if (!value || !value->is_scalar())
    fail("pipeline/bad-meta", value ? value->span : schedule.span,
         cat("expected a text for parameter '", name, "'"),
         {{"write lists and mappings as a JSON text in quotes"}});
  schedule.parameters.emplace_back(name, value);
}

// A mapping, or the list of {name, value} that a RecurringRun has.
void read_parameters(Schedule& schedule, const Node& parameters) {
  for (const yaml::Entry& entry : parameters.entries)
    add_parameter(schedule, entry.key->text, entry.value);
  for (const Node* const item : parameters.items)
    add_parameter(schedule, yaml::text_at(*item, {"name"}), yaml::find(*item, "value"));
}

Schedule read_schedule(const Node& node) {
  if (!node.is_mapping())
    fail("pipeline/bad-meta", node.span, "expected a schedule with 'name' and 'cron'");
  check_keys(node, kScheduleKeys);
  Schedule schedule{
      required(node, "name"), required(node, "cron"), text_of(node, "version"), {}, node.span};
  if (const Node* const parameters = yaml::find(node, "parameters"))
    read_parameters(schedule, *parameters);
  return schedule;
}

std::vector<Schedule> read_schedules(const Node& root) {
  std::vector<Schedule> schedules;
  const Node* const list = yaml::find(root, "schedules");
  if (!list || list->is_null()) return schedules;
  if (!list->is_sequence())
    fail("pipeline/bad-meta", list->span, "expected a list for 'schedules'");
  for (const Node* const item : list->items) schedules.push_back(read_schedule(*item));
  return schedules;
}

}  // namespace

Meta read_meta(const Node& root) {
  if (!root.is_mapping())
    fail("pipeline/bad-meta", root.span, "expected 'name', 'description' or 'schedules'");
  check_keys(root, kMetaKeys);
  Meta meta{text_of(root, "name"), text_of(root, "description"), text_of(root, "displayName"), {}};
  meta.schedules = read_schedules(root);
  return meta;
}

void add_unit_meta(Meta& meta, const Node& unit) {
  if (const Node* const name = text_of(unit, "displayName")) meta.display_name = name;
  if (yaml::find(unit, "schedules")) meta.schedules = read_schedules(unit);
}

}  // namespace plumb::pipeline
