#include "diff/quantity.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace plumb::diff {

namespace {

constexpr int kNanoDigits = 9;
constexpr Nano kMost = static_cast<Nano>(INT64_MAX) * 1'000'000'000;

struct Suffix {
  std::string_view text;
  int tens;  // power of ten
  int twos;  // power of two
};
constexpr std::array kSuffixes{
    Suffix{"", 0, 0},    Suffix{"n", -9, 0},  Suffix{"u", -6, 0},  Suffix{"m", -3, 0},
    Suffix{"k", 3, 0},   Suffix{"M", 6, 0},   Suffix{"G", 9, 0},   Suffix{"T", 12, 0},
    Suffix{"P", 15, 0},  Suffix{"E", 18, 0},  Suffix{"Ki", 0, 10}, Suffix{"Mi", 0, 20},
    Suffix{"Gi", 0, 30}, Suffix{"Ti", 0, 40}, Suffix{"Pi", 0, 50}, Suffix{"Ei", 0, 60},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "e3", "E-2", "Gi" as powers.
std::optional<Suffix> parse_suffix(std::string_view text) {
  const auto row = std::ranges::find(kSuffixes, text, &Suffix::text);
  if (row != kSuffixes.end()) return *row;
  if (text.size() < 2 || (text[0] != 'e' && text[0] != 'E')) return std::nullopt;
  std::string_view digits = text.substr(1);
  if (digits[0] == '+') digits.remove_prefix(1);
  const std::optional<std::int64_t> power = to_integer(digits);
  if (!power || *power < -40 || *power > 40) return std::nullopt;
  return Suffix{text, static_cast<int>(*power), 0};
}

// Digits without their point, and how many stood behind it.
struct Mantissa {
  Nano value = 0;
  int behind = 0;
};

std::optional<Mantissa> parse_mantissa(std::string_view text) {
  Mantissa mantissa;
  bool point = false;
  int digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (point) return std::nullopt;
      point = true;
      continue;
    }
    if (++digits > 30) return std::nullopt;
    mantissa.value = mantissa.value * 10 + (c - '0');
    if (point) ++mantissa.behind;
  }
  if (digits == 0) return std::nullopt;
  return mantissa;
}

// value × 10^tens, rounded away from zero; nothing when that is too much.
std::optional<Nano> scale(Nano value, int tens) {
  for (; tens > 0; --tens) {
    if (value > kMost) return std::nullopt;
    value *= 10;
  }
  bool rest = false;
  for (; tens < 0; ++tens) {
    rest = rest || value % 10 != 0;
    value /= 10;
  }
  return value + (rest ? 1 : 0);
}

}  // namespace

std::optional<Nano> parse_quantity(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  const auto end = std::ranges::find_if_not(text, [](char c) { return is_digit(c) || c == '.'; });
  const std::size_t length = static_cast<std::size_t>(end - text.begin());
  const std::optional<Mantissa> mantissa = parse_mantissa(text.substr(0, length));
  const std::optional<Suffix> suffix = parse_suffix(text.substr(length));
  if (!mantissa || !suffix) return std::nullopt;
  Nano value = mantissa->value;
  if (suffix->twos != 0) {
    if (value > (static_cast<Nano>(1) << 126) >> suffix->twos) return std::nullopt;
    value <<= suffix->twos;
  }
  std::optional<Nano> nano = scale(value, kNanoDigits + suffix->tens - mantissa->behind);
  if (!nano || *nano > kMost) return std::nullopt;
  return negative ? -*nano : *nano;
}

bool same_quantity(std::string_view a, std::string_view b) {
  const std::optional<Nano> first = parse_quantity(a);
  return first && first == parse_quantity(b);
}

}  // namespace plumb::diff
