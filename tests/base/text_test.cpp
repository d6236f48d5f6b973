#include "base/text.h"

#include <catch2/catch.hpp>

namespace plumb {

TEST_CASE("parts are split, joined, trimmed and replaced", "[base][text]") {
  CHECK(split("a,b,", ',') == std::vector<std::string_view>{"a", "b", ""});
  CHECK(join(split("a,b", ','), " and ") == "a and b");
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(replace_all("a.b.c", ".", "::") == "a::b::c");
  CHECK(cat("line ", 3, ':', std::string("x")) == "line 3:x");
  CHECK(to_integer("-12") == -12);
  CHECK(to_integer("12x") == std::nullopt);
  CHECK(count_of(1, "object") == "1 object");
  CHECK(count_of(2, "entry", "entries") == "2 entries");
}

TEST_CASE("invalid UTF-8 is found at its first byte", "[base][text]") {
  CHECK(find_invalid_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80") == std::string_view::npos);
  CHECK(find_invalid_utf8("ab\xFF") == 2);
  CHECK(find_invalid_utf8("\xC0\x80") == 0);      // overlong
  CHECK(find_invalid_utf8("\xED\xA0\x80") == 0);  // surrogate
  CHECK(find_invalid_utf8("a\xE2\x82") == 1);     // cut short
}

TEST_CASE("code points go out and come back", "[base][text]") {
  for (const char32_t c : {U'a', U'\u00e4', U'\u20ac', U'\U0001F600'}) {
    std::string text;
    append_utf8(text, c);
    std::size_t offset = 0;
    CHECK(next_code_point(text, offset) == c);
    CHECK(offset == text.size());
  }
}

}  // namespace plumb
