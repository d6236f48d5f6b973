// What a finished node means: its type, its anchor, its keys.

#include <algorithm>
#include <bit>
#include <unordered_set>

#include "base/base64.h"
#include "base/text.h"
#include "yaml/number.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";
constexpr std::uint32_t kFewKeys = 16;  // beyond this a table is faster

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

// Whether a scalar that resolves to one type may be tagged as another.
bool fits_tag(Type tagged, Type resolved, std::string_view text) {
  switch (tagged) {
    case Type::kInteger:
    case Type::kBoolean:
    case Type::kNull:
      return tagged == resolved;
    case Type::kFloat:
      return resolved == Type::kFloat || resolved == Type::kInteger;
    case Type::kTimestamp:
      return resolved == Type::kTimestamp || timestamp_rfc3339(text);
    default:
      return true;
  }
}

std::uint64_t bit_of(std::string_view key) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(key[i]); };
  return (key.size() * 11 + byte(0) * 5 + byte(key.size() / 2) * 3 + byte(key.size() - 1)) % 64;
}

// Keys are the same when they are for a person: by text, and by type where the profile's tool tells
// types apart.
bool is_text_key(const Node& key, bool by_type) {
  return !by_type || !(key.type == Type::kInteger || key.type == Type::kBoolean ||
                       key.type == Type::kNull || key.type == Type::kFloat);
}

// What a key that is no text is compared by.
std::string key_identity(const Node& key) {
  if (key.type == Type::kInteger) return cat("i", decimal(key.text));
  if (key.type == Type::kBoolean) return cat("b", *as_boolean(key) ? 1 : 0);
  if (key.type == Type::kNull) return "n";
  return cat("f", key.text);
}

bool same_key(const Node& a, const Node& b, bool by_type) {
  const bool text = is_text_key(a, by_type);
  if (text != is_text_key(b, by_type)) return false;
  return text ? a.text == b.text : key_identity(a) == key_identity(b);
}

std::size_t hash_of_key(const Node& key, bool by_type) {
  if (is_text_key(key, by_type)) return std::hash<std::string_view>()(key.text);
  return std::hash<std::string>()(key_identity(key));
}

// Where the keys of one mapping are among its entries.
class KeyTable {
 public:
  explicit KeyTable(std::size_t keys)
      : slots_(std::bit_ceil(keys * 2), kFree), mask_(slots_.size() - 1) {}

  // The index under which the same key is known; else the key is known under `index` from now on.
  std::uint32_t insert(const Node& key, bool by_type, std::uint32_t index,
                       const List<Entry>& entries) {
    for (std::size_t slot = hash_of_key(key, by_type) & mask_;; slot = (slot + 1) & mask_) {
      if (slots_[slot] == kFree) return slots_[slot] = index;
      if (same_key(*entries[slots_[slot]].key, key, by_type)) return slots_[slot];
    }
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  std::vector<std::uint32_t> slots_;
  std::size_t mask_;
};

}  // namespace

void Reader::open_anchor(Node* node, const Properties& properties) {
  if (properties.anchor.empty()) return;
  anchors_.get(properties.anchor) = {properties.anchor, node, nodes_, true};
}

// The node is complete: its tag and anchor, and a scalar's type.
void Reader::decorate(Node* node, const Properties& properties) {
  if (node->decoration == nullptr) node->decoration = arena_.make<Decoration>();
  // The tag `!` alone says nothing: the value is what it is without.
  if (!properties.tag.empty() && properties.tag != "!") node->decoration->tag = properties.tag;
  if (!properties.anchor.empty()) {
    node->decoration->anchor = properties.anchor;
    Anchor& anchor = anchors_.get(properties.anchor);
    anchor = {anchor.name, node, anchor.open ? nodes_ - anchor.nodes + 1 : 1, false};
  }
  if (!node->is_scalar()) return;
  if (node->decoration->tag.empty()) {
    resolve_scalar(*node);
  } else {
    resolve_tagged(*node, node->decoration->tag);
  }
}

void Reader::resolve_scalar(Node& node) {
  node.type = node.style == Style::kPlain ? resolve(node.text, profile_.resolution) : Type::kString;
  if (profile_.warnings) warn_of_misreading(node);
  if (!profile_.reprinted || flow_level_ == 0) return;
  const bool empty = node.type == Type::kNull && node.text.empty();
  const bool clock = node.type == Type::kTimestamp && contains(node.text, ":");
  if (empty || clock) node.type = Type::kString;
}

void Reader::warn_of_misreading(const Node& node) {
  if (node.style != Style::kPlain || node.type != Type::kString) return;
  const Misreading* const other = misreading(node.text);
  if (other == nullptr) return;
  warnings_.push_back(
      {Severity::kWarning,
       std::string(other->code),
       node.span,
       cat("'", node.text, "' is a string here and ", other->what, " for readers of YAML 1.1"),
       {{cat("quote it: '", node.text, "'")}},
       {std::string(node.text)}});
}

void Reader::resolve_tagged(Node& node, std::string_view tag) {
  const bool plain = node.style == Style::kPlain;
  const auto type = type_of_tag(tag);
  if (!type) {  // a tag of somebody else: go-yaml takes the text as it is, else it says nothing
    const bool go =
        profile_.resolution == Resolution::kGoYaml2 || profile_.resolution == Resolution::kGoYaml3;
    node.type = go || !plain        ? Type::kString
                : node.text.empty() ? Type::kNull
                                    : resolve(node.text, profile_.resolution);
    return;
  }
  node.type = *type;
  const auto wrong = [&](std::string text) {
    report("yaml/tag-value", node.span, std::move(text), {},
           {std::string(tag), std::string(node.text)});
  };
  if (!fits_tag(*type, resolve(node.text, profile_.resolution), node.text)) {
    wrong(cat("cannot take '", node.text, "' for !!", tag.substr(kYamlTag.size())));
  } else if (*type == Type::kBinary && !base64_decode(node.text)) {
    wrong("!!binary expects base64");
  }
}

bool Reader::is_merge(const Node& key) const {
  return key.type == Type::kMerge ||
         (profile_.merge_keys == MergeKeys::kSpelled && key.is_scalar() && key.text == "<<");
}

void Reader::add_entry(Node* key, Node* value) {
  if (!key->is_scalar() && !profile_.collections_as_keys) {
    report("yaml/collection-key", key->span,
           cat("a ", key->is_mapping() ? "mapping" : "sequence", " cannot be a key"),
           {{"quote the key if it is text"}});
  }
  has_merge_keys_ = has_merge_keys_ || is_merge(*key);
  entries_.push_back({key, value});
}

void Reader::close_sequence(Node& sequence, std::size_t first) {
  sequence.items.assign(arena_, items_.data() + first, items_.size() - first);
  items_.resize(first);
}

void Reader::close_mapping(Node& mapping, std::size_t first) {
  mapping.entries.assign(arena_, entries_.data() + first, entries_.size() - first);
  entries_.resize(first);
  check_duplicates(mapping);
  if (has_merge_keys_ && profile_.merge_keys != MergeKeys::kKeep) merge(mapping);
}

void Reader::report_duplicate(const Node& first, const Node& second) {
  report("yaml/duplicate-key", second.span, cat("key '", second.text, "' is defined twice"),
         {{"first defined here", first.span}}, {std::string(second.text)});
}

// Few keys of text are told apart by a set of 64 bits: only when two fall on the same bit are
// texts compared.
void Reader::check_duplicates(Node& mapping) {
  if (profile_.duplicates == DuplicateKeys::kKeep || mapping.entries.size() < 2) return;
  if (mapping.entries.size() > kFewKeys) return check_many_duplicates(mapping);
  std::uint64_t seen = 0;
  for (const Entry& entry : mapping.entries) {
    const Node& key = *entry.key;
    if (!key.is_string() || key.text.empty()) return check_many_duplicates(mapping);
    const std::uint64_t bit = std::uint64_t{1} << bit_of(key.text);
    if ((seen & bit) != 0) {
      for (const Entry* before = mapping.entries.begin(); before != &entry; ++before) {
        if (before->key->text == key.text) return check_many_duplicates(mapping);
      }
    }
    seen |= bit;
  }
}

void Reader::check_many_duplicates(Node& mapping) {
  // go-yaml v3 compares the texts of keys, v2 their values.
  const bool by_type = profile_.resolution != Resolution::kGoYaml3;
  KeyTable seen(mapping.entries.size());
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < mapping.entries.size(); ++i) {
    const Entry entry = mapping.entries[i];
    if (entry.key->is_scalar() && entry.key->type != Type::kMerge) {
      const std::uint32_t at = seen.insert(*entry.key, by_type, kept, mapping.entries);
      if (at != kept) {
        if (profile_.duplicates == DuplicateKeys::kError)
          report_duplicate(*mapping.entries[at].key, *entry.key);
        mapping.entries[at].value = entry.value;
        continue;
      }
    }
    mapping.entries[kept++] = entry;
  }
  mapping.entries.truncate(kept);
}

// `<<: *base`: the base's entries that the mapping does not have itself, at the place of the `<<`.
void Reader::merge(Node& mapping) {
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
      report("yaml/merge", entry.key->span, "'<<' is there twice in one mapping",
             {{"the first one", first_merge->key->span}});
    first_merge = &entry;
  }
  List<Entry> merged;
  std::unordered_set<std::string_view> taken;
  const auto take = [&](const Node& source, Span place) {
    if (!source.is_mapping()) {
      report("yaml/merge", place, "'<<' expects a mapping or an alias of one",
             {{"or a list of them, where the tool allows it"}});
      return;
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
