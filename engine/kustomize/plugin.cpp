#include "kustomize/plugin.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "kustomize/embedded.h"
#include "kustomize/generate.h"
#include "kustomize/go_yaml_text.h"
#include "kustomize/json_values.h"
#include "kustomize/provenance.h"
#include "kustomize/scalar.h"
#include "kustomize/shape.h"
#include "kustomize/wording.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// ---- shapes of configurations ----

constexpr FieldShape kMetadata{"metadata", Want::kAny};
constexpr FieldShape kFieldSpecs{"fieldSpecs", Want::kRecord, true, &kFieldSpecShape};
constexpr FieldShape text(std::string_view name) { return {name}; }

constexpr std::array kNamespaceFields{kMetadata, kFieldSpecs,
                                      FieldShape{"unsetOnly", Want::kBoolean},
                                      text("setRoleBindingSubjects")};
constexpr std::array kNameFields{kMetadata, kFieldSpecs, text("prefix"), text("suffix")};
constexpr std::array kLabelFields{kMetadata, kFieldSpecs, FieldShape{"labels", Want::kStringMap}};
constexpr std::array kAnnotationFields{kMetadata, kFieldSpecs,
                                       FieldShape{"annotations", Want::kStringMap}};
constexpr std::array kImageFields{kMetadata, kFieldSpecs,
                                  FieldShape{"imageTag", Want::kRecord, false, &kImageShape}};
constexpr std::array kReplicaFields{kMetadata, kFieldSpecs,
                                    FieldShape{"replica", Want::kRecord, false, &kReplicaShape}};
constexpr std::array kOptionFields{FieldShape{"allowNameChange", Want::kBoolean},
                                   FieldShape{"allowKindChange", Want::kBoolean}};
constexpr RecordShape kOptionShape{"PatchArgs", kOptionFields};
constexpr std::array kPatchFields{kMetadata,
                                  text("path"),
                                  text("patch"),
                                  text("jsonOp"),
                                  FieldShape{"target", Want::kRecord, false, &kSelectorShape},
                                  FieldShape{"options", Want::kRecord, false, &kOptionShape}};
constexpr std::array kMergePatchFields{kMetadata, FieldShape{"paths", Want::kString, true},
                                       text("patches")};
constexpr std::array kReplacementFields{
    kMetadata, FieldShape{"replacements", Want::kRecord, true, &kReplacementShape}};
constexpr std::array kValueTargetFields{
    FieldShape{"selector", Want::kRecord, false, &kSelectorShape}, text("fieldPath"),
    FieldShape{"filePathPosition", Want::kInteger}};
constexpr RecordShape kValueTargetShape{"Target", kValueTargetFields};
constexpr std::array kValueAddFields{
    kMetadata, text("value"), text("targetFilePath"),
    FieldShape{"targets", Want::kRecord, true, &kValueTargetShape}};
constexpr std::array kHashFields{kMetadata};

struct PluginShape {
  std::string_view kind;
  RecordShape shape;
};
constexpr std::array kPluginShapes{
    PluginShape{"NamespaceTransformer", {"", kNamespaceFields}},
    PluginShape{"PrefixTransformer", {"", kNameFields}},
    PluginShape{"SuffixTransformer", {"", kNameFields}},
    PluginShape{"PrefixSuffixTransformer", {"", kNameFields}},
    PluginShape{"LabelTransformer", {"", kLabelFields}},
    PluginShape{"AnnotationsTransformer", {"", kAnnotationFields}},
    PluginShape{"ImageTagTransformer", {"", kImageFields}},
    PluginShape{"ReplicaCountTransformer", {"", kReplicaFields}},
    PluginShape{"PatchTransformer", {"", kPatchFields}},
    PluginShape{"PatchJson6902Transformer", {"", kPatchFields}},
    PluginShape{"PatchStrategicMergeTransformer", {"", kMergePatchFields}},
    PluginShape{"ReplacementTransformer", {"", kReplacementFields}},
    PluginShape{"ValueAddTransformer", {"", kValueAddFields}},
    PluginShape{"HashTransformer", {"", kHashFields}},
};

const Node* fitted(const Step& step, std::string_view kind, const Node& config) {
  const auto row = std::ranges::find(kPluginShapes, kind, &PluginShape::kind);
  return during("configuration",
                [&] { return fit({step.build.arena, Strictness::kLenient}, config, row->shape); });
}

// The targets of a ValueAddTransformer may stand in a file.
const Node* with_target_file(const Step& step, const Node& config) {
  const Node* const path = yaml::find(config, "targetFilePath");
  if (path == nullptr || path->text.empty()) return &config;
  Build& build = step.build;
  const File file = load_file(build, step.root, path->text, path->span);
  const std::string_view text = build.context.sources.text(file.source);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  const yaml::Document document = during(
      "configuration text", [&] { return read_go_yaml2(build, text, file.source, profile); });
  Node* const both =
      fit({build.arena, Strictness::kLenient}, *document.root, {"", kValueAddFields});
  for (const yaml::Entry& entry : config.entries)
    if (entry.key->text != "targetFilePath")
      yaml::set(build.arena, *both, entry.key->text, entry.value);
  return both;
}

constexpr FieldShape exact(std::string_view name) {
  return {name, Want::kString, false, nullptr, {}, true};
}
constexpr std::array kAccountFields{exact("name"), exact("namespace")};
constexpr RecordShape kAccountShape{"KubernetesService", kAccountFields};
constexpr std::array kCloudAccountFields{exact("name"), exact("projectId")};
constexpr RecordShape kCloudAccountShape{"ServiceAccount", kCloudAccountFields};
constexpr std::string_view kPolicy = "IAMPolicyGeneratorArgs";
constexpr std::array kPolicyFields{
    FieldShape{"cloud", Want::kString, false, nullptr, "types.Cloud", true, kPolicy},
    FieldShape{"kubernetesService", Want::kRecord, false, &kAccountShape, {}, true, kPolicy},
    FieldShape{"serviceAccount", Want::kRecord, false, &kCloudAccountShape, {}, true, kPolicy}};
constexpr RecordShape kPolicyShape{"IAMPolicyGeneratorPlugin", kPolicyFields};

void place_at(Node& node, Span span) {
  node.span = span;
  for (Node* const item : node.items) place_at(*item, span);
  for (const yaml::Entry& entry : node.entries) {
    place_at(*entry.key, span);
    place_at(*entry.value, span);
  }
}

Node* read_generated(Build& build, std::string text, Span place) {
  const std::string_view kept = build.arena.copy(text);
  yaml::Profile profile = yaml::kKustomizeProfile;
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  try {
    Node* const root = yaml::read_first(kept, {}, profile, build.arena, build.context.limits).root;
    turn_repeated_keys(*root);
    place_at(*root, place);
    return root;
  } catch (const Error& error) {
    Diagnostic cause = error.diagnostic();
    cause.span = place;
    throw WordedError(cause, go_yaml_words(error.diagnostic(), kept, GoYaml::kVersion3));
  }
}

// What IAMPolicyGenerator makes: the account of a cluster that stands for one of the cloud. The
// names are put into a text that is then read.
void generate_policy(const Step& step, const Node& fields, const Item& config) {
  const std::string_view cloud = yaml::text_at(fields, {"cloud"});
  if (cloud != "gke")
    fail("kustomize/bad-value", fields.span, cat("expected 'gke' as cloud, got '", cloud, "'"), {},
         {cat("cloud provider ", cloud, " not supported yet")});
  std::string text = cat(
      "\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  annotations:\n",
      "    iam.gke.io/gcp-service-account: ", yaml::text_at(fields, {"serviceAccount", "name"}),
      "@", yaml::text_at(fields, {"serviceAccount", "projectId"}),
      ".iam.gserviceaccount.com\n  name: ", yaml::text_at(fields, {"kubernetesService", "name"}),
      "\n");
  const std::string_view name = yaml::text_at(fields, {"kubernetesService", "namespace"});
  if (!name.empty()) text += cat("\n  namespace: ", name);
  Node* const body = read_generated(step.build, std::move(text), config.body->span);
  Item* const item = step.items.make(body);
  set_generator_origin(step.build, *item, step.root, *step.file, "IAMPolicyGenerator", &config);
  absorb(step, item, fields.span);
}

// A generator's arguments; the name and namespace may stand in its metadata.
const Node* fitted_generator(const Step& step, std::string_view kind, const Node& config) {
  const bool secret = kind == "SecretGenerator";
  Arena& arena = step.build.arena;
  if (kind == "IAMPolicyGenerator") return fit({arena, Strictness::kLenient}, config, kPolicyShape);
  Node* const result = fit({arena, Strictness::kLenient, secret}, config,
                           secret ? kSecretGeneratorShape : kGeneratorShape);
  for (const std::string_view field : {"name", "namespace"}) {
    const Node* const there = yaml::find(*result, field);
    if (there != nullptr && !there->text.empty()) continue;
    const Node* const value = yaml::find_path(config, {"metadata", field});
    if (value != nullptr)
      yaml::set(arena, *result, field, yaml::make_string(arena, value->text, value->span));
  }
  return result;
}

// ---- the lists ----

bool is_builtin(const Node& config) { return yaml::text_at(config, {"apiVersion"}) == "builtin"; }

[[noreturn]] void fail_external(const Step& step, const Node& config) {
  const std::string_view kind = yaml::text_at(config, {"kind"});
  std::string text =
      cat("the plugin '", kind, "' is a program or a container, which plumb does not run");
  if (step.build.options.enable_plugins)
    fail("kustomize/unsupported", config.span, std::move(text), {}, {cat("plugin ", kind)});
  fail("kustomize/external-plugin", config.span, std::move(text), {}, {std::string(kind)});
}

[[noreturn]] void fail_not_built_in(const Item& config) {
  const Id id = config.id();
  fail("kustomize/not-built-in", config.body->span,
       cat("there is no built-in transformer or generator '", id.gvk.kind, "'"), {},
       {describe(id.gvk)});
}

// A text that does not read is a path to kustomize, which then is not there.
[[noreturn]] void fail_inline(const Step& step, const Node& entry, const Error& error) {
  Accumulated unused;
  try {
    accumulate_paths(step.build, step.root, *step.file, {&entry}, unused);
  } catch (const Error& as_path) {
    throw WordedError(error, words_of(as_path));
  }
  throw WordedError(error, words_of(error));
}

Accumulated read_configurations(const Step& step, std::string_view field) {
  Accumulated result;
  const Node* const list = step.file->find(field);
  if (list == nullptr) return result;
  std::vector<const Node*> paths;
  for (const Node* const entry : list->items) {
    if (trim(entry->text).empty()) continue;
    const bool may_be_inline = contains(entry->text, ":") || contains(entry->text, "\n");
    if (may_be_inline && !is_file(step.build, step.root, entry->text)) {
      try {
        const std::vector<Node*> objects =
            read_embedded(step.build, *entry, [&](std::string_view body, Span place) {
              return read_objects_from(step.build, body, place);
            });
        for (Item* const item : make_items(step.build, result.items, objects)) {
          set_file_origin(step.build, *item, step.root, step.file->file_name);
          result.items.add(item);
        }
        continue;
      } catch (const Error& error) {
        if (contains(entry->text, "\n")) fail_inline(step, *entry, error);
      }
    }
    paths.push_back(entry);
  }
  accumulate_paths(step.build, step.root, *step.file, paths, result);
  return result;
}

void require_unique(const Step& step, const Item& config) {
  during(
      "marshalling", [&] { return Arguments{describe(config.original_id())}; },
      [&] { require_unique_when_written(*config.body, &step.build.context.sources); });
}

void run_transformer(const Step& step, const Item& item) {
  const Node& config = *item.body;
  const std::string_view kind = yaml::text_at(config, {"kind"});
  const auto row = std::ranges::find(transformers(), kind, &Transformer::kind);
  if (!is_builtin(config)) fail_external(step, config);
  if (row == transformers().end()) fail_not_built_in(item);
  require_unique(step, item);
  Step own = step;
  own.config = &item;
  const Node* const fields = configuring(
      own, kind, config, [&] { return with_target_file(step, *fitted(step, kind, config)); });
  row->from_config(own, *fields);
  step.items.drop_deleted();
}

std::vector<std::string> printed(const Items& items) {
  std::vector<std::string> texts;
  for (const Item* const item : items.list())
    texts.push_back(yaml::emit(*item->body, yaml::kKustomizeOutput));
  return texts;
}

}  // namespace

namespace {

void run_configured_generator(const Step& step, const Item& config) {
  const std::string_view kind = yaml::text_at(*config.body, {"kind"});
  const bool known =
      kind == "ConfigMapGenerator" || kind == "SecretGenerator" || kind == "IAMPolicyGenerator";
  const Node* fields = nullptr;
  during("generators", [&] {
    during("generator", [&] {
      if (!is_builtin(*config.body)) fail_external(step, *config.body);
      if (!known) fail_not_built_in(config);
      require_unique(step, config);
      Step own = step;
      own.config = &config;
      fields = configuring(own, kind, *config.body,
                           [&] { return fitted_generator(step, kind, *config.body); });
    });
  });
  if (kind == "IAMPolicyGenerator") return generate_policy(step, *fields, config);
  run_generator(step, kind, *fields, config);
}

}  // namespace

void run_configured_generators(const Step& step) {
  const Accumulated configs =
      during("generators", [&] { return read_configurations(step, "generators"); });
  for (const Item* const config : configs.items.list()) run_configured_generator(step, *config);
}

void run_configured_transformers(const Step& step) {
  const Accumulated configs = read_configurations(step, "transformers");
  for (const Item* const config : configs.items.list()) {
    run_transformer(step, *config);
    note_transformer(step.build, step.items, step.root, *step.file, config->id().gvk.kind, 1,
                     config);
  }
}

void run_validators(const Step& step) {
  const Accumulated configs = read_configurations(step, "validators");
  for (const Item* const config : configs.items.list()) {
    const std::vector<std::string> before = printed(step.items);
    run_transformer(step, *config);
    if (printed(step.items) != before)
      fail("kustomize/validator-changed", config->body->span, "a validator may not change objects",
           {}, {"validator shouldn't modify the resource map"});
  }
}

}  // namespace plumb::kustomize
