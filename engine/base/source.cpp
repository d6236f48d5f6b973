#include "base/source.h"

#include <algorithm>
#include <cstring>

namespace plumb {

namespace {

std::vector<std::uint32_t> find_line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts{0};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at < end;) {
    const void* newline = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
    if (newline == nullptr) break;
    at = static_cast<const char*>(newline) + 1;
    starts.push_back(static_cast<std::uint32_t>(at - begin));
  }
  return starts;
}

}  // namespace

SourceId SourceStore::add(std::string name, std::string text) {
  const std::unique_lock lock(mutex_);
  Source& source = sources_.emplace_back();
  source.name = std::move(name);
  source.text = std::move(text);
  return static_cast<SourceId>(sources_.size());
}

SourceId SourceStore::add_secret(std::string name, std::string text) {
  const SourceId id = add(std::move(name), std::move(text));
  mark_secret(id);
  return id;
}

void SourceStore::mark_secret(SourceId id) {
  const std::unique_lock lock(mutex_);
  sources_.at(id - 1).secret = true;
}

Source& SourceStore::at(SourceId id) const {
  const std::shared_lock lock(mutex_);
  return sources_.at(id - 1);
}

const Source& SourceStore::get(SourceId id) const { return at(id); }

std::string_view SourceStore::text_of(Span span) const {
  if (span.source == 0) return {};
  return std::string_view(get(span.source).text).substr(span.offset, span.length);
}

Place SourceStore::locate(SourceId id, std::uint32_t offset) const {
  if (id == 0) return {};
  Source& source = at(id);
  std::call_once(source.lines_once, [&] { source.line_starts = find_line_starts(source.text); });
  const auto& starts = source.line_starts;
  const auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - starts.begin());
  return {line, offset - starts[line - 1] + 1};
}

std::string_view SourceStore::line(SourceId id, std::uint32_t line) const {
  if (id == 0 || line == 0) return {};
  locate(id, 0);  // makes the table of lines
  const Source& source = get(id);
  if (line > source.line_starts.size()) return {};
  std::string_view rest = std::string_view(source.text).substr(source.line_starts[line - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

std::string SourceStore::describe(Span span) const {
  if (span.source == 0) return {};
  const Place place = locate(span);
  return get(span.source).name + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

}  // namespace plumb
