#pragma once
// Whole numbers of any size, for what does not fit 64 bits. Values are immutable and normalised: no
// leading zero limbs, zero is not negative.
//
//   to_decimal(multiply(make_big(1LL << 62), make_big(16))) == "73786976294838206464"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::starlark {

struct Big {
  bool negative = false;
  std::vector<std::uint32_t> limbs;  // of the magnitude, the least significant first
};

Big make_big(std::int64_t value);
Big make_big_unsigned(std::uint64_t value);
// Truncated towards zero; `value` must be finite.
Big make_big_from_double(double value);
// Digits of a base from 2 to 36 without sign or prefix; underscores are not digits.
std::optional<Big> parse_big(std::string_view digits, int base);

std::optional<std::int64_t> to_int64(const Big& value);
std::optional<std::uint64_t> to_uint64(const Big& value);
double to_double(const Big& value);  // the nearest, ties to even; infinite beyond the range
std::string to_text(const Big& value, int base, bool upper = false);
inline std::string to_decimal(const Big& value) { return to_text(value, 10); }

bool is_zero(const Big& value);
int compare(const Big& a, const Big& b);
Big negate(Big value);
Big add(const Big& a, const Big& b);
Big subtract(const Big& a, const Big& b);
Big multiply(const Big& a, const Big& b);
// Rounded towards minus infinity; the remainder has the divisor's sign. `b` must not be zero.
Big divide_floor(const Big& a, const Big& b, Big* remainder = nullptr);
Big shift_left(const Big& a, unsigned count);
Big shift_right(const Big& a, unsigned count);  // arithmetic: rounds towards minus infinity
// Two's complement of infinite width.
Big bit_and(const Big& a, const Big& b);
Big bit_or(const Big& a, const Big& b);
Big bit_xor(const Big& a, const Big& b);
Big bit_not(const Big& a);

}  // namespace plumb::starlark
