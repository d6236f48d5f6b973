#include "kustomize/node_hash.h"

#include <algorithm>

#include "base/text.h"
#include "yaml/emit.h"
#include "yaml/read.h"
#include "yaml/tag.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;
using yaml::Style;
using yaml::Type;

struct NotAsRead {};

// Go's numbers for kinds and styles of nodes.
int kind_number(const Node& node) { return node.is_scalar() ? 8 : node.is_mapping() ? 4 : 2; }

int style_number(Style style) {
  switch (style) {
    case Style::kDoubleQuoted:
      return 2;
    case Style::kSingleQuoted:
      return 4;
    case Style::kLiteral:
      return 8;
    case Style::kFolded:
      return 16;
    case Style::kFlow:
      return 32;
    default:
      return 0;
  }
}

std::string_view tag_of(const Node& node) {
  if (!node.is_scalar()) return node.is_mapping() ? "!!map" : "!!seq";
  return yaml::short_tag(node.type);
}

std::string json_string(std::string_view text) {
  Arena arena;
  return yaml::emit_json(*yaml::make_string(arena, text));
}

class Writer {
 public:
  explicit Writer(std::string_view document, std::uint32_t offset)
      : document_(document), offset_(offset) {}

  void write(const Node& node) {
    if (node.span.source == 0 || node.origin != 0 || node.decoration != nullptr) throw NotAsRead{};
    out_ += cat("{\"Kind\":", kind_number(node), ",\"Style\":", style_number(node.style),
                ",\"Tag\":\"", tag_of(node),
                "\",\"Value\":", json_string(node.is_scalar() ? node.text : std::string_view{}),
                ",\"Anchor\":\"\",\"Alias\":null,\"Content\":");
    content(node);
    const std::string_view before = document_.substr(0, node.span.offset - offset_);
    const std::size_t line_start = before.rfind('\n') + 1;
    out_ += cat(",\"HeadComment\":\"\",\"LineComment\":\"\",\"FootComment\":\"\",\"Line\":",
                std::ranges::count(before, '\n') + 1,
                ",\"Column\":", utf8_length(before.substr(line_start)) + 1, "}");
  }

  std::string take() { return std::move(out_); }

 private:
  void content(const Node& node) {
    if (node.items.empty() && node.entries.empty()) {
      out_ += "null";
      return;
    }
    bool first = true;
    const auto part = [&](const Node& child) {
      out_ += first ? '[' : ',';
      first = false;
      write(child);
    };
    for (const Node* const item : node.items) part(*item);
    for (const yaml::Entry& entry : node.entries) {
      part(*entry.key);
      part(*entry.value);
    }
    out_ += ']';
  }

  std::string_view document_;
  std::uint32_t offset_;
  std::string out_;
};

}  // namespace

std::optional<std::string> node_json(const Node& body, const SourceStore& sources) {
  if (body.span.source == 0) return std::nullopt;
  const std::string_view text = sources.text(body.span.source);
  const std::size_t marker = text.substr(0, body.span.offset).rfind("\n---");
  const std::size_t from = marker == std::string_view::npos ? 0 : text.find('\n', marker + 1) + 1;
  const std::size_t to = std::min(text.find("\n---", from), text.size());
  if (text.substr(from, to - from).find('#') != std::string_view::npos) return std::nullopt;
  try {
    Writer writer(text.substr(from), static_cast<std::uint32_t>(from));
    writer.write(body);
    return writer.take();
  } catch (const NotAsRead&) {
    return std::nullopt;
  }
}

}  // namespace plumb::kustomize
