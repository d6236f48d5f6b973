// Since when admission may change objects of a kind.

#include "state/mutators.h"

#include <catch2/catch.hpp>

using namespace plumb;

namespace {

// When objects of the kind may be changed since, by these configurations.
std::string since(const std::string& text, const state::ServedKind& kind) {
  SourceStore sources;
  const state::State state = state::read_text(sources, sources.add("admission.yaml", text));
  return std::string(state::mutated_since(state::mutators_in(state), kind));
}

const state::ServedKind kPods{"", "v1", "Pod", "pods", true, true, true};
const state::ServedKind kNodes{"", "v1", "Node", "nodes", false, true, true};
const state::ServedKind kDeployments{"apps", "v1", "Deployment", "deployments", true, true, true};

std::string hook(const std::string& rule, const std::string& more = {}) {
  return "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
         "metadata: {name: h, creationTimestamp: '2026-01-01T00:00:00Z'" +
         more + "}\nwebhooks:\n- rules: [{" + rule + "}]\n";
}

}  // namespace

TEST_CASE("a webhook changes the kinds that its rules name", "[state][mutators]") {
  const std::string pods = hook("apiGroups: [''], resources: [pods], operations: ['*']");
  CHECK(since(pods, kPods) == "2026-01-01T00:00:00Z");
  CHECK(since(pods, kNodes).empty());
  CHECK(since(pods, kDeployments).empty());
  const std::string all = hook("apiGroups: ['*'], resources: ['*/*'], operations: [UPDATE]");
  CHECK_FALSE(since(all, kDeployments).empty());
  CHECK(
      since(hook("apiGroups: ['*'], resources: [pods/status], operations: ['*']"), kPods).empty());
  CHECK(since(hook("apiGroups: ['*'], resources: ['*'], operations: [CREATE]"), kPods).empty());
  const std::string wide =
      hook("apiGroups: ['*'], resources: ['*'], operations: ['*'], scope: Namespaced");
  CHECK(since(wide, kNodes).empty());
  CHECK_FALSE(since(wide, kPods).empty());
}

TEST_CASE("a change of its rules counts, a new certificate does not", "[state][mutators]") {
  const auto changed = [](const std::string& fields) {
    return since(hook("apiGroups: ['*'], resources: ['*'], operations: ['*']",
                      ", managedFields: [{manager: m, time: '2026-02-02T00:00:00Z', fieldsV1: " +
                          fields + "}]"),
                 kPods);
  };
  CHECK(changed(R"({"f:webhooks": {"k:{\"name\":\"a\"}": {"f:rules": {}}}})") ==
        "2026-02-02T00:00:00Z");
  CHECK(changed(
            R"({"f:webhooks": {"k:{\"name\":\"a\"}": {"f:clientConfig": {"f:caBundle": {}}}}})") ==
        "2026-01-01T00:00:00Z");
}

TEST_CASE("a policy counts from its last binding on", "[state][mutators]") {
  CHECK(since("apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\n"
              "metadata: {name: p, creationTimestamp: '2026-01-01T00:00:00Z'}\n"
              "spec: {matchConstraints: {resourceRules: [{apiGroups: [''], resources: [pods], "
              "operations: [UPDATE]}]}}\n---\n"
              "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicyBinding\n"
              "metadata: {name: b, creationTimestamp: '2026-03-03T00:00:00Z'}\n"
              "spec: {policyName: p}\n",
              kPods) == "2026-03-03T00:00:00Z");
}
