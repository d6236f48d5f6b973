#pragma once
// Which elements of two sequences are the same: the alignment behind list and text diffs (door:
// dtl, for short sequences).

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace plumb::diff {

// Pairs of positions (in `before`, in `after`) that correspond, rising in both. Elements are
// numbers: the caller gives equal things equal numbers. Shortest for all but very different long
// sequences; time is bounded by (n + m) times a constant, memory is linear.
std::vector<std::pair<std::size_t, std::size_t>> align(std::span<const std::uint32_t> before,
                                                       std::span<const std::uint32_t> after);

}  // namespace plumb::diff
