// Any text as the target of a request: what may be sent is what a server will understand.
//
// The input: a letter for the method, then the target.

#include "door.h"
#include "state/wire.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text = fuzz::text_of(data, size);
  constexpr std::string_view kMethods[] = {"GET", "PATCH", "POST", "PUT", "DELETE", "HEAD"};
  const std::string_view method =
      kMethods[static_cast<unsigned char>(text[0]) % std::size(kMethods)];
  const std::string_view target = text.substr(1);
  fuzz::require(!state::is_harmless("DELETE", target) && !state::is_harmless("HEAD", target));
  fuzz::require(!contains(state::percent_encode(target), "/"));
  if (!state::is_harmless(method, target)) return 0;
  // It stays on the server that it was meant for, and where it says it is.
  fuzz::require(target.starts_with('/'));
  const std::string_view path = target.substr(0, target.find('?'));
  const std::string folded = replace_all(lower(path), "%2e", ".");
  fuzz::require(!contains(folded + "/", "/../") && !contains(folded + "/", "/./"));
  for (const char c : target) fuzz::require(static_cast<unsigned char>(c) > 0x20 && c != 0x7f);
  fuzz::require(method == "GET" || contains(target, "dryRun=All") || contains(target, "reviews"));
  return 0;
}
