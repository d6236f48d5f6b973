#include "base/diagnostic.h"

#include <algorithm>

#include "base/text.h"

namespace plumb {

namespace {

constexpr std::size_t kExcerptBytesMax = 200;

struct Palette {
  std::string_view bold, error, warning, info, caret, reset;
};
constexpr Palette kPlain{"", "", "", "", "", ""};
constexpr Palette kColored{"\x1b[1m",    "\x1b[1;31m", "\x1b[1;33m",
                           "\x1b[1;36m", "\x1b[1;32m", "\x1b[0m"};

// Control characters would move the cursor or colour the terminal; a tab keeps its width as one
// blank. Some texts have several lines.
std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) c = ' ';
  }
  return out;
}

std::string excerpt(Span span, const SourceStore& sources, const Palette& palette) {
  if (span.source == 0 || sources.get(span.source).secret) return {};
  const Place place = sources.locate(span);
  std::string_view line = sources.line(span.source, place.line);
  std::size_t column = place.column - 1;
  if (column > line.size()) column = line.size();
  std::size_t width = std::clamp<std::size_t>(span.length, 1, line.size() - column + 1);
  if (line.size() > kExcerptBytesMax) {
    const std::size_t start = column > kExcerptBytesMax / 2 ? column - kExcerptBytesMax / 2 : 0;
    line = line.substr(start, kExcerptBytesMax);
    column -= start;
    width = std::min(width, line.size() - column + 1);
  }
  if (line.empty()) return {};
  // Bytes are columns, characters are what a terminal shows.
  const std::size_t shown_before = utf8_length(line.substr(0, column));
  const std::size_t shown = std::max<std::size_t>(1, utf8_length(line.substr(column, width)));
  return cat("    ", printable(line), "\n    ", std::string(shown_before, ' '), palette.caret,
             std::string(shown, '^'), palette.reset, "\n");
}

}  // namespace

void fail(std::string_view code, Span span, std::string text, std::vector<Note> notes,
          std::vector<std::string> arguments) {
  throw Error({Severity::kError, std::string(code), span, std::move(text), std::move(notes),
               std::move(arguments)});
}

std::string format_diagnostic(const Diagnostic& diagnostic, const SourceStore& sources,
                              bool color) {
  const Palette& palette = color ? kColored : kPlain;
  std::string out;
  if (const std::string place = sources.describe(diagnostic.span); !place.empty()) {
    out = cat(palette.bold, printable(place), ":", palette.reset, " ");
  }
  switch (diagnostic.severity) {
    case Severity::kError:
      out += cat(palette.error, "error:", palette.reset);
      break;
    case Severity::kWarning:
      out += cat(palette.warning, "warning:", palette.reset);
      break;
    case Severity::kInfo:
      out += cat(palette.info, "info:", palette.reset);
      break;
  }
  out += cat(" ", printable(diagnostic.text), " [", diagnostic.code, "]\n");
  out += excerpt(diagnostic.span, sources, palette);
  for (const Note& note : diagnostic.notes) {
    out += cat(palette.info, "note:", palette.reset, " ", printable(note.text));
    if (const std::string place = sources.describe(note.span); !place.empty()) {
      out += cat(" at ", printable(place), "\n", excerpt(note.span, sources, palette));
    } else {
      out += "\n";
    }
  }
  return out;
}

}  // namespace plumb
