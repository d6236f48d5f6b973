#include "cli/comparison.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/text.h"
#include "kube/sealed.h"
#include "kube/type_table.h"
#include "state/snapshot.h"

namespace plumb::cli {

namespace {

class Builder {
 public:
  Builder(Invocation& invocation, Session& session, LivePolicy policy)
      : invocation_(invocation), session_(session), options_(invocation.options), policy_(policy) {}

  Comparison build() {
    render_head();
    render_base();
    for (const project::Environment* environment : environments_) read_live(*environment);
    // Errors are told when all Secrets are known, so that none is quoted.
    bool failed = session_.report_errors(result_.head);
    failed = session_.report_errors(result_.base) || failed;
    for (const std::vector<Outcome>& outcomes : result_.rendered_live)
      failed = session_.report_errors(outcomes) || failed;
    result_.failed = failed;
    result_.unclear = session_.report_not_rendered(result_.head) || result_.unclear;
    fill_input();
    return std::move(result_);
  }

 private:
  void render_head() {
    const Revision& head = session_.head();
    const auto targets = session_.targets(head, options_.arguments);
    environments_ = session_.environments(head);
    result_.head = session_.render_all(head, targets, true);
  }

  // The units that base had, in the environments that are asked for: a unit that is gone is
  // planned, too.
  void render_base() {
    if (!options_.base) return;
    result_.revisions.push_back(session_.open(*options_.base, "--base"));
    const Revision& base = *result_.revisions.back();
    result_.base = session_.render_all(base, targets_at(base), true);
  }

  std::vector<render::Target> targets_at(const Revision& revision) const {
    std::vector<render::Target> targets;
    for (const project::Environment* environment : environments_) {
      const project::Environment* const there =
          revision.project.find_environment(environment->name);
      if (there == nullptr) continue;
      for (const render::Target& target : render::targets_of(revision.project, *there)) {
        const auto& asked = options_.arguments;
        if (asked.empty() ||
            std::find(asked.begin(), asked.end(), target.unit->name) != asked.end())
          targets.push_back(target);
      }
    }
    return targets;
  }

  void read_live(const project::Environment& environment) {
    const bool base_alone = policy_ == LivePolicy::kUnlessBase && options_.base && !options_.live;
    if (base_alone) return;
    std::string source = options_.live.value_or("");
    Span place;
    if (source.empty() && environment.live) {
      source = environment.live->text;
      place = environment.live->span;
    }
    if (source.empty()) {
      if (options_.base) return;
      fail("cli/no-live", environment.place,
           cat("environment '", environment.name, "' has no live state to compare with"),
           {{"write 'live: file:live/dev' (or git:REV, env:NAME, cluster:CONTEXT, empty) in "
             "plumb.yaml, or say --live"},
            {"--base git:REV compares with what git said before"}});
    }
    const state::StateSource parsed = state::parse_source(source, place);
    result_.live[environment.name] = read_state(parsed, environment, place);
    unseal(*result_.live[environment.name], place);
    invocation_.masker.add(result_.live[environment.name]->set);
  }

  // A snapshot whose key is not all in the file needs the rest of it.
  void unseal(state::State& state, Span place) const {
    if (state.seal_variable.empty()) return;
    const std::string secret = invocation_.process.variable(state.seal_variable).value_or("");
    if (secret.empty())
      fail("cli/no-snapshot-key", place,
           cat("the snapshot was made with a key that is not in it, and ", state.seal_variable,
               " is not set"),
           {{"set it to what it was when the snapshot was taken"}});
    state.seal = state::seal_key(state.seal, secret);
    if (!state.seal_check.empty() &&
        !kube::is_seal_of(state.seal_check, state.seal, state::kSealCheck)) {
      fail("cli/wrong-snapshot-key", place,
           cat(state.seal_variable, " is not what it was when the snapshot was taken"),
           {{"with another key every value of a Secret would seem changed"}});
    }
  }

  std::unique_ptr<state::State> read_state(const state::StateSource& source,
                                           const project::Environment& environment, Span place) {
    switch (source.kind) {
      case state::SourceKind::kEmpty: {
        auto state = std::make_unique<state::State>();
        state->complete = true;
        return state;
      }
      case state::SourceKind::kFile:
        return read_file(source.argument, place);
      case state::SourceKind::kGit: {
        result_.revisions.push_back(session_.open(cat("git:", source.argument), "--live"));
        const Revision& revision = *result_.revisions.back();
        const project::Environment* const there =
            revision.project.find_environment(environment.name);
        return from_targets(revision, there == nullptr
                                          ? std::vector<render::Target>()
                                          : render::targets_of(revision.project, *there));
      }
      case state::SourceKind::kEnvironment: {
        const project::Project& project = session_.head().project;
        const project::Environment* const other = project.find_environment(source.argument);
        if (other == nullptr)
          fail("cli/unknown-environment", place, cat("no environment '", source.argument, "'"));
        return from_targets(session_.head(), render::targets_of(project, *other));
      }
      case state::SourceKind::kCluster:
        return read_cluster(source.argument, environment, place);
    }
    return nullptr;
  }

  // A state that is rendered is all that there is: it comes from the same repository.
  std::unique_ptr<state::State> from_targets(const Revision& revision,
                                             const std::vector<render::Target>& targets) {
    result_.rendered_live.push_back(session_.render_all(revision, targets, false));
    auto state = std::make_unique<state::State>();
    state->complete = true;
    state->rendered = true;
    for (const Outcome& outcome : result_.rendered_live.back()) {
      if (!outcome.rendered) continue;
      const auto& resources = outcome.rendered->set.resources;
      state->set.resources.insert(state->set.resources.end(), resources.begin(), resources.end());
      state->units.resize(state->set.resources.size(), outcome.target.unit->name);
    }
    return state;
  }

  std::unique_ptr<state::State> read_file(const std::string& path, Span place) {
    const Limits& limits = session_.head().project.limits;
    if (path == "-") {
      const SourceId id = invocation_.sources.add("-", invocation_.process.read_stdin());
      return std::make_unique<state::State>(state::read_text(invocation_.sources, id, limits));
    }
    // On the command line a path is seen from the working directory, in plumb.yaml from its own.
    const std::string& from =
        place.source == 0 ? invocation_.process.working_directory : session_.root();
    const std::string absolute = path.starts_with('/') ? path : cat(from, "/", path);
    const std::size_t slash = absolute.find_last_not_of('/') == std::string::npos
                                  ? 0
                                  : absolute.rfind('/', absolute.find_last_not_of('/'));
    const std::string parent = absolute.substr(0, std::max<std::size_t>(slash, 1));
    const std::string name(trim_slashes(std::string_view(absolute).substr(slash)));
    const std::string shown =
        path.rfind('/') == std::string::npos
            ? ""
            : path.substr(0, path.find_last_of('/', path.find_last_not_of('/')));
    const auto tree = files::open_disk(parent, shown);
    return std::make_unique<state::State>(state::read_tree(
        invocation_.sources, *tree, files::Path().resolve(name).value_or(files::Path()), limits));
  }

  std::unique_ptr<state::State> read_cluster(const std::string& context,
                                             const project::Environment& environment, Span place) {
    std::shared_ptr<state::Cluster>& cluster = result_.clusters[environment.name];
    cluster = connect(context, place);
    std::vector<const kube::ResourceSet*> sets;
    for (const std::vector<Outcome>* outcomes : {&result_.head, &result_.base})
      for (const Outcome& outcome : *outcomes)
        if (outcome.rendered && outcome.target.environment->name == environment.name)
          sets.push_back(&outcome.rendered->set);
    state::Query query =
        state::query_for(sets, environment.owned.labels, others_matter(environment));
    query.asks_access = options_.verify != "local";
    auto state = std::make_unique<state::State>(cluster->read(query));
    report_gaps(*cluster, *state);
    state->cluster = cluster->identity();
    return state;
  }

  // Where objects may be deleted, others count: those that carry a mark, those that a deletion
  // takes along.
  bool others_matter(const project::Environment& environment) const {
    const auto has_mark = [&](const Outcome& outcome) {
      return outcome.target.environment->name == environment.name &&
             !outcome.target.unit->application.empty();
    };
    return !environment.owned.empty() || options_.base.has_value() ||
           std::any_of(result_.head.begin(), result_.head.end(), has_mark);
  }

  std::shared_ptr<state::Cluster> connect(const std::string& context, Span place) {
    if (!result_.world) {
      const Process& process = invocation_.process;
      result_.world = std::make_unique<state::World>();
      result_.world->variable = process.variable;
      result_.world->working_directory = process.working_directory;
      result_.world->terminal = process.stderr_is_terminal;
      result_.world->secret = [this_masker = &invocation_.masker](std::string_view secret) {
        this_masker->add_value(secret);
      };
    }
    state::Connection connection =
        state::find_connection(invocation_.sources, *result_.world, context, place);
    for (const auto& [name, cluster] : result_.clusters)
      if (cluster && cluster->connection().context == connection.context) return cluster;
    connection.http.timeout = options_.timeout;
    return std::make_shared<state::Cluster>(invocation_.sources, *result_.world,
                                            std::move(connection), session_.head().project.limits);
  }

  void report_gaps(const state::Cluster& cluster, const state::State& state) {
    if (state.gaps.empty()) return;
    Diagnostic diagnostic{options_.allow_incomplete ? Severity::kWarning : Severity::kError,
                          "cli/incomplete",
                          {},
                          cat(count_of(state.gaps.size(), "list"), " of ", cluster.name(),
                              " cannot be read, so the state is not complete"),
                          {},
                          {}};
    for (const state::Gap& gap : state.gaps)
      diagnostic.notes.push_back(
          {cat(gap.kind, gap.group.empty() ? "" : ".", gap.group,
               gap.namespace_name.empty() ? "" : " in ", gap.namespace_name, ": ", gap.reason)});
    if (!options_.allow_incomplete)
      diagnostic.notes.push_back({"--allow-incomplete goes on with what can be known"});
    invocation_.report(diagnostic);
    result_.unclear = result_.unclear || !options_.allow_incomplete;
  }

  // The cluster outlives the plan.
  static plan::Server server_of(state::Cluster& cluster) {
    plan::Server server;
    server.ask = [&cluster](std::span<const plan::Question> questions) {
      std::vector<state::DryRun> runs;
      for (const plan::Question& question : questions)
        runs.push_back(
            {question.id, question.body, question.method, question.manager, question.force});
      std::vector<plan::Answer> answers;
      for (state::DryRunAnswer& answer : cluster.dry_run(runs))
        answers.push_back(
            {answer.status, answer.body, std::move(answer.warnings), std::move(answer.error)});
      return answers;
    };
    server.serves = [&cluster](const kube::ResourceId& id) {
      const state::Discovery& served = cluster.served();
      return served.find(id.group, id.kind, id.version) != nullptr || served.is_stale(id.group);
    };
    server.mutated_since = [&cluster](const kube::ResourceId& id) -> std::optional<std::string> {
      const state::ServedKind* const kind = cluster.served().find(id.group, id.kind, id.version);
      const state::Mutators& mutators = cluster.mutators();
      if (!mutators.hidden.empty()) return std::nullopt;
      return std::string(kind == nullptr ? "" : state::mutated_since(mutators, *kind));
    };
    server.may_write = [&cluster](const kube::ResourceId& id) {
      const state::ServedKind* const kind = cluster.served().find(id.group, id.kind, id.version);
      if (kind == nullptr) return true;  // the server will say
      const std::string& own = cluster.connection().namespace_name;
      const std::string& place = id.namespace_name.empty() ? own : id.namespace_name;
      return cluster.may("patch", id.group, kind->resource, kind->namespaced ? place : "");
    };
    return server;
  }

  static std::string_view trim_slashes(std::string_view text) {
    while (text.starts_with('/')) text.remove_prefix(1);
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
  }

  // ---- plan::Input ----

  void fill_input() {
    plan::Input& input = result_.input;
    input.has_base = options_.base.has_value();
    input.keeps_imprints = options_.output || options_.check || options_.format == "json";
    input.base = options_.base.value_or("");
    input.head = options_.head.value_or("working tree");
    input.live = options_.live.value_or("");
    input.project = session_.head().project.name;
    input.allow_incomplete = options_.allow_incomplete;
    for (const auto& [rule, resource] : options_.allow)
      input.allow.push_back({rule, resource, "--allow in this run", {}});
    for (const project::Environment* environment : environments_) {
      plan::EnvironmentInput one;
      one.name = environment->name;
      one.all_units = options_.arguments.empty();
      one.owned = environment->owned;
      one.guards = environment->guards;
      one.applier = environment->applier;
      one.verify = options_.verify == "server"  ? plan::Verify::kServer
                   : options_.verify == "local" ? plan::Verify::kLocal
                                                : plan::Verify::kAuto;
      if (const auto live = result_.live.find(environment->name); live != result_.live.end()) {
        one.live = live->second.get();
        if (input.live.empty() && environment->live) input.live = environment->live->text;
      }
      add_units(one);
      if (const auto cluster = result_.clusters.find(environment->name);
          cluster != result_.clusters.end()) {
        one.server = &(result_.servers[environment->name] = server_of(*cluster->second));
        one.published = published(one, *cluster->second);
      }
      input.environments.push_back(std::move(one));
    }
  }

  // Of custom kinds in head whose definitions are neither in head nor in live.
  static std::vector<const yaml::Node*> published(const plan::EnvironmentInput& environment,
                                                  state::Cluster& cluster) {
    std::set<std::string> defined, wanted;
    const auto look = [&](const kube::ResourceSet& set, bool is_head) {
      for (const kube::Resource& resource : set.resources) {
        const yaml::Node& body = *resource.body;
        if (resource.id.kind == "CustomResourceDefinition") {
          defined.emplace(yaml::text_at(body, {"spec", "group"}));
        } else if (is_head &&
                   kube::find_type(resource.id.api_version(), resource.id.kind) == nullptr) {
          wanted.insert(resource.id.api_version());
        }
      }
    };
    for (const plan::UnitInput& unit : environment.units)
      if (unit.head != nullptr) look(*unit.head, true);
    if (environment.live != nullptr) {
      look(environment.live->set, false);
      look(environment.live->definitions, false);
    }
    std::vector<const yaml::Node*> documents;
    for (const std::string& version : wanted) {
      if (defined.contains(std::string(kube::split_api_version(version).first))) continue;
      if (const yaml::Node* const document = cluster.openapi(version))
        documents.push_back(document);
    }
    return documents;
  }

  void add_units(plan::EnvironmentInput& environment) {
    std::map<std::string, plan::UnitInput> units;
    std::vector<std::string> order;
    const auto unit_named = [&](const project::Unit& unit) -> plan::UnitInput& {
      const auto [at, is_new] = units.try_emplace(unit.name);
      if (is_new) order.push_back(unit.name);
      at->second.name = unit.name;
      if (!unit.application.empty()) at->second.application = unit.application;
      return at->second;
    };
    for (const Outcome& outcome : result_.head) {
      if (outcome.target.environment->name != environment.name) continue;
      plan::UnitInput& unit = unit_named(*outcome.target.unit);
      unit.failed = outcome.error.has_value();
      if (outcome.rendered && outcome.rendered->left_out)
        unit.not_rendered = outcome.rendered->not_rendered.back().reason;
      if (outcome.rendered && unit.not_rendered.empty()) unit.head = &outcome.rendered->set;
    }
    for (const Outcome& outcome : result_.base) {
      if (outcome.target.environment->name != environment.name) continue;
      plan::UnitInput& unit = unit_named(*outcome.target.unit);
      unit.failed = unit.failed || outcome.error.has_value();
      if (outcome.rendered && !outcome.rendered->left_out) unit.base = &outcome.rendered->set;
    }
    for (const std::string& name : order) environment.units.push_back(std::move(units.at(name)));
  }

  Invocation& invocation_;
  Session& session_;
  const Options& options_;
  LivePolicy policy_;
  std::vector<const project::Environment*> environments_;
  Comparison result_;
};

}  // namespace

Comparison compare_sides(Invocation& invocation, Session& session, LivePolicy policy) {
  return Builder(invocation, session, policy).build();
}

}  // namespace plumb::cli
