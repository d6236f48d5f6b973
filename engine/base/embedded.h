#pragma once
// Texts of the repository that become part of the program while it is built (embed_texts.cpp).

#include <string_view>

namespace plumb {

struct EmbeddedText {
  std::string_view path;  // below the directory that the build names: "devpi/values.yaml"
  std::string_view text;
};

}  // namespace plumb
