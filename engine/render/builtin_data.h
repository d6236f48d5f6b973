#pragma once
// The texts of templates/ and overlays/: "templates/devpi/values.yaml".

#include <span>

#include "base/embedded.h"

namespace plumb::render {

std::span<const EmbeddedText> builtin_texts();

}  // namespace plumb::render
