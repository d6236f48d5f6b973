#include "files/http.h"

#include <catch2/catch.hpp>

#include "base/base64.h"
#include "files/scratch.h"
#include "support/fake_server.h"

namespace plumb::files {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Answers the first `bad` requests with `first`, the others with 200 "good".
FakeServer::Handler first_then_good(std::string first, int bad) {
  return [first, left = std::make_shared<std::atomic<int>>(bad)](const FakeRequest&) {
    return --*left >= 0 ? first : answer(200, "good");
  };
}

milliseconds time_of(const std::function<void()>& work) {
  const auto start = steady_clock::now();
  work();
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

// gzip of "hello hello hello hello\n"
const char* const kPacked = "H4sIAAAAAAACA8tIzcnJV8hAJ7kAAIhZCxgAAAA=";

}  // namespace

TEST_CASE("an answer comes with its status, its headers in lower case and its body",
          "[files][http]") {
  const FakeServer server([](const FakeRequest& request) {
    return answer(404, cat("not ", request.target), "X-Kind: a\r\nWarning: 1\r\nWarning: 2\r\n");
  });
  const HttpResponse response = HttpClient().send({.url = server.url("/a?b=c")});
  CHECK(response.failure == HttpFailure::kNone);
  CHECK(response.status == 404);
  CHECK(response.body == "not /a?b=c");
  CHECK(response.header("x-kind") == "a");
  CHECK(response.header("warning") == "1");
  CHECK(response.header("absent").empty());
}

TEST_CASE("a request is sent with its method, headers and body", "[files][http]") {
  const FakeServer server([](const FakeRequest&) { return answer(201, ""); });
  HttpClient().send({.method = "PATCH",
                     .url = server.url("/x"),
                     .headers = {{"Content-Type", "application/apply-patch+yaml"}, {"Empty", ""}},
                     .body = "a: 1\n"});
  const FakeRequest request = server.requests().at(0);
  CHECK(request.method == "PATCH");
  CHECK(request.body == "a: 1\n");
  CHECK(contains(request.head, "Content-Type: application/apply-patch+yaml"));
  CHECK(contains(request.head, "Empty:"));
  CHECK_FALSE(contains(request.head, "Expect"));
}

TEST_CASE("a packed answer is unpacked, and limited by what it unpacks to", "[files][http]") {
  const FakeServer server([](const FakeRequest& request) {
    CHECK(contains(request.head, "Accept-Encoding: gzip"));
    return answer(200, *base64_decode(kPacked), "Content-Encoding: gzip\r\n");
  });
  CHECK(HttpClient().send({.url = server.url()}).body == "hello hello hello hello\n");
  const HttpResponse large = HttpClient({.answer_bytes = 23}).send({.url = server.url()});
  CHECK(large.failure == HttpFailure::kTooLarge);
  CHECK(code_of([&] { fail_http(large, "x", {}); }) == "base/limit");
}

TEST_CASE("answers that pass are asked for again, when the request says so", "[files][http]") {
  const auto status_with = [](const std::string& first, HttpRequest request) {
    const FakeServer server(first_then_good(first, 2));
    request.url = server.url();
    return HttpClient().send(std::move(request)).status;
  };
  CHECK(status_with(answer(503, ""), {.retries = 3}) == 200);
  CHECK(status_with(answer(500, "", "Retry-After: 0\r\n"), {.retries = 3}) == 200);
  CHECK(status_with(answer(429, "slow"), {.retries = 3}) == 200);
  CHECK(status_with(answer(503, ""), {.retries = 1}) == 503);
  CHECK(status_with(answer(503, ""), {}) == 503);
  // A server that asks to come again is there: that costs time, not tries.
  CHECK(status_with(answer(429, "slow"), {.retries = 1}) == 200);
  CHECK(status_with(answer(429, "slow"), {}) == 429);
  CHECK(status_with(answer(404, ""), {.retries = 3}) == 404);
  // A server's error on anything but a read is an answer, unless the server asks to come again.
  CHECK(status_with(answer(500, ""), {.method = "PATCH", .retries = 3}) == 500);
  CHECK(status_with("", {.retries = 3}) == 200);
  CHECK(status_with("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", {.retries = 3}) == 200);
}

TEST_CASE("those that were too many at once do not come back at once", "[files][http]") {
  std::atomic<int> at_once = 0;
  const FakeServer server([&](const FakeRequest&) {
    const bool alone = ++at_once == 1;
    std::this_thread::sleep_for(milliseconds(5));
    --at_once;
    return alone ? answer(200, "") : answer(429, "too many", "Retry-After: 1\r\n");
  });
  HttpClient client({.timeout = milliseconds(10000)});
  int answered = 0;
  for (int i = 0; i < 16; ++i)
    client.submit({.url = server.url(), .retries = 1}, [&](const HttpResponse& response) {
      answered += response.status == 200 ? 1 : 0;
    });
  CHECK(time_of([&] { client.run(); }) < milliseconds(6000));
  CHECK(answered == 16);
}

TEST_CASE("Retry-After says how long to wait", "[files][http]") {
  const FakeServer server(first_then_good(answer(429, "", "Retry-After: 1\r\n"), 1));
  HttpClient client;
  HttpResponse response;
  CHECK(time_of([&] { response = client.send({.url = server.url(), .retries = 1}); }) >=
        milliseconds(950));
  CHECK(response.status == 200);
  CHECK(response.retried == 1);
}

TEST_CASE("a pause that ends after the time allowed is not begun", "[files][http]") {
  const FakeServer server(first_then_good(answer(429, "", "Retry-After: 100\r\n"), 9));
  HttpClient client({.timeout = milliseconds(3000)});
  CHECK(time_of([&] { CHECK(client.send({.url = server.url(), .retries = 5}).status == 429); }) <
        milliseconds(2000));
}

TEST_CASE("a connection that is cut, and cut again, is no answer", "[files][http]") {
  const FakeServer server([](const FakeRequest&) {
    return std::string("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
  });
  const HttpResponse response = HttpClient().send({.url = server.url(), .retries = 1});
  CHECK(response.failure == HttpFailure::kCut);
  CHECK(server.requests().size() == 2);
  CHECK(code_of([&] { fail_http(response, "x", {}); }) == "files/http-cut");
}

TEST_CASE("a server that does not answer costs no more than the time allowed", "[files][http]") {
  const FakeServer server([](const FakeRequest&) {
    std::this_thread::sleep_for(milliseconds(600));
    return answer(200, "late");
  });
  HttpClient client({.timeout = milliseconds(200)});
  HttpResponse response;
  CHECK(time_of([&] { response = client.send({.url = server.url(), .retries = 9}); }) <
        milliseconds(500));
  CHECK(response.failure == HttpFailure::kTimeout);
}

TEST_CASE("nobody there is a failure with its cause", "[files][http]") {
  std::string url;
  {
    url = FakeServer([](const FakeRequest&) { return answer(200, ""); }).url();
  }
  const HttpResponse response = HttpClient().send({.url = url, .retries = 5});
  CHECK(response.failure == HttpFailure::kUnreachable);
  CHECK_FALSE(response.cause.empty());
  CHECK(code_of([&] { fail_http(response, url, {}); }) == "files/http-unreachable");
}

TEST_CASE("what is no URL of HTTP, or would break out of its header, is not sent",
          "[files][http]") {
  const FakeServer server([](const FakeRequest&) { return answer(200, ""); });
  CHECK(HttpClient().send({.url = "file:///etc/passwd"}).failure == HttpFailure::kBadUrl);
  CHECK(HttpClient().send({.url = "http://"}).failure == HttpFailure::kBadUrl);
  CHECK(HttpClient().send({.url = server.url(), .headers = {{"A", "b\r\nC: d"}}}).failure ==
        HttpFailure::kBadUrl);
  CHECK(server.requests().empty());
}

TEST_CASE("redirects are followed as far as the request allows", "[files][http]") {
  const FakeServer server([](const FakeRequest& request) {
    if (request.target == "/last") return answer(200, "there");
    if (request.target == "/bad") return answer(302, "", "Location: file:///etc/passwd\r\n");
    return answer(302, "old", request.target == "/a" ? "Location: /b\r\n" : "Location: /last\r\n");
  });
  HttpClient client;
  CHECK(client.send({.url = server.url("/a"), .redirects = 2}).body == "there");
  CHECK(client.send({.url = server.url("/a")}).status == 302);
  CHECK(client.send({.url = server.url("/a"), .redirects = 1}).failure == HttpFailure::kRedirects);
  CHECK(client.send({.url = server.url("/bad"), .redirects = 5}).failure ==
        HttpFailure::kRedirects);
}

TEST_CASE("many requests run at once, over few connections, and may ask for more",
          "[files][http]") {
  const FakeServer server([](const FakeRequest& request) {
    std::this_thread::sleep_for(milliseconds(20));
    return answer(200, request.target);
  });
  HttpClient client({.connections = 4});
  std::vector<std::string> bodies;
  for (int i = 0; i < 20; ++i) {
    client.submit({.url = server.url(cat("/", i))}, [&](HttpResponse first) {
      client.submit({.url = server.url(first.body + "+")},
                    [&](HttpResponse second) { bodies.push_back(second.body); });
    });
  }
  client.run();
  CHECK(bodies.size() == 20);
  CHECK(server.connections() <= 4);
  CHECK(server.most_at_once() > 1);
}

TEST_CASE("an exception of a handler ends the run and leaves nothing behind", "[files][http]") {
  const FakeServer server([](const FakeRequest&) { return answer(200, "x"); });
  HttpClient client;
  for (int i = 0; i < 5; ++i)
    client.submit({.url = server.url()}, [](HttpResponse) { fail("base/limit", {}, "enough"); });
  CHECK_THROWS_AS(client.run(), Error);
  CHECK(client.send({.url = server.url()}).body == "x");
}

}  // namespace plumb::files
