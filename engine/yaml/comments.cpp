#include "yaml/comments.h"

#include <algorithm>
#include <vector>

namespace plumb::yaml {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// What a comment can belong to: a key, an item, or a root that is a scalar.
struct Owner {
  Node* node = nullptr;
  Node* value = nullptr;  // of a key; of an item the item
  std::size_t offset = 0;
  int column = 0;  // of the key or of the item's '-'
  std::size_t parent = kNone;
};

// Lines of comments with nothing between them, in one column.
struct Block {
  std::size_t first = 0;  // in Document::comments
  std::size_t last = 0;
  int column = 0;
  bool below_content = false;    // no empty line before it
  bool above_content = false;    // no empty line behind it
  bool at_end = false;           // nothing follows
  bool above_shallower = false;  // a comment with less indentation follows at once
};

class Attacher {
 public:
  Attacher(std::string_view text, Document& document, Arena& arena)
      : text_(text), document_(document), comments_(document.comments), arena_(arena) {}

  void run() {
    collect(*document_.root, kNone);
    if (document_.root->is_scalar() && !document_.root->shared)
      owners_.push_back({document_.root, document_.root, document_.root->span.offset, 0, kNone});
    for (std::size_t i = 0; i < comments_.size();) {
      pass_owners(comments_[i].span.offset);
      if (comments_[i].own_line || is_behind_dash(comments_[i])) {
        const Block block = block_from(i);
        attach_block(block);
        i = block.last + 1;
      } else {
        attach_line(comments_[i++]);
      }
    }
    give_heads_to_next();
  }

 private:
  // ---- owners, in the order of the text ----

  void collect(Node& node, std::size_t parent) {
    if (node.is_scalar() || node.shared) return;
    // Inside brackets columns tell nothing (and a line may be long).
    const int column = node.style == Style::kFlow ? 0 : column_of(node.span.offset);
    for (const Entry& entry : node.entries) {
      const std::size_t own = add(*entry.key, *entry.value, column, parent);
      collect(*entry.value, own);
    }
    for (Node* const item : node.items) {
      const std::size_t own = add(*item, *item, column, parent);
      collect(*item, own);
    }
  }

  // Where the new owner stands, or the parent if it cannot be one.
  std::size_t add(Node& node, Node& value, int column, std::size_t parent) {
    const bool written = !node.shared && node.span.length != 0;
    const bool in_order = owners_.empty() || node.span.offset >= owners_.back().offset;
    if (!written || !in_order) return parent;
    owners_.push_back({&node, &value, node.span.offset, column, parent});
    return owners_.size() - 1;
  }

  void pass_owners(std::size_t offset) {
    while (next_ < owners_.size() && owners_[next_].offset < offset) {
      give_heads_to_next();
      ++next_;
    }
  }

  // ---- the text ----

  int column_of(std::size_t offset) const {
    const std::size_t newline = offset == 0 ? kNone : text_.rfind('\n', offset - 1);
    return static_cast<int>(offset - (newline == kNone ? 0 : newline + 1));
  }
  std::size_t line_of_break(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size());
  }

  // Is the line that ends before `line` empty (or is there none)?
  bool is_empty_before(std::size_t line) const {
    if (line == 0) return true;
    const std::size_t previous = line < 2 ? kNone : text_.rfind('\n', line - 2);
    const std::size_t start = previous == kNone ? 0 : previous + 1;
    return is_blank(text_.substr(start, line - start));
  }
  static bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
  }
  bool is_behind_dash(const Comment& comment) const {
    const std::size_t start =
        comment.span.offset - static_cast<std::size_t>(column_of(comment.span.offset));
    const std::string_view before = text_.substr(start, comment.span.offset - start);
    return before.find_first_not_of(" \t-") == std::string_view::npos;
  }

  Block block_from(std::size_t first) const {
    Block block{first, first, column_of(comments_[first].span.offset)};
    block.below_content = !is_empty_before(line_start(first));
    while (continues(block.last, block.column)) ++block.last;
    look_behind(block);
    return block;
  }
  std::size_t line_start(std::size_t comment) const {
    return comments_[comment].span.offset -
           static_cast<std::size_t>(column_of(comments_[comment].span.offset));
  }
  bool follows_at_once(std::size_t comment) const {
    return comment + 1 < comments_.size() && comments_[comment + 1].own_line &&
           line_start(comment + 1) == line_of_break(comments_[comment].span.offset) + 1;
  }
  bool continues(std::size_t comment, int column) const {
    return follows_at_once(comment) && column_of(comments_[comment + 1].span.offset) == column;
  }
  void look_behind(Block& block) const {
    const std::size_t behind = line_of_break(comments_[block.last].span.offset) + 1;
    const std::size_t document_end = std::size_t{document_.span.offset} + document_.span.length;
    block.above_shallower = follows_at_once(block.last) &&
                            column_of(comments_[block.last + 1].span.offset) < block.column;
    block.at_end = behind >= text_.size() || (document_.span.length != 0 && behind >= document_end);
    const std::string_view line = behind >= text_.size()
                                      ? std::string_view()
                                      : text_.substr(behind, line_of_break(behind) - behind);
    block.above_content = !block.at_end && !is_blank(line);
  }

  // ---- giving ----

  void give(List<Comment> Decoration::* where, Node& node, const Comment& comment) {
    if (node.decoration == nullptr) node.decoration = arena_.make<Decoration>();
    (node.decoration->*where).push_back(arena_, comment);
  }
  void give_block(List<Comment> Decoration::* where, Node& node, const Block& block) {
    for (std::size_t i = block.first; i <= block.last; ++i) give(where, node, comments_[i]);
  }

  bool is_foot(const Block& block) const {
    if (next_ == 0) return false;
    const Owner& before = owners_[next_ - 1];
    const bool more = next_ < owners_.size();
    if (before.column != block.column) return false;
    if (more && block.column > owners_[next_].column) return true;
    if (block.above_shallower) return true;
    return block.below_content && !block.above_content;
  }

  void attach_block(const Block& block) {
    if (is_foot(block)) return give_block(&Decoration::foot, *owners_[next_ - 1].node, block);
    if (next_ == owners_.size()) {
      const bool of_last = next_ != 0 && block.below_content;
      Node& node = of_last ? *owners_[next_ - 1].node : *document_.root;
      return give_block(&Decoration::foot, node, block);
    }
    if (next_ == 0 && !block.above_content)
      return give_block(&Decoration::head, *document_.root, block);
    heads_.push_back(block);
  }

  void give_heads_to_next() {
    for (const Block& block : heads_) {
      Node& node = next_ < owners_.size() ? *owners_[next_].node : *document_.root;
      give_block(&Decoration::head, node, block);
    }
    heads_.clear();
  }

  // Behind the last thing that ended on the line.
  void attach_line(const Comment& comment) {
    if (next_ == 0) return give(&Decoration::head, *document_.root, comment);
    std::size_t at = next_ - 1;
    while (owners_[at].parent != kNone && ends_inside(owners_[owners_[at].parent], comment))
      at = owners_[at].parent;
    const Owner& owner = owners_[at];
    Node& value = *owner.value;
    if (value.shared) return give(&Decoration::head, *owner.node, comment);
    const bool below = !value.is_scalar() && !is_empty(value) && value.style != Style::kFlow;
    give(&Decoration::line, below ? *owner.node : value, comment);
  }

  // Is the owner's value a flow collection that is closed before the comment?
  static bool ends_inside(const Owner& owner, const Comment& comment) {
    const Node& value = *owner.value;
    return !value.is_scalar() && value.style == Style::kFlow &&
           std::size_t{value.span.offset} + value.span.length <= comment.span.offset;
  }

  std::string_view text_;
  Document& document_;
  const List<Comment>& comments_;
  Arena& arena_;
  std::vector<Owner> owners_;
  std::size_t next_ = 0;      // the first owner behind the comment at hand
  std::vector<Block> heads_;  // wait for the next owner
};

}  // namespace

void attach_comments(const SourceStore& sources, Document& document, Arena& arena) {
  if (document.comments.empty() || document.root == nullptr) return;
  const SourceId source = document.comments[0].span.source;
  Attacher(sources.text(source), document, arena).run();
}

}  // namespace plumb::yaml
