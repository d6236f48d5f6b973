#include "render/fetch.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diagnostic.h"
#include "base/digest.h"
#include "base/text.h"
#include "files/http.h"
#include "files/output.h"
#include "files/tree.h"
#include "state/program.h"

namespace plumb::render {

namespace {

void make_directories(const std::string& path) {
  for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1))
    ::mkdir(path.substr(0, at).c_str(), 0700);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    fail("render/fetch-file", {}, cat("cannot make the directory '", path, "' of the cache"),
         {{"--cache names another one"}});
}

std::string name_in_cache(std::string_view text) { return sha256_hex(text).substr(0, 32); }

// Held until the end of the scope, against other threads and other runs.
class Lock {
 public:
  explicit Lock(const std::string& path)
      : file_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (file_ >= 0) ::flock(file_, LOCK_EX);
  }
  ~Lock() {
    if (file_ >= 0) ::close(file_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int file_;
};

[[noreturn]] void fail_git(std::string_view url, std::string_view ref, std::string cause) {
  fail("render/fetch-git", {},
       cat("cannot fetch '", url, "'", ref.empty() ? "" : cat(" at ref '", ref, "'"), ": ", cause),
       {{"a local copy under 'mirrors' in plumb.yaml needs no network"}});
}

// Runs git on the bare repository; its errors when it fails.
state::Outcome git(const std::string& repository, std::vector<std::string> words,
                   std::chrono::milliseconds timeout) {
  state::Program program;
  program.words = {"git", "-C", repository};
  program.words.insert(program.words.end(), words.begin(), words.end());
  // Nobody is asked for a password, and no helper runs.
  program.environment = {{"GIT_TERMINAL_PROMPT", "0"}, {"GIT_ASKPASS", "true"}};
  program.timeout = timeout;
  return state::run_program(program);
}

void require(const state::Outcome& outcome, std::string_view url, std::string_view ref,
             std::chrono::seconds timeout) {
  if (!outcome.found) fail_git(url, ref, "the program 'git' is not in PATH");
  if (!outcome.in_time)
    fail_git(url, ref,
             cat("git did not end within ", timeout.count(),
                 " seconds; '?timeout=' in the URL gives it more"));
  if (outcome.status != 0) fail_git(url, ref, cat("git says: ", trim(outcome.errors)));
}

}  // namespace

Fetched fetch_repository(const FetchSettings& settings, std::string_view url, std::string_view ref,
                         std::chrono::seconds timeout) {
  const std::string repository = cat(settings.cache, "/git/", name_in_cache(url));
  const std::string revision = cat("refs/plumb/", name_in_cache(ref.empty() ? "HEAD" : ref));
  make_directories(repository);
  const Lock lock(cat(repository, "/plumb.lock"));  // targets may want the same one at once
  if (ref.starts_with('-') || url.starts_with('-')) fail_git(url, ref, "it starts with '-'");
  require(git(repository, {"init", "--quiet", "--bare"}, timeout), url, ref, timeout);
  const state::Outcome known =
      git(repository, {"rev-parse", "--quiet", "--verify", revision}, timeout);
  if (known.status != 0) {
    const std::string wanted = ref.empty() ? std::string("HEAD") : std::string(ref);
    require(git(repository,
                {"fetch", "--quiet", "--depth=1", "--no-tags", std::string(url),
                 cat("+", wanted, ":", revision)},
                timeout),
            url, ref, timeout);
  }
  return {repository, revision};
}

std::optional<std::string> fetch_file(const FetchSettings& settings, std::string_view url,
                                      std::chrono::seconds timeout) {
  const std::string directory = cat(settings.cache, "/files");
  const std::string name = name_in_cache(url);
  make_directories(directory);
  const auto cache = files::open_disk(directory);
  if (auto content = cache->read_file(*files::Path::parse(name), settings.limits)) return content;
  files::HttpSettings http;
  http.timeout = timeout;
  http.answer_bytes = settings.limits.file_bytes;
  files::HttpRequest request;
  request.url = url;
  request.redirects = 10;
  request.retries = 2;
  const files::HttpResponse response = files::HttpClient(http).send(request);
  if (response.failure != files::HttpFailure::kNone)
    files::fail_http(response, url, {}, settings.limits);
  if (response.status < 200 || response.status > 299) return std::nullopt;
  files::write_atomically(cat(directory, "/", name), response.body);
  return response.body;
}

}  // namespace plumb::render
