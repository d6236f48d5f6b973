#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <new>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#endif
#include <unistd.h>

#include "base/parallel.h"
#include "cli/command.h"

namespace {

std::string read_all_stdin() {
  std::string text;
  char buffer[1 << 16];
  for (ssize_t got = 0; (got = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

// False when the reader is gone or the disk is full.
bool write_all(int file, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(file, text.data() + at, text.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += static_cast<std::size_t>(written);
  }
  return true;
}

std::string current_directory() {
  std::string directory(4096, '\0');
  if (getcwd(directory.data(), directory.size()) == nullptr) return ".";
  directory.resize(directory.find('\0'));
  return directory;
}

// A command runs a moment and ends: memory is asked for in large pieces and not handed back before.
void keep_memory() {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, 16 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

// A page fault costs more than most of what is done on the page. Advice only: where the heap of
// this thread lies elsewhere, nothing happens.
void prefer_large_pages() {
#ifdef __GLIBC__
  constexpr std::uintptr_t kHeap = 64 << 20;  // glibc's heaps of threads start at multiples of it
  void* const somewhere = std::malloc(1);
  const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(somewhere) & ~(kHeap - 1);
  madvise(reinterpret_cast<void*>(start), 16 << 20, MADV_HUGEPAGE);
  std::free(somewhere);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory();
  std::signal(SIGPIPE, SIG_IGN);  // a closed stdout is an error of ours, not a silent death
  plumb::cli::Process process;
  process.now = std::time(nullptr);
  process.working_directory = current_directory();
  process.read_stdin = read_all_stdin;
  process.variable = [](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  process.stdout_is_terminal = isatty(STDOUT_FILENO) != 0;
  process.stderr_is_terminal = isatty(STDERR_FILENO) != 0;
  const std::vector<std::string> words(argv, argv + argc);

  int status = plumb::cli::kUnclear;
  try {
    plumb::run_with_deep_stack([&] {
      prefer_large_pages();
      status = plumb::cli::run(words, process);
    });
  } catch (const std::bad_alloc&) {
    process.err += "error: out of memory [base/limit]\n";
    status = plumb::cli::kUnclear;
  }
  write_all(STDERR_FILENO, process.err);
  if (!write_all(STDOUT_FILENO, process.out)) {
    write_all(STDERR_FILENO,
              "error: stdout cannot be written: it is closed or its disk is full [cli/stdout]\n");
    return plumb::cli::kUnclear;
  }
  return status;
}
