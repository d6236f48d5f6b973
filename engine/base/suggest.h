#pragma once
// Finds the name someone probably meant.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace plumb {

// The candidate nearest to `word`, if it is near enough to be a typing mistake:
// nearest("replcas", {"replicas", "selector"}) == "replicas". On a tie, the first.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

// The note "did you mean 'replicas'?", or no note.
std::vector<Note> did_you_mean(std::string_view word, std::span<const std::string_view> candidates);
std::vector<Note> did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace plumb
