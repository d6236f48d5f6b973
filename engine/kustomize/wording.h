#pragma once
// What kustomize says of an error on its way to the top.
//
// kustomize puts a few words around an error at each level that it passes ("accumulating resources:
// …"). Here a level names what it was doing; the words themselves are a table (door_text.cpp). The
// diagnostic stays what it is, only the compatible door shows the words.
//
//   during("target", [&] { return Arguments{path}; }, [&] { return load_kustomization(…); });

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace plumb::kustomize {

using Arguments = std::vector<std::string>;

// An error with what kustomize would print behind "Error: ".
struct WordedError : Error {
  WordedError(const Error& error, std::string text)
      : Error(error.diagnostic(), error.further()), words(std::move(text)) {}
  WordedError(Diagnostic diagnostic, std::string text)
      : Error(std::move(diagnostic)), words(std::move(text)) {}
  std::string words;
};

// Kustomize's words for an error: those it has gathered, else those of its code, else plumb's own.
std::string words_of(const Error& error);
// The error again, with the words of `doing` around its own; `doing` is a row of the door's table.
[[noreturn]] void rethrow_during(const Error& error, std::string_view doing,
                                 const Arguments& arguments);

// Runs `work`. `arguments` is asked for the values in the words when there is an error.
template <typename MakeArguments, typename Work>
decltype(auto) during(std::string_view doing, const MakeArguments& arguments, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    rethrow_during(error, doing, arguments());
  }
}
template <typename Work>
decltype(auto) during(std::string_view doing, const Work& work) {
  return during(doing, [] { return Arguments{}; }, work);
}

// Why a pattern is none, in the words of Go's regexp; `cause` is RE2's: "missing ]: [a".
std::string go_regex_words(std::string_view cause);

// A text in double quotes, as Go's %q writes it.
std::string go_quoted(std::string_view text);

}  // namespace plumb::kustomize
