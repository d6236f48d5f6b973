#include "base/digest.h"

#include <array>
#include <span>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/random.h>

#include "base/diagnostic.h"

namespace plumb {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;
constexpr std::size_t kBlock = 64;

Digest sha256(std::string_view bytes) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return digest;
}

std::string_view view(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(std::span<const unsigned char> digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out.push_back(kDigits[byte >> 4]);
    out.push_back(kDigits[byte & 15]);
  }
  return out;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

std::string md5_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    fail("base/digest", {}, "the system's OpenSSL has no MD5");
  return hex(std::span(digest).first(size));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::string block(key.size() > kBlock ? view(sha256(key)) : key);
  block.resize(kBlock, '\0');
  std::string inner, outer;
  for (const char c : block) {
    inner.push_back(static_cast<char>(c ^ 0x36));
    outer.push_back(static_cast<char>(c ^ 0x5c));
  }
  inner += bytes;
  outer += view(sha256(inner));
  return hex(sha256(outer));
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t got = 0; got < count;) {
    const ssize_t more = getrandom(bytes.data() + got, count - got, 0);
    if (more <= 0) fail("base/random", {}, "the system gives no random bytes");
    got += static_cast<std::size_t>(more);
  }
  return bytes;
}

}  // namespace plumb
