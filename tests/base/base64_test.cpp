#include "base/base64.h"

#include <catch2/catch.hpp>

namespace plumb {

TEST_CASE("base64 encodes the examples of RFC 4648 and decodes them again", "[base][base64]") {
  const std::pair<std::string, std::string> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : examples) {
    CHECK(base64_encode(plain) == encoded);
    CHECK(base64_decode(encoded) == plain);
  }
}

TEST_CASE("text that is not base64 is refused", "[base][base64]") {
  for (const char* text : {"Zg", "Zg=", "Z===", "Zg==Zg==", "Z!==", "Zm9v=", "=", "Zg== "}) {
    INFO(text);
    CHECK(base64_decode(text) == std::nullopt);
  }
  CHECK(base64_decode("Zm9v\nYmFy\r\n") == "foobar");
}

}  // namespace plumb
