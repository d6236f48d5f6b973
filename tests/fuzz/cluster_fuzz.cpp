// Any texts as a cluster's answers, over a real connection: what it serves, lists in pages,
// reviews, dry runs and OpenAPI documents. It ends in a state or in an Error, and nothing was sent
// that could have changed something.
//
// The input: texts between lines of `%%`, for /api, /apis, the namespace kube-system, the index of
// OpenAPI, its documents, reviews, dry runs, and then the pages of lists in turn. A text may begin
// with a line that is its status.

#include <array>
#include <atomic>

#include "diff/shape.h"
#include "door.h"
#include "state/cluster.h"
#include "support/fake_server.h"
#include "yaml/read.h"

using namespace plumb;

namespace {

enum Part : std::size_t { kCore, kGroups, kIdentity, kIndex, kOpenApi, kReview, kDryRun, kPages };

// Statuses that are asked again, after a pause, are another test's.
constexpr std::array<int, 11> kStatuses{200, 201, 204, 302, 400, 401, 403, 404, 409, 410, 422};

std::string as_answer(std::string_view part) {
  const auto status =
      part.size() > 3 && part[3] == '\n' ? to_integer(part.substr(0, 3)) : std::nullopt;
  for (const int known : kStatuses)
    if (status == known) return answer(known, part.substr(4), "warning: 299 - \"a \\\"b\\\"\"\r\n");
  return answer(200, part);
}

class Script {
 public:
  explicit Script(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  std::string operator()(const FakeRequest& request) const {
    const std::string& target = request.target;
    fuzz::require(state::is_harmless(request.method, target));
    if (target == "/api") return as_answer(parts_[kCore]);
    if (target == "/apis") return as_answer(parts_[kGroups]);
    if (target == "/api/v1/namespaces/kube-system") return as_answer(parts_[kIdentity]);
    if (target == "/openapi/v3") return as_answer(parts_[kIndex]);
    if (target.starts_with("/openapi/v3")) return as_answer(parts_[kOpenApi]);
    if (target.ends_with("accessreviews")) return as_answer(parts_[kReview]);
    if (request.method != "GET") return as_answer(parts_[kDryRun]);
    const std::size_t page = kPages + next_++;
    return page < parts_.size() ? as_answer(parts_[page]) : answer(200, R"({"items":[]})");
  }

 private:
  std::vector<std::string> parts_;
  mutable std::atomic<std::size_t> next_ = 0;
};

state::Query wanted() {
  state::Query query;
  query.kinds[{"apps", "Deployment"}] = {"v1", {{"", {}}, {"a", {"web", "x/y"}}}};
  query.kinds[{"", "Secret"}] = {"v1", {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}}};
  query.kinds[{"example.org", "Widget"}] = {"v1", {{"a", {}}}};
  query.labels = {{"team", "ml"}};
  query.asks_access = true;
  return query;
}

void ask(state::Cluster& cluster) {
  const state::State state = cluster.read(wanted());
  for (const kube::Resource& resource : state.set.resources)
    fuzz::require(yaml::find(*resource.body, "kind") != nullptr);
  cluster.identity();
  diff::Catalogue catalogue;
  catalogue.add(state.definitions);
  if (const yaml::Node* const document = cluster.openapi("example.org/v1"))
    catalogue.add_published(*document);
  Arena arena;
  const yaml::Node& object =
      *yaml::read_text("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}", {},
                       yaml::kKubernetesProfile, arena)
           .documents[0]
           .root;
  const kube::ResourceId id = kube::id_of(object);
  cluster.dry_run(std::vector<state::DryRun>{{id, &object, state::Method::kApply, "m"},
                                             {id, &object, state::Method::kJsonMerge, "m"},
                                             {id, &object, state::Method::kCreate, "m"}});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > fuzz::kBytesMax) return 0;
  const auto script =
      std::make_shared<Script>(fuzz::parts_of(fuzz::text_of(data, size), Part::kPages));
  const FakeServer server([script](const FakeRequest& request) { return (*script)(request); });
  state::Connection connection;
  connection.context = "test";
  connection.server = server.url();
  connection.token = "t";
  connection.http.timeout = std::chrono::milliseconds(5000);
  const state::World world{.variable = [](std::string_view) { return std::nullopt; },
                           .working_directory = "/"};
  const Limits limits = fuzz::small_limits();
  SourceStore sources;
  state::Cluster cluster(sources, world, connection, limits);
  fuzz::error_of(sources, [&] { ask(cluster); });
  return 0;
}
