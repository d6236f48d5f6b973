// Text templates: (@ code @), (@= printed @).

#include "base/text.h"

#include "starlark/unicode.h"
#include "ytt/error.h"
#include "ytt/template.h"

namespace plumb::ytt {
namespace {

struct Piece {
  bool is_code = false;
  std::uint32_t line = 0;
  std::string_view text;
};

[[noreturn]] void unbalanced(const char* what, std::uint32_t line, std::uint32_t column) {
  refuse("ytt/text", cat(what, " at line ", line, " col ", column));
}

std::vector<Piece> split_pieces(std::string_view text, std::uint32_t line) {
  std::vector<Piece> pieces;
  Piece piece{false, line, {}};
  std::size_t start = 0;
  std::uint32_t column = 1;
  char32_t last = 0;
  const auto close = [&](std::size_t end, std::size_t next) {
    piece.text = text.substr(start, end - start);
    pieces.push_back(piece);
    piece = {!piece.is_code, line, {}};
    start = next;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    const char32_t c = next_code_point(text, at);
    if (last == '(' && c == '@') {
      if (piece.is_code) unbalanced("Unexpected code opening '(@'", line, column);
      close(here - 1, here + 1);
    }
    if (last == '@' && c == ')') {
      if (!piece.is_code) unbalanced("Unexpected code closing '@)'", line, column);
      close(here < start + 1 ? start : here - 1, here + 1);
    }
    line += c == '\n' ? 1 : 0;
    column = c == '\n' ? 1 : column + 1;
    last = c;
  }
  if (piece.is_code) unbalanced("Missing code closing '@)'", line, column);
  close(text.size(), text.size());
  return pieces;
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = 0;
    if (!starlark::is_space(next_code_point(text, at))) break;
    text.remove_prefix(at);
  }
  return text;
}

std::string_view trim_right(std::string_view text) {
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
    std::size_t end = at;
    if (!starlark::is_space(next_code_point(text, end))) break;
    text = text.substr(0, at);
  }
  return text;
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::string_view code_of(std::string_view text) {
  std::string_view code = without_prefix(without_prefix(without_prefix(text, "-="), "="), "-");
  return code.ends_with('-') ? code.substr(0, code.size() - 1) : code;
}

bool prints(std::string_view text) { return text.starts_with('=') || text.starts_with("-="); }

// (@- and -@) take the white space of the text beside them.
void trim_neighbours(std::vector<Piece>& pieces) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].is_code) continue;
    if (pieces[i].text.starts_with('-') && i > 0)
      pieces[i - 1].text = trim_right(pieces[i - 1].text);
    if (pieces[i].text.ends_with('-') && i + 1 < pieces.size())
      pieces[i + 1].text = trim_left(pieces[i + 1].text);
  }
}

class TextCompiler {
 public:
  TextCompiler(Template& out, Arena& arena) : out_(out), arena_(arena) {}

  std::vector<Line> run(std::string_view text, std::uint32_t first_line, SourceId source,
                        std::string_view whole) {
    source_ = source;
    whole_ = whole;
    std::vector<Piece> pieces = split_pieces(text, first_line);
    trim_neighbours(pieces);
    const std::uint32_t root = add_slot(make(arena_, Kind::kTextRoot), 0);
    plain(cat(instruction("set_ctx_type"), "(\"text\")"));
    plain(cat(instruction("start_ctx"), "(\"text\")"));
    plain(cat(instruction("start_node"), "(", root, ")"));
    for (const Piece& piece : pieces) add_piece(piece, root);
    plain(cat(instruction("end_ctx"), "()"));
    return std::move(lines_);
  }

 private:
  std::string instruction(std::string_view name) const {
    return cat("__ytt_tpl", out_.number, "_", name);
  }

  std::uint32_t add_slot(Node* node, std::uint32_t parent) {
    out_.slots.push_back({node, parent, {}});
    return static_cast<std::uint32_t>(out_.slots.size() - 1);
  }

  void plain(std::string code) {
    Line line;
    line.code = std::move(code);
    lines_.push_back(std::move(line));
  }

  void add(std::string code, std::uint32_t number, std::string_view shown, std::string_view piece) {
    Line line;
    line.code = std::move(code);
    line.has_source = true;
    line.file = out_.name;
    line.number = number;
    line.text = shown;
    if (piece.data() >= whole_.data() && piece.data() <= whole_.data() + whole_.size())
      line.span = {source_, static_cast<std::uint32_t>(piece.data() - whole_.data()),
                   static_cast<std::uint32_t>(piece.size())};
    lines_.push_back(std::move(line));
  }

  void add_piece(const Piece& piece, std::uint32_t root) {
    if (piece.is_code && !prints(piece.text)) {
      std::uint32_t number = piece.line;
      for (const std::string_view line : split(code_of(piece.text), '\n'))
        add(std::string(line), number++, line, line);
      return;
    }
    Node* const node = make(arena_, Kind::kTextPiece);
    if (!piece.is_code) node->text = piece.text;
    const std::uint32_t slot = add_slot(node, root);
    add(cat(instruction("start_node"), "(", slot, ")"), piece.line, piece.text, piece.text);
    const std::string value = piece.is_code ? cat(", (", code_of(piece.text), ")") : "";
    add(cat(instruction("set_node"), "(", slot, value, ")"), piece.line, piece.text, piece.text);
  }

  Template& out_;
  Arena& arena_;
  std::vector<Line> lines_;
  SourceId source_ = 0;
  std::string_view whole_;
};

}  // namespace

void compile_text(Template& out, std::string_view text, SourceId source, Arena& arena) {
  out.is_text = true;
  out.lines = TextCompiler(out, arena).run(text, 1, source, text);
}

std::vector<Line> compile_inline(Template& out, std::string_view text, const Place& place,
                                 Arena& arena) {
  return TextCompiler(out, arena).run(text, place.known ? place.line : 1, 0, {});
}

std::string text_of(const Node* root) {
  std::string out;
  if (root != nullptr)
    for (const Node* const piece : root->items) out += piece->text;
  return out;
}

}  // namespace plumb::ytt
