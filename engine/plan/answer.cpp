#include "plan/answer.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace plumb::plan {

namespace {

using yaml::Node;

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

// Behind a text in quotes, with \" in it; the whole text when it does not end.
std::string_view behind_quoted(std::string_view text) {
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return text.substr(at + 1);
  }
  return {};
}

// Without the value that was refused, which may be a secret, or pages of a pod template:
//   spec.a: Invalid value: "x": must be a number  →  spec.a: must be a number
std::string without_value(std::string_view message) {
  constexpr std::array<std::string_view, 3> kWords{
      "Invalid value: ", "Unsupported value: ", "Duplicate value: "};
  for (const std::string_view word : kWords) {
    const std::size_t at = message.find(word);
    if (at == std::string_view::npos) continue;
    std::string_view rest = message.substr(at + word.size());
    if (rest.starts_with('"')) {
      rest = behind_quoted(rest);
    } else {
      const std::size_t end = rest.rfind(": ");
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    }
    const std::string why = rest.starts_with(": ") ? without_value(rest.substr(2))
                                                   : lower(word.substr(0, word.size() - 2));
    return cat(message.substr(0, at), why);
  }
  return std::string(message);
}

// The lines of a list of errors, without what was found in the place of the right type:
//   "errors:\n  .a: expected string, got &{x}\n  .b: …"  →  ".a: expected string; .b: …"
std::string on_one_line(std::string_view message) {
  constexpr std::string_view kFound = ", got &";
  std::vector<std::string_view> lines;
  bool in_value = false;
  for (const std::string_view line : split(message, '\n')) {
    in_value = in_value && !line.starts_with("  .");
    const std::string_view words = trim(line);
    if (in_value || words.empty() || words == "errors:") continue;
    const std::size_t found = words.find(kFound);
    in_value = found != std::string_view::npos;
    lines.push_back(words.substr(0, found));
  }
  return join(lines, "; ");
}

// Without values, and without the diff of Go structs that some refusals append.
std::string brief(std::string_view message) {
  return on_one_line(without_value(message.substr(0, message.find("\n@@"))));
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
