#include "state/kubeconfig.h"

#include <map>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "files/scratch.h"
#include "state/credentials.h"

using namespace plumb;
using namespace plumb::state;
using files::code_of;
using files::Scratch;

namespace {

World world_of(std::map<std::string, std::string, std::less<>> variables,
               std::string directory = "/") {
  World world;
  world.variable = [variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  world.working_directory = std::move(directory);
  world.account_directory = "/does/not/exist";
  return world;
}

// A kubeconfig of one context `c`, with what the test says of its cluster and its user.
std::string config(std::string_view cluster, std::string_view user) {
  return cat(
      "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"
      "clusters:\n- name: k\n  cluster: ",
      cluster, "\nusers:\n- name: u\n  user: ", user, "\n");
}

Connection read(SourceStore& sources, const Scratch& scratch, const std::string& text,
                std::string_view context = {}) {
  scratch.write("config", text);
  return find_connection(sources, world_of({{"KUBECONFIG", scratch.at("config")}}), context);
}

Connection read(const Scratch& scratch, const std::string& text, std::string_view context = {}) {
  SourceStore sources;
  return read(sources, scratch, text, context);
}

std::string code_for(std::string_view cluster, std::string_view user) {
  const Scratch scratch;
  return code_of([&] { read(scratch, config(cluster, user)); });
}

constexpr std::string_view kServer = "{server: 'https://h:6443'}";

// The value of a header, or "-".
std::string header(const std::vector<files::HttpHeader>& headers, std::string_view name) {
  for (const files::HttpHeader& one : headers)
    if (one.name == name) return one.value;
  return "-";
}

// A user with a plugin that runs a shell.
std::string shell(std::string_view script, std::string_view more = "interactiveMode: Never",
                  std::string_view version = "v1") {
  return cat("{exec: {apiVersion: client.authentication.k8s.io/", version,
             ", command: sh, args: [-c, '", replace_all(script, "'", "''"), "'], ", more, "}}");
}

std::string credential(std::string_view status, std::string_view version = "v1") {
  return cat(R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/)",
             version, R"(","status":{)", status, "}}'");
}

}  // namespace

TEST_CASE("the current context leads to a cluster and a user", "[state][kubeconfig]") {
  const Scratch scratch;
  const Connection connection =
      read(scratch,
           "current-context: b\ncontexts:\n- {name: a, context: {cluster: x, user: u}}\n"
           "- {name: b, context: {cluster: y, user: v, namespace: team}}\n"
           "clusters:\n- {name: x, cluster: {server: 'https://x'}}\n- {name: y, cluster: {server: "
           "'https://y:6443/k8s/', insecure-skip-tls-verify: true, tls-server-name: z, proxy-url: "
           "'socks5://p:1', disable-compression: true}}\n"
           "users:\n- {name: u, user: {token: t}}\n- {name: v, user: {token: s}}\n");
  CHECK(connection.context == "b");
  CHECK(connection.server == "https://y:6443/k8s");
  CHECK(connection.namespace_name == "team");
  CHECK(connection.token == "s");
  CHECK(connection.http.insecure);
  CHECK(connection.http.server_name == "z");
  CHECK(connection.http.proxy == "socks5://p:1");
  CHECK_FALSE(connection.http.compressed);
  const std::string both =
      "contexts:\n- {name: a, context: {cluster: x}}\nclusters:\n- {name: x, cluster: {server: "
      "h}}\n";
  CHECK(read(scratch, both, "a").server == "http://h");
  CHECK(code_of([&] { read(scratch, both); }) == "state/no-context");
  CHECK(code_of([&] { read(scratch, both, "prod"); }) == "state/no-context");
}

TEST_CASE("of several files the first definition wins, and missing ones are passed over",
          "[state][kubeconfig]") {
  const Scratch scratch;
  scratch.write("one/config",
                "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
                "clusters: [{name: k, cluster: {server: 'https://one'}}]\n");
  scratch.write("two/config", config("{server: 'https://two'}", "{tokenFile: token}"));
  SourceStore sources;
  const World world = world_of({{"KUBECONFIG", "absent::one/config:two/config"}}, scratch.path);
  const Connection connection = find_connection(sources, world, "");
  CHECK(connection.server == "https://one");
  CHECK(connection.token_file == scratch.at("two/token"));
}

TEST_CASE("without KUBECONFIG it is the file in the home directory", "[state][kubeconfig]") {
  const Scratch scratch;
  scratch.write(".kube/config", config(kServer, "{}"));
  SourceStore sources;
  CHECK(find_connection(sources, world_of({{"HOME", scratch.path}}), "").server ==
        "https://h:6443");
  CHECK(code_of([&] { find_connection(sources, world_of({{"HOME", "/nowhere"}}), ""); }) ==
        "state/no-kubeconfig");
}

TEST_CASE("data wins over files, and files are relative to the kubeconfig", "[state][kubeconfig]") {
  const Scratch scratch;
  scratch.write("ca", "CA FILE");
  scratch.write("crt", "CERT FILE");
  scratch.write("key", "KEY FILE");
  const Connection connection =
      read(scratch, config("{server: 'https://h', certificate-authority: ca}",
                           "{client-certificate: crt, client-key: key, client-key-data: S0VZ}"));
  CHECK(connection.http.authorities == "CA FILE");
  CHECK(connection.http.certificate == "CERT FILE");
  CHECK(connection.http.key == "KEY");
}

TEST_CASE("what contradicts itself or leads nowhere is an error with its place",
          "[state][kubeconfig]") {
  CHECK(code_for("{}", "{}") == "state/kubeconfig");
  CHECK(code_for("{server: [a]}", "{}") == "state/kubeconfig");
  CHECK(code_for("{server: h, certificate-authority: absent}", "{}") == "state/kubeconfig");
  CHECK(code_for("{server: h, certificate-authority-data: '%%'}", "{}") == "state/kubeconfig");
  CHECK(code_for("{server: h, certificate-authority-data: QQ==, insecure-skip-tls-verify: true}",
                 "{}") == "state/kubeconfig");
  CHECK(code_for("{server: h, proxy-url: 'ftp://p'}", "{}") == "state/kubeconfig");
  CHECK(code_for(kServer, "{client-certificate-data: QQ==}") == "state/kubeconfig");
  CHECK(code_for(kServer, "{token: a, username: b}") == "state/kubeconfig");
  CHECK(code_for(kServer, "{as-groups: [g]}") == "state/kubeconfig");
  CHECK(code_for(kServer, "{auth-provider: {name: gcp}}") == "state/auth-provider");
  CHECK(code_for(kServer,
                 "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1alpha1}}") ==
        "state/kubeconfig");
  CHECK(code_for(kServer, "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1}}") ==
        "state/kubeconfig");
  CHECK(code_for(kServer, "{exec: {command: a, apiVersion: client.authentication.k8s.io/v1beta1}}")
            .empty());
  const Scratch scratch;
  CHECK(code_of([&] {
          read(scratch,
               "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n");
        }) == "state/kubeconfig");
  CHECK(code_of([&] { read(scratch, "clusters: [{name: a}, {name: a}]\n"); }) ==
        "state/kubeconfig");
  CHECK(code_of([&] { read(scratch, "- a\n"); }) == "state/kubeconfig");
}

TEST_CASE("an error in a kubeconfig names the place and shows no text", "[state][kubeconfig]") {
  const Scratch scratch;
  scratch.write("config", config(kServer, "{token: CANARY, username: [CANARY]}"));
  SourceStore sources;
  try {
    find_connection(sources, world_of({{"KUBECONFIG", scratch.at("config")}}), "");
    FAIL("expected an error");
  } catch (const Error& error) {
    const std::string shown = format_diagnostic(error.diagnostic(), sources);
    CHECK(contains(shown, "config:8:"));
    CHECK_FALSE(contains(shown, "CANARY"));
  }
}

TEST_CASE("a mistake in the YAML of a kubeconfig is named without its words",
          "[state][kubeconfig]") {
  for (const char* const user : {"{token: *canary}", "{token: canary: more}",
                                 "{canary: a, canary: b}", "{token: \"canary\\q\"}"}) {
    const Scratch scratch;
    SourceStore sources;
    try {
      read(sources, scratch, config(kServer, user));
      FAIL(user);
    } catch (const Error& error) {
      CHECK(error.diagnostic().code == "state/kubeconfig");
      CHECK_FALSE(contains(format_diagnostic(error.diagnostic(), sources), "canary"));
    }
  }
}

TEST_CASE("in a pod its account is used, when there is no kubeconfig", "[state][kubeconfig]") {
  Patience patience(std::chrono::seconds(60));
  const Scratch scratch;
  scratch.write("token", "pod-token\n");
  scratch.write("ca.crt", "CA");
  scratch.write("namespace", "team-a");
  World world =
      world_of({{"KUBERNETES_SERVICE_HOST", "fd00::1"}, {"KUBERNETES_SERVICE_PORT", "443"}});
  world.account_directory = scratch.path;
  SourceStore sources;
  const Connection connection = find_connection(sources, world, "");
  CHECK(connection.server == "https://[fd00::1]:443");
  CHECK(connection.namespace_name == "team-a");
  CHECK(connection.http.authorities == "CA");
  CHECK(header(Credentials(connection, world, patience).headers(), "Authorization") ==
        "Bearer pod-token");
}

TEST_CASE("a token file wins over the token while it is there", "[state][credentials]") {
  Patience patience(std::chrono::seconds(60));
  const Scratch scratch;
  const World world = world_of({});
  const Connection connection =
      read(scratch, config(kServer,
                           "{token: given, tokenFile: token, as: bob, as-uid: '7', "
                           "as-groups: [g, h], as-user-extra: {k: [v]}}"));
  scratch.write("token", "from-file\n");
  Credentials credentials(connection, world, patience);
  CHECK(header(credentials.headers(), "Authorization") == "Bearer from-file");
  CHECK(header(credentials.headers(), "Impersonate-User") == "bob");
  CHECK(header(credentials.headers(), "Impersonate-Uid") == "7");
  CHECK(header(credentials.headers(), "Impersonate-Extra-k") == "v");
  CHECK(credentials.headers().size() == 6);
  CHECK_FALSE(credentials.renew());
  scratch.write("token", "newer\n");
  CHECK(credentials.renew());
  CHECK(header(credentials.headers(), "Authorization") == "Bearer newer");
  std::filesystem::remove(scratch.at("token"));
  CHECK(header(Credentials(connection, world, patience).headers(), "Authorization") ==
        "Bearer given");
}

TEST_CASE("a password is sent as basic authorization", "[state][credentials]") {
  Patience patience(std::chrono::seconds(60));
  const Scratch scratch;
  const World world = world_of({});
  const Connection connection = read(scratch, config(kServer, "{username: u, password: p}"));
  CHECK(header(Credentials(connection, world, patience).headers(), "Authorization") ==
        "Basic dTpw");
}

TEST_CASE("a plugin gives a token once, until it has expired", "[state][credentials]") {
  Patience patience(std::chrono::seconds(60));
  const Scratch scratch;
  World world = world_of({});
  std::vector<std::string> secrets;
  world.secret = [&](std::string_view text) { secrets.emplace_back(text); };
  const std::string counts = cat("echo x >> ", scratch.at("runs"), "; ");
  const auto runs = [&] { return scratch.read("runs").size() / 2; };
  const Connection once =
      read(scratch, config(kServer, shell(counts + credential(R"("token":"T")"))));
  Credentials credentials(once, world, patience);
  CHECK(header(credentials.headers(), "Authorization") == "Bearer T");
  CHECK(header(credentials.headers(), "Authorization") == "Bearer T");
  CHECK(runs() == 1);
  CHECK(credentials.renew());
  CHECK(runs() == 2);
  CHECK(std::find(secrets.begin(), secrets.end(), "T") != secrets.end());
  const Connection expired = read(
      scratch,
      config(kServer,
             shell(counts +
                   credential(R"("token":"T","expirationTimestamp":"2020-01-01T00:00:00Z")"))));
  Credentials stale(expired, world, patience);
  stale.headers();
  stale.headers();
  CHECK(runs() == 3);  // a clock is off: the server will say whether it takes it
}

TEST_CASE("a plugin may give a certificate, and learns of the cluster when it asks",
          "[state][credentials]") {
  Patience patience(std::chrono::seconds(60));
  const Scratch scratch;
  const World world = world_of({});
  const std::string script = cat(
      "echo \"$KUBERNETES_EXEC_INFO\" > ", scratch.at("info"), "; echo $A >> ", scratch.at("info"),
      "; ", credential(R"("clientCertificateData":"C","clientKeyData":"K")", "v1beta1"));
  const Connection connection = read(
      scratch,
      config("{server: 'https://h', certificate-authority-data: Q0E=, extensions: [{name: "
             "client.authentication.k8s.io/exec, extension: {audience: a}}]}",
             shell(script, "provideClusterInfo: true, env: [{name: A, value: b}]", "v1beta1")));
  Credentials credentials(connection, world, patience);
  CHECK(credentials.headers().empty());
  CHECK(credentials.http().certificate == "C");
  CHECK(credentials.http().key == "K");
  CHECK(credentials.generation() == 1);
  CHECK(scratch.read("info") ==
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":)"
        R"({"cluster":{"certificate-authority-data":"Q0E=","config":{"audience":"a"},)"
        R"("server":"https://h"},"interactive":false}})"
        "\nb\n");
}

TEST_CASE("a plugin that fails, hangs or answers something else is an error without its output",
          "[state][credentials]") {
  const World world = world_of({});
  const auto run = [&](const std::string& user) -> std::string {
    const Scratch scratch;
    SourceStore sources;
    const Connection connection = read(sources, scratch, config(kServer, user));
    Patience patience(std::chrono::milliseconds(300));
    try {
      Credentials(connection, world, patience).headers();
    } catch (const Error& error) {
      CHECK(error.diagnostic().code == "state/exec-plugin");
      return format_diagnostic(error.diagnostic(), sources);
    }
    return "";
  };
  CHECK(contains(run(shell("echo CANARY; echo log in first >&2; exit 3")), "ended with status 3"));
  CHECK(contains(run(shell("echo CANARY; echo log in first >&2; exit 3")), "log in first"));
  CHECK(contains(run(shell("sleep 60")), "did not end within 300 ms"));
  CHECK(contains(run(shell("exec >&- 2>&-; sleep 60")), "did not end within 300 ms"));
  CHECK(contains(run(shell("echo CANARY")), "no JSON"));
  CHECK(contains(run(shell(credential("\"token\":\"T\"", "v1beta1"))), "no ExecCredential"));
  CHECK(contains(run(shell(credential("\"clientKeyData\":\"CANARY\""))), "without a key"));
  CHECK(contains(run(shell(credential(""))), "neither a token nor a certificate"));
  CHECK(contains(run(shell("true", "interactiveMode: Always")), "no terminal"));
  CHECK_FALSE(contains(run(shell("echo CANARY")), "CANARY"));
  const std::string missing =
      "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: "
      "no-such-plugin, installHint: get it from us}}";
  CHECK(contains(run(missing), "get it from us"));
}

TEST_CASE("times are read with their fractions and offsets", "[state][credentials]") {
  const auto plain = parse_time("2026-11-21T10:00:00Z");
  REQUIRE(plain);
  CHECK(parse_time("2026-11-21T10:00:00.123456Z") == plain);
  CHECK(parse_time("2026-11-21T12:30:00+02:30") == plain);
  CHECK_FALSE(parse_time("2026-11-21"));
  CHECK_FALSE(parse_time("tomorrow, or the day after"));
  for (const char* const text :
       {"2026-11-21T10:00:00.1234", "2026-13-21T10:00:00Z", "2026-11-31T10:00:00Z",
        "2026-11-21T24:00:00Z", "2026-11-21T10:00:00-07:W0", "2026-11--1T10:00:00Z",
        "2026-11-21 10:00:00Z"})
    CHECK_FALSE(parse_time(text));
  CHECK(parse_time("9999-12-31T23:59:59Z") > plain);
  CHECK(parse_time("0001-01-01T00:00:00Z") < plain);
}
