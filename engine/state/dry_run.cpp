// Asking a cluster what an apply would do.

#include <algorithm>
#include <chrono>

#include "base/diagnostic.h"
#include "base/text.h"
#include "state/cluster.h"
#include "yaml/emit.h"
#include "yaml/json.h"

namespace plumb::state {

namespace {

using yaml::Node;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostAtOnce = 8;
constexpr std::size_t kFewestAtOnce = 2;
constexpr unsigned kRetries = 4;

// How many at once: a server that takes more than twice as long as at its best is given less to do.
class Window {
 public:
  std::size_t size() const { return size_; }
  void note(Clock::duration took) {
    best_ = best_ == Clock::duration::zero() ? took : std::min(best_, took);
    smooth_ = smooth_ == Clock::duration::zero() ? took : (smooth_ * 7 + took) / 8;
    if (smooth_ > 3 * best_ + std::chrono::milliseconds(50)) {
      size_ = std::max(kFewestAtOnce, size_ - 1);
    } else {
      size_ = std::min(kMostAtOnce, size_ + 1);
    }
  }

 private:
  std::size_t size_ = kMostAtOnce;
  Clock::duration best_ = Clock::duration::zero();
  Clock::duration smooth_ = Clock::duration::zero();
};

// The texts of `Warning: 299 - "text"`.
std::vector<std::string> warnings_of(const files::HttpResponse& response) {
  std::vector<std::string> warnings;
  for (const files::HttpHeader& header : response.headers) {
    if (header.name != "warning") continue;
    const std::size_t first = header.value.find('"');
    const std::size_t last = header.value.rfind('"');
    if (first == std::string::npos || last == first) continue;
    std::string text;
    for (std::size_t at = first + 1; at < last; ++at) {
      if (header.value[at] == '\\' && at + 1 < last) ++at;
      text += header.value[at];
    }
    warnings.push_back(std::move(text));
  }
  return warnings;
}

class DryRuns {
 public:
  DryRuns(Wire& wire, const Discovery& discovery, Arena& arena, SourceStore& sources,
          std::span<const DryRun> runs)
      : wire_(wire),
        discovery_(discovery),
        arena_(arena),
        sources_(sources),
        runs_(runs),
        answers_(runs.size()) {}

  std::vector<DryRunAnswer> ask() {
    fill();
    wire_.run();
    for (DryRunAnswer& answer : answers_)
      if (answer.status == 0) answer.error = why_none_;
    return std::move(answers_);
  }

 private:
  void fill() {
    while (why_none_.empty() && next_ < runs_.size() && under_way_ < window_.size()) start(next_++);
  }

  void start(std::size_t index) {
    const kube::ResourceId& id = runs_[index].id;
    const ServedKind* const kind = discovery_.find(id.group, id.kind, id.version);
    if (kind == nullptr) {
      answers_[index].status = 404;
      answers_[index].error = cat("the server has no kind '", id.kind, "' of ", id.api_version());
      return;
    }
    send(index, request_of(runs_[index], *kind));
  }

  static std::string_view content_type(Method method) {
    switch (method) {
      case Method::kApply:
        return "application/apply-patch+yaml";
      case Method::kCreate:
        return "application/json";
      case Method::kStrategicMerge:
        return "application/strategic-merge-patch+json";
      case Method::kJsonMerge:
        return "application/merge-patch+json";
    }
    return {};
  }

  files::HttpRequest request_of(const DryRun& run, const ServedKind& kind) const {
    const bool creates = run.method == Method::kCreate;
    const std::string& own = wire_.connection().namespace_name;
    const std::string& place = run.id.namespace_name.empty() ? own : run.id.namespace_name;
    const bool force = run.method == Method::kApply && run.force;
    return {.method = creates ? "POST" : "PATCH",
            .url = cat(target_of(kind, place, creates ? "" : run.id.name),
                       "?dryRun=All&fieldValidation=Strict&fieldManager=",
                       percent_encode(run.manager), force ? "&force=true" : ""),
            .headers = {{"Content-Type", std::string(content_type(run.method))},
                        {"Accept", "application/json"}},
            .body = yaml::emit_json(*run.body),
            .retries = kRetries};
  }

  void send(std::size_t index, files::HttpRequest request) {
    ++under_way_;
    wire_.submit(
        std::move(request),
        [this, index, start = Clock::now()](files::HttpResponse response) {
          --under_way_;
          if (response.failure != files::HttpFailure::kNone) return give_up(response);
          window_.note(Clock::now() - start);
          take(index, response);
          fill();
        },
        true);
  }

  // What is not answered yet will not be: nobody is there any more, or the time is over.
  void give_up(const files::HttpResponse& response) {
    if (!why_none_.empty()) return;
    try {
      wire_.fail_on_the_way(response);
    } catch (const Error& error) {
      why_none_ = error.diagnostic().text;
    }
  }

  void take(std::size_t index, const files::HttpResponse& response) {
    DryRunAnswer& answer = answers_[index];
    answer.status = response.status;
    answer.warnings = warnings_of(response);
    answer.body = body_of(response, runs_[index].id);
    if (response.status != 200 && response.status != 201) answer.error = message_of(response);
  }

  // Errors of a server may quote what it was sent.
  const Node* body_of(const files::HttpResponse& response, const kube::ResourceId& id) {
    if (!trim(response.body).starts_with('{')) return nullptr;
    const SourceId source =
        sources_.add_secret(cat("dry run of ", kube::describe(id)), response.body);
    try {
      return yaml::read_json(sources_.text(source), {source, 0, 0}, arena_);
    } catch (const Error&) {
      return nullptr;
    }
  }

  Wire& wire_;
  const Discovery& discovery_;
  Arena& arena_;
  SourceStore& sources_;
  std::span<const DryRun> runs_;
  std::vector<DryRunAnswer> answers_;
  std::size_t next_ = 0;
  std::size_t under_way_ = 0;
  std::string why_none_;  // "" while answers come
  Window window_;
};

}  // namespace

std::vector<DryRunAnswer> Cluster::dry_run(std::span<const DryRun> runs) {
  return DryRuns(wire_, served(), arena_, sources_, runs).ask();
}

}  // namespace plumb::state
