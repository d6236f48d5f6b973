#pragma once
// Overlays: what annotated nodes do to others.
//
// The left side is changed in place; the right side says how, by annotations on its items:
// @overlay/match which items of the left it means, @overlay/merge (the default), remove, replace,
// insert, append and assert what happens to them.

#include <span>

#include "ytt/node.h"
#include "ytt/values.h"

namespace plumb::ytt {

struct Overlay {
  Thread& thread;
  bool exact = false;  // one document over one: no match is needed
};

// Applies the documents of `right` over all documents of `left`. Throws ytt/overlay with the way to
// the item that failed.
void apply_documents(const Overlay& overlay, std::span<Node* const> left, Node& right);
// One value over another; `right` may be any collection. The result is `left`, changed.
Node* apply_value(const Overlay& overlay, Node* left, Node* right);

// Marks every item of plain data values: what is missing is added, arrays and scalars are replaced.
// The document must have no annotations of its own.
void annotate_for_plain_merge(Thread& thread, Node& document);

// Whether every part of `right` is in `left`; else why not.
bool is_subset(const Node* left, const Node* right, std::string& why);

// The members of the module @ytt:overlay.
Value make_overlay_module(Thread& thread);

}  // namespace plumb::ytt
