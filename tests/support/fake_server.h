#pragma once
// A server of HTTP/1.1 on loopback, inside the test's process, that answers what the test says.
//
//   FakeServer server([](const FakeRequest& request) { return answer(200, "hello"); });
//   client.send({.url = server.url("/a")}).body == "hello"

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

namespace plumb {

struct FakeRequest {
  std::string method, target, head, body;
};

// "HTTP/1.1 200 …" with its length; `headers` are whole lines, each ending in "\r\n".
inline std::string answer(int status, std::string_view body, std::string_view headers = {}) {
  return cat("HTTP/1.1 ", status, " text\r\ncontent-length: ", body.size(), "\r\n", headers, "\r\n",
             body);
}

class FakeServer {
 public:
  // What the handler gives is sent as it is. "": the connection is closed without an answer; less
  // than the length that it names: closed in the middle.
  using Handler = std::function<std::string(const FakeRequest&)>;

  explicit FakeServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 64);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FakeServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
    for (const int connection : connections_) ::close(connection);
    ::close(listener_);
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url(std::string_view target = {}) const {
    return cat("http://127.0.0.1:", port_, target);
  }
  std::vector<FakeRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int most_at_once() const { return most_; }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_.size();
  }

 private:
  void accept_all() {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      const std::lock_guard lock(mutex_);
      connections_.push_back(connection);
      threads_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    std::string text;
    FakeRequest request;
    while (!stopping_ && receive(connection, text, request)) {
      const int now = ++at_once_;
      for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      const std::string out = handler_(request);
      --at_once_;
      for (std::size_t sent = 0; sent < out.size();) {
        const ssize_t more = ::send(connection, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
        if (more <= 0) break;
        sent += static_cast<std::size_t>(more);
      }
      if (!is_whole(out)) break;
    }
    ::shutdown(connection, SHUT_RDWR);
  }

  static std::size_t length_in(std::string_view head) {
    const std::string small = lower(head);
    const std::size_t at = small.find("content-length: ");
    return at == std::string::npos ? 0 : std::strtoull(small.c_str() + at + 16, nullptr, 10);
  }

  static bool is_whole(std::string_view out) {
    const std::size_t end = out.find("\r\n\r\n");
    return end != std::string_view::npos && out.size() - end - 4 >= length_in(out.substr(0, end));
  }

  static bool more(int connection, std::string& text) {
    char buffer[65536];
    const ssize_t size = ::recv(connection, buffer, sizeof buffer, 0);
    if (size > 0) text.append(buffer, static_cast<std::size_t>(size));
    return size > 0;
  }

  static bool receive(int connection, std::string& text, FakeRequest& request) {
    std::size_t end = 0;
    while ((end = text.find("\r\n\r\n")) == std::string::npos)
      if (!more(connection, text)) return false;
    request.head = text.substr(0, end);
    const std::size_t length = length_in(request.head);
    while (text.size() < end + 4 + length)
      if (!more(connection, text)) return false;
    request.body = text.substr(end + 4, length);
    text.erase(0, end + 4 + length);
    const std::vector<std::string_view> words =
        split(std::string_view(request.head).substr(0, request.head.find('\r')), ' ');
    request.method = words[0];
    request.target = words[1];
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> at_once_ = 0;
  std::atomic<int> most_ = 0;
  mutable std::mutex mutex_;
  std::vector<int> connections_;
  std::vector<FakeRequest> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace plumb
