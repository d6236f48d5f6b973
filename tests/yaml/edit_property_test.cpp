// Edits of texts that nobody made for the test: one field, its bytes; random ones, the model's
// tree.

#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "base/diagnostic.h"
#include "base/text.h"
#include "yaml/edit.h"
#include "yaml/emit.h"
#include "yaml/real_files.h"

namespace plumb::yaml {

namespace {

#ifdef NDEBUG
constexpr std::size_t kBytesMax = 5'000'000;
constexpr std::size_t kScalarsMax = 24;  // of one file
constexpr std::size_t kRandomEdits = 8;
#else
constexpr std::size_t kBytesMax = 30'000;
constexpr std::size_t kScalarsMax = 3;
constexpr std::size_t kRandomEdits = 2;
#endif

// A scalar that stands in one place, and its path.
struct Field {
  std::size_t document = 0;
  Path path;
  const Node* node = nullptr;
};

void collect_fields(const Node& node, std::size_t document, Path& path, std::vector<Field>& out) {
  if (node.shared) return;
  if (node.is_scalar()) {
    if (node.span.length != 0) out.push_back({document, path, &node});
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    path.steps.push_back(index_step(i));
    collect_fields(*node.items[i], document, path, out);
    path.steps.pop_back();
  }
  for (const Entry& entry : node.entries) {
    if (!entry.key->is_scalar() || find(node, entry.key->text) != entry.value) continue;
    path.steps.push_back(key_step(entry.key->text));
    collect_fields(*entry.value, document, path, out);
    path.steps.pop_back();
  }
}

struct Loaded {
  SourceStore sources;
  SourceId id = 0;
  Arena arena;
  Stream stream;
  std::vector<Field> fields;

  // False: the text is no YAML (a template, or broken on purpose).
  bool load(const RealFile& file) {
    id = sources.add(file.name, file.text);
    try {
      stream = read(sources, id, kKustomizeProfile, arena);
    } catch (const Error&) {
      return false;
    }
    Path path;
    for (std::size_t i = 0; i < stream.documents.size(); ++i)
      collect_fields(*stream.documents[i].root, i, path, fields);
    return true;
  }
};

// The bytes that a scalar's text may not leave.
bool only_field_changed(const std::string& before, const std::string& after, const Node& field) {
  const std::size_t end = field.span.offset + field.span.length;
  const std::string_view tail = std::string_view(before).substr(end);
  return after.size() >= field.span.offset + tail.size() &&
         before.compare(0, field.span.offset, after, 0, field.span.offset) == 0 &&
         std::string_view(after).ends_with(tail);
}

}  // namespace

TEST_CASE("editing one field of a real file changes that field's bytes only", "[yaml][edit]") {
  std::mt19937 random(7);
  std::size_t edited = 0;
  for (const RealFile& file : real_files(kBytesMax)) {
    Loaded loaded;
    if (!loaded.load(file) || loaded.fields.empty()) continue;
    INFO(file.name);
    const std::size_t count = file.text.size() > 200'000 ? 2 : kScalarsMax;
    for (std::size_t i = 0; i < std::min(count, loaded.fields.size()); ++i) {
      const std::size_t at = loaded.fields.size() <= count ? i : random() % loaded.fields.size();
      const Field& field = loaded.fields[at];
      Edit edit = set_value(field.path, *make_string(loaded.arena, "another value"));
      edit.document = field.document;
      std::string after;
      CHECK_NOTHROW(after = apply_edits(loaded.sources, loaded.id, kKustomizeProfile, {edit}));
      const bool held = only_field_changed(file.text, after, *field.node);
      if (!held)
        FAIL_CHECK(print_path(field.path) << " at " << loaded.sources.describe(field.node->span));
      ++edited;
    }
    // A text put in place of itself changes nothing.
    std::vector<Edit> same;
    for (std::size_t i = 0; i < loaded.fields.size(); i += 1 + loaded.fields.size() / 500) {
      const Field& field = loaded.fields[i];
      const bool one_line = !contains(field.node->text, "\n") && field.node->is_string() &&
                            field.node->style != Style::kLiteral &&
                            field.node->style != Style::kFolded;
      if (!one_line || contains(loaded.sources.text_of(field.node->span), "\n")) continue;
      if (field.node->style == Style::kDoubleQuoted &&
          contains(loaded.sources.text_of(field.node->span), "\\"))
        continue;
      same.push_back(set_value(field.path, *field.node));
      same.back().document = field.document;
    }
    CHECK(apply_edits(loaded.sources, loaded.id, kKustomizeProfile, same) == file.text);
  }
  CHECK((edited > 0) == !real_files(kBytesMax).empty());
}

namespace {

class RandomEdits {
 public:
  RandomEdits(unsigned seed, Arena& arena) : random_(seed), arena_(arena) {}

  Edit next(const Loaded& loaded) {
    const Field& field = loaded.fields[random_() % loaded.fields.size()];
    Edit edit;
    edit.document = field.document;
    edit.path = field.path;
    const std::size_t keep = edit.path.steps.empty() ? 0 : random_() % edit.path.steps.size() + 1;
    edit.path.steps.resize(keep);
    edit.value = value(2);
    switch (random_() % 6) {
      case 0:
        edit.kind = EditKind::kRemove;
        break;
      case 1:
        edit.kind = EditKind::kRename;
        edit.name = text();
        break;
      case 2:
        edit.kind = EditKind::kInsert;
        edit.position = random_() % 3;
        break;
      case 3:
        edit.path.steps.push_back(key_step(text()));
        break;
      default:
        break;
    }
    return edit;
  }

 private:
  std::string text() {
    static const std::vector<std::string> kTexts{
        "plain",  "no", "12",  "a: b", "- x", "'q'",        "\"d\"", "l\nm\n", " lead",
        "trail ", "",   "#c",  "a #c", "[x]", "\t",         "x\n\n", "\nx",    "é",
        "1.5",    "~",  "key", "a,b",  "{",   "2001-01-01", "<<"};
    return kTexts[random_() % kTexts.size()];
  }
  const Node* value(int depth) {
    switch (random_() % (depth > 0 ? 6 : 4)) {
      case 0:
        return make_integer(arena_, static_cast<std::int64_t>(random_() % 100));
      case 1:
        return make_null(arena_);
      case 4: {
        Node* const mapping = make_mapping(arena_);
        for (std::size_t i = random_() % 3; i > 0; --i)
          set(arena_, *mapping, text(), const_cast<Node*>(value(depth - 1)));
        return mapping;
      }
      case 5: {
        Node* const sequence = make_sequence(arena_);
        for (std::size_t i = random_() % 3; i > 0; --i)
          append(arena_, *sequence, const_cast<Node*>(value(depth - 1)));
        return sequence;
      }
      default:
        return make_string(arena_, text());
    }
  }

  std::mt19937 random_;
  Arena& arena_;
};

}  // namespace

TEST_CASE("random edits of real files give the model's tree, or a named error", "[yaml][edit]") {
  Arena arena;
  RandomEdits random(11, arena);
  std::size_t applied = 0;
  std::vector<std::string> refused;
  for (const RealFile& file : real_files(std::min<std::size_t>(kBytesMax, 40'000))) {
    Loaded loaded;
    if (!loaded.load(file) || loaded.fields.empty()) continue;
    for (std::size_t i = 0; i < kRandomEdits; ++i) {
      const Edit edit = random.next(loaded);
      try {
        apply_edits(loaded.sources, loaded.id, kKustomizeProfile, {edit});
        ++applied;
      } catch (const Error& error) {
        if (error.diagnostic().code == "yaml/edit-form")
          refused.push_back(cat(file.name, " ", print_path(edit.path), " ",
                                static_cast<int>(edit.kind), " ", edit.name, " ",
                                edit.value == nullptr ? "" : emit(*edit.value, kPlumbOutput)));
      }
    }
  }
  INFO(applied << " edits applied, " << refused.size() << " refused for the form of the text");
  for (const std::string& each : refused) UNSCOPED_INFO(each);
  CHECK(refused.empty());
}

}  // namespace plumb::yaml
