#include "schema/finding.h"

#include "base/text.h"

namespace plumb::schema {

namespace {

// The start of a span that may reach over many lines, for an excerpt of one.
Span head_of(Span span) {
  span.length = span.length == 0 ? 0 : 1;
  return span;
}

Span nearest_place(const Frame* frame) {
  for (; frame != nullptr; frame = frame->parent) {
    if (frame->key_span.source != 0) return frame->key_span;
    if (frame->node != nullptr && frame->node->span.source != 0) return head_of(frame->node->span);
  }
  return {};
}

}  // namespace

Frame root_frame(const yaml::Node& node) {
  Frame frame;
  frame.node = &node;
  if (const yaml::Entry* const kind = yaml::find_entry(node, "kind"))
    frame.key_span = kind->key->span;
  return frame;
}

Frame member_frame(const Frame& parent, const yaml::Entry& entry) {
  return {&parent, entry.key->text, 0, false, entry.value, entry.key->span};
}

Frame item_frame(const Frame& parent, std::size_t index, const yaml::Node& item) {
  Span place = head_of(item.span);
  if (item.is_mapping() && !item.entries.empty()) place = item.entries[0].key->span;
  return {&parent, {}, index, true, &item, place};
}

std::string path_of(const Frame& frame) {
  if (frame.parent == nullptr) return {};
  std::string path = path_of(*frame.parent);
  if (frame.is_item) return path + cat('[', frame.index, ']');
  if (!path.empty()) path += '.';
  return path + (frame.key.find('.') == std::string_view::npos ? std::string(frame.key)
                                                               : cat('"', frame.key, '"'));
}

Span place_of_value(const Frame& frame) {
  const Span own = frame.node->span;
  if (own.source == 0) return nearest_place(&frame);
  return frame.node->is_scalar() ? own : place_of_key(frame);
}

Span place_of_key(const Frame& frame) { return nearest_place(&frame); }

Span place_of_missing(const Frame& frame, std::string_view member) {
  if (frame.node->decoration != nullptr)
    for (const yaml::Tombstone& removed : frame.node->decoration->removed)
      if (removed.key == member && removed.span.source != 0) return removed.span;
  return place_of_key(frame);
}

void Findings::add(std::string_view code, const Frame& frame, Span place, std::string text,
                   std::vector<Note> notes, std::vector<std::string> arguments, Severity severity) {
  ++count;
  if (out == nullptr) return;
  std::string path = path_of(frame);
  if (!subject.empty())
    notes.push_back({path.empty() ? cat("in ", subject) : cat("at ", path, " of ", subject)});
  arguments.insert(arguments.begin(), {std::string(subject), std::move(path)});
  out->push_back({severity, std::string(code), place, std::move(text), std::move(notes),
                  std::move(arguments)});
}

std::string_view name_of_type(const yaml::Node& node) {
  if (node.is_mapping()) return "a mapping";
  if (node.is_sequence()) return "a list";
  switch (node.type) {
    case yaml::Type::kNull:
      return "nothing";
    case yaml::Type::kBoolean:
      return "a boolean";
    case yaml::Type::kInteger:
      return "an integer";
    case yaml::Type::kFloat:
      return "a number";
    default:
      return "a string";
  }
}

void add_wrong_type(Findings& findings, const Frame& frame, std::string_view expected) {
  const yaml::Node& node = *frame.node;
  const bool plain = node.is_scalar() && !node.is_null();
  std::vector<Note> notes;
  if (plain && node.type != yaml::Type::kString && contains(expected, "string"))
    notes.push_back({"in quotes it is a string"});
  else if (node.type == yaml::Type::kString && node.style != yaml::Style::kPlain &&
           ((contains(expected, "integer") && to_integer(node.text)) ||
            (contains(expected, "boolean") && (node.text == "true" || node.text == "false"))))
    notes.push_back({cat("without quotes it is ", expected)});
  findings.add("schema/type", frame, place_of_value(frame),
               cat("expected ", expected, ", got ", name_of_type(node)), std::move(notes),
               {std::string(expected), std::string(name_of_type(node))});
}

}  // namespace plumb::schema
