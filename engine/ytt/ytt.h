#pragma once
// ytt templates, in process.
//
//   Input input;
//   input.files = {{"config.yml", source}};
//   input.values = unit_values;                  // a mapping: merged plainly over the files'
//   values Rendered out = render(input, arena, sources, limits); out.documents // yaml::Nodes, each
//   with its place in a template
//
// Stages: files → schema → data values → templates → overlays. Everything lives in the arena; texts
// of sources must live as long. A run reads nothing but its input, and is bounded by the limits.
//
// Errors: ytt/… and starlark/…, with the place in the template. What ytt has and plumb does not is
// ytt/unsupported, which names the feature. The command line of ytt is door.h.
//
// Source of the rules: ytt 0.48.0 as observed.

#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/limits.h"
#include "base/source.h"
#include "yaml/node.h"
#include "yaml/origin.h"

namespace plumb::ytt {

struct InputFile {
  std::string path;  // relative, as load() and data.read() name it
  SourceId source = 0;
};

struct Input {
  std::vector<InputFile> files;              // in the order that counts
  std::vector<const yaml::Node*> documents;  // what an earlier step made: plain, before the files
  std::vector<InputFile> values_files;       // plain YAML, merged over the files' data values
  const yaml::Node* values = nullptr;        // a mapping, merged over those
  std::vector<std::pair<std::string, std::string>> settings;  // dotted key, YAML: over all others
};

struct RenderedText {
  std::string path;
  std::string text;
};

struct Rendered {
  std::vector<yaml::Node*> documents;
  std::vector<RenderedText> texts;  // of text templates
  std::string printed;              // what print() wrote
};

// `origins`: where given, a value that code made from a data value gets the chain data value →
// template.
Rendered render(const Input& input, Arena& arena, SourceStore& sources, const Limits& limits,
                yaml::Origins* origins = nullptr);

}  // namespace plumb::ytt
