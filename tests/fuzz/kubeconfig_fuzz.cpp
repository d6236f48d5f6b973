// Any text as a kubeconfig: it ends in a connection whose requests can be sent, or in an Error that
// shows none of its tokens, passwords, keys and variables.

#include <sys/mman.h>
#include <unistd.h>

#include "door.h"
#include "state/credentials.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

constexpr std::size_t kTelling = 8;  // bytes: shorter texts may stand in any sentence

// A file that lives in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : file_(::memfd_create("kubeconfig", MFD_CLOEXEC)) {
    fuzz::require(file_ >= 0 &&
                  ::write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  ~MemoryFile() { ::close(file_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return cat("/proc/self/fd/", file_); }

 private:
  int file_;
};

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// What users have that nobody may see. A text that stands elsewhere in the file too, as a name, is
// none.
std::vector<std::string> secrets_in(const std::string& text) {
  std::vector<std::string> secrets;
  SourceStore sources;
  Arena arena;
  const auto add = [&](std::string_view value) {
    if (value.size() >= kTelling && count(text, value) == 1) secrets.emplace_back(value);
  };
  const yaml::Stream stream = yaml::read(sources, sources.add("config", text),
                                         yaml::kKubernetesProfile, arena, fuzz::small_limits());
  for (const yaml::Document& document : stream.documents) {
    const yaml::Node* const users = yaml::find(*document.root, "users");
    if (users == nullptr) continue;
    for (const yaml::Node* const user : users->items) {
      for (const std::string_view key : {"token", "password", "client-key-data"})
        add(yaml::text_at(*user, {"user", key}));
      const yaml::Node* const variables = yaml::find_path(*user, {"user", "exec", "env"});
      if (variables == nullptr) continue;
      for (const yaml::Node* const variable : variables->items)
        add(yaml::text_at(*variable, {"value"}));
    }
  }
  return secrets;
}

// Words of the file that a sentence about its syntax has no reason to show.
void check_syntax_error(std::string_view printed, std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end - at >= 14) fuzz::require(!contains(printed, text.substr(at, end - at)));
    at = end + 1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const std::string text(fuzz::text_of(data, size));
  const MemoryFile file(text);
  state::World world;
  world.variable = [&](std::string_view name) {
    return name == "KUBECONFIG" ? std::optional(file.path()) : std::nullopt;
  };
  world.working_directory = "/";
  world.account_directory = "/does/not/exist";
  SourceStore sources;
  const auto printed = fuzz::error_of(sources, [&] {
    const state::Connection connection = state::find_connection(sources, world, {});
    fuzz::require(!connection.server.empty() && contains(connection.server, "://"));
    if (connection.plugin || !connection.token_file.empty()) return;
    state::Patience patience(connection.http.timeout);
    state::Credentials(connection, world, patience).headers();
  });
  if (!printed) return 0;
  if (contains(*printed, "mistake in its YAML")) {
    check_syntax_error(*printed, text);
  } else {
    fuzz::error_of(sources, [&] {
      for (const std::string& secret : secrets_in(text)) fuzz::require(!contains(*printed, secret));
    });
  }
  return 0;
}
