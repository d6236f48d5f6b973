// A snapshot says of a state what the state said itself, but for the values of its Secrets.

#include "state/snapshot.h"

#include <catch2/catch.hpp>

#include "base/digest.h"
#include "kube/sealed.h"
#include "plan/desk.h"
#include "support/shared_data.h"

using namespace plumb;
using plumb::test::Desk;

namespace {

constexpr std::string_view kCanary = "hunter2-canary";

// The base64 of kCanary is aHVudGVyMi1jYW5hcnk=.
const std::string kLive =
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: x, resourceVersion: '4', "
    "annotations: {kubectl.kubernetes.io/last-applied-configuration: "
    "'{\"apiVersion\":\"v1\",\"data\":{\"p\":\"aHVudGVyMi1jYW5hcnk=\"},\"kind\":\"Secret\","
    "\"metadata\":"
    "{\"annotations\":{},\"name\":\"s\",\"namespace\":\"x\"}}'}}\ndata: {p: aHVudGVyMi1jYW5hcnk=}\n"
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\n"
    "data: {url: 'http://u:hunter2-canary@host', v: '1'}\nstatus: {a: b}\n"
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: x}\n";

std::string head(const std::string& password, const std::string& url) {
  return cat(
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: x}\nstringData: {p: ",
      password, "}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: x}\n",
      "data: {url: '", url, "', v: '1'}\n");
}

std::string snapshot(const std::string& live, const std::string& secret = {}) {
  SourceStore sources;
  state::State state = state::read_text(sources, sources.add("live.yaml", live));
  state.cluster = "c1";
  state::SnapshotOptions options;
  options.environment = "prod";
  options.time = "2026-11-22T12:00:00Z";
  options.keep = [](const kube::Resource& resource) { return resource.id.name != "other"; };
  options.is_secret = [](std::string_view text) {
    return contains(text, kCanary) || contains(text, "aHVudGVyMi1jYW5hcnk");
  };
  options.salt = std::string(32, 's');
  options.secret = secret;
  options.variable = "PLUMB_SNAPSHOT_KEY";
  return state::write_snapshot(state, options);
}

std::string steps(const std::string& live, const std::string& head_text) {
  Desk desk;
  desk.unit("u", "-", head_text);
  desk.live(live);
  return desk.show();
}

}  // namespace

TEST_CASE("a snapshot holds no value of a Secret, wherever it stood", "[plan][snapshot]") {
  const std::string text = snapshot(kLive);
  CHECK_FALSE(contains(text, kCanary));
  CHECK_FALSE(contains(text, "aHVudGVyMi1jYW5hcnk"));
  CHECK_FALSE(contains(text, "status"));
  CHECK_FALSE(contains(text, "other"));
}

TEST_CASE("what an object is called is not sealed", "[plan][snapshot]") {
  SourceStore sources;
  const std::string live =
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: hunter2-canary, "
      "namespace: x}\ndata: {}\n";
  CHECK(contains(snapshot(live), "name: hunter2-canary"));
}

TEST_CASE("what did not change has no step against a snapshot", "[plan][snapshot]") {
  CHECK(steps(snapshot(kLive), head(std::string(kCanary), "http://u:hunter2-canary@host")) == "");
}

TEST_CASE("a Secret that changed has a step against a snapshot", "[plan][snapshot]") {
  CHECK(steps(snapshot(kLive), head("other", "http://u:hunter2-canary@host")) ==
        "update Secret/x/s change git:data.p");
  CHECK(contains(steps(snapshot(kLive), head(std::string(kCanary), "http://host")), "data.url"));
}

TEST_CASE("a client-side apply is proven from a snapshot, too", "[plan][snapshot]") {
  Desk desk;
  desk.unit("u", "-", head(std::string(kCanary), "http://u:hunter2-canary@host"));
  desk.live(snapshot(kLive));
  CHECK(plan::make(desk.input).environments[0].proven == 1);
}

TEST_CASE("a snapshot tells its scope, its time and its cluster", "[plan][snapshot]") {
  SourceStore sources;
  const state::State state = state::read_text(sources, sources.add("s.yaml", snapshot(kLive)));
  CHECK(state.complete);
  CHECK(state.scope.kinds == std::vector<std::string>{"ConfigMap", "Secret"});
  CHECK(state.time == "2026-11-22T12:00:00Z");
  CHECK(state.cluster == "c1");
  CHECK(state.seal == std::string(32, 's'));
  CHECK(state.seal_variable.empty());
}

TEST_CASE("a key of one's own is not in the file, and opens it", "[plan][snapshot]") {
  const std::string text = snapshot(kLive, "mine");
  CHECK_FALSE(contains(text, "mine"));
  SourceStore sources;
  const state::State state = state::read_text(sources, sources.add("s.yaml", text));
  CHECK(state.seal_variable == "PLUMB_SNAPSHOT_KEY");
  const std::string key = state::seal_key(state.seal, "mine");
  CHECK(kube::is_seal_of(state.seal_check, key, state::kSealCheck));
  const std::string_view mark = yaml::text_at(*state.set.resources.at(0).body, {"data", "p"});
  CHECK(kube::is_seal_of(mark, key, "aHVudGVyMi1jYW5hcnk="));
  CHECK_FALSE(kube::is_seal_of(mark, state.seal, "aHVudGVyMi1jYW5hcnk="));
}

TEST_CASE("the recorded objects are the same from a snapshot as from the server",
          "[plan][snapshot]") {
  const auto desired = test::shared_file("data/live-1.36/desired.yaml");
  if (!desired) return;
  for (const auto& [file, applier] :
       {std::pair<std::string, project::Applier>{"ssa", {"plumb", true}},
        {"csa", {"kubectl-client-side-apply", false}}}) {
    Desk desk;
    desk.unit("u", "-", *desired);
    desk.live(snapshot(*test::shared_file(cat("data/live-1.36/live-", file, ".yaml"))));
    desk.environment().applier = applier;
    const plan::Plan plan = plan::make(desk.input);
    CAPTURE(file, Desk::show(plan));
    CHECK(plan.environments[0].steps.empty());
    CHECK(plan.environments[0].proven == 53);
  }
}

TEST_CASE("the keyed digest is HMAC with SHA-256", "[plan][snapshot]") {
  // RFC 4231, test case 2
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
