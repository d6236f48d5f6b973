// Any text: the reader ends in documents or in an Error, every place it tells is one of the text,
// and a stream that is read in parts is the same.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "yaml/read_parallel.h"

using namespace plumb;

namespace {

constexpr std::size_t kFewBytes = 16;  // so that a few documents make several parts

Limits small_limits() {
  Limits limits;
  limits.read_depth = 200;  // the fuzzer's stack is the system's
  limits.alias_nodes = 10'000;
  return limits;
}

void require(bool holds) {
  if (!holds) std::abort();
}

std::uint32_t end_of(Span span) { return span.offset + span.length; }

bool inside(Span inner, Span outer) {
  return inner.length == 0 || (inner.offset >= outer.offset && end_of(inner) <= end_of(outer));
}

// A quoted scalar's place starts and ends with its quote; a plain one of a single line is its text.
void check_scalar(const yaml::Node& node, std::string_view slice) {
  if (node.style == yaml::Style::kDoubleQuoted || node.style == yaml::Style::kSingleQuoted) {
    const char quote = node.style == yaml::Style::kDoubleQuoted ? '"' : '\'';
    require(slice.size() >= 2 && slice.front() == quote && slice.back() == quote);
  }
  if (node.style == yaml::Style::kPlain && slice.find_first_of("\n\r\xC2\xE2") == slice.npos) {
    require(slice == node.text);
  }
}

void check_node(const yaml::Node& node, std::string_view text) {
  require(end_of(node.span) <= text.size());
  if (node.is_scalar()) check_scalar(node, text.substr(node.span.offset, node.span.length));
  const auto check_child = [&](const yaml::Node& child) {
    if (child.shared) return;  // it stands at its anchor
    require(inside(child.span, node.span));
    check_node(child, text);
  };
  for (const yaml::Node* const item : node.items) check_child(*item);
  for (const yaml::Entry& entry : node.entries) {
    check_child(*entry.key);
    check_child(*entry.value);
  }
}

void check_documents(const yaml::Stream& stream, std::string_view text) {
  std::uint32_t behind = 0;
  for (const yaml::Document& document : stream.documents) {
    require(document.span.offset >= behind && end_of(document.span) <= text.size());
    behind = end_of(document.span);
    if (document.marker.length != 0)
      require(text.substr(document.marker.offset, document.marker.length) == "---");
    for (const yaml::Comment& comment : document.comments) {
      const std::string_view slice = text.substr(comment.span.offset, comment.span.length);
      require(slice.starts_with('#') && slice.substr(1) == comment.text);
    }
    check_node(*document.root, text);
  }
}

void describe(std::string& out, const yaml::Node& node) {
  out += std::to_string(static_cast<int>(node.type)) + "@" + std::to_string(node.span.offset) +
         "+" + std::to_string(node.span.length) + " " + std::string(node.text) + ";";
  for (const yaml::Node* const item : node.items) describe(out, *item);
  for (const yaml::Entry& entry : node.entries) {
    describe(out, *entry.key);
    describe(out, *entry.value);
  }
}

// All that a stream has, or the mistakes of its text.
std::string describe(const SourceStore& sources, SourceId id, const yaml::Profile& profile,
                     unsigned jobs) {
  Arena arena;
  std::string out;
  try {
    const yaml::Stream stream =
        yaml::read_in_parts(sources, id, profile, arena, jobs, kFewBytes, small_limits());
    if (jobs == 1 && !profile.utf16) check_documents(stream, sources.text(id));
    for (const yaml::Document& document : stream.documents) {
      out += "--- " + std::to_string(document.span.offset) + "+" +
             std::to_string(document.span.length);
      for (const yaml::Comment& comment : document.comments)
        out += "#" + std::to_string(comment.span.offset);
      describe(out, *document.root);
    }
    for (const Diagnostic& warning : stream.warnings) out += warning.text;
  } catch (const Error& error) {
    out += format_diagnostic(error.diagnostic(), sources);
    for (const Diagnostic& further : error.further()) out += format_diagnostic(further, sources);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  SourceStore sources;
  const SourceId id = sources.add("in", std::string(reinterpret_cast<const char*>(data), size));
  for (const yaml::Profile* const profile : {&yaml::kKubernetesProfile, &yaml::kStrictProfile,
                                             &yaml::kYttPlainProfile, &yaml::kKustomizeProfile}) {
    const std::string serial = describe(sources, id, *profile, 1);
    const bool parts = sources.text(id).find("\n---") != std::string_view::npos;
    if (parts && profile == &yaml::kStrictProfile)
      require(describe(sources, id, *profile, 2) == serial);
  }
  return 0;
}
