#include "kustomize/kustomize.h"

#include "cli/command.h"

namespace plumb::cli {

int run_kustomize(std::span<const std::string> words, Process& process, SourceStore& sources) {
  kustomize::DoorStreams streams;
  const int status = kustomize::run_door(words, process.working_directory, sources, streams);
  process.out += streams.out;
  process.err += streams.err;
  return status;
}

}  // namespace plumb::cli
