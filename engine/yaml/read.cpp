#include "yaml/read.h"

#include <algorithm>

#include "base/text.h"
#include "yaml/reader.h"

namespace plumb::yaml {

const Profile kKubernetesProfile{
    "kubernetes", Resolution::kKubernetes, DuplicateKeys::kError, MergeKeys::kAny, false, true,
    false};
const Profile kKustomizeProfile{"kustomize",
                                Resolution::kGoYaml3,
                                DuplicateKeys::kError,
                                MergeKeys::kSpelled,
                                false,
                                true,
                                true,
                                true};
const Profile kKustomizationProfile{"kustomization",
                                    Resolution::kGoYaml2,
                                    DuplicateKeys::kError,
                                    MergeKeys::kAny,
                                    false,
                                    true,
                                    false,
                                    true};
const Profile kYttTemplateProfile{
    "ytt template", Resolution::kYtt, DuplicateKeys::kError, MergeKeys::kSingle, true, true, false};
const Profile kYttPlainProfile{
    "ytt", Resolution::kYtt, DuplicateKeys::kLastWins, MergeKeys::kSingle, true, true, false};

const Profile kStrictProfile{"strict",
                             Resolution::kStrict,
                             DuplicateKeys::kError,
                             MergeKeys::kAny,
                             false,
                             true,
                             false,
                             false,
                             true};

Stream read(const SourceStore& sources, SourceId id, const Profile& profile, Arena& arena,
            const Limits& limits) {
  Stream stream;
  const std::string_view text = sources.text(id);
  const Span whole{id, 0, static_cast<std::uint32_t>(text.size())};
  if (text.size() > limits.file_bytes) fail_limit(limits, &Limits::file_bytes, whole);
  Reader reader(text, whole, true, profile, arena, limits);
  reader.check_text();
  reader.read_stream(stream);
  return stream;
}

Stream read_text(std::string_view text, Span place, const Profile& profile, Arena& arena,
                 const Limits& limits) {
  Stream stream;
  Reader reader(text, place, false, profile, arena, limits);
  reader.check_text();
  reader.read_stream(stream);
  return stream;
}

Document read_first(std::string_view piece, Span place, const Profile& profile, Arena& arena,
                    const Limits& limits) {
  Document document;
  Reader reader(piece, place, true, profile, arena, limits);
  reader.check_text();
  reader.read_first(document);
  return document;
}

namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMuchText = 1 << 20;  // its tree takes one and a half to four times as much
// '!', '!!' or '!word!'
bool is_handle(std::string_view text) {
  if (!text.starts_with('!') || !text.ends_with('!')) return false;
  return text.size() <= 2 ||
         std::all_of(text.begin() + 1, text.end() - 1, [](char c) { return is(c, kWord); });
}

constexpr std::string_view kMoreContent = "expected the end of the document, found more content";
constexpr std::string_view kMoreContentNote =
    "is it indented less than what it belongs to, or a second value on one line?";
}  // namespace

// ---- mistakes ----

void Reader::report(std::string_view code, Span span, std::string text, std::vector<Note> notes,
                    std::vector<std::string> arguments) {
  if (!can_report()) return;
  errors_.push_back({Severity::kError, std::string(code), span, std::move(text), std::move(notes),
                     std::move(arguments)});
}

void Reader::throw_errors() {
  if (errors_.empty()) return;
  Diagnostics further(std::make_move_iterator(errors_.begin() + 1),
                      std::make_move_iterator(errors_.end()));
  throw Error(std::move(errors_.front()), std::move(further));
}

// Whether reading may go on at the next document.
bool Reader::keep_error(Error& error) {
  const bool limit = error.diagnostic().code == "base/limit";
  if (can_report()) errors_.push_back(std::move(error.diagnostic()));
  return !limit && can_report();
}

// ---- documents ----

// stream ::= document? ( ('...' | '---') document? )*
void Reader::read_stream(Stream& stream) {
  if (text_.size() >= kMuchText) arena_.expect_much();
  skip_byte_order_mark();
  bool more = true;
  for (bool first = true; more; first = false) {
    try {
      more = read_next_document(first);
    } catch (Error& error) {
      more = keep_error(error) && skip_to_next_document();
    }
  }
  throw_errors();
  if (documents_.empty() && !comments_.empty()) add_document_of_comments();
  stream.documents.assign(arena_, documents_.data(), documents_.size());
  stream.warnings = std::move(warnings_);
}

void Reader::skip_byte_order_mark() {
  if (!text_.starts_with(kByteOrderMark)) return;
  at_ += kByteOrderMark.size();
  line_ = at_;
}

void Reader::start_document() {
  document_ = {};
  comments_.clear();
  anchors_.clear();
  // A table that was large once would take long to clear for ever.
  if (!tag_prefixes_.empty()) tag_prefixes_ = decltype(tag_prefixes_)();
  alias_nodes_ = 0;
  has_merge_keys_ = false;
  keys_allowed_ = true;
}

bool Reader::read_next_document(bool first) {
  start_document();
  skip_to_content();
  while (at_marker("...")) {
    if (first) fail_here("yaml/expected-node", "expected a document before '...'");
    at_ += 3;
    skip_to_content();
  }
  const char* const from = first ? text_.data() : at_;
  read_directives();
  const bool marked = at_marker("---");
  if (done() && !marked) {
    // Comments behind the last document are that document's.
    if (!documents_.empty()) {
      for (const Comment& comment : comments_)
        documents_.back().comments.push_back(arena_, comment);
    }
    return false;
  }
  if (!marked && !first) {
    fail_here("yaml/expected-document", "expected the next document's '---', found something else",
              "content is indented less than its collection, or follows a value on its line");
  }
  if (marked) read_marker();
  read_document();
  document_.span = span_of(from, at_);
  document_.comments.assign(arena_, comments_.data(), comments_.size());
  documents_.push_back(document_);
  return true;
}

// At '---'.
void Reader::read_marker() {
  document_.marker = span_of(at_, at_ + 3);
  at_ += 3;
  keys_allowed_ = false;  // `--- a: b` is not a mapping
}

// A text of nothing but comments is one empty document, so that nobody loses them.
void Reader::add_document_of_comments() {
  document_.empty = true;
  document_.root = make_null(arena_);
  document_.root->text = {};
  document_.span = span_of(text_.data(), end_);
  document_.comments.assign(arena_, comments_.data(), comments_.size());
  documents_.push_back(document_);
}

// To the next line that starts with `---`, whatever it would be part of: nothing goes on over one.
bool Reader::skip_to_next_document() {
  items_.clear();
  entries_.clear();
  while (!at_marker("---")) {
    at_ = line_end(at_);
    if (done()) return false;
    skip_break();
  }
  return true;
}

// What follows a value that ends by itself (a flow collection, a quoted scalar), or is indented
// less than a block collection, is another document's; else it is a mistake.
void Reader::read_first(Document& document) {
  skip_byte_order_mark();
  try {
    read_first_document();
  } catch (Error& error) {
    keep_error(error);
  }
  throw_errors();
  document_.comments.assign(arena_, comments_.data(), comments_.size());
  document = document_;
}

void Reader::read_first_document() {
  skip_to_content();
  if (at_marker("..."))
    fail_here("yaml/expected-document", "expected a document, found the end of one: '...'");
  read_directives();
  if (at_marker("---")) read_marker();
  skip_to_content();
  const int root_column = column();
  document_.empty = at_content_end();
  document_.root = read_block_node(-1, false);
  document_.span = span_of(text_.data(), end_);
  if (document_.root->style != Style::kBlock && document_.root->style != Style::kPlain) return;
  skip_to_content();
  if (!at_content_end() && column() >= root_column)
    fail_here("yaml/expected-document", kMoreContent, kMoreContentNote);
}

void Reader::read_document() {
  skip_to_content();
  document_.empty = at_content_end();
  document_.root = read_block_node(-1, false);
  skip_to_content();
  if (!at_content_end()) fail_here("yaml/expected-document", kMoreContent, kMoreContentNote);
}

// directives ::= ( ('%YAML 1.1' | '%TAG !handle! prefix') comment? break )* , then '---'
void Reader::read_directives() {
  if (peek() != '%' || at_ != line_) return;
  const char* const first = at_;
  bool version_seen = false;
  while (peek() == '%' && at_ == line_) {
    const char* const end = line_end(at_);
    read_directive(at_, end, version_seen);
    at_ = end;
    skip_to_content();
  }
  if (!at_marker("---"))
    fail_at(first, at_, "yaml/expected-document", "expected '---' behind the directives");
}

void Reader::read_directive(const char* from, const char* to, bool& version_seen) {
  std::string_view line(from + 1, static_cast<std::size_t>(to - from - 1));
  // A version ends at a comment, a tag's prefix does not.
  line = line.substr(0, line.find(line.starts_with("YAML") ? "#" : " #"));
  std::vector<std::string_view> words;
  const std::string blanks_only = replace_all(line, "\t", " ");
  for (const std::string_view word : split(blanks_only, ' ')) {
    if (!word.empty()) words.push_back(arena_.copy(word));
  }
  if (!words.empty() && words[0] == "YAML" && words.size() == 2 && !version_seen) {
    version_seen = true;
    if (words[1] != "1.1") {
      fail_at(from, to, "yaml/version", cat("expected YAML version 1.1, found '", words[1], "'"),
              "leave the %YAML line out");
    }
  } else if (!words.empty() && words[0] == "TAG" && words.size() == 3 && is_handle(words[1]) &&
             !contains(words[2], "#") && !tag_prefixes_.contains(words[1])) {
    tag_prefixes_[words[1]] = words[2];
  } else {
    fail_at(from, to, "yaml/directive", "expected '%YAML 1.1' or '%TAG HANDLE PREFIX', each once");
  }
}

}  // namespace plumb::yaml
