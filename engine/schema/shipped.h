#pragma once
// The texts of schemas/*.yaml. A file is named by its API group: "argoproj.io.yaml".

#include <span>

#include "base/embedded.h"

namespace plumb::schema {

std::span<const EmbeddedText> shipped_texts();

}  // namespace plumb::schema
