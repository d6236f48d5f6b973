#include "state/credentials.h"

#include <algorithm>
#include <ctime>

#include "base/base64.h"
#include "base/diagnostic.h"
#include "base/text.h"
#include "state/program.h"
#include "yaml/emit.h"
#include "yaml/json.h"

namespace plumb::state {

namespace {

using Clock = std::chrono::system_clock;

[[noreturn]] void fail_plugin(const ExecPlugin& plugin, std::string text,
                              std::vector<Note> notes = {}) {
  notes.push_back(
      {"run it by hand to see what it does, log in if it asks for that, or correct 'exec'"});
  fail("state/exec-plugin", plugin.place, cat("the exec plugin '", plugin.command, "' ", text),
       std::move(notes));
}

// What the plugin finds in KUBERNETES_EXEC_INFO.
std::string question(const ExecPlugin& plugin, bool asks) {
  return cat(R"({"kind":"ExecCredential","apiVersion":")", plugin.api_version, R"(","spec":{)",
             plugin.cluster.empty() ? std::string() : cat(R"("cluster":)", plugin.cluster, ","),
             R"("interactive":)", asks ? "true" : "false", "}}");
}

Program program_of(const ExecPlugin& plugin, bool asks, std::chrono::milliseconds timeout) {
  Program program;
  program.words = {plugin.command};
  program.words.insert(program.words.end(), plugin.arguments.begin(), plugin.arguments.end());
  program.environment = plugin.environment;
  program.environment.emplace_back("KUBERNETES_EXEC_INFO", question(plugin, asks));
  program.asks = asks;
  program.timeout = timeout;
  return program;
}

std::vector<Note> notes_of(const ExecPlugin& plugin, const Outcome& outcome,
                           std::string cure = {}) {
  std::vector<Note> notes;
  const std::string_view said = trim(outcome.errors);
  if (!said.empty()) notes.push_back({cat("it says: ", said.substr(0, 2000))});
  if (!outcome.found && !plugin.install_hint.empty()) notes.push_back({plugin.install_hint});
  if (!cure.empty()) notes.push_back({std::move(cure)});
  return notes;
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  const auto number = at + count <= text.size() ? to_integer(text.substr(at, count)) : std::nullopt;
  return number ? static_cast<int>(*number) : -1;
}

}  // namespace

std::optional<Clock::time_point> parse_time(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  std::tm time{};
  time.tm_year = digits(text, 0, 4) - 1900;
  time.tm_mon = digits(text, 5, 2) - 1;
  time.tm_mday = digits(text, 8, 2);
  time.tm_hour = digits(text, 11, 2);
  time.tm_min = digits(text, 14, 2);
  time.tm_sec = digits(text, 17, 2);
  if (time.tm_year < 0 || time.tm_mon < 0 || time.tm_mday < 1 || time.tm_hour < 0 ||
      time.tm_min < 0 || time.tm_sec < 0)
    return std::nullopt;
  const std::string_view zone =
      text.substr(std::min(text.find_first_not_of("0123456789.", 19), text.size()));
  int minutes = 0;
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-'))
    minutes = (digits(zone, 1, 2) * 60 + digits(zone, 4, 2)) * (zone[0] == '-' ? -1 : 1);
  else if (zone != "Z")
    return std::nullopt;
  return Clock::from_time_t(::timegm(&time)) - std::chrono::minutes(minutes);
}

// What it prints is never shown: it holds the credentials.
ExecCredential read_exec_credential(const ExecPlugin& plugin, std::string_view text,
                                    const std::function<void(std::string_view)>& secret) {
  Arena arena;
  const yaml::Node* answer = nullptr;
  try {
    answer = yaml::read_json(text, {}, arena);
  } catch (const Error&) {
    fail_plugin(plugin, "printed something that is no JSON",
                {{"expected an ExecCredential with status.token"}});
  }
  ExecCredential given;
  given.token = yaml::text_at(*answer, {"status", "token"});
  given.certificate = yaml::text_at(*answer, {"status", "clientCertificateData"});
  given.key = yaml::text_at(*answer, {"status", "clientKeyData"});
  secret(given.token);
  secret(given.key);
  const std::string_view version = yaml::text_at(*answer, {"apiVersion"});
  if (version != plugin.api_version || yaml::text_at(*answer, {"kind"}) != "ExecCredential")
    fail_plugin(plugin, cat("printed no ExecCredential of ", plugin.api_version));
  if (given.certificate.empty() != given.key.empty())
    fail_plugin(plugin, "gave a certificate without a key, or a key without a certificate");
  if (given.token.empty() && given.key.empty())
    fail_plugin(plugin, "gave neither a token nor a certificate");
  const std::string_view expires = yaml::text_at(*answer, {"status", "expirationTimestamp"});
  given.expires = parse_time(expires);
  if (!expires.empty() && !given.expires)
    fail_plugin(plugin, "gave an expirationTimestamp that is no time of RFC 3339");
  return given;
}

Credentials::Credentials(const Connection& connection, const World& world, Patience& patience)
    : connection_(connection), world_(world), patience_(patience), http_(connection.http) {
  world_.secret(connection.token);
  world_.secret(connection.password);
  world_.secret(connection.http.key);
}

std::vector<files::HttpHeader> Credentials::headers() {
  refresh();
  std::vector<files::HttpHeader> headers;
  if (!token_.empty()) headers.push_back({"Authorization", cat("Bearer ", token_)});
  if (!connection_.username.empty() || !connection_.password.empty())
    headers.push_back({"Authorization", cat("Basic ", base64_encode(cat(connection_.username, ":",
                                                                        connection_.password)))});
  const Impersonation& as = connection_.as;
  if (!as.user.empty()) headers.push_back({"Impersonate-User", as.user});
  if (!as.uid.empty()) headers.push_back({"Impersonate-Uid", as.uid});
  for (const std::string& group : as.groups) headers.push_back({"Impersonate-Group", group});
  for (const auto& [key, value] : as.extra)
    headers.push_back({cat("Impersonate-Extra-", key), value});
  return headers;
}

void Credentials::refresh() {
  const bool own = !connection_.token.empty() || !connection_.token_file.empty() ||
                   !connection_.username.empty();
  const auto age = std::chrono::steady_clock::now() - read_at_;
  if (own && (!known_ || (!connection_.token_file.empty() && age > std::chrono::minutes(1))))
    read_token();
  const bool expired = expires_ && *expires_ <= Clock::now();
  if (!own && connection_.plugin && (!known_ || expired)) run_plugin();
}

void Credentials::read_token() {
  std::optional<std::string> text;
  if (!connection_.token_file.empty())
    text = read_machine_file(connection_.token_file, connection_.user_place);
  token_ = text ? std::string(trim(*text)) : connection_.token;
  if (token_.empty() && !text && !connection_.token_file.empty())
    fail("state/kubeconfig", connection_.user_place,
         cat("no file '", connection_.token_file, "' to read the token from"));
  world_.secret(token_);
  read_at_ = std::chrono::steady_clock::now();
  known_ = true;
}

bool Credentials::renew() {
  if (connection_.plugin && connection_.token.empty() && connection_.token_file.empty()) {
    run_plugin();
    return true;
  }
  if (connection_.token_file.empty()) return false;
  const std::string before = token_;
  read_token();
  return token_ != before;
}

void Credentials::run_plugin() {
  const ExecPlugin& plugin = *connection_.plugin;
  if (plugin.asking == Asking::kAlways && !world_.terminal)
    fail_plugin(plugin, "has to ask somebody, and there is no terminal");
  const bool asks = plugin.asking != Asking::kNever && world_.terminal;
  const Patience::Wait wait(patience_);
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(wait.end() - Patience::Clock::now());
  const Outcome outcome = run_program(program_of(plugin, asks, left));
  if (!outcome.found) fail_plugin(plugin, "cannot be started", notes_of(plugin, outcome));
  if (!outcome.in_time)
    fail_plugin(plugin, cat("did not end within ", left.count(), " ms"),
                notes_of(plugin, outcome, "--timeout allows more"));
  if (outcome.status != 0)
    fail_plugin(plugin, cat("ended with status ", outcome.status), notes_of(plugin, outcome));
  ExecCredential given = read_exec_credential(plugin, outcome.output, world_.secret);
  token_ = std::move(given.token);
  expires_ = given.expires;
  if (expires_ && *expires_ <= Clock::now()) expires_.reset();
  known_ = true;
  if (given.key.empty() || (given.certificate == http_.certificate && given.key == http_.key))
    return;
  http_.certificate = std::move(given.certificate);
  http_.key = std::move(given.key);
  ++generation_;
}

}  // namespace plumb::state
