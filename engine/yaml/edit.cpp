#include "yaml/edit.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/editor.h"

namespace plumb::yaml {

namespace {

struct Patch {
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string text;
};

// Spans of read() fit into 32 bits; these do.
Span span_at(SourceId id, std::size_t offset) {
  return {id, static_cast<std::uint32_t>(offset), 0};
}

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

bool is_inline(const Node& node) { return node.is_scalar() || is_empty(node); }
bool is_block_collection(const Node& node) { return !node.is_scalar() && !is_flow(node); }
bool is_block_scalar(const Node& node) {
  return node.style == Style::kLiteral || node.style == Style::kFolded;
}

// Is there an anchor in the stretch that an alias names?
bool holds_shared_anchor(const Node& node, std::size_t from, std::size_t to) {
  const bool here = node.span.offset >= from && node.span.offset <= to;
  if (!here) return false;  // it stands at its anchor, elsewhere
  if (node.shared && node.decoration != nullptr && !node.decoration->anchor.empty()) return true;
  return std::any_of(node.items.begin(), node.items.end(),
                     [&](const Node* item) { return holds_shared_anchor(*item, from, to); }) ||
         std::any_of(node.entries.begin(), node.entries.end(), [&](const Entry& entry) {
           return holds_shared_anchor(*entry.key, from, to) ||
                  holds_shared_anchor(*entry.value, from, to);
         });
}

// The scalar at the very end of a node's text.
const Node& last_scalar(const Node& node) {
  const Node* at = &node;
  while (is_block_collection(*at) && !is_empty(*at))
    at = at->is_mapping() ? at->entries.back().value : at->items.back();
  return *at;
}

// JSON is known by its first key or string.
enum class Look : std::uint8_t { kUnknown, kYaml, kJson };
Look look_of(const Node& node) {
  if (node.is_mapping() && !node.entries.empty())
    return node.entries[0].key->style == Style::kDoubleQuoted ? Look::kJson : Look::kYaml;
  for (const Node* const item : node.items) {
    if (item->is_string()) return item->style == Style::kDoubleQuoted ? Look::kJson : Look::kYaml;
    if (const Look look = look_of(*item); look != Look::kUnknown) return look;
  }
  return Look::kUnknown;
}

// ---- the style around ----

// What one mapping shows: how far its values' collections are indented. 0, -1: it does not show.
struct Shown {
  int indent = 0;
  int sequence_indent = -1;
  bool complete() const { return indent > 0 && sequence_indent >= 0; }
};

void look_at(std::string_view text, const Node& node, Shown& shown) {
  if (!node.is_mapping() || is_flow(node) || node.entries.empty()) return;
  const int column = column_of(text, node.span.offset);
  for (const Entry& entry : node.entries) {
    const Node& value = *entry.value;
    if (value.shared || !is_block_collection(value) || is_empty(value)) continue;
    if (!starts_line(text, value.span.offset)) continue;
    const int deeper = column_of(text, value.span.offset) - column;
    if (value.is_mapping() && shown.indent == 0 && deeper > 0) shown.indent = deeper;
    if (value.is_sequence() && shown.sequence_indent < 0 && deeper >= 0)
      shown.sequence_indent = deeper;
  }
}

void look_below(std::string_view text, const Node& node, Shown& shown) {
  if (shown.complete() || node.shared) return;
  look_at(text, node, shown);
  for (const Node* const item : node.items) look_below(text, *item, shown);
  for (const Entry& entry : node.entries) look_below(text, *entry.value, shown);
}

// ---- one pass: edits of one text that do not touch each other ----

class Pass {
 public:
  Pass(std::string text, const Profile& profile, const Limits& limits)
      : profile_(profile), limits_(limits) {
    // The tree must be the text's: what merge keys bring, and repeated keys, stay as written.
    profile_.merge_keys = MergeKeys::kKeep;
    if (profile_.duplicates == DuplicateKeys::kLastWins) profile_.duplicates = DuplicateKeys::kKeep;
    profile_.utf16 = false;  // an edited text would be of two encodings
    profile_.warnings = false;
    id_ = sources_.add("edited", std::move(text));
    text_ = sources_.text(id_);
    stream_ = read_all(id_, arena_);
    model_ = read_all(id_, arena_);
    crlf_ = contains(text_.substr(0, next_line(text_, 0)), "\r\n");
  }

  // Whether the edit could be taken; if not, it stands where an earlier one of this pass does.
  bool take(const Edit& edit) {
    Document& document = document_of(stream_, edit);
    const Change change = plan_change(arena_, *document.root, edit);
    const std::size_t before = patches_.size();
    patch(document, change);
    if (!claim(before)) {
      patches_.resize(before);
      return false;
    }
    apply_to_tree(arena_, document_of(model_, edit).root, edit);
    return true;
  }

  std::string result() {
    std::string out = patched();
    // A block scalar that is last now needs the line break that the text did without.
    const bool last_changed =
        !patches_.empty() && patches_.back().offset + patches_.back().length == text_.size();
    if (holds(out)) return out;
    out += crlf_ ? "\r\n" : "\n";
    if (last_changed && holds(out)) return out;
    fail_form(regions_.begin()->first);
  }

 private:
  Stream read_all(SourceId id, Arena& arena) {
    Stream stream = read(sources_, id, profile_, arena, limits_);
    if (stream.documents.empty()) {  // nothing is a document without content
      Document document;
      document.root = make_null(arena);
      document.root->text = {};
      document.empty = true;
      document.span = {id, 0, static_cast<std::uint32_t>(sources_.text(id).size())};
      stream.documents.push_back(arena, document);
    }
    return stream;
  }

  Document& document_of(Stream& stream, const Edit& edit) const {
    if (edit.document < stream.documents.size()) return stream.documents[edit.document];
    fail("yaml/edit-path", span_at(id_, 0),
         cat("expected a document ", edit.document, ", found ",
             count_of(stream.documents.size(), "document")));
  }

  // ---- patches ----

  void put(std::size_t offset, std::size_t end, std::string text) {
    patches_.push_back({offset, end - offset, std::move(text)});
  }

  // The stretch that a change may look at belongs to it; two changes share none.
  bool claim(std::size_t first_patch) {
    for (std::size_t i = first_patch; i < patches_.size(); ++i) {
      region_.first = std::min(region_.first, patches_[i].offset);
      region_.second = std::max(region_.second, patches_[i].offset + patches_[i].length);
    }
    const auto next = regions_.lower_bound(region_.first);
    if (next != regions_.end() && next->first <= region_.second) return false;
    if (next != regions_.begin() && std::prev(next)->second >= region_.first) return false;
    regions_[region_.first] = region_.second;
    return true;
  }

  const CollectionLayout& layout_of(const Node& collection) {
    const auto [at, is_new] = layouts_.try_emplace(&collection);
    if (is_new) at->second = lay_out(text_, collection);
    return at->second;
  }

  void patch(Document& document, const Change& change) {
    const bool root = change.way.empty();
    const bool in_flow = std::any_of(change.way.begin(), change.way.end(),
                                     [](const Slot& slot) { return is_flow(*slot.collection); });
    style_ = style_for(document, change, in_flow);
    if (change.kind == ChangeKind::kReplace) {
      const Node& old = value_at(*document.root, root ? Slot{} : change.way.back());
      const Place place = root ? root_place(document) : place_of(change.way.back());
      replace(old, *change.value, place, in_flow, document);
      return;
    }
    const Slot& slot = change.way.back();
    const CollectionLayout& layout = layout_of(*slot.collection);
    region_ = {layout.entries.front().start, line_end(text_, layout.entries.back().end())};
    switch (change.kind) {
      case ChangeKind::kAdd:
        return in_flow ? add_in_flow(layout, slot.index, change) : add(layout, slot, change);
      case ChangeKind::kRemove:
        return remove(layout, slot);
      default:
        return rename(layout.entries[slot.index], slot, *change.key, in_flow);
    }
  }

  // The end of the line where something ends, or of the comments indented deeper that follow.
  std::size_t end_with_comments(std::size_t end, int column) const {
    const std::size_t next = next_line(text_, end);
    const std::size_t behind = behind_inner_comments(next, column);
    return behind == next ? line_end(text_, end) : line_end(text_, line_start(text_, behind - 1));
  }

  // ---- replacing ----

  // Where a value stands: behind "key:" in the column of the key, or behind "- " and the like.
  struct Place {
    Extent extent;
    std::size_t behind = 0;  // the indicator, or where the document starts
    int column = 0;          // of the collection; -1 for a root
    bool of_key = false;     // a block collection goes below, not behind
    bool no_colon = false;   // {a}
  };

  Place place_of(const Slot& slot) {
    const CollectionLayout& layout = layout_of(*slot.collection);
    const EntryLayout& entry = layout.entries[slot.index];
    Place place;
    place.extent = entry.value;
    place.no_colon = entry.indicator == std::string_view::npos && slot.collection->is_mapping();
    place.behind =
        entry.indicator == std::string_view::npos ? entry.value.from : entry.indicator + 1;
    place.column = layout.flow ? 0 : column_of(text_, entry.start);  // a line may be long
    place.of_key = slot.collection->is_mapping() && !entry.explicit_key;
    region_ = {entry.start, layout.flow ? entry.end() : line_end(text_, entry.end())};
    return place;
  }

  Place root_place(const Document& document) {
    Place place;
    place.extent = root_extent(text_, document);
    place.behind = document.marker.length != 0 ? document.marker.offset + document.marker.length
                                               : document.span.offset;
    place.column = -1;
    region_ = {place.behind, document.span.offset + document.span.length};
    return place;
  }

  void replace(const Node& old, const Node& made, const Place& place, bool in_flow,
               const Document& document) {
    const Extent& extent = place.extent;
    if (identical(old, made)) return;
    if (!extent.alias && holds_shared_anchor(old, extent.start, extent.end)) {
      fail("yaml/edit-shared", old.span, "the value holds an anchor that is used elsewhere",
           {{"edit the anchor's text by hand, or write the value out"}});
    }
    if (place.no_colon && !in_flow) fail_form(extent.start);
    if (place.column < 0 && extent.empty && extent.from == extent.properties_end)
      return fill_document(made, document);
    if (!extent.alias) drop_tag(old, extent);
    if (in_flow) {
      const std::string_view lead = !extent.empty ? "" : place.no_colon ? ": " : " ";
      const Node* const before = extent.alias ? nullptr : &old;
      const std::size_t next = text_.find_first_not_of(' ', extent.end);
      put(extent.start, extent.empty ? std::min(next, text_.size()) : extent.end,
          cat(lead, write_flow(made, before, style_)));
    } else if (is_inline(made)) {
      replace_by_inline(old, made, place);
    } else {
      replace_by_block(old, made, place);
    }
  }

  // The tag said what the old value was.
  void drop_tag(const Node& old, const Extent& extent) {
    if (old.decoration == nullptr || old.decoration->tag.empty()) return;
    std::size_t end = extent.properties_end;
    const std::string anchor =
        old.decoration->anchor.empty() ? "" : cat('&', old.decoration->anchor);
    if (anchor.empty() && !extent.empty)
      end = std::min(text_.find_first_not_of(' ', end), extent.start);
    put(extent.from, end, anchor);
  }

  // What stands behind a value on its line: blanks and a comment, or nothing.
  std::string_view comment_behind(std::size_t at) const {
    const std::size_t end = line_end(text_, at);
    const std::string_view rest = text_.substr(at, end - at);
    return rest.find('#') == std::string_view::npos ? std::string_view() : rest;
  }
  std::string_view comment_of(const Node& old, const Extent& extent) const {
    if (extent.alias || !is_block_scalar(old)) return comment_behind(extent.end);
    const std::string_view header =
        text_.substr(old.span.offset, line_end(text_, old.span.offset) - old.span.offset);
    const std::size_t comment = header.find('#');
    if (comment == std::string_view::npos) return {};
    return header.substr(header.find_last_not_of(" \t", comment - 1) + 1);
  }

  void replace_by_inline(const Node& old, const Node& made, const Place& place) {
    const Extent& extent = place.extent;
    const int column = std::max(place.column, 0);
    const bool below = !extent.alias && is_block_collection(old) && !is_empty(old);
    if (below && place.column >= 0 && starts_line(text_, extent.start)) {
      // It goes up, behind the indicator.
      const std::size_t from = std::max(
          place.behind, extent.properties_end > extent.from ? extent.properties_end : place.behind);
      const std::string text = write_inline(made, old, column, comment_behind(from), style_);
      return put(from, end_with_comments(extent.end, column), cat(' ', text));
    }
    // What follows deeper would become part of a block scalar.
    style_.block_scalars = end_with_comments(extent.end, column) == line_end(text_, extent.end);
    static const Node kNothing{};
    const Node& before = extent.alias || extent.empty ? kNothing : old;
    const std::string_view comment = comment_of(old, extent);
    std::string text = write_inline(made, before, column, {}, style_);
    const bool moves_comment =
        text.find('\n') != std::string::npos || below || (!extent.alias && is_block_scalar(old));
    if (moves_comment && !below) text = write_inline(made, before, column, comment, style_);
    if (extent.empty) text.insert(0, " ");
    put(extent.start, moves_comment ? line_end(text_, extent.end) : extent.end, std::move(text));
  }

  int column_below(const Place& place, const Node& made) const {
    if (place.column < 0) return 0;
    if (!place.of_key) return place.column + 2;
    return place.column + (made.is_mapping() ? style_.indent : style_.sequence_indent);
  }

  void replace_by_block(const Node& old, const Node& made, const Place& place) {
    const Extent& extent = place.extent;
    const bool properties = extent.properties_end > extent.from && !extent.alias;
    const std::string_view comment = comment_of(old, extent);
    const bool was_below = !extent.alias && is_block_collection(old) && !is_empty(old);
    const int there = column_of(text_, extent.start);
    const bool own_line = starts_line(text_, extent.start) && !extent.empty;
    const int column_min = place.of_key && made.is_sequence() ? place.column : place.column + 1;
    if (own_line || was_below ||
        (place.column >= 0 && !place.of_key && !properties && comment.empty() && !extent.empty)) {
      // In the same place.
      const int column = there >= column_min ? there : column_below(place, made);
      const std::size_t end = was_below ? end_with_comments(extent.end, std::max(place.column, 0))
                                        : line_end(text_, extent.end);
      return put(extent.start, end, cat(blanks(column - there), write_block(made, column, style_)));
    }
    const int column = column_below(place, made);
    const std::size_t from = properties ? extent.properties_end : place.behind;
    const bool beside = !place.of_key && !properties && comment.empty() && place.column >= 0;
    const std::string lead = beside ? " " : cat(comment, '\n', blanks(column));
    put(from, line_end(text_, extent.end), cat(lead, write_block(made, column, style_)));
  }

  // A document that has no content yet gets it at its end, behind its comments.
  void fill_document(const Node& made, const Document& document) {
    const std::size_t end = document.span.offset + document.span.length;
    static const Node kNothing{};
    const std::string text = is_inline(made) ? write_inline(made, kNothing, 0, {}, style_)
                                             : write_block(made, 0, style_);
    const bool broken =
        end == 0 || text_[end - 1] == '\n' || (end == 3 && text_.starts_with("\xEF\xBB\xBF"));
    put(end, end, broken ? cat(text, '\n') : cat('\n', text));
  }

  // ---- adding ----

  void add(const CollectionLayout& layout, const Slot& slot, const Change& change) {
    const EntryLayout& first = layout.entries.front();
    const int column = column_of(text_, first.start);
    const std::string text = write_block_entry(change.key, *change.value, column, style_);
    if (slot.index == 0) {
      if (!starts_line(text_, first.start))
        return put(first.start, first.start, cat(text, '\n', blanks(column)));
      const std::size_t at = head_start(first.start, column);
      return put(at, at,
                 cat(text_.substr(line_start(text_, first.start), static_cast<std::size_t>(column)),
                     text, '\n'));
    }
    const EntryLayout& previous = layout.entries[slot.index - 1];
    const std::size_t at = end_with_comments(previous.end(), column);
    end_block_scalar(child(*slot.collection, slot.index - 1), at);
    put(at, at, cat('\n', blanks(column), text));
  }

  static const Node& child(const Node& collection, std::size_t index) {
    return collection.is_mapping() ? *collection.entries[index].value : *collection.items[index];
  }

  // A block scalar that the end of the text cuts off has no line break; one will follow it now.
  void end_block_scalar(const Node& node, std::size_t at) {
    const Node& last = last_scalar(node);
    if (at != text_.size() || last.shared || !is_block_scalar(last)) return;
    std::size_t mark = last.span.offset + 1;
    while (text_[mark] >= '1' && text_[mark] <= '9') ++mark;
    if (text_[mark] == '-' || last.text.ends_with('\n')) return;
    put(mark, mark + (text_[mark] == '+' ? 1 : 0), "-");
  }

  // Where the comments directly above an entry start, in its column; else its line.
  std::size_t head_start(std::size_t entry, int column) const {
    std::size_t start = line_start(text_, entry);
    while (start > 0) {
      const std::size_t above = line_start(text_, start - 1);
      const std::size_t content = text_.find_first_not_of(' ', above);
      if (content == std::string_view::npos || text_[content] != '#') break;
      if (static_cast<int>(content - above) != column) break;
      start = above;
    }
    return start;
  }

  void add_in_flow(const CollectionLayout& layout, std::size_t index, const Change& change) {
    const Node& collection = *change.way.back().collection;
    if (text_[collection.span.offset] != '{' && text_[collection.span.offset] != '[')
      fail_form(collection.span.offset);  // [a: b]
    const std::string text = write_flow_entry(change.key, *change.value, style_);
    const bool last = index == layout.entries.size();
    const EntryLayout& near = layout.entries[last ? index - 1 : index];
    const bool own_line = starts_line(text_, near.start);
    const std::string gap = own_line ? cat('\n', blanks(column_of(text_, near.start))) : " ";
    if (!last) return put(near.start, near.start, cat(text, ',', gap));
    const std::size_t end = near.end();
    if (!own_line || comment_behind(end).empty()) return put(end, end, cat(',', gap, text));
    // The comment behind the last entry stays with it, and the comma goes before it.
    const std::size_t comma = text_.find_first_not_of(" \t", end);
    const bool has_comma = comma != std::string_view::npos && text_[comma] == ',';
    if (!has_comma) put(end, end, ",");
    put(line_end(text_, end), line_end(text_, end), cat(gap, text, has_comma ? "," : ""));
  }

  // ---- removing ----

  void remove(const CollectionLayout& layout, const Slot& slot) {
    const EntryLayout& entry = layout.entries[slot.index];
    const Node& value = child(*slot.collection, slot.index);
    const Node* const key =
        slot.collection->is_mapping() ? slot.collection->entries[slot.index].key : nullptr;
    if ((!entry.value.alias && holds_shared_anchor(value, entry.value.start, entry.value.end)) ||
        (key != nullptr && !entry.key.alias && key->shared)) {
      fail("yaml/edit-shared", value.span, "the value holds an anchor that is used elsewhere",
           {{"edit the anchor's text by hand, or write the value out"}});
    }
    const bool last = slot.index + 1 == layout.entries.size();
    const std::size_t next = last ? text_.size() : layout.entries[slot.index + 1].start;
    const bool alone = starts_line(text_, entry.start) &&
                       (last ? is_line_end(entry.end()) : line_end(text_, entry.end()) < next);
    if (layout.flow && !alone) return remove_in_line(layout, slot.index);
    if (!starts_line(text_, entry.start)) return remove_first(entry, next);
    remove_lines(layout, slot);
  }

  // Nothing but blanks, a comma and a comment follow on the line.
  bool is_line_end(std::size_t at) const {
    const std::size_t next = text_.find_first_not_of(" \t,", at);
    return next == std::string_view::npos || text_[next] == '\n' || text_[next] == '\r' ||
           text_[next] == '#';
  }

  void remove_in_line(const CollectionLayout& layout, std::size_t index) {
    const EntryLayout& entry = layout.entries[index];
    if (index + 1 < layout.entries.size())
      return put(entry.start, layout.entries[index + 1].start, {});
    put(layout.entries[index - 1].end(), entry.end(), {});
  }

  // The first entry behind "- ": the next one takes its place, or stays with the comments above it.
  void remove_first(const EntryLayout& entry, std::size_t next) {
    const std::size_t end = line_end(text_, entry.end());
    const std::string_view between = text_.substr(end, next - end);
    const bool comments = between.find('#') != std::string_view::npos;
    put(entry.start, comments ? end : next, {});
  }

  void remove_lines(const CollectionLayout& layout, const Slot& slot) {
    const EntryLayout& entry = layout.entries[slot.index];
    const int column = column_of(text_, entry.start);
    const std::size_t from = head_start(entry.start, column);
    std::size_t to = next_line(text_, entry.end());
    if (!layout.flow) to = behind_inner_comments(to, column);
    const bool after_kept = slot.index > 0 && keeps_breaks(child(*slot.collection, slot.index - 1));
    while (after_kept && to < text_.size() && is_blank_line(to)) to = next_line(text_, to);
    if (layout.flow && slot.index + 1 == layout.entries.size() && slot.index > 0) {
      // JSON takes no comma before its end.
      const std::size_t comma =
          text_.find_first_not_of(" \t\r\n", layout.entries[slot.index - 1].end());
      if (comma < entry.start && text_[comma] == ',' && !ends_with_comma(entry.end()))
        put(comma, comma + 1, {});
    }
    put(from, to, {});
  }

  bool ends_with_comma(std::size_t at) const {
    const std::size_t next = text_.find_first_not_of(" \t", at);
    return next != std::string_view::npos && text_[next] == ',';
  }

  bool is_blank_line(std::size_t line) const {
    const std::size_t content = text_.find_first_not_of(" \t\r", line);
    return content == std::string_view::npos || text_[content] == '\n';
  }

  // Empty lines behind such a text would become part of it.
  bool keeps_breaks(const Node& node) const {
    const Node& last = last_scalar(node);
    return is_block_scalar(last) && !last.shared &&
           contains(text_.substr(last.span.offset, 3), "+");
  }

  // Comments that directly follow and are indented deeper belong to what goes.
  std::size_t behind_inner_comments(std::size_t line, int column) const {
    while (line < text_.size()) {
      const std::size_t content = text_.find_first_not_of(' ', line);
      if (content == std::string_view::npos || text_[content] != '#') break;
      if (static_cast<int>(content - line) <= column) break;
      line = next_line(text_, line);
    }
    return line;
  }

  void rename(const EntryLayout& entry, const Slot& slot, const Node& key, bool in_flow) {
    const Node& old = *slot.collection->entries[slot.index].key;
    if (entry.key.alias || entry.key.empty || entry.key.from != entry.key.start)
      fail_form(entry.start);
    put(entry.key.start, entry.key.end, write_key(key, old, in_flow, style_));
    region_ = {entry.start, entry.end()};
  }

  // ---- style ----

  WriteStyle style_for(const Document& document, const Change& change, bool in_flow) {
    Shown shown;
    for (std::size_t i = change.way.size(); i-- > 0 && !shown.complete();)
      take_shown(shown, *change.way[i].collection, look_at);
    if (!shown.complete()) take_shown(shown, *document.root, look_below);
    constexpr int kIndentMax = 8;  // a block scalar's header tells it in one digit
    WriteStyle style;
    if (shown.indent > 0) style.indent = std::min(shown.indent, kIndentMax);
    if (shown.sequence_indent >= 0) style.sequence_indent = shown.sequence_indent;
    style.json = in_flow && is_json(change);
    return style;
  }

  // What a node shows is looked up once.
  void take_shown(Shown& shown, const Node& node,
                  void (*look)(std::string_view, const Node&, Shown&)) {
    auto& known = look == look_at ? shown_at_ : shown_below_;
    const auto [at, is_new] = known.try_emplace(&node);
    if (is_new) look(text_, node, at->second);
    if (shown.indent == 0) shown.indent = at->second.indent;
    if (shown.sequence_indent < 0) shown.sequence_indent = at->second.sequence_indent;
  }

  static bool is_json(const Change& change) {
    for (std::size_t i = change.way.size(); i-- > 0;) {
      if (!is_flow(*change.way[i].collection)) return false;
      const Look look = look_of(*change.way[i].collection);
      if (look != Look::kUnknown) return look == Look::kJson;
    }
    return false;
  }

  // ---- the result ----

  [[noreturn]] void fail_form(std::size_t at) const {
    fail("yaml/edit-form", span_at(id_, at), "this form of the text cannot be edited in place",
         {{"write the collection around it in block style"}});
  }

  std::string patched() {
    std::stable_sort(patches_.begin(), patches_.end(),
                     [](const Patch& a, const Patch& b) { return a.offset < b.offset; });
    std::string out;
    std::size_t at = 0;
    for (const Patch& each : patches_) {
      if (each.offset < at) fail_form(each.offset);
      out.append(text_.substr(at, each.offset - at));
      out += crlf_ ? replace_all(each.text, "\n", "\r\n") : each.text;
      at = each.offset + each.length;
    }
    return out.append(text_.substr(at));
  }

  // Does the new text say what the edits say?
  bool holds(const std::string& out) {
    Stream stream;
    try {
      stream = read_all(sources_.add("result", out), arena_);
    } catch (const Error&) {
      return false;
    }
    bool same = stream.documents.size() == model_.documents.size();
    for (std::size_t i = 0; same && i < stream.documents.size(); ++i)
      same = identical(*stream.documents[i].root, *model_.documents[i].root);
    return same;
  }

  Profile profile_;
  const Limits& limits_;
  SourceStore sources_;
  SourceId id_ = 0;
  std::string_view text_;
  Arena arena_;
  Stream stream_;  // as the text is
  Stream model_;   // as it must become
  bool crlf_ = false;
  WriteStyle style_;                            // around the change at hand
  std::pair<std::size_t, std::size_t> region_;  // of the change at hand
  std::map<std::size_t, std::size_t> regions_;  // of all, start to end
  std::vector<Patch> patches_;
  std::unordered_map<const Node*, CollectionLayout> layouts_;
  std::unordered_map<const Node*, Shown> shown_at_;     // what the node's own entries show
  std::unordered_map<const Node*, Shown> shown_below_;  // what its whole tree shows
};

// Errors name places of the pass's own text; the first pass has the caller's text.
void tell_place(Diagnostic& diagnostic, SourceId id, bool first_pass) {
  const auto move = [&](Span& span) {
    if (span.source != 0) span = first_pass ? Span{id, span.offset, span.length} : Span{id, 0, 0};
  };
  move(diagnostic.span);
  for (Note& note : diagnostic.notes) move(note.span);
}

Edit make_edit(EditKind kind, Path path, const Node* value) {
  Edit edit;
  edit.kind = kind;
  edit.path = std::move(path);
  edit.value = value;
  return edit;
}

}  // namespace

Edit set_value(Path path, const Node& value) {
  return make_edit(EditKind::kSet, std::move(path), &value);
}

Edit append_item(Path path, const Node& value) {
  return make_edit(EditKind::kInsert, std::move(path), &value);
}

Edit insert_item(Path path, std::size_t position, const Node& value) {
  Edit edit = make_edit(EditKind::kInsert, std::move(path), &value);
  edit.position = position;
  return edit;
}

Edit remove_node(Path path) { return make_edit(EditKind::kRemove, std::move(path), nullptr); }

Edit rename_key(Path path, std::string_view name) {
  Edit edit = make_edit(EditKind::kRename, std::move(path), nullptr);
  edit.name = name;
  return edit;
}

std::string apply_edits(const SourceStore& sources, SourceId id, const Profile& profile,
                        std::span<const Edit> edits, const Limits& limits) {
  std::string text(sources.text(id));
  std::size_t done = 0;
  bool first_pass = true;
  try {
    for (; done < edits.size(); first_pass = false) {
      Pass pass(std::move(text), profile, limits);
      while (done < edits.size() && pass.take(edits[done])) ++done;
      text = pass.result();
    }
  } catch (Error& error) {
    tell_place(error.diagnostic(), id, first_pass);
    throw;
  }
  return text;
}

std::string apply_edits(const SourceStore& sources, SourceId id, const Profile& profile,
                        std::initializer_list<Edit> edits, const Limits& limits) {
  return apply_edits(sources, id, profile, std::span(edits.begin(), edits.size()), limits);
}

}  // namespace plumb::yaml
