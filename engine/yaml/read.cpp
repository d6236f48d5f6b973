#include "yaml/read.h"

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

const Profile kKubernetesProfile{
    "kubernetes", Resolution::kKubernetes, DuplicateKeys::kError, MergeKeys::kAny, false, true,
    false};
const Profile kKustomizeProfile{
    "kustomize", Resolution::kGoYaml3, DuplicateKeys::kError, MergeKeys::kSpelled, false, true,
    true};
const Profile kKustomizationProfile{"kustomization",
                                    Resolution::kGoYaml2,
                                    DuplicateKeys::kError,
                                    MergeKeys::kAny,
                                    false,
                                    true,
                                    false};
const Profile kYttTemplateProfile{
    "ytt template", Resolution::kYtt, DuplicateKeys::kError, MergeKeys::kSingle, true, true, false};
const Profile kYttPlainProfile{
    "ytt", Resolution::kYtt, DuplicateKeys::kLastWins, MergeKeys::kSingle, true, true, false};

Stream read(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
            const Limits& limits) {
  Stream stream;
  const std::string_view text = sources.text(id);
  const Span whole{id, 0, static_cast<std::uint32_t>(text.size())};
  if (text.size() > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, whole);
  Reader(text, whole, true, profile, arena, limits).read_stream(stream);
  return stream;
}

Stream read_text(std::string_view text, Span place, const Profile& profile, Arena& arena,
                 const Limits& limits) {
  Stream stream;
  Reader(text, place, false, profile, arena, limits).read_stream(stream);
  return stream;
}

Document read_first(std::string_view piece, Span place, const Profile& profile, Arena& arena,
                    const Limits& limits) {
  Document document;
  Reader(piece, place, true, profile, arena, limits).read_first(document);
  return document;
}

// ---- the text ----

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool printable(char32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0x7E) || c == 0x85 ||
         (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD && c != 0xFEFF) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}
}  // namespace

// The whole text once: later stages may then trust every byte.
void Reader::check_text() {
  if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
    fail_at(at_, at_ + 2, "yaml/encoding", "expected UTF-8, found a UTF-16 byte order mark",
            {{"save the file as UTF-8"}});
  }
  for (std::size_t i = 0; i < text_.size();) {
    const auto byte = static_cast<unsigned char>(text_[i]);
    if (byte >= 0x20 && byte < 0x7F) {
      ++i;
      continue;
    }
    if (byte == '\n' || byte == '\t' || byte == '\r') {
      ++i;
      continue;
    }
    const std::size_t from = i;
    const char32_t c = next_code_point(text_, i);
    const bool invalid = c == 0xFFFD && i == from + 1;
    if (invalid) {
      fail_at(at_ + from, at_ + i, "yaml/encoding", "expected UTF-8, found an invalid byte",
              {{"save the file as UTF-8"}});
    }
    if (!printable(c) && c != 0xFEFF) {
      fail_at(at_ + from, at_ + i, "yaml/control-character", "control characters are not allowed",
              {{"write it as an escape in a double-quoted string"}});
    }
  }
}

bool Reader::blank_or_end(std::size_t ahead) const {
  if (end_ - at_ <= static_cast<std::ptrdiff_t>(ahead)) return true;
  const char c = at_[ahead];
  return c == ' ' || c == '\t' || break_length(at_ + ahead) != 0;
}

std::size_t Reader::break_length(const char* at) const {
  if (at >= end_) return 0;
  const auto byte = [&](int i) { return at + i < end_ ? static_cast<unsigned char>(at[i]) : 0; };
  switch (byte(0)) {
    case '\n':
      return 1;
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

void Reader::skip_break() {
  at_ += break_length(at_);
  line_ = at_;
}

bool Reader::at_marker(std::string_view marker) const {
  return at_ == line_ && static_cast<std::size_t>(end_ - at_) >= marker.size() &&
         std::memcmp(at_, marker.data(), marker.size()) == 0 && blank_or_end(marker.size());
}

void Reader::read_comment() {
  const char* const from = at_;
  while (!done() && break_length(at_) == 0) ++at_;
  if (!profile_.comments || document_ == nullptr) return;
  const char* before = from;
  while (before > line_ && (before[-1] == ' ' || before[-1] == '\t')) --before;
  document_->comments.push_back(
      arena_,
      {span_of(from, at_), {from + 1, static_cast<std::size_t>(at_ - from - 1)}, before == line_});
}

void Reader::skip_blanks() {
  while (peek() == ' ' || peek() == '\t') ++at_;
}

void Reader::skip_to_content() {
  for (;;) {
    // Tabs divide, but cannot indent.
    while (peek() == ' ' || (peek() == '\t' && (flow_level_ > 0 || !keys_allowed_))) ++at_;
    if (peek() == '#') read_comment();
    if (break_length(at_) == 0) return;
    skip_break();
    if (flow_level_ == 0) keys_allowed_ = true;
  }
}

Span Reader::span_of(const char* from, const char* to) const {
  if (!relative_) return place_;
  return {place_.source, place_.offset + static_cast<std::uint32_t>(from - text_.data()),
          static_cast<std::uint32_t>(to - from)};
}

Span Reader::here(std::size_t length) const {
  const std::size_t left = static_cast<std::size_t>(end_ - at_);
  return span_of(at_, at_ + std::min(length, left));
}

void Reader::fail_at(const char* from, const char* to, std::string_view code, std::string text,
                     std::vector<Note> notes) const {
  fail(code, span_of(from, to), std::move(text), std::move(notes));
}

void Reader::fail_here(std::string_view code, std::string text, std::vector<Note> notes) const {
  fail(code, here(), std::move(text), std::move(notes));
}

// ---- documents ----

// stream ::= document? ( ('...' | '---') document? )*
void Reader::read_stream(Stream& stream) {
  check_text();
  if (text_.starts_with(kByteOrderMark)) {
    at_ += kByteOrderMark.size();
    line_ = at_;
  }
  for (bool first = true;; first = false) {
    Document& document = *arena_.make<Document>();
    document_ = &document;
    anchors_.clear();
    tag_prefixes_.clear();
    keys_allowed_ = true;
    skip_to_content();
    bool ended = false;
    while (at_marker("...")) {
      if (first) fail_here("yaml/expected-node", "expected a document before '...'");
      ended = true;
      at_ += 3;
      skip_to_content();
    }
    const char* const from = first ? text_.data() : at_;
    read_directives();
    const bool marked = at_marker("---");
    if (done() && (!first || !document.comments.empty() || ended) && !marked) {
      // Comments behind the last document are that document's.
      if (stream.documents.empty()) break;
      for (const Comment& comment : document.comments) {
        stream.documents.back().comments.push_back(arena_, comment);
      }
      break;
    }
    if (done() && !marked) break;
    if (!marked && !first) {
      fail_here("yaml/expected-document",
                "expected the next document's '---', found something else",
                {{"content is indented less than its collection, or follows a value on its line"}});
    }
    if (marked) {
      document.marker = span_of(at_, at_ + 3);
      at_ += 3;
      keys_allowed_ = false;  // `--- a: b` is not a mapping
    }
    read_document();
    document.span = span_of(from, at_);
    stream.documents.push_back(arena_, document);
  }
  if (stream.documents.empty() && !text_.empty() && document_ != nullptr &&
      !document_->comments.empty()) {
    // A text of nothing but comments is one empty document, so that nobody loses them.
    document_->empty = true;
    document_->root = make_null(arena_);
    document_->root->text = {};
    document_->span = span_of(text_.data(), end_);
    stream.documents.push_back(arena_, *document_);
  }
}

// What follows a value that ends by itself (a flow collection, a quoted scalar), or is indented
// less than a block collection, is another document's; else it is a mistake.
void Reader::read_first(Document& document) {
  check_text();
  if (text_.starts_with(kByteOrderMark)) {
    at_ += kByteOrderMark.size();
    line_ = at_;
  }
  document_ = &document;
  skip_to_content();
  if (at_marker("..."))
    fail_here("yaml/expected-document", "expected a document, found the end of one: '...'");
  read_directives();
  if (at_marker("---")) {
    document.marker = span_of(at_, at_ + 3);
    at_ += 3;
    keys_allowed_ = false;
  }
  skip_to_content();
  const int root_column = column();
  document.empty = at_document_end();
  document.root = read_block_node(-1, false);
  document.span = span_of(text_.data(), end_);
  if (document.root->style != Style::kBlock && document.root->style != Style::kPlain) return;
  skip_to_content();
  if (!at_document_end() && column() >= root_column)
    fail_here("yaml/expected-document", "expected the end of the document, found more content",
              {{"is it indented less than what it belongs to, or a second value on one line?"}});
}

void Reader::read_document() {
  skip_to_content();
  const bool empty = at_document_end();
  document_->root = read_block_node(-1, false);
  document_->empty = empty;
  skip_to_content();
  if (!at_document_end()) {
    fail_here("yaml/expected-document", "expected the end of the document, found more content",
              {{"is it indented less than what it belongs to, or a second value on one line?"}});
  }
}

// '%YAML 1.1' and '%TAG !handle! prefix' lines.
void Reader::read_directives() {
  bool version_seen = false;
  bool any = false;
  const char* const first = at_;
  while (peek() == '%' && at_ == line_) {
    any = true;
    const char* const from = at_;
    const char* end = at_;
    while (end < end_ && break_length(end) == 0) ++end;
    std::string_view line(at_ + 1, static_cast<std::size_t>(end - at_ - 1));
    line = line.substr(0, line.find(" #"));
    std::vector<std::string_view> words;
    const std::string blanks_only = replace_all(line, "\t", " ");
    for (const std::string_view word : split(blanks_only, ' ')) {
      if (!word.empty()) words.push_back(arena_.copy(word));
    }
    if (!words.empty() && words[0] == "YAML" && words.size() == 2 && !version_seen) {
      version_seen = true;
      if (words[1] != "1.1") {
        fail_at(from, end, "yaml/version", cat("expected YAML version 1.1, found '", words[1], "'"),
                {{"leave the %YAML line out"}});
      }
    } else if (!words.empty() && words[0] == "TAG" && words.size() == 3 &&
               !tag_prefixes_.contains(words[1])) {
      tag_prefixes_[words[1]] = words[2];
    } else {
      fail_at(from, end, "yaml/directive",
              "expected '%YAML 1.1' or '%TAG HANDLE PREFIX', each once");
    }
    at_ = end;
    skip_to_content();
  }
  if (any && !at_marker("---")) {
    fail_at(first, at_, "yaml/expected-document", "expected '---' behind the directives");
  }
}

}  // namespace plumb::yaml
