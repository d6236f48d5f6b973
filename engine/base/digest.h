#pragma once
// SHA-256 (door: OpenSSL's libcrypto).

#include <string>
#include <string_view>

namespace plumb {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace plumb
