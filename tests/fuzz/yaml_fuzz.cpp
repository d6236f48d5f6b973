// Any text: the reader ends in documents or in an Error, and what it understood survives being
// printed and read again.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "yaml/emit.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

Limits small_limits() {
  Limits limits;
  limits.read_depth = 200;  // the fuzzer's stack is the system's
  limits.alias_nodes = 10'000;
  return limits;
}

void round_trip(const std::string& text, const yaml::Profile& profile,
                const yaml::EmitProfile& emit_profile) {
  SourceStore sources;
  Arena arena;
  const Limits limits = small_limits();
  const auto print_again = [&](const std::string& printed) {
    const yaml::Stream again = yaml::read(sources, sources.add("printed", printed), profile, arena);
    return yaml::emit(again.documents.empty() ? *yaml::make_null(arena) : *again.documents[0].root,
                      emit_profile);
  };
  yaml::Stream stream;
  try {
    stream = yaml::read(sources, sources.add("in", text), profile, arena, limits);
  } catch (const Error& error) {
    format_diagnostic(error.diagnostic(), sources);
    return;
  }
  for (const yaml::Document& document : stream.documents) {
    const std::string first = yaml::emit(*document.root, emit_profile);
    const std::string second = print_again(first);
    // ytt prints the float -0.0 as the integer -0; from the second time on nothing may change.
    if (emit_profile.numbers == yaml::Numbers::kAsWritten && second != first) std::abort();
    if (print_again(second) != second) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  round_trip(text, yaml::kKubernetesProfile, yaml::kPlumbOutput);
  round_trip(text, yaml::kYttPlainProfile, yaml::kYttOutput);
  return 0;
}
