// What is found wrong with an object when it is written with go-yaml v3 and read again.

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "kustomize/build.h"
#include "kustomize/go_yaml3.h"
#include "kustomize/json_values.h"
#include "kustomize/provenance.h"
#include "kustomize/wording.h"
#include "yaml/read.h"

namespace plumb::kustomize {

namespace {

using yaml::Node;

// The object's own document, read again for its comments.
struct Reread {
  Arena arena;
  yaml::Document document;
  std::string_view text;
  std::uint32_t offset = 0;
};

void read_again(const Node& body, const SourceStore& sources, Reread& into) {
  if (body.span.source == 0) return;
  const std::string_view text = sources.text(body.span.source);
  const std::size_t before = text.substr(0, body.span.offset).rfind("\n---");
  const std::size_t from = before == std::string_view::npos
                               ? 0
                               : std::min(text.find('\n', before + 1), text.size() - 1) + 1;
  const std::size_t to = std::min(text.find("\n---", from), text.size());
  into.text = text.substr(from, to - from);
  into.offset = static_cast<std::uint32_t>(from);
  yaml::Profile profile = yaml::kKustomizeProfile;
  profile.duplicates = yaml::DuplicateKeys::kKeep;
  try {
    into.document = yaml::read_first(
        into.text, {body.span.source, into.offset, static_cast<std::uint32_t>(into.text.size())},
        profile, into.arena);
  } catch (const Error&) {
    into.document = {};
  }
}

void list_repeated(const Node& node, const std::map<const Node*, std::size_t>& lines,
                   std::vector<std::string>& found) {
  const std::size_t before = found.size();
  const std::uint32_t count = node.entries.size();
  const auto line = [&](const Node* key) {
    const auto there = lines.find(key);
    return there == lines.end() ? std::size_t{0} : there->second;
  };
  for (std::uint32_t i = 0; i < count; ++i)
    for (std::uint32_t j = i + 1; j < count; ++j) {
      const Node* const first = node.entries[i].key;
      const Node* const second = node.entries[j].key;
      if (first->text == second->text)
        found.push_back(cat("line ", line(second), ": mapping key ", go_quoted(second->text),
                            " already defined at line ", line(first)));
    }
  if (found.size() > before) return;
  for (const Node* const item : node.items) list_repeated(*item, lines, found);
  for (const yaml::Entry& entry : node.entries) list_repeated(*entry.value, lines, found);
}

template <typename Test>
const yaml::Entry* find_entry_if(const Node& node, const Test& test) {
  for (const Node* const item : node.items)
    if (const yaml::Entry* const found = find_entry_if(*item, test)) return found;
  for (const yaml::Entry& entry : node.entries) {
    if (test(*entry.value)) return &entry;
    if (const yaml::Entry* const found = find_entry_if(*entry.value, test)) return found;
  }
  return nullptr;
}

// All repeated keys, with the lines that they have when the object is written out.
std::string repeated_keys(const Node& body, const SourceStore* sources) {
  Reread reread;
  if (sources != nullptr) read_again(body, *sources, reread);
  ReadFrom source;
  if (reread.document.root != nullptr) source = {reread.text, &reread.document, reread.offset};
  std::map<const Node*, std::size_t> lines;
  Arena arena;
  Node* const written = yaml::copy(arena, body);
  turn_repeated_keys(*written);  // back to how they were read
  write_go_yaml(*written, source, &lines);
  std::vector<std::string> found;
  list_repeated(*written, lines, found);
  return cat("yaml: unmarshal errors:\n  ", join(found, "\n  "));
}

}  // namespace

void require_readable_when_written(const Node& node) {
  const auto starts_with_tab = [](const Node& text) {
    const bool block = text.style == yaml::Style::kLiteral || text.style == yaml::Style::kPlain;
    return text.is_string() && block && text.text.starts_with('\t') && contains(text.text, "\n") &&
           may_be_block(text.text);
  };
  const auto found = find_entry_if(node, starts_with_tab);
  if (found == nullptr) return;
  std::map<const Node*, std::size_t> lines;
  write_go_yaml(node, {}, &lines);
  const auto line = lines.find(found->key);
  // The first line of a text is not named; the next one is, where the reader noticed.
  const std::size_t number = line == lines.end() ? 1 : line->second;
  fail("kustomize/value-type", found->value->span,
       "a text of several lines that starts with a tab cannot be printed", {},
       {cat("yaml: line ", number == 1 ? 2 : number,
            ": found a tab character where an indentation space is expected")});
}

void require_unique_when_written(const Node& body, const SourceStore* sources) {
  try {
    require_unique_keys(body);
  } catch (const Error& error) {
    throw WordedError(error, repeated_keys(body, sources));
  }
}

void require_unique_when_written(const Item& item, const SourceStore* sources) {
  try {
    require_unique_keys(*item.body);
  } catch (const Error& error) {
    Arena arena;
    throw WordedError(error, repeated_keys(*with_history(arena, item), sources));
  }
}

}  // namespace plumb::kustomize
