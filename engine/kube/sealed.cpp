#include "kube/sealed.h"

#include "base/digest.h"
#include "base/text.h"

namespace plumb::kube {

namespace {

constexpr std::string_view kPrefix = "sealed:hmac-sha256:";

}  // namespace

std::string seal(std::string_view key, std::string_view value) {
  return cat(kPrefix, hmac_sha256_hex(key, value));
}

bool is_sealed(std::string_view text) { return text.starts_with(kPrefix); }

bool is_seal_of(std::string_view mark, std::string_view key, std::string_view value) {
  return is_sealed(mark) && mark == seal(key, value);
}

}  // namespace plumb::kube
