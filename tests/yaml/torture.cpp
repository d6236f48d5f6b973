#include "yaml/torture.h"

namespace plumb::yaml::torture {

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

namespace {

// `count` pieces, each with its number in the place of '@'.
std::string numbered(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    for (const char c : piece) {
      if (c == '@') {
        out += std::to_string(i);
      } else {
        out += c;
      }
    }
  }
  return out;
}

std::string nested_maps(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += std::string(i, ' ') + "a:\n";
  return out;
}

// Each anchor names the one before it nine times.
std::string laughs(std::size_t count) {
  std::string out = "a0: &a0 [x]\n";
  for (std::size_t i = 1; i < count; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeat(alias + ", ", 8) +
           alias + "]\n";
  }
  return out;
}

// Each mapping takes over the one before it and has a key more.
std::string merge_chain(std::size_t count) {
  std::string out = "m0: &m0 {k0: 1}\n";
  for (std::size_t i = 1; i < count; ++i) {
    const std::string n = std::to_string(i);
    out += "m" + n + ": &m" + n + " {<<: *m" + std::to_string(i - 1) + ", k" + n + ": 1}\n";
  }
  return out;
}

}  // namespace

const std::vector<Input>& inputs() {
  using std::size_t;
  static const std::vector<Input> kInputs{
      {"nested [", [](size_t n) { return repeat("[", n); }, 20'000, "base/limit"},
      {"nested [ in the limit", [](size_t n) { return repeat("[", n) + repeat("]", n); }, 9'000,
       ""},
      {"nested {a: ", [](size_t n) { return repeat("{a: ", n); }, 20'000, "base/limit"},
      {"nested block maps", nested_maps, 5'000, ""},
      {"nested block maps beyond the limit", nested_maps, 10'100, "base/limit"},
      {"nested - ", [](size_t n) { return repeat("- ", n); }, 20'000, "base/limit"},
      {"? of ?", [](size_t n) { return repeat("? ", n); }, 20'000, "base/limit"},
      {"keys of one map", [](size_t n) { return numbered("key@: 1\n", n); }, 100'000, ""},
      {"integer keys", [](size_t n) { return numbered("@: 1\n", n); }, 100'000, ""},
      {"a key again and again", [](size_t n) { return repeat("a: 1\n", n); }, 100'000,
       "yaml/duplicate-key"},
      {"documents", [](size_t n) { return repeat("---\na\n", n); }, 100'000, ""},
      {"broken documents", [](size_t n) { return repeat("---\n]\n", n); }, 100'000,
       "yaml/expected-node"},
      {"a plain scalar", [](size_t n) { return repeat("word ", n / 5); }, 10'000'000, ""},
      {"a plain scalar of many lines", [](size_t n) { return repeat("word\n ", n / 6); },
       10'000'000, ""},
      {"a plain scalar of letters beyond ASCII",
       [](size_t n) { return repeat("\xC3\xA4\xE2\x82\xAC", n / 5); }, 10'000'000, ""},
      {"a single-quoted scalar", [](size_t n) { return "'" + repeat("''x\n ", n / 5) + "'"; },
       10'000'000, ""},
      {"a double-quoted scalar",
       [](size_t n) { return "\"" + repeat("\\u00e4 \\\n x", n / 11) + "\""; }, 10'000'000, ""},
      {"blanks in quotes", [](size_t n) { return "\"" + repeat(" ", n) + "\""; }, 10'000'000, ""},
      {"blanks and breaks in quotes", [](size_t n) { return "'" + repeat("  \n", n / 3) + "'"; },
       10'000'000, ""},
      {"a literal of one line", [](size_t n) { return "a: |\n  " + repeat("x", n); }, 10'000'000,
       ""},
      {"a literal of many lines", [](size_t n) { return "a: |\n" + repeat("  x\n", n / 4); },
       10'000'000, ""},
      {"a folded scalar", [](size_t n) { return "a: >\n" + repeat("  x y\n\n   z\n", n / 12); },
       10'000'000, ""},
      {"a literal of empty lines", [](size_t n) { return "a: |+\n" + repeat("\n", n); }, 10'000'000,
       ""},
      {"a flow sequence on one line", [](size_t n) { return "[" + repeat("x, ", n / 3) + "]"; },
       10'000'000, ""},
      {"comments", [](size_t n) { return numbered("# comment @\n", n); }, 100'000, ""},
      {"comments behind values", [](size_t n) { return repeat("- x # y\n", n); }, 100'000, ""},
      {"comments behind a document",
       [](size_t n) { return "a\n...\n" + numbered("# comment @\n", n); }, 100'000, ""},
      {"an alias bomb", laughs, 20, "base/limit"},
      {"anchors", [](size_t n) { return numbered("- &a@ x\n", n); }, 100'000, ""},
      {"anchors, then documents with one",
       [](size_t n) { return numbered("- &a@ x\n", n) + repeat("---\n&a x\n", n); }, 50'000, ""},
      {"aliases", [](size_t n) { return "- &a x\n" + repeat("- *a\n", n); }, 100'000, ""},
      {"unknown aliases", [](size_t n) { return numbered("- &a@ x\n", n) + repeat("- *b\n", n); },
       100'000, "yaml/unknown-anchor"},
      {"a merge chain", merge_chain, 500, ""},
      {"a merge chain beyond the limit", merge_chain, 4'000, "base/limit"},
      {"blanks", [](size_t n) { return repeat(" ", n); }, 10'000'000, ""},
      {"tabs", [](size_t n) { return "a:" + repeat("\t", n); }, 10'000'000, ""},
      {"line breaks", [](size_t n) { return repeat("\n", n); }, 10'000'000, ""},
      {"carriage returns", [](size_t n) { return "a: x" + repeat("\r", n); }, 10'000'000, ""},
      {"hyphens", [](size_t n) { return repeat("-", n); }, 10'000'000, ""},
      {"colons", [](size_t n) { return repeat(":", n); }, 10'000'000, "yaml/mapping-place"},
      {"colons and words", [](size_t n) { return repeat("a:b", n / 3); }, 10'000'000, ""},
      {"ampersands", [](size_t n) { return repeat("& ", n); }, 1'000'000, "yaml/anchor-name"},
      {"a long tag", [](size_t n) { return "!" + repeat("x", n) + " a"; }, 10'000'000, ""},
      {"a long anchor", [](size_t n) { return "&" + repeat("x", n) + " a"; }, 10'000'000, ""},
      {"directives", [](size_t n) { return numbered("%TAG !t@! x\n", n) + "---\na\n"; }, 50'000,
       ""},
      {"a long number", [](size_t n) { return repeat("1", n); }, 1'000'000, ""},
  };
  return kInputs;
}

}  // namespace plumb::yaml::torture
