#pragma once
// Texts that bring readers down: each is made in any size, and reading it takes time in proportion
// to its size, or ends at a named limit.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::yaml::torture {

struct Input {
  std::string_view name;
  std::string (*make)(std::size_t size);
  std::size_t size;       // at which reading must take less than a second
  std::string_view ends;  // "": it is read; else the code of the error
};

std::string repeat(std::string_view text, std::size_t count);
const std::vector<Input>& inputs();

}  // namespace plumb::yaml::torture
