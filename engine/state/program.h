#pragma once
// Running a program for what it prints.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace plumb::state {

struct Program {
  std::vector<std::string> words;  // a path, or a name to look for in PATH, and arguments
  std::vector<std::pair<std::string, std::string>> environment;  // beside our own
  bool asks = false;  // it may use the terminal: input and errors are ours
  std::chrono::milliseconds timeout{60'000};
};

struct Outcome {
  bool found = true;
  bool in_time = true;
  int status = 0;      // as a shell counts: 128 + signal when one ended it
  std::string output;  // at most 1 MiB
  std::string errors;  // likewise; empty when it used the terminal
};

// Ends it when the time is over.
Outcome run_program(const Program& program);

}  // namespace plumb::state
