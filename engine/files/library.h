#pragma once
// Shared libraries that are opened when they are first needed, so that a run that does not need
// them does not pay for them.
//
//   void* const handle = open_library(kNames);
//   load_function(handle, "git_blob_free", library.blob_free, library.why_missing);

#include <span>
#include <string>

#include <dlfcn.h>

#include "base/text.h"

namespace plumb::files {

// The first of these that the machine has, or null.
inline void* open_library(std::span<const char* const> names) {
  for (const char* const name : names)
    if (void* const library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
  return nullptr;
}

// `why_missing` is said of the first function that is not there.
template <typename Function>
void load_function(void* library, const char* name, Function& function, std::string& why_missing) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function && why_missing.empty())
    why_missing = cat("the library that was found has no '", name, "'");
}

}  // namespace plumb::files
