// `kustomize edit add|set|remove configmap|secret …`: entries of the generators.

#include <algorithm>
#include <set>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kustomize/edit/commands.h"
#include "kustomize/generate.h"
#include "kustomize/wording.h"

namespace plumb::kustomize::edit {

namespace {

using yaml::Node;

struct GeneratorKind {
  std::string_view field;  // of the kustomization
  std::string_view word;   // "configmap"
  std::string_view kind;   // "ConfigMap"
};
constexpr GeneratorKind kConfigMap{"configMapGenerator", "configmap", "ConfigMap"};
constexpr GeneratorKind kSecret{"secretGenerator", "secret", "Secret"};

// What goes wrong inside, with the words for what was being done.
template <typename Work>
auto doing(std::string_view what, Work work) {
  try {
    return work();
  } catch (Error& error) {
    fail("kustomize/edit", error.diagnostic().span, cat(what, ": ", words_of(error)));
  }
}

bool same_namespace(std::string_view a, std::string_view b) {
  const auto effective = [](std::string_view name) { return name.empty() ? "default" : name; };
  return effective(a) == effective(b);
}

Node* find_entry(const File& file, const GeneratorKind& generator, std::string_view name,
                 std::string_view namespace_name) {
  for (Node* const entry : items_of(file, generator.field))
    if (yaml::text_at(*entry, {"name"}) == name &&
        same_namespace(yaml::text_at(*entry, {"namespace"}), namespace_name))
      return entry;
  return nullptr;
}

std::string name_argument(const Words& words) {
  if (words.arguments.size() != 1) fail("kustomize/edit", {}, "name must be specified once");
  return words.arguments[0];
}

// "key=pattern" or "pattern", as files.
std::vector<std::string> expand_files(Place& place, const std::vector<std::string>& sources) {
  std::vector<std::string> files;
  for (const std::string& source : sources) {
    const auto parts = split(source, '=');
    const bool has_key = parts.size() == 2;
    const std::vector<std::string> found =
        glob_all(place, {std::string(has_key ? parts[1] : parts[0])});
    if (!has_key || parts[0].empty()) {
      files.insert(files.end(), found.begin(), found.end());
      continue;
    }
    if (found.size() != 1)
      fail("kustomize/edit", {},
           cat("'pattern '", source, "' catches files [", join(found, " "),
               "], should catch only one"));
    files.push_back(cat(parts[0], "=", found[0]));
  }
  return files;
}

void check_add(const Words& words, const std::vector<std::string>& files) {
  name_argument(words);
  const bool has_env = !words.text("from-env-file").empty();
  const bool has_other = !files.empty() || !words.texts("from-literal").empty();
  if (!has_env && !has_other)
    fail("kustomize/edit", {}, "at least from-env-file, or from-file or from-literal must be set");
  if (has_env && has_other)
    fail("kustomize/edit", {}, "from-env-file cannot be combined with from-file or from-literal");
  const std::string behavior = words.text("behavior");
  if (!behavior.empty() && behavior != "create" && behavior != "merge" && behavior != "replace")
    fail("kustomize/edit", {},
         "invalid behavior: must be one of \"create\", \"merge\", or \"replace\"");
}

Node* new_entry(File& file, const GeneratorKind& generator, const Words& words) {
  Node* const entry = yaml::make_mapping(file.arena);
  set_text(file, *entry, "name", words.arguments[0]);
  set_text(file, *entry, "namespace", words.text("namespace"));
  if (generator.kind == "Secret") {
    const std::string type = words.text("type");
    set_text(file, *entry, "type", type.empty() ? "Opaque" : type);
  }
  yaml::append(file.arena, list_of(file, generator.field), entry);
  return entry;
}

void append_texts(File& file, Node& entry, std::string_view field,
                  const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  Node* list = yaml::find(entry, field);
  if (list == nullptr) {
    list = yaml::make_sequence(file.arena);
    set_sorted(file, entry, field, list);
  }
  for (const std::string& text : texts)
    yaml::append(file.arena, *list, yaml::make_string(file.arena, text));
}

// Makes the object once, so that a file that is not there shows now and not when somebody builds.
void check_generates(Session& session, const GeneratorKind& generator, const Node& entry) {
  Place& place = session.place;
  const BuildOptions options;
  Context context{.sources = place.sources};
  context.limits = place.limits;
  context.tree_root = "/";
  Arena& arena = session.arena;
  yaml::Origins origins(false);
  Build build(options, context, arena, origins);
  const Root root = open_top(build, place.tree, path_of(place, "."));
  Node* const alone = yaml::copy(arena, entry);
  yaml::remove(*alone, "behavior");  // there is nothing here that it could merge with
  Node* const list = yaml::make_sequence(arena);
  yaml::append(arena, *list, alone);
  Node* const fields = yaml::make_mapping(arena);
  yaml::set(arena, *fields, generator.field, list);
  if (Node* const global = yaml::find(*session.file().fields, "generatorOptions"))
    yaml::set(arena, *fields, "generatorOptions", global);
  Kustomization file;
  file.fields = fields;
  file.source = session.file().whole.source;
  Items items;
  run_generators({build, items, default_field_tables(), root, &file});
}

void add(Session& session, const GeneratorKind& generator) {
  const Words& words = session.words;
  const std::vector<std::string> files = doing("failed to expand file source", [&] {
    return expand_files(session.place, words.texts("from-file"));
  });
  doing("failed to validate flags", [&] { check_add(words, files); });
  File& file = session.file();
  Node* entry = find_entry(file, generator, words.arguments[0], words.text("namespace"));
  if (entry == nullptr) entry = new_entry(file, generator, words);
  append_texts(file, *entry, "literals", words.texts("from-literal"));
  append_texts(file, *entry, "files", files);
  if (!words.text("from-env-file").empty())
    append_texts(file, *entry, "envs", {words.text("from-env-file")});
  if (words.is_set("disableNameSuffixHash")) {
    Node* const options = yaml::make_mapping(file.arena);
    yaml::set(file.arena, *options, "disableNameSuffixHash", yaml::make_boolean(file.arena, true));
    set_sorted(file, *entry, "options", options);
  }
  if (!words.text("behavior").empty())
    set_sorted(file, *entry, "behavior", yaml::make_string(file.arena, words.text("behavior")));
  doing(cat("failed to create ", generator.word),
        [&] { check_generates(session, generator, *entry); });
}

// "key=value" with one '='.
std::pair<std::string_view, std::string_view> parse_literal(std::string_view text) {
  const auto parts = split(text, '=');
  if (parts.size() != 2)
    fail("kustomize/edit", {},
         "failed to update resource: invalid format: literal values must be specified in the "
         "key=value format");
  return {parts[0], parts[1]};
}

void update_literals(File& file, Node& entry, const std::vector<std::string>& changes) {
  Node* const list = yaml::find(entry, "literals");
  if (list != nullptr)
    for (const Node* const literal : list->items) parse_literal(literal->text);
  for (const std::string& change : changes) {
    const std::string_view key = parse_literal(change).first;
    bool found = false;
    for (std::uint32_t i = 0; list != nullptr && i < list->items.size(); ++i) {
      if (parse_literal(list->items[i]->text).first != key) continue;
      list->items[i] = yaml::make_string(file.arena, change);
      found = true;
    }
    if (!found) fail("kustomize/edit", {}, cat("key '", key, "' not found in resource"));
  }
}

void set(Session& session, const GeneratorKind& generator) {
  const Words& words = session.words;
  const std::vector<std::string>& literals = words.texts("from-literal");
  const std::string new_namespace = words.text("new-namespace");
  doing("failed to validate flags", [&] {
    name_argument(words);
    if (literals.empty() && new_namespace.empty())
      fail("kustomize/edit", {},
           "at least one of [--from-literal, --new-namespace] must be specified");
  });
  File& file = session.file();
  doing(cat("failed to create ", generator.word), [&] {
    Node* const entry = find_entry(file, generator, words.arguments[0], words.text("namespace"));
    if (entry == nullptr)
      fail("kustomize/edit", {},
           cat("could not set new ", generator.kind, " value: unable to find ", generator.kind,
               " with name \"", words.arguments[0], "\""));
    if (!literals.empty())
      doing("failed to update literal sources", [&] { update_literals(file, *entry, literals); });
    if (!new_namespace.empty())
      set_sorted(file, *entry, "namespace", yaml::make_string(file.arena, new_namespace));
    doing(cat("failed to validate ", generator.kind, " structure"),
          [&] { check_generates(session, generator, *entry); });
  });
}

void remove(Session& session, const GeneratorKind& generator) {
  const std::vector<std::string>& arguments = session.words.arguments;
  if (arguments.empty())
    fail("kustomize/edit", {}, cat("at least one ", generator.word, " name must be specified"));
  if (arguments.size() > 1)
    fail("kustomize/edit", {},
         cat("too many arguments: [", join(arguments, " "), "]; to provide multiple ",
             generator.word, "s to remove, please separate ", generator.word, " names by commas"));
  const auto names = split(arguments[0], ',');
  File& file = session.file();
  Node* const list = yaml::find(*file.fields, generator.field);
  std::set<std::string_view> found;
  for (std::size_t i = 0; list != nullptr && i < list->items.size();) {
    const std::string_view name = yaml::text_at(*list->items[i], {"name"});
    const bool meant = std::ranges::find(names, name) != names.end() &&
                       same_namespace(yaml::text_at(*list->items[i], {"namespace"}),
                                      session.words.text("namespace"));
    if (!meant) {
      ++i;
      continue;
    }
    found.insert(name);
    list->items.erase(i);
  }
  if (found.empty())
    fail("kustomize/edit", {},
         cat("no specified ", generator.word, "(s) were found in the kustomization.yaml file"));
  for (const std::string_view name : names)
    if (!found.contains(name))
      session.place.log.push_back(
          cat(generator.word, " ", name, " doesn't exist in kustomization file"));
}

}  // namespace

void add_config_map(Session& session) { add(session, kConfigMap); }
void add_secret(Session& session) { add(session, kSecret); }
void set_config_map(Session& session) { set(session, kConfigMap); }
void set_secret(Session& session) { set(session, kSecret); }
void remove_config_maps(Session& session) { remove(session, kConfigMap); }
void remove_secrets(Session& session) { remove(session, kSecret); }

}  // namespace plumb::kustomize::edit
