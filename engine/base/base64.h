#pragma once
// Base64 of RFC 4648 §4, with padding.

#include <optional>
#include <string>
#include <string_view>

namespace plumb {

std::string base64_encode(std::string_view bytes);
// Nothing if the text is not base64; line breaks are skipped, as Go's decoder does.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace plumb
