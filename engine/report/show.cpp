#include "report/show.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "base/text.h"
#include "diff/text.h"
#include "yaml/emit.h"
#include "yaml/path.h"

namespace plumb::report {

namespace {

using diff::Change;
using diff::ChangeKind;
using yaml::Node;

constexpr std::size_t kInline = 100;     // bytes of a value on the line of its change
constexpr std::size_t kMostLines = 200;  // of one value

bool is_text(const Node* node) { return node != nullptr && node->is_string(); }

bool is_long_text(const Node* node) {
  return is_text(node) && node->text.find('\n') < node->text.size() - 1 && !node->text.empty();
}

std::string mark_scalar(const Node& value, bool by_place, bool encoded, const Context& context) {
  if (by_place) return context.masker.mark_of(value.text, encoded);
  return context.masker.mask(value.text);
}

Node* masked_node(Arena& arena, const Node& value, bool by_place, bool encoded,
                  const Context& context) {
  if (value.is_null()) return yaml::make_null(arena);
  if (value.is_scalar()) {
    std::string text = mark_scalar(value, by_place, encoded, context);
    if (text == value.text) return yaml::copy_shallow(arena, value);
    return yaml::make_string(arena, text);
  }
  Node* const copy = yaml::copy_shallow(arena, value);
  copy->decoration = nullptr;
  for (Node*& item : copy->items) item = masked_node(arena, *item, by_place, encoded, context);
  for (yaml::Entry& entry : copy->entries) {
    entry.value = masked_node(arena, *entry.value, by_place, encoded, context);
    const std::string key = context.masker.mask_name(entry.key->text);
    if (key != entry.key->text) entry.key = yaml::make_string(arena, key);
  }
  return copy;
}

bool is_encoded(const plan::Step& step, const yaml::Path& path) {
  return step.resource.kind == "Secret" && !path.steps.empty() && path.steps[0].key == "data";
}

// The lines of a value that is no single word, as YAML.
void value_lines(const Node* value, char mark, const plan::Step& step, const yaml::Path& path,
                 const Context& context, std::vector<ShownLine>& lines) {
  if (value == nullptr) return;
  Arena arena;
  const std::string text =
      yaml::emit(*masked(arena, *value, step, path, context), yaml::kPlumbOutput);
  std::size_t count = 0;
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty()) continue;
    if (++count > kMostLines) {
      lines.push_back({mark, "    …"});
      return;
    }
    lines.push_back({mark, cat("    ", line)});
  }
}

void text_lines(const Change& change, const Context& context, std::vector<ShownLine>& lines) {
  const std::string before = context.masker.mask(change.before->text);
  const std::string after = context.masker.mask(change.after->text);
  std::size_t count = 0;
  for (const diff::Piece& piece : diff::line_diff(before, after)) {
    if (++count > kMostLines) {
      lines.push_back({' ', "    …"});
      return;
    }
    lines.push_back(piece.mark == '@'
                        ? ShownLine{' ', cat("    … ", count_of(piece.left_out, "equal line"))}
                        : ShownLine{piece.mark, cat("    ", piece.text)});
  }
}

// Two long words with what differs in brackets: --index-url http://[-dev-]{+prod+}/simple
std::string words_text(std::string_view before, std::string_view after) {
  std::string out;
  for (const diff::Piece& piece : diff::word_diff(before, after)) {
    if (piece.mark == '-') out += cat("[-", piece.text, "-]");
    if (piece.mark == '+') out += cat("{+", piece.text, "+}");
    if (piece.mark == ' ') out += piece.text;
  }
  return out;
}

std::string order_text(const Node& list) {
  std::vector<std::string> names;
  for (const Node* const item : list.items) {
    names.emplace_back(item->is_scalar() ? item->text : yaml::text_at(*item, {"name"}));
  }
  return join(names, ", ");
}

std::string ending(const Change& change, const Context& context) {
  std::string out = cat("  # ", diff::cause_name(change.cause));
  if (change.only_live) out += ", only in live";
  if (change.residue) out += ", stays";
  if (!change.writer.manager.empty()) {
    out += cat(" (", context.masker.mask_name(change.writer.manager));
    const std::string age = age_text(change.writer.time, context.now);
    out += age.empty() ? ")" : cat(", ", age, ')');
  }
  const std::string place = blame_of(change.blame, context);
  return place.empty() ? out : cat(out, ", ", place);
}

// Of 2026-11-21T13:09:49Z, since 1970; parts of a second and offsets are not read.
std::optional<std::int64_t> seconds_of(std::string_view time) {
  if (time.size() < 20 || time.back() != 'Z') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t length) {
    return static_cast<int>(to_integer(time.substr(at, length)).value_or(-1));
  };
  const std::chrono::year_month_day day{std::chrono::year{part(0, 4)},
                                        std::chrono::month{static_cast<unsigned>(part(5, 2))},
                                        std::chrono::day{static_cast<unsigned>(part(8, 2))}};
  if (!day.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{day}.time_since_epoch().count();
  return ((days * 24 + part(11, 2)) * 60 + part(14, 2)) * 60 + part(17, 2);
}

char mark_of(const Change& change) {
  if (change.kind == ChangeKind::kAdd) return '+';
  return change.kind == ChangeKind::kRemove ? '-' : '~';
}

}  // namespace

std::string age_text(std::string_view time, std::int64_t now) {
  const std::optional<std::int64_t> then = seconds_of(time);
  if (now == 0 || !then) return std::string(time);
  struct Unit {
    std::int64_t seconds;
    std::string_view name;
  };
  constexpr std::array kUnits{Unit{86400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
  const std::int64_t age = now - *then;
  if (age < 0) return "in the future";  // one of the clocks is off
  for (const Unit& unit : kUnits) {
    if (age >= unit.seconds) return cat(age / unit.seconds, ' ', unit.name, " ago");
  }
  return "now";
}

std::string place_of(Span span, const Context& context) {
  if (span.source == 0) return {};
  return context.masker.mask_name(
      cat(context.sources.get(span.source).name, ':', context.sources.locate(span).line));
}

std::string blame_of(const diff::Blame& blame, const Context& context) {
  const std::string place = place_of(blame.span, context);
  if (blame.layer.empty()) return place;
  return cat(place, place.empty() ? "" : " ", '(', context.masker.mask_name(blame.layer), ')');
}

const Node* masked(Arena& arena, const Node& value, const plan::Step& step, const yaml::Path& path,
                   const Context& context) {
  const bool by_place = context.masker.is_sensitive(step.resource, path);
  return masked_node(arena, value, by_place, is_encoded(step, path), context);
}

std::string value_text(const Node& value, const plan::Step& step, const yaml::Path& path,
                       const Context& context) {
  Arena arena;
  return yaml::emit_json(*masked(arena, value, step, path, context), {false, false, 0});
}

bool is_sensitive(const plan::Step& step, const Change& change, const Context& context) {
  return context.masker.is_sensitive(step.resource, change.path);
}

std::vector<ShownLine> change_lines(const plan::Step& step, const Change& change,
                                    const Context& context) {
  const std::string path = context.masker.mask_name(yaml::print_path(change.path));
  const std::string end = ending(change, context);
  const char mark = mark_of(change);
  if (change.kind == ChangeKind::kReorder) {
    return {{'~', cat(path, ": reordered: ", context.masker.mask(order_text(*change.after)), end)}};
  }
  const bool secret = is_sensitive(step, change, context);
  if (change.kind == ChangeKind::kReplace && !secret &&
      (is_long_text(change.before) || is_long_text(change.after)) && is_text(change.before) &&
      is_text(change.after)) {
    std::vector<ShownLine> lines{{'~', cat(path, ':', end)}};
    text_lines(change, context, lines);
    return lines;
  }
  const std::string before =
      change.before == nullptr ? "" : value_text(*change.before, step, change.path, context);
  const std::string after =
      change.after == nullptr ? "" : value_text(*change.after, step, change.path, context);
  if (before.size() + after.size() <= kInline) {
    const std::string arrow = change.kind == ChangeKind::kReplace ? " → " : "";
    return {{mark, cat(path, ": ", before, arrow, after, end)}};
  }
  if (change.kind == ChangeKind::kReplace && is_text(change.before) && is_text(change.after)) {
    return {{'~', cat(path, ": ", words_text(before, after), end)}};
  }
  std::vector<ShownLine> lines{{mark, cat(path, ':', end)}};
  value_lines(change.before, '-', step, change.path, context, lines);
  value_lines(change.after, '+', step, change.path, context, lines);
  return lines;
}

std::string_view step_word(const plan::Step& step) {
  if (step.risk == plan::Risk::kBlocked) return "blocked";
  const bool unseen = step.verb == plan::Verb::kNone && step.before == nullptr;
  if (step.verb == plan::Verb::kUnknown || unseen) return "unknown";
  if (step.verb == plan::Verb::kNone) return step.after_body == nullptr ? "kept" : "left as it is";
  return plan::verb_name(step.verb);
}

char step_mark(const plan::Step& step) {
  if (step.risk == plan::Risk::kBlocked) return '!';
  switch (step.verb) {
    case plan::Verb::kCreate:
      return '+';
    case plan::Verb::kUpdate:
    case plan::Verb::kReplace:
      return '~';
    case plan::Verb::kDelete:
      return '-';
    case plan::Verb::kNone:
      return ' ';
    case plan::Verb::kUnknown:
      return '?';
  }
  return ' ';
}

std::string step_title(const plan::Step& step) {
  std::string title = kube::describe(step.resource);
  if (step.previous) title += cat(" (was ", step.previous->name, ')');
  return title;
}

std::string summary_line(const plan::Summary& summary) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, std::string_view words) {
    if (count > 0) parts.push_back(cat(count, ' ', words));
  };
  add(summary.create, "to create");
  add(summary.update, "to update");
  add(summary.replace, "to replace");
  add(summary.remove, "to delete");
  if (parts.empty()) parts.emplace_back("nothing to do");
  add(summary.blocked, "blocked");
  add(summary.refused, "refused");
  add(summary.unknown, "unknown");
  add(summary.drift, "changed by others in live");
  add(summary.unchanged, "unchanged");
  add(summary.owner_only, "of them with other owners after an apply");
  add(summary.others, "of others in live, ignored");
  add(summary.left_alone, summary.left_alone == 1 ? "unit not rendered" : "units not rendered");
  return join(parts, ", ");
}

std::string knowledge_line(const plan::Summary& summary) {
  if (summary.asked + summary.local + summary.untold == 0) return {};
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, std::string_view words) {
    if (count > 0) parts.push_back(cat(count, ' ', words));
  };
  add(summary.proven, "by live itself");
  add(summary.asked, "by asking the server");
  add(summary.local, "worked out here");
  add(summary.untold, "that the server could not tell");
  return cat("known: ", join(parts, ", "), '\n');
}

std::string sides_line(const plan::Plan& plan) {
  std::vector<std::string> parts;
  if (!plan.base.empty()) parts.push_back(cat("base ", plan.base));
  parts.push_back(cat("head ", plan.head.empty() ? "working tree" : plan.head));
  parts.push_back(plan.has_live
                      ? cat("live ", plan.live)
                      : std::string("no live state: nothing is verified, drift is unknown"));
  return join(parts, ", ");
}

}  // namespace plumb::report
