#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/custom_schema.h"
#include "kustomize/door_text.h"
#include "kustomize/generate.h"
#include "kustomize/plugin.h"
#include "kustomize/provenance.h"
#include "kustomize/remote.h"
#include "kustomize/transform/transform.h"
#include "kustomize/variables.h"
#include "kustomize/wording.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

std::vector<const Node*> entries_of(const Kustomization& file,
                                    std::initializer_list<std::string_view> fields) {
  std::vector<const Node*> entries;
  for (const std::string_view field : fields)
    if (const Node* const list = file.find(field))
      entries.insert(entries.end(), list->items.begin(), list->items.end());
  return entries;
}

// What kustomize says of a chart before it runs helm.
void check_chart(Build& build, const Kustomization& file, const Node& chart) {
  Node* const shown = yaml::make_mapping(build.arena);
  if (const Node* const globals = file.find("helmGlobals"))
    for (const yaml::Entry& entry : globals->entries)
      yaml::set(build.arena, *shown, entry.key->text, entry.value);
  for (const yaml::Entry& entry : chart.entries)
    yaml::set(build.arena, *shown, entry.key->text, entry.value);
  if (yaml::text_at(chart, {"namespace"}).empty() && !file.text("namespace").empty())
    yaml::set(build.arena, *shown, "namespace",
              yaml::make_string(build.arena, file.text("namespace")));
  const std::string text = configuration_text(build.arena, *shown);
  during(
      "builtin", [&] { return Arguments{"HelmChartInflationGenerator", text}; },
      [&] {
        if (!build.options.enable_helm)
          fail("kustomize/helm", chart.span, "charts need '--enable-helm'",
               {{"plumb does not run helm; render the chart as a unit of its own"}},
               {"must specify --enable-helm"});
        const std::string_view release = yaml::text_at(chart, {"releaseName"});
        const std::string_view name = yaml::text_at(chart, {"name"});
        if (release.starts_with('-'))
          fail("kustomize/helm", chart.span, "the name of a release starts with '-'", {},
               {cat("releaseName must not start with '-', got ", go_quoted(release))});
        if (name.starts_with('-'))
          fail("kustomize/helm", chart.span, "the name of a chart starts with '-'", {},
               {cat("chart name must not start with '-', got ", go_quoted(name))});
      });
}

// What plumb does not do, by the field that asks for it.
void check_supported(Build& build, const Kustomization& file) {
  for (const std::string_view field : {"helmCharts", "helmChartInflationGenerator"}) {
    const Node* const value = file.find(field);
    if (value == nullptr || yaml::is_empty(*value)) continue;
    if (field == "helmCharts")
      for (const Node* const chart : value->items) check_chart(build, file, *chart);
    fail("kustomize/unsupported", value->span,
         cat("'", field, "' runs helm, which plumb does not do inside a kustomization"),
         {{"render the chart as a unit of its own"}}, {std::string(field)});
  }
}

// Kustomize's words when the path is taken for a file, or for a directory.
std::string why_no_file(Build& build, const Root& root, const Node& path) {
  try {
    load_file(build, root, path.text, path.span);
  } catch (const Error& error) {
    return words_of(error);
  }
  return {};
}
std::string why_no_base(Build& build, const Root& root, const Node& path) {
  try {
    open_root(build, root, path.text, path.span);
  } catch (const Error& error) {
    return words_of(error);
  }
  return {};
}

bool is_malformed(std::string_view words) { return contains(words, "MalformedYAMLError"); }

// A file may hold an object once.
void check_unique(const std::vector<Item*>& items) {
  Items alone;
  for (Item* const item : items) alone.add(item);
}

void accumulate_directory(Build& build, const Root& root, bool component, Span mentioned,
                          Accumulated& into) {
  const auto here = [&] { return Arguments{absolute(build, root.directory)}; };
  const Kustomization& file = during(
      "target", here, [&]() -> const Kustomization& { return load_kustomization(build, root); });
  use_schema(build, root, file);
  const std::string shown = absolute(build, root.directory);
  if (component && !file.component)
    fail("kustomize/not-a-component", mentioned,
         cat("expected a Component in '", shown, "', found a Kustomization"),
         {{"list it under 'resources'", {file.source, 0, 0}}},
         {cat("expected kind 'Component' for path '", shown, "' but got 'Kustomization'")});
  if (!component && file.component)
    fail("kustomize/not-a-component", mentioned,
         cat("expected a Kustomization in '", shown, "', found a Component"),
         {{"list it under 'components'", {file.source, 0, 0}}},
         {cat("expected kind != 'Component' for path '", shown, "'")});
  if (component) return during("recursion", here, [&] { accumulate(build, root, file, into); });
  Accumulated below;
  during("recursion", here, [&] { accumulate(build, root, file, below); });
  during("merging", here, [&] {
    into.items.take(std::move(below.items));
    into.add_tables(below.known_tables);
    merge_variables(into.variables, below.variables);
  });
}

// The defaults, with the configurations of a kustomization merged in.
std::shared_ptr<const FieldTables> tables_of(Build& build, const Root& root,
                                             const Kustomization& file) {
  const Node* const paths = file.find("configurations");
  if (paths == nullptr || paths->items.empty())
    return {std::shared_ptr<const FieldTables>(), &default_field_tables()};
  auto merged = std::make_shared<FieldTables>(default_field_tables());
  merge_field_tables(*merged, load_configurations(build, root, *paths));
  return merged;
}

// The objects of a file. Kustomize takes a file that it cannot read for a directory, and says so.
void accumulate_file(Build& build, const Root& root, const Node& path, Accumulated& into) {
  const auto named = [&] { return Arguments{std::string(path.text)}; };
  try {
    const std::vector<Item*> items = during("file", named, [&] {
      const File loaded = load_file(build, root, path.text, path.span);
      return during("malformed", named, [&] {
        std::vector<Item*> made =
            adopt_items(build, into.items, take_objects(build, loaded.source));
        check_unique(made);
        return made;
      });
    });
    for (Item* const item : items) {
      set_file_origin(build, *item, root, path.text);
      during("merging file", named, [&] { into.items.add(item); });
    }
  } catch (const Error& error) {
    const std::string words = words_of(error);
    if (is_malformed(words)) throw WordedError(error, words);
    rethrow_during(WordedError(error, why_no_base(build, root, path)), "base", {words});
  }
}

void accumulate_base(Build& build, const Root& root, const Node& path, Accumulated& into) {
  const auto as_file = [&] {
    return Arguments{
        door_text_around(why_no_file(build, root, path), "file", {std::string(path.text)})};
  };
  during("base", as_file, [&] {
    const Root below = open_root(build, root, path.text, path.span);
    accumulate_directory(build, below, false, path.span, into);
  });
}

void add_objects(Build& build, const std::vector<Node*>& objects, Items& items) {
  for (Item* const item : make_items(build, items, objects)) items.add(item);
}

}  // namespace

void Accumulated::add_tables(const std::shared_ptr<const FieldTables>& more) {
  if (!more || more == known_tables) return;
  if (!known_tables && more.get() == &default_field_tables()) {
    known_tables = more;
    return;
  }
  auto merged = std::make_shared<FieldTables>(known_tables ? *known_tables : FieldTables{});
  merge_field_tables(*merged, *more);
  known_tables = std::move(merged);
}

void accumulate_paths(Build& build, const Root& root, const Kustomization&,
                      const std::vector<const Node*>& paths, Accumulated& into) {
  for (const Node* const path : paths) {
    const bool is_file_here = is_remote_file(path->text) ? has_remote_file(build, path->text)
                                                         : is_file(build, root, path->text);
    if (is_file_here)
      accumulate_file(build, root, *path, into);
    else
      accumulate_base(build, root, *path, into);
  }
}

namespace {

std::string listed(const Node& list) {
  std::string texts;
  for (const Node* const item : list.items) texts += cat(texts.empty() ? "" : " ", item->text);
  return texts;
}

void accumulate_components(Build& build, const Root& root, const Kustomization& file,
                           Accumulated& into) {
  for (const Node* const path : entries_of(file, {"components"})) {
    const Root below =
        during("component loader", [&] { return open_root(build, root, path->text, path->span); });
    during("component", [&] { accumulate_directory(build, below, true, path->span, into); });
  }
}

}  // namespace

void accumulate(Build& build, const Root& root, const Kustomization& file, Accumulated& into,
                const std::vector<Node*>& further) {
  during("resources", [&] {
    accumulate_paths(build, root, file, entries_of(file, {"resources", "bases"}), into);
  });
  add_objects(build, further, into.items);
  into.add_tables(tables_of(build, root, file));
  if (const Node* const paths = file.find("crds"); paths != nullptr && !paths->items.empty())
    during(
        "crds", [&] { return Arguments{listed(*paths)}; },
        [&] { into.add_tables(std::make_shared<FieldTables>(load_crds(build, root, *paths))); });
  check_supported(build, file);
  run_generators({build, into.items, into.tables(), root, &file});
  run_configured_generators({build, into.items, into.tables(), root, &file});
  during("components", [&] { accumulate_components(build, root, file, into); });
  const Step step{build, into.items, into.tables(), root, &file};
  for (const Transformer& transformer : transformers()) {
    if (transformer.from_file == nullptr || !transformer.is_wanted(file)) continue;
    transformer.from_file(step);
    into.items.drop_deleted();
    note_transformer(build, into.items, root, file, transformer.kind,
                     transformer.count != nullptr ? transformer.count(file) : 1);
  }
  run_configured_transformers(step);
  run_validators(step);
  record_variables(build, file, into);
}

}  // namespace plumb::kustomize
