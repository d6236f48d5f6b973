#include "kustomize/edit/kustomization.h"

#include <algorithm>
#include <array>

#include "base/diagnostic.h"
#include "base/text.h"
#include "files/output.h"
#include "kustomize/file_names.h"
#include "kustomize/shape.h"
#include "kustomize/wording.h"
#include "yaml/edit.h"
#include "yaml/emit.h"
#include "yaml/read.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

// As the build reads it: of a repeated key the last one counts.
constexpr yaml::Profile last_wins(yaml::Profile profile) {
  profile.duplicates = yaml::DuplicateKeys::kLastWins;
  return profile;
}
const yaml::Profile kProfile = last_wins(yaml::kKustomizationProfile);

// Where kustomize puts the fields that a file did not have: in this order, behind the others.
constexpr std::array kFieldOrder{std::string_view("apiVersion"),
                                 std::string_view("kind"),
                                 std::string_view("metadata"),
                                 std::string_view("sortOptions"),
                                 std::string_view("resources"),
                                 std::string_view("bases"),
                                 std::string_view("namePrefix"),
                                 std::string_view("nameSuffix"),
                                 std::string_view("namespace"),
                                 std::string_view("crds"),
                                 std::string_view("commonLabels"),
                                 std::string_view("labels"),
                                 std::string_view("commonAnnotations"),
                                 std::string_view("patchesStrategicMerge"),
                                 std::string_view("patchesJson6902"),
                                 std::string_view("patches"),
                                 std::string_view("configMapGenerator"),
                                 std::string_view("secretGenerator"),
                                 std::string_view("helmCharts"),
                                 std::string_view("helmChartInflationGenerator"),
                                 std::string_view("helmGlobals"),
                                 std::string_view("generatorOptions"),
                                 std::string_view("vars"),
                                 std::string_view("images"),
                                 std::string_view("replacements"),
                                 std::string_view("replicas"),
                                 std::string_view("configurations"),
                                 std::string_view("generators"),
                                 std::string_view("transformers"),
                                 std::string_view("validators"),
                                 std::string_view("components"),
                                 std::string_view("openapi"),
                                 std::string_view("buildMetadata")};

std::size_t rank_of(std::string_view field) {
  return static_cast<std::size_t>(std::ranges::find(kFieldOrder, field) - kFieldOrder.begin());
}

std::string find_name(const Place& place) {
  std::vector<std::string> found;
  for (const std::string_view name : kFileNames)
    if (exists(place, name)) found.emplace_back(name);
  if (found.empty())
    fail("kustomize/edit", {}, "Missing kustomization file 'kustomization.yaml'.\n");
  if (found.size() > 1)
    fail("kustomize/edit", {},
         cat("Found multiple kustomization file: [", join(found, " "), "]\n"));
  return found[0];
}

// The entries of an old field go behind those of the new one.
void move_list(File& file, std::string_view from, std::string_view to) {
  const Node* const old_list = yaml::find(*file.fields, from);
  if (old_list == nullptr) return;
  Node& list = list_of(file, to);
  for (Node* const entry : old_list->items) yaml::append(file.arena, list, entry);
  yaml::remove(*file.fields, from);
}

// `env: f` is one of `envs`.
void move_env(File& file, std::string_view generator) {
  for (Node* const entry : items_of(file, generator)) {
    Node* const env = yaml::find(*entry, "env");
    if (env == nullptr) continue;
    Node* const envs = yaml::ensure_sequence(file.arena, *entry, "envs");
    yaml::append(file.arena, *envs, env);
    yaml::remove(*entry, "env");
  }
}

// What kustomize does with every file that it reads for an edit.
void modernise(File& file) {
  Node& fields = *file.fields;
  if (yaml::text_at(fields, {"apiVersion"}).empty()) {
    const bool component = yaml::text_at(fields, {"kind"}) == "Component";
    set_text(file, fields, "apiVersion",
             component ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1");
  }
  if (yaml::text_at(fields, {"kind"}).empty()) set_text(file, fields, "kind", "Kustomization");
  move_list(file, "bases", "resources");
  move_list(file, "imageTags", "images");
  move_env(file, "configMapGenerator");
  move_env(file, "secretGenerator");
}

// ---- what changed, as edits of the text ----

using yaml::Edit;
using yaml::Path;

Path below(const Path& path, yaml::PathStep step) {
  Path out = path;
  out.steps.push_back(std::move(step));
  return out;
}

// Turns one tree into another by edits that touch nothing else.
class Difference {
 public:
  // `after` must outlive the edits.
  explicit Difference(Arena& arena) : arena_(arena) {}

  void compare(const Path& path, const Node& before, const Node& after) {
    if (yaml::identical(before, after)) return;
    if (before.is_mapping() && after.is_mapping()) return compare_maps(path, before, after);
    if (before.is_sequence() && after.is_sequence()) return compare_lists(path, before, after);
    edits.push_back(yaml::set_value(path, after));
  }

  std::vector<Edit> edits;

 private:
  void compare_maps(const Path& path, const Node& before, const Node& after) {
    for (const yaml::Entry& entry : before.entries)
      if (yaml::find(after, entry.key->text) == nullptr)
        edits.push_back(yaml::remove_node(below(path, yaml::key_step(entry.key->text))));
    std::span<const std::string_view> order;
    for (const yaml::Entry& entry : after.entries) {
      const Path field = below(path, yaml::key_step(entry.key->text));
      if (const Node* const old = yaml::find(before, entry.key->text)) {
        compare(field, *old, *entry.value);
        continue;
      }
      if (order.empty()) order = keys_of(after);
      Edit edit = yaml::set_value(field, *entry.value);
      edit.order = order;
      edits.push_back(std::move(edit));
    }
  }

  std::span<const std::string_view> keys_of(const Node& map) {
    std::string_view* const keys = arena_.array<std::string_view>(map.entries.size());
    for (std::uint32_t i = 0; i < map.entries.size(); ++i) keys[i] = map.entries[i].key->text;
    return {keys, map.entries.size()};
  }

  // What both have at the start and at the end stays; of the rest the first ones are compared in
  // pairs, unless one of them went or came.
  void compare_lists(const Path& path, const Node& before, const Node& after) {
    const auto& old_items = before.items;
    const auto& new_items = after.items;
    std::size_t at = 0;  // in the list as it is so far
    std::size_t i = 0, j = 0;
    while (i < old_items.size() || j < new_items.size()) {
      const bool both = i < old_items.size() && j < new_items.size();
      if (both && yaml::identical(*old_items[i], *new_items[j])) {
        ++i, ++j, ++at;
      } else if (i < old_items.size() && !has_item(new_items, j, *old_items[i]) &&
                 old_items.size() - i > new_items.size() - j) {
        edits.push_back(yaml::remove_node(below(path, yaml::index_step(at))));
        ++i;
      } else if (j < new_items.size() && (!both || has_item(new_items, j + 1, *old_items[i]))) {
        edits.push_back(yaml::insert_item(path, at < list_size(before, i, at) ? at : yaml::kAtEnd,
                                          *new_items[j]));
        ++j, ++at;
      } else {
        compare(below(path, yaml::index_step(at)), *old_items[i], *new_items[j]);
        ++i, ++j, ++at;
      }
    }
  }

  static std::size_t list_size(const Node& before, std::size_t i, std::size_t at) {
    return at + before.items.size() - i;
  }

  static bool has_item(const List<Node*>& items, std::size_t from, const Node& item) {
    return std::any_of(items.begin() + from, items.end(),
                       [&](const Node* other) { return yaml::identical(*other, item); });
  }

  Arena& arena_;
};

// Fields that commands emptied are not written.
void drop_emptied(File& file) {
  for (std::size_t i = 0; i < file.fields->entries.size();) {
    const yaml::Entry& entry = file.fields->entries[i];
    const Node* const old = yaml::find(*file.before, entry.key->text);
    const bool emptied =
        yaml::is_empty(*entry.value) || (entry.value->is_string() && entry.value->text.empty());
    if (emptied && (old == nullptr || !yaml::identical(*old, *entry.value)))
      file.fields->entries.erase(i);
    else
      ++i;
  }
}

// A file's own spelling of a field: kustomize takes "nameprefix" for namePrefix.
std::string_view spelling_in(const Node& root, std::string_view field) {
  for (const yaml::Entry& entry : root.entries)
    if (lower(entry.key->text) == lower(field)) return entry.key->text;
  return field;
}

yaml::EmitProfile in_source_order(yaml::EmitProfile profile) {
  profile.keys = yaml::KeyOrder::kSource;
  return profile;
}

std::string new_text(const File& file) {
  std::string out(file.text);
  if (!out.empty() && !out.ends_with('\n')) out += '\n';
  if (!file.fields->entries.empty())
    yaml::emit_to(out, *file.fields, in_source_order(yaml::kKustomizeOutput));
  return out;
}

std::string edited_text(const Place& place, const File& file) {
  if (!file.document.root->is_mapping()) return new_text(file);
  Difference difference(file.arena);
  difference.compare({}, *file.before, *file.fields);
  for (Edit& edit : difference.edits)
    edit.path.steps[0].key = spelling_in(*file.document.root, edit.path.steps[0].key);
  return yaml::apply_edits(place.sources, file.whole.source, kProfile, difference.edits,
                           place.limits);
}

// New fields come last, in kustomize's order.
void order_fields(File& file) {
  const auto is_new = [&](const yaml::Entry& entry) {
    return yaml::find(*file.before, entry.key->text) == nullptr;
  };
  std::stable_sort(file.fields->entries.begin(), file.fields->entries.end(),
                   [&](const yaml::Entry& a, const yaml::Entry& b) {
                     if (!is_new(a) || !is_new(b)) return is_new(a) < is_new(b);
                     return rank_of(a.key->text) < rank_of(b.key->text);
                   });
}

template <typename Work>
auto with_words(std::string_view words, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (words.empty()) throw;
    fail("kustomize/edit", error.diagnostic().span, cat(words, ": ", words_of(error)));
  }
}

}  // namespace

File open_file(Place& place, Arena& arena, std::string_view opening, std::string_view reading) {
  File file{.arena = arena};
  file.name = with_words(opening, [&] { return find_name(place); });
  with_words(reading, [&] {
    auto content = files::read(place.tree, path_of(place, file.name), place.limits);
    if (!content) fail("kustomize/edit", {}, cat(file.name, " should be a file"));
    const SourceId id = place.sources.add(file.name, std::move(*content));
    file.text = place.sources.text(id);
    if (contains(lower(file.text), "secretgenerator")) place.sources.mark_secret(id);
    file.whole = {id, 0, static_cast<std::uint32_t>(file.text.size())};
    file.document = yaml::read_first(file.text, file.whole, kProfile, arena, place.limits);
    file.before = fit({arena, Strictness::kStrict, true}, *file.document.root, kKustomizationShape);
    return 0;
  });
  file.fields = yaml::copy(arena, *file.before);
  modernise(file);
  return file;
}

File new_file(Arena& arena) {
  File file{.arena = arena, .name = std::string(kFileNames[0])};
  file.document.root = yaml::make_null(arena);
  file.before = yaml::make_mapping(arena);
  file.fields = yaml::make_mapping(arena);
  modernise(file);
  return file;
}

void save_file(const Place& place, File& file) {
  drop_emptied(file);
  order_fields(file);
  const std::string text = edited_text(place, file);
  if (text != file.text) files::write_atomically(cat(place.directory, "/", file.name), text);
}

Node& list_of(File& file, std::string_view field) {
  Node* const list = yaml::ensure_sequence(file.arena, *file.fields, field);
  if (list == nullptr) fail("kustomize/edit", {}, cat("'", field, "' is no list"));
  return *list;
}

const List<Node*>& items_of(const File& file, std::string_view field) {
  static const List<Node*> kNone;
  const Node* const list = yaml::find(*file.fields, field);
  return list == nullptr ? kNone : list->items;
}

bool has_text(const Node& list, std::string_view text) {
  return std::any_of(list.items.begin(), list.items.end(),
                     [&](const Node* item) { return item->text == text; });
}

void set_text(File& file, Node& map, std::string_view field, std::string_view text) {
  if (text.empty())
    yaml::remove(map, field);
  else
    yaml::set(file.arena, map, field, yaml::make_string(file.arena, text));
}

void set_sorted(File& file, Node& map, std::string_view key, Node* value) {
  if (yaml::find(map, key) != nullptr) return yaml::set(file.arena, map, key, value);
  const auto by_key = [](const yaml::Entry& a, const yaml::Entry& b) {
    return yaml::compare_natural(a.key->text, b.key->text) < 0;
  };
  const yaml::Entry entry{yaml::make_string(file.arena, key), value};
  std::size_t at = map.entries.size();
  if (std::is_sorted(map.entries.begin(), map.entries.end(), by_key))
    at = static_cast<std::size_t>(
        std::upper_bound(map.entries.begin(), map.entries.end(), entry, by_key) -
        map.entries.begin());
  map.entries.insert(file.arena, at, entry);
}

}  // namespace plumb::kustomize::edit
