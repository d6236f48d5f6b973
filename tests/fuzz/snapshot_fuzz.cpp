// Any text as a snapshot of live: what it says survives being written as a snapshot and read again,
// and no value of a Secret that it has is in what was written.

#include "door.h"
#include "kube/sealed.h"
#include "state/snapshot.h"

using namespace plumb;

namespace {

constexpr std::string_view kCanary = "hunter2-canary";

std::string written(const state::State& state, const std::string& salt) {
  state::SnapshotOptions options;
  options.environment = "prod";
  options.time = "2026-11-22T12:00:00Z";
  options.keep = [](const kube::Resource&) { return true; };
  options.is_secret = [](std::string_view text) { return contains(text, kCanary); };
  options.salt = salt;
  return state::write_snapshot(state, options);
}

// The values of its Secrets are marks.
void check_sealed(const state::State& state) {
  for (const kube::Resource& resource : state.set.resources) {
    if (resource.id.kind != "Secret" || !resource.id.group.empty()) continue;
    for (const std::string_view key : {"data", "stringData"}) {
      const yaml::Node* const values = yaml::find(*resource.body, key);
      if (values == nullptr) continue;
      for (const yaml::Entry& entry : values->entries)
        fuzz::require(!entry.value->is_scalar() || entry.value->is_null() ||
                      entry.value->type == yaml::Type::kBoolean ||
                      kube::is_sealed(entry.value->text));
    }
  }
}

// Whether what it is called are texts: a number may have been written in another way.
bool has_texts_for_names(const yaml::Node& body) {
  for (const auto& path : {std::vector<std::string_view>{"kind"},
                           {"metadata", "name"},
                           {"metadata", "namespace"},
                           {"apiVersion"}}) {
    const yaml::Node* node = &body;
    for (const std::string_view key : path)
      node = node == nullptr ? nullptr : yaml::find(*node, key);
    if (node != nullptr && !node->is_string()) return false;
  }
  return true;
}

void check_same(const state::State& a, const state::State& b) {
  fuzz::require(a.cluster == b.cluster && a.gaps.size() == b.gaps.size());
  fuzz::require(a.set.resources.size() == b.set.resources.size());
  for (std::size_t i = 0; i < a.set.resources.size(); ++i)
    fuzz::require(!has_texts_for_names(*a.set.resources[i].body) ||
                  kube::describe(a.set.resources[i].id) == kube::describe(b.set.resources[i].id));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  SourceStore sources;
  state::State state;
  const SourceId id = sources.add("live.yaml", std::string(fuzz::text_of(data, size)));
  if (fuzz::error_of(sources, [&] { state = state::read_text(sources, id, fuzz::small_limits()); }))
    return 0;
  const std::string salt(32, 's');
  const std::string text = written(state, salt);
  fuzz::require(!fuzz::error_of(sources, [&] {
    const state::State again = state::read_text(sources, sources.add("again.yaml", text));
    fuzz::require(again.seal == salt && again.time == "2026-11-22T12:00:00Z");
    check_same(state, again);
    check_sealed(again);
  }));
  return 0;
}
