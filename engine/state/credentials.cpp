#include "state/credentials.h"

#include <algorithm>

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

// The number that stands there, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  const std::string_view part = at <= text.size() ? text.substr(at, count) : std::string_view();
  const bool whole = part.size() == count &&
                     std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  return whole ? static_cast<int>(*to_integer(part)) : -1;
}

// "Z", "+01:30"
std::optional<std::chrono::minutes> offset_of(std::string_view zone) {
  if (zone == "Z") return std::chrono::minutes(0);
  const int hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
  if (zone.size() != 6 || zone[3] != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return std::nullopt;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  return std::chrono::minutes((hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1));
}

// "10:00:00"
std::optional<std::chrono::seconds> time_of_day(std::string_view text) {
  const int hours = digits(text, 0, 2), minutes = digits(text, 3, 2), seconds = digits(text, 6, 2);
  if (text[2] != ':' || text[5] != ':' || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ||
      seconds < 0 || seconds > 60)
    return std::nullopt;
  return std::chrono::seconds((hours * 60 + minutes) * 60 + seconds);
}

}  // namespace

std::optional<Clock::time_point> parse_time(std::string_view text) {
  using namespace std::chrono;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T') return std::nullopt;
  const int year_number = digits(text, 0, 4);
  const year_month_day day{year{year_number}, month{static_cast<unsigned>(digits(text, 5, 2))},
                           std::chrono::day{static_cast<unsigned>(digits(text, 8, 2))}};
  const auto time = time_of_day(text.substr(11, 8));
  const auto offset =
      offset_of(text.substr(std::min(text.find_first_not_of("0123456789.", 19), text.size())));
  if (year_number < 0 || !day.ok() || !time || !offset) return std::nullopt;
  // The clock counts nanoseconds and ends in 2262; who never expires says 9999.
  const sys_seconds moment = sys_days{day} + *time - *offset;
  return std::clamp(moment, ceil<seconds>(Clock::time_point::min()),
                    floor<seconds>(Clock::time_point::max()));
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
