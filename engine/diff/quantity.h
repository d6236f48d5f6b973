#pragma once
// Kubernetes quantities as numbers: "1000m" is 1, "1.5Gi" is 1610612736.

#include <optional>
#include <string_view>

namespace plumb::diff {

// In thousand-millionths, the finest step that Kubernetes keeps; finer parts are rounded up.
__extension__ typedef __int128 Nano;

// Nothing if the text is no quantity, or is beyond what one can hold (2^63, or 10^27 nano steps).
std::optional<Nano> parse_quantity(std::string_view text);

// Both are quantities, and the same.
bool same_quantity(std::string_view a, std::string_view b);

}  // namespace plumb::diff
