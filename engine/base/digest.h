#pragma once
// SHA-256 and MD5 (door: OpenSSL's libcrypto), and random bytes.

#include <cstddef>
#include <string>
#include <string_view>

namespace plumb {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
// 32 of them. For comparing only: MD5 protects nothing.
std::string md5_hex(std::string_view bytes);
// HMAC with SHA-256 (RFC 2104), in the same form.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
// Bytes that nobody can guess. Error: base/random (the system has none).
std::string random_bytes(std::size_t count);

}  // namespace plumb
