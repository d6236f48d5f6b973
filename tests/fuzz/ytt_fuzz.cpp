// Any text as a ytt template: it ends in documents or in an Error, within its steps.

#include <cstdint>
#include <string>

#include "base/diagnostic.h"
#include "ytt/ytt.h"

using namespace plumb;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  SourceStore sources;
  Arena arena;
  Limits limits;
  limits.read_depth = 200;
  limits.render_depth = 100;
  limits.starlark_depth = 50;
  limits.starlark_steps = 20'000;
  limits.alias_nodes = 10'000;
  ytt::Input input;
  input.files.push_back(
      {"config.yml",
       sources.add("config.yml", std::string(reinterpret_cast<const char*>(data), size))});
  try {
    ytt::render(input, arena, sources, limits);
  } catch (const Error& error) {
    format_diagnostic(error.diagnostic(), sources);
  }
  return 0;
}
