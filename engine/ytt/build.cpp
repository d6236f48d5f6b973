// Running templates: the instructions, and how a failure is told.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/ast.h"
#include "ytt/error.h"
#include "ytt/template.h"

namespace plumb::ytt {
namespace {

bool is_valid_value(const Node* value) {
  if (value == nullptr) return true;
  return !value->is_item() && !value->is(Kind::kDocumentSet);
}

[[noreturn]] void refuse_value(std::string_view container, std::string_view allowed,
                               const Node* value) {
  refuse("ytt/node",
         cat(container, " can only contain ", allowed, "; this is a ", type_text(value)));
}

bool wraps(const Node& node) { return node.is_item() || node.is(Kind::kTextPiece); }

// What code made stands where its expression stands.
void place_value(Node* value, Span span) {
  if (value == nullptr || value->place.span.length > 0) return;
  if (value->is_collection() && !value->plain) return;
  value->place.span = span;
  for (Node* const item : value->items) {
    item->place.span = span;
    place_value(item->value, span);
  }
}

// ---- functions that make nodes ----
//
// A def whose body starts nodes opens a context and returns what was made in it; a `return` behind
// the first node ends the context with its own value.

class Contexts {
 public:
  Contexts(const Template& program, Arena& arena) : program_(program), arena_(arena) {}

  void run(starlark::Block& program) { block(program); }

 private:
  using Stmt = starlark::Stmt;
  using Expr = starlark::Expr;

  std::string_view instruction(std::string_view name) const {
    return arena_.copy(cat("__ytt_tpl", program_.number, "_", name));
  }

  void block(starlark::Block& statements) {
    for (Stmt* const each : statements) statement(*each);
  }

  void statement(Stmt& stmt) {
    switch (stmt.kind) {
      case starlark::StmtKind::kExpression:
        return expression(static_cast<starlark::ExprStmt&>(stmt).value);
      case starlark::StmtKind::kAssign:
        return expression(static_cast<starlark::Assign&>(stmt).value);
      case starlark::StmtKind::kIf:
        return if_statement(static_cast<starlark::If&>(stmt));
      case starlark::StmtKind::kFor:
        return block(static_cast<starlark::For&>(stmt).body);
      case starlark::StmtKind::kWhile:
        return block(static_cast<starlark::While&>(stmt).body);
      case starlark::StmtKind::kDef:
        return function(static_cast<starlark::Def&>(stmt));
      case starlark::StmtKind::kReturn:
        return return_statement(static_cast<starlark::Return&>(stmt));
      default:
        return;
    }
  }

  void if_statement(starlark::If& first) {
    for (starlark::If* branch = &first; branch != nullptr;) {
      block(branch->yes);
      const bool chain = branch->no.size() == 1 && branch->no[0]->kind == starlark::StmtKind::kIf;
      if (!chain) block(branch->no);
      branch = chain ? static_cast<starlark::If*>(branch->no[0]) : nullptr;
    }
  }

  // Only statements of the template's own start nodes: `__ytt_tpl2_start_node(…)`.
  void expression(const Expr* expr) {
    if (expr == nullptr || expr->kind != starlark::ExprKind::kCall) return;
    const auto& call = static_cast<const starlark::Call&>(*expr);
    if (call.callee->kind != starlark::ExprKind::kName) return;
    const std::string_view name = static_cast<const starlark::Name*>(call.callee)->name;
    if (name == set_context_type_ && !call.arguments.empty())
      context_type_ = call.arguments[0].value;
    if (makes_nodes_.empty()) return;
    if (name == start_node_ || name == set_node_) makes_nodes_.back() = true;
    for (const starlark::Argument& argument : call.arguments) expression(argument.value);
  }

  void return_statement(starlark::Return& node) {
    if (makes_nodes_.empty()) return;
    if (!makes_nodes_.back()) return;
    node.value = call("end_ctx", node.value);
  }

  template <typename T>
  T* make_expr(starlark::ExprKind kind) {
    T* const node = arena_.make<T>();
    node->kind = kind;
    return node;
  }

  starlark::Call* call(std::string_view name, Expr* argument) {
    auto* const callee = make_expr<starlark::Name>(starlark::ExprKind::kName);
    callee->name = instruction(name);
    auto* const node = make_expr<starlark::Call>(starlark::ExprKind::kCall);
    node->callee = callee;
    if (argument != nullptr)
      node->arguments.push_back(arena_,
                                {starlark::ArgumentKind::kPositional, {}, {}, argument, {}});
    return node;
  }

  void function(starlark::Def& def) {
    makes_nodes_.push_back(false);
    block(def.body);
    if (makes_nodes_.back()) add_context(def);
    makes_nodes_.pop_back();
  }

  void add_context(starlark::Def& def) {
    auto* const start = arena_.make<starlark::ExprStmt>();
    start->kind = starlark::StmtKind::kExpression;
    start->value = call("start_ctx", context_type_);
    auto* const end = arena_.make<starlark::Return>();
    end->kind = starlark::StmtKind::kReturn;
    end->value = call("end_ctx", nullptr);
    if (!def.body.empty()) def.first = def.body[0]->position;
    starlark::Block body;
    body.push_back(arena_, start);
    for (Stmt* const each : def.body) body.push_back(arena_, each);
    body.push_back(arena_, end);
    def.body = body;
  }

  const Template& program_;
  Arena& arena_;
  std::vector<bool> makes_nodes_;
  Expr* context_type_ = nullptr;
  std::string_view start_node_ = instruction("start_node"), set_node_ = instruction("set_node"),
                   set_context_type_ = instruction("set_ctx_type");
};

// ---- instructions as functions ----

Builder& builder_of(const Builtin& self) { return *static_cast<Builder*>(self.context); }

Value set_context_type(Thread&, const Builtin&, const Arguments&) { return starlark::none(); }
Value start_context(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).start_context(arguments);
}
Value end_context(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).end_context(arguments);
}
Value start_annotation(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).start_annotation(arguments);
}
Value start_node(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).start_node(arguments);
}
Value set_node(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).set_node(arguments);
}
Value set_key(Thread&, const Builtin& self, const Arguments& arguments) {
  return builder_of(self).set_key(arguments);
}

// (positional…, (name, value)…)
Value collect_annotation(Thread& thread, const Builtin&, const Arguments& arguments) {
  std::vector<Value> out{starlark::tuple_of(thread.arena(), arguments.positional)};
  for (const starlark::NamedArgument& argument : arguments.named)
    out.push_back(starlark::tuple_of(thread.arena(),
                                     std::array{starlark::string(argument.name), argument.value}));
  return starlark::tuple_of(thread.arena(), out);
}

struct Instruction {
  std::string_view name;
  starlark::BuiltinCode code;
};
constexpr std::array kInstructions = std::to_array<Instruction>({
    {"set_ctx_type", named_failures<set_context_type>},
    {"start_ctx", named_failures<start_context>},
    {"end_ctx", named_failures<end_context>},
    {"start_node_annotation", named_failures<start_annotation>},
    {"collect_node_annotation", named_failures<collect_annotation>},
    {"start_node", named_failures<start_node>},
    {"set_node", named_failures<set_node>},
    {"set_map_item_key", named_failures<set_key>},
});

// ---- telling failures ----

std::string_view hint_for(const Diagnostic& diagnostic, bool has_double_amp, bool has_double_bar) {
  const std::string& text = diagnostic.text;
  struct Row {
    std::string_view text, hint;
  };
  constexpr std::array kHints = std::to_array<Row>({
      {"undefined: true", "use 'True' instead of 'true' for boolean assignment"},
      {"undefined: false", "use 'False' instead of 'false' for boolean assignment"},
      {"got newline, want ':'", "missing colon at the end of 'if/for/def' statement?"},
      {"undefined: null", "use 'None' instead of 'null' to indicate no value"},
      {"undefined: nil", "use 'None' instead of 'nil' to indicate no value"},
      {"undefined: none", "use 'None' instead of 'none' to indicate no value"},
      {"unhandled index operation struct[string]",
       "use getattr(...) to access struct field programmatically"},
  });
  for (const Row& row : kHints)
    if (text == row.text) return row.hint;
  const auto& arguments = diagnostic.arguments;
  if (diagnostic.code == "starlark/type" && arguments.size() == 3 && arguments[1] == "|")
    return "use 'or' instead of '|' for logical-or";
  if (diagnostic.code == "starlark/type" && arguments.size() == 3 && arguments[1] == "&")
    return "use 'and' instead of '&' for logical-and";
  if (text == "got '&', want primary expression" && has_double_amp)
    return "use 'and' instead of '&&' for logical-and";
  if (text == "got '|', want primary expression" && has_double_bar)
    return "use 'or' instead of '||' for logical-or";
  return {};
}

// Where something happened: a line of a template's program.
struct Where {
  const Template* program = nullptr;  // null: another library's
  std::string_view name;
  std::string_view function;
  std::uint32_t line = 0;
};

const Line* line_at(const Where& where, std::int64_t number) {
  if (where.program == nullptr || number < 1 ||
      number > static_cast<std::int64_t>(where.program->lines.size()))
    return nullptr;
  return &where.program->lines[static_cast<std::size_t>(number - 1)];
}

void append_source(std::string& out, std::string_view pad, const Line& line,
                   std::string_view text) {
  out += cat("\n", pad, line.file.empty() ? "" : cat(line.file, ":"), line.number, " | ", text);
}

const Line* nearest_written(const Where& where, int step) {
  for (std::int64_t at = std::int64_t{where.line} + step;; at += step) {
    const Line* const line = line_at(where, at);
    if (line == nullptr || line->has_source) return line;
  }
}

void append_where(std::string& out, const Where& where) {
  std::string_view pad = "    ";
  if (!where.function.empty()) {
    out += cat("\n", pad, "in ", where.function);
    pad = "      ";
  }
  if (where.program == nullptr) {
    out += cat("\n", pad, where.name, ":", where.line, " | (unavailable)");
    return;
  }
  const Line* const line = line_at(where, where.line);
  if (line == nullptr) return;
  if (line->has_source)
    return append_source(out, pad, *line,
                         line->selection.data() != nullptr ? line->selection : line->text);
  if (const Line* const before = nearest_written(where, -1))
    append_source(out, pad, *before, before->text);
  out += cat("\n", pad, where.name, ":? | ", line->code, " (generated)");
  if (const Line* const after = nearest_written(where, 1))
    append_source(out, pad, *after, after->text);
}

std::string describe(const Diagnostic& diagnostic, std::string_view text,
                     std::span<const Where> places) {
  const std::size_t end = text.find('\n');
  std::string out = cat("\n- ", text.substr(0, end));
  bool amp = false, bar = false;
  for (const Where& where : places) {
    const Line* const line = line_at(where, where.line);
    amp = amp || (line != nullptr && contains(line->code, "&&"));
    bar = bar || (line != nullptr && contains(line->code, "||"));
  }
  Diagnostic shown = diagnostic;
  shown.text = text;
  const std::string_view hint = hint_for(shown, amp, bar);
  if (!hint.empty()) out += cat(" (hint: ", hint, ")");
  for (const Where& where : places)
    if (where.line != 0) append_where(out, where);
  if (end == std::string_view::npos) return out;
  out += "\n\n    reason:";
  for (const std::string_view line : split(text.substr(end + 1), '\n')) out += cat("\n     ", line);
  return out;
}

[[noreturn]] void fail_running(const starlark::RunError& error, const FindTemplate& find) {
  Diagnostic diagnostic = error.diagnostic();
  set_summary(diagnostic, summary_of(diagnostic));
  diagnostic.text = describe_failure(error, find);
  throw Error(std::move(diagnostic));
}

[[noreturn]] void fail_compiling(const starlark::CompileError& error, const Template& program) {
  Diagnostic diagnostic = error.diagnostic();
  set_summary(diagnostic, diagnostic.text);
  std::string text;
  for (const starlark::Fault& fault : error.faults()) {
    const Where where{&program, program.name, {}, fault.position.line};
    text += describe(Diagnostic{}, fault.text, std::span(&where, 1));
  }
  diagnostic.text = std::move(text);
  throw Error(std::move(diagnostic));
}

// The text of the program. Leading space means nothing, except behind a backslash.
std::string program_text(const Template& program, std::vector<starlark::CodeLine>& places) {
  std::string out;
  bool continued = false;
  for (const Line& line : program.lines) {
    std::string_view code = line.code;
    std::uint32_t column = line.column;
    if (!continued) {
      std::string_view rest = code;
      while (!rest.empty() && (rest[0] == ' ' || (rest[0] >= 9 && rest[0] <= 13)))
        rest.remove_prefix(1);
      column -= std::min(column - 1, static_cast<std::uint32_t>(code.size() - rest.size()));
      code = rest;
    }
    continued = code.ends_with('\\');
    if (&line != &program.lines.front()) out.push_back('\n');
    out += code;
    places.push_back({line.span, column});
  }
  return out;
}

}  // namespace

// ---- Builder ----

Builder::Context& Builder::context() {
  if (contexts_.empty()) refuse("ytt/panic", "runtime error: index out of range [-1]");
  return contexts_.back();
}

Value Builder::start_context(const Arguments& arguments) {
  if (contexts_.size() >= thread_.limits().starlark_depth)
    fail_limit(thread_.limits(), &Limits::starlark_depth, {});
  contexts_.emplace_back();
  contexts_.back().is_text = to_text_argument(arguments.positional[0]) == "text";
  return starlark::none();
}

Value Builder::finished(const Context& context) {
  if (!context.is_text) return make_fragment(thread_, context.root);
  if (context.root == nullptr) refuse("ytt/panic", "(p) Unexpected root value <nil>");
  return thread_.text(text_of(context.root));
}

Value Builder::end_context(const Arguments& arguments) {
  if (contexts_.empty()) refuse("ytt/panic", "(p) unexpected ctx end");
  const Value out =
      arguments.positional.empty() ? finished(contexts_.back()) : arguments.positional[0];
  if (contexts_.size() == 1 && !began_) {
    began_ = true;
    root_ = contexts_.back().root;
  }
  contexts_.pop_back();
  return out;
}

const Slot& Builder::slot(const Value& number) const {
  const std::int64_t at = to_int_argument(number);
  if (at < 1 || at >= static_cast<std::int64_t>(program_.slots.size()))
    refuse("ytt/node", cat("expected to find node tag ", at));
  return program_.slots[static_cast<std::size_t>(at)];
}

Value Builder::start_annotation(const Arguments& arguments) {
  if (arguments.positional.size() != 3) refuse("ytt/argument", "expected exactly 3 arguments");
  const auto number = static_cast<std::uint32_t>(to_int_argument(arguments.positional[0]));
  const Slot& target = slot(arguments.positional[0]);
  Annotation annotation;
  annotation.name = to_text_argument(arguments.positional[1]);
  for (const Comment& comment : target.node->comments) {
    const Mark mark = read_mark(comment, target.node->place);
    if (mark.name == annotation.name) annotation.place = comment.place;
  }
  const std::span<const Value> collected = arguments.positional[2].items();
  annotation.positional = collected[0].items();
  auto* const named = thread_.arena().array<starlark::NamedArgument>(collected.size() - 1);
  for (std::size_t i = 1; i < collected.size(); ++i)
    named[i - 1] = {collected[i].items()[0].string(), collected[i].items()[1]};
  annotation.named = {named, collected.size() - 1};
  auto& pending = context().annotations;
  std::erase_if(pending, [&](const auto& each) {
    return each.first == number && each.second.name == annotation.name;
  });
  pending.emplace_back(number, annotation);
  return starlark::none();
}

Value Builder::set_key(const Arguments& arguments) {
  if (arguments.positional.size() != 2) refuse("ytt/argument", "expected exactly 2 arguments");
  const auto number = static_cast<std::uint32_t>(to_int_argument(arguments.positional[0]));
  context().keys.emplace_back(number, to_node(thread_, arguments.positional[1]));
  return starlark::none();
}

Value Builder::start_node(const Arguments& arguments) {
  slot(only_argument(arguments));
  context();
  start(static_cast<std::uint32_t>(arguments.positional[0].integer));
  return starlark::none();
}

void Builder::take_pending(Context& context, Node& node, std::uint32_t number) {
  std::erase_if(context.annotations, [&](const auto& each) {
    if (each.first != number) return false;
    node.annotations.push_back(thread_.arena(), each.second);
    return true;
  });
  std::erase_if(context.keys, [&](const auto& each) {
    if (each.first != number) return false;
    node.key = each.second;
    return true;
  });
}

std::vector<std::uint32_t> Builder::ancestors(std::uint32_t number) const {
  std::vector<std::uint32_t> out;
  for (; number != 0; number = program_.slots[number].parent)
    out.push_back(program_.slots[number].parent);
  std::reverse(out.begin(), out.end());
  return out;
}

void Builder::close_to_common_parent(Context& context, std::uint32_t number) const {
  std::vector<std::uint32_t> open = ancestors(context.slots.back());
  open.push_back(context.slots.back());
  const std::vector<std::uint32_t> wanted = ancestors(number);
  std::uint32_t common = 0;
  for (std::size_t i = 0; i < std::min(open.size(), wanted.size()) && open[i] == wanted[i]; ++i)
    common = open[i];
  for (std::size_t i = 0; i < context.slots.size(); ++i) {
    if (context.slots[i] != common) continue;
    context.slots.resize(i + 1);
    context.nodes.resize(i + 1);
    return;
  }
  refuse("ytt/panic", cat("(p) expected to find node tag ", common, " when unwinding"));
}

void Builder::start(std::uint32_t number) {
  thread_.charge(1);
  Context& now = context();
  const Slot& target = program_.slots[number];
  if (target.node == nullptr) refuse("ytt/node", cat("expected to find node tag ", number));
  Node* const node = thread_.arena().make<Node>(*target.node);
  node->items = {};
  node->value = nullptr;
  node->annotations = {};
  if (node->is(Kind::kTextPiece)) node->text = {};
  take_pending(now, *node, number);
  if (now.root == nullptr) {
    if (wraps(*node)) {
      start(target.parent);
    } else {
      now.root = node;
    }
  }
  if (!now.nodes.empty()) {
    close_to_common_parent(now, number);
    Node& parent = *now.nodes.back();
    if (parent.is_map() && node->is(Kind::kMapItem)) check_key(parent, *node, true);
    add_value(parent, node);
  }
  now.slots.push_back(number);
  now.nodes.push_back(node);
}

// A key that is there already is an error, or the earlier item goes.
void Builder::check_key(Node& map, const Node& item, bool strict) const {
  thread_.charge(map.items.size() / 32);
  std::uint32_t at = map.items.size();
  for (std::uint32_t i = 0; i < map.items.size(); ++i)
    if (same(map.items[i]->key, item.key)) at = i;
  if (at == map.items.size()) return;
  if (!strict || program_.implicit_key_overrides ||
      find_annotation(item, "yaml/map-key-override") != nullptr) {
    map.items.erase(at);
    return;
  }
  refuse("ytt/duplicate-key",
         cat("expected key '", key_text(item.key),
             "' to not be specified again (unless 'yaml/map-key-override' annotation is added)"),
         item.place.span);
}

void Builder::add_value(Node& parent, Node* value) const {
  Arena& arena = thread_.arena();
  switch (parent.kind) {
    case Kind::kDocumentSet:
      if (value == nullptr || !value->is(Kind::kDocument))
        refuse_value("document sets", "documents", value);
      return parent.items.push_back(arena, value);
    case Kind::kMap:
      if (value == nullptr || !value->is(Kind::kMapItem)) refuse_value("maps", "map items", value);
      return parent.items.push_back(arena, value);
    case Kind::kArray:
      if (value == nullptr || !value->is(Kind::kArrayItem))
        refuse_value("arrays", "array items", value);
      return parent.items.push_back(arena, value);
    case Kind::kTextRoot:
      return parent.items.push_back(arena, value);
    case Kind::kDocument:
      if (!is_valid_value(value)) refuse_value("documents", "arrays, maps, or scalars", value);
      break;
    case Kind::kMapItem:
      if (!is_valid_value(value)) refuse_value("map items", "arrays, maps, or scalars", value);
      break;
    default:
      if (!is_valid_value(value)) refuse_value("array items", "maps, arrays, or scalars", value);
  }
  parent.value = value;
}

void Builder::set_value(Node& node, Node* value, std::uint32_t number) {
  if (node.is(Kind::kTextPiece)) {
    if (value == nullptr || !value->is(Kind::kString))
      refuse("ytt/text", cat("cannot set non-string value (", go_type(value),
                             "), consider using str(...) to convert to string"));
    node.text = value->text;
    return;
  }
  if (node.is_collection())
    refuse("ytt/node",
           cat("cannot set value on a", node.is_array() ? "n " : " ", type_text(&node)));
  place_value(value, program_.slots[number].value_span);
  add_value(node, value);
}

Value Builder::set_node(const Arguments& arguments) {
  Context& now = context();
  if (now.nodes.empty()) refuse("ytt/panic", "runtime error: index out of range [-1]");
  Node& node = *now.nodes.back();
  const Slot& target = slot(arguments.positional[0]);
  if (arguments.positional.size() > 1) {
    auto* const host = static_cast<Host*>(thread_.host);
    const Value& value = arguments.positional[1];
    if (!is_nothing(value)) {
      set_value(node, to_node(thread_, value),
                static_cast<std::uint32_t>(arguments.positional[0].integer));
      if (host != nullptr && host->reads != nullptr && host->reads->size() > host->seen)
        node.read = static_cast<std::uint32_t>(host->reads->size());
    }
    if (host != nullptr && host->reads != nullptr) host->seen = host->reads->size();
    return starlark::none();
  }
  if (node.is(Kind::kTextPiece)) {
    node.text = target.node->text;
  } else {
    add_value(node, target.node->value);
  }
  return starlark::none();
}

// ---- template.replace ----

std::vector<Node*> Builder::items_for(const Node& placeholder, Node* value,
                                      bool& carries_annotations) const {
  std::vector<Node*> out;
  const bool document = placeholder.is(Kind::kDocument);
  const bool map = placeholder.is(Kind::kMapItem);
  const bool plain = value != nullptr && value->plain;
  const bool fits =
      value != nullptr && (document ? value->is(Kind::kDocumentSet) || (plain && value->is_array())
                           : map    ? value->is_map()
                                    : value->is_array());
  if (!fits)
    refuse("ytt/replace", cat("expected value to be ",
                              document ? "document set"
                              : map    ? "map"
                                       : "array",
                              ", but was ", type_text(value)));
  carries_annotations = !plain;
  for (Node* const item : value->items) {
    if (!plain) {
      out.push_back(item);
      continue;
    }
    const Place place = document ? Place{} : placeholder.place;
    Node* const made = make(thread_.arena(), placeholder.kind, place);
    made->key = item->key;
    made->value = item->value;
    if (!document) settle(made->value, place);
    out.push_back(made);
  }
  return out;
}

void Builder::replace_item(Node& parent, Node* placeholder, std::span<Node* const> items) const {
  List<Node*> changed;
  bool found = false;
  for (Node* const item : parent.items) {
    if (item != placeholder) {
      changed.push_back(thread_.arena(), item);
      continue;
    }
    found = true;
    for (Node* const each : items) changed.push_back(thread_.arena(), each);
  }
  if (!found)
    refuse("ytt/replace", placeholder->is(Kind::kMapItem)
                              ? "expected to find placeholder map item in map"
                          : placeholder->is(Kind::kDocument)
                              ? "expected to find placeholder document in document set"
                              : "expected to find placeholder array item in array");
  parent.items = changed;
}

Value Builder::replace(const Arguments& arguments) {
  const Value& value = only_argument(arguments);
  Context& now = context();
  if (now.is_text) refuse("ytt/replace", "unsupported operation");
  Node* const made = to_node(thread_, value);
  Node* const placeholder = now.nodes.empty() ? nullptr : now.nodes.back();
  if (placeholder == nullptr || !placeholder->is_item())
    refuse("ytt/replace",
           cat("expected to replace document value, map item or array item, but found ",
               type_text(placeholder)));
  if (now.nodes.size() < 2)
    refuse("ytt/replace", "expected to find map, but was not enough parents");
  Node& parent = *now.nodes[now.nodes.size() - 2];
  bool carries_annotations = false;
  const std::vector<Node*> items = items_for(*placeholder, made, carries_annotations);
  if (parent.is_map())
    for (const Node* const item : items) check_key(parent, *item, carries_annotations);
  replace_item(parent, placeholder, items);
  return make_nothing(thread_);
}

// ---- running ----

std::string describe_failure(const starlark::RunError& error, const FindTemplate& find) {
  // What breaks ytt's interpreter itself has lost its way there.
  if (error.diagnostic().code == "ytt/panic") return cat("\n- ", error.diagnostic().text);
  std::vector<Where> places;
  for (auto frame = error.frames().rbegin(); frame != error.frames().rend(); ++frame)
    places.push_back(
        {find(frame->program->name), frame->program->name, frame->function, frame->position.line});
  return describe(error.diagnostic(), error.diagnostic().text, places);
}

starlark::Module* run_template(Thread& thread, Builder& builder, const FindTemplate& find) {
  const Template& program = builder.program();
  Arena& arena = thread.arena();
  std::vector<starlark::CodeLine> places;
  const std::string_view text = arena.copy(program_text(program, places));
  const std::string prefix = cat("__ytt_tpl", program.number, "_");
  const starlark::Outside outside = [&](std::string_view name) {
    if (!program.has_nodes || !name.starts_with(prefix)) return Value{};
    for (const Instruction& each : kInstructions)
      if (name.substr(prefix.size()) == each.name)
        return starlark::make_builtin(arena, arena.copy(name), each.code, &builder);
    return Value{};
  };
  const starlark::Rewrite rewrite = [&](starlark::Block& block) {
    if (program.has_nodes) Contexts(program, arena).run(block);
  };
  try {
    const starlark::Program* const compiled = starlark::compile(
        {program.name, text, starlark::Blocks::kEnd, places, &builder}, arena, outside, rewrite);
    return starlark::run(thread, *compiled);
  } catch (starlark::CompileError& error) {
    fail_compiling(error, program);
  } catch (starlark::RunError& error) {
    if (error.diagnostic().code == "base/limit") throw;
    fail_running(error, find);
  }
}

}  // namespace plumb::ytt
