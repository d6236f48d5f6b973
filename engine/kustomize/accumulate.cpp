#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/custom_schema.h"
#include "kustomize/generate.h"
#include "kustomize/plugin.h"
#include "kustomize/provenance.h"
#include "kustomize/transform/transform.h"
#include "kustomize/variables.h"

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

// What plumb does not do, by the field that asks for it.
void check_supported(const Kustomization& file) {
  for (const std::string_view field : {"helmCharts", "helmChartInflationGenerator"}) {
    const Node* const value = file.find(field);
    if (value == nullptr || yaml::is_empty(*value)) continue;
    fail("kustomize/unsupported", value->span,
         cat("'", field, "' runs helm, which plumb does not do inside a kustomization"),
         {{"render the chart as a unit of its own"}}, {std::string(field)});
  }
}

void accumulate_directory(Build& build, const Root& root, bool component, Span mentioned,
                          Accumulated& into) {
  const Kustomization file = load_kustomization(build, root);
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
  if (component) return accumulate(build, root, file, into);
  Accumulated below;
  accumulate(build, root, file, below);
  into.items.take(std::move(below.items));
  into.add_tables(below.known_tables);
  merge_variables(into.variables, below.variables);
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
    const bool url = path->text.starts_with("http://") || path->text.starts_with("https://");
    if (!url && is_file(build, root, path->text)) {
      const File loaded = load_file(build, root, path->text, path->span);
      for (Item* const item : make_items(build, into.items, read_objects(build, loaded.source))) {
        set_file_origin(build, *item, root, path->text);
        into.items.add(item);
      }
      continue;
    }
    const Root below = open_root(build, root, path->text, path->span);
    accumulate_directory(build, below, false, path->span, into);
  }
}

void accumulate(Build& build, const Root& root, const Kustomization& file, Accumulated& into,
                const std::vector<Node*>& further) {
  check_supported(file);
  accumulate_paths(build, root, file, entries_of(file, {"resources", "bases"}), into);
  add_objects(build, further, into.items);
  into.add_tables(tables_of(build, root, file));
  if (const Node* const paths = file.find("crds"); paths != nullptr && !paths->items.empty())
    into.add_tables(std::make_shared<FieldTables>(load_crds(build, root, *paths)));
  run_generators({build, into.items, into.tables(), root, &file});
  run_configured_generators({build, into.items, into.tables(), root, &file});
  for (const Node* const path : entries_of(file, {"components"})) {
    const Root below = open_root(build, root, path->text, path->span);
    accumulate_directory(build, below, true, path->span, into);
  }
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
