#include "base/base64.h"

#include <array>
#include <cstdint>

namespace plumb {

namespace {
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kValues = make_values();
}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) -> std::uint32_t {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out.push_back(kAlphabet[group >> 18 & 63U]);
    out.push_back(kAlphabet[group >> 12 & 63U]);
    out.push_back(i + 1 < bytes.size() ? kAlphabet[group >> 6 & 63U] : '=');
    out.push_back(i + 2 < bytes.size() ? kAlphabet[group & 63U] : '=');
  }
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t group = 0;
  int digits = 0;   // of the current group of four
  int padding = 0;  // only in the last group
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (digits + padding == 4) return std::nullopt;  // something follows the padded group
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (c == '=' && digits >= 2) {
      ++padding;
      group <<= 6;
    } else if (value >= 0 && padding == 0) {
      ++digits;
      group = group << 6 | static_cast<std::uint32_t>(value);
    } else {
      return std::nullopt;
    }
    if (digits + padding < 4) continue;
    out.push_back(static_cast<char>(group >> 16));
    if (padding < 2) out.push_back(static_cast<char>(group >> 8 & 0xFFU));
    if (padding < 1) out.push_back(static_cast<char>(group & 0xFFU));
    group = 0;
    if (padding == 0) digits = 0;
  }
  if (digits + padding != 0 && digits + padding != 4) return std::nullopt;
  return out;
}

}  // namespace plumb
