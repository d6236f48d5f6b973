#include "plan/answer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plumb::plan {

namespace {

using yaml::Node;

constexpr std::size_t kMostText = 400;  // bytes of the server's words

struct RefusalRow {
  std::string_view words;
  std::string_view rule;
};
// Refusals by what they say, the first that fits.
constexpr std::array kRefusals{
    RefusalRow{"exceeded quota", "server-quota"},
    RefusalRow{"failed quota", "server-quota"},
    RefusalRow{"is attempting to grant RBAC permissions", "server-escalation"},
    RefusalRow{"admission webhook", "server-admission"},
    RefusalRow{"ValidatingAdmissionPolicy", "server-admission"},
    RefusalRow{"violates PodSecurity", "server-admission"},
};

std::string message_of(const Answer& answer) {
  if (answer.body == nullptr) return answer.error;
  if (answer.body->is_scalar()) return std::string(trim(answer.body->text));
  return std::string(yaml::text_at(*answer.body, {"message"}));
}

const Node* causes_of(const Answer& answer) {
  return answer.body == nullptr ? nullptr : yaml::find_path(*answer.body, {"details", "causes"});
}

bool has_cause(const Answer& answer, std::string_view reason) {
  const Node* const causes = causes_of(answer);
  return causes != nullptr && std::ranges::any_of(causes->items, [&](const Node* cause) {
           return yaml::text_at(*cause, {"reason"}) == reason;
         });
}

// On one line: "errors:\n  .a: not declared\n  .b: not declared" → ".a: not declared; .b: not
// declared".
std::string on_one_line(std::string_view message) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : split(message, '\n')) {
    const std::string_view words = trim(line);
    if (!words.empty() && words != "errors:") lines.push_back(words);
  }
  return join(lines, "; ");
}

// Without the value that was refused, which may be pages of a pod template, and without the diff
// of Go structs that some refusals append.
std::string brief(std::string_view message) {
  constexpr std::string_view kValue = "Invalid value: ";
  const std::size_t diff = message.find("\n@@");
  if (diff != std::string_view::npos) message = message.substr(0, diff);
  const std::size_t value = message.find(kValue);
  if (value != std::string_view::npos) {
    const std::size_t end = message.rfind(": ");
    const std::string_view why =
        end > value + kValue.size() ? message.substr(end + 2) : std::string_view("invalid value");
    return cat(message.substr(0, value), why);
  }
  std::string text = on_one_line(message.substr(0, kMostText));
  if (message.size() > kMostText) text += " …";
  return text;
}

// "spec.selector: field is immutable; …"
std::string causes_text(const Answer& answer) {
  std::vector<std::string> parts;
  if (const Node* const causes = causes_of(answer)) {
    for (const Node* const cause : causes->items) {
      const std::string_view field = yaml::text_at(*cause, {"field"});
      std::string part = brief(yaml::text_at(*cause, {"message"}));
      if (!field.empty()) part = cat(field, ": ", part);
      if (std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
    }
  }
  return parts.empty() ? brief(message_of(answer)) : join(parts, "; ");
}

std::string_view rule_of(std::string_view message, std::string_view otherwise) {
  const auto row = std::ranges::find_if(
      kRefusals, [&](const RefusalRow& one) { return contains(message, one.words); });
  return row == kRefusals.end() ? otherwise : row->rule;
}

Judgement refused(std::string_view rule, std::string text) {
  return {Meaning::kRefused, std::string(rule), std::move(text)};
}

// `User "x" cannot patch resource "y"`: the access control, not the object.
bool is_about_the_account(std::string_view message) {
  return contains(message, "is forbidden: User \"") &&
         (contains(message, " cannot patch resource ") ||
          contains(message, " cannot create resource ") ||
          contains(message, " cannot update resource "));
}

Judgement judge_forbidden(const Answer& answer) {
  const std::string message = message_of(answer);
  if (has_cause(answer, "NamespaceTerminating")) {
    return refused("server-namespace-terminating", brief(message));
  }
  if (is_about_the_account(message)) return {Meaning::kNotAllowed, {}, message};
  return refused(rule_of(message, "server-forbidden"), brief(message));
}

Judgement judge_not_found(const Answer& answer) {
  const Node* const details =
      answer.body == nullptr ? nullptr : yaml::find(*answer.body, "details");
  const std::string_view kind = details == nullptr ? "" : yaml::text_at(*details, {"kind"});
  const Meaning meaning = kind == "namespaces" ? Meaning::kNoNamespace
                          : kind.empty()       ? Meaning::kNoKind
                                               : Meaning::kMoved;
  return {meaning, {}, message_of(answer)};
}

// A schema that the object does not fit is an internal error here.
Judgement judge_failure(const Answer& answer) {
  constexpr std::string_view kUntyped = "failed to create typed patch object";
  constexpr std::string_view kUnreadable = "failed to convert new object";
  const std::string message = message_of(answer);
  if (!message.starts_with(kUntyped) && !message.starts_with(kUnreadable)) {
    return {Meaning::kUnknown, {}, brief(message)};
  }
  // Behind the object's name: what is wrong with it.
  const std::size_t end = message.find(") ");
  const std::size_t colon =
      message.find(": ", end == std::string::npos ? message.find("): ") : end);
  return refused("server-invalid",
                 brief(colon == std::string::npos ? message : message.substr(colon + 2)));
}

Judgement judge_conflict(const Answer& answer) {
  if (has_cause(answer, "FieldManagerConflict"))
    return refused("server-conflict", causes_text(answer));
  return {Meaning::kMoved, {}, brief(message_of(answer))};
}

}  // namespace

Judgement judge(const Answer& answer) {
  switch (answer.status) {
    case 200:
    case 201:
      if (answer.body != nullptr && answer.body->is_mapping()) return {Meaning::kDone, {}, {}};
      return {Meaning::kUnknown, {}, "the answer is no object"};
    case 400:
      // Old webhook configurations that cannot be asked.
      if (contains(message_of(answer), "does not support dry run")) break;
      return refused("server-invalid", brief(message_of(answer)));
    case 403:
      return judge_forbidden(answer);
    case 404:
      return judge_not_found(answer);
    case 409:
      return judge_conflict(answer);
    case 413:
      return refused("server-too-large", brief(message_of(answer)));
    case 422:
      return refused(rule_of(message_of(answer), "server-invalid"), causes_text(answer));
    default:
      return judge_failure(answer);
  }
  return {Meaning::kUnknown, {}, brief(message_of(answer))};
}

}  // namespace plumb::plan
