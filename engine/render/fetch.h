#pragma once
// Remote bases and files over the network, once, into a cache: only where a command was asked to.
//
// Repositories are fetched with the git program, one revision deep, into bare repositories; files
// over https. What is in the cache already is not asked for again, so a revision that moves (a
// branch) stays what it was until the cache is removed.
//
// Errors: render/fetch-git and render/fetch-file, with what went wrong; limits and timeouts by
// name.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"

namespace plumb::render {

struct FetchSettings {
  std::string cache;  // a directory; made when it is missing
  Limits limits = {};
};

// The bare repository that has `ref` ("" for the default branch) of `url`, and what to call it
// there.
struct Fetched {
  std::string repository;
  std::string revision;
};
Fetched fetch_repository(const FetchSettings& settings, std::string_view url, std::string_view ref,
                         std::chrono::seconds timeout);

// The content of a file at an https:// or http:// URL; nothing when the server has none.
std::optional<std::string> fetch_file(const FetchSettings& settings, std::string_view url,
                                      std::chrono::seconds timeout);

}  // namespace plumb::render
