#include "ytt/overlay.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/suggest.h"
#include "base/text.h"
#include "starlark/unpack.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

constexpr std::size_t kCandidatesMax = 8;  // shown when an overlay matches nothing

constexpr std::string_view kMatch = "overlay/match";
constexpr std::string_view kMatchChildDefaults = "overlay/match-child-defaults";
constexpr std::string_view kReplaceAnnotation = "overlay/replace";
constexpr std::string_view kInsertAnnotation = "overlay/insert";
constexpr std::string_view kAssertAnnotation = "overlay/assert";

enum class Operation : std::uint8_t { kMerge, kRemove, kReplace, kInsert, kAppend, kAssert };
struct OperationRow {
  std::string_view name;
  Operation operation;
};
constexpr std::array kOperations =
    std::to_array<OperationRow>({{"overlay/merge", Operation::kMerge},
                                 {"overlay/remove", Operation::kRemove},
                                 {kReplaceAnnotation, Operation::kReplace},
                                 {kInsertAnnotation, Operation::kInsert},
                                 {"overlay/append", Operation::kAppend},
                                 {kAssertAnnotation, Operation::kAssert}});

[[noreturn]] void refuse_overlay(std::string text) { refuse("ytt/overlay", std::move(text)); }

Operation operation_of(const Node& node) {
  const OperationRow* found = nullptr;
  for (const OperationRow& row : kOperations) {
    if (find_annotation(node, row.name) == nullptr) continue;
    if (found != nullptr) refuse_overlay("Expected to find only one overlay operation");
    found = &row;
  }
  return found == nullptr ? Operation::kMerge : found->operation;
}

std::string_view operation_name(Operation operation) {
  for (const OperationRow& row : kOperations)
    if (row.operation == operation) return row.name;
  return {};
}

// ---- how many items must match ----

struct Expectation {
  Value expects, missing_ok, when;

  void fill_in(const Expectation& defaults) {
    if (!expects.is_set()) expects = defaults.expects;
    if (!missing_ok.is_set()) missing_ok = defaults.missing_ok;
    if (!when.is_set()) when = defaults.when;
  }
};

// Takes a keyword argument; false: it is not one of these.
bool take_expectation(Expectation& out, const starlark::NamedArgument& argument) {
  if (argument.name == "expects")
    out.expects = argument.value;
  else if (argument.name == "missing_ok")
    out.missing_ok = argument.value;
  else if (argument.name == "when")
    out.when = argument.value;
  else
    return false;
  return true;
}

[[noreturn]] void unknown_argument(std::string_view annotation, std::string_view name) {
  refuse_overlay(cat("Unknown '", annotation, "' annotation keyword argument '", name, "'"));
}

std::string where(std::span<Node* const> matches) {
  if (matches.empty()) return "";
  std::vector<std::string> lines;
  for (const Node* const match : matches) lines.push_back(compact(match->place));
  std::sort(lines.begin(), lines.end());
  return cat(" (lines: ", join(lines, ", "), ")");
}

// Checks the number of matches against what was asked for; what is wrong, or "".
class Counter {
 public:
  Counter(Thread& thread, std::span<Node* const> matches) : thread_(thread), matches_(matches) {}

  // Whether the number is as it must be. With `when` a mismatch is no failure.
  bool check(const Expectation& e) {
    refuse_pair(e.missing_ok, e.expects, "missing_ok", "expects");
    refuse_pair(e.missing_ok, e.when, "missing_ok", "when");
    refuse_pair(e.when, e.expects, "when", "expects");
    if (e.missing_ok.is_set()) return require(check_missing_ok(e.missing_ok));
    if (e.when.is_set()) return check_value(e.when, "when").empty();
    return require(e.expects.is_set() ? check_value(e.expects, "expects") : check_number(1));
  }

 private:
  static void refuse_pair(const Value& a, const Value& b, const char* a_name, const char* b_name) {
    if (a.is_set() && b.is_set())
      refuse_overlay(
          cat("Expected only one of keyword arguments ('", a_name, "', '", b_name, "') specified"));
  }

  static bool require(const std::string& failure) {
    if (!failure.empty()) refuse_overlay(failure);
    return true;
  }

  std::string check_missing_ok(const Value& value) {
    if (!value.is(starlark::Kind::kBool))
      refuse_overlay("Expected keyword argument 'missing_ok' to be a boolean");
    if (value.integer != 0 && matches_.empty()) return "";
    return check_number(1);
  }

  std::string check_number(std::int64_t wanted) {
    if (wanted == static_cast<std::int64_t>(matches_.size())) return "";
    return cat("Expected number of matched nodes to be ", wanted, ", but was ", matches_.size(),
               where(matches_));
  }

  std::string check_text(std::string_view text) {
    const auto least =
        text.ends_with('+') ? to_integer(text.substr(0, text.size() - 1)) : std::nullopt;
    if (!least)
      refuse_overlay(cat("Expected '", text, "' to be in format 'i+' where i is an integer"));
    if (static_cast<std::int64_t>(matches_.size()) >= *least) return "";
    return cat("Expected number of matched nodes to be >= ", *least, ", but was ", matches_.size(),
               where(matches_));
  }

  std::string check_list(const Value& value, std::string_view argument) {
    std::string last;
    for (const Value& each : value.list->items) {
      last = check_value(each, argument);
      if (last.empty()) return "";
    }
    return last;
  }

  std::string check_function(const Value& function, std::string_view argument) {
    const Value count = starlark::integer(static_cast<std::int64_t>(matches_.size()));
    const Value result = starlark::call(thread_, function, {{&count, 1}, {}});
    if (!result.is(starlark::Kind::kBool))
      refuse_overlay(cat("Expected keyword argument '", argument,
                         "' to have a function that returns a boolean"));
    return result.integer != 0 ? "" : "Expectation of number of matched nodes failed";
  }

  std::string check_value(const Value& value, std::string_view argument) {
    if (value.is(starlark::Kind::kInt)) return check_number(value.integer);
    if (value.is_string()) return check_text(value.string());
    if (value.is(starlark::Kind::kList)) return check_list(value, argument);
    if (starlark::is_callable(value)) return check_function(value, argument);
    refuse_overlay(cat("Expected 'overlay/match' annotation keyword argument '", argument,
                       "' to be either int, string or function, but was ", go_type_of(value)));
  }

  Thread& thread_;
  std::span<Node* const> matches_;
};

// ---- comparing ----

bool as_int64(const Node* node, std::int64_t& out) {
  if (node == nullptr || (!node->is(Kind::kInt) && !node->is(Kind::kInt64))) return false;
  out = node->integer;
  return true;
}

bool same_leaf(const Node* left, const Node* right) {
  std::int64_t a = 0, b = 0;
  return same(left, right) || (as_int64(left, a) && as_int64(right, b) && a == b);
}

const Node* key_value(std::string_view key, const Node* map) {
  if (map == nullptr || !map->is_map() || map->plain)
    refuse_overlay(cat("Expected value to be map, but was ", type_text(map)));
  const Node* const item = find_item(*map, key);
  if (item == nullptr)
    refuse_overlay(cat("Expected to find map item with key '", key, "', but did not"));
  return item->value;
}

// ---- applying ----

// A place in a collection: of documents the set as well.
struct Spot {
  Node* collection;
  std::uint32_t at;
  Node* node() const { return collection->items[at]; }
};

class Applier {
 public:
  explicit Applier(const Overlay& overlay)
      : overlay_(overlay), thread_(overlay.thread), arena_(overlay.thread.arena()) {}

  void documents(std::span<Node* const> left, Node& right, const Expectation& defaults) {
    for (Node* const document : right.items) {
      Node* const item = copy(arena_, document);
      explaining(cat("Document on ", describe(item->place), ": "),
                 [&] { apply_item(left, *item, operation_of(*item), defaults); });
    }
  }

  // Whether the left value has to be replaced by the right one.
  bool value(Node* left, Node* right, const Expectation& defaults) {
    thread_.charge(1);
    if (right == nullptr || !right->is_collection()) return true;
    if (++depth_ > thread_.limits().render_depth)
      fail_limit(thread_.limits(), &Limits::render_depth, {});
    if (right->is(Kind::kDocumentSet)) {
      expect_kind(left, Kind::kDocumentSet, "document set");
      documents(std::span(&left, 1), *right, defaults);
    } else if (right->is_map()) {
      expect_kind(left, Kind::kMap, "map");
      map_items(*left, *right, defaults);
    } else {
      expect_kind(left, Kind::kArray, "array");
      array_items(*left, *right, defaults);
    }
    --depth_;
    return false;
  }

 private:
  static void expect_kind(const Node* left, Kind kind, const char* name) {
    if (left == nullptr || !left->is(kind))
      refuse_overlay(cat("Expected ", name, ", but was ", type_text(left)));
  }

  void map_items(Node& left, Node& right, const Expectation& defaults) {
    for (Node* const each : right.items) {
      Node* const item = copy(arena_, each);
      explaining(
          cat("Map item (key '", key_text(item->key), "') on ", describe(item->place), ": "), [&] {
            const Operation operation = operation_of(*item);
            if (operation == Operation::kInsert || operation == Operation::kAppend)
              refuse_overlay(
                  cat("Found @", operation_name(operation), " on map item (", compact(item->place),
                      "); only array items can be annotated with @", operation_name(operation)));
            Node* sides[] = {&left};
            apply_item(sides, *item, operation, defaults);
          });
    }
  }

  void array_items(Node& left, Node& right, const Expectation& defaults) {
    for (Node* const each : right.items) {
      Node* const item = copy(arena_, each);
      explaining(cat("Array item on ", describe(item->place), ": "), [&] {
        Node* sides[] = {&left};
        apply_item(sides, *item, operation_of(*item), defaults);
      });
    }
  }

  void apply_item(std::span<Node* const> left, Node& item, Operation operation,
                  const Expectation& defaults) {
    switch (operation) {
      case Operation::kMerge:
        return merge(left, item, defaults);
      case Operation::kRemove:
        return remove(left, item, defaults);
      case Operation::kReplace:
        return replace(left, item, defaults);
      case Operation::kInsert:
        return insert(left, item, defaults);
      case Operation::kAppend:
        left.back()->items.push_back(arena_, &item);
        return;
      case Operation::kAssert:
        return check(left, item, defaults);
    }
  }

  // ---- matching ----

  // The items meant; nothing: the number of them says that nothing is to be done.
  std::optional<std::vector<Spot>> matches(std::span<Node* const> left, const Node& item,
                                           const Expectation& defaults) {
    Expectation expectation;
    Value by;
    const Annotation* const annotation = find_annotation(item, kMatch);
    const bool array = item.is(Kind::kArrayItem);
    if (array && annotation == nullptr) return std::vector<Spot>{};
    const bool needs_arguments = array || (item.is(Kind::kDocument) && !overlay_.exact);
    if (needs_arguments && (annotation == nullptr || annotation->named.empty()))
      refuse_overlay(
          "Expected 'overlay/match' annotation to have at least one keyword argument (by=..., "
          "expects=...)");
    if (annotation != nullptr)
      for (const starlark::NamedArgument& argument : annotation->named) {
        if (argument.name == "by")
          by = argument.value;
        else if (!take_expectation(expectation, argument))
          unknown_argument(kMatch, argument.name);
      }
    expectation.fill_in(defaults);
    const std::vector<Spot> found = find_matches(left, item, by);
    std::vector<Node*> nodes;
    for (const Spot& spot : found) nodes.push_back(spot.node());
    try {
      if (!Counter(thread_, nodes).check(expectation)) return std::nullopt;
    } catch (Error& error) {
      add_search(error.diagnostic(), left, item);
      throw;
    }
    return found;
  }

  // What was searched, for plumb's own commands: people mistype what they match by.
  static void add_search(Diagnostic& diagnostic, std::span<Node* const> left, const Node& item) {
    if (diagnostic.span.source == 0) diagnostic.span = item.place.span;
    std::vector<std::string> names;
    for (const Node* const side : left) {
      for (const Node* const candidate : side->items) {
        if (!candidate->injected) names.push_back(candidate_name(*candidate));
      }
    }
    const bool map = item.is(Kind::kMapItem);
    const std::string_view thing = map ? "key" : item.is(Kind::kDocument) ? "document" : "item";
    std::string note = cat("searched ", count_of(names.size(), thing));
    const std::size_t shown = std::min<std::size_t>(names.size(), kCandidatesMax);
    if (shown > 0)
      note +=
          cat(": ", join(std::span(names).first(shown), ", "), shown < names.size() ? ", …" : "");
    diagnostic.notes.push_back({std::move(note)});
    if (!map) return;
    for (Note& near : did_you_mean(key_text(item.key), names))
      diagnostic.notes.push_back(std::move(near));
  }

  static std::string candidate_name(const Node& candidate) {
    if (candidate.is(Kind::kMapItem)) return key_text(candidate.key);
    const Node* const value = candidate.value;
    if (value == nullptr) return "null";
    if (!value->is_map())
      return value->is_collection() ? std::string(type_text(value)) : key_text(value);
    const auto text_of = [](const Node* map, std::string_view key) -> std::string_view {
      const Node* const found = map == nullptr || !map->is_map() ? nullptr : find_item(*map, key);
      return found == nullptr || found->value == nullptr || !found->value->is(Kind::kString)
                 ? std::string_view()
                 : found->value->text;
    };
    const std::string_view kind = text_of(value, "kind");
    if (kind.empty()) {
      const std::string_view name = text_of(value, "name");
      return name.empty() ? std::string("a map") : cat("name ", name);
    }
    const Node* const metadata = find_item(*value, "metadata");
    return cat(kind, "/", text_of(metadata == nullptr ? nullptr : metadata->value, "name"));
  }

  std::vector<Spot> find_matches(std::span<Node* const> left, const Node& item, const Value& by) {
    if (item.is(Kind::kDocument) && overlay_.exact) return {{left[0], 0}};
    if (by.is_set()) return matches_by(left, item, by);
    if (item.is(Kind::kDocument))
      refuse_overlay("Expected 'overlay/match' annotation keyword argument 'by'  to be specified");
    if (item.is(Kind::kArrayItem))
      refuse_overlay("Expected 'overlay/match' annotation keyword argument 'by' to be specified");
    std::vector<Spot> found;
    thread_.charge(left[0]->items.size() / 16);
    for (std::uint32_t i = 0; i < left[0]->items.size(); ++i)
      if (same(left[0]->items[i]->key, item.key)) found.push_back({left[0], i});
    return found;
  }

  void check_matcher(const Node& item, const Value& by) const {
    const bool text_allowed = !item.is(Kind::kDocument);
    if (starlark::is_callable(by) || (text_allowed && by.is_string())) return;
    refuse_overlay(cat("Expected 'overlay/match' annotation keyword argument 'by' to be ",
                       text_allowed ? "either string (for map key) or function" : "function",
                       ", but was ", go_type_of(by)));
  }

  std::vector<Spot> matches_by(std::span<Node* const> left, const Node& item, const Value& by) {
    check_matcher(item, by);
    std::vector<Spot> found;
    std::int64_t number = 0;
    for (Node* const side : left) {
      for (std::uint32_t i = 0; i < side->items.size(); ++i, ++number) {
        thread_.charge(1);
        if (by.is_string() ? matches_key(by.string(), *side->items[i], item)
                           : matches_function(by, *side->items[i], item, number))
          found.push_back({side, i});
      }
    }
    return found;
  }

  static bool matches_key(std::string_view key, const Node& left, const Node& item) {
    return explaining("overlay.map_key_matcher: ", [&] {
      return same_leaf(key_value(key, left.value), key_value(key, item.value));
    });
  }

  bool matches_function(const Value& by, const Node& left, const Node& item, std::int64_t number) {
    const std::array arguments{
        item.is(Kind::kMapItem) ? to_value(thread_, left.key) : starlark::integer(number),
        to_value(thread_, left.value), to_value(thread_, item.value)};
    return to_bool_argument(starlark::call(thread_, by, {arguments, {}}));
  }

  Expectation child_defaults(const Node& item, const Expectation& defaults) const {
    Expectation out;
    if (const Annotation* const annotation = find_annotation(item, kMatchChildDefaults))
      for (const starlark::NamedArgument& argument : annotation->named)
        if (!take_expectation(out, argument)) unknown_argument(kMatchChildDefaults, argument.name);
    out.fill_in(defaults);
    return out;
  }

  // ---- operations ----

  void merge(std::span<Node* const> left, Node& item, const Expectation& defaults) {
    const Expectation children = child_defaults(item, defaults);
    const auto found = matches(left, item, defaults);
    if (!found) return;
    if (found->empty() && !item.is(Kind::kDocument)) {
      left[0]->items.push_back(arena_, &item);
      return;
    }
    for (const Spot& spot : *found) {
      Node& target = *spot.node();
      if (target.value != nullptr && !value(target.value, item.value, children)) continue;
      target.value = item.value;
      target.read = item.read;
      if (!item.is(Kind::kDocument)) target.place = item.place;
    }
  }

  void remove(std::span<Node* const> left, Node& item, const Expectation& defaults) {
    const auto found = matches(left, item, defaults);
    if (!found) return;
    for (const Spot& spot : *found) spot.collection->items[spot.at] = nullptr;
    for (Node* const side : left) {
      std::uint32_t kept = 0;
      for (Node* const each : side->items)
        if (each != nullptr) side->items[kept++] = each;
      side->items.truncate(kept);
    }
  }

  // The value of a replacement or insertion: its own, or what `via` makes of both.
  Node* new_value(const Node* existing, const Node& item, const Value& via) {
    Node* const own = copy(arena_, item.value);
    if (!via.is_set()) return own;
    Node* const before = existing == nullptr ? nullptr : copy(arena_, existing->value);
    const std::array arguments{to_value(thread_, before), to_value(thread_, own)};
    return to_node(thread_, starlark::call(thread_, via, {arguments, {}}));
  }

  Node* new_item(const Node* existing, const Node& item, const Value& via) {
    Node* const made = copy(arena_, &item);
    made->value = new_value(existing, item, via);
    return made;
  }

  static Value take_via(std::string_view annotation, const starlark::NamedArgument& argument) {
    if (!starlark::is_callable(argument.value))
      refuse_overlay(cat("Expected '", annotation, "' annotation keyword argument '", argument.name,
                         "' to be function, but was ", go_type_of(argument.value)));
    return argument.value;
  }

  void replace(std::span<Node* const> left, Node& item, const Expectation& defaults) {
    const auto read_options = [&](Value& via, bool& or_add) {
      for (const starlark::NamedArgument& argument :
           find_annotation(item, kReplaceAnnotation)->named) {
        if (argument.name == "via")
          via = take_via(kReplaceAnnotation, argument);
        else if (argument.name == "or_add")
          or_add = to_bool_argument(argument.value);
        else
          unknown_argument(kReplaceAnnotation, argument.name);
      }
    };
    Value via;
    bool or_add = false;
    read_options(via, or_add);
    const auto found = matches(left, item, defaults);
    if (!found) return;
    for (const Spot& spot : *found)
      spot.collection->items[spot.at] = new_item(spot.node(), item, via);
    if (found->empty() && or_add) {
      if (left.empty()) return;
      left[0]->items.push_back(arena_, new_item(nullptr, item, via));
    }
  }

  struct Insertion {
    bool before = false, after = false;
    Value via;
  };

  static Insertion insertion_of(const Node& item) {
    Insertion out;
    const Annotation& annotation = *find_annotation(item, kInsertAnnotation);
    if (annotation.named.empty())
      refuse_overlay(
          "Expected 'overlay/insert' annotation to have at least one keyword argument "
          "(before=..., after=...)");
    for (const starlark::NamedArgument& argument : annotation.named) {
      if (argument.name == "before")
        out.before = to_bool_argument(argument.value);
      else if (argument.name == "after")
        out.after = to_bool_argument(argument.value);
      else if (argument.name == "via")
        out.via = take_via(kInsertAnnotation, argument);
      else
        unknown_argument(kInsertAnnotation, argument.name);
    }
    return out;
  }

  void insert(std::span<Node* const> left, Node& item, const Expectation& defaults) {
    const auto found = matches(left, item, defaults);
    if (!found) return;
    const Insertion insertion = insertion_of(item);
    std::size_t next = 0;
    for (Node* const side : left) {
      List<Node*> changed;
      for (std::uint32_t i = 0; i < side->items.size(); ++i) {
        Node* const each = side->items[i];
        const bool matched =
            next < found->size() && (*found)[next].collection == side && (*found)[next].at == i;
        Node* made = nullptr;
        if (matched) {
          ++next;
          made = new_item(each, item, insertion.via);
        }
        if (matched && insertion.before) changed.push_back(arena_, made);
        changed.push_back(arena_, each);
        if (matched && insertion.after) changed.push_back(arena_, made);
      }
      side->items = changed;
    }
  }

  void check(std::span<Node* const> left, Node& item, const Expectation& defaults) {
    const Expectation children = child_defaults(item, defaults);
    Value via;
    for (const starlark::NamedArgument& argument :
         find_annotation(item, kAssertAnnotation)->named) {
      if (argument.name != "via") unknown_argument(kAssertAnnotation, argument.name);
      via = argument.value;
    }
    const auto found = matches(left, item, defaults);
    if (!found) return;
    for (const Spot& spot : *found) {
      check_one(*spot.node(), item, via);
      value(spot.node()->value, item.value, children);
    }
  }

  void check_one(const Node& existing, const Node& item, const Value& via) {
    if (!via.is_set()) {
      std::string why;
      if (!is_subset(existing.value, item.value, why))
        refuse_overlay(cat("Expected objects to equal, but did not: ", why));
      return;
    }
    if (!starlark::is_callable(via))
      refuse_overlay(
          cat("Expected 'overlay/assert' annotation keyword argument 'via' to be "
              "function, but was ",
              go_type_of(via)));
    const std::array arguments{to_value(thread_, copy(arena_, existing.value)),
                               to_value(thread_, copy(arena_, item.value))};
    judge(starlark::call(thread_, via, {arguments, {}}));
  }

  void judge(const Value& result) {
    if (result.is_none()) return;
    if (result.is(starlark::Kind::kBool)) {
      if (result.integer == 0)
        refuse_overlay("Expected via invocation to return true, but was false");
      return;
    }
    const Node* const pair = to_node(thread_, result);
    const bool fits = pair != nullptr && pair->is_array() && pair->plain &&
                      pair->items.size() == 2 && pair->items[0]->value != nullptr &&
                      pair->items[0]->value->is(Kind::kBool) && pair->items[1]->value != nullptr &&
                      pair->items[1]->value->is(Kind::kString);
    if (!fits)
      refuse_overlay(
          "Expected via invocation to return NoneType, Bool or Tuple(Bool,String), but returned "
          "neither of those");
    if (pair->items[0]->value->integer == 0)
      refuse_overlay(cat("Expected via invocation to return true, but was false with message: ",
                         pair->items[1]->value->text));
  }

  const Overlay& overlay_;
  Thread& thread_;
  Arena& arena_;
  std::uint64_t depth_ = 0;
};

void strip_annotations(Node* node) {
  if (node == nullptr) return;
  remove_annotations(*node, "overlay/");
  strip_annotations(node->value);
  for (Node* const item : node->items) strip_annotations(item);
}

// ---- the module ----

Value overlay_apply(Thread& thread, const Builtin&, const Arguments& arguments) {
  if (arguments.positional.empty()) refuse("ytt/argument", "expected exactly at least argument");
  Node* result = to_node(thread, arguments.positional[0]);
  for (const Value& right : arguments.positional.subspan(1))
    result = apply_value({thread, false}, result, to_node(thread, right));
  return make_fragment(thread, result);
}

void expect_three(const Arguments& arguments) {
  if (arguments.positional.size() != 3) refuse("ytt/argument", "expected exactly 3 arguments");
}

const Value& kept(const Builtin& self) { return *static_cast<const Value*>(self.context); }

void* keep(Thread& thread, const Value& value) { return thread.arena().make<Value>(value); }

Value match_index(Thread&, const Builtin& self, const Arguments& arguments) {
  expect_three(arguments);
  return starlark::boolean(to_int_argument(arguments.positional[0]) == to_int_argument(kept(self)));
}

Value overlay_index(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Value& number = only_argument(arguments);
  to_int_argument(number);
  return make_function<match_index>(thread, "overlay.index_matcher", keep(thread, number));
}

Value overlay_all(Thread&, const Builtin&, const Arguments& arguments) {
  expect_three(arguments);
  return starlark::boolean(true);
}

Value match_map_key(Thread& thread, const Builtin& self, const Arguments& arguments) {
  expect_three(arguments);
  const std::string_view key = kept(self).string();
  const Node* const left = key_value(key, to_node(thread, arguments.positional[1]));
  return starlark::boolean(
      same_leaf(left, key_value(key, to_node(thread, arguments.positional[2]))));
}

Value overlay_map_key(Thread& thread, const Builtin&, const Arguments& arguments) {
  const Value& key = only_argument(arguments);
  to_text_argument(key);
  return make_function<match_map_key>(thread, "overlay.map_key_matcher", keep(thread, key));
}

Value match_subset(Thread& thread, const Builtin& self, const Arguments& arguments) {
  expect_three(arguments);
  Node* const left = to_node(thread, arguments.positional[1]);
  Node* const wanted = to_node(thread, kept(self));
  settle(left, {});
  settle(wanted, {});
  std::string why;
  return starlark::boolean(is_subset(left, wanted, why));
}

Value overlay_subset(Thread& thread, const Builtin&, const Arguments& arguments) {
  return make_function<match_subset>(thread, "overlay.subset_matcher",
                                     keep(thread, only_argument(arguments)));
}

bool asks(Thread& thread, const Value& matcher, const Arguments& arguments) {
  return to_bool_argument(starlark::call(thread, matcher, arguments));
}

template <bool kStopAt>
Value match_several(Thread& thread, const Builtin& self, const Arguments& arguments) {
  expect_three(arguments);
  for (const Value& matcher : kept(self).items())
    if (asks(thread, matcher, arguments) == kStopAt) return starlark::boolean(kStopAt);
  return starlark::boolean(!kStopAt);
}

template <bool kStopAt>
Value overlay_several(Thread& thread, const Builtin& self, const Arguments& arguments) {
  if (arguments.positional.empty()) refuse("ytt/argument", "expected at least one argument");
  return make_function<match_several<kStopAt>>(
      thread, self.name, keep(thread, starlark::tuple_of(thread.arena(), arguments.positional)));
}

Value match_not(Thread& thread, const Builtin& self, const Arguments& arguments) {
  expect_three(arguments);
  return starlark::boolean(!asks(thread, kept(self), arguments));
}

Value overlay_not(Thread& thread, const Builtin&, const Arguments& arguments) {
  return make_function<match_not>(thread, "overlay.or_op", keep(thread, only_argument(arguments)));
}

// ---- plain merge ----

Annotation flag(Thread& thread, std::string_view name, std::string_view argument) {
  Annotation out;
  out.name = name;
  if (argument.empty()) return out;
  auto* const named = thread.arena().array<starlark::NamedArgument>(1);
  named[0] = {argument, starlark::boolean(true)};
  out.named = {named, 1};
  return out;
}

void annotate_items(Thread& thread, Node* value) {
  if (value == nullptr || !value->is_collection()) return;
  for (Node* const item : value->items) {
    if (!value->is_map()) {
      annotate_items(thread, item->value);
      continue;
    }
    item->annotations.push_back(thread.arena(), flag(thread, kMatch, "missing_ok"));
    const bool map = item->value != nullptr && item->value->is_map();
    if (!map)
      item->annotations.push_back(thread.arena(), flag(thread, kReplaceAnnotation, "or_add"));
    annotate_items(thread, item->value);
  }
}

}  // namespace

void apply_documents(const Overlay& overlay, std::span<Node* const> left, Node& right) {
  for (Node* const side : left) settle(side, {});
  settle(&right, {});
  Applier(overlay).documents(left, right, {});
  for (Node* const side : left) strip_annotations(side);
}

Node* apply_value(const Overlay& overlay, Node* left, Node* right) {
  settle(left, {});
  settle(right, {});
  Applier(overlay).value(left, right, {});
  strip_annotations(left);
  return left;
}

void annotate_for_plain_merge(Thread& thread, Node& document) {
  annotate_items(thread, document.value);
}

bool is_subset(const Node* left, const Node* right, std::string& why) {
  const auto expected = [&](const char* what) {
    why = cat("Expected ", what, ", but was ", type_text(left));
    return false;
  };
  if (right == nullptr || !right->is_collection()) {
    if (same_leaf(left, right)) return true;
    why = cat("Expected leaf values to match ", type_text(left), " ", type_text(right));
    return false;
  }
  if (right->is_map()) {
    if (left == nullptr || !left->is_map()) return expected("map");
    for (const Node* const item : right->items) {
      const Node* const own = find_item(*left, item->key);
      if (own == nullptr) {
        why = "Expected at least one map item to match by key";
        return false;
      }
      if (!is_subset(own->value, item->value, why)) return false;
    }
    return true;
  }
  if (left == nullptr || !left->is_array()) return expected("array");
  for (std::uint32_t i = 0; i < right->items.size(); ++i) {
    if (i >= left->items.size()) {
      why = "Expected to have matching number of array items";
      return false;
    }
    if (!is_subset(left->items[i]->value, right->items[i]->value, why)) return false;
  }
  return true;
}

Value make_overlay_module(Thread& thread) {
  const auto members = std::to_array<starlark::NamedArgument>({
      {"apply", make_function<overlay_apply>(thread, "overlay.apply")},
      {"index", make_function<overlay_index>(thread, "overlay.index")},
      {"all", make_function<overlay_all>(thread, "overlay.all")},
      {"map_key", make_function<overlay_map_key>(thread, "overlay.map_key")},
      {"subset", make_function<overlay_subset>(thread, "overlay.subset")},
      {"and_op", make_function<overlay_several<false>>(thread, "overlay.and_op")},
      {"or_op", make_function<overlay_several<true>>(thread, "overlay.or_op")},
      {"not_op", make_function<overlay_not>(thread, "overlay.not_op")},
  });
  return make_module(thread, "overlay", members);
}

}  // namespace plumb::ytt
