#include "ytt/format.h"

#include <algorithm>

#include "base/text.h"
#include "ytt/error.h"

namespace plumb::ytt {
namespace {

bool is_collection(const Node* value) { return value != nullptr && value->is_collection(); }

// Comments that stand above their node.
std::vector<std::string_view> comments_above(const Node& node) {
  std::vector<std::string_view> out;
  for (const Comment& comment : node.comments)
    if (!node.place.known || comment.place.line != node.place.line) out.push_back(comment.text);
  return out;
}

// " # text" for each comment on the node's own line.
std::string comments_behind(const Node& node) {
  std::string out;
  for (const Comment& comment : node.comments)
    if (node.place.known && comment.place.line == node.place.line) out += cat(" #", comment.text);
  return out;
}

class Formatter {
 public:
  explicit Formatter(Arena& arena) : arena_(arena) {}

  std::string run(const Node& documents) {
    bool first = true;
    for (const Node* const document : documents.items)
      this->document(*document, std::exchange(first, false));
    return std::move(out_);
  }

 private:
  // Behind a dash the line goes on, unless there has to be room.
  void begin_line(std::size_t indent) {
    if (blank_wanted_) end_dash();
    if (std::exchange(after_dash_, false)) {
      out_.push_back(' ');
      return;
    }
    if (std::exchange(blank_wanted_, false)) out_.push_back('\n');
    out_.append(indent, ' ');
  }

  // A dash that nothing follows ends its line; that is room enough.
  void end_dash() {
    if (!std::exchange(after_dash_, false)) return;
    out_.push_back('\n');
    blank_wanted_ = false;
  }

  void print_above(const std::vector<std::string_view>& comments, std::size_t indent) {
    if (!comments.empty()) end_dash();
    for (const std::string_view comment : comments) {
      begin_line(indent);
      out_ += cat("#", comment, "\n");
    }
  }

  void document(const Node& node, bool first) {
    const std::vector<std::string_view> above = comments_above(node);
    const std::string behind = comments_behind(node);
    blank_wanted_ = blank_wanted_ || !above.empty();
    print_above(above, 0);
    if (!first || !above.empty() || !behind.empty()) {
      end_dash();
      begin_line(0);
      out_ += cat("---", behind, "\n");
    }
    if (is_collection(node.value)) {
      items(*node.value, 0);
    } else if (node.value != nullptr) {
      begin_line(0);
      out_ += cat(root_scalar(node.value), "\n");
    }
    blank_wanted_ = blank_wanted_ || !above.empty();
  }

  void items(const Node& collection, std::size_t indent) {
    bool first = true;
    for (const Node* const item : collection.items) {
      const std::vector<std::string_view> above = comments_above(*item);
      if (!above.empty() && !first) blank_wanted_ = true;
      first = false;
      print_above(above, indent);
      begin_line(indent);
      out_ += collection.is_map() ? cat(key_text(item->key), ":") : "-";
      value(*item, indent);
      if (!above.empty()) blank_wanted_ = true;
    }
  }

  void value(const Node& item, std::size_t indent) {
    const std::string behind = comments_behind(item);
    if (is_collection(item.value)) {
      after_dash_ = item.is(Kind::kArrayItem) && behind.empty();
      if (!after_dash_) out_ += cat(behind, "\n");
      return items(*item.value, indent + 2);
    }
    const std::string text = scalar(item.value, indent);
    if (behind.empty()) {
      out_ += cat(" ", text, "\n");
    } else if (item.value == nullptr) {
      out_ += cat(behind, "\n");
    } else if (contains(text, "\n")) {
      out_ += cat(behind, "\n", std::string(indent + 2, ' '), text, "\n");
    } else {
      out_ += cat(" ", text, behind, "\n");
    }
  }

  // A block text's lines stand behind the indent, empty ones too.
  std::string scalar(const Node* value, std::size_t indent) const {
    std::string text = print_value(arena_, value);
    if (!text.empty()) text.pop_back();
    const std::size_t end = text.find('\n');
    if (end == std::string::npos) return text;
    std::string out = text.substr(0, end);
    for (const std::string_view line : split(std::string_view(text).substr(end + 1), '\n'))
      out += cat("\n", std::string(indent, ' '), line);
    return out;
  }

  std::string root_scalar(const Node* value) const {
    std::string text = scalar(value, 0);
    if (contains(text, "\n"))
      refuse("ytt/panic", "a block text as a whole document cannot be formatted",
             value->place.span);
    return text;
  }

  Arena& arena_;
  std::string out_;
  bool blank_wanted_ = false;
  bool after_dash_ = false;
};

}  // namespace

std::string format_documents(Arena& arena, const Node& documents) {
  return Formatter(arena).run(documents);
}

}  // namespace plumb::ytt
