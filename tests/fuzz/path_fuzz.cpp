// Any text: a path stays in its tree, and a printed field path reads as the same path.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "files/path.h"
#include "yaml/path.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto path = files::Path().resolve(text)) {
    for (const std::string_view bad : {"/../", "//", "/./"}) {
      if (("/" + path->text() + "/").find(bad) != std::string::npos && !path->is_root())
        std::abort();
    }
  }
  if (const auto path = yaml::parse_path(text)) {
    const auto again = yaml::parse_path(yaml::print_path(*path));
    if (!again || *again != *path) std::abort();
  }
  return 0;
}
