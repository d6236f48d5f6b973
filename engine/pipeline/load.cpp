// Documents of a directory → objects of the target, under names that finish() replaces.

#include <algorithm>
#include <array>

#include "base/suggest.h"
#include "base/text.h"
#include "pipeline/content.h"
#include "pipeline/forms.h"
#include "pipeline/glob.h"
#include "pipeline/meta.h"
#include "pipeline/pipeline.h"
#include "yaml/emit.h"

namespace plumb::pipeline {

namespace {

using files::Path;
using yaml::Node;

enum class Target : std::uint8_t { kReleaser, kNative, kWorkflow, kRaw };
constexpr std::array<std::string_view, 4> kTargetNames{"kfp-releaser", "kfp-native",
                                                       "argo-workflow", "raw"};

Target target_of(const Settings& settings) {
  if (settings.target.empty()) return Target::kReleaser;
  const auto found = std::find(kTargetNames.begin(), kTargetNames.end(), settings.target);
  if (found != kTargetNames.end()) return static_cast<Target>(found - kTargetNames.begin());
  std::vector<Note> notes = did_you_mean(settings.target, kTargetNames);
  notes.push_back({cat("it is one of ", join(kTargetNames, ", "))});
  fail("pipeline/unknown-target", settings.span, cat("unknown target '", settings.target, "'"),
       std::move(notes), {settings.target});
}

// ---- which files ----

bool is_document(const Path& path) {
  const std::string_view extension = path.extension();
  return extension == "yaml" || extension == "yml" || extension == "json";
}

// Below hidden directories lie copies, such as .ipynb_checkpoints; one that is named is meant.
bool is_hidden(const Path& path, const Path& directory) {
  for (Path at = path; at != directory; at = at.parent())
    if (at.name().starts_with('.')) return true;
  return false;
}

std::vector<Path> files_below(const files::Tree& tree, const Path& directory) {
  std::vector<Path> paths = files::walk(tree, directory);
  std::erase_if(paths,
                [&](const Path& path) { return !is_document(path) || is_hidden(path, directory); });
  return paths;
}

// "pipelines/*/v1.yaml": a pattern stands for parts of names, never for a '/'.
std::vector<Path> files_by_pattern(const files::Tree& tree, std::string_view pattern) {
  const std::size_t before = pattern.substr(0, pattern.find_first_of("*?")).rfind('/');
  const auto base = Path::parse(before == std::string_view::npos ? "" : pattern.substr(0, before));
  if (!base) return {};
  const std::vector<std::string_view> wanted = split(pattern, '/');
  std::vector<Path> paths = files::walk(tree, *base);
  std::erase_if(paths, [&](const Path& path) {
    const std::vector<std::string_view> parts = split(path.text(), '/');
    return !std::equal(parts.begin(), parts.end(), wanted.begin(), wanted.end(),
                       [](auto part, auto glob) { return glob_matches(glob, part); });
  });
  return paths;
}

struct Selected {
  std::vector<Path> paths;
  Path directory;  // that names of files are seen from
};

Selected select_files(const Settings& settings, const Input& input) {
  Selected selected;
  if (settings.path.find_first_of("*?") != std::string::npos) {
    selected.paths = files_by_pattern(input.tree, settings.path);
  } else if (const auto path = Path::parse(settings.path)) {
    const auto real = files::resolve(input.tree, *path, settings.span);
    const auto kind = real ? input.tree.kind_of(*real) : std::nullopt;
    if (kind == files::EntryKind::kDirectory) {
      selected = {files_below(input.tree, *real), *real};
    } else if (kind) {
      selected = {{*path}, path->parent()};
    }
  }
  if (selected.paths.empty())
    fail("pipeline/no-files", settings.span, cat("no compiled pipeline in '", settings.path, "'"),
         {{"name a directory, a file or a pattern such as '.kale/*.pipeline.yaml', from the "
           "project's root"}},
         {settings.path});
  return selected;
}

// "v1.0.0" of "v1.0.0.ir.yaml".
std::string file_name(const Path& path) {
  std::string_view name = path.name();
  for (const std::string_view ending : {".yaml", ".yml", ".json"})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  for (const std::string_view ending : {".ir", ".workflow", ".pipeline", ".argo"})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return std::string(name);
}

// ---- making objects ----

// One compiled pipeline, bare or taken out of a manifest of another target.
struct Version {
  const Node* compiled = nullptr;
  Form form = Form::kIr;
  const Node* platform = nullptr;
  std::string pipeline;  // the pipeline's name
  std::string name;      // its own, from a manifest; empty when it is bare
  const Node* description = nullptr;
  std::string file;
};

struct Loader {
  const Settings& settings;
  const Input& input;
  Target target;
  Loaded& loaded;
  Meta meta;
  yaml::LayerId layer = 0;
  std::vector<Version> versions;

  Arena& arena() { return *loaded.set.arena; }
};

void add_object(Loader& loader, Node* body) {
  loader.loaded.set.resources.push_back({kube::id_of(*body), body, {}});
}

Node* own(Loader& loader, const Node& node) { return yaml::copy(loader.arena(), node); }

Node* string_node(Loader& loader, std::string_view text, Span span) {
  Node* const node = yaml::make_string(loader.arena(), text, span);
  loader.loaded.set.origins->record(*node, nullptr, span, loader.layer);
  return node;
}

// A scalar of pipeline.yaml as a string.
Node* string_of(Loader& loader, const Node& scalar) {
  return string_node(loader, scalar.text, scalar.span);
}

// apiVersion, kind and name; the spec is given back.
Node* make_object(Loader& loader, std::string_view api_version, std::string_view kind,
                  std::string_view name, Span span, Node*& spec) {
  Arena& arena = loader.arena();
  Node* const body = yaml::make_mapping(arena, span);
  Node* const metadata = yaml::make_mapping(arena, span);
  spec = yaml::make_mapping(arena, span);
  yaml::set(arena, *metadata, "name", string_node(loader, name, span));
  yaml::set(arena, *body, "apiVersion", string_node(loader, api_version, span));
  yaml::set(arena, *body, "kind", string_node(loader, kind, span));
  yaml::set(arena, *body, "metadata", metadata);
  yaml::set(arena, *body, "spec", spec);
  return body;
}

void add_finding(Loader& loader, std::string_view code, Span span, std::string text,
                 std::vector<Note> notes = {}) {
  loader.loaded.findings.push_back(
      {Severity::kWarning, std::string(code), span, std::move(text), std::move(notes), {}});
}

// ---- what a target takes ----

[[noreturn]] void fail_needs_ir(const Version& version, std::string_view target) {
  fail("pipeline/needs-ir", version.compiled->span,
       cat("target ", target, " needs a KFP pipeline spec (IR), got an Argo Workflow"),
       {{"compile the pipeline with KFP SDK 2, or use target kfp-releaser or argo-workflow"}});
}

[[noreturn]] void fail_needs_workflow(const Version& version) {
  fail("pipeline/needs-workflow", version.compiled->span,
       "target argo-workflow needs an Argo Workflow, got a KFP pipeline spec (IR)",
       {{"only a KFP server makes Workflows of IR; use target kfp-native"}});
}

void check_releaser(Loader& loader, const Version& version) {
  if (version.form != Form::kIr) return;
  if (version.platform)
    fail("pipeline/platform-in-workflow", version.platform->span,
         "a PipelineVersion of kfp.jackhoman.com has no place for a platform document",
         {{"use target kfp-native"}});
  add_finding(loader, "pipeline/ir-in-workflow", version.compiled->span,
              cat("pipeline '", version.pipeline, "' is IR inside 'spec.workflow'"),
              {{"kfp-releaser uploads it as it is, which needs a KFP 2 server"}});
}

// A name that no object of the set has yet.
std::string free_name(const Loader& loader, const std::string& wanted, std::string_view kind) {
  const auto& resources = loader.loaded.set.resources;
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(resources.begin(), resources.end(), [&](const kube::Resource& resource) {
      return resource.id.kind == kind && resource.id.name == name;
    });
  };
  std::string name = wanted;
  for (std::size_t number = 2; is_taken(name); ++number) name = cat(wanted, '-', number);
  return name;
}

void add_version(Loader& loader, const Version& version) {
  Arena& arena = loader.arena();
  const bool is_native = loader.target == Target::kNative;
  if (is_native && version.form != Form::kIr) fail_needs_ir(version, "kfp-native");
  if (!is_native) check_releaser(loader, version);
  const std::string name =
      version.name.empty()
          ? free_name(loader, object_name(cat(version.pipeline, '-', version.file)),
                      "PipelineVersion")
          : version.name;
  const Span span = version.compiled->span;
  Node* spec = nullptr;
  Node* const body = make_object(loader, is_native ? kNativeVersion : kReleaserVersion,
                                 "PipelineVersion", name, span, spec);
  if (version.description)
    yaml::set(arena, *spec, "description", own(loader, *version.description));
  yaml::set(arena, *spec, is_native ? "pipelineName" : "pipeline",
            string_node(loader, version.pipeline, span));
  yaml::set(arena, *spec, is_native ? "pipelineSpec" : "workflow", own(loader, *version.compiled));
  if (version.platform) yaml::set(arena, *spec, "platformSpec", own(loader, *version.platform));
  add_object(loader, body);
  const kube::ResourceId& id = loader.loaded.set.resources.back().id;
  if (version.name.empty()) loader.loaded.provisional.insert(id);
  loader.loaded.file_names[id] = version.file;
}

void add_workflow(Loader& loader, const Version& version) {
  if (version.form != Form::kWorkflow) fail_needs_workflow(version);
  add_object(loader, own(loader, *version.compiled));
}

// ---- manifests ----

// What a manifest of either group wraps.
Version unwrap(const Node& body, const std::string& file) {
  const bool is_native = form_of(body) == Form::kNativeObject;
  const Node* const spec = yaml::find(body, "spec");
  Version version;
  version.compiled = spec ? yaml::find(*spec, is_native ? "pipelineSpec" : "workflow") : nullptr;
  version.form = version.compiled ? form_of(*version.compiled) : Form::kUnknown;
  if (version.form != Form::kIr && version.form != Form::kWorkflow)
    fail("pipeline/unknown-content", version.compiled ? version.compiled->span : body.span,
         cat("expected a compiled pipeline in 'spec.", is_native ? "pipelineSpec" : "workflow",
             "'"));
  version.platform = yaml::find(*spec, "platformSpec");
  if (version.platform && yaml::is_empty(*version.platform)) version.platform = nullptr;
  version.pipeline = yaml::text_at(*spec, {is_native ? "pipelineName" : "pipeline"});
  version.description = yaml::find(*spec, "description");
  version.name = yaml::text_at(body, {"metadata", "name"});
  version.file = file;
  return version;
}

// A Pipeline of the other group says its description here.
void convert_pipeline(Loader& loader, const Node& body) {
  const bool to_native = loader.target == Target::kNative;
  Node* spec = nullptr;
  Node* const made = make_object(loader, to_native ? kNativeVersion : kReleaserVersion, "Pipeline",
                                 yaml::text_at(body, {"metadata", "name"}), body.span, spec);
  const Node* const description = yaml::find_path(body, {"spec", "description"});
  if (description) {
    yaml::set(loader.arena(), *spec, "description", own(loader, *description));
  } else if (!to_native) {
    yaml::set(loader.arena(), *spec, "description", string_node(loader, "", body.span));
  }
  for (const std::string_view lost : {"displayName", "tags"})
    if (const Node* const value = yaml::find_path(body, {"spec", lost}))
      add_finding(loader, "pipeline/left-out", value->span,
                  cat("'spec.", lost, "' has no place in a Pipeline of ", kReleaserGroup));
  add_object(loader, made);
}

void convert_object(Loader& loader, const Node& body, const std::string& file) {
  const std::string_view kind = yaml::text_at(body, {"kind"});
  if (is_version(body)) {
    loader.versions.push_back(unwrap(body, file));
  } else if (loader.target == Target::kWorkflow) {
    add_finding(loader, "pipeline/left-out", body.span,
                cat(kind, " '", yaml::text_at(body, {"metadata", "name"}),
                    "' has no counterpart in target argo-workflow"));
  } else if (kind == "Pipeline") {
    convert_pipeline(loader, body);
  } else if (kind == "RecurringRun") {
    fail("pipeline/no-schedules", body.span, "target kfp-native has no object for a RecurringRun",
         {{"create recurring runs with KFP's API, or use target kfp-releaser"}});
  } else {
    add_object(loader, own(loader, body));
  }
}

void load_object(Loader& loader, const Node& body, Form form, const std::string& file) {
  const bool fits = form == Form::kOtherObject || loader.target == Target::kRaw ||
                    (form == Form::kReleaserObject && loader.target == Target::kReleaser) ||
                    (form == Form::kNativeObject && loader.target == Target::kNative);
  if (!fits) return convert_object(loader, body, file);
  if (!kube::is_object(body))
    fail("pipeline/unknown-content", body.span, "the object has no 'metadata.name'");
  add_object(loader, own(loader, body));
  if (is_version(body)) loader.loaded.file_names[loader.loaded.set.resources.back().id] = file;
}

// ---- compiled documents ----

std::string name_of_pipeline(const Loader& loader, const Node& compiled, Form form) {
  std::string name = object_name(loader.meta.name ? std::string(loader.meta.name->text)
                                                  : pipeline_name(compiled, form));
  if (name.empty())
    fail("pipeline/unknown-content", compiled.span, "the compiled pipeline has no name",
         {{"give it one in 'pipeline.yaml': 'name: …'"}});
  return name;
}

[[noreturn]] void fail_unknown(const Node& root) {
  fail("pipeline/unknown-content", root.span,
       "expected a KFP pipeline spec, an Argo Workflow or a Kubernetes object",
       {{"IR has 'pipelineInfo' and 'root', objects have 'apiVersion', 'kind' and "
         "'metadata.name'"}});
}

void add_raw_file(Loader& loader, const Node& root, const Path& path, const Path& directory,
                  bool continues) {
  if (!continues) loader.loaded.files.push_back({path.relative_to(directory), {}});
  loader.loaded.files.back().documents.push_back(own(loader, root));
}

void load_compiled(Loader& loader, const Node& root, Form form, const Path& path) {
  Version version;
  version.compiled = &root;
  version.form = form;
  version.pipeline = name_of_pipeline(loader, root, form);
  version.file = file_name(path);
  loader.versions.push_back(std::move(version));
}

void load_file(Loader& loader, const Path& path, const Path& directory) {
  const auto real = files::resolve(loader.input.tree, path, loader.settings.span);
  if (!real) return;
  Form before = Form::kNothing;
  for (const yaml::Document& document : loader.input.documents(*real).documents) {
    const Node& root = *document.root;
    const Form form = form_of(root);
    if (form == Form::kNothing) continue;
    const bool is_spec = form == Form::kIr || form == Form::kPlatform;
    if (form == Form::kUnknown || (form == Form::kPlatform && before != Form::kIr))
      fail_unknown(root);
    if (is_spec && loader.target == Target::kRaw) {
      add_raw_file(loader, root, path, directory, form == Form::kPlatform);
    } else if (form == Form::kPlatform) {
      loader.versions.back().platform = &root;
    } else if (form == Form::kWorkflow && loader.target == Target::kRaw) {
      add_object(loader, own(loader, root));
    } else if (form == Form::kIr || form == Form::kWorkflow) {
      load_compiled(loader, root, form, path);
    } else {
      load_object(loader, root, form, file_name(path));
    }
    before = form;
  }
}

// ---- the pipeline itself, and its schedules ----

Node* description_of(Loader& loader, const Version& version) {
  if (!loader.settings.description.empty())
    return string_node(loader, loader.settings.description, loader.settings.span);
  if (loader.meta.description) return string_of(loader, *loader.meta.description);
  const std::string said = pipeline_description(*version.compiled, version.form);
  if (said.empty() && loader.target == Target::kNative) return nullptr;
  return string_node(loader, said, version.compiled->span);  // kfp-releaser requires one
}

void add_pipeline(Loader& loader, const Version& version) {
  for (const kube::Resource& resource : loader.loaded.set.resources)
    if (resource.id.kind == "Pipeline" && resource.id.name == version.pipeline) return;
  const bool is_native = loader.target == Target::kNative;
  Node* spec = nullptr;
  Node* const body = make_object(loader, is_native ? kNativeVersion : kReleaserVersion, "Pipeline",
                                 version.pipeline, version.compiled->span, spec);
  if (is_native && loader.meta.display_name)
    yaml::set(loader.arena(), *spec, "displayName", string_of(loader, *loader.meta.display_name));
  if (Node* const description = description_of(loader, version))
    yaml::set(loader.arena(), *spec, "description", description);
  add_object(loader, body);
}

// The version that a schedule means, by its file or its name.
std::string version_of(const Loader& loader, const Schedule& schedule) {
  std::vector<std::string> known;
  for (const kube::Resource& resource : loader.loaded.set.resources) {
    if (!is_version(*resource.body)) continue;
    const auto file = loader.loaded.file_names.find(resource.id);
    const std::string& name =
        file == loader.loaded.file_names.end() ? resource.id.name : file->second;
    if (schedule.version &&
        (schedule.version->text == name || schedule.version->text == resource.id.name))
      return resource.id.name;
    known.push_back(schedule.version ? name : resource.id.name);
  }
  if (!schedule.version && known.size() == 1) return known[0];
  if (!schedule.version)
    fail("pipeline/unknown-version", schedule.span,
         cat("the schedule needs 'version': there are ", known.size()));
  std::vector<Note> notes = did_you_mean(schedule.version->text, known);
  notes.push_back({cat("there are ", join(known, ", "))});
  fail("pipeline/unknown-version", schedule.version->span,
       cat("no version '", schedule.version->text, "'"), std::move(notes),
       {std::string(schedule.version->text)});
}

void add_schedule(Loader& loader, const Schedule& schedule) {
  if (loader.target != Target::kReleaser)
    fail("pipeline/no-schedules", schedule.span,
         cat("target ", kTargetNames[static_cast<std::size_t>(loader.target)],
             " has no object for a schedule"),
         {{"create recurring runs with KFP's API, or use target kfp-releaser"}});
  Arena& arena = loader.arena();
  Node* spec = nullptr;
  Node* const body = make_object(loader, kReleaserVersion, "RecurringRun",
                                 object_name(schedule.name->text), schedule.span, spec);
  Node* const when = yaml::make_mapping(arena, schedule.cron->span);
  yaml::set(arena, *when, "cron", string_of(loader, *schedule.cron));
  yaml::set(arena, *spec, "schedule", when);
  yaml::set(arena, *spec, "versionRef",
            string_node(loader, version_of(loader, schedule),
                        schedule.version ? schedule.version->span : schedule.span));
  Node* const parameters = yaml::make_sequence(arena, schedule.span);
  for (const auto& [name, value] : schedule.parameters) {
    Node* const parameter = yaml::make_mapping(arena, value->span);
    yaml::set(arena, *parameter, "name", string_node(loader, name, value->span));
    yaml::set(arena, *parameter, "value", string_of(loader, *value));
    yaml::append(arena, *parameters, parameter);
  }
  if (!schedule.parameters.empty()) yaml::set(arena, *spec, "parameters", parameters);
  add_object(loader, body);
}

bool is_meta_path(const Path& path, const Path& directory) {
  return path.parent() == directory &&
         (path.name() == "pipeline.yaml" || path.name() == "pipeline.yml");
}

// pipeline.yaml may also be what a compiler wrote, or a Pipeline: its content tells.
void take_meta(Loader& loader, Selected& selected) {
  for (auto path = selected.paths.begin(); path != selected.paths.end(); ++path) {
    if (!is_meta_path(*path, selected.directory)) continue;
    const auto real = files::resolve(loader.input.tree, *path, loader.settings.span);
    const yaml::Stream& stream = loader.input.documents(*real);
    if (stream.documents.empty()) return;
    const Node& root = *stream.documents[0].root;
    const bool is_meta = root.is_mapping() && form_of(root) == Form::kUnknown &&
                         !yaml::find(root, "apiVersion") && !yaml::find(root, "pipelineInfo");
    if (!is_meta) return;
    loader.meta = read_meta(root);
    selected.paths.erase(path);
    return;
  }
}

}  // namespace

Settings read_settings(std::string path, const yaml::Node& unit) {
  const auto text = [&](std::string_view key) {
    const Node* const value = yaml::find(unit, key);
    if (value && !value->is_scalar())
      fail("pipeline/bad-meta", value->span, cat("expected a text for '", key, "'"));
    return value && !value->is_null() ? std::string(value->text) : std::string();
  };
  Settings settings{std::move(path),     text("target"), text("versionName"), "",
                    text("description"), unit.span,      unit.span,           &unit};
  if (const Node* const pattern = yaml::find(unit, "versionName"))
    settings.version_name_span = pattern->span;
  return settings;
}

Loaded load(const Settings& settings, const Input& input, kube::ResourceSet into) {
  Loaded loaded{std::move(into), {}, {}, {}, {}};
  Loader loader{settings, input, target_of(settings), loaded, {}, 0, {}};
  loader.layer = loaded.set.origins->layer(yaml::LayerKind::kPipeline, settings.path);
  Selected selected = select_files(settings, input);
  take_meta(loader, selected);
  if (settings.unit) add_unit_meta(loader.meta, *settings.unit);
  for (const Path& path : selected.paths) load_file(loader, path, selected.directory);
  for (const Version& version : loader.versions) {
    if (loader.target == Target::kWorkflow) {
      add_workflow(loader, version);
    } else {
      add_pipeline(loader, version);
      add_version(loader, version);
    }
  }
  for (const Schedule& schedule : loader.meta.schedules) add_schedule(loader, schedule);
  return loaded;
}

RewriteCount rewrite_indexes(Loaded& loaded, const IndexUrls& urls) {
  RewriteCount count = rewrite_indexes(loaded.set, urls);
  for (CompiledFile& file : loaded.files)
    for (const Node*& document : file.documents)
      document = rewrite_indexes(*loaded.set.arena, *loaded.set.origins, *document, urls, &count);
  return count;
}

Built build(const Settings& settings, const Input& input, const Revisions& revisions,
            const IndexUrls* urls, kube::ResourceSet into) {
  Loaded loaded = load(settings, input, std::move(into));
  Built built{{}, {}, {}, {}};
  if (urls) {
    built.rewritten = rewrite_indexes(loaded, *urls);
    built.files["devpi.env"] = devpi_env(*urls);
  }
  finish(loaded, settings, revisions);
  for (const CompiledFile& file : loaded.files) {
    std::string& text = built.files[file.name];
    for (const Node* const document : file.documents)
      text += cat(text.empty() ? "" : "---\n", yaml::emit(*document, yaml::kPlumbOutput));
  }
  built.set = std::move(loaded.set);
  built.findings = std::move(loaded.findings);
  return built;
}

}  // namespace plumb::pipeline
