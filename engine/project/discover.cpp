#include "project/discover.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/read.h"

namespace plumb::project {

namespace {

constexpr std::array<std::string_view, 3> kKustomizationNames{"kustomization.yaml",
                                                              "kustomization.yml", "Kustomization"};

using files::Path;

// What a look at a file's text tells, without parsing it.
struct Traits {
  bool object = false;       // has apiVersion and kind
  bool application = false;  // and an Argo CD Application among them
  bool ytt = false;          // a template or data values of ytt
  bool pipeline = false;     // compiled by the KFP compiler
};

// Does `key` start a line (behind blanks and "- ")?
bool has_line(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    std::size_t before = at;
    while (before > 0 &&
           (text[before - 1] == ' ' || text[before - 1] == '\t' || text[before - 1] == '"'))
      --before;
    if (before == 0 || text[before - 1] == '\n') return true;
  }
  return false;
}

Traits look_at(std::string_view text) {
  Traits traits;
  traits.object = has_line(text, "apiVersion") && has_line(text, "kind");
  traits.application =
      traits.object && contains(text, "argoproj.io/") && contains(text, "Application");
  traits.ytt = has_line(text, "#@");
  traits.pipeline = (has_line(text, "pipelineInfo:") && has_line(text, "deploymentSpec:")) ||
                    contains(text, "pipelines.kubeflow.org/kfp_sdk_version");
  traits.pipeline = traits.pipeline && !has_line(text, "kind: PipelineVersion");
  return traits;
}

class Discovery {
 public:
  Discovery(Project& project, const files::Tree& tree, SourceStore& sources, Arena& arena)
      : project_(project), tree_(tree), sources_(sources), arena_(arena) {}

  void run() {
    scan();
    find_applications();
    find_kustomizations();
    find_charts();
    find_ytt();
    find_pipelines();
    find_manifests();
    list_secret_templates();
    std::sort(project_.units.begin(), project_.units.end(),
              [](const Unit& a, const Unit& b) { return a.name < b.name; });
  }

 private:
  struct File {
    Path path;
    Traits traits;
  };

  void scan() {
    for (const Path& path : files::walk(tree_, {})) {
      const std::string_view name = path.name();
      if (std::find(kKustomizationNames.begin(), kKustomizationNames.end(), name) !=
          kKustomizationNames.end()) {
        kustomizations_.insert(path.parent());
      } else if (name == "Chart.yaml") {
        charts_.insert(path.parent());
      } else if (name == "helmfile.yaml" || name == "helmfile.yaml.gotmpl") {
        helmfiles_.push_back(path);
      } else if (path.extension() == "tpl") {
        secret_templates_.push_back(path);
      } else if (path.extension() == "yaml" || path.extension() == "yml" ||
                 path.extension() == "json") {
        scan_file(path);
      }
    }
  }

  void scan_file(const Path& path) {
    if (path.text() == "plumb.yaml") return;
    std::optional<std::string> text;
    try {
      text = files::read(tree_, path);
    } catch (const Error&) {
      return;  // a link out of the tree or an unreadable file: the step that needs it says so
    }
    if (!text) return;
    const Traits traits = look_at(*text);
    if (traits.application) {
      read_applications(path, *text);
    }
    files_.push_back({path, traits});
  }

  // ---- Applications ----

  void read_applications(const Path& path, std::string text) {
    const SourceId id = sources_.add(tree_.describe(path), std::move(text));
    try {
      const yaml::Stream stream = yaml::read(sources_, id, yaml::kKubernetesProfile, arena_);
      for (const yaml::Document& document : stream.documents) {
        const yaml::Node& root = *document.root;
        if (yaml::text_at(root, {"kind"}) == "Application" &&
            yaml::text_at(root, {"apiVersion"}).starts_with("argoproj.io/") &&
            !yaml::text_at(root, {"metadata", "name"}).empty()) {
          applications_.push_back(&root);
        }
      }
    } catch (const Error&) {
      // Not an Application that can be read; as a manifest it gets its own error.
    }
  }

  void find_applications() {
    for (const yaml::Node* application : applications_) add_application(*application);
  }

  void add_application(const yaml::Node& application) {
    const yaml::Node& name = *yaml::find_path(application, {"metadata", "name"});
    Unit unit;
    unit.name = unique_name(std::string(name.text));
    unit.application = std::string(name.text);
    unit.place = name.span;
    const yaml::Node* destination =
        yaml::find_path(application, {"spec", "destination", "namespace"});
    if (destination != nullptr && destination->is_string()) {
      unit.namespace_name = Located{std::string(destination->text), destination->span};
    }
    std::vector<const yaml::Node*> origin;
    if (const yaml::Node* const source = yaml::find_path(application, {"spec", "source"}))
      origin.push_back(source);
    if (const yaml::Node* const list = yaml::find_path(application, {"spec", "sources"});
        list != nullptr && list->is_sequence()) {
      for (const yaml::Node* const item : list->items) origin.push_back(item);
    }
    for (const yaml::Node* source : origin) {
      if (unit.not_rendered) break;
      add_source(unit, *source);
    }
    if (unit.steps.empty() && !unit.not_rendered) {
      unit.not_rendered = NotRendered{cat("Application ", unit.application),
                                      "it names no source with a path", unit.place};
    }
    if (unit.not_rendered) unit.steps.clear();
    project_.units.push_back(std::move(unit));
  }

  void add_source(Unit& unit, const yaml::Node& source) {
    const auto refuse = [&](std::string reason, Span place) {
      unit.not_rendered =
          NotRendered{cat("Application ", unit.application), std::move(reason), place};
    };
    const std::string_view url = yaml::text_at(source, {"repoURL"});
    if (const yaml::Node* const chart = yaml::find(source, "chart")) {
      return refuse(cat("a Helm chart, '", chart->text, "'"), chart->span);
    }
    const yaml::Node* const path = yaml::find(source, "path");
    if (path == nullptr) return;  // a `ref:` source: files for others
    const std::vector<std::string>& ours = project_.self_repos;
    if (!ours.empty() && std::find(ours.begin(), ours.end(), url) == ours.end()) {
      return refuse(cat("another repository, '", url, "'"), path->span);
    }
    const auto directory = Path().resolve(path->text);
    if (!directory || files::lookup(tree_, *directory) != files::EntryKind::kDirectory) {
      return refuse(cat("no directory '", path->text, "' here: another repository, '", url, "'"),
                    path->span);
    }
    for (const std::string_view option : {"helm", "kustomize", "plugin"}) {
      const yaml::Node* const node = yaml::find(source, option);
      if (node == nullptr || yaml::is_empty(*node)) continue;
      return refuse(cat("its source has '", option, "' options"), node->span);
    }
    if (charts_.contains(*directory))
      return refuse(cat("a Helm chart, '", path->text, "'"), path->span);
    unit.steps.push_back(step_of(*directory, path->span, yaml::find(source, "directory")));
    claimed_.insert(*directory);
  }

  // How Argo CD would read a directory: an explicit `directory:` wins over a kustomization.
  Step step_of(const Path& directory, Span place, const yaml::Node* options) {
    Step step;
    step.place = place;
    step.paths = {{directory.text(), place}};
    step.kind = kustomizations_.contains(directory) && options == nullptr ? StepKind::kKustomize
                                                                          : StepKind::kManifests;
    if (step.kind == StepKind::kKustomize) {
      claim_kustomization(directory);
      return step;
    }
    step.objects_only = true;
    if (options == nullptr) return step;
    if (const yaml::Node* const recurse = yaml::find(*options, "recurse")) {
      step.recurse = yaml::as_boolean(*recurse).value_or(false);
    }
    const auto glob = [&](std::string_view key) -> std::optional<Located> {
      const yaml::Node* const node = yaml::find(*options, key);
      if (node == nullptr || !node->is_scalar() || node->text.empty()) return std::nullopt;
      return Located{std::string(node->text), node->span};
    };
    step.include = glob("include");
    step.exclude = glob("exclude");
    return step;
  }

  // ---- kustomizations ----

  // The directories and files that a kustomization names.
  std::vector<Path> references_of(const Path& directory) {
    std::vector<Path> references;
    for (const std::string_view name : kKustomizationNames) {
      const Path path = directory.child(name);
      const auto text = files::read(tree_, path);
      if (!text) continue;
      try {
        const SourceId id = sources_.add(tree_.describe(path), *text);
        sources_.mark_secret(id);  // it may hold literals of a secretGenerator
        const yaml::Stream stream = yaml::read(sources_, id, yaml::kKustomizationProfile, arena_);
        if (stream.documents.empty()) continue;
        const yaml::Node& root = *stream.documents[0].root;
        if (yaml::text_at(root, {"kind"}) == "Component") components_.insert(directory);
        for (const std::string_view key :
             {"resources", "bases", "components", "crds", "generators", "transformers"}) {
          const yaml::Node* const list = yaml::find(root, key);
          if (list == nullptr || !list->is_sequence()) continue;
          for (const yaml::Node* const item : list->items) {
            if (!item->is_scalar()) continue;
            if (const auto target = directory.resolve(item->text)) references.push_back(*target);
          }
        }
      } catch (const Error&) {
        // A kustomization that does not parse is a unit that fails with its own error.
      }
    }
    return references;
  }

  void claim_kustomization(const Path& directory) {
    if (!claimed_kustomizations_.insert(directory).second) return;
    for (const Path& reference : references_of(directory)) {
      claimed_files_.insert(reference);
      if (kustomizations_.contains(reference)) claim_kustomization(reference);
    }
  }

  void find_kustomizations() {
    std::set<Path> used;
    for (const Path& directory : kustomizations_) {
      for (const Path& reference : references_of(directory)) {
        if (reference != directory) used.insert(reference);
      }
    }
    for (const Path& directory : kustomizations_) {
      if (claimed_kustomizations_.contains(directory) || used.contains(directory) ||
          components_.contains(directory) || claimed_.contains(directory)) {
        continue;
      }
      claim_kustomization(directory);
      add_unit(directory, StepKind::kKustomize);
    }
  }

  // ---- the rest ----

  void find_charts() {
    for (const Path& directory : charts_) {
      if (is_claimed(directory)) continue;
      Unit unit;
      unit.name = unique_name(name_of(directory));
      unit.not_rendered = NotRendered{directory.text(), "a Helm chart", {}};
      claimed_.insert(directory);
      project_.units.push_back(std::move(unit));
    }
    for (const Path& file : helmfiles_) {
      Unit unit;
      unit.name = unique_name(name_of(file.parent()));
      unit.not_rendered = NotRendered{file.text(), "releases of a helmfile", {}};
      project_.units.push_back(std::move(unit));
    }
  }

  void find_ytt() {
    std::set<Path> directories;
    for (const File& file : files_) {
      if (file.traits.ytt && !is_claimed(file.path.parent()))
        directories.insert(file.path.parent());
    }
    for (const Path& directory : directories) {
      if (is_claimed(directory)) continue;  // below another one
      claimed_.insert(directory);
      add_unit(directory, StepKind::kYtt);
    }
  }

  void find_pipelines() {
    std::set<Path> directories;
    for (const File& file : files_) {
      if (file.traits.pipeline && !is_claimed(file.path.parent()))
        directories.insert(file.path.parent());
    }
    for (const Path& directory : directories) {
      claimed_.insert(directory);
      add_unit(directory, StepKind::kPipeline);
    }
  }

  void find_manifests() {
    std::set<Path> directories;
    for (const File& file : files_) {
      const Path directory = file.path.parent();
      if (!file.traits.object || claimed_files_.contains(file.path)) continue;
      if (is_claimed(directory) || below_kustomization(directory)) continue;
      directories.insert(directory);
    }
    for (const Path& directory : directories) {
      add_unit(directory, StepKind::kManifests);
      project_.units.back().steps[0].objects_only = true;
    }
  }

  void list_secret_templates() {
    for (const Path& path : secret_templates_) {
      const auto text = files::read(tree_, path);
      if (!text || !contains(*text, "op://")) continue;
      const NotRendered row{
          path.text(), "a template of a Secret, filled from a password manager", {}};
      // The unit with the longest directory that contains it.
      Unit* owner = nullptr;
      std::size_t longest = 0;
      for (Unit& unit : project_.units) {
        for (const Step& step : unit.steps) {
          const auto directory = Path::parse(step.paths[0].text);
          if (!directory || !path.is_within(*directory)) continue;
          if (owner == nullptr || directory->text().size() >= longest) {
            owner = &unit;
            longest = directory->text().size();
          }
        }
      }
      if (owner == nullptr) {
        Unit unit;
        unit.name = unique_name(name_of(path.parent()));
        unit.not_rendered = row;
        project_.units.push_back(std::move(unit));
      } else {
        owner->skipped.push_back(row);
      }
    }
  }

  bool below_kustomization(const Path& directory) const {
    for (Path at = directory;; at = at.parent()) {
      if (kustomizations_.contains(at)) return true;
      if (at.is_root()) return false;
    }
  }

  bool is_claimed(const Path& directory) const {
    for (Path at = directory;; at = at.parent()) {
      if (claimed_.contains(at)) return true;
      if (at.is_root()) return false;
    }
  }

  void add_unit(const Path& directory, StepKind kind) {
    Unit unit;
    unit.name = unique_name(name_of(directory));
    Step step;
    step.kind = kind;
    step.paths = {{directory.text(), {}}};
    unit.steps.push_back(std::move(step));
    project_.units.push_back(std::move(unit));
  }

  static std::string name_of(const Path& directory) {
    return directory.is_root() ? "root" : replace_all(directory.text(), "/", "-");
  }

  std::string unique_name(std::string name) {
    std::string unique = name;
    for (int i = 2; !names_.insert(unique).second; ++i) unique = cat(name, "-", i);
    return unique;
  }

  Project& project_;
  const files::Tree& tree_;
  SourceStore& sources_;
  Arena& arena_;

  std::vector<File> files_;
  std::vector<const yaml::Node*> applications_;
  std::set<Path> kustomizations_;
  std::set<Path> components_;
  std::set<Path> charts_;
  std::vector<Path> helmfiles_;
  std::vector<Path> secret_templates_;
  std::set<Path> claimed_;                 // directories that belong to a unit, with all below
  std::set<Path> claimed_kustomizations_;  // those that a unit builds, directly or as a base
  std::set<Path> claimed_files_;           // named by such a kustomization
  std::set<std::string> names_;
};

}  // namespace

void discover(Project& project, const files::Tree& tree, SourceStore& sources, Arena& arena) {
  Discovery(project, tree, sources, arena).run();
}

}  // namespace plumb::project
