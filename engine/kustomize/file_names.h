#pragma once
// What a kustomization file may be called; the first is the one that is made.

#include <array>
#include <string_view>

namespace plumb::kustomize {

inline constexpr std::array<std::string_view, 3> kFileNames{"kustomization.yaml",
                                                            "kustomization.yml", "Kustomization"};

}  // namespace plumb::kustomize
