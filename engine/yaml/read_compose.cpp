#include <algorithm>
#include <unordered_set>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/number.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";
constexpr std::uint32_t kFewKeys = 8;  // below this, comparing all pairs is faster than a table

// The type that a tag gives to a scalar; nothing for tags of somebody else.
std::optional<Type> type_of_tag(std::string_view tag) {
  if (!tag.starts_with(kYamlTag)) return std::nullopt;
  const std::string_view name = tag.substr(kYamlTag.size());
  if (name == "str") return Type::kString;
  if (name == "int") return Type::kInteger;
  if (name == "float") return Type::kFloat;
  if (name == "bool") return Type::kBoolean;
  if (name == "null") return Type::kNull;
  if (name == "timestamp") return Type::kTimestamp;
  if (name == "binary") return Type::kBinary;
  if (name == "merge") return Type::kMerge;
  return std::nullopt;
}

// Keys are the same when they are for a person: by text, and by type where the profile's tool tells
// types apart.
std::string key_identity(const Node& key, bool by_type) {
  if (!by_type) return std::string(key.text);
  if (key.type == Type::kInteger) return cat("i", decimal(key.text));
  if (key.type == Type::kBoolean) return cat("b", *as_boolean(key) ? 1 : 0);
  if (key.type == Type::kNull) return "n";
  return cat(key.type == Type::kFloat ? "f" : "s", key.text);
}

}  // namespace

void Reader::count_node() { ++nodes_; }

void Reader::open_anchor(Node* node, const Properties& properties) {
  if (!properties.anchor.empty()) anchors_[properties.anchor] = {node, nodes_, true};
}

// The node is complete: its tag and anchor, and a scalar's type.
void Reader::finish(Node* node, const Properties& properties) {
  if (properties.given()) {
    if (node->decoration == nullptr) node->decoration = arena_.make<Decoration>();
    if (!properties.tag.empty()) node->decoration->tag = properties.tag;
    if (!properties.anchor.empty()) {
      node->decoration->anchor = properties.anchor;
      const auto opened = anchors_.find(properties.anchor);
      const bool was_open = opened != anchors_.end() && opened->second.open;
      const std::uint64_t nodes = was_open ? nodes_ - opened->second.nodes + 1 : 1;
      anchors_[properties.anchor] = {node, nodes, false};
    }
  }
  if (!node->is_scalar()) return;
  const std::string_view tag =
      node->decoration == nullptr ? std::string_view() : node->decoration->tag;
  if (tag.empty()) {
    node->type =
        node->style == Style::kPlain ? resolve(node->text, profile_.resolution) : Type::kString;
    if (profile_.reprinted && flow_level_ > 0) {
      const bool empty = node->type == Type::kNull && node->text.empty();
      const bool clock = node->type == Type::kTimestamp && contains(node->text, ":");
      if (empty || clock) node->type = Type::kString;
    }
    return;
  }
  if (tag == "!") {
    node->type = Type::kString;
    return;
  }
  const auto type = type_of_tag(tag);
  if (!type) {
    // A tag of somebody else says nothing about the value.
    node->type = node->style == Style::kPlain && !node->text.empty()
                     ? resolve(node->text, profile_.resolution)
                     : Type::kString;
    if (node->text.empty() && node->style == Style::kPlain) node->type = Type::kNull;
    return;
  }
  const Type resolved = resolve(node->text, profile_.resolution);
  const bool number = *type == Type::kInteger || *type == Type::kFloat;
  const bool fits = *type == resolved || *type == Type::kString || *type == Type::kBinary ||
                    *type == Type::kMerge ||
                    (*type == Type::kFloat && resolved == Type::kInteger) ||
                    (*type == Type::kTimestamp && timestamp_rfc3339(node->text));
  if (!fits &&
      (number || *type == Type::kBoolean || *type == Type::kNull || *type == Type::kTimestamp)) {
    fail("yaml/tag-value", node->span,
         cat("cannot take '", node->text, "' for !!", tag.substr(kYamlTag.size())), {},
         {std::string(tag), std::string(node->text)});
  }
  if (*type == Type::kBinary && !base64_decode(node->text)) {
    fail("yaml/tag-value", node->span, "!!binary expects base64", {},
         {std::string(tag), std::string(node->text)});
  }
  node->type = *type;
}

void Reader::add_entry(Node& mapping, Node* key, Node* value) {
  if (!key->is_scalar() && !profile_.collections_as_keys) {
    fail("yaml/collection-key", key->span,
         cat("a ", key->is_mapping() ? "mapping" : "sequence", " cannot be a key"),
         {{"quote the key if it is text"}});
  }
  const bool merges = key->type == Type::kMerge || (profile_.merge_keys == MergeKeys::kSpelled &&
                                                    key->is_scalar() && key->text == "<<");
  has_merge_keys_ = has_merge_keys_ || merges;
  mapping.entries.push_back(arena_, {key, value});
}

void Reader::finish_mapping(Node& mapping) {
  check_duplicates(mapping);
  if (has_merge_keys_ && profile_.merge_keys != MergeKeys::kKeep) merge(mapping);
}

void Reader::check_duplicates(Node& mapping) {
  if (profile_.duplicates == DuplicateKeys::kKeep || mapping.entries.size() < 2) return;
  // go-yaml v3 compares the texts of keys, v2 their values.
  const bool by_type = profile_.resolution != Resolution::kGoYaml3;
  const auto report = [&](const Node& first, const Node& second) {
    fail("yaml/duplicate-key", second.span, cat("key '", second.text, "' is defined twice"),
         {{"first defined here", first.span}}, {std::string(second.text)});
  };
  if (profile_.duplicates == DuplicateKeys::kError && mapping.entries.size() <= kFewKeys) {
    for (std::uint32_t i = 1; i < mapping.entries.size(); ++i) {
      for (std::uint32_t j = 0; j < i; ++j) {
        const Node& a = *mapping.entries[j].key;
        const Node& b = *mapping.entries[i].key;
        if (!a.is_scalar() || !b.is_scalar()) continue;
        const bool texts = !by_type || (a.is_string() && b.is_string());
        if (texts ? a.text == b.text : key_identity(a, true) == key_identity(b, true)) report(a, b);
      }
    }
    return;
  }
  std::unordered_map<std::string, std::uint32_t> seen;
  seen.reserve(mapping.entries.size());
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < mapping.entries.size(); ++i) {
    const Entry entry = mapping.entries[i];
    if (entry.key->is_scalar() && entry.key->type != Type::kMerge) {
      const auto [at, is_new] = seen.emplace(key_identity(*entry.key, by_type), kept);
      if (!is_new) {
        if (profile_.duplicates == DuplicateKeys::kError)
          report(*mapping.entries[at->second].key, *entry.key);
        mapping.entries[at->second].value = entry.value;
        continue;
      }
    }
    mapping.entries[kept++] = entry;
  }
  mapping.entries.truncate(kept);
}

// `<<: *base`: the base's entries that the mapping does not have itself, at the place of the `<<`.
void Reader::merge(Node& mapping) {
  const auto is_merge = [&](const Node& key) {
    return key.type == Type::kMerge ||
           (profile_.merge_keys == MergeKeys::kSpelled && key.is_scalar() && key.text == "<<");
  };
  if (std::none_of(mapping.entries.begin(), mapping.entries.end(),
                   [&](const Entry& e) { return is_merge(*e.key); }))
    return;
  std::unordered_set<std::string_view> own;
  const Entry* first_merge = nullptr;
  for (const Entry& entry : mapping.entries) {
    if (!is_merge(*entry.key)) {
      own.insert(entry.key->text);
      continue;
    }
    if (entry.key->type != Type::kMerge) continue;
    if (profile_.merge_keys == MergeKeys::kSpelled && first_merge != nullptr)
      fail("yaml/merge", entry.key->span, "'<<' is there twice in one mapping",
           {{"the first one", first_merge->key->span}});
    first_merge = &entry;
  }
  List<Entry> merged;
  std::unordered_set<std::string_view> taken;
  const auto take = [&](const Node& source, Span place) {
    if (!source.is_mapping()) {
      fail("yaml/merge", place, "'<<' expects a mapping or an alias of one",
           {{"or a list of them, where the tool allows it"}});
    }
    for (const Entry& entry : source.entries) {
      if (own.contains(entry.key->text) || !taken.insert(entry.key->text).second) continue;
      if (++alias_nodes_ > limits_.alias_nodes) fail_limit(limits_, &Limits::alias_nodes, place);
      // Two places now name these nodes.
      entry.key->shared = true;
      entry.value->shared = true;
      merged.push_back(arena_, entry);
    }
  };
  for (const Entry& entry : mapping.entries) {
    if (!is_merge(*entry.key)) {
      merged.push_back(arena_, entry);
      continue;
    }
    if (entry.key->type != Type::kMerge) continue;  // quoted: it only goes
    const Node& value = *entry.value;
    if (value.is_sequence() && profile_.merge_keys != MergeKeys::kSingle) {
      for (const Node* source : value.items) take(*source, entry.key->span);
    } else {
      take(value, entry.key->span);
    }
  }
  mapping.entries = merged;
}

}  // namespace plumb::yaml
