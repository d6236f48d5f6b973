#include "state/wire.h"

#include <algorithm>
#include <array>

#include "base/diagnostic.h"
#include "base/text.h"

namespace plumb::state {

namespace {

// What may be asked about oneself.
constexpr std::array<std::string_view, 3> kReviews{
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews"};

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const std::string_view digits = text.substr(std::min(at + 1, text.size()), 2);
    const bool escape =
        text[at] == '%' && digits.size() == 2 &&
        std::from_chars(digits.data(), digits.data() + 2, value, 16).ptr == digits.data() + 2;
    out += escape ? static_cast<char>(value) : text[at];
    if (escape) at += 2;
  }
  return out;
}

// Said once, and as All.
bool is_dry_run(std::string_view query) {
  std::vector<std::string> values;
  for (const std::string_view pair : split(query, '&')) {
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (lower(percent_decode(pair.substr(0, equals))) == "dryrun") values.emplace_back(pair);
  }
  return values.size() == 1 && values[0] == "dryRun=All";
}

bool is_url_character(char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; }

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
std::string_view query_of(std::string_view target) {
  const std::size_t at = target.find('?');
  return at == std::string_view::npos ? std::string_view() : target.substr(at + 1);
}

// Kinds, schemas, a collection or an object: nothing behind an object, where a GET may do
// something.
bool is_plain(std::string_view path) {
  const std::string decoded = percent_decode(path);  // as the server will
  std::vector<std::string_view> parts = split(decoded, '/');
  for (const std::string_view part : parts)
    if (part == "." || part == "..") return false;
  if (decoded == "/api" || decoded == "/apis" || decoded == "/openapi/v3" ||
      decoded.starts_with("/openapi/v3/"))
    return true;
  const std::size_t root = decoded.starts_with("/api/") ? 3 : decoded.starts_with("/apis/") ? 4 : 0;
  if (root == 0 || parts.size() <= root) return false;
  parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(root));
  if (parts[0] == "namespaces" && parts.size() > 2) parts.erase(parts.begin(), parts.begin() + 2);
  return parts.size() <= 2;
}

// "/api/v1", "/apis/apps/v1": what kinds there are.
bool is_version(std::string_view path) {
  const std::vector<std::string_view> parts = split(path, '/');
  const bool core = parts.size() == 3 && parts[1] == "api";
  const bool group = parts.size() == 4 && parts[1] == "apis";
  return (core || group) && !contains(path, "..") && !contains(path, "%");
}

}  // namespace

bool is_harmless(std::string_view method, std::string_view target) {
  const std::string_view path = path_of(target);
  // Else it might become part of the host, or be understood otherwise than it is read here.
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_url_character)) return false;
  if (method == "POST" && std::find(kReviews.begin(), kReviews.end(), path) != kReviews.end())
    return true;
  if (method == "GET" && is_version(path)) return true;
  if (!is_plain(path)) return false;
  const bool writes = method == "PATCH" || method == "POST" || method == "PUT";
  return method == "GET" || (writes && is_dry_run(query_of(target)));
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    out += plain ? std::string(1, c) : cat('%', kDigits[byte >> 4U], kDigits[byte & 15U]);
  }
  return out;
}

Wire::Wire(const Connection& connection, const World& world, const Limits& limits)
    : connection_(connection),
      limits_(limits),
      patience_(connection.http.timeout),
      credentials_(connection, world, patience_) {}

void Wire::connect() {
  files::HttpSettings settings = credentials_.http();
  settings.answer_bytes = limits_.answer_bytes;
  client_ = std::make_unique<files::HttpClient>(std::move(settings));
  generation_ = credentials_.generation();
}

void Wire::submit(files::HttpRequest request, Handler handler, bool takes_failures) {
  if (!is_harmless(request.method, request.url))
    fail("state/would-write", {},
         cat("refused to send ", request.method, " ", path_of(request.url)),
         {{"plumb only reads clusters, and asks for dry runs"}});
  post({std::move(request), std::move(handler), takes_failures});
}

void Wire::post(Pending pending) {
  files::HttpRequest request = pending.request;
  request.url = connection_.server + request.url;
  std::vector<files::HttpHeader> who = credentials_.headers();
  std::move(who.begin(), who.end(), std::back_inserter(request.headers));
  if (!client_) connect();
  const std::size_t number = requests_++;
  unanswered_[number] = cat(request.method, ' ', path_of(pending.request.url));
  client_->submit(std::move(request), [this, number, pending = std::move(pending)](
                                          files::HttpResponse response) mutable {
    if (response.failure == files::HttpFailure::kNone) unanswered_.erase(number);
    take(std::move(pending), std::move(response));
  });
}

void Wire::take(Pending pending, files::HttpResponse response) {
  const bool failed = response.failure != files::HttpFailure::kNone;
  if (failed && (!pending.takes_failures || response.failure == files::HttpFailure::kTooLarge))
    fail_on_the_way(response);
  bytes_ += response.body.size();
  if (response.status == 401) {
    refused_.push_back(std::move(pending));
  } else {
    pending.handler(std::move(response));
  }
}

// Who is refused gets new credentials, once.
void Wire::run() {
  const Patience::Wait wait(patience_);
  for (bool renewed = false; client_; renewed = true) {
    client_->run(wait.end());
    if (refused_.empty()) return;
    if (renewed || !credentials_.renew()) fail_unauthorized();
    if (credentials_.generation() != generation_) connect();
    for (Pending& pending : std::exchange(refused_, {})) post(std::move(pending));
  }
}

files::HttpResponse Wire::send(files::HttpRequest request) {
  files::HttpResponse response;
  submit(std::move(request), [&](files::HttpResponse answer) { response = std::move(answer); });
  run();
  return response;
}

void Wire::fail_unauthorized() const {
  fail("state/cluster-unauthorized", connection_.user_place,
       cat("the cluster at ", connection_.server, " does not know who we are (401)"),
       {{"log in again, or correct the user of this context: its token or certificate may have "
         "expired, here or by the server's clock"}});
}

// What a time that is over was spent on.
std::string Wire::progress() const {
  const auto all = patience_.all().count();
  const std::string time = all % 1000 == 0 ? cat(all / 1000, " s") : cat(all, " ms");
  const std::size_t waiting = unanswered_.size();
  return cat("within ", time, " it answered ", requests_ - waiting, " of ",
             count_of(requests_, "request"), ", and not ", unanswered_.begin()->second,
             waiting > 1 ? cat(" and ", waiting - 1, " more") : "");
}

void Wire::fail_on_the_way(const files::HttpResponse& response) const {
  using files::HttpFailure;
  const std::string why = cat(connection_.server, ": ", response.cause);
  const Span cluster = connection_.cluster_place;
  switch (response.failure) {
    case HttpFailure::kTooLarge:
      fail_limit(limits_, &Limits::answer_bytes, cluster);
    case HttpFailure::kServerCertificate:
    case HttpFailure::kTls:
      fail("state/cluster-certificate", cluster, cat("no safe connection to the cluster at ", why),
           {{"check 'certificate-authority', 'tls-server-name' and the clock"}});
    case HttpFailure::kClientCertificate:
      fail("state/cluster-certificate", connection_.user_place,
           cat("the client certificate cannot be used at ", why),
           {{"check 'client-certificate' and 'client-key' of the user"}});
    case HttpFailure::kTimeout:
      fail("state/cluster-timeout", cluster,
           cat("no answer in time from the cluster at ", connection_.server, ": ", progress()),
           {{"--timeout allows more"}});
    case HttpFailure::kCut:
      fail("state/cluster-cut", cluster, cat("the connection was cut by the cluster at ", why),
           {{"try again"}});
    default:
      fail("state/cluster-unreachable", cluster, cat("cannot reach the cluster at ", why),
           {{"check 'server' and 'proxy-url' of the cluster, and the network"}});
  }
}

}  // namespace plumb::state
