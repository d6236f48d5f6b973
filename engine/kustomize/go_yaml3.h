#pragma once
// A tree as go-yaml v3 writes it: with its comments, styles, anchors and tags.
//
// kustomize shows nodes in errors this way, and writes texts inside fields back so.
//
//   write_go_yaml(*document.root)                      "a: [1, 2]\nb:\n- x\n"
//   write_go_yaml(*document.root, {text, &document})   the same with the comments of the text

#include <map>
#include <string>
#include <string_view>

#include "yaml/node.h"

namespace plumb::kustomize {

// The text that a tree was read from, whose places are counted from `offset`.
struct ReadFrom {
  std::string_view text;
  const yaml::Document* document = nullptr;
  std::uint32_t offset = 0;
};

// `lines`: filled with the line, from 1, of every key, when it is not null.
std::string write_go_yaml(const yaml::Node& node, const ReadFrom& source = {},
                          std::map<const yaml::Node*, std::size_t>* lines = nullptr);

// Whether a text is written as a block ("|") when it may be.
bool may_be_block(std::string_view text);

}  // namespace plumb::kustomize
