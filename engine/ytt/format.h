#pragma once
// `ytt fmt`: YAML in one layout, with its comments.

#include <string>

#include "ytt/node.h"

namespace plumb::ytt {

// The documents of a file, one after another. Comments stand above their item, or behind it when
// they stood on its line. An item with comments above it gets an empty line on both sides;
// sequences stand two columns behind their key. Keys are printed as they are, as ytt does. Error:
// ytt/panic, where ytt itself breaks off (a block text as a whole document).
std::string format_documents(Arena& arena, const Node& documents);

}  // namespace plumb::ytt
