#pragma once
// Comments of a document → the nodes they belong to (Decoration::head, line, foot), so that they
// move, are copied and go with their node. kPlumbOutput with `comments` prints them.
//
//   # of a              head of the key a
//   a: 1 # one          line of the value
//   # below a           foot of the key a: directly below it, in its column, and a blank line
//   follows
//
//   # far above b       head of b, too
//   b: # of b           line of the key, for its value stands below
//     c: 2
//     # end of b        foot of c: indented deeper than what follows
//
// Comments at the top with an empty line behind them are the document's (head of its root), and so
// are those at its end with an empty line before them (foot). In a sequence the items take the part
// of the keys. This is go-yaml v3's rule (and kyaml's) for text that is not inside `[` or `{`.
//
// ytt has another rule, for its own tree, whose items and documents are nodes: a comment belongs to
// the innermost node of its line, else to the outermost one of the next line with content
// (engine/ytt/read.cpp). The two share nothing but the list of comments.

#include <string_view>

#include "base/arena.h"
#include "base/source.h"
#include "yaml/node.h"

namespace plumb::yaml {

// Linear in the document. The nodes must not be shared with anybody yet; what an alias names takes
// no comment, its neighbours do. A document is given once.
void attach_comments(const SourceStore& sources, Document& document, Arena& arena);

}  // namespace plumb::yaml
