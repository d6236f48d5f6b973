// Any text: the reader ends in documents or in an Error, and every place it tells is one of the
// text.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "yaml/read.h"

using namespace plumb;

namespace {

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

void read_all(const SourceStore& sources, SourceId id, const yaml::Profile& profile) {
  Arena arena;
  try {
    const yaml::Stream stream = yaml::read(sources, id, profile, arena, small_limits());
    if (!profile.utf16) check_documents(stream, sources.text(id));
  } catch (const Error& error) {
    static_cast<void>(format_diagnostic(error.diagnostic(), sources));
    for (const Diagnostic& further : error.further())
      static_cast<void>(format_diagnostic(further, sources));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 20'000) return 0;
  SourceStore sources;
  const SourceId id = sources.add("in", std::string(reinterpret_cast<const char*>(data), size));
  for (const yaml::Profile* const profile : {&yaml::kKubernetesProfile, &yaml::kStrictProfile,
                                             &yaml::kYttPlainProfile, &yaml::kKustomizeProfile})
    read_all(sources, id, *profile);
  return 0;
}
