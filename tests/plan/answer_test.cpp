#include "plan/answer.h"

#include <map>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "support/shared_data.h"
#include "yaml/json.h"

using namespace plumb;
using namespace plumb::plan;

namespace {

Answer answer(int status, std::string_view body, Arena& arena) {
  Answer answer;
  answer.status = status;
  try {
    answer.body = yaml::read_json(body, {}, arena);
  } catch (const Error&) {
    answer.error = body;  // plain text
  }
  return answer;
}

Judgement judged(int status, std::string_view body) {
  Arena arena;
  return judge(answer(status, body, arena));
}

}  // namespace

TEST_CASE("every recorded answer is told apart", "[plan][answer]") {
  const std::optional<std::string> text = test::shared_file("data/live-1.36/answers.jsonl");
  if (!text) return;
  struct Expected {
    Meaning meaning;
    std::string rule;
  };
  const std::map<std::string_view, Expected> expected{
      {"apply: would create", {Meaning::kDone, ""}},
      {"apply: exists, unchanged", {Meaning::kDone, ""}},
      {"apply: namespace missing", {Meaning::kNoNamespace, ""}},
      {"apply: namespace terminating", {Meaning::kRefused, "server-namespace-terminating"}},
      {"apply: group unknown", {Meaning::kNoKind, ""}},
      {"apply: version unknown, built-in group", {Meaning::kNoKind, ""}},
      {"apply: unknown field", {Meaning::kRefused, "server-invalid"}},
      {"apply: wrong type", {Meaning::kRefused, "server-invalid"}},
      {"apply: duplicate YAML key, Strict", {Meaning::kRefused, "server-invalid"}},
      {"apply: duplicate YAML key, Warn", {Meaning::kDone, ""}},
      {"apply: stale resourceVersion", {Meaning::kMoved, ""}},
      {"apply: other uid", {Meaning::kRefused, "server-invalid"}},
      {"apply: ownership conflict, two managers", {Meaning::kRefused, "server-conflict"}},
      {"apply: Deployment selector", {Meaning::kRefused, "server-invalid"}},
      {"apply: Job template (echoes env)", {Meaning::kRefused, "server-invalid"}},
      {"apply: StatefulSet serviceName", {Meaning::kRefused, "server-invalid"}},
      {"apply: PVC class", {Meaning::kRefused, "server-invalid"}},
      {"apply: webhook denies", {Meaning::kRefused, "server-admission"}},
      {"apply: webhook unreachable", {Meaning::kUnknown, ""}},
      {"apply: webhook warns", {Meaning::kDone, ""}},
      {"apply: ValidatingAdmissionPolicy denies", {Meaning::kRefused, "server-admission"}},
      {"apply: quota", {Meaning::kRefused, "server-quota"}},
      {"apply: read-only account", {Meaning::kNotAllowed, ""}},
      {"apply: patch but no create, absent object", {Meaning::kNotAllowed, ""}},
      {"apply: RBAC escalation", {Meaning::kRefused, "server-escalation"}},
      {"apply: deprecated version", {Meaning::kDone, ""}},
      {"any: bad token", {Meaning::kUnknown, ""}},
      {"any: server-side timeout", {Meaning::kUnknown, ""}},
      {"any: throttled", {Meaning::kUnknown, ""}},
  };
  std::size_t seen = 0;
  for (const std::string_view line : split(*text, '\n')) {
    if (line.empty()) continue;
    Arena arena;
    const yaml::Node& record = *yaml::read_json(line, {}, arena);
    const auto found = expected.find(yaml::text_at(record, {"name"}));
    if (found == expected.end()) continue;
    ++seen;
    const auto status = to_integer(yaml::text_at(record, {"status"}));
    const Judgement is =
        judge(answer(static_cast<int>(*status), yaml::text_at(record, {"body"}), arena));
    CAPTURE(found->first, is.text);
    CHECK(is.meaning == found->second.meaning);
    CHECK(is.rule == found->second.rule);
    CHECK_FALSE(contains(is.text, "SECRETENV"));
  }
  CHECK(seen == expected.size());
}

TEST_CASE("a refusal says the field and why, not the value", "[plan][answer]") {
  const Judgement is = judged(422, R"({"message":"Job is invalid","details":{"causes":[
        {"reason":"FieldValueInvalid","field":"spec.template",
         "message":"Invalid value: {\"Env\":[{\"Value\":\"hush: 1\"}]}: field is immutable"},
        {"reason":"FieldValueInvalid","field":"spec.template",
         "message":"Invalid value: {\"Env\":[{\"Value\":\"hush: 1\"}]}: field is immutable"}]}})");
  CHECK(is.meaning == Meaning::kRefused);
  CHECK(is.text == "spec.template: field is immutable");
}

TEST_CASE(
    "a value that does not fit its type is a refusal, although the server calls it its own error",
    "[plan][answer]") {
  const Judgement is = judged(
      500,
      R"({"message":"failed to convert new object (shop/plain; /v1, Kind=Secret) to proper version: illegal base64 data at input byte 4","code":500})");
  CHECK(is.meaning == Meaning::kRefused);
  CHECK(is.text == "illegal base64 data at input byte 4");
}

TEST_CASE("what the load guards and proxies say is no answer", "[plan][answer]") {
  for (const int status : {0, 401, 429, 500, 502, 503, 504}) {
    CAPTURE(status);
    CHECK(judged(status, "Too many requests").meaning == Meaning::kUnknown);
  }
  CHECK(judged(400, R"({"message":"admission webhook \"x\" does not support dry run"})").meaning ==
        Meaning::kUnknown);
  CHECK(judged(200, "<html>").meaning == Meaning::kUnknown);
}

TEST_CASE("a refusal is one line and tells no value", "[plan][answer]") {
  for (
      const auto& [message, expected] : {
          std::pair<std::string, std::string>{
              R"(failed to create typed patch object (a/b; /v1, Kind=Secret): errors:\n  .a: expected map, got &{hush\nhush}\n  .b: field not declared in schema)",
              ".a: expected map; .b: field not declared in schema"},
          {R"(failed to create typed patch object (a/b; /v1, Kind=Pod): .c: expected string, got &value.valueUnstructured{Value:4711})",
           ".c: expected string"},
      }) {
    CHECK(judged(500, cat("{\"message\": \"", message, "\"}")).text == expected);
  }
  for (const auto& [message, expected] : {
           std::pair<std::string, std::string>{
               R"(Invalid value: \"a \\\"hush: 1\\\" b\": must be a number)",
               "spec.x: must be a number"},
           {R"(Unsupported value: \"hush\": supported values: \"A\", \"B\")",
            "spec.x: supported values: \"A\", \"B\""},
           {R"(Duplicate value: {\"Name\":\"hush\"})", "spec.x: duplicate value"},
           {R"(Invalid value: \"string\": must be of type integer: \"string\")",
            "spec.x: must be of type integer: \"string\""},
       }) {
    CHECK(judged(422,
                 cat(R"({"message": "no", "details": {"causes": [{"field": "spec.x", "message": ")",
                     message, "\"}]}}"))
              .text == expected);
  }
}
