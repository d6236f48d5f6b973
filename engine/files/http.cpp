// The only file that knows libcurl. It is opened on first use: a command that asks no server does
// not load it, nor the libraries behind it.

#include "files/http.h"

#define CURL_DISABLE_DEPRECATION
#define CURL_DISABLE_TYPECHECK

#include <algorithm>
#include <csignal>
#include <ctime>

#include <curl/curl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/text.h"
#include "files/library.h"

namespace plumb::files {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// ---- the library ----

// clang-format off
#define PLUMB_CURL_FUNCTIONS(X) \
  X(easy_cleanup) X(easy_getinfo) X(easy_init) X(easy_setopt) X(easy_strerror) X(free) \
  X(global_init) X(multi_add_handle) X(multi_cleanup) X(multi_info_read) X(multi_init) \
  X(multi_perform) X(multi_poll) X(multi_remove_handle) X(multi_setopt) X(slist_append) \
  X(slist_free_all) X(url) X(url_cleanup) X(url_get) X(url_set)
// clang-format on

struct Library {
#define PLUMB_CURL_MEMBER(name) decltype(&::curl_##name) name = nullptr;
  PLUMB_CURL_FUNCTIONS(PLUMB_CURL_MEMBER)
#undef PLUMB_CURL_MEMBER
  std::string why_missing;  // empty when it is there
};

constexpr const char* kLibraryNames[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};

Library load_library() {
  Library library;
  void* const handle = open_library(kLibraryNames);
  if (!handle) {
    library.why_missing = "no libcurl.so.4 was found";
    return library;
  }
#define PLUMB_CURL_LOAD(name) \
  load_function(handle, "curl_" #name, library.name, library.why_missing);
  PLUMB_CURL_FUNCTIONS(PLUMB_CURL_LOAD)
#undef PLUMB_CURL_LOAD
  if (library.why_missing.empty()) library.global_init(CURL_GLOBAL_DEFAULT);
  return library;
}

const Library& curl() {
  static const Library library = load_library();
  if (!library.why_missing.empty())
    fail("files/no-libcurl", {}, cat("asking a server needs libcurl: ", library.why_missing),
         {{"install the package libcurl4 or libcurl3-gnutls"}}, {library.why_missing});
  return library;
}

// Handles that free themselves.
template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* handle) const {
    (curl().*Free)(handle);
  }
};
using EasyHandle = std::unique_ptr<CURL, Freed<&Library::easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, Freed<&Library::multi_cleanup>>;
using UrlHandle = std::unique_ptr<CURLU, Freed<&Library::url_cleanup>>;
using UrlText = std::unique_ptr<char, Freed<&Library::free>>;
using TextList = std::unique_ptr<curl_slist, Freed<&Library::slist_free_all>>;

void append(TextList& list, const std::string& text) {
  curl_slist* const longer = curl().slist_append(list.get(), text.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

// ---- what the library wants as files ----

// A text under a name of the file system that is on no disk and that no other program sees.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) {
    if (text.empty()) return;
    descriptor_ = ::memfd_create("plumb", MFD_CLOEXEC);
    if (descriptor_ < 0) fail("files/unwritable", {}, "no memory for a file in memory");
    while (!text.empty()) {
      const ssize_t written = ::write(descriptor_, text.data(), text.size());
      if (written < 0) fail("files/unwritable", {}, "no memory for a file in memory");
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    path_ = cat("/proc/self/fd/", descriptor_);
  }
  ~MemoryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  const std::string& path() const { return path_; }  // "" for no text

 private:
  int descriptor_ = -1;
  std::string path_;
};

// A server that hangs up while we write must not end the program.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~NoBrokenPipe() {
    const timespec now{};
    if (::sigismember(&before_, SIGPIPE) == 0)
      while (::sigtimedwait(&signals_, nullptr, &now) > 0) continue;
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;
  NoBrokenPipe& operator=(const NoBrokenPipe&) = delete;

 private:
  sigset_t signals_;
  sigset_t before_;
};

// ---- URLs ----

struct UrlParts {
  std::string scheme, host, port;  // the host of an IPv6 address in brackets
};

std::string url_part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl().url_get(url, part, &text, flags) != CURLUE_OK) return {};
  return UrlText(text).get();
}

UrlParts parts_of(const std::string& text) {
  const UrlHandle url(curl().url());
  if (curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
  return {url_part(url.get(), CURLUPART_SCHEME), url_part(url.get(), CURLUPART_HOST),
          url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT)};
}

std::string with_host(const std::string& text, const std::string& host) {
  const UrlHandle url(curl().url());
  curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0);
  curl().url_set(url.get(), CURLUPART_HOST, host.c_str(), 0);
  return url_part(url.get(), CURLUPART_URL);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "[::1]";
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// ---- one request under way ----

struct Transfer {
  HttpRequest request;
  HttpClient::Handler handler;
  Clock::time_point due;
  std::uint64_t answer_bytes = 0;
  HttpResponse response = {};
  bool too_large = false;
  EasyHandle easy = nullptr;
  TextList headers = nullptr;
  TextList connect_to = nullptr;
  char error[CURL_ERROR_SIZE] = {};
};

// A line of the head. A status line begins another answer: that behind a redirect, or a real one
// behind "100 Continue".
std::size_t take_header(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  const std::string_view line = trim(std::string_view(data, size));
  const std::size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();
    transfer.response.body.clear();
  } else if (colon != std::string_view::npos) {
    transfer.response.headers.push_back(
        {lower(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  return size;
}

std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) {
  Transfer& transfer = *static_cast<Transfer*>(user);
  std::string& body = transfer.response.body;
  transfer.too_large = size > transfer.answer_bytes - body.size();
  if (transfer.too_large) return 0;
  body.append(data, size);
  return size;
}

HttpFailure failure_of(CURLcode code, const Transfer& transfer) {
  switch (code) {
    case CURLE_OK:
      return HttpFailure::kNone;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return transfer.request.redirects > 0 && !transfer.response.headers.empty()
                 ? HttpFailure::kRedirects
                 : HttpFailure::kBadUrl;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return HttpFailure::kUnreachable;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return HttpFailure::kServerCertificate;
    case CURLE_SSL_CERTPROBLEM:
      return HttpFailure::kClientCertificate;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
      return HttpFailure::kTls;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpFailure::kTimeout;
    case CURLE_TOO_MANY_REDIRECTS:
      return HttpFailure::kRedirects;
    case CURLE_WRITE_ERROR:
      return transfer.too_large ? HttpFailure::kTooLarge : HttpFailure::kOther;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return HttpFailure::kCut;
    default:
      return HttpFailure::kOther;
  }
}

bool is_too_many(const HttpResponse& response) {
  return response.failure == HttpFailure::kNone && response.status == 429;
}

// Whether asking again may help, and does no harm.
bool is_passing(const Transfer& transfer) {
  const HttpResponse& response = transfer.response;
  if (is_too_many(response)) return transfer.request.retries > 0;
  if (response.retried >= transfer.request.retries) return false;
  if (response.failure == HttpFailure::kCut) return true;
  if (response.failure != HttpFailure::kNone) return false;
  const bool asked_to = !response.header("retry-after").empty();
  return response.status >= 500 && (asked_to || transfer.request.method == "GET");
}

}  // namespace

// ---- all requests of a client ----

class HttpClient::Engine {
 public:
  explicit Engine(HttpSettings settings)
      : settings_(std::move(settings)),
        authorities_(settings_.authorities),
        certificate_(settings_.certificate),
        key_(settings_.key),
        multi_(curl().multi_init()) {
    curl().multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl().multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                        static_cast<long>(settings_.connections));
  }
  ~Engine() { drop_all(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void submit(HttpRequest request, Handler handler, milliseconds delay) {
    waiting_.push_back(std::make_unique<Transfer>(Transfer{
        std::move(request), std::move(handler), Clock::now() + delay, settings_.answer_bytes}));
  }

  Clock::time_point end_of_timeout() const { return Clock::now() + settings_.timeout; }

  void run(Clock::time_point deadline) {
    const NoBrokenPipe guard;
    deadline_ = deadline;
    try {
      while (!waiting_.empty() || !active_.empty()) step();
    } catch (...) {
      drop_all();
      throw;
    }
  }

 private:
  void step() {
    if (Clock::now() >= deadline_) return time_out();
    start_due();
    int running = 0;
    curl().multi_perform(multi_.get(), &running);
    const bool idle = !finish_done() && !(waiting_.empty() && active_.empty());
    if (idle) curl().multi_poll(multi_.get(), nullptr, 0, pause(), nullptr);
  }

  // Until something has to be done, whatever happens on the network.
  int pause() const {
    Clock::time_point until = deadline_;
    for (const auto& transfer : waiting_) until = std::min(until, transfer->due);
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000));
  }

  void start_due() {
    const auto due = std::stable_partition(
        waiting_.begin(), waiting_.end(),
        [now = Clock::now()](const auto& transfer) { return transfer->due > now; });
    std::vector<std::unique_ptr<Transfer>> ready(std::make_move_iterator(due),
                                                 std::make_move_iterator(waiting_.end()));
    waiting_.erase(due, waiting_.end());
    for (std::unique_ptr<Transfer>& transfer : ready) start(std::move(transfer));
  }

  void start(std::unique_ptr<Transfer> transfer) {
    if (const char* const cause = why_bad(transfer->request)) {
      transfer->response.failure = HttpFailure::kBadUrl;
      transfer->response.cause = cause;
      transfer->handler(std::move(transfer->response));
      return;
    }
    transfer->easy.reset(curl().easy_init());
    prepare(*transfer);
    curl().multi_add_handle(multi_.get(), transfer->easy.get());
    active_.push_back(std::move(transfer));
  }

  static const char* why_bad(const HttpRequest& request) {
    const std::string_view scheme = std::string_view(request.url).substr(0, request.url.find(':'));
    if ((scheme != "http" && scheme != "https") || parts_of(request.url).host.empty())
      return "expected http:// or https://, and a host";
    for (const HttpHeader& header : request.headers)
      if (!is_one_line(header.name) || !is_one_line(header.value))
        return "a header holds a line break";
    return nullptr;
  }

  template <typename Value>
  static void set(const Transfer& transfer, CURLoption option, Value value) {
    curl().easy_setopt(transfer.easy.get(), option, value);
  }

  void prepare(Transfer& transfer) {
    set_request(transfer);
    set_place(transfer);
    set_trust(transfer);
    set(transfer, CURLOPT_PRIVATE, &transfer);
    set(transfer, CURLOPT_ERRORBUFFER, transfer.error);
    set(transfer, CURLOPT_HEADERFUNCTION, take_header);
    set(transfer, CURLOPT_HEADERDATA, &transfer);
    set(transfer, CURLOPT_WRITEFUNCTION, take_body);
    set(transfer, CURLOPT_WRITEDATA, &transfer);
    set(transfer, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700  // what is given up does not wait for a name to be found
    set(transfer, CURLOPT_QUICK_EXIT, 1L);
#endif
    set(transfer, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(transfer, CURLOPT_PIPEWAIT, 1L);
    set(transfer, CURLOPT_USERAGENT, "plumb");
    if (settings_.compressed) set(transfer, CURLOPT_ACCEPT_ENCODING, "gzip");
    set(transfer, CURLOPT_CONNECTTIMEOUT_MS, 30'000L);
  }

  void set_request(Transfer& transfer) {
    const HttpRequest& request = transfer.request;
    for (const HttpHeader& header : request.headers)
      append(transfer.headers,
             header.value.empty() ? cat(header.name, ';') : cat(header.name, ": ", header.value));
    append(transfer.headers, "Expect:");
    if (request.method != "GET") {
      set(transfer, CURLOPT_CUSTOMREQUEST, request.method.c_str());
      set(transfer, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(transfer, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    const bool safe = request.url.starts_with("https");
    const long protocols = safe ? CURLPROTO_HTTPS : CURLPROTO_HTTPS | CURLPROTO_HTTP;
    set(transfer, CURLOPT_PROTOCOLS, protocols);
    set(transfer, CURLOPT_REDIR_PROTOCOLS, protocols);
    set(transfer, CURLOPT_FOLLOWLOCATION, request.redirects > 0 ? 1L : 0L);
    set(transfer, CURLOPT_MAXREDIRS, static_cast<long>(request.redirects));
  }

  // Where the request goes. A certificate for another name: that name is asked for, at the real
  // host, which is the Host that the server sees.
  void set_place(Transfer& transfer) {
    const std::string& url = transfer.request.url;
    const UrlParts parts = parts_of(url);
    if (settings_.server_name.empty()) {
      set(transfer, CURLOPT_URL, url.c_str());
    } else {
      set(transfer, CURLOPT_URL, with_host(url, settings_.server_name).c_str());
      append(transfer.connect_to,
             cat(settings_.server_name, ':', parts.port, ':', parts.host, ':', parts.port));
      append(transfer.headers, cat("Host: ", parts.host, ':', parts.port));
      set(transfer, CURLOPT_CONNECT_TO, transfer.connect_to.get());
    }
    set(transfer, CURLOPT_HTTPHEADER, transfer.headers.get());
    set(transfer, CURLOPT_PATH_AS_IS, 1L);
    set(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!settings_.proxy.empty() || is_loopback(parts.host))
      set(transfer, CURLOPT_PROXY, settings_.proxy.c_str());
    if (!settings_.proxy.empty()) set(transfer, CURLOPT_NOPROXY, "");
  }

  // With authorities of our own, those of the system sign nothing.
  void set_trust(const Transfer& transfer) {
    if (!settings_.authorities.empty()) {
      set(transfer, CURLOPT_CAINFO, authorities_.path().c_str());
      set(transfer, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!settings_.certificate.empty()) {
      set(transfer, CURLOPT_SSLCERT, certificate_.path().c_str());
      set(transfer, CURLOPT_SSLKEY, key_.path().c_str());
    }
    if (settings_.insecure) {
      set(transfer, CURLOPT_SSL_VERIFYPEER, 0L);
      set(transfer, CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  // Whether anything was done.
  bool finish_done() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = curl().multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      any = true;
      std::unique_ptr<Transfer> transfer = take(message->easy_handle);
      conclude(*transfer, code);
      answer(std::move(transfer));
    }
    return any;
  }

  std::unique_ptr<Transfer> take(CURL* easy) {
    const auto at = std::find_if(active_.begin(), active_.end(), [easy](const auto& transfer) {
      return transfer->easy.get() == easy;
    });
    std::unique_ptr<Transfer> transfer = std::move(*at);
    *at = std::move(active_.back());
    active_.pop_back();
    curl().multi_remove_handle(multi_.get(), easy);
    return transfer;
  }

  static void conclude(Transfer& transfer, CURLcode code) {
    CURL* const easy = transfer.easy.get();
    HttpResponse& response = transfer.response;
    long status = 0, tunnel = 0;
    curl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl().easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    response.status = static_cast<int>(status);
    response.failure = failure_of(code, transfer);
    if (code == CURLE_OK) return;
    if (tunnel != 0 && tunnel != 200) response.failure = HttpFailure::kUnreachable;
    curl_off_t ready = 0;  // when the connection, made safe, could be used
    curl().easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready);
    if (code == CURLE_OPERATION_TIMEDOUT && ready == 0)
      response.failure = HttpFailure::kUnreachable;
    response.cause = transfer.error[0] ? transfer.error : curl().easy_strerror(code);
    const bool is_name = response.cause.size() > 1 && response.cause[1] < 'a';  // "SSL …"
    if (!is_name) response.cause[0] = lower(std::string_view(response.cause).substr(0, 1))[0];
  }

  void answer(std::unique_ptr<Transfer> transfer) {
    const milliseconds wait = pause_before_retry(*transfer);
    if (is_passing(*transfer) && Clock::now() + wait < deadline_)
      return retry(std::move(transfer), wait);
    transfer->handler(std::move(transfer->response));
  }

  // What the server asks for, else twice as long each time. Those that were too many at once come
  // back one after another.
  milliseconds pause_before_retry(const Transfer& transfer) const {
    constexpr milliseconds kApart{20};
    curl_off_t seconds = 0;
    curl().easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &seconds);
    const milliseconds wait = seconds > 0
                                  ? milliseconds(seconds * 1000)
                                  : milliseconds(100LL << std::min(transfer.response.retried, 6U));
    const auto before = static_cast<std::int64_t>(waiting_.size());
    return is_too_many(transfer.response) ? wait + kApart * before : wait;
  }

  void retry(std::unique_ptr<Transfer> transfer, milliseconds wait) {
    const unsigned retried = transfer->response.retried + 1;
    auto again = std::make_unique<Transfer>(Transfer{std::move(transfer->request),
                                                     std::move(transfer->handler),
                                                     Clock::now() + wait, settings_.answer_bytes});
    again->response.retried = retried;
    waiting_.push_back(std::move(again));
  }

  void time_out() {
    std::vector<std::unique_ptr<Transfer>> late = std::move(active_);
    active_.clear();
    for (const auto& transfer : late)
      curl().multi_remove_handle(multi_.get(), transfer->easy.get());
    std::move(waiting_.begin(), waiting_.end(), std::back_inserter(late));
    waiting_.clear();
    for (const auto& transfer : late) {
      transfer->response.failure = HttpFailure::kTimeout;
      transfer->response.cause = cat("no answer within ", settings_.timeout.count(), " ms");
      transfer->handler(std::move(transfer->response));
    }
  }

  void drop_all() {
    for (const auto& transfer : active_)
      curl().multi_remove_handle(multi_.get(), transfer->easy.get());
    active_.clear();
    waiting_.clear();
  }

  HttpSettings settings_;
  MemoryFile authorities_;
  MemoryFile certificate_;
  MemoryFile key_;
  Clock::time_point deadline_;
  std::vector<std::unique_ptr<Transfer>> waiting_;
  std::vector<std::unique_ptr<Transfer>> active_;
  MultiHandle multi_;  // outlived by nothing above that it refers to
};

HttpClient::HttpClient(HttpSettings settings)
    : engine_(std::make_unique<Engine>(std::move(settings))) {}
HttpClient::~HttpClient() = default;

void HttpClient::submit(HttpRequest request, Handler handler, milliseconds delay) {
  engine_->submit(std::move(request), std::move(handler), delay);
}

void HttpClient::run(Clock::time_point end) { engine_->run(end); }

void HttpClient::run() { engine_->run(engine_->end_of_timeout()); }

HttpResponse HttpClient::send(HttpRequest request) {
  HttpResponse response;
  submit(std::move(request), [&response](HttpResponse answer) { response = std::move(answer); });
  run();
  return response;
}

std::string_view HttpResponse::header(std::string_view lower_case_name) const {
  for (const HttpHeader& header : headers)
    if (header.name == lower_case_name) return header.value;
  return {};
}

namespace {
struct FailureRow {
  HttpFailure failure;
  std::string_view code;
  std::string_view text;
  std::string_view cure;
};
constexpr FailureRow kUnreachable{HttpFailure::kUnreachable, "files/http-unreachable",
                                  "cannot reach", "check the address, the network and the proxy"};
constexpr FailureRow kFailures[] = {
    {HttpFailure::kServerCertificate, "files/http-certificate", "no safe connection to",
     "check who signed the server's certificate, whom it names, and the clock"},
    {HttpFailure::kClientCertificate, "files/http-certificate", "no safe connection to",
     "check the certificate and the key that are to be shown to it"},
    {HttpFailure::kTls, "files/http-certificate", "no safe connection to",
     "check that the server speaks TLS there"},
    {HttpFailure::kTimeout, "files/http-timeout", "no answer in time from",
     "try again, or allow more time"},
    {HttpFailure::kCut, "files/http-cut", "the connection was cut while reading", "try again"},
    {HttpFailure::kRedirects, "files/http-redirect", "a redirect that is not followed from",
     "name the place that it leads to"},
};
}  // namespace

void fail_http(const HttpResponse& response, std::string_view what, Span mentioned,
               const Limits& limits) {
  if (response.failure == HttpFailure::kTooLarge)
    fail_limit(limits, &Limits::answer_bytes, mentioned);
  const auto* const found =
      std::find_if(std::begin(kFailures), std::end(kFailures),
                   [&](const FailureRow& row) { return row.failure == response.failure; });
  const FailureRow& row = found == std::end(kFailures) ? kUnreachable : *found;
  fail(row.code, mentioned, cat(row.text, " '", what, "': ", response.cause),
       {{std::string(row.cure)}}, {std::string(what), response.cause});
}

}  // namespace plumb::files
