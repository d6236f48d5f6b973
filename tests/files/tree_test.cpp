#include "files/tree.h"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "files/scratch.h"

namespace plumb::files {

namespace {

Path at(std::string_view text) { return Path::parse(text).value(); }

std::vector<std::string> texts(const std::vector<Path>& paths) {
  std::vector<std::string> out;
  for (const Path& path : paths) out.push_back(path.text());
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a tree of texts has the directories that its paths imply", "[files][memory]") {
  const MemoryTree tree{{"a/b.yaml", "x: 1\n"}, {"a/c/d", ""}};
  CHECK(tree.kind_of(at("a")) == EntryKind::kDirectory);
  CHECK(tree.kind_of(Path()) == EntryKind::kDirectory);
  CHECK(tree.read_file(at("a/b.yaml"), {}) == "x: 1\n");
  CHECK_FALSE(tree.read_file(at("a"), {}));
  CHECK(tree.list_directory(at("a")) ==
        std::vector<Entry>{{"b.yaml", EntryKind::kFile}, {"c", EntryKind::kDirectory}});
  CHECK_FALSE(tree.list_directory(at("a/b.yaml")));
  CHECK(code_of([] { MemoryTree{{"../x", ""}}; }) == "files/bad-path");
  CHECK(code_of([] { MemoryTree{{"a", ""}, {"a/b", ""}}; }) == "files/bad-path");
}

TEST_CASE("links are followed inside their tree", "[files][links]") {
  MemoryTree tree{{"real/deep/file", "text"}, {"other", "text of other"}};
  tree.add_link(at("short"), "real/deep");
  tree.add_link(at("real/up"), "../other");
  tree.add_link(at("chain"), "./short/../up");  // '..' is taken from real/deep, not from the root
  CHECK(read(tree, at("short/file")) == "text");
  CHECK(read(tree, at("chain")) == "text of other");
  CHECK(resolve(tree, at("short/file")) == at("real/deep/file"));
  CHECK(lookup(tree, at("short")) == EntryKind::kDirectory);
  CHECK(list(tree, at("short")) == std::vector<Entry>{{"file", EntryKind::kFile}});
  CHECK_FALSE(lookup(tree, at("short/none")));
  CHECK_FALSE(lookup(tree, at("other/none")));
  CHECK_FALSE(tree.read_file(at("short/file"), {}));
}

TEST_CASE("a link that leads outside is an error without a look at its target", "[files][links]") {
  MemoryTree tree{{"a/b", ""}};
  tree.add_link(at("absolute"), "/etc/passwd");
  tree.add_link(at("a/climbs"), "../../a/b");
  tree.add_link(at("a/back"), "..");
  tree.add_link(at("twice"), "a/back/../b");
  for (const char* const path : {"absolute", "a/climbs", "twice"})
    CHECK(code_of([&] { lookup(tree, at(path)); }) == "files/outside");
}

TEST_CASE("links in a circle are an error", "[files][links]") {
  MemoryTree tree;
  tree.add_link(at("a"), "b");
  tree.add_link(at("b"), "a");
  CHECK(code_of([&] { lookup(tree, at("a")); }) == "files/link-loop");
}

TEST_CASE("a walk names all files in byte order of their paths", "[files][walk]") {
  MemoryTree tree{{"a/b", ""}, {"a.b", ""}, {"a/.git/config", ""}, {"z/.git", ""}};
  tree.add_link(at("file"), "a/b");
  tree.add_link(at("directory"), "a");
  tree.add_link(at("dangling"), "none");
  tree.add_link(at("outside"), "/none");
  CHECK(texts(walk(tree, Path())) == Names{"a.b", "a/b", "file", "outside"});
  CHECK(texts(walk(tree, at("a"))) == Names{"a/b"});
}

TEST_CASE("the upper tree of two hides what it has", "[files][layer]") {
  const MemoryTree upper{{"a/x", "upper"}, {"b", "a file"}};
  const MemoryTree lower{{"a/x", "lower"}, {"a/y", "lower"}, {"b/c", "hidden"}, {"d", "lower"}};
  const auto both = layer(upper, lower);
  CHECK(read(*both, at("a/x")) == "upper");
  CHECK(read(*both, at("a/y")) == "lower");
  CHECK(read(*both, at("d")) == "lower");
  CHECK_FALSE(both->kind_of(at("b/c")));
  CHECK_FALSE(both->list_directory(at("b")));
  CHECK(texts(walk(*both, Path())) == Names{"a/x", "a/y", "b", "d"});
}

TEST_CASE("a part of a tree is a tree of its own", "[files][subtree]") {
  MemoryTree tree{{"a/b/c", "text"}, {"d", ""}};
  tree.add_link(at("a/b/out"), "../../d");
  const auto part = subtree(tree, at("a/b"));
  CHECK(read(*part, at("c")) == "text");
  CHECK(part->describe(at("c")) == "a/b/c");
  CHECK(part->kind_of(Path()) == EntryKind::kDirectory);
  CHECK(code_of([&] { lookup(*part, at("out")); }) == "files/outside");
}

TEST_CASE("what a tree was asked for is known afterwards", "[files][inputs]") {
  MemoryTree tree{{"a/b", "text"}};
  tree.add_link(at("link"), "a/b");
  const RecordingTree recording(tree);
  read(recording, at("link"));
  list(recording, at("a"));
  lookup(recording, at("none/deep"));
  const Inputs inputs = recording.inputs();
  CHECK(inputs.files == std::set<Path>{at("a/b"), at("link")});
  CHECK(inputs.directories == std::set<Path>{at("a")});
  CHECK(inputs.missing == std::set<Path>{at("none")});
}

TEST_CASE("a directory of the disk is a tree", "[files][disk]") {
  const Scratch scratch;
  scratch.write("a/b.yaml", "x: 1\n");
  scratch.write("a/empty", "");
  ::symlink("b.yaml", scratch.at("a/link").c_str());
  ::symlink("a", scratch.at("d").c_str());
  ::mkfifo(scratch.at("pipe").c_str(), 0600);
  const auto tree = open_disk(scratch.path);
  CHECK(tree->kind_of(at("a")) == EntryKind::kDirectory);
  CHECK(tree->kind_of(at("a/link")) == EntryKind::kLink);
  CHECK(tree->kind_of(at("pipe")) == EntryKind::kOther);
  CHECK_FALSE(tree->kind_of(at("d/b.yaml")));  // never through a link
  CHECK_FALSE(tree->read_file(at("d/b.yaml"), {}));
  CHECK_FALSE(tree->read_file(at("pipe"), {}));
  CHECK_FALSE(tree->read_file(at("a/link"), {}));
  CHECK(read(*tree, at("d/link")) == "x: 1\n");
  CHECK(tree->read_file(at("a/empty"), {}) == "");
  CHECK(tree->read_link(at("a/link")) == "b.yaml");
  CHECK_FALSE(tree->read_link(at("a/b.yaml")));
  CHECK(tree->list_directory(at("a")) == std::vector<Entry>{{"b.yaml", EntryKind::kFile},
                                                            {"empty", EntryKind::kFile},
                                                            {"link", EntryKind::kLink}});
  CHECK(tree->describe(at("a/b.yaml")) == "a/b.yaml");
  CHECK(open_disk(scratch.path, "shown")->describe(at("a/b.yaml")) == "shown/a/b.yaml");
  CHECK(texts(walk(*tree, Path())) == Names{"a/b.yaml", "a/empty", "a/link"});
}

TEST_CASE("a file beyond the limit is not read", "[files][disk]") {
  const Scratch scratch;
  scratch.write("big", std::string(1000, 'x'));
  Limits limits;
  limits.file_bytes = 999;
  const auto tree = open_disk(scratch.path);
  CHECK(code_of([&] { tree->read_file(at("big"), limits); }) == "base/limit");
  limits.file_bytes = 1000;
  CHECK(tree->read_file(at("big"), limits).value().size() == 1000);
}

TEST_CASE("a file that may not be read is an error", "[files][disk]") {
  if (::geteuid() == 0) return;  // the superuser may read everything
  const Scratch scratch;
  scratch.write("secret", "x");
  ::chmod(scratch.at("secret").c_str(), 0);
  const auto tree = open_disk(scratch.path);
  CHECK(code_of([&] { tree->read_file(at("secret"), {}); }) == "files/unreadable");
}

}  // namespace plumb::files
