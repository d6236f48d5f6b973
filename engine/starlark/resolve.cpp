#include "starlark/resolve.h"

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>

#include "base/text.h"
#include "starlark/stack.h"

namespace plumb::starlark {
namespace {

struct Use {
  Name* name;
  struct Environment* environment;
};

// The file, a function or a comprehension.
struct Environment {
  Environment* parent = nullptr;
  FunctionCode* function = nullptr;  // of functions
  std::unordered_map<std::string_view, Binding*> bindings;
  std::vector<Use> uses;  // in files and functions
  std::vector<Environment*> children;
};

class Resolver {
 public:
  Resolver(const LookUp& outside, Arena& arena) : outside_(outside), arena_(arena) {
    file_ = push(nullptr);
    top_level_ = arena_.make<FunctionCode>();
    top_level_->name = "<toplevel>";
  }

  Resolved run(const Block& program) {
    block(program);
    resolve_rest(*file_);
    top_level_->body = program;
    note_cells(*top_level_);
    for (const auto& environment : environments_)
      if (environment->function != nullptr) note_cells(*environment->function);
    return {top_level_, std::move(globals_), std::move(faults_)};
  }

 private:
  void note_cells(FunctionCode& code) {
    for (std::uint32_t i = 0; i < code.locals.size(); ++i)
      if (code.locals[i]->scope == Scope::kCell) code.cells.push_back(arena_, i);
  }

  void refuse(Position position, std::string text, std::string_view code = "starlark/syntax") {
    faults_.push_back({position, std::move(text), code});
  }

  Environment* push(FunctionCode* function) {
    environments_.push_back(std::make_unique<Environment>());
    Environment* const made = environments_.back().get();
    made->parent = now_;
    made->function = function;
    if (now_ != nullptr) now_->children.push_back(made);
    return now_ = made;
  }
  void pop() { now_ = now_->parent; }

  // The function (or file) around.
  Environment& container() {
    Environment* environment = now_;
    while (environment->function == nullptr && environment != file_)
      environment = environment->parent;
    return *environment;
  }
  FunctionCode& code_of(Environment& container) {
    return container.function != nullptr ? *container.function : *top_level_;
  }

  Binding* make_binding(Scope scope, std::size_t index, std::string_view name) {
    auto* const binding = arena_.make<Binding>();
    binding->scope = scope;
    binding->index = static_cast<std::uint32_t>(index);
    binding->name = name;
    return binding;
  }

  // ---- binding ----

  // Whether it was bound before.
  bool bind(Name& name) {
    if (now_ != file_) return bind_local(name);
    const auto local = file_->bindings.find(name.name);
    if (local != file_->bindings.end()) {
      name.binding = local->second;
      return true;
    }
    const auto [global, added] = global_names_.try_emplace(name.name, nullptr);
    if (added) {
      global->second = make_binding(Scope::kGlobal, globals_.size(), name.name);
      globals_.push_back(global->second);
    }
    name.binding = global->second;
    return !added;
  }

  bool bind_local(Name& name) {
    const auto [at, added] = now_->bindings.try_emplace(name.name, nullptr);
    if (added) {
      FunctionCode& code = code_of(container());
      at->second = make_binding(Scope::kLocal, code.locals.size(), name.name);
      code.locals.push_back(arena_, at->second);
    }
    use(name);
    return !added;
  }

  void use(Name& name) {
    if (now_ == file_) {
      name.binding = find_at_top(name, now_);
    } else {
      container().uses.push_back({&name, now_});
    }
  }

  Binding* find_at_top(Name& name, Environment* environment) {
    if (const auto at = file_->bindings.find(name.name); at != file_->bindings.end())
      return at->second;
    if (const auto at = global_names_.find(name.name); at != global_names_.end()) return at->second;
    if (const auto at = constants_.find(name.name); at != constants_.end()) return at->second;
    if (const Value value = outside_(name.name); value.is_set()) {
      Binding* const binding = make_binding(Scope::kConstant, 0, name.name);
      binding->value = value;
      return constants_[name.name] = binding;
    }
    const std::string_view near = nearest_to(name.name, environment);
    refuse(name.position,
           cat("undefined: ", name.name, near.empty() ? "" : " (did you mean ", near,
               near.empty() ? "" : "?)"),
           "starlark/undefined");
    return make_binding(Scope::kUndefined, 0, name.name);
  }

  std::string_view nearest_to(std::string_view name, Environment* environment) const {
    std::vector<std::string_view> names;
    for (; environment != nullptr; environment = environment->parent)
      for (const auto& [bound, binding] : environment->bindings) names.push_back(bound);
    for (const Binding* const global : globals_) names.push_back(global->name);
    return nearest_name(name, std::move(names));
  }

  // Uses that a function's own variables answer; the others wait until the whole file is known.
  static void resolve_local_uses(Environment& function) {
    std::erase_if(function.uses, [](const Use& use) {
      for (Environment* at = use.environment;; at = at->parent) {
        if (const auto found = at->bindings.find(use.name->name); found != at->bindings.end()) {
          use.name->binding = found->second;
          return true;
        }
        if (at->function != nullptr) return false;
      }
    });
  }

  void resolve_rest(Environment& environment) {
    for (Environment* const child : environment.children) resolve_rest(*child);
    for (const Use& use : environment.uses)
      use.name->binding = find_outward(*use.name, use.environment, use.environment);
  }

  Binding* find_outward(Name& name, Environment* environment, Environment* from) {
    if (environment == file_) return find_at_top(name, from);
    if (const auto at = environment->bindings.find(name.name); at != environment->bindings.end())
      return at->second;
    Binding* binding = find_outward(name, environment->parent, from);
    const bool captured = binding->scope == Scope::kLocal || binding->scope == Scope::kCell ||
                          binding->scope == Scope::kFree;
    if (environment->function != nullptr && captured) {
      if (binding->scope == Scope::kLocal) binding->scope = Scope::kCell;
      List<Binding*>& free = environment->function->free;
      free.push_back(arena_, binding);
      binding = make_binding(Scope::kFree, free.size() - 1, name.name);
    }
    if (binding->scope != Scope::kUndefined) environment->bindings[name.name] = binding;
    return binding;
  }

  // ---- statements ----

  void block(const Block& statements) {
    for (Stmt* const each : statements) statement(*each);
  }

  void statement(Stmt& stmt) {
    switch (stmt.kind) {
      case StmtKind::kExpression:
        return expression(static_cast<ExprStmt&>(stmt).value);
      case StmtKind::kBreak:
      case StmtKind::kContinue:
        if (loops_ == 0)
          refuse(stmt.position,
                 cat(stmt.kind == StmtKind::kBreak ? "break" : "continue", " not in a loop"));
        return;
      case StmtKind::kPass:
        return;
      case StmtKind::kAssign: {
        auto& assign = static_cast<Assign&>(stmt);
        expression(assign.value);
        return target(assign.target, assign.op != Token::kAssign);
      }
      case StmtKind::kIf:
        return if_statement(static_cast<If&>(stmt));
      case StmtKind::kFor: {
        auto& loop = static_cast<For&>(stmt);
        expression(loop.operand);
        target(loop.variables, false);
        return loop_body(loop.body);
      }
      case StmtKind::kWhile: {
        auto& loop = static_cast<While&>(stmt);
        expression(loop.condition);
        return loop_body(loop.body);
      }
      case StmtKind::kDef:
        return def_statement(static_cast<Def&>(stmt));
      case StmtKind::kReturn:
        if (container().function == nullptr)
          refuse(stmt.position, "return statement not within a function");
        return expression(static_cast<Return&>(stmt).value);
      case StmtKind::kLoad:
        return load_statement(static_cast<Load&>(stmt));
    }
  }

  void loop_body(const Block& body) {
    ++loops_;
    block(body);
    --loops_;
  }

  // A chain of elif nests in the tree and may be long, so it is walked in a loop.
  void if_statement(If& first) {
    for (If* branch = &first; branch != nullptr;) {
      expression(branch->condition);
      block(branch->yes);
      const bool chain = branch->no.size() == 1 && branch->no[0]->kind == StmtKind::kIf;
      if (!chain) block(branch->no);
      branch = chain ? static_cast<If*>(branch->no[0]) : nullptr;
    }
  }

  void def_statement(Def& def) {
    bind(*def.name);
    auto* const code = arena_.make<FunctionCode>();
    code->name = def.name->name;
    code->position = def.position;
    code->first = def.first;
    code->parameters = def.parameters;
    code->body = def.body;
    def.code = code;
    function(*code);
  }

  void load_statement(Load& load) {
    if (container().function != nullptr) refuse(load.position, "load statement within a function");
    for (LoadName& name : load.names) {
      if (name.original.empty()) {
        refuse(name.position, "load: empty identifier");
        continue;
      }
      if (name.original.front() == '_')
        refuse(name.position,
               cat("load: names with leading underscores are not exported: ", name.original));
      bind_local(*name.local);
    }
  }

  void target(Expr* left, bool augmented) {
    switch (left->kind) {
      case ExprKind::kName:
        bind(static_cast<Name&>(*left));
        return;
      case ExprKind::kIndex:
      case ExprKind::kAttribute:
        return expression(left);
      case ExprKind::kParenthesis:
        return target(static_cast<Parenthesis*>(left)->inner, augmented);
      case ExprKind::kTuple:
        return target_items(static_cast<Sequence&>(*left), augmented, "()", "tuple");
      case ExprKind::kList:
        return target_items(static_cast<Sequence&>(*left), augmented, "[]", "list");
      default:
        refuse(left->start, cat("can't assign to ", kind_name(*left)));
    }
  }

  void target_items(Sequence& sequence, bool augmented, const char* empty, const char* name) {
    if (sequence.items.empty()) refuse(sequence.start, cat("can't assign to ", empty));
    if (augmented)
      refuse(sequence.start, cat("can't use ", name, " expression in augmented assignment"));
    for (Expr* const item : sequence.items) target(item, augmented);
  }

  static const char* kind_name(const Expr& expr) {
    switch (expr.kind) {
      case ExprKind::kLiteral:
        return "literal";
      case ExprKind::kDict:
        return "dictexpr";
      case ExprKind::kComprehension:
        return "comprehension";
      case ExprKind::kConditional:
        return "condexpr";
      case ExprKind::kUnary:
        return "unaryexpr";
      case ExprKind::kBinary:
        return "binaryexpr";
      case ExprKind::kSlice:
        return "sliceexpr";
      case ExprKind::kCall:
        return "callexpr";
      case ExprKind::kLambda:
        return "lambdaexpr";
      default:
        return "expression";
    }
  }

  // ---- expressions ----

  void expression(Expr* expr) {
    if (expr == nullptr) return;
    if (stack_is_low(stack_limit_))
      throw Fault{expr->position, "nested too deeply", "starlark/syntax"};
    switch (expr->kind) {
      case ExprKind::kName:
        return use(static_cast<Name&>(*expr));
      case ExprKind::kLiteral:
        return;
      case ExprKind::kList:
      case ExprKind::kTuple:
        for (Expr* const item : static_cast<Sequence*>(expr)->items) expression(item);
        return;
      case ExprKind::kDict:
        for (const DictEntry& entry : static_cast<DictDisplay*>(expr)->entries) {
          expression(entry.key);
          expression(entry.value);
        }
        return;
      case ExprKind::kComprehension:
        return comprehension(static_cast<Comprehension&>(*expr));
      case ExprKind::kConditional: {
        auto& node = static_cast<Conditional&>(*expr);
        expression(node.condition);
        expression(node.yes);
        return expression(node.no);
      }
      case ExprKind::kUnary:
        return expression(static_cast<Unary*>(expr)->operand);
      case ExprKind::kBinary:
        expression(static_cast<Binary*>(expr)->left);
        return expression(static_cast<Binary*>(expr)->right);
      case ExprKind::kAttribute:
        return expression(static_cast<Attribute*>(expr)->operand);
      case ExprKind::kIndex:
        expression(static_cast<Index*>(expr)->operand);
        return expression(static_cast<Index*>(expr)->key);
      case ExprKind::kSlice: {
        auto& node = static_cast<Slice&>(*expr);
        for (Expr* const part : {node.operand, node.low, node.high, node.step}) expression(part);
        return;
      }
      case ExprKind::kCall:
        return call(static_cast<Call&>(*expr));
      case ExprKind::kLambda:
        return lambda(static_cast<Lambda&>(*expr));
      case ExprKind::kParenthesis:
        return expression(static_cast<Parenthesis*>(expr)->inner);
    }
  }

  void comprehension(Comprehension& node) {
    expression(node.clauses[0].operand);  // seen from outside: [x for x in x]
    push(nullptr);
    target(node.clauses[0].variables, false);
    for (std::uint32_t i = 1; i < node.clauses.size(); ++i) {
      if (node.clauses[i].is_for) target(node.clauses[i].variables, false);
      expression(node.clauses[i].operand);
    }
    expression(node.body);
    expression(node.value);
    pop();
  }

  void call(Call& node) {
    expression(node.callee);
    bool spread = false, spread_named = false;
    std::set<std::string_view> names;
    std::size_t positional = 0, named = 0;
    for (const Argument& argument : node.arguments) {
      switch (argument.kind) {
        case ArgumentKind::kSpreadNamed:
          if (spread_named) refuse(argument.start, "multiple **kwargs not allowed");
          spread_named = true;
          break;
        case ArgumentKind::kSpread:
          if (spread_named)
            refuse(argument.start, "*args may not follow **kwargs");
          else if (spread)
            refuse(argument.start, "multiple *args not allowed");
          spread = true;
          break;
        case ArgumentKind::kNamed:
          ++named;
          if (spread_named) refuse(argument.start, "argument may not follow **kwargs");
          if (!names.insert(argument.name).second)
            refuse(argument.name_position, cat("keyword argument ", argument.name, " repeated"));
          break;
        case ArgumentKind::kPositional:
          ++positional;
          if (spread)
            refuse(argument.start, "argument may not follow *args");
          else if (spread_named)
            refuse(argument.start, "argument may not follow **kwargs");
          else if (!names.empty())
            refuse(argument.start, "positional argument may not follow named");
          break;
      }
      expression(argument.value);
    }
    if (positional >= 256)
      refuse(node.start, cat(positional, " positional arguments in call, limit is 255"));
    if (named >= 256) refuse(node.start, cat(named, " keyword arguments in call, limit is 255"));
  }

  void lambda(Lambda& node) {
    auto* const code = arena_.make<FunctionCode>();
    code->name = "lambda";
    code->position = node.position;
    code->first = node.position;
    code->parameters = node.parameters;
    code->lambda_body = node.body;
    node.code = code;
    function(*code);
  }

  // ---- functions ----

  void function(FunctionCode& code) {
    for (Expr* const parameter : code.parameters)
      if (parameter->kind == ExprKind::kBinary) expression(static_cast<Binary*>(parameter)->right);
    Environment* const environment = push(&code);
    parameters(code);
    const int loops = std::exchange(loops_, 0);
    block(code.body);
    expression(code.lambda_body);
    loops_ = loops;
    resolve_local_uses(*environment);
    pop();
  }

  void parameters(FunctionCode& code) {
    bool optional = false;
    const Unary* star = nullptr;
    Name* rest = nullptr;
    for (Expr* const parameter : code.parameters) {
      switch (parameter->kind) {
        case ExprKind::kName:
          required_parameter(code, static_cast<Name&>(*parameter), optional, star, rest);
          break;
        case ExprKind::kBinary:
          optional_parameter(code, static_cast<Binary&>(*parameter), star, rest);
          optional = true;
          break;
        default:
          star_parameter(static_cast<Unary&>(*parameter), star, rest);
      }
    }
    finish_parameters(code, star, rest);
  }

  void required_parameter(FunctionCode& code, Name& name, bool optional, const Unary* star,
                          const Name* rest) {
    if (rest != nullptr)
      refuse(name.position, cat("required parameter may not follow **", rest->name));
    else if (star != nullptr)
      ++code.keyword_only;
    else if (optional)
      refuse(name.position, "required parameter may not follow optional");
    bind_parameter(name, name.position);
  }

  void optional_parameter(FunctionCode& code, Binary& parameter, const Unary* star,
                          const Name* rest) {
    if (rest != nullptr)
      refuse(parameter.position, cat("optional parameter may not follow **", rest->name));
    else if (star != nullptr)
      ++code.keyword_only;
    bind_parameter(static_cast<Name&>(*parameter.left), parameter.position);
  }

  void star_parameter(Unary& parameter, const Unary*& star, Name*& rest) {
    if (parameter.op == Token::kStar) {
      if (rest != nullptr)
        refuse(parameter.position, cat("* parameter may not follow **", rest->name));
      else if (star != nullptr)
        refuse(parameter.position, "multiple * parameters not allowed");
      else
        star = &parameter;
      return;
    }
    if (rest != nullptr) refuse(parameter.position, "multiple ** parameters not allowed");
    rest = static_cast<Name*>(parameter.operand);
  }

  void bind_parameter(Name& name, Position position) {
    if (bind(name)) refuse(position, cat("duplicate parameter: ", name.name));
  }

  void finish_parameters(FunctionCode& code, const Unary* star, Name* rest) {
    if (star != nullptr && star->operand != nullptr) {
      auto& name = static_cast<Name&>(*star->operand);
      bind_parameter(name, name.position);
      code.has_varargs = true;
    } else if (star != nullptr && code.keyword_only == 0) {
      refuse(star->position, "bare * must be followed by keyword-only parameters");
    }
    if (rest != nullptr) {
      bind_parameter(*rest, rest->position);
      code.has_kwargs = true;
    }
    code.parameter_count = code.locals.size();
  }

  const LookUp& outside_;
  Arena& arena_;
  std::vector<std::unique_ptr<Environment>> environments_;
  Environment* file_ = nullptr;
  Environment* now_ = nullptr;
  FunctionCode* top_level_ = nullptr;
  std::unordered_map<std::string_view, Binding*> global_names_, constants_;
  std::vector<Binding*> globals_;
  std::vector<Fault> faults_;
  int loops_ = 0;
  const char* stack_limit_ = stack_limit();
};

std::string fold(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '_') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return out;
}

// Letters to change, add or drop.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] != b[j - 1] ? 1 : 0);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Resolved resolve(Block block, const LookUp& outside, Arena& arena) {
  return Resolver(outside, arena).run(block);
}

std::string_view nearest_name(std::string_view name, std::vector<std::string_view> candidates) {
  constexpr std::size_t kLongest = 200;  // a name longer than this is not compared
  std::sort(candidates.begin(), candidates.end());
  const std::string wanted = fold(name);
  std::size_t best_distance = (wanted.size() + 1) / 2;
  std::string_view best;
  if (wanted.size() > kLongest) return best;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    const std::size_t d = distance(wanted, fold(candidate));
    if (d >= best_distance) continue;
    best_distance = d;
    best = candidate;
  }
  return best;
}

}  // namespace plumb::starlark
