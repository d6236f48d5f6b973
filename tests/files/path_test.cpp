#include "files/path.h"

#include <catch2/catch.hpp>

namespace plumb::files {

namespace {
Path at(std::string_view text) { return Path::parse(text).value(); }
}  // namespace

TEST_CASE("a path is kept in its shortest form", "[files][path]") {
  CHECK(at("a/./b//c").text() == "a/b/c");
  CHECK(at("a/b/../c/").text() == "a/c");
  CHECK(at(".").is_root());
  CHECK(at("").is_root());
}

TEST_CASE("a path that leaves its tree is none", "[files][path]") {
  CHECK_FALSE(Path::parse("../a"));
  CHECK_FALSE(Path::parse("a/../../b"));
  CHECK_FALSE(Path::parse("/etc/passwd"));
  CHECK_FALSE(Path::parse(std::string_view("a\0b", 3)));
  CHECK_FALSE(at("a").resolve("../../c"));
  CHECK_FALSE(at("a").resolve("/etc/passwd"));
}

TEST_CASE("a relative path is taken from a directory", "[files][path]") {
  CHECK(at("a/b").resolve("../c.yaml") == at("a/c.yaml"));
  CHECK(at("a").resolve("../..b") == at("..b"));
  CHECK(at("a").resolve("..").value().is_root());
}

TEST_CASE("a path knows its parts", "[files][path]") {
  CHECK(at("a/b/c").parent() == at("a/b"));
  CHECK(at("a").parent().is_root());
  CHECK(Path().parent().is_root());
  CHECK(at("a/b.tar.yaml").name() == "b.tar.yaml");
  CHECK(at("a/b.tar.yaml").extension() == "yaml");
  CHECK(at("a/.hidden").extension().empty());
  CHECK(at("a.d/file").extension().empty());
  CHECK(at("a").child("b") == at("a/b"));
}

TEST_CASE("a path is within itself and what is above it", "[files][path]") {
  CHECK(at("a/b").is_within(at("a")));
  CHECK(at("a").is_within(at("a")));
  CHECK(at("a").is_within(Path()));
  CHECK_FALSE(at("ab").is_within(at("a")));
  CHECK_FALSE(at("a").is_within(at("a/b")));
}

TEST_CASE("a path can be told from another directory", "[files][path]") {
  CHECK(at("a/b").relative_to(at("a")) == "b");
  CHECK(at("a/b").relative_to(at("a/b")) == ".");
  CHECK(at("a/b").relative_to(at("c/d")) == "../../a/b");
  CHECK(at("a").relative_to(at("a/b")) == "..");
  CHECK(at("a").relative_to(Path()) == "a");
}

}  // namespace plumb::files
