#include "ytt/template.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "starlark/unicode.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

// Blocks that cover just the next node: the template closes them itself.
struct NodeBlock {
  std::string_view written, keyword;
};
constexpr std::array kNodeBlocks = std::to_array<NodeBlock>({{"if/end", "if"},
                                                             {"else/end", "else"},
                                                             {"elif/end", "elif"},
                                                             {"for/end", "for"},
                                                             {"def/end", "def"}});

struct CodePiece {
  std::string code;
  Place place;
  std::uint32_t skipped = 0;  // bytes of the comment before the code
};

struct AnnotationPiece {
  Mark mark;
  Place place;
};

// What the comments of a node say.
struct Marks {
  std::vector<CodePiece> blocks;
  std::vector<CodePiece> values;
  std::vector<AnnotationPiece> annotations;
  int ends = 0;
};

std::string_view white_prefix(std::string_view code) {
  std::size_t at = 0;
  while (at < code.size() && (code[at] == ' ' || (code[at] >= 9 && code[at] <= 13))) ++at;
  return at == code.size() ? std::string_view() : code.substr(0, at);
}

// `if/end x:` is `if x:` with an `end` behind the node.
std::string without_end(std::string_view code, int& ends) {
  const std::string_view prefix = white_prefix(code);
  const std::string_view rest = code.substr(prefix.size());
  for (const NodeBlock& block : kNodeBlocks) {
    if (!rest.starts_with(block.written)) continue;
    ++ends;
    return cat(prefix, block.keyword, rest.substr(block.written.size()));
  }
  return std::string(code);
}

std::uint32_t skipped_bytes(const Comment& comment, std::string_view content) {
  return static_cast<std::uint32_t>(content.data() - comment.text.data()) + 1;
}

[[noreturn]] void refuse_comment(const Comment& comment) {
  refuse("ytt/comment",
         cat("Failed to parse line ", comment.place.line, ": '#", comment.text,
             "': Expected ytt-formatted string (use '#@' for annotations or code, '#!' for "
             "comments)"),
         comment.place.span);
}

void add_value(Marks& marks, const Node& node, const Comment& comment, const Mark& mark) {
  const bool has_value = node.is_item() ? node.value != nullptr : !node.items.empty();
  if (has_value)
    refuse("ytt/template",
           cat("Expected YAML node at ", describe(comment.place),
               " to have either computed or YAML value, but found both"),
           comment.place.span);
  marks.values.push_back(
      {std::string(mark.content), comment.place, skipped_bytes(comment, mark.content)});
}

void add_code(Marks& marks, const Comment& comment, const Mark& mark) {
  if (marks.ends > 0)
    refuse("ytt/template",
           cat("Unexpected code at ", describe(comment.place),
               " after use of '*/end', expected YAML node"),
           comment.place.span);
  marks.blocks.push_back(
      {without_end(mark.content, marks.ends), comment.place, skipped_bytes(comment, mark.content)});
}

Marks read_marks(const Node& node, const TemplateOptions& options) {
  Marks marks;
  for (const Comment& comment : node.comments) {
    const Mark mark = read_mark(comment, node.place);
    switch (mark.kind) {
      case Mark::Kind::kUnknown:
        if (!options.ignore_unknown_comments) refuse_comment(comment);
        break;
      case Mark::Kind::kComment:
        break;
      case Mark::Kind::kValue:
        add_value(marks, node, comment, mark);
        break;
      case Mark::Kind::kCode:
        add_code(marks, comment, mark);
        break;
      case Mark::Kind::kAnnotation:
        marks.annotations.push_back({mark, comment.place});
        break;
    }
  }
  return marks;
}

// Lines of a text, by number.
std::vector<std::string_view> lines_of(std::string_view text) { return split(text, '\n'); }

class YamlCompiler {
 public:
  YamlCompiler(Template& out, std::string_view text, const TemplateOptions& options, Arena& arena)
      : out_(out), source_lines_(lines_of(text)), options_(options), arena_(arena) {}

  void run(Node& documents) {
    plain(cat(instruction("set_ctx_type"), "(\"yaml\")"));
    plain(cat(instruction("start_ctx"), "(\"yaml\")"));
    node(documents, 0, false);
    plain(cat(instruction("end_ctx"), "(None)"));
  }

 private:
  std::string instruction(std::string_view name) const {
    return cat("__ytt_tpl", out_.number, "_", name);
  }

  // A line that nobody wrote.
  void plain(std::string code) {
    Line line;
    line.code = std::move(code);
    out_.lines.push_back(std::move(line));
  }

  // A line made from what stands at `place`; its code starts in `column`.
  void add(std::string code, const Place& place, Span span = {}, std::uint32_t column = 1) {
    Line line;
    line.code = std::move(code);
    line.span = span.length > 0 ? span : place.span;
    line.column = column;
    set_source(line, place);
    out_.lines.push_back(std::move(line));
  }

  void set_source(Line& line, const Place& place) const {
    if (!place.known || place.line == 0 || place.line > source_lines_.size()) return;
    line.has_source = true;
    line.file = place.file;
    line.number = place.line;
    line.text = source_lines_[place.line - 1];
  }

  static Span piece_span(const CodePiece& piece) {
    Span span = piece.place.span;
    span.offset += piece.skipped;
    span.length = static_cast<std::uint32_t>(piece.code.size());
    return span;
  }

  static std::string debug_comment(const Node& node) {
    std::string details;
    if (node.is(Kind::kMapItem)) details = cat(" key=", key_text(node.key));
    if (node.is(Kind::kArrayItem)) details = " idx=?";
    return cat(" # ", go_type(&node), replace_all(details, "\n", "\\n"));
  }

  void node(Node& node, std::uint32_t parent, bool text_templates) {
    Marks marks = read_marks(node, options_);
    keep_annotations(node);
    const auto number = static_cast<std::uint32_t>(out_.slots.size());
    out_.slots.push_back({&node, parent, {}});
    for (const AnnotationPiece& piece : marks.annotations)
      text_templates = text_templates || piece.mark.name == "yaml/text-templated-strings";
    for (const CodePiece& piece : marks.blocks) add(piece.code, piece.place, piece_span(piece));
    for (const AnnotationPiece& piece : marks.annotations) annotation(node, number, piece);
    if (text_templates && node.key != nullptr && node.key->is(Kind::kString))
      string(node.key->text, node, number, "set_map_item_key");
    add(cat(instruction("start_node"), "(", number, ")", debug_comment(node)), node.place);
    if (!marks.values.empty()) {
      for (const CodePiece& piece : marks.values) value(node, number, piece);
    } else {
      children(node, number, text_templates);
    }
    if (marks.ends > 0) plain("end");
  }

  // Code and values are used up; annotations stay with the node.
  static void keep_annotations(Node& node) {
    std::uint32_t kept = 0;
    for (const Comment& comment : node.comments)
      if (read_mark(comment, node.place).kind == Mark::Kind::kAnnotation)
        node.comments[kept++] = comment;
    node.comments.truncate(kept);
  }

  void annotation(Node& node, std::uint32_t number, const AnnotationPiece& piece) {
    const std::string start =
        cat(instruction("start_node_annotation"), "(", number, ", \"", piece.mark.name, "\", ",
            instruction("collect_node_annotation"), "(");
    Span span = piece.place.span;
    span.length = static_cast<std::uint32_t>(piece.mark.content.size());
    span.offset += static_cast<std::uint32_t>(piece.mark.name.size()) + 3;
    add(cat(start, piece.mark.content, "))", debug_comment(node)), piece.place, span,
        static_cast<std::uint32_t>(start.size()) + 1);
  }

  void value(const Node& node, std::uint32_t number, const CodePiece& piece) {
    const std::string start = cat(instruction("set_node"), "(", number, ", (");
    out_.slots[number].value_span = piece_span(piece);
    add(cat(start, piece.code, "))", debug_comment(node)), piece.place, piece_span(piece),
        static_cast<std::uint32_t>(start.size()) + 1);
  }

  void children(Node& node, std::uint32_t number, bool text_templates) {
    if (!node.is_item()) {
      for (Node* const item : node.items) this->node(*item, number, text_templates);
      return;
    }
    Node* const child = node.value;
    if (child != nullptr && child->is_collection()) {
      this->node(*child, number, text_templates);
    } else if (child != nullptr && text_templates && child->is(Kind::kString)) {
      string(child->text, node, number, "set_node");
    } else {
      add(cat(instruction("set_node"), "(", number, ")", debug_comment(node)), node.place);
    }
  }

  // A string that is a text template: its lines, and an instruction around the last.
  void string(std::string_view text, const Node& node, std::uint32_t number,
              std::string_view name) {
    std::vector<Line> lines = compile_inline(out_, text, node.place, arena_);
    Line last = std::move(lines.back());
    lines.pop_back();
    for (Line& line : lines) {
      line.selection = line.text;
      if (line.has_source) set_source(line, node_line(node, line));
      out_.lines.push_back(std::move(line));
    }
    add(cat(instruction(name), "(", number, ", (", last.code, "))", debug_comment(node)),
        node.place);
    plain(cat(instruction("set_ctx_type"), "(\"yaml\")"));
  }

  static Place node_line(const Node& node, const Line& line) {
    Place place = node.place;
    place.line = line.number;
    return place;
  }

  Template& out_;
  std::vector<std::string_view> source_lines_;
  const TemplateOptions& options_;
  Arena& arena_;
};

}  // namespace

Mark read_mark(const Comment& comment, const Place& node_place) {
  const std::string_view text = comment.text;
  if (text.starts_with('!')) return {Mark::Kind::kComment, {}, text.substr(1)};
  if (!text.starts_with('@')) return {Mark::Kind::kUnknown, {}, text};
  const std::string_view body = text.substr(1);
  const std::size_t space = body.find(' ');
  const std::string_view name = body.substr(0, space);
  const std::string_view content =
      space == std::string_view::npos ? body.substr(body.size()) : body.substr(space + 1);
  if (name == "comment") return {Mark::Kind::kComment, name, content};
  if (name == "template/code") return {Mark::Kind::kCode, name, content};
  if (name == "template/value") return {Mark::Kind::kValue, name, content};
  if (!name.empty()) return {Mark::Kind::kAnnotation, name, content};
  const bool same_line = node_place.known && comment.place.line == node_place.line;
  return {same_line ? Mark::Kind::kValue : Mark::Kind::kCode, name, content};
}

bool has_templating(const Node* node) {
  if (node == nullptr) return false;
  for (const Comment& comment : node->comments) {
    const Mark mark = read_mark(comment, node->place);
    if (mark.kind != Mark::Kind::kComment && mark.kind != Mark::Kind::kUnknown) return true;
  }
  if (node->is_item() && has_templating(node->value)) return true;
  return std::any_of(node->items.begin(), node->items.end(),
                     [](const Node* item) { return has_templating(item); });
}

void compile_yaml(Template& out, Node& documents, std::string_view text,
                  const TemplateOptions& options, Arena& arena) {
  out.implicit_key_overrides = options.implicit_key_overrides;
  YamlCompiler(out, text, options, arena).run(documents);
}

void compile_starlark(Template& out, std::string_view text, SourceId source) {
  out.has_nodes = false;
  std::uint32_t number = 0;
  for (const std::string_view each : split(text, '\n')) {
    Line line;
    line.code = each;
    line.has_source = true;
    line.number = ++number;
    line.text = each;
    line.span = {source, static_cast<std::uint32_t>(each.data() - text.data()),
                 static_cast<std::uint32_t>(each.size())};
    out.lines.push_back(std::move(line));
  }
}

}  // namespace plumb::ytt
