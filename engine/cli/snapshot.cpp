// `plumb snapshot`: what runs, as a file.
#include "state/snapshot.h"

#include <chrono>
#include <set>
#include <tuple>

#include "base/base64.h"
#include "base/digest.h"
#include "base/text.h"
#include "cli/comparison.h"
#include "files/output.h"
#include "plan/plan.h"

namespace plumb::cli {

namespace {

constexpr std::string_view kVariable = "PLUMB_SNAPSHOT_KEY";

using Key = std::tuple<std::string, std::string, std::string, std::string>;
Key key_of(const kube::ResourceId& id) { return {id.group, id.kind, id.namespace_name, id.name}; }

// What belongs to the environment: what it renders or rendered, and what carries its mark. Objects
// of others are none of our business, and a complete snapshot would have them deleted.
class Ours {
 public:
  explicit Ours(const plan::EnvironmentInput& environment) : environment_(environment) {
    for (const plan::UnitInput& unit : environment.units) {
      for (const kube::ResourceSet* const set : {unit.base, unit.head}) {
        if (set == nullptr) continue;
        for (const kube::Resource& resource : set->resources) add(resource.id);
      }
    }
  }

  bool has(const kube::Resource& resource) const {
    return rendered_.contains(key_of(resource.id)) ||
           plan::carries_mark(*resource.body, environment_.owned) || is_tracked(*resource.body);
  }

 private:
  void add(const kube::ResourceId& id) {
    rendered_.insert(key_of(id));
    kube::ResourceId in_own = id;
    if (id.namespace_name.empty()) in_own.namespace_name = environment_.live->own_namespace;
    rendered_.insert(key_of(in_own));
  }

  bool is_tracked(const yaml::Node& body) const {
    const std::string_view mark =
        yaml::text_at(body, {"metadata", "annotations", "argocd.argoproj.io/tracking-id"});
    for (const plan::UnitInput& unit : environment_.units) {
      if (!unit.application.empty() && mark.starts_with(cat(unit.application, ':'))) return true;
    }
    return false;
  }

  const plan::EnvironmentInput& environment_;
  std::set<Key> rendered_;
};

// 2026-11-22T12:00:00Z
std::string time_text(std::int64_t now) {
  const std::chrono::sys_seconds time{std::chrono::seconds{now}};
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{days};
  const std::chrono::hh_mm_ss clock{time - days};
  const auto two = [](auto number) {
    const std::string digits = cat(static_cast<std::int64_t>(number));
    return digits.size() < 2 ? cat('0', digits) : digits;
  };
  return cat(static_cast<int>(date.year()), '-', two(static_cast<unsigned>(date.month())), '-',
             two(static_cast<unsigned>(date.day())), 'T', two(clock.hours().count()), ':',
             two(clock.minutes().count()), ':', two(clock.seconds().count()), 'Z');
}

// Values of Secrets that are long enough to be no word of everyday: those may not stand anywhere.
class LongValues {
 public:
  void add(const kube::ResourceSet& set) {
    for (const kube::Resource& resource : set.resources) {
      if (resource.id.kind != "Secret" || !resource.id.group.empty()) continue;
      for (const std::string_view part : {"data", "stringData"}) {
        const yaml::Node* const values = yaml::find(*resource.body, part);
        if (values == nullptr) continue;
        for (const yaml::Entry& entry : values->entries) add(entry.value->text, part == "data");
      }
    }
  }
  bool are_in(std::string_view text) const { return masker_.mask(text) != text; }
  // Values that read like a name are no secret in one.
  bool are_in_names(std::string_view text) const { return masker_.mask_name(text) != text; }

 private:
  static constexpr std::size_t kLong = 8;  // bytes

  void add(std::string_view text, bool encoded) {
    const std::string value = encoded ? base64_decode(text).value_or("") : std::string(text);
    if (value.size() >= kLong) masker_.add_value(value);
  }
  report::Masker masker_ = report::Masker();
};

std::string snapshot_of(Invocation& invocation, const plan::EnvironmentInput& environment,
                        bool has_sensitive) {
  const Ours ours(environment);
  LongValues values;
  values.add(environment.live->set);
  for (const plan::UnitInput& unit : environment.units) {
    if (unit.base != nullptr) values.add(*unit.base);
    if (unit.head != nullptr) values.add(*unit.head);
  }
  state::SnapshotOptions options;
  options.environment = environment.name;
  const std::string& taken = environment.live->time;
  options.time = taken.empty() ? time_text(invocation.process.now) : taken;
  options.keep = [&](const kube::Resource& resource) { return ours.has(resource); };
  options.is_secret = [&](std::string_view text) { return values.are_in(text); };
  if (has_sensitive) {
    options.is_hidden = [&](const kube::ResourceId& id, const yaml::Path& path) {
      return invocation.masker.is_sensitive(id, path);
    };
  }
  options.salt = random_bytes(32);
  options.secret = invocation.process.variable(kVariable).value_or("");
  options.variable = kVariable;
  std::string text = state::write_snapshot(*environment.live, options);
  if (values.are_in_names(text)) {
    fail("cli/secret-in-snapshot", {},
         "the value of a Secret is part of a name or a key, which cannot be sealed",
         {{"rename what carries the value; the snapshot was not written"}});
  }
  return text;
}

}  // namespace

int run_snapshot(Invocation& invocation) {
  Session session(invocation);
  const Comparison comparison = compare_sides(invocation, session, LivePolicy::kConfigured);
  if (comparison.failed) return kUnclear;
  if (comparison.input.environments.size() != 1) {
    fail("cli/several-environments", {}, "a snapshot is of one environment",
         {{"say which: -e ENV"}});
  }
  const plan::EnvironmentInput& environment = comparison.input.environments[0];
  if (environment.live == nullptr || environment.live->rendered) {
    fail("cli/no-live", {},
         cat("the live state of environment '", environment.name, "' is no running one"),
         {{"a snapshot is taken of cluster:CONTEXT, or of a file of objects"}});
  }
  if (!environment.live->seal.empty()) {
    fail("cli/no-live", {}, "the live state is a snapshot already");
  }
  const std::string text =
      snapshot_of(invocation, environment, !session.head().project.sensitive.empty());
  const auto& output = invocation.options.output;
  if (!output) {
    invocation.process.out += text;
  } else {
    const std::string& from = invocation.process.working_directory;
    files::write_atomically(output->starts_with('/') ? *output : cat(from, "/", *output), text);
  }
  return comparison.unclear ? kUnclear : kDone;
}

}  // namespace plumb::cli
