#include "diff/compare.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "diff/managed.h"
#include "diff/normalise.h"
#include "diff/quantity.h"
#include "diff/sequence.h"
#include "kube/sealed.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"

namespace plumb::diff {

namespace {

using yaml::Node;
using yaml::Type;
using Names = std::vector<std::string_view>;

// A place in both trees; `up` is where it hangs.
struct Frame {
  const Frame* up = nullptr;
  yaml::PathStep::Kind step = yaml::PathStep::Kind::kKey;
  std::string_view key;          // of kKey
  std::size_t index = 0;         // of kIndex
  const Names* names = nullptr;  // of kSelect: the fields that name the element
  const Node* before = nullptr;
  const Node* after = nullptr;
  Shape shape;
  bool whole = false;  // inside a list or map that is written as a whole
};

// The value of a list key of an element; its default when it is not written.
std::string_view key_value(const Node& item, const Shape& shape, std::string_view name) {
  if (const Node* const value = yaml::find(item, name); value != nullptr && !value->is_null()) {
    return value->is_scalar() ? value->text : std::string_view();
  }
  const Shape field = shape_of_field(shape, name);
  if (field.field != nullptr && field.field->has_fallback) return field.field->fallback;
  if (field.schema != nullptr) return yaml::text_at(*field.schema, {"default"});
  return {};
}

yaml::PathStep select_step(const Frame& frame) {
  yaml::PathStep step;
  step.kind = yaml::PathStep::Kind::kSelect;
  const Node& item = frame.after != nullptr ? *frame.after : *frame.before;
  if (frame.names->empty()) {
    step.selected.emplace_back("", item.text);
    return step;
  }
  for (const std::string_view name : *frame.names) {
    const Node* const value = yaml::find(item, name);
    const bool written = value != nullptr && value->is_scalar() && !value->is_null();
    const Shape field = shape_of_field(frame.shape, name);
    const bool implied =
        !written || (!step.selected.empty() && is_default(field, name, *value, nullptr));
    if (!implied) step.selected.emplace_back(name, value->text);
  }
  if (step.selected.empty()) step.selected.emplace_back(frame.names->front(), "");
  return step;
}

yaml::PathStep step_of(const Frame& frame) {
  switch (frame.step) {
    case yaml::PathStep::Kind::kKey:
      return yaml::key_step(frame.key);
    case yaml::PathStep::Kind::kIndex:
      return yaml::index_step(frame.index);
    case yaml::PathStep::Kind::kSelect:
      return select_step(frame);
  }
  return {};
}

yaml::Path path_of(const Frame& frame) {
  yaml::Path path;
  for (const Frame* at = &frame; at->up != nullptr; at = at->up) {
    path.steps.push_back(step_of(*at));
  }
  std::ranges::reverse(path.steps);
  return path;
}

// The path with [*] for elements, as rules are written.
std::string pattern_of(const Frame& frame) {
  if (frame.up == nullptr) return {};
  std::string pattern = pattern_of(*frame.up);
  if (frame.step != yaml::PathStep::Kind::kKey) return pattern + "[*]";
  if (!pattern.empty()) pattern.push_back('.');
  return pattern + yaml::print_step(yaml::key_step(frame.key));
}

bool is_number(const Node& node) {
  return node.type == Type::kInteger || node.type == Type::kFloat;
}

// Whether a float is this whole number: 2.0 is 2, 1.2345678901234568e16 is not 12345678901234567.
bool is_whole(const Node& number, const Node& integer) {
  const std::optional<double> value = yaml::as_float(number);
  const std::optional<std::int64_t> wanted = yaml::as_integer(integer);
  if (!wanted || !value || std::abs(*value) >= 0x1p63) return value == yaml::as_float(integer);
  return *value == std::trunc(*value) && static_cast<std::int64_t>(*value) == *wanted;
}

bool same_number(const Node& a, const Node& b) {
  if (a.type == Type::kInteger && b.type == Type::kInteger) {
    return yaml::decimal(a.text) == yaml::decimal(b.text);
  }
  if (a.type == Type::kInteger) return is_whole(b, a);
  if (b.type == Type::kInteger) return is_whole(a, b);
  return yaml::as_float(a) == yaml::as_float(b);
}

// A cpu, memory or other amount in a kind whose fields nobody told.
bool is_amount(const Frame& frame) {
  const Frame* const list = frame.up;
  return frame.shape.is_free() && list != nullptr && list->up != nullptr &&
         (list->key == "limits" || list->key == "requests") && list->up->key == "resources";
}

bool is_annotation(const Frame& frame) {
  return frame.up != nullptr && frame.up->key == "annotations" && frame.up->up != nullptr &&
         frame.up->up->key == "metadata";
}

bool may_be_json(std::string_view text) {
  return !text.empty() && (text.front() == '{' || text.front() == '[');
}

// Both texts are JSON, and the same.
bool same_json(std::string_view a, std::string_view b) {
  if (!may_be_json(a) || !may_be_json(b)) return false;
  Arena arena;
  try {
    return yaml::equal(*yaml::read_json(a, {}, arena), *yaml::read_json(b, {}, arena));
  } catch (const Error&) {
    return false;  // one of them is no JSON: then the texts differ as texts
  }
}

Blame blame_of(const yaml::Origin& origin, Span fallback, const yaml::Origins& origins) {
  const yaml::Layer& layer = origins.layer_of(origin);
  const std::string_view kind = yaml::layer_name(layer.kind);
  return {origin.span.source != 0 ? origin.span : fallback,
          layer.name.empty() ? std::string(kind) : cat(kind, ' ', layer.name)};
}

Blame blame_of(const Node& node, const yaml::Origins* origins) {
  if (origins == nullptr) return {node.span, {}};
  const std::vector<yaml::Origin> chain = origins->chain(node);
  // A template says where a value goes; the data value behind it is what somebody changed.
  const auto layer_of = [&](const yaml::Origin& origin) { return origins->layer_of(origin).kind; };
  if (chain.size() > 1 && layer_of(chain.back()) == yaml::LayerKind::kTemplate &&
      layer_of(chain[chain.size() - 2]) == yaml::LayerKind::kDataValue) {
    return blame_of(chain[chain.size() - 2], node.span, *origins);
  }
  return blame_of(chain.back(), node.span, *origins);
}

class Walk {
 public:
  Walk(const Options& options, Arena& arena, const Node& before, const Node& after)
      : options_(options), arena_(arena), kind_(yaml::text_at(after, {"kind"})) {
    if (kind_.empty()) kind_ = yaml::text_at(before, {"kind"});
    root_.before = &before;
    root_.after = &after;
    if (!options.exact) {
      root_.shape = shape_of_object(options.catalogue, yaml::text_at(after, {"apiVersion"}), kind_);
      if (options.stored) return;
      root_.before = as_stored(arena, before);
      root_.after = as_stored(arena, after);
    }
  }

  std::vector<Change> run() {
    values(root_);
    return std::move(changes_);
  }

 private:
  const Node* present(const Node* node) const {
    return node == nullptr || (node->is_null() && !is_literal()) ? nullptr : node;
  }

  // Whether what is written is what there is: nothing stands for something else.
  bool is_literal() const { return options_.exact || options_.stored; }

  void values(Frame& frame) {
    frame.before = present(frame.before);
    frame.after = present(frame.after);
    if (frame.before == frame.after) return;
    if (frame.before != nullptr && frame.after != nullptr) {
      both(frame);
    } else {
      one_sided(frame);
    }
  }

  void both(const Frame& frame) {
    const Node& a = *frame.before;
    const Node& b = *frame.after;
    if (a.kind != b.kind || (a.is_scalar() && !same_scalar(frame))) {
      if (!same_nothing(frame)) emit(frame, ChangeKind::kReplace);
    } else if (a.is_mapping()) {
      mappings(frame);
    } else if (a.is_sequence()) {
      sequences(frame);
    }
  }

  // A default on one side, something as good as nothing on the other: "" and null, {} and [].
  bool same_nothing(const Frame& frame) const {
    if (is_literal() || frame.step != yaml::PathStep::Kind::kKey || frame.up == nullptr) {
      return false;
    }
    return is_default(frame.shape, frame.key, *frame.before, frame.up->before) &&
           is_default(frame.shape, frame.key, *frame.after, frame.up->after);
  }

  bool same_scalar(const Frame& frame) const {
    const Node& a = *frame.before;
    const Node& b = *frame.after;
    if (is_number(a) && is_number(b) && !options_.exact) return same_number(a, b);
    if (yaml::equal(a, b)) return true;
    if (!options_.seal.empty() && kube::is_seal_of(a.text, options_.seal, b.text)) return true;
    if (options_.exact) return false;
    const bool spelled = options_.as_written || options_.stored;
    if (frame.shape.is_quantity() || (!spelled && is_amount(frame))) {
      return same_quantity(a.text, b.text);
    }
    return !spelled && is_annotation(frame) && same_json(a.text, b.text);
  }

  void one_sided(Frame& frame) {
    const bool removed = frame.after == nullptr;
    const Node& value = removed ? *frame.before : *frame.after;
    const bool is_key = frame.step == yaml::PathStep::Kind::kKey && frame.up != nullptr;
    if (!is_literal() && is_key) {
      const Node* const holder = removed ? frame.up->before : frame.up->after;
      if (is_default(frame.shape, frame.key, value, holder)) return server(frame);
      if (is_filled_in(frame.shape) && value.is_mapping()) return against_nothing(frame);
    }
    if (options_.live && removed) return only_live(frame);
    if (options_.stored && removed && is_key && !frame.whole && !yaml::is_empty(value) &&
        !value.is_scalar()) {
      return against_nothing(frame);
    }
    emit(frame, removed ? ChangeKind::kRemove : ChangeKind::kAdd);
  }

  // The members of a struct, or of a list, against the same without any.
  void against_nothing(Frame& frame) {
    const Node& value = frame.before == nullptr ? *frame.after : *frame.before;
    const Span place = frame.up->after != nullptr ? frame.up->after->span : Span{};
    const Node* const nothing = value.is_sequence() ? yaml::make_sequence(arena_, place)
                                                    : yaml::make_mapping(arena_, place);
    if (frame.before == nullptr) frame.before = nothing;
    if (frame.after == nullptr) frame.after = nothing;
    value.is_sequence() ? sequences(frame) : mappings(frame);
  }

  void only_live(Frame& frame) {
    const Node& value = *frame.before;
    if (is_assigned_here(pattern_of(frame), value)) {
      server(frame);
      if (options_.keep_server) changes_.back().only_live = true;
      return;
    }
    const bool is_key = frame.step == yaml::PathStep::Kind::kKey;
    const bool nothing = yaml::is_empty(value) && frame.shape.type == nullptr;
    if (nothing && is_key && !frame.whole) return server(frame);
    if (is_key && value.is_mapping() && !value.entries.empty() && !frame.whole) {
      return against_nothing(frame);
    }
    emit(frame, ChangeKind::kRemove);
    changes_.back().only_live = !frame.whole;
  }

  // The value, or all elements of a list.
  bool is_assigned_here(const std::string& pattern, const Node& value) const {
    if (is_assigned(kind_, pattern, value)) return true;
    const std::string element = pattern + "[*]";
    return value.is_sequence() && !value.items.empty() &&
           std::ranges::all_of(
               value.items, [&](const Node* item) { return is_assigned(kind_, element, *item); });
  }

  void server(const Frame& frame) {
    if (!options_.keep_server) return;
    emit(frame, frame.before == nullptr  ? ChangeKind::kAdd
                : frame.after == nullptr ? ChangeKind::kRemove
                                         : ChangeKind::kReplace);
    changes_.back().cause = Cause::kServer;
  }

  // ---- mappings ----

  bool is_left_out(const Frame& frame, std::string_view key) const {
    if (options_.exact) return false;
    if (frame.up == nullptr) return is_system_field(false, key);
    const bool in_metadata = frame.up->up == nullptr && frame.key == "metadata";
    if (in_metadata && is_system_field(true, key)) return true;
    const bool in_annotations = frame.up->up != nullptr && frame.up->up->up == nullptr &&
                                frame.up->key == "metadata" && frame.key == "annotations";
    return in_annotations && is_tool_annotation(key);
  }

  void mappings(const Frame& frame) {
    const Members before(*frame.before);
    const Members after(*frame.after);
    for (const yaml::Entry& entry : frame.after->entries) {
      member(frame, entry.key->text, before.find(entry.key->text), entry.value);
    }
    for (const yaml::Entry& entry : frame.before->entries) {
      if (after.find(entry.key->text) == nullptr) {
        member(frame, entry.key->text, entry.value, nullptr);
      }
    }
  }

  void member(const Frame& frame, std::string_view key, const Node* before, const Node* after) {
    if (before == after || is_left_out(frame, key)) return;
    Frame child;
    child.up = &frame;
    child.key = key;
    child.before = before;
    child.after = after;
    child.shape = shape_of_child(frame, key);
    child.whole = frame.whole || is_atomic(frame.shape);
    values(child);
  }

  Shape shape_of_child(const Frame& frame, std::string_view key) const {
    if (options_.exact) return {};
    if (frame.up == nullptr && key == "metadata" && frame.shape.type == nullptr) {
      return shape_of_metadata();
    }
    return shape_of_field(frame.shape, key);
  }

  // Look-up by key; large mappings get an index.
  class Members {
   public:
    explicit Members(const Node& mapping) : mapping_(mapping) {
      if (mapping.entries.size() <= 16) return;
      for (const yaml::Entry& entry : mapping.entries) index_[entry.key->text] = entry.value;
    }
    const Node* find(std::string_view key) const {
      if (index_.empty()) return yaml::find(mapping_, key);
      const auto found = index_.find(key);
      return found == index_.end() ? nullptr : found->second;
    }

   private:
    const Node& mapping_;
    std::unordered_map<std::string_view, const Node*> index_;
  };

  // ---- lists ----

  // The elements of a list by what names them; nothing when two have the same name or one has none.
  using Index = std::unordered_map<std::string, std::size_t>;
  static std::optional<Index> index_of(const Node& list, const Shape& item, const Names& names) {
    Index index;
    for (std::size_t at = 0; at < list.items.size(); ++at) {
      const std::optional<std::string> name = name_of(*list.items[at], item, names);
      if (!name || !index.emplace(*name, at).second) return std::nullopt;
    }
    return index;
  }

  static std::optional<std::string> name_of(const Node& item, const Shape& shape,
                                            const Names& names) {
    if (names.empty()) {
      if (!item.is_scalar()) return std::nullopt;
      return std::string(item.text);
    }
    if (!item.is_mapping()) return std::nullopt;
    std::string name;
    bool any = false;
    for (const std::string_view key : names) {
      const std::string_view value = key_value(item, shape, key);
      any = any || !value.empty();
      name.append(value);
      name.push_back('\0');
    }
    if (!any) return std::nullopt;
    return name;
  }

  void sequences(const Frame& frame) {
    const Shape item = options_.exact ? Shape{} : shape_of_item(frame.shape);
    const Names keys = options_.exact ? Names{} : list_keys(frame.shape);
    if (!keys.empty() && keyed(frame, item, keys, frame.whole)) return;
    if (!options_.exact && is_set(frame.shape) && keyed(frame, item, {}, frame.whole)) return;
    if (keyed(frame, item, {"name"}, true)) return;
    positional(frame, item);
  }

  bool keyed(const Frame& frame, const Shape& item, const Names& names, bool whole) {
    const std::optional<Index> before = index_of(*frame.before, item, names);
    if (!before) return false;
    const std::optional<Index> after = index_of(*frame.after, item, names);
    if (!after) return false;
    const auto element = [&](const Node* a, const Node* b) {
      Frame child;
      child.up = &frame;
      child.step = yaml::PathStep::Kind::kSelect;
      child.names = &names;
      child.before = a;
      child.after = b;
      child.shape = item;
      child.whole = whole;
      return child;
    };
    for (const Node* const gone : frame.before->items) {
      if (after->contains(*name_of(*gone, item, names))) continue;
      Frame child = element(gone, nullptr);
      one_sided(child);
    }
    reordered(frame, item, names, *before);
    for (std::size_t at = 0; at < frame.after->items.size(); ++at) {
      const Node* const now = frame.after->items[at];
      const auto old = before->find(*name_of(*now, item, names));
      if (old == before->end()) {
        emit(element(nullptr, now), ChangeKind::kAdd);
        changes_.back().index = at;
      }
    }
    for (const Node* const now : frame.after->items) {
      const auto old = before->find(*name_of(*now, item, names));
      if (old == before->end()) continue;
      Frame child = element(frame.before->items[old->second], now);
      values(child);
    }
    return true;
  }

  // Whether the elements that both have stand in another order; said once.
  void reordered(const Frame& frame, const Shape& item, const Names& names, const Index& before) {
    std::size_t last = 0;
    for (const Node* const now : frame.after->items) {
      const auto old = before.find(*name_of(*now, item, names));
      if (old == before.end()) continue;
      if (old->second < last) {
        emit(frame, ChangeKind::kReorder);
        return;
      }
      last = old->second;
    }
  }

  static std::string interned(const Node& node) {
    if (!node.is_scalar()) return yaml::emit_json(node);
    const std::string_view type = node.is_null()                ? "n"
                                  : node.type == Type::kBoolean ? "b"
                                  : node.type == Type::kInteger ? "i"
                                  : node.type == Type::kFloat   ? "f"
                                                                : "s";
    if (node.type == Type::kInteger) return cat(type, yaml::decimal(node.text));
    if (node.type == Type::kBoolean) return cat(type, yaml::as_boolean(node) == true ? "1" : "0");
    return cat(type, node.text);
  }

  // Lists of the same length whose elements are structures pair place by place; others are aligned.
  void positional(const Frame& frame, const Shape& item) {
    const List<Node*>& a = frame.before->items;
    const List<Node*>& b = frame.after->items;
    const auto is_collection = [](const Node* node) { return !node->is_scalar(); };
    const bool collections =
        std::ranges::all_of(a, is_collection) && std::ranges::all_of(b, is_collection);
    if (a.size() == b.size() && collections) {
      for (std::size_t i = 0; i < a.size(); ++i) place(frame, item, i, a[i], i, b[i]);
      return;
    }
    aligned(frame, item);
  }

  void aligned(const Frame& frame, const Shape& item) {
    const List<Node*>& a = frame.before->items;
    const List<Node*>& b = frame.after->items;
    std::unordered_map<std::string, std::uint32_t> numbers;
    const auto number = [&](const Node* node) {
      return numbers.emplace(interned(*node), static_cast<std::uint32_t>(numbers.size()))
          .first->second;
    };
    std::vector<std::uint32_t> before, after;
    for (const Node* const node : a) before.push_back(number(node));
    for (const Node* const node : b) after.push_back(number(node));
    auto pairs = align(before, after);
    pairs.emplace_back(a.size(), b.size());
    // Between two elements that correspond, old and new ones pair off in order; what is left over
    // is gone or new.
    std::vector<std::pair<std::size_t, std::size_t>> changed;
    std::vector<std::size_t> gone, fresh;
    std::size_t x = 0, y = 0;
    for (const auto& [next_x, next_y] : pairs) {
      while (x < next_x && y < next_y) changed.emplace_back(x++, y++);
      while (x < next_x) gone.push_back(x++);
      while (y < next_y) fresh.push_back(y++);
      x = next_x + 1;
      y = next_y + 1;
    }
    for (const std::size_t at : gone) place(frame, item, at, a[at], at, nullptr);
    for (const std::size_t at : fresh) place(frame, item, at, nullptr, at, b[at]);
    for (const auto& [from, to] : changed) place(frame, item, from, a[from], to, b[to]);
  }

  void place(const Frame& frame, const Shape& item, std::size_t from, const Node* before,
             std::size_t to, const Node* after) {
    Frame child;
    child.up = &frame;
    child.step = yaml::PathStep::Kind::kIndex;
    child.index = after == nullptr ? from : to;
    child.before = before;
    child.after = after;
    child.shape = item;
    child.whole = true;
    if (before != nullptr && after != nullptr) return values(child);
    if (before != nullptr) return one_sided(child);
    emit(child, ChangeKind::kAdd);
    changes_.back().index = to;
  }

  // ---- results ----

  void emit(const Frame& frame, ChangeKind kind) {
    Change change;
    change.path = path_of(frame);
    change.kind = kind;
    change.before = frame.before;
    change.after = frame.after;
    change.is_volatile = is_annotation(frame) && is_volatile_annotation(frame.key);
    change.blame = blame(frame);
    changes_.push_back(std::move(change));
  }

  Blame blame(const Frame& frame) const {
    for (const Frame* at = &frame; at != nullptr; at = at->up) {
      if (at->after != nullptr && at->after->span.source != 0) return blame_of(*at->after);
      if (at->after == nullptr && at->up != nullptr && at->up->after != nullptr) {
        if (const yaml::Tombstone* const stone = tombstone(*at)) return blame_of(*stone);
      }
    }
    return {};
  }

  static const yaml::Tombstone* tombstone(const Frame& frame) {
    const Node& parent = *frame.up->after;
    if (parent.decoration == nullptr) return nullptr;
    const std::string name = yaml::print_step(step_of(frame));
    for (const yaml::Tombstone& stone : parent.decoration->removed) {
      if (stone.key == frame.key || cat('[', stone.key, ']') == name) return &stone;
    }
    return nullptr;
  }

  Blame blame_of(const Node& node) const { return diff::blame_of(node, options_.origins); }
  Blame blame_of(const yaml::Tombstone& stone) const {
    if (options_.origins == nullptr || stone.origin == 0) return {stone.span, {}};
    return diff::blame_of(options_.origins->chain(stone.origin).back(), stone.span,
                          *options_.origins);
  }

  const Options& options_;
  Arena& arena_;
  std::string_view kind_;
  Frame root_;
  std::vector<Change> changes_;
};

// ---- three sides ----

// Changes by their paths, to ask whether one is at, above or below another.
class Places {
 public:
  explicit Places(std::span<const Change> changes) {
    for (const Change& change : changes) {
      if (change.cause == Cause::kServer) continue;
      std::string path;
      for (const yaml::PathStep& step : change.path.steps) {
        path.append(yaml::print_step(step));
        path.push_back('\0');
        above_.emplace(path, &change);
      }
      at_.emplace(path, &change);
    }
  }
  // The change there, or null.
  const Change* find(const yaml::Path& path) const {
    std::string prefix;
    for (const yaml::PathStep& step : path.steps) {
      prefix.append(yaml::print_step(step));
      prefix.push_back('\0');
      if (const auto found = at_.find(prefix); found != at_.end()) return found->second;
    }
    const auto below = above_.find(prefix);
    return below == above_.end() ? nullptr : below->second;
  }
  bool touches(const yaml::Path& path) const { return find(path) != nullptr; }

 private:
  std::unordered_map<std::string, const Change*> at_;
  std::unordered_map<std::string, const Change*> above_;  // the places of changes and all above
};

// Whether git moved there, as far as live tells: the applier gave what live has, or, where live has
// nothing, he applies the object and never gave it.
bool is_of_applier(const Change& change, const Node& live, std::string_view manager) {
  if (change.cause == Cause::kServer) {
    // A default that is not written any more stays; a finalizer or a label goes.
    const bool goes = change.only_live && change.path.steps.front().key == "metadata";
    return goes && is_applied(live, change.path, manager);
  }
  return is_applied(live, change.before == nullptr ? yaml::Path() : change.path, manager);
}

// Without a base: what a server-side apply gave is what git said then.
void blame_git_for_applied(std::vector<Change>& changes, const Node& live,
                           std::string_view manager) {
  for (Change& change : changes) {
    if (!is_of_applier(change, live, manager)) continue;
    change.only_live = false;
    change.cause = Cause::kGit;
  }
}

std::vector<Change> with_cause(std::vector<Change> changes, Cause cause) {
  for (Change& change : changes) {
    if (change.cause != Cause::kServer) change.cause = cause;
  }
  return changes;
}

std::vector<Change> without_server(std::vector<Change> changes, const Options& options) {
  if (!options.keep_server) {
    std::erase_if(changes, [](const Change& change) { return change.cause == Cause::kServer; });
  }
  return changes;
}

}  // namespace

const Node* last_applied(const Node& live, Arena& arena) {
  const Node* const note = yaml::find_path(
      live, {"metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"});
  if (note == nullptr) return nullptr;
  try {
    return yaml::read_json(note->text, note->span, arena);
  } catch (const Error&) {
    return nullptr;  // cut off or edited: as good as none
  }
}

std::vector<Change> compare(const Node& before, const Node& after, const Options& options,
                            Arena& arena) {
  return Walk(options, arena, before, after).run();
}

std::vector<Change> compare(const Sides& sides, const Options& options, Arena& arena) {
  Options git = options;
  git.live = false;
  if (sides.live == nullptr) return compare(*sides.base, *sides.head, git, arena);
  Options live = options;
  live.live = !options.rendered_live;
  if (options.rendered_live && sides.base == nullptr) {
    return compare(*sides.live, *sides.head, live, arena);
  }
  const Node* const base = sides.base != nullptr ? sides.base : last_applied(*sides.live, arena);
  const std::vector<Change> intended =
      base == nullptr ? std::vector<Change>() : compare(*base, *sides.head, git, arena);
  // What git drops is a change even where the server would have assigned a value of its own.
  live.keep_server = true;
  std::vector<Change> needed = compare(*sides.live, *sides.head, live, arena);
  if (intended.empty()) {
    needed = with_cause(std::move(needed), Cause::kDrift);
    if (base == nullptr) blame_git_for_applied(needed, *sides.live, options.manager);
    return without_server(std::move(needed), options);
  }
  const Places by_git(intended);
  const Places by_others(compare(*sides.live, *base, live, arena));
  for (Change& change : needed) {
    const bool git_moved = by_git.touches(change.path);
    const bool dropped = git_moved && change.kind == ChangeKind::kRemove;
    if (change.cause == Cause::kServer && !dropped) continue;
    const bool live_moved = by_others.touches(change.path);
    change.cause = git_moved ? (live_moved ? Cause::kBoth : Cause::kGit) : Cause::kDrift;
    if (git_moved) change.only_live = false;  // git had it and dropped it
  }
  return without_server(std::move(needed), options);
}

namespace {

// Gives a change that a server told the cause and the place of what was asked for there.
void attribute(Change& change, const Change* wanted, const Node& head, const Options& options) {
  if (wanted != nullptr) {
    change.cause = wanted->cause;
    change.blame = wanted->blame;
    return;
  }
  const Node* const asked = yaml::find_path(head, change.path);
  change.cause = asked == nullptr ? Cause::kServer : Cause::kDrift;
  change.blame = asked == nullptr ? Blame{} : blame_of(*asked, options.origins);
}

// Without the notes that tools write for themselves: an object that has no annotation but such
// notes has none for us.
const Node& without_notes(const Node& object, Arena& arena) {
  const Node* const notes = yaml::find_path(object, {"metadata", "annotations"});
  if (notes == nullptr || !notes->is_mapping()) return object;
  Node& kept = *yaml::make_mapping(arena, notes->span);
  for (const yaml::Entry& entry : notes->entries) {
    if (!is_tool_annotation(entry.key->text)) kept.entries.push_back(arena, entry);
  }
  if (kept.entries.size() == notes->entries.size()) return object;
  Node& copy = *yaml::copy_shallow(arena, object);
  Node& metadata = *yaml::copy_shallow(arena, *yaml::find(object, "metadata"));
  yaml::remove(metadata, "annotations");
  if (!kept.entries.empty()) yaml::set(arena, metadata, "annotations", &kept);
  yaml::set(arena, copy, "metadata", &metadata);
  return copy;
}

}  // namespace

std::vector<Change> compare_answer(const Sides& sides, const Node& answer, const Options& options,
                                   Arena& arena) {
  const std::vector<Change> wanted = compare(sides, options, arena);
  Options stored = options;
  stored.live = stored.keep_server = false;
  stored.stored = true;
  stored.origins = nullptr;
  std::vector<Change> told =
      compare(without_notes(*sides.live, arena), without_notes(answer, arena), stored, arena);
  const Places asked(wanted);
  const Places answered(told);
  for (Change& change : told) attribute(change, asked.find(change.path), *sides.head, options);
  std::vector<Change> stays;
  for (const Change& change : wanted) {
    if (answered.touches(change.path)) continue;
    const bool dropped = change.kind == ChangeKind::kRemove && !change.only_live &&
                         (change.cause == Cause::kGit || change.cause == Cause::kBoth);
    if (!change.only_live && !dropped) continue;
    stays.push_back(change);
    stays.back().residue = dropped;
  }
  told.insert(told.end(), std::make_move_iterator(stays.begin()),
              std::make_move_iterator(stays.end()));
  return told;
}

std::string_view cause_name(Cause cause) {
  switch (cause) {
    case Cause::kGit:
      return "git";
    case Cause::kDrift:
      return "drift";
    case Cause::kBoth:
      return "both";
    case Cause::kServer:
      return "server";
  }
  return "git";
}

std::string_view kind_name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdd:
      return "add";
    case ChangeKind::kRemove:
      return "remove";
    case ChangeKind::kReplace:
      return "replace";
    case ChangeKind::kReorder:
      return "reorder";
  }
  return "replace";
}

}  // namespace plumb::diff
