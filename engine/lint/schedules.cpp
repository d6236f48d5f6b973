// Schedules in the dialects of those who read them.
//
// Kubeflow parses with robfig/cron 1.2: seconds first, and the weekday is what may be left out, so
// "*/5 * * * *" is every five *seconds* of each minute. CloudNativePG has seconds first and always
// six fields. Kubernetes, Argo Workflows and Argo CD have minutes first and five fields.

#include <array>
#include <cctype>

#include "base/text.h"
#include "lint/inspection.h"

namespace plumb::lint {

namespace {

enum class Dialect : std::uint8_t { kMinutes, kSeconds, kOptionalWeekday };

struct Place {
  std::string_view group, kind, path;
  Dialect dialect;
};

constexpr std::array kPlaces{
    Place{"kfp.jackhoman.com", "RecurringRun", "spec.schedule.cron", Dialect::kOptionalWeekday},
    Place{"kubeflow.org", "ScheduledWorkflow", "spec.trigger.cronSchedule.cron",
          Dialect::kOptionalWeekday},
    Place{"batch", "CronJob", "spec.schedule", Dialect::kMinutes},
    Place{"argoproj.io", "CronWorkflow", "spec.schedule", Dialect::kMinutes},
    Place{"argoproj.io", "CronWorkflow", "spec.schedules[]", Dialect::kMinutes},
    Place{"argoproj.io", "AppProject", "spec.syncWindows[].schedule", Dialect::kMinutes},
    Place{"postgresql.cnpg.io", "ScheduledBackup", "spec.schedule", Dialect::kSeconds},
};

struct Field {
  std::string_view name;
  int low, high;
  std::string_view words;  // three letters each, the first for `low`
};

constexpr std::array kFields{
    Field{"second", 0, 59, ""},
    Field{"minute", 0, 59, ""},
    Field{"hour", 0, 23, ""},
    Field{"day of month", 1, 31, ""},
    Field{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    Field{"day of week", 0, 6, "sunmontuewedthufrisat"},
};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t", at);
    if (start == std::string_view::npos) break;
    at = std::min(text.find_first_of(" \t", start), text.size());
    words.push_back(text.substr(start, at - start));
  }
  return words;
}

// A number or a name within the field's bounds, or nothing.
std::optional<int> value_of(const Field& field, std::string_view text) {
  if (text.size() == 3 && !field.words.empty()) {
    const std::size_t at = field.words.find(lower(text));
    if (at != std::string_view::npos && at % 3 == 0) return field.low + static_cast<int>(at / 3);
  }
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) == 0) return std::nullopt;
  const auto number = to_integer(text);
  if (!number || *number < field.low || *number > field.high) return std::nullopt;
  return static_cast<int>(*number);
}

// "*", "?", "5", "1-5", each with "/2".
bool is_range(const Field& field, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto step = to_integer(text.substr(slash + 1));
    if (!step || *step < 1) return false;
    text = text.substr(0, slash);
  }
  if (text == "*" || text == "?") return true;
  const std::size_t dash = text.find('-');
  const auto low = value_of(field, text.substr(0, dash));
  if (dash == std::string_view::npos) return low.has_value();
  const auto high = value_of(field, text.substr(dash + 1));
  return low && high && *low <= *high;
}

bool is_field(const Field& field, std::string_view text) {
  for (const std::string_view part : split(text, ','))
    if (!is_range(field, part)) return false;
  return true;
}

// "@every 1h30m", "@daily": those who read a schedule all know them.
bool is_descriptor(std::string_view text) {
  constexpr std::array<std::string_view, 7> kNames{"@yearly", "@annually", "@monthly", "@weekly",
                                                   "@daily",  "@midnight", "@hourly"};
  if (text.starts_with("@every ")) return text.size() > 7;
  return std::find(kNames.begin(), kNames.end(), text) != kNames.end();
}

struct Schedule {
  const Inspection& inspection;
  const kube::Resource& resource;
  const yaml::Node& node;

  void add(std::string_view code, std::string text, std::vector<Note> notes = {}) const {
    inspection.add(code, resource, node, std::move(text), std::move(notes),
                   {std::string(node.text)});
  }
};

void check_fields(const Schedule& schedule, std::span<const std::string_view> words,
                  std::size_t first_field) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Field& field = kFields[first_field + i];
    if (is_field(field, words[i])) continue;
    schedule.add("lint/bad-cron", cat("expected ", field.low, " to ", field.high, " for the ",
                                      field.name, ", got '", words[i], "'"));
  }
}

void check_minutes(const Schedule& schedule, const std::vector<std::string_view>& words) {
  if (words.size() == 5) return check_fields(schedule, words, 1);
  std::vector<Note> notes;
  if (words.size() == 6)
    notes.push_back({cat("without seconds: '", join(std::span(words).subspan(1), " "), "'")});
  schedule.add("lint/cron-fields", cat("expected 5 fields, minutes first, got ", words.size()),
               std::move(notes));
}

void check_seconds(const Schedule& schedule, const std::vector<std::string_view>& words,
                   bool weekday_optional) {
  if (words.size() == 6) return check_fields(schedule, words, 0);
  if (words.size() != 5)
    return schedule.add("lint/cron-fields",
                        cat("expected 6 fields, seconds first, got ", words.size()));
  schedule.add("lint/cron-seconds",
               weekday_optional
                   ? cat("the first field means seconds here, so this runs at second '", words[0],
                         "' of minute '", words[1], "'")
                   : std::string("expected 6 fields, seconds first, got 5"),
               {{cat("with seconds: '0 ", schedule.node.text, "'")}});
}

void check_schedule(const Schedule& schedule, Dialect dialect) {
  std::string_view text = trim(schedule.node.text);
  if (text.starts_with("TZ=") || text.starts_with("CRON_TZ="))
    text = trim(text.substr(std::min(text.find(' '), text.size())));
  if (contains(text, "{{")) return;  // a template of Argo fills it in
  if (text.starts_with('@')) {
    if (!is_descriptor(text))
      schedule.add("lint/bad-cron", cat("expected '@every' and a duration, '@hourly', '@daily', "
                                        "'@weekly', '@monthly' or '@yearly', got '",
                                        text, "'"));
    return;
  }
  const std::vector<std::string_view> words = words_of(text);
  if (dialect == Dialect::kMinutes)
    check_minutes(schedule, words);
  else
    check_seconds(schedule, words, dialect == Dialect::kOptionalWeekday);
}

}  // namespace

void find_bad_schedules(const Inspection& inspection) {
  for (const kube::Resource& resource : inspection.rendered.resources)
    for (const Place& place : kPlaces)
      if (resource.id.kind == place.kind && resource.id.group == place.group)
        each_at(*resource.body, place.path, [&](const yaml::Node& node) {
          check_schedule({inspection, resource, node}, place.dialect);
        });
}

}  // namespace plumb::lint
