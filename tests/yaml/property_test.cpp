// What holds for every tree and every text: emit∘parse is the identity, spans slice to the text
// they claim, comments survive, and a reader that is not ours agrees.

#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/comments.h"
#include "yaml/edit.h"
#include "yaml/emit.h"
#include "yaml/json.h"
#include "yaml/read.h"
#include "yaml/real_files.h"
#include "yaml/witness.h"

namespace plumb::yaml {

namespace {

#ifdef NDEBUG
constexpr std::size_t kTrees = 3'000;
constexpr std::size_t kBytesMax = 5'000'000;
constexpr std::size_t kWitnessBytesMax = 60'000;  // yaml-cpp is slow
#else
constexpr std::size_t kTrees = 100;
constexpr std::size_t kBytesMax = 20'000;
constexpr std::size_t kWitnessBytesMax = 3'000;
#endif

// ---- trees that nobody would write ----

class TreeMaker {
 public:
  TreeMaker(unsigned seed, Arena& arena) : random_(seed), arena_(arena) {}

  Node* tree(int depth) {
    const std::size_t kind = depth == 0 ? 0 : random_() % 3;
    if (kind == 0) return scalar();
    Node* const node = kind == 1 ? make_sequence(arena_) : make_mapping(arena_);
    for (std::size_t i = random_() % 5; i > 0; --i) {
      Node* const child = tree(depth - 1);
      if (kind == 1) {
        append(arena_, *node, child);
      } else {
        set(arena_, *node, text(), child);
      }
    }
    return node;
  }

 private:
  std::string text() {
    static const std::vector<std::string> kPieces{"a",
                                                  "word",
                                                  " ",
                                                  "  ",
                                                  "\n",
                                                  "\n\n",
                                                  "\t",
                                                  ":",
                                                  ": ",
                                                  "#",
                                                  " #",
                                                  "-",
                                                  "- ",
                                                  "?",
                                                  "? ",
                                                  "'",
                                                  "\"",
                                                  "\\",
                                                  "{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  "&a",
                                                  "*a",
                                                  "!t",
                                                  "|",
                                                  ">",
                                                  "%",
                                                  "@",
                                                  "`",
                                                  "yes",
                                                  "No",
                                                  "null",
                                                  "~",
                                                  "1",
                                                  "0x1f",
                                                  "1_0",
                                                  "1:30",
                                                  ".5",
                                                  "1e3",
                                                  ".inf",
                                                  "=",
                                                  "2001-01-01",
                                                  "---",
                                                  "...",
                                                  "\r",
                                                  "\x07",
                                                  "\x7f",
                                                  "é",
                                                  "\xC2\x85",
                                                  "\xE2\x80\xA8",
                                                  "\xEF\xBB\xBF",
                                                  "\xF0\x9F\x98\x80",
                                                  "0b1",
                                                  "0o7",
                                                  "+",
                                                  ".",
                                                  "T12:00:00Z"};
    std::string out;
    for (std::size_t i = random_() % 4; i > 0; --i) out += kPieces[random_() % kPieces.size()];
    return out == "<<" ? "" : out;
  }
  Node* scalar() {
    switch (random_() % 8) {
      case 0:
        return make_null(arena_);
      case 1:
        return make_boolean(arena_, random_() % 2 == 0);
      case 2:
        return make_integer(arena_, static_cast<std::int64_t>(random_()) - 2'000'000'000);
      case 3: {
        Node* const node =
            make_string(arena_, format_json_float(static_cast<double>(random_()) / 977.0));
        node->type = resolve(node->text, Resolution::kKubernetes);
        return node;
      }
      default:
        return make_string(arena_, text());
    }
  }

  std::mt19937 random_;
  Arena& arena_;
};

Profile as_printed() {
  Profile profile = kKubernetesProfile;
  profile.duplicates = DuplicateKeys::kKeep;
  profile.merge_keys = MergeKeys::kKeep;
  profile.collections_as_keys = true;
  return profile;
}

// The tree that is read from what a profile prints, which must be the tree's own data.
void check_round_trip(const Node& root, const EmitProfile& profile) {
  SourceStore sources;
  Arena arena;
  Node* const settled = copy(arena, root);
  settle(arena, *settled, profile);
  const std::string emitted = emit(root, profile);
  const Stream again = read(sources, sources.add("emitted", emitted), as_printed(), arena);
  const bool same = again.documents.size() == 1 && equal(*settled, *again.documents[0].root);
  if (!same) FAIL_CHECK(profile.name << " prints a tree that reads as another:\n" << emitted);
}

const std::vector<const EmitProfile*> kProfiles{&kPlumbOutput, &kKustomizeOutput, &kYttOutput};
const std::vector<const JsonStyle*> kJsonStyles{&kGoJson, &kGoJsonPlain, &kNlohmannJson,
                                                &kNlohmannOrderedJson};

bool reads(const RealFile& file, SourceStore& sources, Arena& arena, Stream& stream) {
  try {
    stream = read(sources, sources.add(file.name, file.text), kKustomizeProfile, arena);
    return true;
  } catch (const Error&) {
    return false;  // a template, or broken on purpose
  }
}

}  // namespace

TEST_CASE("random trees read back from every profile as they were", "[yaml][emit][property]") {
  Arena arena;
  TreeMaker maker(20, arena);
  for (std::size_t i = 0; i < kTrees; ++i) {
    const Node& root = *maker.tree(4);
    for (const EmitProfile* const profile : kProfiles) check_round_trip(root, *profile);
    for (const JsonStyle* const style : kJsonStyles) {
      const std::string json = emit_json(root, *style);
      const Node* const again = read_json(json, {}, arena);
      CHECK(emit_json(*again, *style) == json);
    }
  }
}

// yaml-cpp 0.7 misreads some of what is right, so that it is no witness there:
//   escapes beyond the basic plane and NEL, LS, PS as line breaks it takes for other text;
//   tabs and control characters in quotes it takes or refuses as it likes;
//   a key of several lines, behind '? ', it may not find again;
//   dates and numbers of base 60 have no type for it.
// Those trees are left to the reader's own check above.
namespace {
bool yaml_cpp_can_witness(const Node& node) {
  if (node.is_scalar()) {
    const bool plain_ascii = std::all_of(node.text.begin(), node.text.end(), [](char c) {
      return (c >= 0x20 && c < 0x7F) || c == '\n';
    });
    return plain_ascii && node.type != Type::kBinary && node.type != Type::kTimestamp;
  }
  for (const Node* const item : node.items) {
    if (!yaml_cpp_can_witness(*item)) return false;
  }
  return std::all_of(node.entries.begin(), node.entries.end(), [](const Entry& entry) {
    return entry.key->is_string() && !contains(entry.key->text, "\n") &&
           entry.key->text.size() <= 128 && yaml_cpp_can_witness(*entry.key) &&
           yaml_cpp_can_witness(*entry.value);
  });
}
}  // namespace

TEST_CASE("yaml-cpp reads random trees from every profile to the same data",
          "[yaml][witness][property]") {
  Arena arena;
  TreeMaker maker(21, arena);
  std::size_t witnessed = 0;
  for (std::size_t i = 0; i < kTrees / 4; ++i) {
    const Node& root = *maker.tree(3);
    if (!yaml_cpp_can_witness(root)) continue;
    ++witnessed;
    for (const EmitProfile* const profile : kProfiles) {
      if (profile != &kPlumbOutput && !root.is_mapping()) continue;
      Node* const settled = copy(arena, root);
      settle(arena, *settled, *profile);
      const std::string emitted = emit(root, *profile);
      INFO(profile->name << "\n" << emitted);
      CHECK(find_difference(*settled, emitted) == std::nullopt);
    }
  }
  CHECK(witnessed > 0);
}

TEST_CASE("real files read back from every profile as they were, and yaml-cpp agrees",
          "[yaml][emit][property]") {
  std::size_t files = 0, documents = 0;
  for (const RealFile& file : real_files(kBytesMax)) {
    SourceStore sources;
    Arena arena;
    Stream stream;
    if (!reads(file, sources, arena, stream)) continue;
    INFO(file.name);
    ++files;
    for (const Document& document : stream.documents) {
      ++documents;
      for (const EmitProfile* const profile : kProfiles) check_round_trip(*document.root, *profile);
      const bool small = document.span.length < kWitnessBytesMax;
      if (small && yaml_cpp_can_witness(*document.root))
        CHECK(find_difference(*document.root, emit(*document.root, kPlumbOutput)) == std::nullopt);
    }
  }
  CHECK(documents >= files);
}

namespace {
// What a span holds is what the node says: plain text is there as it is, quotes are around quoted
// text, children lie inside their parents.
void check_spans(const SourceStore& sources, const Node& node) {
  if (node.shared || node.span.length == 0) return;
  const std::string_view text = sources.text_of(node.span);
  if (node.is_scalar()) {
    const bool one_line = !contains(text, "\n");
    bool held = true;
    if (node.style == Style::kPlain && one_line) held = text == node.text;
    if (node.style == Style::kSingleQuoted) held = text.front() == '\'' && text.back() == '\'';
    if (node.style == Style::kDoubleQuoted) held = text.front() == '"' && text.back() == '"';
    if (node.style == Style::kLiteral) held = text.front() == '|';
    if (node.style == Style::kFolded) held = text.front() == '>';
    if (!held) FAIL_CHECK("span of '" << node.text << "' holds '" << text << "'");
    return;
  }
  const auto inside = [&](const Node& child) {
    if (child.shared || child.span.length == 0) return;
    const bool held = child.span.offset >= node.span.offset &&
                      child.span.offset + child.span.length <= node.span.offset + node.span.length;
    if (!held) FAIL_CHECK("'" << sources.text_of(child.span) << "' is outside its collection");
    check_spans(sources, child);
  };
  for (const Node* const item : node.items) inside(*item);
  for (const Entry& entry : node.entries) {
    inside(*entry.key);
    inside(*entry.value);
  }
}
}  // namespace

TEST_CASE("spans of real files slice to the text that they claim", "[yaml][read][property]") {
  for (const RealFile& file : real_files(kBytesMax)) {
    SourceStore sources;
    Arena arena;
    Stream stream;
    if (!reads(file, sources, arena, stream)) continue;
    INFO(file.name);
    for (const Document& document : stream.documents) {
      check_spans(sources, *document.root);
      for (const Comment& comment : document.comments)
        CHECK(sources.text_of(comment.span).substr(1) == comment.text);
    }
  }
}

TEST_CASE(
    "the OpenAPI descriptions are read as YAML and as JSON to the same data, and printed as "
    "they were",
    "[yaml][json][property]") {
  for (const RealFile& file : openapi_files(kBytesMax)) {
    INFO(file.name);
    const std::string& text = file.text;
    SourceStore sources;
    Arena arena;
    const Stream stream = read(sources, sources.add(file.name, text), kKubernetesProfile, arena);
    REQUIRE(stream.documents.size() == 1);
    const Node& yaml = *stream.documents[0].root;
    const Node& json = *read_json(text, {}, arena);
    CHECK(equal(yaml, json));
    CHECK(emit_json(yaml, kGoJsonPlain) == emit_json(json, kGoJsonPlain));
    check_round_trip(yaml, kPlumbOutput);
    check_round_trip(yaml, kKustomizeOutput);
  }
}

// ---- comments ----

namespace {
EmitProfile with_comments() {
  EmitProfile profile = kPlumbOutput;
  profile.keys = KeyOrder::kSource;
  profile.comments = true;
  return profile;
}

void list_comments(const Node& node, const std::string& path, std::string& out) {
  if (node.shared) return;
  const auto list = [&](std::string_view what, const List<Comment>& comments) {
    for (const Comment& comment : comments) out += cat(path, ' ', what, " #", comment.text, '\n');
  };
  if (node.decoration != nullptr) {
    list("head", node.decoration->head);
    list("line", node.decoration->line);
    list("foot", node.decoration->foot);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i)
    list_comments(*node.items[i], cat(path, '/', i), out);
  for (const Entry& entry : node.entries) {
    list_comments(*entry.key, cat(path, '/', entry.key->text, '!'), out);
    list_comments(*entry.value, cat(path, '/', entry.key->text), out);
  }
}

std::string commented(const std::string& text, std::string* printed = nullptr) {
  SourceStore sources;
  Arena arena;
  Stream stream = read(sources, sources.add("in", text), kKustomizeProfile, arena);
  std::string out;
  for (Document& document : stream.documents) {
    attach_comments(sources, document, arena);
    list_comments(*document.root, "", out);
    if (printed != nullptr) emit_to(*printed, *document.root, with_comments());
  }
  return out;
}
}  // namespace

TEST_CASE("comments belong to the node that they stand at", "[yaml][comments]") {
  CHECK(commented(
            "# file\n\n# a 1\n# a 2\na: 1 # one\n# below\n\n# far\n\nb: # of b\n  c: 2\n  # end\n"
            "d:\n# of item\n- x # line\n# of map\n- k: {l: 1} # flow\nt: | # header\n  text\n# "
            "last\n") ==
        " head # file\n"
        "/a! head # a 1\n/a! head # a 2\n/a! foot # below\n/a line # one\n"
        "/b! head # far\n/b! line # of b\n/b/c! foot # end\n"
        "/d/0 head # of item\n/d/0 line # line\n/d/1 head # of map\n/d/1/k line # flow\n"
        "/t! foot # last\n/t line # header\n");
  CHECK(commented("- # of x\n  x: 1\n- y\n\n# end\n") == " foot # end\n/0 head # of x\n");
}

TEST_CASE("comments are printed where they belong, and are found there again",
          "[yaml][comments][property]") {
  std::size_t files = 0, lost = 0, all = 0;
  for (const RealFile& file : real_files(std::min<std::size_t>(kBytesMax, 200'000))) {
    SourceStore sources;
    Arena arena;
    Stream stream;
    if (!reads(file, sources, arena, stream)) continue;
    INFO(file.name);
    ++files;
    for (Document& document : stream.documents) {
      if (document.empty) continue;
      attach_comments(sources, document, arena);
      std::string before, printed;
      list_comments(*document.root, "", before);
      emit_to(printed, *document.root, with_comments());
      CHECK(commented(printed) == before);
      const auto lines = std::count(before.begin(), before.end(), '\n');
      all += document.comments.size();
      if (static_cast<std::size_t>(lines) != document.comments.size()) ++lost;
      Arena other;  // comments go with the copy
      CHECK(emit(*copy(other, *document.root), with_comments()) == printed);
    }
  }
  CHECK(lost == 0);
  CHECK((files == 0 || all > 0));
}

}  // namespace plumb::yaml
