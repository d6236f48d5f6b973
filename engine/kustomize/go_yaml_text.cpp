#include "kustomize/go_yaml_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace plumb::kustomize {

namespace {

// Which part of Go's reader notices: it decides how lines are counted.
enum class Part : std::uint8_t { kReader, kScanner, kParser, kComposer };

// Where the thing began that is not finished.
enum class Context : std::uint8_t {
  kNone,
  kPlace,  // where the diagnostic points
  kNote,   // where its first note points
};

struct Row {
  std::string_view code;
  std::string_view starts;  // of the diagnostic's text; empty: any
  Part part;
  Context context;
  std::string_view words;
};

constexpr std::array kRows{
    Row{"yaml/alias-cycle", "", Part::kComposer, Context::kNone,
        "anchor '%' value contains itself"},
    Row{"yaml/anchor-name", "", Part::kScanner, Context::kPlace,
        "did not find expected alphabetic or numeric character"},
    Row{"yaml/block-header", "the indentation", Part::kScanner, Context::kPlace,
        "found an indentation indicator equal to 0"},
    Row{"yaml/block-header", "", Part::kScanner, Context::kPlace,
        "did not find expected comment or line break"},
    Row{"yaml/control-character", "", Part::kReader, Context::kNone,
        "control characters are not allowed"},
    Row{"yaml/directive", "", Part::kScanner, Context::kPlace, "found unknown directive name"},
    Row{"yaml/encoding", "", Part::kReader, Context::kNone, "invalid leading UTF-8 octet"},
    Row{"yaml/escape", "unknown", Part::kScanner, Context::kPlace,
        "found unknown escape character"},
    Row{"yaml/escape", "expected", Part::kScanner, Context::kPlace,
        "did not find expected hexdecimal number"},
    Row{"yaml/escape", "", Part::kScanner, Context::kPlace,
        "found invalid Unicode character escape code"},
    Row{"yaml/expected-colon", "", Part::kScanner, Context::kPlace, "could not find expected ':'"},
    Row{"yaml/expected-comma", "expected ',' or ']'", Part::kParser, Context::kNote,
        "did not find expected ',' or ']'"},
    Row{"yaml/expected-comma", "", Part::kParser, Context::kNote,
        "did not find expected ',' or '}'"},
    Row{"yaml/expected-document", "", Part::kParser, Context::kNone,
        "did not find expected <document start>"},
    Row{"yaml/expected-entry", "", Part::kParser, Context::kNote,
        "did not find expected '-' indicator"},
    Row{"yaml/expected-key", "expected a key before", Part::kParser, Context::kPlace,
        "did not find expected key"},
    Row{"yaml/expected-key", "", Part::kParser, Context::kNote, "did not find expected key"},
    Row{"yaml/expected-node", "", Part::kParser, Context::kPlace,
        "did not find expected node content"},
    Row{"yaml/mapping-place", "", Part::kScanner, Context::kNone,
        "mapping values are not allowed in this context"},
    Row{"yaml/properties", "", Part::kParser, Context::kPlace,
        "did not find expected node content"},
    Row{"yaml/reserved-character", "", Part::kScanner, Context::kPlace,
        "found character that cannot start any token"},
    Row{"yaml/sequence-place", "", Part::kScanner, Context::kNone,
        "block sequence entries are not allowed in this context"},
    Row{"yaml/tab", "a tab cannot indent a block", Part::kScanner, Context::kPlace,
        "found a tab character where an indentation space is expected"},
    Row{"yaml/tab", "", Part::kScanner, Context::kPlace,
        "found character that cannot start any token"},
    Row{"yaml/tag", "the tag handle", Part::kParser, Context::kPlace, "found undefined tag handle"},
    Row{"yaml/tag", "", Part::kScanner, Context::kPlace,
        "did not find expected whitespace or line break"},
    Row{"yaml/unclosed-flow", "", Part::kParser, Context::kPlace,
        "did not find expected node content"},
    Row{"yaml/unclosed-quote", "", Part::kScanner, Context::kPlace,
        "found unexpected end of stream"},
    Row{"yaml/unknown-anchor", "", Part::kComposer, Context::kNone,
        "unknown anchor '%' referenced"},
    Row{"yaml/version", "", Part::kParser, Context::kNone, "found incompatible YAML document"},
};

const Row* row_of(const Diagnostic& diagnostic) {
  const auto row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.code == diagnostic.code && diagnostic.text.starts_with(candidate.starts);
  });
  return row == kRows.end() ? nullptr : &*row;
}

std::size_t line_of(std::string_view text, std::size_t at) {
  return static_cast<std::size_t>(
      std::ranges::count(text.substr(0, std::min(at, text.size())), '\n'));
}

}  // namespace

std::string go_yaml_words(const Diagnostic& diagnostic, std::string_view text, std::uint32_t offset,
                          GoYaml version) {
  const Row* const row = row_of(diagnostic);
  if (row == nullptr) return diagnostic.text;
  std::string words(row->words);
  if (row->part == Part::kComposer)
    words =
        replace_all(words, "%", diagnostic.arguments.empty() ? "" : diagnostic.arguments.front());
  if (row->part == Part::kReader || row->part == Part::kComposer) return cat("yaml: ", words);
  const std::size_t here = diagnostic.span.offset - offset;
  std::optional<std::size_t> context;
  if (row->context == Context::kPlace) context = line_of(text, here);
  if (row->context == Context::kNote && !diagnostic.notes.empty() &&
      diagnostic.notes.front().span.length > 0)
    context = line_of(text, diagnostic.notes.front().span.offset - offset);
  const std::size_t noticed = line_of(text, here);
  std::size_t line = version == GoYaml::kVersion3 ? context.value_or(0) : noticed;
  if (line == 0) line = version == GoYaml::kVersion3 ? noticed : context.value_or(0);
  if (line == 0) return cat("yaml: ", words);
  const bool counts_on = row->part == Part::kScanner;
  return cat("yaml: line ", line + (counts_on ? 1 : 0), ": ", words);
}

}  // namespace plumb::kustomize
