#pragma once
// Who we are to a cluster, as headers and certificates that go with each request.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/http.h"
#include "state/kubeconfig.h"
#include "state/patience.h"

namespace plumb::state {

// What an exec plugin gave: a token, or a certificate with its key, or both.
struct ExecCredential {
  std::string token;
  std::string certificate;  // PEM
  std::string key;
  std::optional<std::chrono::system_clock::time_point> expires;
};
// Reads what the plugin printed; `secret` is told the token and the key, also of an answer that is
// refused. Error: state/exec-plugin, which shows nothing of them.
ExecCredential read_exec_credential(const ExecPlugin& plugin, std::string_view text,
                                    const std::function<void(std::string_view)>& secret);

// Tokens in files are read again after a minute, plugins run again when what they gave has expired;
// what has expired when it comes is used, for then it is a clock that is off.
//
// Errors: state/exec-plugin (it is missing, fails, takes too long or answers something else),
// state/kubeconfig.
class Credentials {
 public:
  // All must outlive it. A plugin takes of the patience.
  Credentials(const Connection& connection, const World& world, Patience& patience);

  // Authorization and Impersonate-… for a request that is sent now.
  std::vector<files::HttpHeader> headers();
  // How to connect: the settings of the kubeconfig, with a plugin's certificate.
  const files::HttpSettings& http() const { return http_; }
  // Rises when http() is another one than before: connections of the old one say who we were.
  unsigned generation() const { return generation_; }
  // The server did not believe us: gets new ones. False when there are no others to get.
  bool renew();

 private:
  void refresh();
  void read_token();
  void run_plugin();

  const Connection& connection_;
  const World& world_;
  Patience& patience_;
  files::HttpSettings http_;
  std::string token_;
  std::optional<std::chrono::system_clock::time_point> expires_;
  std::chrono::steady_clock::time_point read_at_;
  bool known_ = false;  // the plugin gave something, the file was read
  unsigned generation_ = 0;
};

// "2026-11-21T10:00:00Z", with a fraction or an offset, or nothing.
std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text);

}  // namespace plumb::state
