// Parts of a large stream are read at the same time.
//
// A line that starts with `---` and a blank or its end is where a document starts, whatever stands
// before it: a block scalar's text is indented, a plain scalar ends there, and a quoted scalar or
// a flow collection that reaches one is a mistake. So a part from one such line to another is a
// stream of its own, but for three cases, which are read in one piece: what stands before the first
// `---` belongs to it when it is only comments; directives belong to the `---` behind them; and
// comments behind `...` belong to the next document. A mistake anywhere lets the whole be read
// again in one piece, so that it is told as ever.

#include "yaml/read_parallel.h"

#include <algorithm>

#include "base/parallel.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

constexpr std::size_t kPartBytes = 128 << 10;  // below this a thread costs more than it saves

bool is_marker_line(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == marker.size() || is(line[marker.size()], kBlank));
}

// The text in parts of about `bytes` each, all but the first from a `---` on; a single part when it
// cannot be divided.
std::vector<std::string_view> divide(std::string_view text, std::size_t bytes) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  bool marked = false;  // a `---` was passed
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const char first = text[at];
    if (first == '-' || first == '.' || first == '%') {
      const std::string_view line = text.substr(at, end - at);
      if (first == '%' || is_marker_line(line, "...")) return {text};
      if (is_marker_line(line, "---")) {
        if (marked && at - from >= bytes) {
          parts.push_back(text.substr(from, at - from));
          from = at;
        }
        marked = true;
      }
    }
    at = end + 1;
  }
  parts.push_back(text.substr(from));
  return parts;
}

struct Part {
  Arena arena;
  Stream stream;
  bool failed = false;
};

}  // namespace

Stream read_parallel(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
                     unsigned jobs, const Limits& limits) {
  return read_in_parts(sources, id, profile, arena, jobs, kPartBytes, limits);
}

Stream read_in_parts(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
                     unsigned jobs, std::size_t part_bytes, const Limits& limits) {
  const std::string_view text = sources.text(id);
  const auto serial = [&] { return read(sources, id, profile, arena, limits); };
  if (jobs <= 1 || text.size() < 2 * part_bytes || text.size() > limits.file_bytes) return serial();
  const Span whole{id, 0, static_cast<std::uint32_t>(text.size())};
  Reader checker(text, whole, true, profile, arena, limits);
  checker.check_text();
  const bool utf16 = text.starts_with('\xFF') || text.starts_with('\xFE');
  if (utf16 || !checker.only_line_feeds()) return serial();
  const auto pieces = divide(text, std::max(part_bytes, text.size() / (jobs * 4)));
  if (pieces.size() == 1) return serial();

  std::vector<Part> parts(pieces.size());
  parallel_for(pieces.size(), jobs, [&](std::size_t i) {
    const std::string_view piece = pieces[i];
    const Span place{id, static_cast<std::uint32_t>(piece.data() - text.data()),
                     static_cast<std::uint32_t>(piece.size())};
    try {
      Reader reader(piece, place, true, profile, parts[i].arena, limits);
      reader.trust_text(true);
      reader.read_stream(parts[i].stream);
    } catch (const Error&) {
      parts[i].failed = true;
    }
  });
  if (std::any_of(parts.begin(), parts.end(), [](const Part& part) { return part.failed; }))
    return serial();

  Stream stream;
  std::size_t documents = 0;
  for (const Part& part : parts) documents += part.stream.documents.size();
  stream.documents.reserve(arena, static_cast<std::uint32_t>(documents));
  for (Part& part : parts) {
    for (const Document& document : part.stream.documents)
      stream.documents.push_back(arena, document);
    std::move(part.stream.warnings.begin(), part.stream.warnings.end(),
              std::back_inserter(stream.warnings));
    arena.adopt(std::move(part.arena));
  }
  return stream;
}

}  // namespace plumb::yaml
