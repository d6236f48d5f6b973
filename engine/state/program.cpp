#include "state/program.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

extern char** environ;

namespace plumb::state {

namespace {

constexpr std::size_t kMostBytes = 1 << 20;

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

std::vector<std::string> environment_with(const Program& program) {
  std::vector<std::string> all;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const bool replaced =
        std::any_of(program.environment.begin(), program.environment.end(),
                    [&](const auto& pair) { return text.starts_with(cat(pair.first, '=')); });
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : program.environment) all.push_back(cat(name, '=', value));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// 0, or the number of the error.
int spawn(const Program& program, const Pipe& output, const Pipe& errors, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, output.ends[1], STDOUT_FILENO);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (!program.asks) {  // a group of its own, so that what it starts ends with it
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, errors.ends[1], STDERR_FILENO);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  sigset_t none, pipe;
  ::sigemptyset(&none);
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &pipe);
  ::posix_spawnattr_setflags(&attributes, flags);
  std::vector<std::string> words = program.words;
  std::vector<std::string> environment = environment_with(program);
  const int error = ::posix_spawnp(&child, words[0].c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

// Takes what is there; false at the end.
bool take(int file, std::string& text) {
  char buffer[1 << 14];
  const ssize_t got = ::read(file, buffer, sizeof buffer);
  if (got > 0) {
    const std::size_t room = kMostBytes - std::min(text.size(), kMostBytes);
    text.append(buffer, std::min(static_cast<std::size_t>(got), room));
  }
  return got > 0 || (got < 0 && errno == EINTR);
}

using Clock = std::chrono::steady_clock;

// Until both are closed; false when the time is over before.
bool collect(Pipe& output, Pipe& errors, Outcome& outcome, Clock::time_point deadline) {
  while (output.ends[0] >= 0 || errors.ends[0] >= 0) {
    std::array<pollfd, 2> files{pollfd{output.ends[0], POLLIN, 0},
                                pollfd{errors.ends[0], POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    if (::poll(files.data(), files.size(), static_cast<int>(left)) <= 0) continue;
    if (files[0].revents != 0 && !take(output.ends[0], outcome.output)) output.close_end(0);
    if (files[1].revents != 0 && !take(errors.ends[0], outcome.errors)) errors.close_end(0);
  }
  return true;
}

// A program may close what it prints to and live on.
bool ends_before(pid_t child, Clock::time_point deadline, int& status) {
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace

Outcome run_program(const Program& program) {
  const Clock::time_point deadline = Clock::now() + program.timeout;
  Outcome outcome;
  Pipe output, errors;
  pid_t child = 0;
  if (const int error = spawn(program, output, errors, child); error != 0) {
    outcome.found = false;
    return outcome;
  }
  output.close_end(1);
  errors.close_end(1);
  if (program.asks) errors.close_end(0);
  int status = 0;
  outcome.in_time =
      collect(output, errors, outcome, deadline) && ends_before(child, deadline, status);
  if (!outcome.in_time) {
    ::kill(program.asks ? child : -child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace plumb::state
