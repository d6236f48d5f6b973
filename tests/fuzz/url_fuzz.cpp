// Two lines: a URL in a kustomization, and the prefix of a mirror. What is taken for a repository
// cannot be an option of git, and its directory stays inside.

#include <algorithm>

#include "door.h"
#include "files/path.h"
#include "kustomize/remote.h"
#include "render/mirrors.h"

using namespace plumb;

// git runs git-remote-NAME for NAME::…
static bool names_a_program(std::string_view url) {
  const std::size_t end = url.find("::");
  return end != std::string_view::npos &&
         std::all_of(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '+' || c == '-' || c == '.';
         });
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const std::string_view text = fuzz::text_of(data, size);
  const std::string_view url = text.substr(0, text.find('\n'));
  const std::string prefix(text.substr(std::min(url.size() + 1, text.size())));
  const auto remote = kustomize::parse_remote(url);
  if (!remote) return 0;
  fuzz::require(!remote->repository.empty() && !remote->repository.starts_with('-'));
  fuzz::require(!names_a_program(remote->repository));
  fuzz::require(remote->timeout_seconds > 0 && remote->timeout_seconds <= 86400);
  const auto directory = files::Path::parse(remote->directory);
  fuzz::require(directory && directory->text() == remote->directory);
  render::Mirrors mirrors({{prefix, "does/not/exist"}}, "/does/not");
  SourceStore sources;
  fuzz::error_of(sources, [&] {
    const auto place = mirrors.find(*remote);
    fuzz::require(!place || files::Path::parse(place->path.text()) == place->path);
  });
  return 0;
}
