#pragma once
// Asking servers over HTTP: many requests at once, over one connection where the server can.
//
//   HttpClient client({.timeout = std::chrono::seconds(20)});
//   HttpResponse response = client.send({.url = "https://example.org/a.yaml"});
//   response.failure == HttpFailure::kNone && response.status == 200
//
// Several at once: submit() each with what to do with its answer, which may submit more; run()
// returns when all have been answered.
//
//   client.submit({.url = first}, [&](HttpResponse answer) { … client.submit(next, …); });
//   client.run();
//
// An answer that came is no error here, whatever its status; what went wrong on the way is its
// `failure`. Nothing is written to the disk and nothing is logged: headers, bodies, keys and
// certificates stay in memory. The library, libcurl, is opened on first use; files/no-libcurl is
// thrown when there is none.
//
// HTTP/2 over TLS where the server speaks it (one connection, a stream for each request), else
// HTTP/1.1 over at most `connections` of them; gzip; redirects only to https, and only as many as
// the request allows. A proxy is taken from the environment (HTTPS_PROXY, NO_PROXY) unless the
// settings name one; loopback addresses are asked directly.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace plumb::files {

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  // http:// or https://
  std::vector<HttpHeader> headers = {};
  std::string body = {};  // of anything but a GET
  // How often it is asked again after 5xx and connections that were cut, with a growing pause or
  // the one that Retry-After asks for. Unless none, also after 429, as often as the time allows:
  // the server is there and asks to come again. Only for what may be repeated.
  unsigned retries = 0;
  unsigned redirects = 0;  // how many are followed
};

enum class HttpFailure : std::uint8_t {
  kNone,
  kBadUrl,
  kUnreachable,        // no such host, nobody listens, a proxy that does not answer
  kServerCertificate,  // not signed by whom we trust, or for another name
  kClientCertificate,  // ours: unreadable, or not fitting its key
  kTls,                // anything else while the connection was made safe
  kTimeout,            // no whole answer within the time
  kCut,                // the connection ended within the answer
  kTooLarge,           // more than limits.answer_bytes
  kRedirects,          // more than allowed, or to something that is not https
  kOther,
};

struct HttpResponse {
  HttpFailure failure = HttpFailure::kNone;
  std::string cause = {};  // of the failure, in the library's words: no header, no key
  int status = 0;
  std::vector<HttpHeader> headers = {};  // of the last answer; names in lower case
  std::string body = {};                 // unpacked
  unsigned retried = 0;
  // The first value of a header, or "".
  std::string_view header(std::string_view lower_case_name) const;
};

// How to reach a server. PEM texts are contents, not names of files; empty: the system's.
struct HttpSettings {
  std::chrono::milliseconds timeout{60'000};  // of a run() that is given no other end
  std::uint64_t answer_bytes = Limits().answer_bytes;
  std::string authorities = {};  // PEM: who may sign the server's certificate
  std::string certificate = {};  // PEM: ours
  std::string key = {};          // PEM: its key
  bool insecure = false;         // believe any certificate
  std::string server_name = {};  // whom the certificate must name, when not the host of the URL
  std::string proxy = {};        // http://, https:// or socks5://; empty: the environment's
  bool compressed = true;        // ask for gzip
  unsigned connections = 8;      // of HTTP/1.1 to one host
};

// Belongs to one thread.
class HttpClient {
 public:
  using Handler = std::function<void(HttpResponse)>;

  explicit HttpClient(HttpSettings settings = {});
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Takes a request; it is on its way in run(), after `delay`. `handler` is called once.
  void submit(HttpRequest request, Handler handler, std::chrono::milliseconds delay = {});
  // Until everything was answered, also what handlers submit. What is not answered by then,
  // whatever it waits for, fails with kTimeout. An exception of a handler ends it, what else was
  // under way is dropped.
  void run(std::chrono::steady_clock::time_point end);
  void run();  // within the timeout
  // One request, now.
  HttpResponse send(HttpRequest request);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

// Throws what a failed answer deserves: files/http-unreachable, files/http-certificate,
// files/http-timeout, files/http-cut, files/http-redirect, base/limit. `what` was asked for: a URL
// without a secret in it.
[[noreturn]] void fail_http(const HttpResponse& response, std::string_view what, Span mentioned,
                            const Limits& limits = {});

}  // namespace plumb::files
