#pragma once
// The libraries that plumb is measured against, each behind its own file.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "yaml/node.h"

namespace plumb::bench {

// How many events the text has; 0: it was not understood.
std::size_t read_with_libyaml(const std::string& text);
std::size_t read_with_yaml_cpp(const std::string& text);

// libyaml's emitter takes events, and deletes each. They are made before the clock starts.
class LibyamlEvents {
 public:
  LibyamlEvents(const std::vector<const yaml::Node*>& roots, int width);
  ~LibyamlEvents();
  LibyamlEvents(const LibyamlEvents&) = delete;
  LibyamlEvents& operator=(const LibyamlEvents&) = delete;
  // Once only: the events are gone afterwards. `out` is emptied first.
  void emit(std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plumb::bench
