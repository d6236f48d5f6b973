// Files of objects → objects.
//
// kustomize divides a text at lines that start with "---" and takes the first document of each
// piece, so that is what a document is here, too.

#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/go_yaml_syntax.h"
#include "kustomize/go_yaml_text.h"
#include "kustomize/json_values.h"
#include "kustomize/wording.h"
#include "yaml/read.h"

namespace plumb::kustomize {

// What still repeats at the end is an error when it is printed.
void turn_repeated_keys(yaml::Node& node) {
  using yaml::Node;
  for (Node* const item : node.items) turn_repeated_keys(*item);
  for (const yaml::Entry& entry : node.entries) turn_repeated_keys(*entry.value);
  if (!has_repeated_key(node)) return;
  const std::uint32_t count = node.entries.size();
  std::vector<bool> done(count, false);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (done[i]) continue;
    std::vector<std::uint32_t> same;
    for (std::uint32_t j = i; j < count; ++j)
      if (node.entries[j].key->text == node.entries[i].key->text) same.push_back(j);
    for (std::size_t k = 0; k < same.size(); ++k) done[same[k]] = true;
    for (std::size_t k = 0; k < same.size() / 2; ++k)
      std::swap(node.entries[same[k]], node.entries[same[same.size() - 1 - k]]);
  }
}

namespace {

using yaml::Node;

constexpr std::string_view kBookkeeping = "internal.config.kubernetes.io/";

// The pieces between lines that start with "---"; what follows the dashes must be a comment.
std::vector<std::string_view> pieces_of(std::string_view text, Span place) {
  std::vector<std::string_view> pieces;
  std::size_t from = 0;
  for (std::size_t at = text.find("\n---"); at != std::string_view::npos;
       at = text.find("\n---", at)) {
    const std::size_t end = text.find('\n', at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view rest = trim(text.substr(at + 4, end - at - 4));
    if (!rest.empty() && !rest.starts_with('#')) {
      const auto offset = static_cast<std::uint32_t>(at + 1);
      fail("kustomize/separator", {place.source, place.offset + offset, 3},
           "expected nothing but a comment behind '---'", {},
           {std::string(trim(text.substr(at + 1, end - at - 1)))});
    }
    pieces.push_back(text.substr(from, at + 1 - from));
    from = end + 1;
    at = from;  // its line break is not another separator's
  }
  pieces.push_back(text.substr(from));
  return pieces;
}

std::string go_meta(const Node& object) {
  const auto map_text = [&](std::string_view field) {
    const Node* const map = yaml::find_path(object, {"metadata", field});
    if (map == nullptr || !map->is_mapping()) return std::string("map[]");
    std::map<std::string_view, std::string_view> sorted;
    for (const yaml::Entry& entry : map->entries) sorted[entry.key->text] = entry.value->text;
    std::vector<std::string> pairs;
    for (const auto& [key, value] : sorted) pairs.push_back(cat(key, ":", value));
    return cat("map[", join(pairs, " "), "]");
  };
  const auto text = [&](std::initializer_list<std::string_view> path) {
    const Node* const node = yaml::find_path(object, path);
    return node == nullptr || node->is_null() ? std::string_view{} : node->text;
  };
  return cat("{{", text({"apiVersion"}), " ", text({"kind"}), "} {{", text({"metadata", "name"}),
             " ", text({"metadata", "namespace"}), "} ", map_text("labels"), " ",
             map_text("annotations"), "}}");
}

// Whether metadata say anything that kustomize looks at.
bool has_metadata(const Node& object) {
  for (const std::string_view field : {"labels", "annotations"}) {
    const Node* const map = yaml::find_path(object, {"metadata", field});
    if (map != nullptr && map->is_mapping()) return true;
  }
  for (const std::string_view field : {"name", "namespace"}) {
    const Node* const text = yaml::find_path(object, {"metadata", field});
    if (text != nullptr && !text->is_null() && !text->text.empty()) return true;
  }
  return false;
}

bool present(const Node* node) { return node != nullptr && !yaml::is_empty(*node); }

void check_object(const Node& object) {
  const Node* const kind = yaml::find(object, "kind");
  if (!present(yaml::find(object, "apiVersion")) && !present(kind) && !has_metadata(object))
    fail("kustomize/no-metadata", object.span,
         "expected an object with apiVersion, kind and metadata", {}, {});
  if (!present(kind) || kind->text.empty())
    fail("kustomize/no-kind", object.span, "the object has no kind", {}, {go_meta(object)});
  if (kind->text.ends_with("List")) return;
  const Node* const name = yaml::find_path(object, {"metadata", "name"});
  if (!present(name) || name->text.empty())
    fail("kustomize/no-name", object.span, cat("the ", kind->text, " has no metadata.name"), {},
         {go_meta(object)});
}

void require_unique_list(Build& build, const Node& list, std::string_view kind) {
  try {
    require_unique_when_written(list, &build.context.sources);
  } catch (const Error& error) {
    throw WordedError(error,
                      cat("trouble expanding list of ", kind, "; received error ", words_of(error),
                          " for the following resource:\n", write_go_yaml(list)));
  }
}

// Objects in the order in which lists are opened: what a list holds comes behind everything else.
void expand_lists(Build& build, std::vector<Node*>& objects, std::vector<Node*>& result) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    Node* const object = objects[i];
    const std::string_view kind = yaml::text_at(*object, {"kind"});
    const Node* const items = yaml::find(*object, "items");
    if (!kind.ends_with("List") || items == nullptr) {
      result.push_back(object);
      continue;
    }
    require_unique_list(build, *object, kind);
    if (items->is_null()) continue;
    if (!items->is_sequence())
      fail("kustomize/list-items", items->span, cat("expected a list in 'items' of a ", kind), {},
           {std::string(kind), items->is_mapping()  ? "map[string]interface {}"
                               : items->is_string() ? "string"
                                                    : "int"});
    for (const Node* const item : items->items) {
      if (yaml::is_empty(*item)) continue;
      Node* const own = yaml::copy(build.arena, *item);
      through_json(build.arena, *own, JsonNumbers::kKeepIntegers);
      check_object(*own);
      objects.push_back(own);
    }
  }
}

// A file that is one list stands for its items.
void unwrap_single_list(std::vector<Node*>& documents) {
  if (documents.size() != 1) return;
  const std::string_view kind = yaml::text_at(*documents.front(), {"kind"});
  if (kind != "List" && kind != "ResourceList") return;
  const Node* const items = yaml::find(*documents.front(), "items");
  if (items == nullptr && yaml::find(*documents.front(), "functionConfig") == nullptr) return;
  std::vector<Node*> objects;
  if (items != nullptr) objects.assign(items->items.begin(), items->items.end());
  documents = std::move(objects);
}

// The entry that a comment belongs to: the last that starts before it, on its line, or the next one
// when the comment has a line of its own.
const yaml::Entry* commented_entry(const Node& node, const yaml::Comment& comment,
                                   const yaml::Entry* found) {
  for (const Node* const item : node.items) found = commented_entry(*item, comment, found);
  for (const yaml::Entry& entry : node.entries) {
    const std::uint32_t at = entry.key->span.offset;
    const bool before = at < comment.span.offset;
    if (before != comment.own_line) {
      const std::uint32_t best = found != nullptr ? found->key->span.offset : 0;
      if (found == nullptr || (before ? at > best : at < best)) found = &entry;
    }
    found = commented_entry(*entry.value, comment, found);
  }
  return found;
}

// A comment can hold a schema for its field, which then decides how the field merges: the comment
// goes with the key.
void keep_schemas(Build& build, const yaml::Document& document, std::string_view text,
                  std::uint32_t offset) {
  for (const yaml::Comment& comment : document.comments) {
    if (!trim(comment.text).starts_with('{')) continue;
    const yaml::Entry* const entry = commented_entry(*document.root, comment, nullptr);
    if (entry == nullptr) continue;
    Node& key = *entry->key;
    const std::uint32_t from = std::min(key.span.offset, comment.span.offset) - offset;
    const std::uint32_t to = std::max(key.span.offset, comment.span.offset) - offset;
    const auto breaks = std::ranges::count(text.substr(from, to - from), '\n');
    if (breaks != (comment.own_line ? 1 : 0)) continue;
    if (key.decoration == nullptr) key.decoration = build.arena.make<yaml::Decoration>();
    key.decoration->line.push_back(build.arena, comment);
  }
}

std::vector<std::string_view> comma_list(Arena& arena, std::string_view text) {
  return split(arena.copy(text), ',');
}

// What kustomize would read from annotations that look like its own.
void take_bookkeeping(Build& build, Item& item) {
  const Node* const annotations = yaml::find_path(*item.body, {"metadata", "annotations"});
  if (annotations == nullptr || !annotations->is_mapping()) return;
  std::vector<std::string_view> names, namespaces, kinds;
  for (const yaml::Entry& entry : annotations->entries) {
    std::string_view key = entry.key->text;
    if (!key.starts_with(kBookkeeping)) continue;
    key.remove_prefix(kBookkeeping.size());
    const std::string_view value = entry.value->text;
    if (key == "needsHashSuffix") item.needs_hash = value == "enabled";
    if (key == "allowNameChange") item.allow_name_change = value == "enabled";
    if (key == "allowKindChange") item.allow_kind_change = value == "enabled";
    if (key == "helm-generated") item.from_helm = value == "true";
    if (key == "prefixes") item.prefixes = comma_list(build.arena, value);
    if (key == "suffixes") item.suffixes = comma_list(build.arena, value);
    if (key == "previousNames") names = comma_list(build.arena, value);
    if (key == "previousNamespaces") namespaces = comma_list(build.arena, value);
    if (key == "previousKinds") kinds = comma_list(build.arena, value);
  }
  if (names.size() != namespaces.size() || names.size() != kinds.size()) {
    if (names.empty()) return;
    fail("kustomize/bookkeeping", annotations->span,
         "the annotations with previous names, namespaces and kinds differ in length", {}, {});
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    item.former.push_back({kinds[i], namespaces[i], names[i]});
}

}  // namespace

namespace {

// Whether a text seems to hold an object of kind Secret, in YAML or JSON.
bool may_hold_secret(std::string_view text) {
  constexpr std::string_view kKind = "Secret";
  for (std::size_t at = text.find(kKind); at != std::string_view::npos;
       at = text.find(kKind, at + 1)) {
    const std::string_view behind = text.substr(at + kKind.size(), 1);
    const std::size_t line = text.rfind('\n', at) + 1;  // npos + 1 == 0
    const bool whole_word =
        behind.empty() || std::isalpha(static_cast<unsigned char>(behind[0])) == 0;
    if (whole_word && contains(text.substr(line, at - line), "kind")) return true;
  }
  return false;
}

// go-yaml looks a bit further than the document that it takes: what follows one in brackets may not
// even be tokens.
void check_rest(const yaml::Document& document, std::string_view piece, Span place) {
  const Node& root = *document.root;
  if (root.is_scalar() || root.style != yaml::Style::kFlow) return;
  const std::uint32_t end = root.span.offset + root.span.length - place.offset;
  if (end >= piece.size()) return;
  const std::string_view rest = piece.substr(end);
  if (trim(rest).empty() && !contains(rest, "\t")) return;
  if (find_go_yaml_problem(piece, 3))
    fail("yaml/expected-document", {place.source, place.offset + end, 1},
         "expected the end of the document, found more content");
}

yaml::Document read_piece(Build& build, std::string_view piece, Span place,
                          const yaml::Profile& profile) {
  try {
    const yaml::Document document =
        yaml::read_first(piece, place, profile, build.arena, build.context.limits);
    check_rest(document, piece, place);
    return document;
  } catch (const Error& error) {
    const Diagnostic& cause = error.diagnostic();
    if (!cause.code.starts_with("yaml/")) throw;
    if (cause.code == "yaml/merge") throw WordedError(error, "duplicate merge key");
    throw WordedError(error,
                      cat("MalformedYAMLError: ", go_yaml_words(cause, piece, GoYaml::kVersion3)));
  }
}

}  // namespace

std::vector<Node*> read_objects_from(Build& build, std::string_view text, Span place) {
  // Also when it does not even parse.
  if (place.source != 0 && may_hold_secret(text)) build.context.sources.mark_secret(place.source);
  std::vector<Node*> documents;
  yaml::Profile profile = yaml::kKustomizeProfile;
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  for (const std::string_view piece : pieces_of(text, place)) {
    const auto offset = static_cast<std::uint32_t>(piece.data() - text.data());
    const yaml::Document document = read_piece(
        build, piece,
        {place.source, place.offset + offset, static_cast<std::uint32_t>(piece.size())}, profile);
    if (document.empty) continue;
    if (!document.comments.empty()) keep_schemas(build, document, piece, place.offset + offset);
    turn_repeated_keys(*document.root);
    documents.push_back(document.root);
  }
  unwrap_single_list(documents);
  std::vector<Node*> objects;
  for (Node* const document : documents) {
    if (yaml::is_empty(*document)) continue;
    check_object(*document);
    objects.push_back(document);
  }
  std::vector<Node*> result;
  expand_lists(build, objects, result);
  if (result.size() > build.context.limits.objects)
    fail_limit(build.context.limits, &Limits::objects, place);
  return result;
}

const std::vector<Node*>& read_objects(Build& build, SourceId source) {
  const auto there = build.documents.find(source);
  if (there != build.documents.end()) return there->second;
  const std::string_view text = build.context.sources.text(source);
  std::vector<Node*> objects =
      read_objects_from(build, text, {source, 0, static_cast<std::uint32_t>(text.size())});
  return build.documents.emplace(source, std::move(objects)).first->second;
}

namespace {

bool has_shared(const Node& node) {
  return node.shared ||
         std::ranges::any_of(node.items, [](const Node* n) { return has_shared(*n); }) ||
         std::ranges::any_of(node.entries, [](const yaml::Entry& entry) {
           return has_shared(*entry.key) || has_shared(*entry.value);
         });
}

std::vector<Node*> copies_of(Build& build, const std::vector<Node*>& objects) {
  std::vector<Node*> own;
  own.reserve(objects.size());
  for (const Node* const object : objects) own.push_back(yaml::copy(build.arena, *object));
  return own;
}

}  // namespace

// Most files are named once in a build: what was read is given away as it is. A file that is named
// again is read again, kept, and copied from then on.
std::vector<Node*> take_objects(Build& build, SourceId source) {
  const bool kept = build.documents.contains(source);
  if (kept || !build.given_away.insert(source).second)
    return copies_of(build, read_objects(build, source));
  const std::string_view text = build.context.sources.text(source);
  std::vector<Node*> objects =
      read_objects_from(build, text, {source, 0, static_cast<std::uint32_t>(text.size())});
  for (Node*& object : objects)
    if (has_shared(*object)) object = yaml::copy(build.arena, *object);
  return objects;
}

namespace {

// What kustomize makes of null as a key when it loads an object: one that is spelled out is there
// twice from then on, one that is not is the empty text.
void settle_null_keys(Arena& arena, Node& node) {
  for (Node* const item : node.items) settle_null_keys(arena, *item);
  const std::uint32_t count = node.entries.size();
  for (std::uint32_t i = 0; i < count; ++i) {
    const yaml::Entry entry = node.entries[i];
    settle_null_keys(arena, *entry.value);
    if (!entry.key->is_null()) continue;
    if (entry.key->text.empty())
      entry.key->type = yaml::Type::kString;
    else
      node.entries.push_back(arena,
                             {yaml::copy(arena, *entry.key), yaml::copy(arena, *entry.value)});
  }
}

}  // namespace

std::vector<Item*> make_items(Build& build, Items& items, const std::vector<Node*>& objects) {
  return adopt_items(build, items, copies_of(build, objects));
}

std::vector<Item*> adopt_items(Build& build, Items& items, const std::vector<Node*>& objects) {
  std::vector<Item*> made;
  made.reserve(objects.size());
  for (Node* const object : objects) {
    settle_null_keys(build.arena, *object);
    Item* const item = items.make(object);
    take_bookkeeping(build, *item);
    const Gvk gvk = gvk_of(*object);
    if (!build.schema &&
        kube::kKustomizeMergeTable.type_of(yaml::text_at(*object, {"apiVersion"}), gvk.kind) == 0)
      build.built_in_schema_used = true;
    made.push_back(item);
  }
  return made;
}

}  // namespace plumb::kustomize
