// Whether a saved plan still says what would be done.

#include <catch2/catch.hpp>

#include "plan/desk.h"

using namespace plumb;
using plumb::test::Desk;

namespace {

// As plumb writes it, with what `check` reads.
std::string document(const plan::Plan& plan, std::string_view before = "\"1\"",
                     std::string_view updates = "1") {
  const plan::Step& step = plan.environments[0].steps.at(0);
  return cat(R"({"format_version": "plumb.plan/v1alpha1", "digest": ")", plan.digest,
             R"(", "summary": {"create": 0, "update": )", updates,
             R"(}, "environments": [{"name": "prod", "objects": [{"id": ")", step.id,
             R"(", "uid": "", "resource_version": "", "owned": ")",
             plan.environments[0].imprints.at(step.id).owned, R"("}], "steps": [{"id": ")", step.id,
             R"(", "digest": ")", step.digest,
             R"(", "verb": "update", "risk": "change", "changes": [{"path": "data.k", "op": )",
             R"("replace", "before": )", before, R"(, "after": "2", "cause": "drift"}]}]}]})");
}

std::string code_of(const std::string& saved, const plan::Plan& now) {
  try {
    check(saved, {}, now, document(now));
  } catch (const Error& error) {
    return error.diagnostic().code;
  }
  return "";
}

plan::Plan plan_of(Desk& desk) {
  const std::string head =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata: {k: '";
  desk.unit("u", "-", head + "2'}\n");
  desk.live(head + "1'}\n");
  return plan::make(desk.input);
}

}  // namespace

TEST_CASE("a saved plan that was edited by hand is found out", "[plan][check]") {
  Desk desk;
  const plan::Plan now = plan_of(desk);
  CHECK(code_of(document(now), now).empty());
  CHECK(code_of(document(now, "\"0\""), now) == "plan/damaged");
  CHECK(code_of(document(now, "\"1\"", "0"), now) == "plan/damaged");
  CHECK(code_of(replace_all(document(now), "\"verb\": \"update\"", "\"verb\": \"delete\""), now) ==
        "plan/damaged");
  CHECK(code_of(replace_all(document(now), "\"objects\"", "\"obj\""), now) == "plan/damaged");
  CHECK(code_of(replace_all(document(now), "\"steps\"", "\"stps\""), now) == "plan/damaged");
  CHECK(code_of(R"({"format_version": "plumb.plan/v1alpha1"})", now) == "plan/damaged");
}

TEST_CASE("the numbers of marks are no difference between a saved plan and now", "[plan][check]") {
  Desk desk;
  const plan::Plan now = plan_of(desk);
  const std::string saved = document(now, "\"‹secret 1›\"");
  CHECK_NOTHROW(check(saved, {}, now, document(now, "\"‹secret 12›\"")));
  CHECK_THROWS_AS(check(saved, {}, now, document(now, "\"‹hidden 1›\"")), Error);
}
