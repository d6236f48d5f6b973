#pragma once
// A program as a tree, in an arena. Names are resolved to slots (resolve.h) before anything runs.

#include <cstdint>
#include <string_view>

#include "base/list.h"
#include "starlark/scan.h"
#include "starlark/value.h"

namespace plumb::starlark {

enum class Scope : std::uint8_t {
  kUnresolved,
  kLocal,     // a slot of the frame
  kCell,      // a slot of the frame, shared with inner functions
  kFree,      // a cell of an outer function
  kGlobal,    // a slot of the module
  kConstant,  // given by the host, or universal
  kUndefined,
};

struct Binding {
  Scope scope = Scope::kUnresolved;
  std::uint32_t index = 0;
  std::string_view name;
  Value value;  // of a constant
};

enum class ExprKind : std::uint8_t {
  kName,
  kLiteral,
  kList,
  kTuple,
  kDict,
  kComprehension,
  kConditional,
  kUnary,
  kBinary,
  kAttribute,
  kIndex,
  kSlice,
  kCall,
  kLambda,
  kParenthesis,
};

struct Expr {
  ExprKind kind;
  Position position;  // of the operator, the dot, the opening bracket: where running it can fail
  Position start;     // of its first token
};

struct FunctionCode;

struct Name : Expr {
  std::string_view name;
  Binding* binding = nullptr;
};
struct Literal : Expr {
  Value value;
};
struct Sequence : Expr {  // a list or a tuple
  List<Expr*> items;
};
struct DictEntry {
  Expr* key = nullptr;
  Expr* value = nullptr;
  Position colon;
};
struct DictDisplay : Expr {
  List<DictEntry> entries;
};
struct Clause {
  bool is_for = false;
  Expr* variables = nullptr;  // of a for
  Expr* operand = nullptr;    // what a for goes through, the condition of an if
  Position position;
};
struct Comprehension : Expr {
  bool is_dict = false;
  Expr* body = nullptr;  // an element, or a dict's key
  Expr* value = nullptr;
  Position colon;
  List<Clause> clauses;
};
struct Conditional : Expr {
  Expr* condition = nullptr;
  Expr* yes = nullptr;
  Expr* no = nullptr;
};
struct Unary : Expr {
  Token op = Token::kIllegal;
  Expr* operand = nullptr;  // null only for a bare `*` in parameters
};
struct Binary : Expr {  // with kAssign: name=value in calls and parameters
  Token op = Token::kIllegal;
  Expr* left = nullptr;
  Expr* right = nullptr;
};
struct Attribute : Expr {
  Expr* operand = nullptr;
  std::string_view name;
};
struct Index : Expr {
  Expr* operand = nullptr;
  Expr* key = nullptr;
};
struct Slice : Expr {
  Expr* operand = nullptr;
  Expr* low = nullptr;
  Expr* high = nullptr;
  Expr* step = nullptr;
};
enum class ArgumentKind : std::uint8_t { kPositional, kNamed, kSpread, kSpreadNamed };
struct Argument {
  ArgumentKind kind = ArgumentKind::kPositional;
  std::string_view name;
  Position name_position;
  Expr* value = nullptr;
  Position start;
};
struct Call : Expr {
  Expr* callee = nullptr;
  List<Argument> arguments;
};
struct Lambda : Expr {
  List<Expr*> parameters;
  Expr* body = nullptr;
  FunctionCode* code = nullptr;
};
struct Parenthesis : Expr {
  Expr* inner = nullptr;
};

enum class StmtKind : std::uint8_t {
  kExpression,
  kAssign,
  kIf,
  kFor,
  kWhile,
  kDef,
  kReturn,
  kBreak,
  kContinue,
  kPass,
  kLoad,
};

struct Stmt {
  StmtKind kind;
  Position position;
};
using Block = List<Stmt*>;

struct ExprStmt : Stmt {
  Expr* value = nullptr;
};
struct Assign : Stmt {
  Token op = Token::kAssign;
  Expr* target = nullptr;
  Expr* value = nullptr;
};
struct If : Stmt {
  Expr* condition = nullptr;
  Block yes, no;
};
struct For : Stmt {
  Expr* variables = nullptr;
  Expr* operand = nullptr;
  Block body;
};
struct While : Stmt {
  Expr* condition = nullptr;
  Block body;
};
struct Def : Stmt {
  Name* name = nullptr;
  List<Expr*> parameters;
  Block body;
  Position first;  // where a call with the wrong arguments is reported
  FunctionCode* code = nullptr;
};
struct Return : Stmt {
  Expr* value = nullptr;
};
struct LoadName {
  Name* local = nullptr;
  std::string_view original;
  Position position;
};
struct Load : Stmt {
  std::string_view module;
  Position module_position;
  List<LoadName> names;
};

// A function after resolving.
struct FunctionCode {
  std::string_view name;
  Position position;
  List<Expr*> parameters;
  Block body;
  Expr* lambda_body = nullptr;  // instead of `body`
  Position first;               // where a call that cannot start is reported
  List<Binding*> locals;        // parameters first: plain and keyword-only, then *args, **kwargs
  List<Binding*> free;          // what it captures, as bound in the function around it
  List<std::uint32_t> cells;    // locals that inner functions share
  std::uint32_t parameter_count = 0;  // with *args and **kwargs
  std::uint32_t keyword_only = 0;
  bool has_varargs = false, has_kwargs = false;
};

}  // namespace plumb::starlark
