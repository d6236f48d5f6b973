#include <string>

#include <catch2/catch.hpp>

#include "yaml/read.h"

namespace plumb::yaml {

namespace {

void describe(std::string& out, Span span) {
  out += std::to_string(span.offset) + "+" + std::to_string(span.length) + " ";
}

void describe(std::string& out, const Node& node) {
  out += std::to_string(static_cast<int>(node.type)) + "'" + std::string(node.text) + "'";
  describe(out, node.span);
  if (node.decoration != nullptr) out += node.decoration->anchor;
  for (const Node* const item : node.items) describe(out, *item);
  for (const Entry& entry : node.entries) {
    describe(out, *entry.key);
    describe(out, *entry.value);
  }
}

// All of a stream, or its mistakes.
std::string describe(const SourceStore& sources, SourceId id, unsigned jobs,
                     const Profile& profile) {
  Arena arena;
  std::string out;
  try {
    const Stream stream = read_parallel(sources, id, profile, arena, jobs);
    for (const Document& document : stream.documents) {
      describe(out, document.span);
      describe(out, document.marker);
      for (const Comment& comment : document.comments) describe(out, comment.span);
      describe(out, *document.root);
    }
    for (const Diagnostic& warning : stream.warnings) describe(out, warning.span);
  } catch (const Error& error) {
    out += error.diagnostic().code;
    describe(out, error.diagnostic().span);
    for (const Diagnostic& further : error.further()) describe(out, further.span);
  }
  return out;
}

bool same_at_any_jobs(const std::string& text, const Profile& profile = kKubernetesProfile) {
  SourceStore sources;
  const SourceId id = sources.add("in", text);
  const std::string serial = describe(sources, id, 1, profile);
  return describe(sources, id, 2, profile) == serial && describe(sources, id, 7, profile) == serial;
}

// A stream of about a megabyte of one document again and again.
std::string stream_of(std::string_view document) {
  std::string out;
  while (out.size() < 1'000'000) out += document;
  return out;
}

}  // namespace

TEST_CASE("a stream that is read in parts is the stream that is read in one piece",
          "[yaml][read][parallel]") {
  const std::string object =
      "# before\n---\n# head\nkind: A # line\nspec: &x {a: no, b: [1, 2]}\nc: *x\ntext: |\n"
      "  ---\n  more\n\nlast: >-\n  folded\n";
  const std::string stream = stream_of(object);
  CHECK(same_at_any_jobs(stream));
  CHECK(same_at_any_jobs(stream, kStrictProfile));
  CHECK(same_at_any_jobs("# nothing but a comment\n" + stream + "# after all\n"));
  CHECK(same_at_any_jobs("%TAG !e! x\n" + stream));
  CHECK(same_at_any_jobs(stream + "...\n# of the next\n" + stream));
  CHECK(same_at_any_jobs(stream_of("---\r\na: 1\r\n")));
  CHECK(same_at_any_jobs(stream_of("---\n")));
  CHECK(same_at_any_jobs(stream_of("--- a\n")));
}

TEST_CASE("mistakes are told the same whether a stream is read in parts or not",
          "[yaml][read][parallel]") {
  const std::string stream = stream_of("---\na: 1\nb: [x, y]\n");
  CHECK(same_at_any_jobs(stream + "---\na: 'not closed\n" + stream));
  CHECK(same_at_any_jobs(stream + "---\na: [not closed\n" + stream));
  CHECK(same_at_any_jobs(stream + "---\na: 1\na: 2\n" + stream + "---\n*c\n"));
  CHECK(same_at_any_jobs(stream + "\x01" + stream));
  CHECK(same_at_any_jobs(stream + "a\n---b\n" + stream));
}

}  // namespace plumb::yaml
