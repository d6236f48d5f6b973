// Any text that reads as YAML is printed by every profile, and reads again to the same data.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

Limits small_limits() {
  Limits limits;
  limits.read_depth = 150;  // the fuzzer's stack is the system's
  limits.alias_nodes = 10'000;
  return limits;
}

// Go's emitter leaves `<<` plain, and bytes that are no text become !!binary: there the tools
// themselves read something else again.
bool is_exact(const yaml::Node& node, const yaml::EmitProfile& profile) {
  if (node.is_scalar()) {
    if (node.text == "<<" && profile.quoting == yaml::Quoting::kGo) return false;
    return node.type != yaml::Type::kBinary;
  }
  for (const yaml::Node* const item : node.items) {
    if (!is_exact(*item, profile)) return false;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (!is_exact(*entry.key, profile) || !is_exact(*entry.value, profile)) return false;
  }
  return true;
}

// Reads what was printed, as it is written.
yaml::Profile as_printed() {
  yaml::Profile profile = yaml::kKubernetesProfile;
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  profile.merge_keys = yaml::MergeKeys::kKeep;
  profile.collections_as_keys = true;
  return profile;
}

void check_yaml(const yaml::Node& root, const yaml::EmitProfile& profile, Arena& arena) {
  if (!is_exact(root, profile)) return;
  yaml::Node* const settled = yaml::copy(arena, root);
  yaml::settle(arena, *settled, profile);
  SourceStore sources;
  const SourceId id = sources.add("printed", yaml::emit(root, profile));
  const yaml::Stream again = yaml::read(sources, id, as_printed(), arena);
  if (again.documents.size() != 1 || !yaml::equal(*settled, *again.documents[0].root)) std::abort();
}

void check_json(const yaml::Node& root, const yaml::JsonStyle& style, Arena& arena) {
  std::string json;
  try {
    json = yaml::emit_json(root, style);
  } catch (const Error&) {
    return;  // a number that JSON does not have
  }
  // Go prints the float -0.0 as the integer -0: data are compared, not texts.
  const yaml::Node* const again = yaml::read_json(json, {}, arena);
  const yaml::Node* const once_more = yaml::read_json(yaml::emit_json(*again, style), {}, arena);
  if (!yaml::equal(*again, *once_more)) std::abort();
}

void check(const std::string& text, const yaml::Profile& profile) {
  SourceStore sources;
  Arena arena;
  yaml::Stream stream;
  try {
    stream = yaml::read(sources, sources.add("in", text), profile, arena, small_limits());
  } catch (const Error&) {
    return;
  }
  for (const yaml::Document& document : stream.documents) {
    for (const yaml::EmitProfile* output :
         {&yaml::kPlumbOutput, &yaml::kKustomizeOutput, &yaml::kYttOutput})
      check_yaml(*document.root, *output, arena);
    for (const yaml::JsonStyle* style :
         {&yaml::kGoJson, &yaml::kGoJsonPlain, &yaml::kNlohmannJson, &yaml::kNlohmannOrderedJson})
      check_json(*document.root, *style, arena);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(text, yaml::kKustomizeProfile);
  check(text, yaml::kYttPlainProfile);
  return 0;
}
