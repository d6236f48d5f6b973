// `plumb ytt`: the front door of ytt.

#include <unistd.h>

#include "cli/command.h"
#include "ytt/door.h"

namespace plumb::cli {

int run_ytt(std::span<const std::string> words, Process& process, SourceStore& sources) {
  ytt::DoorWorld world;
  world.working_directory = process.working_directory;
  world.read_stdin = process.read_stdin;
  world.environment = [] {
    std::vector<std::string> variables;
    for (char** each = environ; *each != nullptr; ++each) variables.emplace_back(*each);
    return variables;
  };
  const int status = ytt::run_door(words, world, sources);
  process.out += world.out;
  process.err += world.err;
  return status;
}

}  // namespace plumb::cli
