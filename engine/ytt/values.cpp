#include "ytt/values.h"

#include <cmath>

#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

using starlark::Object;

// ---- fragments ----

class Fragment final : public Object {
 public:
  explicit Fragment(Node* node) : node_(node) {}
  Node* node() const { return node_; }

  std::string_view type() const override { return kFragmentType; }
  std::string text(Thread&) const override { return cat("yamlfragment(", go_type(node_), ")"); }
  bool truth() const override { return size() > 0; }
  bool is_mapping() const override { return true; }
  std::optional<std::int64_t> length() const override { return size(); }

  Value get(Thread& thread, const Value& key) override {
    Node* const wanted = to_node(thread, key);
    if (node_ == nullptr) return {};
    if (node_->is_map()) {
      for (Node* const item : node_->items)
        if (same(item->key, wanted)) return to_value(thread, item->value);
      return {};
    }
    if (wanted == nullptr || !wanted->is(Kind::kInt64)) refuse_index(wanted);
    const std::int64_t at = wanted->integer;
    if (at < 0 || at >= size()) return {};
    return to_value(thread, node_->items[static_cast<std::size_t>(at)]->value);
  }

  bool set(Thread&, const Value&, const Value&) override {
    refuse("ytt/value", "yamlfragment.SetKey: Not implemented");
  }

  Value slice(Thread&, const Value&, const Value&, const Value&) override {
    refuse("ytt/panic", "(p) yamlfragment.Slice: Not implemented");
  }

  bool elements(Thread& thread, List<Value>& out) override {
    if (node_ == nullptr) return true;
    for (Node* const item : node_->items)
      out.push_back(thread.arena(), to_value(thread, node_->is_map() ? item->key : item->value));
    return true;
  }

  bool pairs(Thread& thread, List<Value>& keys, List<Value>& values) override {
    if (node_ == nullptr) return true;
    if (!node_->is_map())
      refuse("ytt/panic",
             cat("(p) yamlfragment.Items: Expected value to be a map, but was ", go_type(node_)));
    for (Node* const item : node_->items) {
      keys.push_back(thread.arena(), to_value(thread, item->key));
      values.push_back(thread.arena(), to_value(thread, item->value));
    }
    return true;
  }

  std::optional<bool> equals(Thread&, const Object&) const override {
    refuse("ytt/value", "yamlfragment.CompareSameType: Not implemented");
  }

 private:
  std::int64_t size() const { return node_ == nullptr ? 0 : node_->items.size(); }

  [[noreturn]] void refuse_index(const Node* wanted) const {
    if (node_->is_array())
      refuse("ytt/value", cat("yamlfragment.Get: Expected array index to be an int64, but was ",
                              go_type(wanted)));
    refuse("ytt/value",
           cat("%!s(", go_type(wanted),
               ").Get: Expected document set index to be an int64, but was yamlfragment"));
  }

  Node* node_;
};

// ---- structs ----

struct Field {
  std::string_view name;
  Value value;                 // unset: not converted yet
  const Node* item = nullptr;  // the map item behind it
};

[[noreturn]] void refuse_hash() { refuse("ytt/value", "unhashable type: struct"); }

class Struct final : public Object {
 public:
  std::string_view type() const override { return "struct"; }
  std::string text(Thread&) const override { return "struct(...)"; }
  bool truth() const override { return !fields_.empty(); }
  std::optional<std::uint32_t> hash() const override { refuse_hash(); }
  std::optional<std::int64_t> length() const override { return fields_.size(); }
  bool is_mapping() const override { return true; }

  void add(Arena& arena, const Field& field) {
    if (Field* const known = find(field.name)) {
      *known = field;
      return;
    }
    fields_.push_back(arena, field);
    if (fields_.size() == kIndexed) {
      for (std::uint32_t i = 0; i < fields_.size(); ++i) index(arena, i);
    } else if (fields_.size() > kIndexed) {
      index(arena, fields_.size() - 1);
    }
  }

  Value attribute(Thread& thread, std::string_view name) override {
    Field* const field = find(name);
    return field == nullptr ? Value{} : value_of(thread, *field);
  }

  std::vector<std::string_view> attribute_names() const override {
    std::vector<std::string_view> names;
    for (const Field& field : fields_) names.push_back(field.name);
    return names;
  }

  Value get(Thread& thread, const Value& key) override {
    return attribute(thread, to_text_argument(key));
  }

  bool elements(Thread& thread, List<Value>& out) override {
    for (const Field& field : fields_) out.push_back(thread.arena(), starlark::string(field.name));
    return true;
  }

  bool pairs(Thread& thread, List<Value>& names, List<Value>& values) override {
    for (Field& field : fields_) {
      names.push_back(thread.arena(), starlark::string(field.name));
      values.push_back(thread.arena(), value_of(thread, field));
    }
    return true;
  }

 private:
  static constexpr std::uint32_t kIndexed = 9;  // fewer fields are searched in a row

  void index(Arena& arena, std::uint32_t at) {
    starlark::insert(arena, by_name_, starlark::string(fields_[at].name), starlark::integer(at));
  }

  Field* find(std::string_view name) {
    if (fields_.size() >= kIndexed) {
      const Value* const at = starlark::find(by_name_, starlark::string(name));
      return at == nullptr ? nullptr : &fields_[static_cast<std::size_t>(at->integer)];
    }
    for (Field& field : fields_)
      if (field.name == name) return &field;
    return nullptr;
  }

  static Value value_of(Thread& thread, Field& field) {
    if (!field.value.is_set()) field.value = to_struct(thread, field.item->value);
    const auto* const host = static_cast<const Host*>(thread.host);
    if (field.item != nullptr && host != nullptr && host->reads != nullptr)
      host->reads->push_back(field.item);
    return field.value;
  }

  List<Field> fields_;
  starlark::DictData by_name_;
};

// ---- modules and other small values ----

class Module final : public Object {
 public:
  Module(std::string_view name, std::span<const starlark::NamedArgument> members)
      : name_(name), members_(members) {}
  std::string_view type() const override { return "module"; }
  std::string text(Thread& thread) const override {
    return cat("<module ", starlark::to_text(thread, starlark::string(name_)), ">");
  }
  Value attribute(Thread&, std::string_view name) override {
    for (const starlark::NamedArgument& member : members_)
      if (member.name == name) return member.value;
    return {};
  }
  std::vector<std::string_view> attribute_names() const override {
    std::vector<std::string_view> names;
    for (const starlark::NamedArgument& member : members_) names.push_back(member.name);
    return names;
  }

 private:
  std::string_view name_;
  std::span<const starlark::NamedArgument> members_;
};

class Record final : public Object {
 public:
  Record(std::string_view type, std::string_view hint,
         std::span<const starlark::NamedArgument> members)
      : type_(type), hint_(hint), members_(members) {}
  std::string_view hint() const { return hint_; }
  std::string_view type() const override { return type_; }
  std::optional<std::uint32_t> hash() const override { refuse_hash(); }
  std::string text(Thread&) const override { return "struct(...)"; }
  std::optional<std::int64_t> length() const override {
    return static_cast<std::int64_t>(members_.size());
  }
  bool is_mapping() const override { return true; }
  Value attribute(Thread&, std::string_view name) override {
    for (const starlark::NamedArgument& member : members_)
      if (member.name == name) return member.value;
    return {};
  }
  Value get(Thread& thread, const Value& key) override {
    return attribute(thread, to_text_argument(key));
  }
  std::vector<std::string_view> attribute_names() const override {
    std::vector<std::string_view> names;
    for (const starlark::NamedArgument& member : members_) names.push_back(member.name);
    return names;
  }

 private:
  std::string_view type_, hint_;
  std::span<const starlark::NamedArgument> members_;
};

class Nothing final : public Object {
 public:
  std::string_view type() const override { return "noop"; }
  std::string text(Thread&) const override { return "noop"; }
};

// Which of these an object is; object types are told by name.
template <typename T>
T* as(const Value& value, std::string_view type) {
  if (!value.is(starlark::Kind::kObject) || value.object->type() != type) return nullptr;
  return static_cast<T*>(value.object);
}

std::span<const starlark::NamedArgument> keep(Arena& arena,
                                              std::span<const starlark::NamedArgument> members) {
  auto* const kept = arena.array<starlark::NamedArgument>(members.size());
  for (std::size_t i = 0; i < members.size(); ++i)
    kept[i] = {arena.copy(members[i].name), members[i].value};
  return {kept, members.size()};
}

Value get_kept(Thread&, const Builtin& self, const Arguments& arguments) {
  if (!arguments.positional.empty()) refuse("ytt/argument", "expected no argument");
  return *static_cast<const Value*>(self.context);
}

// ---- values → nodes ----

class Maker {
 public:
  explicit Maker(Thread& thread) : thread_(thread), arena_(thread.arena()) {}

  Node* node(const Value& value) {
    thread_.charge(1);
    switch (value.kind) {
      case starlark::Kind::kNone:
        return nullptr;
      case starlark::Kind::kBool:
        return make_bool(arena_, value.integer != 0);
      case starlark::Kind::kInt:
        return make_int(arena_, value.integer, Kind::kInt64);
      case starlark::Kind::kBigInt:
        return big(value);
      case starlark::Kind::kFloat:
        return make_float(arena_, value.real);
      case starlark::Kind::kString:
        return make_text(arena_, value.string());
      case starlark::Kind::kList:
      case starlark::Kind::kTuple:
      case starlark::Kind::kSet:
        return array(value);
      case starlark::Kind::kDict:
        return dict(value);
      case starlark::Kind::kObject:
        return object(value);
      default:
        refuse_value(value);
    }
  }

 private:
  [[noreturn]] void refuse_value(const Value& value) {
    refuse("ytt/panic", cat("(p) unknown type ", go_type_of(value), " for conversion to go value"));
  }

  void enter() {
    if (++depth_ > thread_.limits().render_depth)
      fail_limit(thread_.limits(), &Limits::render_depth, {});
  }

  Node* big(const Value& value) {
    const auto number = to_uint64(starlark::to_big(value));
    if (!number) refuse("ytt/panic", "(p) not sure how to get int");
    Node* const out = make(arena_, Kind::kUint64);
    out->unsigned_integer = *number;
    return out;
  }

  Node* array(const Value& value) {
    enter();
    Node* const out = make(arena_, Kind::kArray);
    out->plain = true;
    List<Value> items;
    starlark::elements(thread_, value, items);
    for (const Value& item : items)
      out->items.push_back(arena_, make_array_item(arena_, node(item), {}));
    --depth_;
    return out;
  }

  Node* dict(const Value& value) {
    enter();
    Node* const out = make(arena_, Kind::kMap);
    out->plain = true;
    for (const starlark::DictData::Slot& slot : value.dict->slots) {
      if (!slot.live) continue;
      Node* const key = node(slot.key);
      out->items.push_back(arena_, make_item(arena_, key, node(slot.value), {}));
    }
    --depth_;
    return out;
  }

  Node* object(const Value& value) {
    if (const auto* const fragment = as<Fragment>(value, kFragmentType)) return fragment->node();
    if (auto* const fields = as<Struct>(value, "struct")) return from_struct(*fields);
    const std::string_view type = value.object->type();
    if (type == "module") refuse_value(value);
    if (type.starts_with("@ytt:"))
      refuse("ytt/value",
             cat("Unable to convert value: ", static_cast<const Record*>(value.object)->hint()));
    refuse_value(value);
  }

  Node* from_struct(Struct& fields) {
    enter();
    Node* const out = make(arena_, Kind::kMap);
    out->plain = true;
    List<Value> names, values;
    fields.pairs(thread_, names, values);
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      Node* const key = make_text(arena_, names[i].string());
      out->items.push_back(arena_, make_item(arena_, key, node(values[i]), {}));
    }
    --depth_;
    return out;
  }

  Thread& thread_;
  Arena& arena_;
  std::uint64_t depth_ = 0;
};

Value scalar_value(Thread& thread, const Node& node) {
  switch (node.kind) {
    case Kind::kBool:
      return starlark::boolean(node.integer != 0);
    case Kind::kUint64:
      return starlark::big_integer(thread.arena(),
                                   starlark::make_big_unsigned(node.unsigned_integer));
    case Kind::kFloat:
      return starlark::real(node.real);
    case Kind::kString:
      return starlark::string(node.text);
    default:
      return starlark::integer(node.integer);
  }
}

enum class Maps : std::uint8_t { kFragments, kStructs, kDicts };

Value convert(Thread& thread, const Node* node, Maps maps) {
  if (node == nullptr) return starlark::none();
  thread.charge(1);
  if (!node->is_collection()) {
    if (node->is_item()) return convert(thread, node->value, maps);
    return scalar_value(thread, *node);
  }
  if (!node->plain && maps == Maps::kFragments)
    return make_fragment(thread, const_cast<Node*>(node));
  if (!node->is_map()) {
    const Value out = starlark::make_list(thread.arena());
    for (const Node* const item : node->items)
      out.list->items.push_back(thread.arena(), convert(thread, item->value, maps));
    return out;
  }
  if (maps == Maps::kStructs) return to_struct(thread, node);
  const Value out = starlark::make_dict(thread.arena());
  for (const Node* const item : node->items)
    starlark::insert(thread.arena(), *out.dict, convert(thread, item->key, maps),
                     convert(thread, item->value, maps));
  return out;
}

}  // namespace

Value to_value(Thread& thread, Node* node) { return convert(thread, node, Maps::kFragments); }

Value to_plain_value(Thread& thread, const Node* node) {
  return convert(thread, node, Maps::kDicts);
}

Value to_struct(Thread& thread, const Node* node) {
  if (node == nullptr || !node->is_map()) return convert(thread, node, Maps::kStructs);
  auto* const out = thread.arena().make<Struct>();
  for (const Node* const item : node->items) {
    if (item->key == nullptr || !item->key->is(Kind::kString))
      refuse("ytt/struct-key", cat("expected struct key ", key_text(item->key), " to be string"),
             item->place.span);
    out->add(thread.arena(), {item->key->text, {}, item});
  }
  return starlark::object(out);
}

Node* to_node(Thread& thread, const Value& value) { return Maker(thread).node(value); }

Value make_struct(Thread& thread, std::span<const starlark::NamedArgument> fields) {
  auto* const out = thread.arena().make<Struct>();
  for (const starlark::NamedArgument& field : fields)
    out->add(thread.arena(), {thread.arena().copy(field.name), field.value, nullptr});
  return starlark::object(out);
}

bool is_struct(const Value& value) { return as<Struct>(value, "struct") != nullptr; }

bool struct_fields(Thread& thread, const Value& value, StructFields& out) {
  auto* const fields = as<Struct>(value, "struct");
  return fields != nullptr && fields->pairs(thread, out.names, out.values);
}

FragmentNode fragment_node(const Value& value) {
  const auto* const fragment = as<Fragment>(value, kFragmentType);
  return fragment == nullptr ? FragmentNode{} : FragmentNode{true, fragment->node()};
}

Value make_fragment(Thread& thread, Node* node) {
  return starlark::object(thread.arena().make<Fragment>(node));
}

Value make_module(Thread& thread, std::string_view name,
                  std::span<const starlark::NamedArgument> members) {
  return starlark::object(
      thread.arena().make<Module>(thread.arena().copy(name), keep(thread.arena(), members)));
}

Value make_record(Thread& thread, std::string_view type, std::string_view hint,
                  std::span<const starlark::NamedArgument> members) {
  return starlark::object(thread.arena().make<Record>(type, hint, keep(thread.arena(), members)));
}

Value make_getter(Thread& thread, std::string_view name, const Value& value) {
  return make_function<get_kept>(thread, name, thread.arena().make<Value>(value));
}

Value make_nothing(Thread& thread) { return starlark::object(thread.arena().make<Nothing>()); }
bool is_nothing(const Value& value) { return as<Nothing>(value, "noop") != nullptr; }

void prefix_failure(std::string_view name, Error& error) {
  Diagnostic& diagnostic = error.diagnostic();
  if (diagnostic.code == "base/limit") return;
  if (diagnostic.code == "ytt/panic") {
    diagnostic.code = "ytt/value";
    diagnostic.text += " (backtrace: )";
  } else {
    diagnostic.text = cat(name, ": ", diagnostic.text);
  }
}

// ---- arguments ----

const Value& only_argument(const Arguments& arguments) {
  if (arguments.positional.size() != 1) refuse("ytt/argument", "expected exactly one argument");
  return arguments.positional[0];
}

std::string_view to_text_argument(const Value& value) {
  if (!value.is_string())
    refuse("ytt/argument", cat("expected a string, but was ", starlark::type_name(value)));
  return value.string();
}

bool to_bool_argument(const Value& value) {
  if (!value.is(starlark::Kind::kBool))
    refuse("ytt/argument", cat("expected starlark.Bool, but was ", go_type_of(value)));
  return value.integer != 0;
}

std::int64_t to_int_argument(const Value& value) {
  if (!value.is_integer()) refuse("ytt/argument", "expected starlark.Int");
  if (!value.is(starlark::Kind::kInt)) refuse("ytt/argument", "expected int64 value");
  return value.integer;
}

const Value* named_argument(const Arguments& arguments, std::string_view name) {
  for (const starlark::NamedArgument& argument : arguments.named)
    if (argument.name == name) return &argument.value;
  return nullptr;
}

bool bool_option(const Arguments& arguments, std::string_view name, bool otherwise) {
  const Value* const value = named_argument(arguments, name);
  return value == nullptr ? otherwise : to_bool_argument(*value);
}

std::string_view go_type_of(const Value& value) {
  switch (value.kind) {
    case starlark::Kind::kNone:
      return "starlark.NoneType";
    case starlark::Kind::kBool:
      return "starlark.Bool";
    case starlark::Kind::kInt:
    case starlark::Kind::kBigInt:
      return "starlark.Int";
    case starlark::Kind::kFloat:
      return "starlark.Float";
    case starlark::Kind::kString:
      return "starlark.String";
    case starlark::Kind::kList:
      return "*starlark.List";
    case starlark::Kind::kTuple:
      return "starlark.Tuple";
    case starlark::Kind::kDict:
      return "*starlark.Dict";
    case starlark::Kind::kSet:
      return "*starlark.Set";
    case starlark::Kind::kRange:
      return "starlark.rangeValue";
    case starlark::Kind::kFunction:
      return "*starlark.Function";
    case starlark::Kind::kBuiltin:
      return "*starlark.Builtin";
    case starlark::Kind::kObject:
      if (value.object->type() == kFragmentType) return "*yamltemplate.StarlarkFragment";
      if (value.object->type() == "struct") return "*core.StarlarkStruct";
      if (value.object->type() == "module") return "*starlarkstruct.Module";
      return value.object->type();
    default:
      return "starlark.stringIterable";
  }
}

}  // namespace plumb::ytt
