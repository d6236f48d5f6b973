#pragma once
// What went wrong, or looks wrong, as data.
//
// A Diagnostic is a code, a place, typed arguments and a wording; the compatible doors word the
// same code differently, from its arguments, so nobody ever decides anything by looking at a text.
// Codes are "module/what-is-wrong", fixed once published, and headings of
// docs/reference/diagnostics.md.
//
// Bad input throws: fail() throws Error, which is caught once per target. Findings (lint, schema)
// are collected in a Diagnostics list.
//
//   fail("kustomize/unknown-field", key.span, cat("unknown field '", name, "'"), {{cat("did you
//   mean '", near, "'?")}});
//
// Wording: lower case, no full stop, one line, the thing in single quotes as the user wrote it,
// expected and found; the cure goes into a note.

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace plumb {

enum class Severity : std::uint8_t { kError, kWarning, kInfo };

struct Note {
  std::string text;
  Span span = {};  // where that is; printed with its own excerpt
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;
  Span span;
  std::string text;
  std::vector<Note> notes;
  std::vector<std::string>
      arguments;  // for doors that word the code themselves; see the code's fail() call
};

using Diagnostics = std::vector<Diagnostic>;

class Error : public std::exception {
 public:
  explicit Error(Diagnostic diagnostic, Diagnostics further = {})
      : diagnostic_(std::move(diagnostic)), further_(std::move(further)) {}
  const Diagnostic& diagnostic() const { return diagnostic_; }
  Diagnostic& diagnostic() { return diagnostic_; }
  // What else was found wrong before giving up, in the order it was found: a text with several
  // mistakes is told of all of them at once.
  const Diagnostics& further() const { return further_; }
  const char* what() const noexcept override { return diagnostic_.text.c_str(); }

 private:
  Diagnostic diagnostic_;
  Diagnostics further_;
};

[[noreturn]] void fail(std::string_view code, Span span, std::string text,
                       std::vector<Note> notes = {}, std::vector<std::string> arguments = {});

// The diagnostic as people read it, ending in a line break:
//
//   overlays/prod/kustomization.yaml:2:1: error: unknown field 'imges' [kustomize/unknown-field]
//       imges:
//       ^^^^^
//   note: did you mean 'images'?
//
// Excerpts of secret sources, and lines over 200 bytes beyond the part around the caret, are left
// out. `color`: with ANSI colours.
std::string format_diagnostic(const Diagnostic& diagnostic, const SourceStore& sources,
                              bool color = false);

}  // namespace plumb
