#include "state/cluster.h"

#include <array>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"

namespace plumb::state {

namespace {

using yaml::Node;

// A key twice is the server's own doing; nothing is gained by refusing its answer.
const yaml::Profile kAnswerProfile{.name = "answer",
                                   .resolution = yaml::Resolution::kJson,
                                   .duplicates = yaml::DuplicateKeys::kLastWins,
                                   .merge_keys = yaml::MergeKeys::kKeep,
                                   .collections_as_keys = false,
                                   .comments = false,
                                   .reprinted = false};

constexpr unsigned kRetries = 4;

std::string_view cure_of(int status) {
  if (status == 429) return "the server is busy: try again later, or with a longer --timeout";
  if (status == 403)
    return "this account may not ask what the cluster serves: see docs/guide/live.md";
  return status >= 500 ? "the server, or something before it, is not well: try again later"
                       : "check the server's address and its health";
}

// A text in a small answer; "" when it is no success, or no JSON.
std::string text_in(const files::HttpResponse& response,
                    std::initializer_list<std::string_view> keys) {
  Arena arena;
  try {
    if (response.status == 200 || response.status == 201)
      return std::string(yaml::text_at(*yaml::read_json(response.body, {}, arena), keys));
  } catch (const Error&) {
    // Then it tells nothing.
  }
  return {};
}

bool is_allowed(const files::HttpResponse& review) {
  return text_in(review, {"status", "allowed"}) == "true";
}

}  // namespace

Query query_for(std::span<const kube::ResourceSet* const> sets,
                const std::map<std::string, std::string>& labels, bool whole) {
  Query query;
  query.labels = labels;
  for (const kube::ResourceSet* const set : sets) {
    for (const kube::Resource& resource : set->resources) {
      const auto [at, fresh] = query.kinds.try_emplace({resource.id.group, resource.id.kind});
      if (fresh) at->second.version = resource.id.version;
      std::set<std::string>& names = at->second.names[resource.id.namespace_name];
      if (!whole) names.insert(resource.id.name);
    }
  }
  return query;
}

Node& read_answer(SourceStore& sources, SourceId id, Arena& arena, const Limits& limits) {
  try {
    const yaml::Stream stream = yaml::read(sources, id, kAnswerProfile, arena, limits);
    if (stream.documents.size() == 1 && stream.documents[0].root->is_mapping())
      return *stream.documents[0].root;
  } catch (const Error& error) {
    if (error.diagnostic().code == "base/limit") throw;
  }
  fail("state/cluster-answer", {}, cat("expected JSON from ", sources.get(id).name),
       {{"something else than a Kubernetes API may answer there: a proxy, a login page"}});
}

std::string message_of(const files::HttpResponse& response) {
  Arena arena;
  try {
    const Node* const status = yaml::read_json(response.body, {}, arena);
    const std::string_view message = yaml::text_at(*status, {"message"});
    if (!message.empty()) return std::string(message);
  } catch (const Error&) {
    // Some answers are plain text, whatever they say of themselves.
  }
  const std::string_view text = trim(response.body);
  const std::string_view line = text.substr(0, std::min<std::size_t>(text.find('\n'), 300));
  return line.empty() ? cat("status ", response.status) : std::string(line);
}

Cluster::Cluster(SourceStore& sources, const World& world, Connection connection,
                 const Limits& limits)
    : sources_(sources),
      limits_(limits),
      connection_(std::make_unique<const Connection>(std::move(connection))),
      wire_(*connection_, world, limits) {}

Cluster::~Cluster() = default;

std::string Cluster::name() const {
  return connection_->context.empty() ? "cluster" : cat("cluster:", connection_->context);
}

// An answer of 200, as a tree.
const Node& Cluster::tree_of(const std::string& target, files::HttpResponse response) {
  const std::string source = cat(name(), target.substr(0, target.find('?')));
  if (response.status != 200)
    fail("state/cluster-answer", connection_->cluster_place,
         cat("expected 200 from ", source, ", got ", response.status, ": ", message_of(response)),
         {{std::string(cure_of(response.status))}});
  return read_answer(sources_, sources_.add(source, std::move(response.body)), arena_, limits_);
}

// What is served, and who serves it, in one go.
void Cluster::meet() {
  auto discovery = std::make_unique<Discovery>();
  std::array<files::HttpResponse, 2> groups;
  constexpr std::array<std::string_view, 2> kRoots{"/api", "/apis"};
  for (std::size_t i = 0; i < kRoots.size(); ++i)
    wire_.submit({.url = std::string(kRoots[i]),
                  .headers = {{"Accept", std::string(kAcceptGroups)}},
                  .retries = kRetries},
                 [&groups, i](files::HttpResponse response) { groups[i] = std::move(response); });
  wire_.submit({.url = "/api/v1/namespaces/kube-system",
                .headers = {{"Accept",
                             "application/json;as=PartialObjectMetadata;g=meta.k8s.io;"
                             "v=v1,application/json"}},
                .retries = kRetries},
               [this](const files::HttpResponse& response) {
                 identity_ = text_in(response, {"metadata", "uid"});
               });
  wire_.run();
  std::vector<std::string> versions;
  for (std::size_t i = 0; i < kRoots.size(); ++i) {
    const Node& answer = tree_of(std::string(kRoots[i]), std::move(groups[i]));
    if (add_groups(*discovery, answer)) continue;
    auto more = group_versions(answer);
    if (!more)
      fail("state/cluster-answer", connection_->cluster_place,
           cat("expected the kinds of the cluster from ", name(), kRoots[i]),
           {{"something else than a Kubernetes API may answer there: a proxy, a login page"}});
    std::move(more->begin(), more->end(), std::back_inserter(versions));
  }
  meet_versions(versions, *discovery);
  discovery_ = std::move(discovery);
}

// Each version that did not come with its kinds, all at once.
void Cluster::meet_versions(const std::vector<std::string>& versions, Discovery& discovery) {
  const auto target = [&](std::size_t i) {
    return cat(contains(versions[i], "/") ? "/apis/" : "/api/", versions[i]);
  };
  std::vector<files::HttpResponse> answers(versions.size());
  for (std::size_t i = 0; i < versions.size(); ++i)
    wire_.submit(
        {.url = target(i), .headers = {{"Accept", "application/json"}}, .retries = kRetries},
        [&answers, i](files::HttpResponse answer) { answers[i] = std::move(answer); });
  wire_.run();
  for (std::size_t i = 0; i < versions.size(); ++i)
    if (answers[i].status != 200 ||
        !add_resources(discovery, versions[i], tree_of(target(i), std::move(answers[i]))))
      discovery.stale.push_back(versions[i]);
}

const Discovery& Cluster::served() {
  if (!discovery_) meet();
  return *discovery_;
}

const std::string& Cluster::identity() {
  if (!discovery_) meet();
  return identity_;
}

// Puts the question; the answer is known after the wire has run.
void Cluster::review(Access access) {
  if (!access_.emplace(access, false).second) return;
  Arena arena;
  Node& attributes = *yaml::make_mapping(arena);
  constexpr std::array<std::string_view, 4> kNames{"verb", "group", "resource", "namespace"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (!access[i].empty())
      yaml::set(arena, attributes, kNames[i], yaml::make_string(arena, access[i]));
  std::string body = cat(R"({"apiVersion":"authorization.k8s.io/v1","kind":)",
                         R"("SelfSubjectAccessReview","spec":{"resourceAttributes":)",
                         yaml::emit_json(attributes), "}}");
  wire_.submit({.method = "POST",
                .url = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
                .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                .body = std::move(body),
                .retries = kRetries},
               [this, access = std::move(access)](const files::HttpResponse& response) {
                 access_[access] = is_allowed(response);
               });
}

bool Cluster::may(std::string_view verb, std::string_view group, std::string_view resource,
                  std::string_view namespace_name) {
  const Access access{std::string(verb), std::string(group), std::string(resource),
                      std::string(namespace_name)};
  review(access);
  wire_.run();
  return access_.at(access);
}

void Cluster::review_all(const Query& query) {
  for (const auto& [key, wanted] : query.kinds) {
    const ServedKind* const kind = served().find(key.first, key.second, wanted.version);
    if (kind == nullptr || !kind->patchable) continue;
    if (!kind->namespaced) review({"patch", kind->group, kind->resource, ""});
    for (const auto& [place, names] : wanted.names)
      if (kind->namespaced)
        review({"patch", kind->group, kind->resource,
                place.empty() ? connection_->namespace_name : place});
  }
}

// Null when there is none, or none for this account.
const Node* Cluster::get_if_there(const std::string& target) {
  files::HttpResponse response =
      wire_.send({.url = target, .headers = {{"Accept", "application/json"}}, .retries = kRetries});
  if (response.status == 403 || response.status == 404) return nullptr;
  return &tree_of(target, std::move(response));
}

const Node* Cluster::openapi(std::string_view api_version) {
  const auto known = openapi_.find(api_version);
  if (known != openapi_.end()) return known->second;
  if (!openapi_index_) openapi_index_ = get_if_there("/openapi/v3");
  if (*openapi_index_ == nullptr) return nullptr;
  const std::string path = cat(contains(api_version, "/") ? "apis/" : "api/", api_version);
  const std::string target(yaml::text_at(**openapi_index_, {"paths", path, "serverRelativeURL"}));
  const Node* const document = target.empty() ? nullptr : get_if_there(target);
  openapi_.emplace(api_version, document);
  return document;
}

}  // namespace plumb::state
