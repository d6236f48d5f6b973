// Any text as what an exec plugin prints: credentials, of which everything secret was told before,
// or an Error that shows nothing of it.

#include "door.h"
#include "state/credentials.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const std::string_view text = fuzz::text_of(data, size);
  state::ExecPlugin plugin;
  plugin.command = "plugin";
  plugin.api_version = "client.authentication.k8s.io/v1";
  std::set<std::string, std::less<>> told;
  SourceStore sources;
  const auto printed = fuzz::error_of(sources, [&] {
    const state::ExecCredential given = state::read_exec_credential(
        plugin, text, [&](std::string_view secret) { told.emplace(secret); });
    fuzz::require(!given.token.empty() || !given.key.empty());
    fuzz::require(given.certificate.empty() == given.key.empty());
    fuzz::require(told.contains(given.token) && told.contains(given.key));
  });
  for (const std::string& secret : told)
    fuzz::require(!printed || secret.size() < 12 || !contains(*printed, secret));
  const auto time = state::parse_time(text);
  fuzz::require(!time || text.size() >= 20);
  return 0;
}
