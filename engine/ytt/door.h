#pragma once
// The command line of ytt: `plumb ytt …`, or a link named ytt.
//
// Flags, output and failures are those of ytt 0.48.0. What plumb does not have is the error
// ytt/unsupported, worded like ytt's own failures.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/source.h"

namespace plumb::ytt {

struct DoorWorld {
  std::string working_directory;
  std::function<std::string()> read_stdin;
  std::function<std::vector<std::string>()> environment;  // "NAME=value"
  std::string out, err;
};

// The words behind the command's name. Gives the exit status: 0 or 1.
int run_door(std::span<const std::string> words, DoorWorld& world, SourceStore& sources,
             const Limits& limits = {});

}  // namespace plumb::ytt
