#include "files/git.h"

#include <thread>

#include <catch2/catch.hpp>

#include "files/scratch.h"

// libgit2 1.5 loses a match buffer for each repository that it opens.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpcre2"; }

namespace plumb::files {

namespace {

Path at(std::string_view text) { return Path::parse(text).value(); }

bool run(const std::string& command) {
  return std::system(("(" + command + ") >/dev/null 2>&1").c_str()) == 0;
}

bool has_git() { return run("git --version"); }

// One repository "r" with two commits: a/b.yaml is "one" in v1 and "two" in HEAD.
struct Fixture : Scratch {
  Fixture() {
    write("r/a/b.yaml", "one");
    write("r/a-b", "");
    git("init -q -b main . && ln -s a/b.yaml link && ln -s ../../x out");
    commit("tag -m annotated v1.0.0");
    write("r/a/b.yaml", "two");
    commit("tag light");
    git("remote add origin https://forge.example/team/r.git");
  }
  void git(const std::string& command) const {
    REQUIRE(run("cd " + at("r") + " && git " + command));
  }
  void commit(const std::string& then) const {
    git("-c user.name=n -c user.email=e add -A");
    git("-c user.name=n -c user.email=e commit -q -m message");
    git("-c user.name=n -c user.email=e " + then);
  }
};

}  // namespace

TEST_CASE("a revision's files are read without a checkout", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  const auto repository = open_repository(fixture.at("r/a"));
  CHECK(repository->work_directory() == std::filesystem::canonical(fixture.at("r")).string());
  const auto before = repository->open("v1.0.0");
  const auto now = repository->open("HEAD");
  CHECK(read(*before, at("a/b.yaml")) == "one");
  CHECK(read(*now, at("a/b.yaml")) == "two");
  CHECK(read(*now, at("link")) == "two");
  CHECK(now->kind_of(at("a")) == EntryKind::kDirectory);
  CHECK_FALSE(now->kind_of(at("a/none")));
  CHECK_FALSE(now->kind_of(at("a-b/none")));
  CHECK(code_of([&] { lookup(*now, at("out")); }) == "files/outside");
  CHECK(now->describe(at("a/b.yaml")) == "git:HEAD:a/b.yaml");
  CHECK(now->list_directory(Path()) == std::vector<Entry>{{"a", EntryKind::kDirectory},
                                                          {"a-b", EntryKind::kFile},
                                                          {"link", EntryKind::kLink},
                                                          {"out", EntryKind::kLink}});
  const auto below = repository->open("HEAD~1", at("a"));
  CHECK(read(*below, at("b.yaml")) == "one");
  CHECK(below->describe(at("b.yaml")) == "git:HEAD~1:a/b.yaml");
  Limits limits;
  limits.file_bytes = 2;
  CHECK(code_of([&] { now->read_file(at("a/b.yaml"), limits); }) == "base/limit");
}

TEST_CASE("revisions, tags and remotes are told", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  const auto repository = open_repository(fixture.at("r"));
  CHECK(repository->resolve("HEAD").commit.size() == 40);
  CHECK(repository->resolve("main").tree == repository->resolve("HEAD^0").tree);
  CHECK(repository->tags_at("HEAD") == std::vector<std::string>{"light"});
  CHECK(repository->tags_at("HEAD~1") == std::vector<std::string>{"v1.0.0"});
  CHECK(repository->describe_revision("HEAD") == "light");
  CHECK(repository->head_branch() == "main");
  CHECK(repository->remote_urls() == std::vector<std::string>{"https://forge.example/team/r.git"});
  fixture.git("checkout -q --detach");
  CHECK(repository->head_branch().empty());
}

TEST_CASE("a revision that is not there is answered with near names", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  const auto repository = open_repository(fixture.at("r"));
  try {
    repository->open("v1.0.1");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.diagnostic().code == "files/no-revision");
    CHECK(error.diagnostic().notes.at(0).text == "did you mean 'v1.0.0'?");
  }
  CHECK(code_of([&] { repository->open("HEAD:a"); }) == "files/no-revision");
  CHECK(code_of([&] { open_repository("/proc"); }) == "files/no-repository");
}

TEST_CASE("bare repositories and linked work trees are read", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  fixture.git("clone -q --bare . ../bare.git");
  fixture.git("worktree add -q ../linked v1.0.0");
  const auto bare = open_repository(fixture.at("bare.git"));
  CHECK(bare->work_directory().empty());
  CHECK(read(*bare->open("main"), at("a/b.yaml")) == "two");
  const auto linked = open_repository(fixture.at("linked"));
  CHECK(linked->work_directory() == std::filesystem::canonical(fixture.at("linked")).string());
  CHECK(read(*linked->open("HEAD"), at("a/b.yaml")) == "one");
}

TEST_CASE("shallow and partial clones say what they lack", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  fixture.git("config uploadpack.allowFilter true");
  const std::string source = " file://" + fixture.at("r") + " ";
  fixture.git("clone -q --depth 1" + source + "../shallow");
  const auto shallow = open_repository(fixture.at("shallow"));
  CHECK(read(*shallow->open("HEAD"), at("a/b.yaml")) == "two");
  CHECK(code_of([&] { shallow->open("HEAD~1"); }) == "files/no-revision");
  fixture.git("clone -q --no-checkout --filter=blob:none" + source + "../partial");
  const auto partial = open_repository(fixture.at("partial"));
  const auto tree = partial->open("HEAD");
  CHECK(tree->kind_of(at("a/b.yaml")) == EntryKind::kFile);
  CHECK(code_of([&] { read(*tree, at("a/b.yaml")); }) == "files/unreadable-object");
}

TEST_CASE("a repository with other hashes is refused by name", "[files][git]") {
  if (!has_git()) return;
  const Scratch scratch;
  if (!run("git init -q --object-format=sha256 " + scratch.at("r"))) return;
  CHECK(code_of([&] { open_repository(scratch.at("r")); }) == "files/unreadable-repository");
}

TEST_CASE("several threads may read one revision", "[files][git]") {
  if (!has_git()) return;
  const Fixture fixture;
  const auto repository = open_repository(fixture.at("r"));
  const auto tree = repository->open("HEAD");
  std::vector<int> right(4, 0);
  std::vector<std::thread> threads;
  for (int& count : right)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += read(*tree, at("link")) == "two";
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::vector<int>(4, 200));
}

}  // namespace plumb::files
