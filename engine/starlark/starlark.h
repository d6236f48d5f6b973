#pragma once
// Starlark: a small language for configuration, in the dialect of ytt.
//
//   Arena arena;
//   Limits limits;
//   Thread thread(arena, limits);
//   Program* program = compile({.name = "a.star", .text = "x = [1, 2]\n"}, arena);
//   Module* module = run(thread, *program);
//   to_text(thread, find_global(*module, "x")) == "[1, 2]"
//
// Stages: scan → parse → resolve (names become slots) → run. Everything made lives in the arena.
// Dialect: floats, sets, lambdas, nested functions, recursion, while; statements and reassignment
// at the top level; blocks end with `end` or by indentation (Blocks). Texts are bytes; they cannot
// be gone through.
//
// Bounds: limits.starlark_steps (statements, loop rounds, and the size of bulk work),
// starlark_depth (calls), memory_bytes (of the arena); nesting of expressions is bounded by the
// stack. Passing one is the error base/limit.
//
// Errors carry starlark-go's wording as their text. CompileError: starlark/syntax or
// starlark/undefined, with every fault. RunError: what failed and where, innermost call last.
//
// Source of the rules: the Starlark specification of July 2020 and ytt 0.48.0 as observed.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/diagnostic.h"
#include "base/limits.h"
#include "starlark/function.h"
#include "starlark/object.h"
#include "starlark/scan.h"
#include "starlark/value.h"

namespace plumb::starlark {

struct Stmt;

struct Code {
  std::string_view name;
  std::string_view text;  // must live as long as the arena
  Blocks blocks = Blocks::kEnd;
  std::span<const CodeLine> lines = {};  // copied
  const void* host = nullptr;            // Program::host
};

class CompileError : public Error {
 public:
  CompileError(Diagnostic diagnostic, std::vector<Fault> faults)
      : Error(std::move(diagnostic)), faults_(std::move(faults)) {}
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

struct Frame {
  std::string_view function;  // "<toplevel>" for the file
  const Program* program = nullptr;
  Position position;
};

class RunError : public Error {
 public:
  RunError(Diagnostic diagnostic, std::vector<Frame> frames)
      : Error(std::move(diagnostic)), frames_(std::move(frames)) {}
  const std::vector<Frame>& frames() const { return frames_; }  // the outermost first

 private:
  std::vector<Frame> frames_;
};

// Names from outside the program, beyond the universal ones; unset: there is none.
using Outside = std::function<Value(std::string_view name)>;
// May change the tree before names are resolved.
using Rewrite = std::function<void(List<Stmt*>& program)>;

Program* compile(const Code& code, Arena& arena, const Outside& outside = {},
                 const Rewrite& rewrite = {});

// One run: what it may use, and how far it is. Belongs to one thread of the machine.
class Thread {
 public:
  Thread(Arena& arena, const Limits& limits);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  Arena& arena() { return arena_; }
  const Limits& limits() const { return limits_; }

  // Finds the module that load("name") of `from` means; throws when there is none.
  std::function<Module*(Thread&, std::string_view name, const Program& from)> load;
  std::function<void(std::string_view line)> print;  // without it print() goes nowhere
  void* host = nullptr;

  // Text that lives in the arena.
  Value text(std::string_view bytes) { return string(arena_.copy(bytes)); }

  // Work done: a step each, bulk work by its size. Throws base/limit.
  void charge(std::uint64_t steps) {
    steps_ += steps;
    if (steps_ > checked_at_) check_bounds();
  }
  std::uint64_t steps() const { return steps_; }
  // The calls under way, the outermost first.
  std::vector<Frame> frames() const;

  struct Activation;  // one call under way
  Activation* top = nullptr;
  std::uint64_t depth = 0;
  const char* stack_limit;

  // Slots for the variables and arguments of calls, taken and given back in order.
  Value* take_slots(std::size_t count);
  void give_slots(std::size_t count);

 private:
  void check_bounds();

  Arena& arena_;
  const Limits& limits_;
  std::uint64_t steps_ = 0;
  std::uint64_t checked_at_ = 0;
  struct SlotBlocks;
  std::unique_ptr<SlotBlocks> slots_;
};

// Runs the program's statements and freezes what they made. Throws RunError.
Module* run(Thread& thread, const Program& program);
// Throws RunError.
Value call(Thread& thread, const Value& callee, const Arguments& arguments);

// ---- what hosts need of values ----

std::string to_text(Thread& thread, const Value& value);     // repr(): texts are quoted
std::string to_display(Thread& thread, const Value& value);  // str()
bool equal(Thread& thread, const Value& a, const Value& b);
// What a for loop would go through; false: not iterable.
bool elements(Thread& thread, const Value& value, List<Value>& out);
// len(value), or nothing.
std::optional<std::int64_t> length_of(const Value& value);
Value attribute(Thread& thread, const Value& value, std::string_view name);
// A float in six significant digits, as str() prints it.
std::string float_text(double value);
std::string_view nearest_name(std::string_view name, std::vector<std::string_view> candidates);

}  // namespace plumb::starlark
