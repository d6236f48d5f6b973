#pragma once
// How the YAML readers inside kustomize word what they do not read, with their way of counting
// lines: of some errors they name the line where it was noticed, of others the one before, of most
// the line where the thing began that was not finished.

#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace plumb::kustomize {

enum class GoYaml : std::uint8_t {
  kVersion2,  // reads kustomization files and configurations; names the line where it noticed
  kVersion3,  // reads objects; names the line where the unfinished thing began
};

// "yaml: line 5: mapping values are not allowed in this context", for what plumb's reader says of
// `text`; its own words for what has no counterpart.
std::string go_yaml_words(const Diagnostic& diagnostic, std::string_view text, GoYaml version);

}  // namespace plumb::kustomize
