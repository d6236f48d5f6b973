#pragma once
// Failures in ytt's own words.
//
// The text of a Diagnostic that this module throws is what ytt prints behind "ytt: Error: ", which
// may be several lines; each stage puts its own words in front. The first line that says what is
// wrong stays in the arguments, for plumb's own commands: {"summary", text}.

#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "ytt/node.h"

namespace plumb::ytt {

[[noreturn]] void refuse(std::string_view code, std::string text, Span span = {});
// A part of ytt that plumb does not have: the error ytt/unsupported, which names it.
[[noreturn]] void refuse_unsupported(std::string_view feature, Span span = {});

// What is wrong, in one line.
std::string summary_of(const Diagnostic& diagnostic);
void set_summary(Diagnostic& diagnostic, std::string summary);

// Runs `work`; what it throws gets `prefix` in front of its text.
template <typename Work>
auto explaining(std::string_view prefix, Work work) {
  try {
    return work();
  } catch (Error& error) {
    Diagnostic diagnostic = error.diagnostic();
    set_summary(diagnostic, summary_of(diagnostic));
    diagnostic.text.insert(0, prefix);
    throw Error(std::move(diagnostic));
  }
}

}  // namespace plumb::ytt
