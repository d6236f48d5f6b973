#pragma once
// Programs, modules and functions as they live in the arena.

#include <cstdint>
#include <string_view>

#include "base/list.h"
#include "base/source.h"
#include "starlark/scan.h"
#include "starlark/value.h"

namespace plumb::starlark {

struct FunctionCode;
struct Binding;

// Where a line of a program stands in what its author wrote. A program may be put together from
// pieces of other texts, so columns are shifted: the character in column `column` is the first of
// `span`.
struct CodeLine {
  Span span;  // empty: nobody wrote this line
  std::uint32_t column = 1;
};

struct Program {
  std::string_view name;  // in backtraces
  FunctionCode* top_level = nullptr;
  List<Binding*> globals;
  List<CodeLine> lines;  // by line number - 1
  const void* host = nullptr;
};
// Empty when nobody wrote that place.
Span span_of(const Program& program, Position position);

struct Module {
  const Program* program = nullptr;
  Value* globals = nullptr;  // by slot of program->globals
};
// The global of that name, or an unset value.
Value find_global(const Module& module, std::string_view name);

struct Function {
  const FunctionCode* code = nullptr;
  Module* module = nullptr;
  List<Value> defaults;  // of the last parameters; unset: none (a keyword-only one without)
  List<Cell*> free;
  bool frozen = false;
};

}  // namespace plumb::starlark
