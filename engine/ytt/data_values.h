#pragma once
// Data values that come from flags: overlays that follow those of the files.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ytt/workspace.h"

namespace plumb::ytt {

struct ValueFlags {
  std::span<const std::string> files;       // --data-values-file
  std::span<const std::string> env;         // --data-values-env
  std::span<const std::string> env_yaml;    // --data-values-env-yaml
  std::span<const std::string> texts;       // --data-value
  std::span<const std::string> yaml;        // --data-value-yaml
  std::span<const std::string> file_texts;  // --data-value-file
  bool strict = false;
};

using CollectFiles = std::function<std::vector<File>(std::string_view path)>;

// Documents in the order that they count, each with the library it is for. `environment`:
// "NAME=value".
std::vector<Addressed> read_value_flags(const ValueFlags& flags, Workspace& workspace,
                                        const CollectFiles& collect,
                                        std::span<const std::string> environment);

// A values file: each of its documents merges plainly. `shown`: as failures name it.
void add_values_file(const File& file, std::string_view shown, Workspace& workspace,
                     std::vector<Node*>& out, bool strict = false);

// A document that sets `value` behind the keys, adding what is missing. `description`: what stands
// for the file in messages; `line`: the whole argument.
Node* make_value_overlay(Workspace& workspace, std::span<const std::string_view> keys, Node* value,
                         std::string_view description, std::string_view line);

}  // namespace plumb::ytt
