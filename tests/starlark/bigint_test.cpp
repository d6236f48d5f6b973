#include "starlark/bigint.h"

#include <random>

#include <catch2/catch.hpp>

using namespace plumb::starlark;

namespace {

Big random_big(std::mt19937& random, int limbs) {
  Big out;
  for (int i = 0; i < limbs; ++i) {
    const auto kind = random() % 4;
    out.limbs.push_back(kind == 0   ? 0
                        : kind == 1 ? 0xffffffffU
                                    : static_cast<std::uint32_t>(random()));
  }
  if (!out.limbs.empty() && out.limbs.back() == 0) out.limbs.back() = 1;
  out.negative = !out.limbs.empty() && random() % 2 == 0;
  return out;
}

Big parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  const Big big = *parse_big(negative ? text.substr(1) : text, 10);
  return negative ? negate(big) : big;
}

}  // namespace

TEST_CASE("whole numbers grow beyond 64 bits", "[starlark][bigint]") {
  CHECK(to_decimal(multiply(make_big(1LL << 62), make_big(16))) == "73786976294838206464");
  CHECK(to_decimal(add(make_big(INT64_MAX), make_big(1))) == "9223372036854775808");
  CHECK(to_text(make_big(255), 16) == "ff");
  CHECK(to_text(make_big(-255), 16, true) == "-FF");
  CHECK(to_decimal(shift_left(make_big(1), 100)) == "1267650600228229401496703205376");
  CHECK(to_decimal(parse("-123456789012345678901234567890")) == "-123456789012345678901234567890");
}

TEST_CASE("division rounds towards minus infinity", "[starlark][bigint]") {
  Big rest;
  CHECK(to_decimal(divide_floor(make_big(-7), make_big(2), &rest)) == "-4");
  CHECK(to_decimal(rest) == "1");
  CHECK(to_decimal(divide_floor(make_big(7), make_big(-2), &rest)) == "-4");
  CHECK(to_decimal(rest) == "-1");
}

TEST_CASE("a quotient times its divisor plus the remainder is the dividend", "[starlark][bigint]") {
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const Big a = random_big(random, static_cast<int>(random() % 8));
    const Big b = random_big(random, 1 + static_cast<int>(random() % 5));
    Big rest;
    const Big quotient = divide_floor(a, b, &rest);
    REQUIRE(compare(add(multiply(quotient, b), rest), a) == 0);
    REQUIRE((is_zero(rest) || rest.negative == b.negative));
    REQUIRE((compare(rest.negative ? negate(rest) : rest, b.negative ? negate(b) : b) < 0));
  }
}

TEST_CASE("bits behave as in two's complement", "[starlark][bigint]") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 2000; ++i) {
    const auto a = static_cast<std::int64_t>(random()), b = static_cast<std::int64_t>(random());
    REQUIRE(to_int64(bit_and(make_big(a), make_big(b))) == (a & b));
    REQUIRE(to_int64(bit_or(make_big(a), make_big(b))) == (a | b));
    REQUIRE(to_int64(bit_xor(make_big(a), make_big(b))) == (a ^ b));
    REQUIRE(to_int64(bit_not(make_big(a))) == ~a);
    REQUIRE(to_int64(shift_right(make_big(a), 7)) == a >> 7);
  }
}

TEST_CASE("doubles are converted exactly and rounded to even", "[starlark][bigint]") {
  CHECK(to_decimal(make_big_from_double(1e20)) == "100000000000000000000");
  CHECK(to_decimal(make_big_from_double(-1.9)) == "-1");
  CHECK(to_double(parse("9007199254740993")) == 9007199254740992.0);
  CHECK(to_double(parse("100000000000000000000000000000")) == 1e29);
}
