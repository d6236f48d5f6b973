#pragma once
// Texts and places in them.
//
// A Source is a named text. A Span is a stretch of one, twelve bytes, copied freely; it is turned
// into a line and a column only when somebody prints it. All sources live in one SourceStore as
// long as the command runs, so anything may keep a Span, or a view of a source's text.
//
//   SourceStore sources;
//   SourceId id = sources.add("a.yaml", "a: 1\nb: 2\n");
//   Span span{id, 5, 1};
//   sources.locate(span)   == Place{2, 1}
//   sources.text_of(span)  == "b"

#include <cstdint>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace plumb {

using SourceId = std::uint32_t;  // 0: no source

struct Span {
  SourceId source = 0;
  std::uint32_t offset = 0;  // bytes from the start of the source
  std::uint32_t length = 0;  // bytes
  friend bool operator==(const Span&, const Span&) = default;
};

// One-based; the column counts bytes.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Source {
  std::string name;  // as the user would write it: a path below the project, "-", "git:HEAD:a.yaml"
  std::string text;  // at most 4 GiB
  std::vector<std::uint32_t>
      line_starts;      // filled by the first look-up of a place; line_starts[0] == 0
  bool secret = false;  // its text is never quoted in a diagnostic (a Secret, an env file)
  std::once_flag lines_once;
};

// Owns every source of a command. Threads may add and look up at the same time. References stay
// valid.
class SourceStore {
 public:
  SourceStore() = default;
  SourceStore(const SourceStore&) = delete;
  SourceStore& operator=(const SourceStore&) = delete;

  SourceId add(std::string name, std::string text);
  // A source whose text must not appear in an excerpt.
  SourceId add_secret(std::string name, std::string text);
  // From now on no excerpt of this source is shown: it turned out to hold a Secret.
  void mark_secret(SourceId id);

  // `id` must come from add().
  const Source& get(SourceId id) const;
  std::string_view text(SourceId id) const { return get(id).text; }
  std::string_view text_of(Span span) const;
  Place locate(SourceId id, std::uint32_t offset) const;
  Place locate(Span span) const { return locate(span.source, span.offset); }
  // The line (one-based) without its line break; empty when there is no such line.
  std::string_view line(SourceId id, std::uint32_t line) const;
  // "a.yaml:2:1", or "" for a span without a source.
  std::string describe(Span span) const;

 private:
  Source& at(SourceId id) const;
  mutable std::shared_mutex mutex_;
  mutable std::deque<Source> sources_;  // a deque, because references must survive add()
};

}  // namespace plumb
