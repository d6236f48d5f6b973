// The text itself: which bytes it may have, where its lines end, and what a comment is.

#include <algorithm>

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

namespace {

// Sixteen bytes that are compared at once, in the notation of GCC and Clang.
using Bytes [[gnu::vector_size(16)]] = signed char;
constexpr std::size_t kStepBytes = 64;

// Neither a control character but LF, nor a byte of a longer character.
bool is_simple(const char* step) {
  Bytes odd{};
  for (std::size_t i = 0; i < kStepBytes; i += sizeof(Bytes)) {
    Bytes bytes;
    std::memcpy(&bytes, step + i, sizeof bytes);
    odd |= ((bytes < 0x20) & (bytes != '\n')) | (bytes == 0x7F);
  }
  std::uint64_t halves[2];
  std::memcpy(halves, &odd, sizeof odd);
  return (halves[0] | halves[1]) == 0;
}

bool printable(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7E) || c == 0x85 ||
         (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

}  // namespace

// The whole text once: later stages may then trust every byte.
void Reader::check_text() {
  if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
    if (profile_.utf16) return read_utf16();
    fail_at(at_, at_ + 2, "yaml/encoding", "expected UTF-8, found a UTF-16 byte order mark",
            "save the file as UTF-8");
  }
  only_line_feeds_ = true;
  for (std::size_t i = 0; i < text_.size();) {
    if (text_.size() - i >= kStepBytes && is_simple(text_.data() + i)) {
      i += kStepBytes;
      continue;
    }
    const std::size_t stop = std::min(i + kStepBytes, text_.size());
    while (i < stop) check_character(i);
  }
}

void Reader::check_character(std::size_t& offset) {
  const auto byte = static_cast<unsigned char>(text_[offset]);
  if ((byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t') {
    ++offset;
    return;
  }
  const std::size_t from = offset;
  const char32_t c = next_code_point(text_, offset);
  const char* const at = text_.data() + from;
  if (c == 0xFFFD && offset == from + 1) {
    fail_at(at, at + 1, "yaml/encoding", "expected UTF-8, found an invalid byte",
            "save the file as UTF-8");
  }
  if (!printable(c)) {
    fail_at(at, text_.data() + offset, "yaml/control-character",
            "control characters are not allowed",
            "write it as an escape in a double-quoted string");
  }
  if (c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029) only_line_feeds_ = false;
}

// CR, CR LF, NEL, LS and PS; `at` is one of their first bytes.
std::size_t Reader::other_break_length(const char* at) const {
  const auto byte = [&](int i) { return at + i < end_ ? static_cast<unsigned char>(at[i]) : 0; };
  switch (byte(0)) {
    case '\r':
      return byte(1) == '\n' ? 2 : 1;
    case 0xC2:
      return byte(1) == 0x85 ? 2 : 0;  // NEL
    case 0xE2:
      return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0;  // LS, PS
    default:
      return 0;
  }
}

const char* Reader::line_end(const char* at) const {
  if (only_line_feeds_) {
    const void* const newline = std::memchr(at, '\n', static_cast<std::size_t>(end_ - at));
    return newline == nullptr ? end_ : static_cast<const char*>(newline);
  }
  while (at < end_ && break_length(at) == 0) ++at;
  return at;
}

bool Reader::at_marker(std::string_view marker) const {
  return at_ == line_ && static_cast<std::size_t>(end_ - at_) >= marker.size() &&
         std::memcmp(at_, marker.data(), marker.size()) == 0 && blank_or_end(marker.size());
}

void Reader::read_comment() {
  const char* const from = at_;
  at_ = line_end(at_);
  if (!profile_.comments) return;
  const char* before = from;
  while (before > line_ && is(before[-1], kBlank)) --before;
  comments_.push_back(
      {span_of(from, at_), {from + 1, static_cast<std::size_t>(at_ - from - 1)}, before == line_});
}

void Reader::skip_blank_text() {
  for (;;) {
    at_ = behind_blanks(at_, end_);
    if (done()) return;
    if (*at_ == '\t' && (flow_level_ > 0 || !keys_allowed_)) {  // a tab divides, but cannot indent
      ++at_;
      continue;
    }
    if (*at_ == '#') read_comment();
    if (break_length(at_) == 0) return;
    skip_break();
    if (flow_level_ == 0) keys_allowed_ = true;
  }
}

Span Reader::span_elsewhere(const char* from, const char* to) const {
  if (offsets_ == nullptr) return place_;
  const std::uint32_t start = offsets_[from - text_.data()];
  return {place_.source, place_.offset + start, offsets_[to - text_.data()] - start};
}

void Reader::fail_at(const char* from, const char* to, std::string_view code, std::string_view text,
                     std::vector<Note> notes) const {
  fail(code, span_of(from, to), std::string(text), std::move(notes));
}

void Reader::fail_at(const char* from, const char* to, std::string_view code, std::string_view text,
                     std::string_view note) const {
  std::vector<Note> notes;
  if (!note.empty()) notes.push_back({std::string(note)});
  fail(code, span_of(from, to), std::string(text), std::move(notes));
}

void Reader::fail_here(std::string_view code, std::string_view text,
                       std::vector<Note> notes) const {
  fail_at(at_, done() ? at_ : at_ + 1, code, text, std::move(notes));
}

void Reader::fail_here(std::string_view code, std::string_view text, std::string_view note) const {
  fail_at(at_, done() ? at_ : at_ + 1, code, text, note);
}

}  // namespace plumb::yaml
