#include <yaml-cpp/yaml.h>

#include "rivals.h"

namespace plumb::bench {

std::size_t read_with_yaml_cpp(const std::string& text) {
  try {
    return ::YAML::LoadAll(text).size();
  } catch (const ::YAML::Exception&) {
    return 0;
  }
}

}  // namespace plumb::bench
