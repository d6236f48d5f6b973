#include "files/output.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "files/scratch.h"

namespace plumb::files {

namespace {
std::size_t entries(const Scratch& scratch) {
  const auto begin = std::filesystem::directory_iterator(scratch.path);
  return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}
}  // namespace

TEST_CASE("a file is replaced at once", "[files][output]") {
  const Scratch scratch;
  write_atomically(scratch.at("a"), "one");
  write_atomically(scratch.at("a"), "two");
  CHECK(scratch.read("a") == "two");
  CHECK(entries(scratch) == 1);
}

TEST_CASE("a link is written behind, not over", "[files][output]") {
  const Scratch scratch;
  scratch.write("real", "old");
  ::symlink("real", scratch.at("link").c_str());
  write_atomically(scratch.at("link"), "new");
  CHECK(scratch.read("real") == "new");
  CHECK(std::filesystem::is_symlink(scratch.at("link")));
}

TEST_CASE("what cannot be written is said", "[files][output]") {
  const Scratch scratch;
  CHECK(code_of([&] { write_atomically(scratch.at("none/a"), "x"); }) == "files/unwritable");
  CHECK(code_of([&] { write_atomically(scratch.path, "x"); }) == "files/unwritable");
  CHECK(code_of([&] { write_atomically("/dev/full", "x"); }) == "files/unwritable");
  write_atomically("/dev/null", "x");
}

TEST_CASE("a directory that may not be written keeps its old file", "[files][output]") {
  if (::geteuid() == 0) return;  // the superuser may write everywhere
  const Scratch scratch;
  scratch.write("a", "old");
  ::chmod(scratch.path.c_str(), 0500);
  CHECK(code_of([&] { write_atomically(scratch.at("a"), "new"); }) == "files/unwritable");
  ::chmod(scratch.path.c_str(), 0700);
  CHECK(scratch.read("a") == "old");
}

TEST_CASE("a directory holds the files of the last run and no others of ours", "[files][output]") {
  const Scratch scratch;
  const std::string out = scratch.at("x/out");
  const WriteSummary first = write_directory(out, {{"a/b", "1"}, {"a/c", "2"}, {"d", "3"}});
  CHECK(first.written == 3);
  scratch.write("x/out/a/theirs", "theirs");
  const WriteSummary second = write_directory(out, {{"a/b", "1"}, {"d", "4"}, {"e/f", "5"}});
  CHECK(second.written == 2);
  CHECK(second.unchanged == 1);
  CHECK(second.removed == 1);
  CHECK(scratch.read("x/out/d") == "4");
  CHECK(scratch.has("x/out/a/theirs"));
  CHECK_FALSE(scratch.has("x/out/a/c"));
  const WriteSummary third = write_directory(out, {});
  CHECK(third.removed == 3);
  CHECK_FALSE(scratch.has("x/out/e"));
  CHECK(scratch.has("x/out/a/theirs"));
}

TEST_CASE("a file of somebody else stops everything before a byte is written", "[files][output]") {
  const Scratch scratch;
  scratch.write("b", "theirs");
  CHECK(code_of([&] { write_directory(scratch.path, {{"a", "1"}, {"b", "2"}}); }) ==
        "files/foreign-file");
  CHECK(code_of([&] { write_directory(scratch.path, {{"b/c", "1"}}); }) == "files/foreign-file");
  scratch.write("c/d", "theirs");
  CHECK(code_of([&] { write_directory(scratch.path, {{"c", "1"}}); }) == "files/foreign-file");
  CHECK_FALSE(scratch.has("a"));
  CHECK(scratch.read("b") == "theirs");
}

TEST_CASE("a directory behind a link is not written into", "[files][output]") {
  const Scratch scratch;
  scratch.write("real/x", "");
  std::filesystem::create_directory(scratch.at("out"));
  ::symlink("../real", scratch.at("out/link").c_str());
  CHECK(code_of([&] { write_directory(scratch.at("out"), {{"link/y", "1"}}); }) ==
        "files/foreign-file");
  CHECK_FALSE(scratch.has("real/y"));
}

TEST_CASE("files of failed targets stay as they were", "[files][output]") {
  const Scratch scratch;
  write_directory(scratch.path, {{"dev/web/a", "1"}, {"dev/api/b", "2"}});
  write_directory(scratch.path, {{"dev/api/c", "3"}}, {"dev/web/"});
  CHECK(scratch.has("dev/web/a"));
  CHECK_FALSE(scratch.has("dev/api/b"));
  write_directory(scratch.path, {{"dev/api/c", "3"}});
  CHECK_FALSE(scratch.has("dev/web/a"));
}

TEST_CASE("a file of ours may become a directory, and back", "[files][output]") {
  const Scratch scratch;
  write_directory(scratch.path, {{"a", "1"}, {"a-b", "2"}});
  write_directory(scratch.path, {{"a/b/c", "3"}});
  CHECK(scratch.read("a/b/c") == "3");
  write_directory(scratch.path, {{"a", "4"}});
  CHECK(scratch.read("a") == "4");
}

TEST_CASE("names of results stay below their directory", "[files][output]") {
  const Scratch scratch;
  for (const char* const name : {"../a", "/a", "a//b", "", ".plumb-files", "a\nb"})
    CHECK(code_of([&] { write_directory(scratch.path, {{name, "1"}}); }) == "files/bad-path");
  scratch.write(".plumb-files", "../../etc/passwd\n");
  CHECK(code_of([&] { write_directory(scratch.path, {}); }) == "files/bad-manifest");
}

}  // namespace plumb::files
