#pragma once
// The texts that are measured: made here, the same on every machine, or found in a directory of
// real ones.

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::bench {

struct Input {
  std::string name;
  std::string text;
};

// About `bytes` of each: Deployments and their settings (31 bytes a node), custom resource
// definitions (deep, with descriptions in block scalars), JSON.
std::string make_manifests(std::size_t bytes);
std::string make_definitions(std::size_t bytes);
std::string make_json(std::size_t bytes);

std::vector<Input> made_inputs(std::size_t bytes);
// Those of the well-known files that are there.
std::vector<Input> real_inputs(const std::string& directory);

// Texts of one difficulty at a size, to see that time grows with size alone.
struct Growth {
  const char* name;
  std::string (*make)(std::size_t size);
  std::size_t size;  // the small one; the large one is four times that
};
extern const std::vector<Growth> kGrowths;

}  // namespace plumb::bench
