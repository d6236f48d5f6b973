// `patches`, `patchesStrategicMerge` and `patchesJson6902`.

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "kustomize/embedded.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/json_patch.h"
#include "kustomize/json_values.h"
#include "kustomize/scalar.h"
#include "kustomize/selector.h"
#include "kustomize/shape.h"
#include "kustomize/transform/transform.h"
#include "yaml/emit.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

struct Options {
  bool name_change = false;
  bool kind_change = false;
};

bool flag(const Node* record, std::string_view name) {
  const Node* const value = record != nullptr ? yaml::find(*record, name) : nullptr;
  return value != nullptr && yaml::as_boolean(*value).value_or(false);
}

// A patch's text: in a file, or in the kustomization.
struct PatchText {
  std::string_view text;
  Span place;
  const Node* scalar = nullptr;  // when it stands in the kustomization
  std::string shown;             // as tools name it: `[path: "p.yaml"]`
  std::string layer;
};

// ---- merging ----

void restore_identity(Build& build, Item& item, const Id& before, const Options& options) {
  Node& body = *item.body;
  const auto put = [&](Node& map, std::string_view field, std::string_view text) {
    Node* const there = yaml::find(map, field);
    if (there != nullptr && there->is_scalar()) {
      if (there->text != text) set_untagged(*there, text);
    } else {
      yaml::set(build.arena, map, field, make_string(build.arena, text));
    }
  };
  if (!options.kind_change) put(body, "kind", before.gvk.kind);
  Node* const metadata = yaml::ensure_mapping(build.arena, body, "metadata");
  if (metadata == nullptr) return;
  if (!options.name_change) put(*metadata, "name", before.name);
  if (before.namespace_name.empty())
    yaml::remove(*metadata, "namespace");
  else
    put(*metadata, "namespace", before.namespace_name);
}

// An object without apiVersion gets a null one when it is patched by selection.
void make_version_explicit(Build& build, Item& item) {
  if (item.dropped || !api_version(gvk_of(*item.body)).empty()) return;
  Node* const none = yaml::make_null(build.arena);
  none->text = {};
  yaml::set(build.arena, *item.body, "apiVersion", none);
}

const Node* node_at(const Node& root, Span span) {
  if (root.span == span) return &root;
  for (const Node* const item : root.items)
    if (const Node* const found = node_at(*item, span)) return found;
  for (const yaml::Entry& entry : root.entries)
    if (const Node* const found = node_at(*entry.value, span)) return found;
  return nullptr;
}

Node* merged_with(Build& build, Item& item, Node& patch, const Mark& mark) {
  try {
    return kube::strategic_merge(build.merge_context(mark.layer), *item.body, patch);
  } catch (Error& error) {
    // The tool shows what stands there.
    Diagnostic& diagnostic = error.diagnostic();
    if (diagnostic.code == "kube/merge-kind")
      if (const Node* const node = node_at(patch, diagnostic.span))
        diagnostic.arguments[2] = write_go_yaml(*node);
    throw;
  }
}

// Lays `patch`, which must be the caller's own, over the object.
void merge_into(const Step& step, Item& item, Node& patch, const Options& options,
                const Mark& mark) {
  Build& build = step.build;
  const Id before = item.id();
  if (options.name_change || options.kind_change) remember_id(item);
  build.built_in_schema_used = true;
  Node* const merged = merged_with(build, item, patch, mark);
  if (merged == nullptr || yaml::is_empty(*merged)) {
    step.items.drop(&item);
    return;
  }
  item.body = merged;
  restore_identity(build, item, before, options);
  step.items.note(&item);
}

// What kustomize makes of a patch that it lays over selected objects: labels and annotations become
// strings, the apiVersion is the object's.
Node* adapted(Build& build, const Node& patch, const Item& item) {
  Node* const own = yaml::copy(build.arena, patch);
  stringify_metadata(build.arena, *own, "labels");
  stringify_metadata(build.arena, *own, "annotations");
  if (Node* const metadata = yaml::find(*own, "metadata"); metadata != nullptr) {
    const std::string_view name = yaml::text_at(patch, {"metadata", "namespace"});
    if (name.empty()) yaml::remove(*metadata, "namespace");
  }
  const std::string version = api_version(gvk_of(*item.body));
  if (version.empty()) {
    yaml::remove(*own, "apiVersion");
    return own;
  }
  Node* const field = yaml::find(*own, "apiVersion");
  if (field != nullptr && field->is_scalar())
    set_untagged(*field, build.arena.copy(version));
  else
    yaml::set(build.arena, *own, "apiVersion",
              make_untagged(build.arena, build.arena.copy(version)));
  return own;
}

// `listed`: the patch stands in `patches`, of which kustomize says a word more.
Item& target_of(const Step& step, const Node& patch, bool listed) {
  const Id id = id_of(patch);
  const std::vector<Item*> found = step.items.with_any_id(id);
  if (found.size() == 1) return *found.front();
  const std::string shown = describe(id);
  if (!found.empty())
    fail("kustomize/patch-target", patch.span,
         cat("the patch is for '", shown, "', which ", found.size(), " objects are or were"), {},
         {cat("multiple matches for Id ", shown), shown, listed ? "listed" : ""});
  std::vector<Note> notes;
  for (const Item* const item : step.items.named(id.name))
    notes.push_back({cat("there is '", describe(item->id()), "'"), item->body->span});
  fail("kustomize/patch-target", patch.span, cat("there is no '", shown, "' to patch"),
       std::move(notes), {cat("no matches for Id ", shown), shown, listed ? "listed" : ""});
}

// The objects of a `target:`. A strict build wants one at least.
std::vector<Item*> targets_of(const Step& step, const PatchText& patch, const Node& target) {
  std::vector<Item*> found = select(step.items, Selector(target));
  if (!found.empty() || !step.build.options.strict) return found;
  std::vector<Note> notes{{"the patch", patch.place}};
  const std::string_view kind = yaml::text_at(target, {"kind"});
  constexpr std::size_t kShown = 5;
  for (const Item* const item : step.items.list())
    if (!item->dropped && notes.size() <= kShown && (kind.empty() || item->id().gvk.kind == kind))
      notes.push_back({cat("there is '", describe(item->id()), "'"), item->body->span});
  fail("kustomize/unmatched-target", target.span, "the patch's target matches no object",
       std::move(notes));
}

void check_unique(const Step& step) {
  Items checked;
  for (Item* const item : step.items.list())
    if (!item->dropped) checked.add(item);
}

// ---- texts ----

std::vector<Node*> read_objects_of(Build& build, const PatchText& patch) {
  if (patch.scalar == nullptr) return read_objects_from(build, patch.text, patch.place);
  return read_embedded(build, *patch.scalar, [&](std::string_view, Span place) {
    place.offset = patch.place.offset;
    return read_objects_from(build, patch.text, place);
  });
}

JsonPatch read_operations_of(Build& build, const PatchText& patch) {
  JsonPatch operations;
  if (patch.scalar == nullptr) return read_json_patch(build, patch.text, patch.place);
  const Placement placement(build.context.sources, *patch.scalar);
  read_embedded(build, *patch.scalar, [&](std::string_view, Span place) -> std::vector<Node*> {
    place.offset = patch.place.offset;
    operations = read_json_patch(build, patch.text, place);
    std::vector<Node*> values;
    for (JsonOperation& operation : operations) {
      operation.span = placement.place(operation.span);
      if (operation.value != nullptr) values.push_back(operation.value);
    }
    return values;
  });
  return operations;
}

PatchText file_text(const Step& step, const Node& path) {
  const File file = load_file(step.build, step.root, path.text, path.span);
  const std::string_view text = step.build.context.sources.text(file.source);
  return {text,
          {file.source, 0, static_cast<std::uint32_t>(text.size())},
          nullptr,
          cat("[path: ", go_quoted(path.text), "]"),
          step.build.context.sources.get(file.source).name};
}

PatchText inline_text(const Step& step, const Node& scalar) {
  const std::string_view text = trim(scalar.text);
  const auto skipped = static_cast<std::uint32_t>(text.data() - scalar.text.data());
  const SourceStore& sources = step.build.context.sources;
  return {text,
          {scalar.span.source, skipped, static_cast<std::uint32_t>(text.size())},
          &scalar,
          cat("[patch: ", go_quoted(text), "]"),
          scalar.span.source != 0 ? sources.get(scalar.span.source).name : std::string()};
}

[[noreturn]] void fail_config(const Node& entry, std::string text, std::string cause) {
  fail("kustomize/patch-config", entry.span, std::move(text), {}, {std::move(cause)});
}

// Of an entry of `patches`; kustomize shows the whole entry.
PatchText text_of(const Step& step, const Node& entry) {
  const Node* const path = yaml::find(entry, "path");
  const Node* const patch = yaml::find(entry, "patch");
  const bool has_path = path != nullptr && !path->text.empty();
  const bool has_patch = patch != nullptr && !trim(patch->text).empty();
  if (has_path && has_patch)
    fail_config(
        entry, "expected 'path' or 'patch', got both",
        cat("patch and path can't be set at the same time\n", configuration_text(step, entry)));
  if (has_patch) return inline_text(step, *patch);
  if (!has_path)
    fail_config(entry, "expected 'path' or 'patch'",
                cat("must specify one of patch and path in\n", configuration_text(step, entry)));
  return during(
      "patch file", [&] { return Arguments{std::string(path->text)}; },
      [&] { return file_text(step, *path); });
}

// ---- `patches` ----

// What a patch turned out to be.
struct ReadPatch {
  std::vector<Node*> objects;
  JsonPatch operations;
};

bool looks_like_operations(std::string_view text) {
  const std::string_view start = trim(text);
  return start.starts_with('[') || start.starts_with("- ") || start.starts_with("-\n");
}

ReadPatch read_patch(Build& build, const PatchText& patch) {
  std::optional<Error> as_objects;
  if (!patch.text.starts_with('[')) {
    try {
      return {read_objects_of(build, patch), {}};
    } catch (const Error& error) {
      as_objects = error;
    }
  } else if (trim(patch.text) == "[]") {
    return {};
  }
  try {
    return {{}, read_operations_of(build, patch)};
  } catch (const Error& error) {
    const bool operations = looks_like_operations(patch.text) || !as_objects;
    const Diagnostic& cause = operations ? error.diagnostic() : as_objects->diagnostic();
    std::vector<Note> notes = cause.notes;
    notes.push_back(
        {"a patch is either objects (strategic merge) or a list of operations (JSON "
         "patch)"});
    fail("kustomize/bad-patch", cause.span, cause.text, std::move(notes), {patch.shown});
  }
}

void apply_merge_patches(const Step& step, const PatchText& patch,
                         const std::vector<Node*>& objects, const Node* target,
                         const Options& options) {
  const Mark writer{patch.place, step.build.origins.layer(yaml::LayerKind::kPatch, patch.layer)};
  if (target == nullptr) {
    for (const Node* const object : objects) {
      Item& item = target_of(step, *object, true);
      merge_into(step, item, *yaml::copy(step.build.arena, *object), options, writer);
    }
    return;
  }
  if (objects.size() > 1)
    fail("kustomize/several-patches", objects[1]->span,
         "a patch with a target may hold one document only", {}, {patch.shown});
  for (Item* const item : targets_of(step, patch, *target)) {
    merge_into(step, *item, *adapted(step.build, *objects.front(), *item), options, writer);
    make_version_explicit(step.build, *item);
  }
  if (options.name_change || options.kind_change) check_unique(step);
}

void apply_operations(const Step& step, const PatchText& patch, const JsonPatch& operations,
                      const Node* target, bool remembers) {
  if (target == nullptr)
    fail("kustomize/patch-target", operations.front().span, "a JSON patch needs a 'target'", {},
         {cat("must specify a target for JSON patch ", patch.shown), ""});
  const Mark writer{patch.place, step.build.origins.layer(yaml::LayerKind::kPatch, patch.layer)};
  for (Item* const item : targets_of(step, patch, *target)) {
    if (remembers) remember_id(*item);
    require_unique_when_written(*item, &step.build.context.sources);
    apply(step.build, operations, *item->body, writer);
    if (yaml::is_empty(*item->body))
      step.items.drop(item);
    else
      step.items.note(item);
  }
}

void run_patch(const Step& step, const Node& entry) {
  PatchText text;
  const ReadPatch patch = configuring(step, "PatchTransformer", entry, [&] {
    text = text_of(step, entry);
    return read_patch(step.build, text);
  });
  const Node* const target = yaml::find(entry, "target");
  const Node* const given = yaml::find(entry, "options");
  const Options options{flag(given, "allowNameChange"), flag(given, "allowKindChange")};
  if (!patch.objects.empty()) apply_merge_patches(step, text, patch.objects, target, options);
  if (!patch.operations.empty()) apply_operations(step, text, patch.operations, target, true);
}

// ---- `patchesStrategicMerge` ----

void load_merge_patch(const Step& step, const Node& entry, std::vector<PatchText>& texts,
                      std::vector<std::vector<Node*>>& objects) {
  // A text that holds nothing is read as such: it is no name of a file.
  const bool holds_nothing = trim(entry.text).empty() || trim(entry.text).starts_with('#');
  if (contains(entry.text, ":") || holds_nothing) {
    try {
      const PatchText text = inline_text(step, entry);
      objects.push_back(read_objects_of(step.build, text));
      texts.push_back(text);
      return;
    } catch (const Error&) {
      if (contains(entry.text, "\n")) throw;
    }
  }
  const PatchText text = file_text(step, entry);
  objects.push_back(during(
      "malformed", [&] { return Arguments{std::string(entry.text)}; },
      [&] { return read_objects(step.build, text.place.source); }));
  texts.push_back(text);
}

// `paths`: texts or files; `content`: a text, or null.
void run_merge_patches(const Step& step, const Node* paths, const Node* content, Span span) {
  std::vector<PatchText> texts;
  std::vector<std::vector<Node*>> objects;
  Node fields;
  fields.kind = yaml::Kind::kMapping;
  if (paths != nullptr)
    yaml::set(step.build.arena, fields, "paths", yaml::copy(step.build.arena, *paths));
  configuring(step, "PatchStrategicMergeTransformer", fields, [&] {
    std::string shown;
    if (paths != nullptr) {
      for (const Node* const entry : paths->items) {
        load_merge_patch(step, *entry, texts, objects);
        shown += cat(shown.empty() ? "" : " ", entry->text);
      }
    }
    if (content != nullptr) {
      texts.push_back(inline_text(step, *content));
      objects.push_back(read_objects_of(step.build, texts.back()));
    }
    if (std::ranges::all_of(objects, &std::vector<Node*>::empty))
      fail("kustomize/empty-patch", span, "the patches are empty", {},
           {cat("patch appears to be empty; files=[", shown,
                "], Patch=", content != nullptr ? content->text : "")});
  });
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const Mark writer{texts[i].place,
                      step.build.origins.layer(yaml::LayerKind::kPatch, texts[i].layer)};
    for (const Node* const object : objects[i]) {
      Item& item = target_of(step, *object, false);
      merge_into(step, item, *adapted(step.build, *object, item), {}, writer);
      make_version_explicit(step.build, item);
    }
  }
}

// ---- `patchesJson6902` ----

// The JSON that a patch's text becomes before it is looked at.
std::string json_shown(Build& build, const PatchText& patch) {
  if (patch.text.starts_with('[')) return std::string(patch.text);
  yaml::Profile profile = yaml::kKustomizationProfile;
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  try {
    return yaml::emit_json(
        *yaml::read_first(patch.text, {}, profile, build.arena, build.context.limits).root);
  } catch (const Error&) {
    return {};
  }
}

// A patch as it was read, and its text.
std::pair<PatchText, JsonPatch> read_json_entry(const Step& step, const Node& entry,
                                                std::string_view inline_field) {
  const Node* const target = yaml::find(entry, "target");
  if (target == nullptr || yaml::text_at(*target, {"name"}).empty())
    fail_config(entry, "expected the target's name", "must specify the target name");
  const Node* const path = yaml::find(entry, "path");
  const Node* const patch = yaml::find(entry, inline_field);
  const bool has_path = path != nullptr && !path->text.empty();
  const bool has_patch = patch != nullptr && !patch->text.empty();
  if (!has_path && !has_patch)
    fail_config(entry, "expected 'path' or 'patch'", "empty file path and empty jsonOp");
  if (has_path && has_patch)
    fail_config(entry, "expected 'path' or 'patch', got both",
                "must specify a file path or jsonOp, not both");
  PatchText text = has_path ? file_text(step, *path) : inline_text(step, *patch);
  if (!has_path) {
    text.text = patch->text;
    text.place.offset = 0;
  }
  if (text.text.empty())
    fail_config(entry, "the patch file is empty",
                cat("patch file '", path->text, "' empty seems to be empty"));
  const JsonPatch operations = during(
      "json patch", [&] { return Arguments{json_shown(step.build, text)}; },
      [&] { return read_operations_of(step.build, text); });
  if (operations.empty())
    fail("kustomize/empty-patch", entry.span, "the patch is empty", {},
         {cat("patch appears to be empty; file=", has_path ? path->text : "",
              ", JsonOp=", json_shown(step.build, text))});
  return {text, operations};
}

void run_json_patch(const Step& step, const Node& entry, std::string_view inline_field) {
  Node fields;
  fields.kind = yaml::Kind::kMapping;
  for (const yaml::Entry& field : entry.entries)
    yaml::set(step.build.arena, fields,
              field.key->text == inline_field ? "jsonOp" : field.key->text, field.value);
  const auto [text, operations] = configuring(step, "PatchJson6902Transformer", fields, [&] {
    return read_json_entry(step, entry, inline_field);
  });
  apply_operations(step, text, operations, yaml::find(entry, "target"), false);
}

}  // namespace

void patches_from_file(const Step& step) {
  for (const Node* const entry : step.file->find("patches")->items) {
    run_patch(step, *entry);
    step.items.drop_deleted();
  }
}

void patches_from_config(const Step& step, const Node& config) { run_patch(step, config); }

void merge_patches_from_file(const Step& step) {
  const Node& list = *step.file->find("patchesStrategicMerge");
  run_merge_patches(step, &list, nullptr, list.span);
}

void merge_patches_from_config(const Step& step, const Node& config) {
  const Node* paths = yaml::find(config, "paths");
  const Node* patches = yaml::find(config, "patches");
  if (paths != nullptr && paths->items.empty()) paths = nullptr;
  if (patches != nullptr && patches->text.empty()) patches = nullptr;
  if (paths == nullptr && patches == nullptr)
    configuring(step, "", config, [&] {
      fail_config(config, "expected 'paths' or 'patches'",
                  "empty file path and empty patch content");
    });
  run_merge_patches(step, paths, patches, config.span);
}

void json_patches_from_file(const Step& step) {
  for (const Node* const entry : step.file->find("patchesJson6902")->items)
    run_json_patch(step, *entry, "patch");
}

void json_patches_from_config(const Step& step, const Node& config) {
  run_json_patch(step, config, "jsonOp");
}

}  // namespace plumb::kustomize
