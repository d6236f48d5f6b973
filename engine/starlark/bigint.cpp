#include "starlark/bigint.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace plumb::starlark {
namespace {

using Limbs = std::vector<std::uint32_t>;

void trim(Big& value) {
  while (!value.limbs.empty() && value.limbs.back() == 0) value.limbs.pop_back();
  if (value.limbs.empty()) value.negative = false;
}

int compare_magnitude(const Limbs& a, const Limbs& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (std::size_t i = a.size(); i-- > 0;)
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

Limbs add_magnitude(const Limbs& a, const Limbs& b) {
  Limbs sum;
  sum.reserve(std::max(a.size(), b.size()) + 1);
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    carry += std::uint64_t{i < a.size() ? a[i] : 0} + (i < b.size() ? b[i] : 0);
    sum.push_back(static_cast<std::uint32_t>(carry));
    carry >>= 32;
  }
  if (carry != 0) sum.push_back(static_cast<std::uint32_t>(carry));
  return sum;
}

// a - b where a >= b.
Limbs subtract_magnitude(const Limbs& a, const Limbs& b) {
  Limbs difference;
  difference.reserve(a.size());
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int64_t limb = std::int64_t{a[i]} - (i < b.size() ? b[i] : 0) - borrow;
    borrow = limb < 0 ? 1 : 0;
    if (limb < 0) limb += std::int64_t{1} << 32;
    difference.push_back(static_cast<std::uint32_t>(limb));
  }
  return difference;
}

// Divides in place by one limb; the remainder.
std::uint32_t divide_small(Limbs& limbs, std::uint32_t divisor) {
  std::uint64_t rest = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    rest = rest << 32 | limbs[i];
    limbs[i] = static_cast<std::uint32_t>(rest / divisor);
    rest %= divisor;
  }
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
  return static_cast<std::uint32_t>(rest);
}

void multiply_add_small(Limbs& limbs, std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t& limb : limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
}

// Schoolbook division (Knuth, volume 2, 4.3.1 D) of magnitudes; the divisor has two limbs or more.
struct Division {
  Limbs quotient, remainder;
};

// One step: the quotient digit at `at`, subtracted from `rest`.
std::uint32_t divide_digit(Limbs& rest, const Limbs& divisor, std::size_t at) {
  const std::size_t n = divisor.size();
  const std::uint64_t head = std::uint64_t{rest[at + n]} << 32 | rest[at + n - 1];
  std::uint64_t guess = head / divisor[n - 1];
  std::uint64_t left = head % divisor[n - 1];
  while (guess >> 32 != 0 || guess * divisor[n - 2] > (left << 32 | rest[at + n - 2])) {
    --guess;
    left += divisor[n - 1];
    if (left >> 32 != 0) break;
  }
  std::int64_t borrow = 0;
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < n; ++i) {
    carry += guess * divisor[i];
    const std::int64_t limb =
        std::int64_t{rest[at + i]} - static_cast<std::int64_t>(carry & 0xffffffffU) + borrow;
    rest[at + i] = static_cast<std::uint32_t>(limb);
    borrow = limb >> 32;
    carry >>= 32;
  }
  const std::int64_t top = std::int64_t{rest[at + n]} - static_cast<std::int64_t>(carry) + borrow;
  rest[at + n] = static_cast<std::uint32_t>(top);
  if (top >= 0) return static_cast<std::uint32_t>(guess);
  std::uint64_t sum = 0;  // the guess was one too many
  for (std::size_t i = 0; i < n; ++i) {
    sum += std::uint64_t{rest[at + i]} + divisor[i];
    rest[at + i] = static_cast<std::uint32_t>(sum);
    sum >>= 32;
  }
  rest[at + n] += static_cast<std::uint32_t>(sum);
  return static_cast<std::uint32_t>(guess - 1);
}

Limbs shifted_left(const Limbs& limbs, unsigned count) {
  Limbs out(count / 32, 0);
  const unsigned bits = count % 32;
  std::uint32_t carry = 0;
  for (const std::uint32_t limb : limbs) {
    out.push_back(bits == 0 ? limb : (limb << bits | carry));
    carry = bits == 0 ? 0 : limb >> (32 - bits);
  }
  if (carry != 0) out.push_back(carry);
  return out;
}

Limbs shifted_right(const Limbs& limbs, unsigned count) {
  const std::size_t skip = count / 32;
  const unsigned bits = count % 32;
  Limbs out;
  for (std::size_t i = skip; i < limbs.size(); ++i) {
    const std::uint32_t above = i + 1 < limbs.size() ? limbs[i + 1] : 0;
    out.push_back(bits == 0 ? limbs[i] : (limbs[i] >> bits | above << (32 - bits)));
  }
  while (!out.empty() && out.back() == 0) out.pop_back();
  return out;
}

Division divide_magnitude(const Limbs& a, const Limbs& b) {
  if (compare_magnitude(a, b) < 0) return {{}, a};
  if (b.size() == 1) {
    Limbs quotient = a;
    const std::uint32_t rest = divide_small(quotient, b[0]);
    return {std::move(quotient), rest == 0 ? Limbs{} : Limbs{rest}};
  }
  const auto shift = static_cast<unsigned>(std::countl_zero(b.back()));
  const Limbs divisor = shifted_left(b, shift);
  Limbs rest = shifted_left(a, shift);
  rest.resize(std::max(rest.size(), a.size()) + 1, 0);
  Limbs quotient(rest.size() - divisor.size(), 0);
  for (std::size_t at = quotient.size(); at-- > 0;) quotient[at] = divide_digit(rest, divisor, at);
  while (!quotient.empty() && quotient.back() == 0) quotient.pop_back();
  rest = shifted_right(rest, shift);
  return {std::move(quotient), std::move(rest)};
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// Two's complement in `width` limbs.
Limbs to_complement(const Big& value, std::size_t width) {
  Limbs out = value.limbs;
  out.resize(width, 0);
  if (!value.negative) return out;
  std::uint64_t carry = 1;
  for (std::uint32_t& limb : out) {
    carry += static_cast<std::uint32_t>(~limb);
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  return out;
}

Big from_complement(Limbs limbs) {
  Big out;
  out.negative = !limbs.empty() && limbs.back() >> 31 != 0;
  if (out.negative) {
    std::uint64_t carry = 1;
    for (std::uint32_t& limb : limbs) {
      carry += static_cast<std::uint32_t>(~limb);
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
  }
  out.limbs = std::move(limbs);
  trim(out);
  return out;
}

template <typename Combine>
Big combine_bits(const Big& a, const Big& b, Combine combine) {
  const std::size_t width = std::max(a.limbs.size(), b.limbs.size()) + 1;
  Limbs left = to_complement(a, width);
  const Limbs right = to_complement(b, width);
  for (std::size_t i = 0; i < width; ++i) left[i] = combine(left[i], right[i]);
  return from_complement(std::move(left));
}

std::uint64_t low_word(const Big& value) {
  std::uint64_t word = value.limbs.empty() ? 0 : value.limbs[0];
  if (value.limbs.size() > 1) word |= std::uint64_t{value.limbs[1]} << 32;
  return word;
}

}  // namespace

Big make_big(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  Big out = make_big_unsigned(value < 0 ? 0 - bits : bits);
  out.negative = value < 0;
  return out;
}

Big make_big_unsigned(std::uint64_t value) {
  Big out;
  out.limbs = {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32)};
  trim(out);
  return out;
}

Big make_big_from_double(double value) {
  int exponent = 0;
  const double fraction = std::frexp(std::trunc(value), &exponent);
  if (fraction == 0) return {};
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(fraction, 53));
  const Big big = make_big(mantissa);
  return exponent >= 53 ? shift_left(big, static_cast<unsigned>(exponent - 53))
                        : make_big(static_cast<std::int64_t>(std::trunc(value)));
}

std::optional<Big> parse_big(std::string_view digits, int base) {
  if (digits.empty()) return std::nullopt;
  Big out;
  for (const char c : digits) {
    const int digit = digit_of(c);
    if (digit >= base) return std::nullopt;
    multiply_add_small(out.limbs, static_cast<std::uint32_t>(base),
                       static_cast<std::uint32_t>(digit));
  }
  trim(out);
  return out;
}

std::optional<std::uint64_t> to_uint64(const Big& value) {
  if (value.negative || value.limbs.size() > 2) return std::nullopt;
  return low_word(value);
}

std::optional<std::int64_t> to_int64(const Big& value) {
  if (value.limbs.size() > 2) return std::nullopt;
  const std::uint64_t word = low_word(value);
  const std::uint64_t limit = std::uint64_t{1} << 63;
  if (value.negative)
    return word <= limit ? std::optional(static_cast<std::int64_t>(0 - word)) : std::nullopt;
  return word < limit ? std::optional(static_cast<std::int64_t>(word)) : std::nullopt;
}

double to_double(const Big& value) {
  const std::size_t n = value.limbs.size();
  double magnitude = 0;
  if (n <= 2) {
    magnitude = static_cast<double>(low_word(value));
  } else {
    const auto zeros = static_cast<unsigned>(std::countl_zero(value.limbs.back()));
    const auto bits = static_cast<unsigned>(n * 32) - zeros;
    const Limbs top = shifted_right(value.limbs, bits - 64);
    std::uint64_t word = std::uint64_t{top[1]} << 32 | top[0];
    if (shifted_left(top, bits - 64) != value.limbs) word |= 1;  // sticky, for rounding to even
    magnitude = std::ldexp(static_cast<double>(word), static_cast<int>(bits - 64));
  }
  return value.negative ? -magnitude : magnitude;
}

std::string to_text(const Big& value, int base, bool upper) {
  if (is_zero(value)) return "0";
  const char* const digits =
      upper ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "0123456789abcdefghijklmnopqrstuvwxyz";
  std::uint32_t chunk = static_cast<std::uint32_t>(base);
  int chunk_digits = 1;
  while (std::uint64_t{chunk} * static_cast<std::uint32_t>(base) <= 0xffffffffU) {
    chunk *= static_cast<std::uint32_t>(base);
    ++chunk_digits;
  }
  std::string out;
  Limbs rest = value.limbs;
  while (!rest.empty()) {
    std::uint32_t part = divide_small(rest, chunk);
    for (int i = 0; i < chunk_digits && (!rest.empty() || part != 0); ++i) {
      out.push_back(digits[part % static_cast<std::uint32_t>(base)]);
      part /= static_cast<std::uint32_t>(base);
    }
  }
  if (value.negative) out.push_back('-');
  std::reverse(out.begin(), out.end());
  return out;
}

bool is_zero(const Big& value) { return value.limbs.empty(); }

int compare(const Big& a, const Big& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  const int magnitude = compare_magnitude(a.limbs, b.limbs);
  return a.negative ? -magnitude : magnitude;
}

Big negate(Big value) {
  value.negative = !value.negative && !value.limbs.empty();
  return value;
}

Big add(const Big& a, const Big& b) {
  Big out;
  if (a.negative == b.negative) {
    out = {a.negative, add_magnitude(a.limbs, b.limbs)};
  } else if (compare_magnitude(a.limbs, b.limbs) >= 0) {
    out = {a.negative, subtract_magnitude(a.limbs, b.limbs)};
  } else {
    out = {b.negative, subtract_magnitude(b.limbs, a.limbs)};
  }
  trim(out);
  return out;
}

Big subtract(const Big& a, const Big& b) { return add(a, negate(b)); }

Big multiply(const Big& a, const Big& b) {
  Big out;
  out.negative = a.negative != b.negative;
  out.limbs.assign(a.limbs.size() + b.limbs.size(), 0);
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < b.limbs.size(); ++j) {
      carry += std::uint64_t{a.limbs[i]} * b.limbs[j] + out.limbs[i + j];
      out.limbs[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    out.limbs[i + b.limbs.size()] = static_cast<std::uint32_t>(carry);
  }
  trim(out);
  return out;
}

Big divide_floor(const Big& a, const Big& b, Big* remainder) {
  Division division = divide_magnitude(a.limbs, b.limbs);
  Big quotient{a.negative != b.negative, std::move(division.quotient)};
  Big rest{a.negative, std::move(division.remainder)};
  trim(quotient);
  trim(rest);
  if (!is_zero(rest) && rest.negative != b.negative) {
    quotient = subtract(quotient, make_big(1));
    rest = add(rest, b);
  }
  if (remainder != nullptr) *remainder = std::move(rest);
  return quotient;
}

Big shift_left(const Big& a, unsigned count) {
  Big out{a.negative, shifted_left(a.limbs, count)};
  trim(out);
  return out;
}

Big shift_right(const Big& a, unsigned count) {
  if (!a.negative) return {false, shifted_right(a.limbs, count)};
  return bit_not({false, shifted_right(bit_not(a).limbs, count)});
}

Big bit_and(const Big& a, const Big& b) {
  return combine_bits(a, b, [](std::uint32_t x, std::uint32_t y) { return x & y; });
}
Big bit_or(const Big& a, const Big& b) {
  return combine_bits(a, b, [](std::uint32_t x, std::uint32_t y) { return x | y; });
}
Big bit_xor(const Big& a, const Big& b) {
  return combine_bits(a, b, [](std::uint32_t x, std::uint32_t y) { return x ^ y; });
}
Big bit_not(const Big& a) { return subtract(make_big(-1), a); }

}  // namespace plumb::starlark
