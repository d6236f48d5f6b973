#include "state/cluster.h"

#include <map>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "files/scratch.h"
#include "support/fake_server.h"
#include "yaml/read.h"

using namespace plumb;
using namespace plumb::state;
using files::code_of;

namespace {

constexpr std::string_view kCore =
    R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{},"versions":[{"version":"v1","resources":[
{"resource":"namespaces","responseKind":{"kind":"Namespace"},"scope":"Cluster","verbs":["list","patch"]},
{"resource":"secrets","responseKind":{"kind":"Secret"},"scope":"Namespaced","verbs":["list","patch"]},
{"resource":"bindings","responseKind":{"kind":"Binding"},"scope":"Namespaced","verbs":["create"]}]}]}]})";
constexpr std::string_view kGroups =
    R"({"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":"apps"},"versions":[
{"version":"v1","resources":[{"resource":"deployments","responseKind":{"group":"","version":"","kind":"Deployment"},
"scope":"Namespaced","verbs":["list","patch"]}]},{"version":"v1beta1","resources":[{"resource":"deployments",
"responseKind":{"kind":"Deployment"},"scope":"Namespaced","verbs":["list"]}]}]},
{"metadata":{"name":"late.example"},"versions":[{"version":"v1","freshness":"Stale","resources":[]}]}]})";

std::string item(std::string_view name, std::string_view namespace_name = "a") {
  return cat(R"({"metadata":{"name":")", name, R"(","namespace":")", namespace_name, "\"}}");
}
std::string page(std::string_view items, std::string_view token = {}) {
  return answer(200, cat(R"({"kind":"XList","apiVersion":"v1","metadata":{"continue":")", token,
                         R"("},"items":[)", items, "]}"));
}
std::string status(int code, std::string_view message) {
  return answer(code, cat(R"({"kind":"Status","message":")", message, R"("})"));
}

// A server that serves two groups, and else what the test says.
FakeServer::Handler served(FakeServer::Handler handler) {
  return [handler](const FakeRequest& request) {
    if (request.target == "/api") return answer(200, kCore);
    if (request.target == "/apis") return answer(200, kGroups);
    if (request.target.ends_with("/kube-system")) return answer(200, R"({"metadata":{"uid":"7"}})");
    return handler(request);
  };
}

struct Talk {
  explicit Talk(FakeServer::Handler handler, Limits bounds = {})
      : server(served(std::move(handler))),
        limits(bounds),
        cluster(sources, world, connection(server), limits) {}
  static Connection connection(const FakeServer& server) {
    Connection connection;
    connection.context = "test";
    connection.server = server.url();
    connection.namespace_name = "home";
    connection.token = "t";
    connection.http.timeout = std::chrono::milliseconds(5000);
    return connection;
  }
  State read(std::string_view group, std::string_view kind, std::set<std::string> namespaces) {
    Query query;
    Query::Kind& wanted = query.kinds[{std::string(group), std::string(kind)}];
    wanted.version = "v1";
    for (const std::string& name : namespaces) wanted.names[name];
    return cluster.read(query);
  }
  // Targets of what was asked beside discovery.
  std::vector<std::string> targets() const {
    std::vector<std::string> all;
    for (const FakeRequest& request : server.requests())
      if (request.target != "/api" && request.target != "/apis" &&
          !request.target.ends_with("/kube-system"))
        all.push_back(request.target);
    std::sort(all.begin(), all.end());
    return all;
  }

  World world{.variable = [](std::string_view) { return std::nullopt; }, .working_directory = "/"};
  SourceStore sources;
  FakeServer server;
  Limits limits;
  Cluster cluster;
};

std::vector<std::string> names(const State& state) {
  std::vector<std::string> all;
  for (const kube::Resource& resource : state.set.resources)
    all.push_back(kube::describe(resource.id));
  return all;
}
using Names = std::vector<std::string>;

const yaml::Node* parse(std::string_view text, Arena& arena) {
  return yaml::read_text(arena.copy(text), {}, yaml::kKubernetesProfile, arena).documents[0].root;
}

}  // namespace

TEST_CASE("only what answers, dry runs and reviews of oneself may be sent", "[state][wire]") {
  CHECK(is_harmless("GET", "/api/v1/pods?limit=1"));
  CHECK(is_harmless("GET", "/api/v1/namespaces/proxy/configmaps/exec"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/namespaces/a/pods/b/exec?command=rm"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/namespaces/a/services/b/pr%6Fxy/x"));
  CHECK(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b?dryRun=All&force=true"));
  CHECK(is_harmless("POST", "/api/v1/namespaces/a/pods?fieldManager=x&dryRun=All"));
  CHECK_FALSE(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b"));
  CHECK_FALSE(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b?dryRun="));
  CHECK_FALSE(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b?dryRun=All&dryRun="));
  CHECK_FALSE(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b?dryRun=All&dry%52un="));
  CHECK_FALSE(is_harmless("PATCH", "/api/v1/namespaces/a/pods/b#?dryRun=All"));
  CHECK_FALSE(is_harmless("POST", "/api/v1/namespaces/a/pods/b/exec?dryRun=All"));
  CHECK_FALSE(is_harmless("DELETE", "/api/v1/namespaces/a/pods/b?dryRun=All"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/../x"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/nodes/a/proxy"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/namespaces/a/pods/b%2Fexec"));
  CHECK_FALSE(is_harmless("GET", "/logs/x"));
  CHECK_FALSE(is_harmless("GET", "/openapi/v3/../../api/v1/namespaces/a/services/b/proxy/x"));
  CHECK_FALSE(is_harmless("GET", "/openapi/v3/%2e%2E/api"));
  CHECK_FALSE(is_harmless("GET", "/openapi/v3x"));
  CHECK_FALSE(is_harmless("GET", "%2Fopenapi/v3"));
  CHECK_FALSE(is_harmless("GET", "/api/v1/pods\r\nx: y"));
  CHECK(is_harmless("GET", "/apis"));
  CHECK(is_harmless("GET", "/api/v1"));
  CHECK(is_harmless("GET", "/apis/apps/v1"));
  CHECK_FALSE(is_harmless("PATCH", "/apis/apps/v1?dryRun=All"));
  CHECK_FALSE(is_harmless("GET", "/apis/apps/.."));
  CHECK(is_harmless("GET", "/openapi/v3/apis/apps/v1?hash=1"));
  CHECK(is_harmless("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"));
  CHECK_FALSE(is_harmless("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"));
  Talk talk([](const FakeRequest&) { return answer(200, "{}"); });
  const Connection connection = Talk::connection(talk.server);
  Wire wire(connection, talk.world, talk.limits);
  CHECK(code_of([&] { wire.send({.method = "DELETE", .url = "/api/v1/namespaces/a"}); }) ==
        "state/would-write");
  CHECK(talk.server.requests().empty());
}

TEST_CASE("a kind is listed where its objects are, in pages", "[state][cluster]") {
  Talk talk([](const FakeRequest& request) {
    if (contains(request.target, "continue=n%2Bx")) return page(item("two"));
    if (contains(request.target, "/namespaces/a/")) return page(item("one"), "n+x");
    return page("");
  });
  const State state = talk.read("apps", "Deployment", {"a", ""});
  CHECK(names(state) == Names{"Deployment/a/one", "Deployment/a/two"});
  CHECK(state.set.resources[0].id.api_version() == "apps/v1");
  CHECK(state.gaps.empty());
  CHECK_FALSE(state.complete);
  CHECK(talk.targets() == Names{"/apis/apps/v1/namespaces/a/deployments?limit=2000",
                                "/apis/apps/v1/namespaces/a/deployments?limit=2000&continue=n%2Bx",
                                "/apis/apps/v1/namespaces/home/deployments?limit=2000"});
  CHECK(contains(talk.server.requests()[0].head, "Authorization: Bearer t"));
  const Span span = state.set.resources[0].body->span;
  CHECK(talk.sources.get(span.source).name == "cluster:test/apis/apps/v1/namespaces/a/deployments");
}

TEST_CASE("many namespaces are listed at once, and one by one when that is not allowed",
          "[state][cluster]") {
  Talk talk([](const FakeRequest& request) {
    if (contains(request.target, "/v1/secrets")) return status(403, "secrets is forbidden");
    if (contains(request.target, "/namespaces/e/")) return status(403, "not in e");
    return page(item("one", request.target.substr(19, 1)));
  });
  const State state = talk.read("", "Secret", {"a", "b", "c", "d", "e"});
  CHECK(names(state) == Names{"Secret/a/one", "Secret/b/one", "Secret/c/one", "Secret/d/one"});
  REQUIRE(state.gaps.size() == 1);
  CHECK(state.gaps[0].reason == "not in e");
  CHECK(find_gap(state, {"", "v1", "Secret", "e", "x"}) != nullptr);
  CHECK(find_gap(state, {"", "v1", "Secret", "a", "x"}) == nullptr);
  CHECK(talk.sources.get(state.set.resources[0].body->span.source).secret);
}

TEST_CASE("a few objects are asked for by name, whether they may be listed or looked at",
          "[state][cluster]") {
  Talk talk([](const FakeRequest& request) {
    if (contains(request.target, "/namespaces/a/deployments?")) return page(item("one"));
    if (contains(request.target, "/namespaces/b/")) return status(403, "not in b");
    if (contains(request.target, "namespaces?")) return page("");
    if (contains(request.target, "deployments?")) return status(403, "no lists");
    if (request.target.ends_with("deployments/seen"))
      return answer(200, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":)"
                         R"({"name":"seen","namespace":"home"}})");
    return status(404, "not found");
  });
  Query query;
  query.kinds[{"apps", "Deployment"}] = {
      "v1", {{"a", {"one", "two"}}, {"b", {"x", "y"}}, {"", {"seen", "absent"}}}};
  query.kinds[{"", "Namespace"}] = {"v1", {{"", {"a", "b", "c"}}}};
  const State state = talk.cluster.read(query);
  CHECK(names(state) == Names{"Deployment/a/one", "Deployment/home/seen"});
  CHECK(state.own_namespace == "home");
  CHECK(find_gap(state, {"apps", "v1", "Deployment", "b", "x"})->reason == "not in b");
  CHECK(find_gap(state, {"apps", "v1", "Deployment", "b", "other"}) == nullptr);
  CHECK(find_gap(state, {"apps", "v1", "Deployment", "", "absent"}) == nullptr);
  REQUIRE(state.gaps.size() == 1);
  CHECK(state.gaps[0].names.size() == 2);
  const std::string list = "?limit=2000&fieldSelector=metadata.name%3D";
  CHECK(talk.targets() == Names{cat("/api/v1/namespaces", list, "a"),
                                cat("/api/v1/namespaces", list, "b"),
                                cat("/api/v1/namespaces", list, "c"),
                                cat("/apis/apps/v1/namespaces/a/deployments", list, "one"),
                                cat("/apis/apps/v1/namespaces/a/deployments", list, "two"),
                                "/apis/apps/v1/namespaces/b/deployments/x",
                                "/apis/apps/v1/namespaces/b/deployments/y",
                                cat("/apis/apps/v1/namespaces/b/deployments", list, "x"),
                                cat("/apis/apps/v1/namespaces/b/deployments", list, "y"),
                                "/apis/apps/v1/namespaces/home/deployments/absent",
                                "/apis/apps/v1/namespaces/home/deployments/seen",
                                cat("/apis/apps/v1/namespaces/home/deployments", list, "absent"),
                                cat("/apis/apps/v1/namespaces/home/deployments", list, "seen")});
}

TEST_CASE("more than a few objects are listed", "[state][cluster]") {
  Talk talk([](const FakeRequest&) { return page(""); });
  Query query;
  query.kinds[{"apps", "Deployment"}] = {"v1", {{"a", {"1", "2", "3"}}}};
  Query::Kind& spread = query.kinds[{"", "Secret"}];
  spread.version = "v1";
  for (int i = 0; i < 17; ++i) spread.names[cat("n", i)] = {"s"};
  talk.cluster.read(query);
  CHECK(talk.targets() ==
        Names{"/api/v1/secrets?limit=2000", "/apis/apps/v1/namespaces/a/deployments?limit=2000"});
}

TEST_CASE("what cannot be listed is a gap, a kind that is not served is none", "[state][cluster]") {
  Talk talk([](const FakeRequest&) { return answer(500, "etcd is away"); });
  const State state = talk.read("", "Namespace", {""});
  REQUIRE(state.gaps.size() == 1);
  CHECK(state.gaps[0].reason == "etcd is away");
  CHECK(talk.read("absent.example", "Thing", {"a"}).gaps.empty());
  CHECK(talk.read("late.example", "Thing", {"a"}).gaps.size() == 1);
}

TEST_CASE("pages that expire are read from the beginning", "[state][cluster]") {
  std::atomic<int> expired = 0;
  Talk talk([&](const FakeRequest& request) {
    if (!contains(request.target, "continue=")) return page(item("one"), "next");
    return expired++ == 0 ? status(410, "expired") : page(item("two"));
  });
  CHECK(names(talk.read("apps", "Deployment", {"a"})) ==
        Names{"Deployment/a/one", "Deployment/a/two"});
  Talk always([&](const FakeRequest& request) {
    return contains(request.target, "continue=") ? status(410, "expired") : page(item("one"), "n");
  });
  CHECK(always.read("apps", "Deployment", {"a"}).gaps.at(0).reason == "expired");
}

TEST_CASE("a mark is looked for among all kinds, and nothing is there twice", "[state][cluster]") {
  Talk talk([](const FakeRequest& request) {
    return page(contains(request.target, "secrets")       ? ""
                : contains(request.target, "namespaces?") ? R"({"metadata":{"name":"n"}})"
                                                          : item("one"));
  });
  Query query;
  query.kinds[{"apps", "Deployment"}] = {"v1beta1", {{"a", {}}}};
  query.labels = {{"team", "ml"}, {"env", "x"}};
  const State state = talk.cluster.read(query);
  CHECK(names(state) == Names{"Deployment/a/one", "Namespace/n"});
  CHECK(talk.targets() ==
        Names{"/api/v1/namespaces?limit=2000&labelSelector=env%3Dx%2Cteam%3Dml",
              "/api/v1/secrets?limit=2000&labelSelector=env%3Dx%2Cteam%3Dml",
              "/apis/apps/v1/deployments?limit=2000&labelSelector=env%3Dx%2Cteam%3Dml",
              "/apis/apps/v1beta1/namespaces/a/deployments?limit=2000"});
}

TEST_CASE("bad weather has names, and is never an empty state", "[state][cluster]") {
  const auto code = [](FakeServer::Handler handler) {
    Talk talk(std::move(handler));
    return code_of([&] { talk.read("apps", "Deployment", {"a"}); });
  };
  CHECK(code([](const FakeRequest&) { return answer(200, R"({"items":[)"); }) ==
        "state/cluster-answer");
  CHECK(code([](const FakeRequest&) { return answer(200, "<html>log in</html>"); }) ==
        "state/cluster-answer");
  CHECK(code([](const FakeRequest&) { return answer(200, "{}"); }) == "state/cluster-answer");
  CHECK(code([](const FakeRequest&) { return answer(401, "{}"); }) == "state/cluster-unauthorized");
  CHECK(code([](const FakeRequest&) {
          return std::string("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"items\":[");
        }) == "state/cluster-cut");
  Talk small([](const FakeRequest&) { return page(item("one")); }, {.answer_bytes = 20});
  CHECK(code_of([&] { small.read("apps", "Deployment", {"a"}); }) == "base/limit");
  SourceStore sources;
  Talk talk([](const FakeRequest&) { return page(""); });
  Connection nowhere = Talk::connection(talk.server);
  nowhere.server = "http://127.0.0.1:1";
  Cluster cluster(sources, talk.world, nowhere, talk.limits);
  CHECK(code_of([&] { cluster.served(); }) == "state/cluster-unreachable");
}

TEST_CASE("a server that lists its kinds version by version is asked so", "[state][cluster]") {
  const FakeServer old([](const FakeRequest& request) {
    if (request.target == "/api") return answer(200, R"({"kind":"APIVersions","versions":["v1"]})");
    if (request.target == "/apis")
      return answer(200, R"({"kind":"APIGroupList","groups":[{"name":"apps","versions":[
{"groupVersion":"apps/v1beta1"},{"groupVersion":"apps/v1"}],"preferredVersion":{"groupVersion":"apps/v1"}},
{"name":"late.example","versions":[{"groupVersion":"late.example/v1"}]}]})");
    if (contains(request.target, "late.example")) return answer(404, "away");
    return answer(200, R"({"kind":"APIResourceList","resources":[
{"name":"things","kind":"Thing","namespaced":true,"verbs":["list","patch"]},
{"name":"things/status","kind":"Thing","namespaced":true,"verbs":["get"]},
{"name":"places","kind":"Place","namespaced":false,"verbs":["get"]}]})");
  });
  SourceStore sources;
  const World world{.variable = {}, .working_directory = "/"};
  const Limits limits;
  Cluster cluster(sources, world, Talk::connection(old), limits);
  const Discovery& served = cluster.served();
  REQUIRE(served.kinds.size() == 6);
  CHECK(served.find("apps", "Thing")->version == "v1");
  CHECK(served.find("apps", "Thing", "v1beta1") != nullptr);
  CHECK(served.find("", "Thing")->namespaced);
  CHECK(served.find("", "Thing")->patchable);
  CHECK_FALSE(served.find("", "Place")->namespaced);
  CHECK_FALSE(served.find("", "Place")->listable);
  CHECK(served.is_stale("late.example"));
  const FakeServer other([](const FakeRequest&) { return answer(200, R"({"kind":"Status"})"); });
  Cluster none(sources, world, Talk::connection(other), limits);
  CHECK(code_of([&] { none.served(); }) == "state/cluster-answer");
}

TEST_CASE("new credentials are tried once when the server does not know us", "[state][wire]") {
  const files::Scratch scratch;
  scratch.write("token", "old");
  const FakeServer server(served([&](const FakeRequest& request) {
    if (contains(request.head, "Bearer new")) return page(item("one"));
    scratch.write("token", "new");
    return answer(401, "{}");
  }));
  Connection connection = Talk::connection(server);
  connection.token_file = scratch.at("token");
  SourceStore sources;
  const World world{.variable = {}, .working_directory = "/"};
  const Limits limits;
  Cluster cluster(sources, world, connection, limits);
  Query query;
  query.kinds[{"apps", "Deployment"}] = {"v1", {{"a", {}}, {"b", {}}}};
  CHECK(cluster.read(query).gaps.empty());
}

TEST_CASE("a dry run is made as the applier, and answered as the server words it",
          "[state][dry-run]") {
  Talk talk([](const FakeRequest& request) {
    if (contains(request.target, "/absent")) return status(404, "not found");
    if (contains(request.target, "/bad")) return status(422, "it is invalid");
    if (contains(request.target, "/busy")) return answer(429, "Too many requests");
    return answer(200, R"({"kind":"Deployment","metadata":{"name":"web"}})",
                  "Warning: 299 - \"old \\\"API\\\"\"\r\nWarning: 299 - \"two\"\r\n");
  });
  Arena arena;
  const auto object = [&](std::string_view name) {
    return parse(
        cat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name, ", namespace: a}\n"),
        arena);
  };
  const yaml::Node* const thing =
      parse("apiVersion: absent.example/v1\nkind: Thing\nmetadata: {name: t}\n", arena);
  const auto run = [](const yaml::Node* body, Method method, std::string manager, bool force) {
    return DryRun{kube::id_of(*body), body, method, std::move(manager), force};
  };
  const std::vector<DryRun> runs{run(object("web"), Method::kApply, "argo cd", true),
                                 run(object("bad"), Method::kApply, "kubectl", false),
                                 run(thing, Method::kApply, "kubectl", false),
                                 run(object("absent"), Method::kStrategicMerge, "kubectl", true),
                                 run(object("new"), Method::kCreate, "kubectl", true)};
  const std::vector<DryRunAnswer> answers = talk.cluster.dry_run(runs);
  CHECK(answers[0].status == 200);
  CHECK(yaml::text_at(*answers[0].body, {"metadata", "name"}) == "web");
  CHECK(answers[0].warnings == Names{"old \"API\"", "two"});
  CHECK(answers[1].status == 422);
  CHECK(answers[1].error == "it is invalid");
  CHECK(answers[2].status == 404);
  CHECK(answers[3].status == 404);
  CHECK(answers[4].status == 200);
  const std::string query = "?dryRun=All&fieldValidation=Strict&fieldManager=";
  CHECK(talk.targets() ==
        Names{cat("/apis/apps/v1/namespaces/a/deployments/absent", query, "kubectl"),
              cat("/apis/apps/v1/namespaces/a/deployments/bad", query, "kubectl"),
              cat("/apis/apps/v1/namespaces/a/deployments/web", query, "argo%20cd&force=true"),
              cat("/apis/apps/v1/namespaces/a/deployments", query, "kubectl")});
}

TEST_CASE("the time allowed is for the whole talk, and it is said what it was spent on",
          "[state][cluster]") {
  using std::chrono::milliseconds;
  const auto slow = [](milliseconds pause) { std::this_thread::sleep_for(pause); };
  const auto failure = [&](FakeServer::Handler handler, auto&& talk_to) -> std::string {
    const FakeServer server(std::move(handler));
    SourceStore sources;
    const World world{.variable = {}, .working_directory = "/"};
    const Limits limits;
    Connection connection = Talk::connection(server);
    connection.http.timeout = milliseconds(400);
    Cluster cluster(sources, world, connection, limits);
    const auto start = std::chrono::steady_clock::now();
    try {
      talk_to(cluster);
    } catch (const Error& error) {
      CHECK(error.diagnostic().code == "state/cluster-timeout");
      CHECK(std::chrono::steady_clock::now() - start < milliseconds(600));
      return error.diagnostic().text;
    }
    return "";
  };
  const auto read = [](Cluster& cluster) {
    Query query;
    query.kinds[{"apps", "Deployment"}] = {"v1", {{"a", {}}}};
    query.asks_access = true;
    cluster.read(query);
  };
  const auto hangs_at = [&](std::string_view part) {
    return [&slow, part](const FakeRequest& request) {
      if (contains(request.target, part)) slow(milliseconds(800));
      return contains(request.target, "deployments") ? page("") : answer(201, "{}");
    };
  };
  const auto behind = [&](std::string_view part) { return served(hangs_at(part)); };
  CHECK(contains(failure(hangs_at("/api"), read), "within 400 ms it answered 0 of 3 requests"));
  CHECK(contains(failure(behind("deployments"), read),
                 "answered 4 of 5 requests, and not GET /apis/apps/v1/namespaces/a/deployments"));
  CHECK(contains(failure(behind("selfsubject"), read), "and not POST /apis/authorization.k8s.io"));
  CHECK(contains(failure(behind("openapi"), [](Cluster& cluster) { cluster.openapi("apps/v1"); }),
                 "and not GET /openapi/v3"));
  // Many answers, each in time, are too late all the same; so are pauses that a server asks for.
  const auto creeping = served([&](const FakeRequest&) {
    slow(milliseconds(60));
    return page(item("one"), "next");
  });
  CHECK(contains(failure(creeping, read), "and not GET /apis/apps"));
  const auto busy =
      served([](const FakeRequest&) { return answer(429, "", "Retry-After: 9\r\n"); });
  CHECK(failure(busy, read).empty());
}

TEST_CASE("dry runs that come too late leave what was read as it is", "[state][dry-run]") {
  const FakeServer server(served([](const FakeRequest& request) {
    if (contains(request.target, "/slow"))
      std::this_thread::sleep_for(std::chrono::milliseconds(800));
    return answer(200, "{}");
  }));
  SourceStore sources;
  const World world{.variable = {}, .working_directory = "/"};
  const Limits limits;
  Connection connection = Talk::connection(server);
  connection.http.timeout = std::chrono::milliseconds(400);
  Cluster cluster(sources, world, connection, limits);
  Arena arena;
  const auto run = [&](std::string_view name) {
    const yaml::Node* const object = parse(
        cat("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ", name, ", namespace: a}\n"),
        arena);
    return DryRun{kube::id_of(*object), object, Method::kApply, "m", true};
  };
  std::vector<DryRun> runs{run("quick")};
  for (int i = 0; i < 20; ++i) runs.push_back(run("slow"));
  const std::vector<DryRunAnswer> answers = cluster.dry_run(runs);
  CHECK(answers[0].status == 200);
  CHECK(answers[1].status == 0);
  CHECK(contains(answers[1].error, "answered 4 of"));
  CHECK(answers[20].error == answers[1].error);
  CHECK(server.requests().size() < 14);
}

TEST_CASE("no more than eight dry runs are under way at once", "[state][dry-run]") {
  Talk talk([](const FakeRequest&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return answer(200, "{}");
  });
  Arena arena;
  const yaml::Node* const object =
      parse("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w, namespace: a}\n", arena);
  const std::vector<DryRun> runs(40,
                                 DryRun{kube::id_of(*object), object, Method::kApply, "m", true});
  const std::vector<DryRunAnswer> answers = talk.cluster.dry_run(runs);
  CHECK(std::all_of(answers.begin(), answers.end(),
                    [](const auto& one) { return one.status == 200; }));
  CHECK(talk.server.most_at_once() <= 8);
  CHECK(talk.server.most_at_once() > 1);
}

TEST_CASE("what we may do is asked, and schemas are read once", "[state][cluster]") {
  Talk talk([](const FakeRequest& request) {
    if (request.target == "/openapi/v3")
      return answer(
          200,
          R"({"paths":{"apis/apps/v1":{"serverRelativeURL":"/openapi/v3/apis/apps/v1?hash=1"}}})");
    if (contains(request.target, "hash=1")) return answer(200, R"({"openapi":"3.0.0"})");
    return answer(201, contains(request.body, R"("verb":"list")")
                           ? R"({"status":{"allowed":true}})"
                           : R"({"status":{"allowed":false}})");
  });
  CHECK(talk.cluster.identity() == "7");
  CHECK(talk.cluster.may("list", "apps", "deployments", "a"));
  CHECK_FALSE(talk.cluster.may("patch", "apps", "deployments", "a"));
  CHECK(yaml::text_at(*talk.cluster.openapi("apps/v1"), {"openapi"}) == "3.0.0");
  CHECK(talk.cluster.openapi("apps/v1") != nullptr);
  CHECK(talk.cluster.openapi("absent.example/v1") == nullptr);
  CHECK(talk.targets().size() == 4);
}
