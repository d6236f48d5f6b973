// A merge walks both trees at once. Everything of the base is visited, also where the patch says
// nothing: merging lists of the base lose duplicates, and a field without any text is dropped. This
// is what users of kustomize get, so it is part of the result here.
//
// A list that merges by one key, with every element named once, is merged with a hash table. Other
// lists (two keys, elements without a key, duplicates) follow the rule literally, element by
// element, because the order in which elements find each other decides the result.

#include "kube/strategic_merge.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/json.h"
#include "yaml/read.h"

namespace plumb::kube {

namespace {

using yaml::Entry;
using yaml::Kind;
using yaml::Node;
using yaml::Style;
using yaml::Type;

constexpr std::string_view kDirectiveKey = "$patch";

enum class Directive { kMerge, kReplace, kDelete };

// What the schema says of the node that is walked.
struct Schema {
  std::uint16_t type = 0;
  const MergeField* list = nullptr;  // set where the node is a list that merges
};

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kScalar:
      return "ScalarNode";
    case Kind::kSequence:
      return "SequenceNode";
    case Kind::kMapping:
      return "MappingNode";
  }
  return "";
}

std::string_view plain_kind_name(Kind kind) {
  switch (kind) {
    case Kind::kScalar:
      return "a scalar";
    case Kind::kSequence:
      return "a list";
    case Kind::kMapping:
      return "a map";
  }
  return "";
}

bool is_missing(const Node* node) { return node == nullptr || node->is_null(); }
bool is_empty_map(const Node& node) { return node.is_mapping() && node.entries.empty(); }

[[noreturn]] void fail_kind(const Node& base, const Node& patch, Kind expected, const Node& found) {
  fail("kube/merge-kind", patch.span,
       cat("expected ", plain_kind_name(base.kind), " as in the object that is patched, got ",
           plain_kind_name(patch.kind)),
       {{"the value that is patched", base.span}},
       {std::string(kind_name(expected)), std::string(kind_name(found.kind)),
        std::string(found.text)});
}

void check_kinds(const Node* base, const Node* patch) {
  if (is_missing(base) || is_missing(patch) || base->kind == patch->kind) return;
  fail_kind(*base, *patch, base->kind, *patch);
}

void check_mapping(const Node& element, const Node& list) {
  if (element.is_mapping() || element.is_null()) return;
  fail("kube/merge-kind", element.span,
       cat("expected a map as an element of a list that merges, got ",
           plain_kind_name(element.kind)),
       {{"the list", list.span}},
       {std::string(kind_name(Kind::kMapping)), std::string(kind_name(element.kind)),
        std::string(element.text)});
}

std::optional<Directive> directive_named(std::string_view text) {
  if (text == "merge") return Directive::kMerge;
  if (text == "replace") return Directive::kReplace;
  if (text == "delete") return Directive::kDelete;
  return std::nullopt;
}

[[noreturn]] void fail_directive(const Node& value) {
  fail("kube/unknown-patch-directive", value.span,
       cat("unknown patch directive '", value.text, "'"),
       {{"'$patch' takes 'merge', 'replace' or 'delete'"}}, {std::string(value.text)});
}

// Reads the directive of a map and removes it. Unknown: an error, or nothing when `lenient`.
Directive take_map_directive(Node& patch, bool lenient) {
  const Node* const value = yaml::find(patch, kDirectiveKey);
  if (value == nullptr) return Directive::kMerge;
  const auto directive = directive_named(value->text);
  if (!directive) {
    if (lenient) return Directive::kMerge;
    fail_directive(*value);
  }
  yaml::remove(patch, kDirectiveKey);
  return *directive;
}

bool has_value(const Node& element, std::string_view key, std::string_view value) {
  const Node* const found = yaml::find(element, key);
  return found != nullptr && found->text == value;
}

// The directive of a list is an element of its own, {$patch: …}.
Directive take_list_directive(Node& patch) {
  const auto element = std::ranges::find_if(patch.items, [](const Node* item) {
    return item->is_mapping() && yaml::find(*item, kDirectiveKey) != nullptr;
  });
  if (element == patch.items.end() || (*element)->entries.size() > 1) return Directive::kMerge;
  const Node* const value = yaml::find(**element, kDirectiveKey);
  const auto directive = directive_named(value->text);
  if (!directive) fail_directive(*value);
  const std::string_view text = value->text;
  std::uint32_t kept = 0;
  for (Node* const item : patch.items) {
    if (item->is_null() || is_empty_map(*item)) continue;
    if (item->is_mapping() && has_value(*item, kDirectiveKey, text)) continue;
    patch.items[kept++] = item;
  }
  patch.items.truncate(kept);
  return *directive;
}

// The values of an element's keys; "" where it has none.
using Values = std::vector<std::string_view>;

std::string_view value_of(const Node& element, std::string_view key) {
  if (!element.is_mapping()) return {};
  const Node* const value = yaml::find(element, key);
  return value == nullptr || value->is_null() ? std::string_view{} : value->text;
}

bool is_quoted(Style style) {
  return style == Style::kSingleQuoted || style == Style::kDoubleQuoted ||
         style == Style::kLiteral || style == Style::kFolded;
}

// `value` takes the place of `before` and keeps its look. A quoted place makes a string of it.
void take_style(Node& value, const Node& before) {
  value.style = before.style;
  if (value.is_scalar() && is_quoted(value.style) && value.type != Type::kBinary)
    value.type = Type::kString;
}

// Looks entries of a map up while the map is being merged; a large one by a table.
class Fields {
 public:
  explicit Fields(Node* map) : map_(map) {
    if (map == nullptr || map->entries.size() <= kFew) return;
    for (std::uint32_t i = 0; i < map->entries.size(); ++i) {
      if (places_.emplace(map->entries[i].key->text, i).second) continue;
      places_.clear();  // a repeated key: the last one counts, as everywhere
      return;
    }
  }
  ~Fields() {
    if (!has_gaps_) return;
    std::uint32_t kept = 0;
    for (const Entry& entry : map_->entries)
      if (entry.key != nullptr) map_->entries[kept++] = entry;
    map_->entries.truncate(kept);
  }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  Entry* find(std::string_view name) const {
    if (map_ == nullptr) return nullptr;
    if (places_.empty()) return const_cast<Entry*>(yaml::find_entry(*map_, name));
    const auto place = places_.find(name);
    return place == places_.end() ? nullptr : &map_->entries[place->second];
  }
  void add(Arena& arena, const Entry& entry) {
    if (!places_.empty()) places_.emplace(entry.key->text, map_->entries.size());
    map_->entries.push_back(arena, entry);
  }
  void remove(std::string_view name) {
    const auto place = places_.find(name);
    if (place == places_.end()) {
      yaml::remove(*map_, name);
      return;
    }
    map_->entries[place->second].key = nullptr;
    places_.erase(place);
    has_gaps_ = true;
  }
  Node& map() const { return *map_; }

 private:
  static constexpr std::uint32_t kFew = 24;
  Node* map_;
  std::unordered_map<std::string_view, std::uint32_t> places_;  // empty: look through the entries
  bool has_gaps_ = false;
};

// What a schema in a comment behind a key says of its field; nothing without one.
std::optional<MergeField> field_in_comment(Arena& arena, const Entry* entry) {
  const yaml::Decoration* const decoration = entry != nullptr ? entry->key->decoration : nullptr;
  if (decoration == nullptr || decoration->line.empty()) return std::nullopt;
  const std::string_view text = trim(decoration->line[0].text);
  const Node* schema = nullptr;
  try {  // what follows the JSON does not count
    schema = yaml::read_json(text.substr(0, text.rfind('}') + 1), {}, arena);
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!schema->is_mapping() || schema->entries.empty()) return std::nullopt;
  MergeField field{entry->key->text, 0, false, {}, {}};
  for (const std::string_view strategy :
       split(yaml::text_at(*schema, {"x-kubernetes-patch-strategy"}), ','))
    field.merges = field.merges || strategy == "merge";
  field.key = yaml::text_at(*schema, {"x-kubernetes-patch-merge-key"});
  if (const Node* const keys = yaml::find(*schema, "x-kubernetes-list-map-keys"))
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(keys->items.size(), 2); ++i)
      (i == 0 ? field.key : field.second_key) = keys->items[i]->text;
  return field;
}

class Merge {
 public:
  explicit Merge(const MergeContext& context) : context_(context) {}

  Node* walk(Node* base, Node* patch, Schema schema, std::uint64_t depth);

 private:
  Node* walk_map(Node* base, Node* patch, Schema schema, std::uint64_t depth);
  Node* walk_fields(Node& base, Node* patch, Schema schema, std::uint64_t depth);
  Node* walk_list(Node* base, Node* patch, Schema schema, std::uint64_t depth);
  Node* merge_elements(Node& base, Node* patch, const MergeField& list, std::uint64_t depth);
  Node* merge_named(Node& base, Node* patch, const MergeField& list, std::uint64_t depth);
  Node* merge_exactly(Node& base, Node* patch, const MergeField& list, std::uint64_t depth);
  Node* merge_literally(Node& base, Node* patch, const std::vector<std::string_view>& keys,
                        const MergeField& list, std::uint64_t depth);
  void put(Fields& base, std::string_view name, Node* value, const Entry* patch_entry);
  void add_missing_keys(Node& element, const std::vector<std::string_view>& keys,
                        const Values& values);
  void record(Node& value, const Node* before) {
    if (context_.origins != nullptr)
      context_.origins->record_tree(value, before, value.span, context_.layer);
  }
  Node* make_untagged(std::string_view text, Style style, Span span);

  const MergeContext& context_;
};

Node* Merge::make_untagged(std::string_view text, Style style, Span span) {
  Node* const node = yaml::make_string_view(context_.arena, text, span);
  node->style = style;
  if (!is_quoted(style)) node->type = yaml::resolve(text, yaml::Resolution::kGoYaml3);
  return node;
}

Node* Merge::walk(Node* base, Node* patch, Schema schema, std::uint64_t depth) {
  if (depth > context_.limits.read_depth)
    fail_limit(context_.limits, &Limits::read_depth, base != nullptr ? base->span : patch->span);
  Node* const first = !is_missing(base) ? base : patch;
  if (is_missing(first)) return walk_map(base, patch, schema, depth);
  check_kinds(base, patch);
  switch (first->kind) {
    case Kind::kMapping:
      return walk_map(base, patch, schema, depth);
    case Kind::kSequence:
      return walk_list(base, patch, schema, depth);
    case Kind::kScalar:
      return patch != nullptr ? patch : base;
  }
  return nullptr;
}

Node* Merge::walk_map(Node* base, Node* patch, Schema schema, std::uint64_t depth) {
  if (is_missing(base)) {
    if (patch != nullptr && patch->is_mapping() &&
        take_map_directive(*patch, true) == Directive::kDelete)
      return nullptr;
    // A null that stands in the base stays, unless it is only the absence of a value.
    if (patch == nullptr) return base != nullptr && !base->text.empty() ? base : nullptr;
    if (patch->is_null()) return nullptr;
    return walk_fields(*patch, patch, schema, depth);
  }
  if (patch == nullptr) return walk_fields(*base, nullptr, schema, depth);
  if (patch->is_null()) return nullptr;
  switch (take_map_directive(*patch, false)) {
    case Directive::kDelete:
      return nullptr;
    case Directive::kReplace:
      return walk_fields(*patch, patch, schema, depth);
    case Directive::kMerge:
      break;
  }
  if (base->entries.empty()) base->style = patch->style;
  return walk_fields(*base, patch, schema, depth);
}

std::vector<std::string_view> field_names(const Node& base, const Node* patch) {
  std::vector<std::string_view> names;
  names.reserve(base.entries.size() + (patch != nullptr ? patch->entries.size() : 0));
  for (const Entry& entry : base.entries) names.push_back(entry.key->text);
  if (patch != nullptr && patch != &base)
    for (const Entry& entry : patch->entries) names.push_back(entry.key->text);
  std::ranges::sort(names);
  const auto rest = std::ranges::unique(names);
  names.erase(rest.begin(), rest.end());
  return names;
}

Node* Merge::walk_fields(Node& base, Node* patch, Schema schema, std::uint64_t depth) {
  std::uint16_t type = schema.type;
  if (type == 0)
    type =
        context_.table.type_of(yaml::text_at(base, {"apiVersion"}), yaml::text_at(base, {"kind"}));
  if (type == 0 && patch != nullptr)
    type = context_.table.type_of(yaml::text_at(*patch, {"apiVersion"}),
                                  yaml::text_at(*patch, {"kind"}));
  const std::vector<std::string_view> names = field_names(base, patch);
  Fields fields(&base);
  const Fields patch_fields(patch);
  for (const std::string_view name : names) {
    const MergeField* const field = context_.table.field_of(type, name);
    Schema below;
    if (field != nullptr) below = {field->type, field->merges ? field : nullptr};
    const Entry* const base_entry = fields.find(name);
    const Entry* const patch_entry = patch_fields.find(name);
    std::optional<MergeField> noted = field_in_comment(context_.arena, base_entry);
    if (!noted) noted = field_in_comment(context_.arena, patch_entry);
    if (noted) below = {0, noted->merges ? &*noted : nullptr};
    Node* const value =
        walk(base_entry != nullptr ? base_entry->value : nullptr,
             patch_entry != nullptr ? patch_entry->value : nullptr, below, depth + 1);
    put(fields, name, value, patch_entry);
  }
  return &base;
}

[[noreturn]] void fail_empty_name(const Node& map, const Entry* patch_entry) {
  fail("kube/merge-kind", patch_entry != nullptr ? patch_entry->key->span : map.span,
       "a field of the empty name cannot be merged", {{"the map that is patched", map.span}},
       {std::string(kind_name(Kind::kScalar)), std::string(kind_name(Kind::kMapping)), ""});
}

// The field gets the value that the walk found; none removes it.
void Merge::put(Fields& base, std::string_view name, Node* value, const Entry* patch_entry) {
  Entry* const entry = base.find(name);
  if (name.empty()) fail_empty_name(base.map(), patch_entry);
  const bool cleared = value == nullptr || (value->is_null() && (!entry || entry->value != value));
  if (cleared) {
    if (entry == nullptr) return;
    if (context_.origins != nullptr && patch_entry != nullptr)
      context_.origins->bury(context_.arena, base.map(), name, entry->value,
                             patch_entry->value->span, context_.layer);
    base.remove(name);
    return;
  }
  if (entry != nullptr) {
    if (entry->value == value) return;
    Node* const before = entry->value;
    take_style(*value, *before);
    const bool changes = !before->is_scalar() || !value->is_scalar() ||
                         before->text != value->text || before->type != value->type;
    if (!changes) return;  // what says the same again is not where the value comes from
    record(*value, before);
    entry->value = value;
    return;
  }
  const Style style = patch_entry != nullptr ? patch_entry->key->style : Style::kPlain;
  const Span span = patch_entry != nullptr ? patch_entry->key->span : Span{};
  record(*value, nullptr);
  base.add(context_.arena, {make_untagged(name, style, span), value});
}

Node* Merge::walk_list(Node* base, Node* patch, Schema schema, std::uint64_t depth) {
  if (schema.list == nullptr) return patch != nullptr ? patch : base;
  if (is_missing(base)) return merge_elements(*patch, patch, *schema.list, depth);
  if (patch == nullptr) return merge_elements(*base, nullptr, *schema.list, depth);
  if (patch->is_null()) return nullptr;
  switch (take_list_directive(*patch)) {
    case Directive::kDelete:
      return nullptr;
    case Directive::kReplace:
      return merge_elements(*patch, patch, *schema.list, depth);
    case Directive::kMerge:
      break;
  }
  if (base->items.empty()) base->style = patch->style;
  return merge_elements(*base, patch, *schema.list, depth);
}

// Whether every element is a map that has the key, and no two the same.
bool all_named_once(const Node* list, std::string_view key) {
  if (list == nullptr) return true;
  std::unordered_map<std::string_view, bool> seen;
  for (const Node* const item : list->items) {
    const std::string_view name = value_of(*item, key);
    if (name.empty() || !seen.emplace(name, true).second) return false;
  }
  return true;
}

Node* Merge::merge_elements(Node& base, Node* patch, const MergeField& list, std::uint64_t depth) {
  if (!list.keys.empty()) return merge_exactly(base, patch, list, depth);
  if (!list.key.empty() && list.second_key.empty() && all_named_once(&base, list.key) &&
      all_named_once(patch, list.key))
    return merge_named(base, patch, list, depth);
  std::vector<std::string_view> keys{list.key};
  if (!list.second_key.empty()) keys.push_back(list.second_key);
  return merge_literally(base, patch, keys, list, depth);
}

Node* Merge::merge_named(Node& base, Node* patch, const MergeField& list, std::uint64_t depth) {
  std::unordered_map<std::string_view, Node*> of_base;
  if (patch != nullptr && patch != &base)
    for (Node* const item : base.items) of_base.emplace(value_of(*item, list.key), item);
  std::unordered_map<std::string_view, bool> done;
  std::vector<Node*> merged;
  const Schema below{list.type, nullptr};
  const auto add = [&](Node* of_the_base, Node* of_the_patch) {
    Node* const first = of_the_base != nullptr ? of_the_base : of_the_patch;
    const std::string_view name = value_of(*first, list.key);
    Node* value = walk(of_the_base, of_the_patch, below, depth + 1);
    done.emplace(name, true);
    if (is_missing(value) || is_empty_map(*value)) {
      if (of_the_base != nullptr && of_the_patch != nullptr && context_.origins != nullptr &&
          of_the_base != of_the_patch)
        context_.origins->bury(context_.arena, base, context_.arena.copy(cat(list.key, '=', name)),
                               of_the_base, of_the_patch->span, context_.layer);
      return;
    }
    add_missing_keys(*value, {list.key}, {name});
    if (of_the_base == nullptr) record(*value, nullptr);
    // An element that stands in the base already is what stays there, even against `replace`.
    merged.push_back(of_the_base != nullptr && value == of_the_patch ? of_the_base : value);
  };
  if (patch != nullptr && patch != &base) {
    for (Node* const item : patch->items) {
      const auto found = of_base.find(value_of(*item, list.key));
      add(found == of_base.end() ? nullptr : found->second, item);
    }
  }
  for (Node* const item : base.items)
    if (!done.contains(value_of(*item, list.key))) add(item, patch == &base ? item : nullptr);
  base.items.clear();
  for (Node* const item : merged) base.items.push_back(context_.arena, item);
  return &base;
}

// ---- lists that merge exactly ----

// What tells an element apart; nothing when a key is not there and has no fallback.
std::optional<Values> identity_of(const Node& element, std::span<const MergeKey> keys) {
  Values values;
  for (const MergeKey& key : keys) {
    std::string_view value = value_of(element, key.name);
    if (value.empty()) value = key.fallback;
    if (value.empty()) return std::nullopt;
    values.push_back(value);
  }
  return values;
}

// "containerPort=80,protocol=TCP"
std::string shown(std::span<const MergeKey> keys, const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i)
    text += cat(i > 0 ? "," : "", keys[i].name, "=", values[i]);
  return text;
}

Values required_identity(const Node& element, const Node& list, std::span<const MergeKey> keys) {
  check_mapping(element, list);
  if (auto values = identity_of(element, keys)) return *values;
  std::vector<std::string_view> names;
  for (const MergeKey& key : keys) names.push_back(key.name);
  fail("kube/merge-key", element.span,
       cat("expected ", join(names, " and "), " in an element of a list that merges by it"),
       {{"the list that is patched", list.span}});
}

// The elements that a patch can name.
class Elements {
 public:
  Elements(const Node& list, std::span<const MergeKey> keys) : keys_(keys) {
    for (Node* const item : list.items)
      if (auto values = identity_of(*item, keys)) by_identity_[*values].push_back(item);
  }
  // The element that is meant, or null.
  Node* find(const Values& values, const Node& mentioned) const {
    const auto found = by_identity_.find(values);
    if (found == by_identity_.end()) return nullptr;
    if (found->second.size() > 1)
      fail("kube/merge-key", mentioned.span,
           cat("there are ", found->second.size(), " elements with ", shown(keys_, values),
               ", expected one to merge with"),
           {{"the first", found->second[0]->span}, {"the second", found->second[1]->span}});
    return found->second.front();
  }

 private:
  std::span<const MergeKey> keys_;
  std::map<Values, std::vector<Node*>> by_identity_;
};

Node* Merge::merge_exactly(Node& base, Node* patch, const MergeField& list, std::uint64_t depth) {
  const bool is_new = patch == &base;
  std::vector<Node*> merged;
  std::set<const Node*> done;
  const Schema below{list.type, nullptr};
  const auto add = [&](Node* of_the_base, Node* of_the_patch) {
    Node* const value = walk(of_the_base, of_the_patch, below, depth + 1);
    if (is_missing(value) || is_empty_map(*value)) return false;
    if (of_the_base == nullptr) record(*value, nullptr);
    merged.push_back(of_the_base != nullptr && value == of_the_patch ? of_the_base : value);
    return true;
  };
  if (patch != nullptr && !is_new) {
    const Elements elements(base, list.keys);
    std::map<Values, const Node*> named;
    for (Node* const item : patch->items) {
      const Values values = required_identity(*item, base, list.keys);
      const auto [first, once] = named.emplace(values, item);
      if (!once)
        fail("kube/merge-key", item->span,
             cat("the patch has two elements with ", shown(list.keys, values)),
             {{"the first", first->second->span}});
      Node* const found = elements.find(values, *item);
      if (found != nullptr) done.insert(found);
      if (!add(found, item) && found != nullptr && context_.origins != nullptr)
        context_.origins->bury(context_.arena, base, context_.arena.copy(shown(list.keys, values)),
                               found, item->span, context_.layer);
    }
  }
  for (Node* const item : base.items)
    if (!done.contains(item)) add(item, is_new ? item : nullptr);
  base.items.clear();
  for (Node* const item : merged) base.items.push_back(context_.arena, item);
  return &base;
}

void Merge::add_missing_keys(Node& element, const std::vector<std::string_view>& keys,
                             const Values& values) {
  if (!element.is_mapping()) return;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (values[i].empty() || yaml::find(element, keys[i]) != nullptr) continue;
    element.entries.push_back(context_.arena,
                              {make_untagged(keys[i], Style::kPlain, {}),
                               make_untagged(values[i], Style::kPlain, element.span)});
  }
}

// ---- lists that need the literal rule ----

// Two elements are the same when they agree in one key and no other key tells them apart.
std::optional<Values> match_loosely(const Values& a, const Values& b) {
  Values both;
  bool common = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i])
      common = true;
    else if (!a[i].empty() && !b[i].empty())
      return std::nullopt;
    both.push_back(!a[i].empty() ? a[i] : b[i]);
  }
  if (!common) return std::nullopt;
  return both;
}

// Whether an element has the values; an empty value asks for the key only.
bool has_values(const Node& element, const std::vector<std::string_view>& keys,
                const Values& values) {
  bool found = false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i < values.size()) {
      const Node* const value = yaml::find(element, keys[i]);
      found = value != nullptr && (values[i].empty() || value->text == values[i]);
    }
    if (!found) return false;
  }
  return true;
}

bool is_the_element(const Node& element, const std::vector<std::string_view>& keys,
                    const Values& values) {
  if (keys[0].empty()) return element.is_scalar() && element.text == values[0];
  return has_values(element, keys, values);
}

// Puts `element` in the place of each element with these values, or at the end; without an element
// removes them. Elements without content are dropped on the way.
void set_element(std::vector<Node*>& list, const std::vector<std::string_view>& keys,
                 const Values& values, Node* element) {
  const bool for_maps = !keys[0].empty() && !values.empty() && !values[0].empty();
  bool replaced = false;
  std::vector<Node*> kept;
  for (Node* const item : list) {
    if (item->is_null() || is_empty_map(*item)) continue;
    if (for_maps && !item->is_mapping()) {
      kept.push_back(item);
    } else if (!is_the_element(*item, keys, values)) {
      if (!values.empty()) kept.push_back(item);
    } else {
      replaced = true;
      if (element != nullptr) kept.push_back(element);
    }
  }
  if (!replaced && element != nullptr) kept.push_back(element);
  list = std::move(kept);
}

std::vector<Node*> items_of(const Node& list) { return {list.items.begin(), list.items.end()}; }

void set_items(Arena& arena, Node& list, const std::vector<Node*>& items) {
  list.items.clear();
  for (Node* const item : items) list.items.push_back(arena, item);
}

// The values of all elements, those of the patch first, each combination once.
std::vector<Values> all_values(const Node& base, const Node* patch,
                               const std::vector<std::string_view>& keys) {
  std::vector<Values> all;
  std::set<Values> seen;
  for (const Node* const list : {patch, &base}) {
    if (list == nullptr) continue;
    for (const Node* const item : list->items) {
      Values values;
      for (const std::string_view key : keys)
        values.push_back(key.empty() ? item->text : value_of(*item, key));
      if (seen.insert(values).second) all.push_back(std::move(values));
    }
  }
  return all;
}

void merge_values(std::vector<Values>& all) {
  for (Values& a : all)
    for (Values& b : all)
      if (auto both = match_loosely(a, b)) {
        a = *both;
        b = *both;
      }
}

// The keys that any element has; all of them when none has any.
std::vector<bool> keys_in_use(const std::vector<Values>& all, std::size_t key_count) {
  std::vector<bool> used(key_count, false);
  for (const Values& values : all)
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!values[i].empty()) used[i] = true;
  if (std::ranges::find(used, true) == used.end()) used.assign(key_count, true);
  return used;
}

template <typename T>
std::vector<T> choose(const std::vector<T>& all, const std::vector<bool>& used) {
  std::vector<T> chosen;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (used[i]) chosen.push_back(all[i]);
  return chosen;
}

Node* find_element(const Node* list, const std::vector<std::string_view>& keys,
                   const Values& values) {
  if (list == nullptr) return nullptr;
  for (Node* const item : list->items) {
    if (keys[0].empty()) {
      if (item->text == values[0]) return item;
      continue;
    }
    if (!item->is_mapping()) continue;
    bool all = true;
    for (std::size_t i = 0; i < keys.size() && all; ++i) all = has_value(*item, keys[i], values[i]);
    if (all) return item;
  }
  return nullptr;
}

Node* Merge::merge_literally(Node& base, Node* patch, const std::vector<std::string_view>& all_keys,
                             const MergeField& list, std::uint64_t depth) {
  std::vector<Values> all = all_values(base, patch, all_keys);
  if (all.empty()) return &base;
  if (all_keys.size() > 1) merge_values(all);
  const std::vector<bool> used = keys_in_use(all, all_keys.size());
  const std::vector<std::string_view> keys = choose(all_keys, used);
  std::vector<Node*> rest = items_of(base);
  std::vector<Node*> merged;
  for (const Values& every : all) {
    const Values values = choose(every, used);
    const std::vector<bool> own = keys_in_use({values}, keys.size());
    const std::vector<std::string_view> own_keys = choose(keys, own);
    const Values own_values = choose(values, own);
    Node* const of_base = find_element(&base, own_keys, own_values);
    Node* const of_patch = patch == &base ? of_base : find_element(patch, own_keys, own_values);
    Node* const value = walk(of_base, of_patch, {list.type, nullptr}, depth + 1);
    if (is_missing(value) || is_empty_map(*value)) {
      set_element(rest, keys, values, nullptr);
      set_items(context_.arena, base, rest);
      continue;
    }
    if (!keys[0].empty()) add_missing_keys(*value, keys, values);
    if (of_base == nullptr) record(*value, nullptr);
    set_element(merged, keys, values, value);
  }
  for (Node* const item : rest) {
    if (keys[0].empty()) {
      set_element(merged, keys, {item->text}, item);
      continue;
    }
    check_mapping(*item, base);
    Values values;
    for (const std::string_view key : keys) {
      const Node* const value = yaml::find(*item, key);
      if (value == nullptr)
        merged.push_back(item);
      else
        values.push_back(value->text);
    }
    if (keys.size() > 1) set_element(merged, keys, values, nullptr);
    set_element(merged, keys, values, item);
  }
  set_items(context_.arena, base, merged);
  return &base;
}

}  // namespace

yaml::Node* strategic_merge(const MergeContext& context, yaml::Node& base, yaml::Node& patch) {
  return Merge(context).walk(&base, &patch, {}, 0);
}

}  // namespace plumb::kube
