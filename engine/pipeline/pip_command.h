#pragma once
// The pip calls of a component's bootstrap, and how an index gets into them.
//
// A compiled Python component runs `sh -c BOOTSTRAP sh -ec WRITER SOURCE`: the bootstrap installs
// packages and ends by running the rest, `"$0" "$@"`. It alone may be edited: the writer, the
// source and every other command are their author's.
//
// Found by the rules of the POSIX shell's grammar as far as simple commands go: quotes,
// substitutions, here-documents and comments are passed over.
//
//   pip_edits("pip install --quiet 'a' && \"$0\" \"$@\"", {{"--index-url", "https://x/simple"}})
//     inserts " --index-url https://x/simple" behind "install"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::pipeline {

struct TextEdit {
  std::size_t offset = 0;
  std::size_t length = 0;  // bytes that go
  std::string text;        // what comes in their place
};

struct PipFlags {
  // In the order in which they are written behind "install"; those of the same names that are
  // there already go.
  std::vector<std::pair<std::string, std::string>> flags;
  // Package → version specifier, "==1.0.0.dev14"; names compare as pip compares them.
  std::map<std::string, std::string> pins;
};

// The place of the bootstrap in a list of command words: behind the -c of the shell that it starts
// with. npos: there is none.
std::size_t bootstrap_index(const std::vector<std::string_view>& command);
// Whether a text ends by running what follows it: `"$0" "$@"`.
bool runs_the_rest(std::string_view script);

// The edits, in ascending order, without those that change nothing. A script whose quotes do not
// close has none.
std::vector<TextEdit> pip_edits(std::string_view script, const PipFlags& flags);
// How many `pip install` commands the script holds.
std::size_t count_pip_calls(std::string_view script);

std::string apply_edits(std::string_view text, const std::vector<TextEdit>& edits);

}  // namespace plumb::pipeline
