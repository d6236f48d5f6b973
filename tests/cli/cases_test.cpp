// Whole commands, in process. A case is a directory under cases/:
//
//   cmd       a line a command, without "plumb"; run one after another in the same place
//   env       NAME=VALUE a line: the environment's variables; "at=DIR": where the commands run
//   in/       what lies there; or commits/1, commits/2, …: each committed in turn, the last one
//   checked out stdout, stderr, exit   what is expected of the last command; no file: nothing,
//   nothing, 0
//
// By hand: copy in/ somewhere, go there, run `plumb $(cat cmd)`. PLUMB_ACCEPT=1 rewrites the
// expectations.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/parallel.h"
#include "base/text.h"
#include "cli/command.h"

namespace plumb::cli {

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void accept_file(const fs::path& path, const std::string& content) {
  if (content.empty()) {
    fs::remove(path);
  } else {
    std::ofstream(path, std::ios::binary) << content;
  }
}

// A directory of its own, gone at the end.
struct Scratch {
  Scratch() {
    std::string pattern = (fs::temp_directory_path() / "plumb-case-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  fs::path path;
};

void shell(const std::string& command) {
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
}

void lay_out(const fs::path& source, const fs::path& place) {
  const auto options = fs::copy_options::recursive | fs::copy_options::copy_symlinks |
                       fs::copy_options::overwrite_existing;
  if (fs::exists(source / "in")) fs::copy(source / "in", place, options);
  if (!fs::exists(source / "commits")) return;
  const std::string git =
      cat("cd ", place.string(),
          " && export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' "
          "GIT_COMMITTER_DATE='2024-01-01T00:00:00Z' && "
          "git -c user.name=plumb -c user.email=plumb@example.com -c init.defaultBranch=main ");
  shell(git + "init -q .");
  std::vector<fs::path> commits;
  for (const auto& entry : fs::directory_iterator(source / "commits"))
    commits.push_back(entry.path());
  std::sort(commits.begin(), commits.end());
  for (const fs::path& commit : commits) {
    // A commit is the whole content: what an earlier one had and this one has not is deleted.
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.path().filename() != ".git") fs::remove_all(entry.path());
    }
    fs::copy(commit, place, options);
    shell(git + "add -A");
    shell(git + "commit -q -m " + commit.filename().string());
  }
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words{"plumb"};
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

struct Result {
  std::string out, err;
  int status = 0;
};

// The file `env` of a case.
std::map<std::string, std::string> variables_of(const fs::path& file) {
  std::map<std::string, std::string> variables;
  std::istringstream in(read_file(file));
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find('=');
    variables[line.substr(0, equals)] = line.substr(equals + 1);
  }
  return variables;
}

Result run_in(const fs::path& place, const std::string& line,
              const std::map<std::string, std::string>& variables) {
  Process process;
  process.now = 1'795'348'800;  // 2026-11-22T12:00:00Z
  const auto at = variables.find("at");
  process.working_directory = (at == variables.end() ? place : place / at->second).string();
  process.read_stdin = [] { return std::string(); };
  process.variable = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  Result result;
  run_with_deep_stack([&] { result.status = run(words_of(line), process); });
  result.out = process.out;
  result.err = replace_all(process.err, place.string(), "PLACE");
  return result;
}

}  // namespace

TEST_CASE("commands do what their cases say", "[cli][cases]") {
  const fs::path root = fs::path(PLUMB_TESTS_DIR) / "cli" / "cases";
  const bool accept = std::getenv("PLUMB_ACCEPT") != nullptr;
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(root)) cases.push_back(entry.path());
  std::sort(cases.begin(), cases.end());
  REQUIRE_FALSE(cases.empty());
  for (const fs::path& one : cases) {
    DYNAMIC_SECTION(one.filename().string()) {
      const Scratch scratch;
      lay_out(one, scratch.path);
      Result result;
      const std::map<std::string, std::string> variables = variables_of(one / "env");
      std::istringstream commands(read_file(one / "cmd"));
      for (std::string line; std::getline(commands, line);)
        result = run_in(scratch.path, line, variables);
      const std::string status = result.status == 0 ? "" : std::to_string(result.status) + "\n";
      if (accept) {
        accept_file(one / "stdout", result.out);
        accept_file(one / "stderr", result.err);
        accept_file(one / "exit", status);
      }
      CHECK(result.out == read_file(one / "stdout"));
      CHECK(result.err == read_file(one / "stderr"));
      CHECK(status == read_file(one / "exit"));
    }
  }
}

}  // namespace plumb::cli
