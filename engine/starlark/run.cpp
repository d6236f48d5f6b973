// Walks the tree of a resolved program.
//
// Each call has an Activation: its variables, and the place of the operation under way, from which
// backtraces are made. A failure inside is an Error without a place; the innermost call turns it
// into a RunError that knows the calls.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/ast.h"
#include "starlark/operations.h"
#include "starlark/parse.h"
#include "starlark/resolve.h"
#include "starlark/stack.h"

namespace plumb::starlark {

struct Thread::Activation {
  Thread& thread;
  const Function& function;
  Value* locals;
  Activation* caller;
  Position position;
  Value result;  // of a return statement
};

namespace {

using Activation = Thread::Activation;

enum class Flow : std::uint8_t { kNext, kBreak, kContinue, kReturn };

Value evaluate(Activation& at, const Expr& expr);
Flow execute(Activation& at, const Block& block);

// ---- slots ----

class Slots {
 public:
  Slots(Thread& thread, std::size_t count)
      : thread_(thread), count_(count), first_(thread.take_slots(count)) {}
  ~Slots() { thread_.give_slots(count_); }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  Value* data() { return first_; }

 private:
  Thread& thread_;
  std::size_t count_;
  Value* first_;
};

// ---- names ----

[[noreturn]] void unassigned(const char* what, std::string_view name) {
  fail("starlark/unassigned", {}, cat(what, " variable ", name, " referenced before assignment"),
       {}, {std::string(name)});
}

const Value& read_name(Activation& at, const Name& name) {
  const Binding& binding = *name.binding;
  const Value* value = nullptr;
  switch (binding.scope) {
    case Scope::kLocal:
      value = &at.locals[binding.index];
      break;
    case Scope::kCell:
      value = &at.locals[binding.index].cell->value;
      break;
    case Scope::kFree:
      value = &at.function.free[binding.index]->value;
      break;
    case Scope::kGlobal:
      value = &at.function.module->globals[binding.index];
      break;
    default:
      return binding.value;
  }
  if (value->is_set()) return *value;
  at.position = name.position;
  unassigned(binding.scope == Scope::kGlobal ? "global" : "local", binding.name);
}

void write_name(Activation& at, const Name& name, const Value& value) {
  const Binding& binding = *name.binding;
  switch (binding.scope) {
    case Scope::kLocal:
      at.locals[binding.index] = value;
      return;
    case Scope::kCell:
      at.locals[binding.index].cell->value = value;
      return;
    case Scope::kFree:
      at.function.free[binding.index]->value = value;
      return;
    default:
      at.function.module->globals[binding.index] = value;
  }
}

// ---- assigning ----

void assign(Activation& at, const Expr& target, const Value& value, Position position);

void unpack(Activation& at, const Sequence& targets, const Value& value, Position position) {
  at.position = position;
  List<Value> items;
  if (!elements(at.thread, value, items))
    type_error(cat("got ", type_name(value), " in sequence assignment"));
  const std::uint32_t wanted = targets.items.size();
  if (items.size() > wanted)
    value_error(cat("too many values to unpack (got ", length_of(value).value_or(-1), ", want ",
                    wanted, ")"));
  if (items.size() < wanted)
    value_error(cat("too few values to unpack (got ", items.size(), ", want ", wanted, ")"));
  for (std::uint32_t i = 0; i < wanted; ++i) assign(at, *targets.items[i], items[i], position);
}

void assign(Activation& at, const Expr& target, const Value& value, Position position) {
  switch (target.kind) {
    case ExprKind::kName:
      return write_name(at, static_cast<const Name&>(target), value);
    case ExprKind::kParenthesis:
      return assign(at, *static_cast<const Parenthesis&>(target).inner, value, position);
    case ExprKind::kIndex: {
      const auto& index = static_cast<const Index&>(target);
      const Value container = evaluate(at, *index.operand);
      const Value key = evaluate(at, *index.key);
      at.position = index.position;
      return set_index(at.thread, container, key, value);
    }
    case ExprKind::kAttribute: {
      const auto& attribute = static_cast<const Attribute&>(target);
      const Value operand = evaluate(at, *attribute.operand);
      at.position = attribute.position;
      return set_attribute(at.thread, operand, attribute.name, value);
    }
    default:
      return unpack(at, static_cast<const Sequence&>(target), value, position);
  }
}

Token operator_of(Token assignment) {
  switch (assignment) {
    case Token::kPlusAssign:
      return Token::kPlus;
    case Token::kMinusAssign:
      return Token::kMinus;
    case Token::kStarAssign:
      return Token::kStar;
    case Token::kSlashAssign:
      return Token::kSlash;
    case Token::kSlashSlashAssign:
      return Token::kSlashSlash;
    case Token::kPercentAssign:
      return Token::kPercent;
    case Token::kAmpersandAssign:
      return Token::kAmpersand;
    case Token::kPipeAssign:
      return Token::kPipe;
    case Token::kCircumflexAssign:
      return Token::kCircumflex;
    case Token::kShiftLeftAssign:
      return Token::kShiftLeft;
    default:
      return Token::kShiftRight;
  }
}

Value combine(Activation& at, const Assign& node, const Value& before) {
  const Value operand = evaluate(at, *node.value);
  at.position = node.position;
  if (node.op == Token::kPlusAssign) return add_in_place(at.thread, before, operand);
  return binary(at.thread, operator_of(node.op), before, operand);
}

// x[i] += y evaluates x and i once.
void assign_augmented(Activation& at, const Assign& node) {
  const Expr* target = node.target;
  while (target->kind == ExprKind::kParenthesis)
    target = static_cast<const Parenthesis*>(target)->inner;
  if (target->kind == ExprKind::kIndex) {
    const auto& index = static_cast<const Index&>(*target);
    const Value container = evaluate(at, *index.operand);
    const Value key = evaluate(at, *index.key);
    at.position = index.position;
    const Value before = get_index(at.thread, container, key);
    const Value after = combine(at, node, before);
    at.position = index.position;
    return set_index(at.thread, container, key, after);
  }
  if (target->kind == ExprKind::kAttribute) {
    const auto& attribute_node = static_cast<const Attribute&>(*target);
    const Value operand = evaluate(at, *attribute_node.operand);
    at.position = attribute_node.position;
    const Value before = attribute(at.thread, operand, attribute_node.name);
    const Value after = combine(at, node, before);
    return set_attribute(at.thread, operand, attribute_node.name, after);
  }
  const auto& name = static_cast<const Name&>(*target);
  write_name(at, name, combine(at, node, read_name(at, name)));
}

// ---- calls ----

[[noreturn]] void call_error(std::string text, std::vector<std::string> arguments) {
  fail("starlark/call", {}, std::move(text), {}, std::move(arguments));
}

std::string_view parameter_name(const FunctionCode& code, std::uint32_t i) {
  return code.locals[i]->name;
}

struct Parameters {          // how many, of which sort
  std::uint32_t named;       // that can be given by name
  std::uint32_t positional;  // that can be given by position
};

Parameters count_parameters(const FunctionCode& code) {
  const std::uint32_t named =
      code.parameter_count - (code.has_kwargs ? 1 : 0) - (code.has_varargs ? 1 : 0);
  return {named, named - code.keyword_only};
}

void bind_named(Thread& thread, const FunctionCode& code, Value* locals, std::uint32_t named,
                std::span<const NamedArgument> arguments, const Value& rest) {
  for (const NamedArgument& argument : arguments) {
    std::uint32_t i = 0;
    while (i < named && parameter_name(code, i) != argument.name) ++i;
    const std::string quoted_name = to_text(thread, string(argument.name));
    if (i < named && !locals[i].is_set()) {
      locals[i] = argument.value;
    } else if (i < named || (rest.is_set() && find(*rest.dict, string(argument.name)) != nullptr)) {
      call_error(cat("function ", code.name, " got multiple values for parameter ", quoted_name),
                 {std::string(code.name), std::string(argument.name)});
    } else if (!rest.is_set()) {
      call_error(cat("function ", code.name, " got an unexpected keyword argument ", quoted_name),
                 {std::string(code.name), std::string(argument.name)});
    } else {
      insert(thread.arena(), *rest.dict, string(argument.name), argument.value);
    }
  }
}

void fill_defaults(const Function& function, Value* locals, std::uint32_t named) {
  const FunctionCode& code = *function.code;
  const std::uint32_t first = named - function.defaults.size();
  std::vector<std::string> missing;
  for (std::uint32_t i = 0; i < named; ++i) {
    if (locals[i].is_set()) continue;
    if (i >= first) locals[i] = function.defaults[i - first];
    if (!locals[i].is_set()) missing.emplace_back(parameter_name(code, i));
  }
  if (missing.empty()) return;
  const std::string names = join(missing, ", ");
  call_error(cat("function ", code.name, " missing ", missing.size(), " argument",
                 missing.size() > 1 ? "s" : "", " (", names, ")"),
             {std::string(code.name), names});
}

[[noreturn]] void too_many(const Function& function, Parameters parameters, std::size_t given) {
  const FunctionCode& code = *function.code;
  const bool at_most = function.defaults.size() > code.keyword_only;
  call_error(
      cat("function ", code.name, " accepts ", at_most ? "at most " : "", parameters.positional,
          " positional argument", parameters.positional == 1 ? "" : "s", " (", given, " given)"),
      {std::string(code.name), cat(parameters.positional), cat(given)});
}

void bind_arguments(Thread& thread, const Function& function, Value* locals,
                    const Arguments& arguments) {
  const FunctionCode& code = *function.code;
  const std::size_t given = arguments.positional.size();
  if (code.parameter_count == 0) {
    const std::size_t all = given + arguments.named.size();
    if (all > 0)
      call_error(cat("function ", code.name, " accepts no arguments (", all, " given)"),
                 {std::string(code.name), cat(all)});
    return;
  }
  const Parameters parameters = count_parameters(code);
  if (given > parameters.positional && !code.has_varargs) too_many(function, parameters, given);
  const std::size_t direct = std::min<std::size_t>(given, parameters.positional);
  std::copy_n(arguments.positional.begin(), direct, locals);
  if (code.has_varargs)
    locals[parameters.named] = tuple_of(thread.arena(), arguments.positional.subspan(direct));
  Value rest;
  if (code.has_kwargs) rest = locals[code.parameter_count - 1] = make_dict(thread.arena());
  if (!arguments.named.empty())
    bind_named(thread, code, locals, parameters.named, arguments.named, rest);
  if (direct < parameters.named) fill_defaults(function, locals, parameters.named);
}

// The failure with the calls under way. `thread.top` is the call that failed.
[[noreturn]] void rethrow_with_frames(Thread& thread, Error& error) {
  Diagnostic diagnostic = std::move(error.diagnostic());
  std::vector<Frame> frames = thread.frames();
  for (auto frame = frames.rbegin(); frame != frames.rend() && diagnostic.span == Span{}; ++frame)
    diagnostic.span = span_of(*frame->program, frame->position);
  throw RunError(std::move(diagnostic), std::move(frames));
}

// Makes an Activation the top one while it lives.
class Entered {
 public:
  explicit Entered(Activation& activation) : activation_(activation) {
    Thread& thread = activation.thread;
    thread.top = &activation;
    ++thread.depth;
  }
  ~Entered() {
    activation_.thread.top = activation_.caller;
    --activation_.thread.depth;
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  Activation& activation_;
};

Value run_body(Activation& at, const Arguments& arguments) {
  Thread& thread = at.thread;
  const FunctionCode& code = *at.function.code;
  if (thread.depth > thread.limits().starlark_depth || stack_is_low(thread.stack_limit))
    fail_limit(thread.limits(), &Limits::starlark_depth, {});
  bind_arguments(thread, at.function, at.locals, arguments);
  for (const std::uint32_t slot : code.cells) {
    Cell* const cell = thread.arena().make<Cell>(at.locals[slot]);
    at.locals[slot].kind = Kind::kCell;
    at.locals[slot].cell = cell;
  }
  if (code.lambda_body != nullptr) return evaluate(at, *code.lambda_body);
  return execute(at, code.body) == Flow::kReturn ? at.result : none();
}

Value call_function(Thread& thread, const Function& function, const Arguments& arguments) {
  thread.charge(1);
  Slots locals(thread, function.code->locals.size());
  Activation activation{thread, function, locals.data(), thread.top, function.code->first, {}};
  const Entered entered(activation);
  try {
    return run_body(activation, arguments);
  } catch (RunError&) {
    throw;
  } catch (Error& error) {
    rethrow_with_frames(thread, error);
  }
}

Value call_value(Thread& thread, const Value& callee, const Arguments& arguments) {
  switch (callee.kind) {
    case Kind::kFunction:
      return call_function(thread, *callee.function, arguments);
    case Kind::kBuiltin:
      thread.charge(1);
      return callee.builtin->code(thread, *callee.builtin, arguments);
    case Kind::kObject:
      if (callee.object->callable()) return callee.object->call(thread, arguments);
      break;
    default:
      break;
  }
  fail("starlark/type", {}, cat("invalid call of non-function (", type_name(callee), ")"), {},
       {std::string(type_name(callee))});
}

// What is called: a value, or a method that need not be bound first.
struct Callee {
  Value value;
  Builtin method;
};

Callee evaluate_callee(Activation& at, const Expr& expr) {
  if (expr.kind != ExprKind::kAttribute) return {evaluate(at, expr), {}};
  const auto& node = static_cast<const Attribute&>(expr);
  const Value operand = evaluate(at, *node.operand);
  at.position = node.position;
  Callee callee;
  callee.method.code = find_method(operand, node.name, &callee.method.name);
  if (callee.method.code != nullptr) {
    callee.method.receiver = operand;
  } else {
    callee.value = attribute(at.thread, operand, node.name);
  }
  return callee;
}

Value invoke(Activation& at, const Call& node, const Callee& callee, const Arguments& arguments) {
  at.position = node.position;
  if (callee.method.code == nullptr) return call_value(at.thread, callee.value, arguments);
  at.thread.charge(1);
  return callee.method.code(at.thread, callee.method, arguments);
}

bool is_plain_call(const Call& node) {
  for (const Argument& argument : node.arguments)
    if (argument.kind != ArgumentKind::kPositional) return false;
  return true;
}

void spread_named(Activation& at, const Value& mapping, std::vector<NamedArgument>& named) {
  Thread& thread = at.thread;
  List<Value> keys, values;
  const bool is_object = mapping.is(Kind::kObject) && mapping.object->pairs(thread, keys, values);
  if (!mapping.is(Kind::kDict) && !is_object)
    type_error(cat("argument after ** must be a mapping, not ", type_name(mapping)));
  if (mapping.is(Kind::kDict)) {
    for (const DictData::Slot& slot : mapping.dict->slots) {
      if (!slot.live) continue;
      keys.push_back(thread.arena(), slot.key);
      values.push_back(thread.arena(), slot.value);
    }
  }
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    if (!keys[i].is_string()) type_error(cat("keywords must be strings, not ", type_name(keys[i])));
    named.push_back({keys[i].string(), values[i]});
  }
}

Value call_with_anything(Activation& at, const Call& node, const Callee& callee) {
  std::vector<Value> positional;
  std::vector<NamedArgument> named;
  Value spread, spread_names;
  for (const Argument& argument : node.arguments) {
    const Value value = evaluate(at, *argument.value);
    switch (argument.kind) {
      case ArgumentKind::kPositional:
        positional.push_back(value);
        break;
      case ArgumentKind::kNamed:
        named.push_back({argument.name, value});
        break;
      case ArgumentKind::kSpread:
        spread = value;
        break;
      case ArgumentKind::kSpreadNamed:
        spread_names = value;
        break;
    }
  }
  at.position = node.position;
  if (spread_names.is_set()) spread_named(at, spread_names, named);
  if (spread.is_set()) {
    const bool iterable = for_each(at.thread, spread, [&](const Value& item) {
      at.thread.charge(1);
      positional.push_back(item);
      return true;
    });
    if (!iterable) type_error(cat("argument after * must be iterable, not ", type_name(spread)));
  }
  return invoke(at, node, callee, {positional, named});
}

Value evaluate_call(Activation& at, const Call& node) {
  const Callee callee = evaluate_callee(at, *node.callee);
  if (!is_plain_call(node)) return call_with_anything(at, node, callee);
  const std::uint32_t count = node.arguments.size();
  Slots slots(at.thread, count);
  for (std::uint32_t i = 0; i < count; ++i)
    slots.data()[i] = evaluate(at, *node.arguments[i].value);
  return invoke(at, node, callee, {{slots.data(), count}, {}});
}

// ---- functions as values ----

Cell* captured(Activation& at, const Binding& binding) {
  return binding.scope == Scope::kFree ? at.function.free[binding.index]
                                       : at.locals[binding.index].cell;
}

Value make_function(Activation& at, const FunctionCode& code) {
  Arena& arena = at.thread.arena();
  auto* const function = arena.make<Function>();
  function->code = &code;
  function->module = at.function.module;
  bool optional = false;
  bool star = false;
  for (const Expr* const parameter : code.parameters) {
    const bool has_default = parameter->kind == ExprKind::kBinary;
    const bool is_star = parameter->kind == ExprKind::kUnary;
    star = star || is_star;
    optional = optional || has_default || (star && !is_star);
    if (has_default) {
      function->defaults.push_back(arena,
                                   evaluate(at, *static_cast<const Binary*>(parameter)->right));
    } else if (optional && !is_star) {
      function->defaults.push_back(arena, Value{});
    }
  }
  for (const Binding* const binding : code.free)
    function->free.push_back(arena, captured(at, *binding));
  Value value;
  value.kind = Kind::kFunction;
  value.function = function;
  return value;
}

// ---- expressions ----

Value evaluate_items(Activation& at, const Sequence& node) {
  const std::uint32_t count = node.items.size();
  Slots slots(at.thread, count);
  for (std::uint32_t i = 0; i < count; ++i) slots.data()[i] = evaluate(at, *node.items[i]);
  at.thread.charge(count / 8);
  const std::span<const Value> items(slots.data(), count);
  return node.kind == ExprKind::kList ? make_list(at.thread.arena(), items)
                                      : tuple_of(at.thread.arena(), items);
}

Value evaluate_dict(Activation& at, const DictDisplay& node) {
  const Value out = make_dict(at.thread.arena());
  for (const DictEntry& entry : node.entries) {
    const Value key = evaluate(at, *entry.key);
    const Value value = evaluate(at, *entry.value);
    at.position = entry.colon;
    if (!insert(at.thread.arena(), *out.dict, key, value))
      fail("starlark/duplicate-key", {}, cat("duplicate key: ", to_text(at.thread, key)), {},
           {to_text(at.thread, key)});
  }
  return out;
}

[[noreturn]] void not_iterable(const Value& value) {
  fail("starlark/type", {}, cat(type_name(value), " value is not iterable"), {},
       {std::string(type_name(value))});
}

void run_clauses(Activation& at, const Comprehension& node, std::uint32_t next, const Value& out) {
  if (stack_is_low(at.thread.stack_limit))
    fail_limit(at.thread.limits(), &Limits::starlark_depth, {});
  if (next == node.clauses.size()) {
    const Value body = evaluate(at, *node.body);
    if (!node.is_dict) {
      out.list->items.push_back(at.thread.arena(), body);
      return;
    }
    const Value value = evaluate(at, *node.value);
    at.position = node.colon;
    insert(at.thread.arena(), *out.dict, body, value);
    return;
  }
  const Clause& clause = node.clauses[next];
  const Value operand = evaluate(at, *clause.operand);
  if (!clause.is_for) {
    if (truth(operand)) run_clauses(at, node, next + 1, out);
    return;
  }
  at.position = clause.position;
  const bool iterable = for_each(at.thread, operand, [&](const Value& item) {
    at.thread.charge(1);
    assign(at, *clause.variables, item, clause.position);
    run_clauses(at, node, next + 1, out);
    return true;
  });
  if (!iterable) not_iterable(operand);
}

Value evaluate_comprehension(Activation& at, const Comprehension& node) {
  const Value out = node.is_dict ? make_dict(at.thread.arena()) : make_list(at.thread.arena());
  run_clauses(at, node, 0, out);
  return out;
}

bool is_comparison(Token op) {
  return op == Token::kEqual || op == Token::kNotEqual || op == Token::kLess ||
         op == Token::kGreater || op == Token::kLessEqual || op == Token::kGreaterEqual;
}

Value evaluate_binary(Activation& at, const Binary& node) {
  const Value left = evaluate(at, *node.left);
  if (node.op == Token::kAnd) return truth(left) ? evaluate(at, *node.right) : left;
  if (node.op == Token::kOr) return truth(left) ? left : evaluate(at, *node.right);
  const Value right = evaluate(at, *node.right);
  at.position = node.position;
  if (is_comparison(node.op)) return boolean(compare(at.thread, node.op, left, right));
  return binary(at.thread, node.op, left, right);
}

Value optional_value(Activation& at, const Expr* expr) {
  return expr == nullptr ? none() : evaluate(at, *expr);
}

Value evaluate_slice(Activation& at, const Slice& node) {
  const Value operand = evaluate(at, *node.operand);
  const Value low = optional_value(at, node.low);
  const Value high = optional_value(at, node.high);
  const Value step = optional_value(at, node.step);
  at.position = node.position;
  return slice(at.thread, operand, low, high, step);
}

Value evaluate_index(Activation& at, const Index& node) {
  const Value operand = evaluate(at, *node.operand);
  const Value key = evaluate(at, *node.key);
  at.position = node.position;
  return get_index(at.thread, operand, key);
}

Value evaluate(Activation& at, const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kName:
      return read_name(at, static_cast<const Name&>(expr));
    case ExprKind::kLiteral:
      return static_cast<const Literal&>(expr).value;
    default:
      break;
  }
  if (stack_is_low(at.thread.stack_limit))
    fail_limit(at.thread.limits(), &Limits::starlark_depth, {});
  switch (expr.kind) {
    case ExprKind::kList:
    case ExprKind::kTuple:
      return evaluate_items(at, static_cast<const Sequence&>(expr));
    case ExprKind::kDict:
      return evaluate_dict(at, static_cast<const DictDisplay&>(expr));
    case ExprKind::kComprehension:
      return evaluate_comprehension(at, static_cast<const Comprehension&>(expr));
    case ExprKind::kConditional: {
      const auto& node = static_cast<const Conditional&>(expr);
      return evaluate(at, truth(evaluate(at, *node.condition)) ? *node.yes : *node.no);
    }
    case ExprKind::kUnary: {
      const auto& node = static_cast<const Unary&>(expr);
      const Value operand = evaluate(at, *node.operand);
      at.position = node.position;
      return unary(at.thread, node.op, operand);
    }
    case ExprKind::kBinary:
      return evaluate_binary(at, static_cast<const Binary&>(expr));
    case ExprKind::kAttribute: {
      const auto& node = static_cast<const Attribute&>(expr);
      const Value operand = evaluate(at, *node.operand);
      at.position = node.position;
      return attribute(at.thread, operand, node.name);
    }
    case ExprKind::kIndex:
      return evaluate_index(at, static_cast<const Index&>(expr));
    case ExprKind::kSlice:
      return evaluate_slice(at, static_cast<const Slice&>(expr));
    case ExprKind::kCall:
      return evaluate_call(at, static_cast<const Call&>(expr));
    case ExprKind::kLambda:
      return make_function(at, *static_cast<const Lambda&>(expr).code);
    default:
      return evaluate(at, *static_cast<const Parenthesis&>(expr).inner);
  }
}

// ---- statements ----

Flow run_for(Activation& at, const For& node) {
  const Value operand = evaluate(at, *node.operand);
  at.position = node.position;
  Flow flow = Flow::kNext;
  const bool iterable = for_each(at.thread, operand, [&](const Value& item) {
    at.thread.charge(1);
    assign(at, *node.variables, item, node.position);
    flow = execute(at, node.body);
    return flow == Flow::kNext || flow == Flow::kContinue;
  });
  if (!iterable) not_iterable(operand);
  return flow == Flow::kReturn ? flow : Flow::kNext;
}

Flow run_while(Activation& at, const While& node) {
  while (truth(evaluate(at, *node.condition))) {
    at.thread.charge(1);
    const Flow flow = execute(at, node.body);
    if (flow == Flow::kReturn) return flow;
    if (flow == Flow::kBreak) break;
  }
  return Flow::kNext;
}

// A chain of elif nests in the tree and may be long, so it is walked in a loop.
Flow run_if(Activation& at, const If& first) {
  const If* branch = &first;
  while (!truth(evaluate(at, *branch->condition))) {
    if (branch->no.size() != 1 || branch->no[0]->kind != StmtKind::kIf)
      return execute(at, branch->no);
    branch = static_cast<const If*>(branch->no[0]);
  }
  return execute(at, branch->yes);
}

const Module* load_module(Thread& thread, std::string_view name, const Program& from) {
  try {
    return thread.load(thread, name, from);
  } catch (Error& error) {
    Diagnostic diagnostic = std::move(error.diagnostic());
    if (diagnostic.code != "base/limit")
      diagnostic.text = cat("cannot load ", name, ": ", diagnostic.text);
    throw Error(std::move(diagnostic));
  }
}

void run_load(Activation& at, const Load& node) {
  Thread& thread = at.thread;
  at.position = node.position;
  if (!thread.load) fail("starlark/load", {}, "load not implemented by this application");
  const Module* const module = load_module(thread, node.module, *at.function.module->program);
  for (const LoadName& name : node.names) {
    const Value value = find_global(*module, name.original);
    if (!value.is_set()) {
      std::vector<std::string_view> known;
      for (const Binding* const global : module->program->globals) known.push_back(global->name);
      const std::string_view near = nearest_name(name.original, known);
      at.position = name.position;
      fail("starlark/load", {},
           cat("load: name ", name.original, " not found in module ", node.module,
               near.empty() ? "" : " (did you mean ", near, near.empty() ? "" : "?)"),
           {}, {std::string(name.original), std::string(node.module)});
    }
    write_name(at, *name.local, value);
  }
}

Flow run_return(Activation& at, const Return& node) {
  at.result = optional_value(at, node.value);
  return Flow::kReturn;
}

void run_assign(Activation& at, const Assign& node) {
  if (node.op != Token::kAssign) return assign_augmented(at, node);
  assign(at, *node.target, evaluate(at, *node.value), node.position);
}

Flow execute_one(Activation& at, const Stmt& stmt) {
  switch (stmt.kind) {
    case StmtKind::kExpression:
      evaluate(at, *static_cast<const ExprStmt&>(stmt).value);
      break;
    case StmtKind::kAssign:
      run_assign(at, static_cast<const Assign&>(stmt));
      break;
    case StmtKind::kIf:
      return run_if(at, static_cast<const If&>(stmt));
    case StmtKind::kFor:
      return run_for(at, static_cast<const For&>(stmt));
    case StmtKind::kWhile:
      return run_while(at, static_cast<const While&>(stmt));
    case StmtKind::kDef: {
      const auto& def = static_cast<const Def&>(stmt);
      write_name(at, *def.name, make_function(at, *def.code));
      break;
    }
    case StmtKind::kReturn:
      return run_return(at, static_cast<const Return&>(stmt));
    case StmtKind::kBreak:
      return Flow::kBreak;
    case StmtKind::kContinue:
      return Flow::kContinue;
    case StmtKind::kPass:
      break;
    case StmtKind::kLoad:
      run_load(at, static_cast<const Load&>(stmt));
      break;
  }
  return Flow::kNext;
}

Flow execute(Activation& at, const Block& block) {
  for (const Stmt* const stmt : block) {
    at.thread.charge(1);
    const Flow flow = execute_one(at, *stmt);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Module* make_module(Arena& arena, const Program& program) {
  auto* const module = arena.make<Module>();
  module->program = &program;
  module->globals = arena.array<Value>(program.globals.size());
  return module;
}

[[noreturn]] void fail_compilation(const Program& program, std::vector<Fault> faults) {
  Diagnostic diagnostic;
  diagnostic.code = faults[0].code;
  diagnostic.text = faults[0].text;
  diagnostic.span = span_of(program, faults[0].position);
  for (std::size_t i = 1; i < faults.size(); ++i)
    diagnostic.notes.push_back({faults[i].text, span_of(program, faults[i].position)});
  throw CompileError(std::move(diagnostic), std::move(faults));
}

Block parse_or_fail(const Program& program, const Code& code, Arena& arena) {
  try {
    return parse_program(code.text, code.blocks, arena);
  } catch (Fault& fault) {
    fail_compilation(program, {std::move(fault)});
  }
}

Resolved resolve_or_fail(const Program& program, const Block& block, const LookUp& look_up,
                         Arena& arena) {
  Resolved resolved;
  try {
    resolved = resolve(block, look_up, arena);
  } catch (Fault& fault) {
    fail_compilation(program, {std::move(fault)});
  }
  if (resolved.faults.empty()) return resolved;
  fail_compilation(program, std::move(resolved.faults));
}

}  // namespace

Span span_of(const Program& program, Position position) {
  if (position.line == 0 || position.line > program.lines.size()) return {};
  const CodeLine& line = program.lines[position.line - 1];
  if (line.span.length == 0) return line.span;
  const std::uint32_t shift = position.column > line.column ? position.column - line.column : 0;
  if (shift >= line.span.length) return line.span;
  return {line.span.source, line.span.offset + shift, 1};
}

Value find_global(const Module& module, std::string_view name) {
  const List<Binding*>& globals = module.program->globals;
  for (std::uint32_t i = 0; i < globals.size(); ++i)
    if (globals[i]->name == name) return module.globals[i];
  return {};
}

Program* compile(const Code& code, Arena& arena, const Outside& outside, const Rewrite& rewrite) {
  auto* const program = arena.make<Program>();
  program->name = arena.copy(code.name);
  program->host = code.host;
  program->lines.reserve(arena, static_cast<std::uint32_t>(code.lines.size()));
  for (const CodeLine& line : code.lines) program->lines.push_back(arena, line);
  Block block = parse_or_fail(*program, code, arena);
  if (rewrite) rewrite(block);
  const LookUp look_up = [&](std::string_view name) {
    const Value given = outside ? outside(name) : Value{};
    return given.is_set() ? given : universal(name);
  };
  const Resolved resolved = resolve_or_fail(*program, block, look_up, arena);
  program->top_level = resolved.top_level;
  for (Binding* const global : resolved.globals) program->globals.push_back(arena, global);
  if (!block.empty()) program->top_level->first = block[0]->position;
  return program;
}

Module* run(Thread& thread, const Program& program) {
  // A backtrace begins with the program that runs, not with the one that loads it.
  const struct Restored {
    Thread& of;
    Thread::Activation* top;
    ~Restored() { of.top = top; }
  } restored{thread, std::exchange(thread.top, nullptr)};
  Module* const module = make_module(thread.arena(), program);
  auto* const function = thread.arena().make<Function>();
  function->code = program.top_level;
  function->module = module;
  call_function(thread, *function, {});
  for (std::uint32_t i = 0; i < program.globals.size(); ++i) freeze(module->globals[i]);
  return module;
}

Value call(Thread& thread, const Value& callee, const Arguments& arguments) {
  try {
    return call_value(thread, callee, arguments);
  } catch (RunError&) {
    throw;
  } catch (Error& error) {
    rethrow_with_frames(thread, error);
  }
}

// ---- the thread ----

struct Thread::SlotBlocks {
  static constexpr std::size_t kSize = 4096;
  struct Block {
    std::unique_ptr<Value[]> values;
    std::size_t size = 0, used = 0;
  };
  std::vector<Block> blocks;
  std::size_t now = 0;
};

Thread::Thread(Arena& arena, const Limits& limits)
    : stack_limit(starlark::stack_limit()),
      arena_(arena),
      limits_(limits),
      slots_(std::make_unique<SlotBlocks>()) {}
Thread::~Thread() = default;

// The blocks are a stack: what is taken last is given back first, so a block below is never empty
// while one above it is in use.
Value* Thread::take_slots(std::size_t count) {
  SlotBlocks& slots = *slots_;
  while (slots.now < slots.blocks.size() &&
         slots.blocks[slots.now].size - slots.blocks[slots.now].used < count) {
    if (slots.now + 1 == slots.blocks.size() || slots.blocks[slots.now + 1].size < count)
      slots.blocks.resize(slots.now + 1);
    ++slots.now;
  }
  if (slots.now == slots.blocks.size()) {
    const std::size_t size = std::max(count, SlotBlocks::kSize);
    slots.blocks.push_back({std::make_unique<Value[]>(size), size, 0});
  }
  SlotBlocks::Block& block = slots.blocks[slots.now];
  Value* const first = block.values.get() + block.used;
  block.used += count;
  std::fill_n(first, count, Value{});
  return first;
}

void Thread::give_slots(std::size_t count) {
  SlotBlocks& slots = *slots_;
  slots.blocks[slots.now].used -= count;
  while (slots.now > 0 && slots.blocks[slots.now].used == 0) --slots.now;
}

void Thread::check_bounds() {
  if (steps_ > limits_.starlark_steps) fail_limit(limits_, &Limits::starlark_steps, {});
  if (arena_.bytes() > limits_.memory_bytes) fail_limit(limits_, &Limits::memory_bytes, {});
  constexpr std::uint64_t kBetweenChecks = 256;
  checked_at_ = std::min(limits_.starlark_steps, steps_ + kBetweenChecks);
}

std::vector<Frame> Thread::frames() const {
  std::vector<Frame> out;
  for (const Activation* at = top; at != nullptr; at = at->caller)
    out.push_back({at->function.code->name, at->function.module->program, at->position});
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace plumb::starlark
