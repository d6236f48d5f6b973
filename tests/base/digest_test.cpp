#include "base/digest.h"

#include <catch2/catch.hpp>

namespace plumb {

TEST_CASE("sha256 gives the digests of FIPS 180-4", "[base][digest]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("md5 gives the digests of RFC 1321", "[base][digest]") {
  CHECK(md5_hex("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72");
}

}  // namespace plumb
