// Any text as a saved plan: it holds only with the digest of the plan that is made now, and what is
// told beside that are steps of either.

#include "door.h"
#include "plan/plan.h"
#include "state/state.h"

using namespace plumb;

namespace {

// A plan of one environment: an object to create, one to change and one to delete.
struct Now {
  Now() {
    head = objects("head.yaml",
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n---\n"
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}, data: {k: v}}\n");
    base = objects("base.yaml",
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n---\n"
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n");
    live = objects("live.yaml",
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, uid: u, resourceVersion: "
                   "'1'}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n");
    live.cluster = "c1";
    plan::Input input;
    plan::EnvironmentInput& prod = input.environments.emplace_back();
    prod.name = "prod";
    plan::UnitInput& unit = prod.units.emplace_back();
    unit.name = "u";
    unit.base = &base.set;
    unit.head = &head.set;
    input.has_base = true;
    prod.live = &live;
    plan = plan::make(input);
  }
  state::State objects(std::string name, std::string text) {
    return state::read_text(sources, sources.add(std::move(name), std::move(text)));
  }

  SourceStore sources;
  state::State head, base, live;
  plan::Plan plan;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  static const Now kNow;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::error_of(kNow.sources, [&] {
    const plan::Freshness freshness = plan::check(text, {}, kNow.plan);
    fuzz::require(!freshness.fresh || contains(text, kNow.plan.digest));
    fuzz::require(!freshness.fresh || (freshness.gone.empty() && freshness.added.empty()));
    fuzz::require(freshness.added.size() <= kNow.plan.environments[0].steps.size());
  });
  return 0;
}
