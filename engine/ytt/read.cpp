#include "ytt/read.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/base64.h"
#include "base/text.h"
#include "starlark/unicode.h"
#include "yaml/emit.h"
#include "yaml/read.h"
#include "yaml/tag.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

constexpr yaml::Profile kProfile{
    "ytt", yaml::Resolution::kYtt, yaml::DuplicateKeys::kKeep, yaml::MergeKeys::kKeep, true, true,
    false};

Node* integer_value(Arena& arena, const yaml::Node& node) {
  if (const auto value = yaml::as_integer(node)) return make_int(arena, *value);
  Node* const out = make(arena, Kind::kUint64);
  for (const char c : yaml::decimal(node.text))
    out->unsigned_integer = out->unsigned_integer * 10 + static_cast<std::uint64_t>(c - '0');
  return out;
}

Node* scalar_value(Arena& arena, const yaml::Node& node) {
  switch (node.type) {
    case yaml::Type::kNull:
      return nullptr;
    case yaml::Type::kBoolean:
      return make_bool(arena, *yaml::as_boolean(node));
    case yaml::Type::kInteger:
      return integer_value(arena, node);
    case yaml::Type::kFloat:
      return make_float(arena, yaml::as_float(node).value_or(NAN));
    case yaml::Type::kBinary:
      return make_text(arena, arena.copy(base64_decode(node.text).value_or("")));
    default:
      return make_text(arena, node.text);
  }
}

// ---- the strict subset ----

[[noreturn]] void refuse_strict(std::string text, Span span) {
  refuse("ytt/strict", cat("yaml: Strict parsing: ", text), span);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// -?(0|[1-9][0-9]*), and what stands behind it.
bool takes_integer(std::string_view& text) {
  std::string_view rest = text;
  if (rest.starts_with('-')) rest.remove_prefix(1);
  const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (end == 0 || (end > 1 && rest[0] == '0')) return false;
  text = rest.substr(end);
  return true;
}

bool is_strict_float(std::string_view rest) {
  if (rest.starts_with('.')) {
    const std::size_t end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    if (end == 1) return false;
    rest.remove_prefix(end);
  }
  if (rest.empty()) return true;
  if (rest[0] != 'e' && rest[0] != 'E') return false;
  rest.remove_prefix(1);
  if (rest.starts_with('+') || rest.starts_with('-')) rest.remove_prefix(1);
  return is_digits(rest);
}

bool has_space(std::string_view text) {
  for (std::size_t at = 0; at < text.size();)
    if (starlark::is_space(next_code_point(text, at))) return true;
  return false;
}

// What a careful reader takes a plain scalar for.
yaml::Type strict_type(const yaml::Node& node) {
  const std::string_view text = node.text;
  if (text.empty()) return yaml::Type::kNull;
  if (text == "true" || text == "false") return yaml::Type::kBoolean;
  std::string_view rest = text;
  if (takes_integer(rest)) {
    if (rest.empty()) return yaml::Type::kInteger;
    if (is_strict_float(rest)) return yaml::Type::kFloat;
  }
  if (has_space(text))
    refuse_strict(cat("Strings with whitespace must be explicitly quoted: '", text, "'"),
                  node.span);
  if (contains(text, ":"))
    refuse_strict(cat("Strings with colon must be explicitly quoted: '", text, "'"), node.span);
  if (contains(text, "---"))
    refuse_strict(cat("Strings with triple-dash must be explicitly quoted: '", text, "'"),
                  node.span);
  return yaml::Type::kString;
}

// What a careful reader takes for a number, and no machine holds.
void check_strict_number(const yaml::Node& node, yaml::Type careful, yaml::Type usual) {
  const std::string_view text = node.text;
  if (careful == yaml::Type::kInteger && usual == yaml::Type::kFloat)
    refuse_strict(cat("Parsing int '", text, "': strconv.ParseUint: parsing \"", text,
                      "\": ", text.starts_with('-') ? "invalid syntax" : "value out of range"),
                  node.span);
  if (careful == yaml::Type::kFloat && usual != yaml::Type::kFloat)
    refuse_strict(cat("Parsing float '", text, "': strconv.ParseFloat: parsing \"", text,
                      "\": value out of range"),
                  node.span);
}

void check_strict(const yaml::Node& node) {
  const bool tagged = node.decoration != nullptr && !node.decoration->tag.empty();
  if (node.style != yaml::Style::kPlain || tagged) return;
  const yaml::Type careful_type = strict_type(node);
  const yaml::Type usual_type = yaml::resolve(node.text, yaml::Resolution::kGoYaml2);
  check_strict_number(node, careful_type, usual_type);
  const std::string_view careful = yaml::short_tag(careful_type);
  const std::string_view usual = yaml::short_tag(usual_type);
  if (careful != usual)
    refuse_strict(cat("Found '", node.text, "' ambigious (could be ", careful, " or ", usual, ")"),
                  node.span);
}

bool starts_with_marker(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\n\r\f\v");
  if (at == std::string_view::npos || !text.substr(at).starts_with("---")) return false;
  return at + 3 < text.size() &&
         std::string_view(" \t\n\r\f\v").find(text[at + 3]) != std::string_view::npos;
}

// Makes ytt's tree from the reader's.
class Converter {
 public:
  Converter(const SourceStore& sources, SourceId id, std::string_view file, bool strict,
            Arena& arena)
      : sources_(sources),
        id_(id),
        text_(sources.text(id)),
        file_(file),
        marked_(starts_with_marker(text_)),
        strict_(strict),
        arena_(arena) {}

  Node* value(const yaml::Node& node) {
    switch (node.kind) {
      case yaml::Kind::kMapping:
        return map(node);
      case yaml::Kind::kSequence:
        return array(node);
      default:
        return scalar(node);
    }
  }

  // Whether it stands in the first line of a block text ("a: | # here"): no comment for ytt.
  bool in_block_text(std::uint32_t offset) const {
    const auto behind = block_texts_.upper_bound(offset);
    return behind != block_texts_.begin() && offset < std::prev(behind)->second;
  }

  Place place(std::uint32_t offset, std::uint32_t length) const {
    return {file_, sources_.locate(id_, offset).line, true, {id_, offset, length}};
  }

 private:
  Node* map(const yaml::Node& node) {
    Node* const out = make(arena_, Kind::kMap);
    for (const yaml::Entry& entry : node.entries) {
      if (entry.key->type == yaml::Type::kMerge) {
        merge(*out, *entry.value);
        continue;
      }
      const Span span = entry.key->span;
      out->items.push_back(arena_, make_item(arena_, key(*entry.key), value(*entry.value),
                                             place(span.offset, span.length)));
    }
    return out;
  }

  Node* key(const yaml::Node& node) {
    return node.is_scalar() ? scalar(node) : unconverted(value(node));
  }

  // ytt never converts a key: where it is a collection, its items show as its reader has them, a
  // value and a line. (ytt 0.48.0, observed.)
  Node* unconverted(Node* node) {
    if (node == nullptr || !node->is_collection()) return node;
    for (Node* const item : node->items) {
      item->value = unconverted(item->value);
      if (!node->is_array()) continue;
      Node* const fields = make(arena_, Kind::kMap, item->place);
      const auto add = [&](std::string_view name, Node* value) {
        fields->items.push_back(arena_,
                                make_item(arena_, make_text(arena_, name), value, item->place));
      };
      add("value", item->value);
      add("line", make_int(arena_, item->place.line - (marked_ ? 1 : 0)));
      item->value = fields;
    }
    return node;
  }

  // `<<` puts the items of one mapping where it stands.
  void merge(Node& out, const yaml::Node& source) {
    if (!source.is_mapping())
      fail("ytt/merge", source.span, "map merge requires map or sequence of maps as the value");
    for (Node* const item : map(source)->items) out.items.push_back(arena_, item);
  }

  Node* array(const yaml::Node& node) {
    Node* const out = make(arena_, Kind::kArray);
    std::uint32_t after = node.span.offset;
    const std::uint32_t column = sources_.locate(id_, node.span.offset).column;
    for (const yaml::Node* const item : node.items) {
      std::uint32_t at = item->span.offset;
      if (node.style != yaml::Style::kFlow) at = dash(after, column);
      out->items.push_back(arena_, make_array_item(arena_, value(*item), place(at, 1)));
      const std::uint32_t end = item->span.offset + item->span.length;
      after = item->span.length > 0 && end > at && item->span.offset > at ? end : at + 1;
    }
    return out;
  }

  // The next '-' of a block sequence whose dashes stand in `column`.
  std::uint32_t dash(std::uint32_t from, std::uint32_t column) const {
    for (std::uint32_t at = from; at < text_.size();) {
      if (text_[at] == '-' && sources_.locate(id_, at).column == column) return at;
      const std::size_t line_end = text_.find('\n', at);
      if (line_end == std::string_view::npos) break;
      at = static_cast<std::uint32_t>(text_.find_first_not_of(' ', line_end + 1));
    }
    return from;
  }

  Node* scalar(const yaml::Node& node) {
    if (strict_) check_strict(node);
    if (node.style == yaml::Style::kLiteral || node.style == yaml::Style::kFolded)
      block_texts_[node.span.offset] = node.span.offset + node.span.length;
    Node* const out = scalar_value(arena_, node);
    if (out != nullptr) out->place.span = node.span;
    return out;
  }

  const SourceStore& sources_;
  SourceId id_;
  std::string_view text_;
  std::string_view file_;
  bool marked_;  // else ytt puts a marker's line before it
  bool strict_;
  Arena& arena_;
  std::map<std::uint32_t, std::uint32_t> block_texts_;  // where they start and end
};

// Nodes by line, the outer ones first.
using Lines = std::map<std::uint32_t, std::vector<Node*>>;

void collect_lines(Node* node, Lines& lines) {
  if (node == nullptr) return;
  if (node->place.known) lines[node->place.line].push_back(node);
  if (node->is_item()) collect_lines(node->value, lines);
  for (Node* const item : node->items) collect_lines(item, lines);
}

Node* owner_of(const Comment& comment, const Lines& lines) {
  const auto at = lines.lower_bound(comment.place.line);
  if (at == lines.end()) return nullptr;
  return at->first == comment.place.line ? at->second.back() : at->second.front();
}

// Collections stand where their parent stands, for messages.
void place_collections(Node* node, const Node* parent) {
  if (node == nullptr) return;
  if (!node->place.known && parent != nullptr && (node->is_map() || node->is_array())) {
    const Span span = node->place.span;
    node->place = parent->place;
    if (span.length > 0) node->place.span = span;
  }
  for (Node* const item : node->items) place_collections(item, node);
  if (node->is_item()) place_collections(node->value, node);
}

class DocumentsReader {
 public:
  DocumentsReader(const SourceStore& sources, SourceId id, std::string_view file,
                  ReadOptions options, Arena& arena)
      : sources_(sources),
        id_(id),
        file_(file),
        with_comments_(options.comments),
        arena_(arena),
        converter_(sources, id, file, options.strict, arena) {}

  Node* run(const yaml::Stream& stream) {
    Node* const set = make(arena_, Kind::kDocumentSet);
    const bool marked = !stream.documents.empty() && stream.documents[0].marker.length > 0;
    // ytt puts a marker before a text that starts with none: an empty document, if one follows.
    if ((stream.documents.empty() || marked) && !starts_with_marker(sources_.text(id_)))
      set->items.push_back(arena_, make(arena_, Kind::kDocument, first_place()));
    for (const yaml::Document& document : stream.documents) add(*set, document);
    if (!unassigned_.empty()) {
      Node* const last = make(arena_, Kind::kDocument, {{}, 0, false, {}});
      last->injected = true;
      last->comments = unassigned_;
      set->items.push_back(arena_, last);
    }
    place_collections(set, nullptr);
    return set;
  }

 private:
  Place first_place() const { return {file_, 1, true, {id_, 0, 0}}; }

  void add(Node& set, const yaml::Document& document) {
    Node* const out = make(arena_, Kind::kDocument);
    out->comments = unassigned_;
    unassigned_ = {};
    if (document.root != nullptr && !document.empty) out->value = converter_.value(*document.root);
    const bool implicit = document.marker.length == 0;
    if (!implicit) out->place = converter_.place(document.marker.offset, document.marker.length);
    assign_comments(*out, document);
    // A document without a marker has no place that a comment could belong to.
    if (implicit) out->place = first_place();
    set.items.push_back(arena_, out);
  }

  void assign_comments(Node& document, const yaml::Document& source) {
    if (!with_comments_) return;
    Lines lines;
    collect_lines(&document, lines);
    for (const yaml::Comment& each : source.comments) {
      if (converter_.in_block_text(each.span.offset)) continue;
      const Comment comment{each.text, converter_.place(each.span.offset, each.span.length)};
      Node* const owner = owner_of(comment, lines);
      (owner != nullptr ? owner->comments : unassigned_).push_back(arena_, comment);
    }
  }

  const SourceStore& sources_;
  SourceId id_;
  std::string_view file_;
  bool with_comments_;
  Arena& arena_;
  Converter converter_;
  List<Comment> unassigned_;
};

// libyaml's words for what the reader refuses, and where it sees the mistake: in lines from ours.
struct Wording {
  std::string_view code, text;
  int lines;
};
constexpr Wording kWordings[] = {
    {"yaml/reserved-character", "found character that cannot start any token", 0},
    {"yaml/tab", "found character that cannot start any token", 0},
    {"yaml/expected-entry", "did not find expected '-' indicator", -1},
    {"yaml/anchor-name", "did not find expected alphabetic or numeric character", 0},
    {"yaml/expected-colon", "could not find expected ':'", 1},
    {"yaml/expected-document", "did not find expected <document start>", -1},
    {"yaml/unclosed-flow", "did not find expected node content", 0},
    {"yaml/block-header", "did not find expected comment or line break", 0},
    {"yaml/expected-key", "did not find expected key", -1},
    {"yaml/sequence-place", "block sequence entries are not allowed in this context", 0},
    {"yaml/mapping-place", "mapping values are not allowed in this context", 0},
};

// Mistakes that libyaml's users tell without a line; or "".
std::string text_without_line(const Diagnostic& diagnostic) {
  const auto& arguments = diagnostic.arguments;
  const std::string_view name = arguments.empty() ? std::string_view() : arguments[0];
  if (diagnostic.code == "yaml/unknown-anchor")
    return cat("unknown anchor '", name, "' referenced");
  if (diagnostic.code == "yaml/alias-cycle")
    return cat("anchor '", name, "' value contains itself");
  if (diagnostic.code == "yaml/control-character") return "control characters are not allowed";
  if (diagnostic.code == "yaml/encoding") return "invalid leading UTF-8 octet";
  if (diagnostic.code == "ytt/merge") return diagnostic.text;
  if (diagnostic.code != "yaml/tag-value" || arguments.size() < 2) return "";
  if (name.ends_with(":binary")) return "!!binary value contains invalid base64 data";
  return cat("cannot decode !!str `", arguments[1], "` as a !!", name.substr(name.rfind(':') + 1));
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string told(std::uint32_t line, std::string_view what) {
  return cat("yaml: line ", line, ": ", what);
}

// A quote that stays open: libyaml stops at the next document, or at the end.
std::string unclosed_quote(std::string_view text, std::uint32_t line) {
  const std::vector<std::string_view> lines = split(text, '\n');
  for (std::size_t at = line; at < lines.size(); ++at) {
    const bool marker = lines[at].starts_with("---") || lines[at].starts_with("...");
    if (marker && (lines[at].size() == 3 || is_blank(lines[at][3])))
      return told(static_cast<std::uint32_t>(at + 1), "found unexpected document indicator");
  }
  return told(static_cast<std::uint32_t>(lines.size()), "found unexpected end of stream");
}

// A character that starts no value: what libyaml waited for depends on what stands before.
std::string unexpected_character(std::string_view text, std::uint32_t line) {
  const std::vector<std::string_view> lines = split(text, '\n');
  std::string_view before;
  for (std::size_t at = 0; at + 1 < line && at < lines.size(); ++at) {
    const std::string_view content = trim(lines[at]);
    if (!content.empty() && content[0] != '#') before = content;
  }
  const bool alone = before.empty() || before == "---" || before.ends_with(':') || before == "-";
  if (alone) return told(line - 1, "did not find expected node content");
  return told(line - 1, before.starts_with("- ") ? "did not find expected '-' indicator"
                                                 : "did not find expected key");
}

std::string bad_directive(std::string_view text, std::uint32_t line) {
  const std::vector<std::string_view> lines = split(text, '\n');
  const std::string_view name =
      lines[line - 1].substr(1, lines[line - 1].find_first_of(" \t\r") - 1);
  if (name == "TAG" || name == "YAML") return told(line, "did not find expected whitespace");
  const bool named =
      !name.empty() && (std::isalnum(static_cast<unsigned char>(name[0])) != 0 || name[0] == '_');
  return told(line,
              named ? "found unknown directive name" : "could not find expected directive name");
}

// Where the words depend on the text around.
std::string text_in_context(const Diagnostic& diagnostic, std::string_view text,
                            std::uint32_t line) {
  if (diagnostic.code == "yaml/unclosed-quote") return unclosed_quote(text, line);
  if (diagnostic.code == "yaml/directive") return bad_directive(text, line);
  if (diagnostic.code == "yaml/expected-node") return unexpected_character(text, line);
  if (diagnostic.code == "yaml/unclosed-flow" && diagnostic.span.offset >= text.size() &&
      text.ends_with('\n'))
    return told(line - 1, "did not find expected node content");
  if (diagnostic.code == "yaml/escape" && diagnostic.text.starts_with("unknown escape"))
    return told(line, "found unknown escape character");
  if (diagnostic.code == "yaml/tag" && diagnostic.text.ends_with("behind a tag"))
    return told(line, "did not find expected whitespace or line break");
  return {};
}

std::string libyaml_text(const Diagnostic& diagnostic, std::uint32_t line) {
  if (const std::string text = text_without_line(diagnostic); !text.empty())
    return cat("yaml: ", text);
  for (const Wording& row : kWordings)
    if (row.code == diagnostic.code)
      return cat("yaml: line ", static_cast<int>(line) + row.lines, ": ", row.text);
  if (diagnostic.code == "yaml/expected-comma")
    return cat("yaml: line ", line - 1, ": did not find ", diagnostic.text);
  return cat("yaml: line ", line, ": ", diagnostic.text);
}

[[noreturn]] void fail_reading(const SourceStore& sources, Error& error) {
  Diagnostic diagnostic = error.diagnostic();
  const std::uint32_t line = sources.locate(diagnostic.span).line;
  std::string text = text_in_context(diagnostic, sources.text(diagnostic.span.source), line);
  if (text.empty()) text = libyaml_text(diagnostic, line);
  set_summary(diagnostic, diagnostic.text);
  diagnostic.text = std::move(text);
  throw Error(std::move(diagnostic));
}

}  // namespace

Node* read_documents(const SourceStore& sources, SourceId id, std::string_view file,
                     ReadOptions options, Arena& arena, const Limits& limits) {
  try {
    const yaml::Stream stream = yaml::read(sources, id, kProfile, arena, limits);
    return DocumentsReader(sources, id, file, options, arena).run(stream);
  } catch (Error& error) {
    const std::string& code = error.diagnostic().code;
    if (code == "base/limit" || code == "ytt/strict") throw;
    fail_reading(sources, error);
  }
}

Node* read_text_documents(std::string_view text, Arena& arena, const Limits& limits) {
  try {
    const yaml::Stream stream = yaml::read_text(text, {}, kProfile, arena, limits);
    Node* const set = make(arena, Kind::kDocumentSet);
    for (const yaml::Document& document : stream.documents) {
      Node* const out = make(arena, Kind::kDocument);
      if (document.root != nullptr && !document.empty)
        out->value = from_yaml(arena, *document.root);
      set->items.push_back(arena, out);
    }
    return set;
  } catch (Error& error) {
    Diagnostic diagnostic = error.diagnostic();
    if (diagnostic.code == "base/limit") throw;
    std::string worded = libyaml_text(diagnostic, 1);
    set_summary(diagnostic, diagnostic.text);
    diagnostic.text = std::move(worded);
    throw Error(std::move(diagnostic));
  }
}

Node* from_yaml(Arena& arena, const yaml::Node& node) {
  if (node.is_scalar()) return scalar_value(arena, node);
  Node* const out = make(arena, node.is_mapping() ? Kind::kMap : Kind::kArray);
  for (const yaml::Entry& entry : node.entries) {
    if (entry.key->type == yaml::Type::kMerge && entry.value->is_mapping()) {
      for (Node* const item : from_yaml(arena, *entry.value)->items)
        out->items.push_back(arena, item);
      continue;
    }
    out->items.push_back(
        arena, make_item(arena, from_yaml(arena, *entry.key), from_yaml(arena, *entry.value), {}));
  }
  for (const yaml::Node* const item : node.items)
    out->items.push_back(arena, make_array_item(arena, from_yaml(arena, *item), {}));
  return out;
}

}  // namespace plumb::ytt
