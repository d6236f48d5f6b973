#pragma once
// Requests to one cluster: who we are, what may be sent, what is tried again.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "files/http.h"
#include "state/credentials.h"
#include "state/kubeconfig.h"
#include "state/patience.h"

namespace plumb::state {

// Whether a request changes nothing on a server: a GET of what only answers, a dry run, or a review
// of one's own access. `target` is the path with its query, "/api/v1/pods?limit=1".
bool is_harmless(std::string_view method, std::string_view target);

// `text` as a part of a path or a query: everything but letters, digits, '-', '.', '_' and '~' as
// %XX.
std::string percent_encode(std::string_view text);

// One connection; belongs to one thread. What a handler gets has been answered, with whatever
// status, unless it takes failures, too. Else what went wrong on the way, and 401 after new
// credentials did not help, is thrown by run(): state/cluster-unreachable,
// state/cluster-certificate, state/cluster-timeout, state/cluster-cut, state/cluster-unauthorized,
// base/limit. All runs together wait no longer than the connection's timeout.
class Wire {
 public:
  using Handler = std::function<void(files::HttpResponse)>;

  // All must outlive it.
  Wire(const Connection& connection, const World& world, const Limits& limits);

  // `request.url` is a target, as for is_harmless; anything else is the error state/would-write.
  void submit(files::HttpRequest request, Handler handler, bool takes_failures = false);
  void run();
  files::HttpResponse send(files::HttpRequest request);

  // What run() throws of a failure.
  [[noreturn]] void fail_on_the_way(const files::HttpResponse& response) const;

  const Connection& connection() const { return connection_; }
  std::size_t requests() const { return requests_; }  // sent so far
  std::uint64_t bytes() const { return bytes_; }      // of bodies received, unpacked

 private:
  struct Pending {
    files::HttpRequest request;
    Handler handler;
    bool takes_failures = false;
  };
  void post(Pending pending);
  void take(Pending pending, files::HttpResponse response);
  void connect();
  std::string progress() const;
  [[noreturn]] void fail_unauthorized() const;

  const Connection& connection_;
  const Limits& limits_;
  Patience patience_;
  Credentials credentials_;
  std::unique_ptr<files::HttpClient> client_;
  unsigned generation_ = 0;
  std::vector<Pending> refused_;                   // answered 401 in this run
  std::map<std::size_t, std::string> unanswered_;  // what was asked, by its number
  std::size_t requests_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace plumb::state
