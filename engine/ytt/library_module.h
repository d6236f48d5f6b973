#pragma once
// The module @ytt:library: evaluating the libraries below a directory's _ytt_lib. Inside the module
// only.

#include "ytt/workspace.h"

namespace plumb::ytt {

// `parent`: the library whose code asks; `current`: the directory of that code.
Value make_library_getter(Workspace& workspace, Library& parent, Directory& current);

}  // namespace plumb::ytt
